/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * `data`: a read that does not return the last write. The shadow follows writes by address; where
 * the order of two events that run at once is anybody's guess, it does not judge.
 */
#include <linux/string.h>
#include "check/mm.h"
#include "kernel/task.h"
#include "mm/cpt.h"
#include "mm/rmap.h"

#define SHOWN_BYTES 8

struct vm_area_struct *chk_area_of(const struct mm_struct *mm, unsigned long addr)
{
	struct rb_node *node = mm->sim_vmas.rb_node;

	while (node) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, sim_rb);

		if (addr < vma->vm_start)
			node = node->rb_left;
		else if (addr >= vma->vm_end)
			node = node->rb_right;
		else
			return vma;
	}
	return NULL;
}

bool chk_mm_changes(const struct mm_struct *mm)
{
	const struct sim_task *owner = mm->mmap_lock.sim.owner;

	return owner && owner != sim_task_current();
}

/* Where the contents of a page of an area are kept: in its mm, or with its file. */
struct place {
	struct chk_space *space;
	u64 index;
	/* What a page that is missing there looks like; NULL for zeros. */
	const struct chk_page *base;
};

static bool find_place(const struct mm_struct *mm, unsigned long addr, bool makes,
		       struct place *place)
{
	const struct vm_area_struct *vma = chk_area_of(mm, addr);
	const struct chk_space *file;
	u64 file_index;

	*place = (struct place){};
	if (!vma || (vma->vm_flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP | VM_HUGETLB)))
		return false;
	file_index = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	if (vma->vm_flags & VM_SHARED) {
		if (!vma->vm_file)
			return false;
		place->space = chk_space_of_file(vma->vm_file->f_mapping, makes);
		place->index = file_index;
		return true;
	}
	place->space = chk_space_of_mm(mm->sim_number, makes);
	place->index = addr >> PAGE_SHIFT;
	if (vma->vm_file) {
		file = chk_space_of_file(vma->vm_file->f_mapping, false);
		place->base = chk_space_get(file, file_index);
	}
	return true;
}

static const struct chk_page *page_at(const struct place *place)
{
	const struct chk_page *page = chk_space_get(place->space, place->index);

	return page ? page : place->base;
}

static void show_bytes(struct sim_report *report, const char *what, const u8 *bytes, size_t count)
{
	char text[SHOWN_BYTES * 3 + 1];

	for (size_t i = 0; i < SHOWN_BYTES; i++) {
		if (i < count)
			host_snprintf(text + 3 * i, 4, " %02x", bytes[i]);
		else
			host_snprintf(text + 3 * i, 4, "   ");
	}
	sim_report_line(report, "%s%s", what, text);
}

static void report_data(const char *who, const struct mm_struct *mm, unsigned long addr,
			const u8 *expected, const u8 *got, size_t count)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_DATA);
	static const u8 zeros[SHOWN_BYTES];
	size_t first = 0;

	while (got[first] == (expected ? expected[first] : 0))
		first++;
	sim_report_field(report, "by", "%s", who);
	sim_report_field(report, "mm", "%u", mm->sim_number);
	sim_report_line(report, "at 0x%lx", addr + first);
	show_bytes(report, "last written:", expected ? expected + first : zeros, count - first);
	show_bytes(report, "read now:    ", got + first, count - first);
	sim_report_raise(report);
}

static bool differs(const u8 *expected, const u8 *got, size_t count)
{
	if (expected)
		return memcmp(expected, got, count);
	for (size_t i = 0; i < count; i++)
		if (got[i])
			return true;
	return false;
}

static void judge_read(const char *who, const struct mm_struct *mm, unsigned long addr,
		       const u8 *bytes, size_t count)
{
	const struct chk_page *page;
	const u8 *expected;
	struct place place;

	if (chk_mm_changes(mm) || !find_place(mm, addr, false, &place))
		return;
	page = page_at(&place);
	if (page && page->loose)
		return;
	expected = page ? page->bytes + offset_in_page(addr) : NULL;
	if (differs(expected, bytes, count))
		report_data(who, mm, addr, expected, bytes, count);
}

/* Whether an mm maps a page frame at an address, by whatever entry leads a device there. */
static bool maps(struct mm_struct *mm, unsigned long addr, unsigned long pfn, bool *writable)
{
	struct cpt_hit hit;
	unsigned long first;

	if (!cpt_lookup(mm, addr, &hit) || cpt_none(hit.entry))
		return false;
	if (!cpt_present(hit.entry) && !cpt_is_device_private(hit.entry) &&
	    cpt_soft(hit.entry) != CPT_DEVICE_EXCLUSIVE)
		return false;
	first = cpt_pfn(hit.entry);
	if (hit.level)
		first += (addr & ~CPT_PMD_MASK) >> PAGE_SHIFT;
	*writable = cpt_write(hit.entry) || cpt_soft(hit.entry) == CPT_DEVICE_EXCLUSIVE;
	return first == pfn;
}

static void note_write(const struct mm_struct *mm, unsigned long addr, const u8 *bytes,
		       size_t count, bool is_stale)
{
	struct chk_page *page;
	struct place place;

	if (!find_place(mm, addr, true, &place))
		return;
	page = chk_space_own(place.space, place.index, place.base);
	memcpy(page->bytes + offset_in_page(addr), bytes, count);
	if (count == PAGE_SIZE)
		page->loose = false;
	/* Where it goes while areas move, or its entry does, is not for us to say. */
	if (is_stale || chk_mm_changes(mm))
		page->loose = true;
}

/* Whether a page is what a file holds, and not a copy or on its way to swap. */
static bool is_of_file(const struct folio *folio)
{
	return folio->mapping && !folio_test_anon(folio) && !folio_is_zone_device(folio) &&
	       !folio_test_swapcache(folio);
}

static void file_access(const struct folio *folio, unsigned long pfn, size_t offset,
			const void *bytes, size_t count, bool is_stale)
{
	struct chk_page *page = chk_space_own(chk_space_of_file(folio->mapping, true),
					      folio->index + (pfn - folio_pfn(folio)), NULL);

	memcpy(page->bytes + offset, bytes, count);
	if (is_stale)
		page->loose = true;
}

/* Into a file it goes by the page: the area may be gone already, and its entries still there. */
static void note_cpu_write(const struct mm_struct *mm, unsigned long addr, unsigned long pfn,
			   const u8 *bytes, size_t count, bool is_stale)
{
	const struct folio *folio = page_folio((const struct page *)pfn_to_page(pfn));

	if (is_of_file(folio))
		file_access(folio, pfn, offset_in_page(addr), bytes, count, is_stale);
	else
		note_write(mm, addr, bytes, count, is_stale);
}

/* By a system call: @offset is in the file that the page is of. What it reads is not judged. */
static void note_file_write(unsigned long pfn, unsigned long offset, const u8 *bytes, size_t count)
{
	const struct folio *folio = pfn_folio(pfn);
	struct chk_space *space = chk_space_of_file(folio->mapping, true);
	struct chk_page *page = chk_space_own(space, offset >> PAGE_SHIFT, NULL);

	memcpy(page->bytes + offset_in_page(offset), bytes, count);
	if (count == PAGE_SIZE)
		page->loose = false;
}

static void on_cpu_access(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned long pfn,
			  const void *bytes, size_t count, bool write)
{
	bool is_stale, writable;

	if (!mm) {
		if (write)
			note_file_write(pfn, addr, bytes, count);
		return;
	}
	sim_report_from_caller();
	/* Between the change of an entry and its flush a CPU goes on with the old page. */
	is_stale = !maps(mm, addr, pfn, &writable);
	if (write)
		note_cpu_write(mm, addr, pfn, bytes, count, is_stale);
	else if (!is_stale)
		judge_read("cpu", mm, addr, bytes, count);
}

/* Areas that map a page of an anonymous folio, and of them one that may write to it. */
struct mappers {
	struct mm_struct *mm;
	unsigned long addr;
	unsigned int count;
	bool writable;
};

static void find_mappers(const struct folio *folio, unsigned long pfn, struct mappers *found)
{
	const struct anon_vma *anon_vma =
		(const void *)((uintptr_t)folio->mapping & ~(uintptr_t)FOLIO_MAPPING_ANON);
	u64 index = folio->index + (pfn - folio_pfn(folio));
	struct rb_node *node;

	*found = (struct mappers){};
	for (node = rb_first_cached(&anon_vma->rb_root); node; node = rb_next(node)) {
		const struct vm_area_struct *vma = rb_entry(node, struct anon_vma_chain, rb)->vma;
		bool writable;
		unsigned long addr;

		if (index < vma->vm_pgoff || index - vma->vm_pgoff >= vma_pages(vma))
			continue;
		addr = vma->vm_start + ((index - vma->vm_pgoff) << PAGE_SHIFT);
		if (!maps(vma->vm_mm, addr, pfn, &writable))
			continue;
		found->count++;
		if (found->count > 1 && !writable)
			continue;
		found->mm = vma->vm_mm;
		found->addr = addr;
		found->writable = writable;
	}
}

static void anon_access(const char *who, const struct folio *folio, unsigned long pfn,
			size_t offset, const void *bytes, size_t count, bool write)
{
	struct mappers found;

	find_mappers(folio, pfn, &found);
	/* On its way elsewhere, or of several: whose it is can't be told. */
	if (!found.count || (write && found.count > 1 && !found.writable))
		return;
	if (write)
		note_write(found.mm, found.addr + offset, bytes, count, false);
	else
		judge_read(who, found.mm, found.addr + offset, bytes, count);
}

static void on_device_access(void *ctx, const char *who, unsigned long pfn, size_t offset,
			     const void *bytes, size_t count, bool write)
{
	const struct folio *folio = page_folio((const struct page *)pfn_to_page(pfn));

	sim_report_from_caller();
	if (!folio_ref_count(folio) || !folio->mapping)
		return;
	if (folio_test_anon(folio))
		anon_access(who, folio, pfn, offset, bytes, count, write);
	else if (write && is_of_file(folio))
		file_access(folio, pfn, offset, bytes, count, false);
}

static void on_mm_new(void *ctx, struct mm_struct *mm, struct mm_struct *parent)
{
	const struct chk_space *from = parent ? chk_space_of_mm(parent->sim_number, false) : NULL;

	if (from)
		chk_space_copy(chk_space_of_mm(mm->sim_number, true), from);
}

static void on_mm_gone(void *ctx, struct mm_struct *mm)
{
	chk_space_remove(chk_space_of_mm(mm->sim_number, false));
}

static void on_area_moved(void *ctx, struct mm_struct *mm, unsigned long from, unsigned long to,
			  size_t bytes, bool keeps_old)
{
	chk_space_move(chk_space_of_mm(mm->sim_number, false), from >> PAGE_SHIFT,
		       to >> PAGE_SHIFT, bytes >> PAGE_SHIFT);
}

static void on_area_cleared(void *ctx, struct mm_struct *mm, unsigned long addr, size_t bytes)
{
	chk_space_drop(chk_space_of_mm(mm->sim_number, false), addr >> PAGE_SHIFT,
		       (addr + bytes - 1) >> PAGE_SHIFT);
}

static void on_area_clearing(void *ctx, struct mm_struct *mm, unsigned long addr, size_t bytes)
{
	struct chk_space *space = chk_space_of_mm(mm->sim_number, false);

	for (unsigned long at = addr; space && at < addr + bytes; at += PAGE_SIZE)
		if (chk_space_get(space, at >> PAGE_SHIFT))
			chk_space_own(space, at >> PAGE_SHIFT, NULL)->loose = true;
}

static void on_file_write(void *ctx, const struct address_space *mapping, u64 offset,
			  const void *bytes, size_t count)
{
	struct chk_space *space = chk_space_of_file(mapping, true);

	while (count) {
		size_t piece = PAGE_SIZE - offset_in_page(offset);
		struct chk_page *page = chk_space_own(space, offset >> PAGE_SHIFT, NULL);

		if (piece > count)
			piece = count;
		memcpy(page->bytes + offset_in_page(offset), bytes, piece);
		offset += piece;
		bytes += piece;
		count -= piece;
	}
}

/* What a process writes behind the end of the file stays in its last page, or does not. */
static void on_file_truncating(void *ctx, const struct address_space *mapping, u64 bytes)
{
	chk_space_loosen(chk_space_of_file(mapping, true), bytes >> PAGE_SHIFT);
	if (offset_in_page(bytes))
		chk_space_own(chk_space_of_file(mapping, true), bytes >> PAGE_SHIFT, NULL)->loose =
			true;
}

static void on_file_truncate(void *ctx, const struct address_space *mapping, u64 bytes)
{
	struct chk_space *space = chk_space_of_file(mapping, false);

	if (space)
		chk_space_drop(space, (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT, ~0ull >> 1);
}

static void on_file_gone(void *ctx, const struct address_space *mapping)
{
	chk_space_remove(chk_space_of_file(mapping, false));
}

void chk_shadow_watch(struct mm_watch *watch)
{
	watch->cpu_access = on_cpu_access;
	watch->device_access = on_device_access;
	watch->mm_new = on_mm_new;
	watch->mm_gone = on_mm_gone;
	watch->area_moved = on_area_moved;
	watch->area_clearing = on_area_clearing;
	watch->area_cleared = on_area_cleared;
	watch->file_write = on_file_write;
	watch->file_truncating = on_file_truncating;
	watch->file_truncate = on_file_truncate;
	watch->file_gone = on_file_gone;
}
