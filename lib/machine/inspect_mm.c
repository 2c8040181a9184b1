// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Plain records of processes: pages, areas, CPU page tables (svmsim/mm.h). Nothing is locked or
 * changed, so that one can look between any two switch points.
 */
#include <linux/errno.h>
#include <linux/memremap.h>
#include <linux/page-flags.h>
#include "machine/drive_mm.h"
#include "mm/cpt.h"
#include "mm/fault.h"
#include "mm/mman.h"

/* What a reference by FOLL_PIN adds to the count of a small folio. */
#define PIN_BIAS 1024

static const char *const kind_names[SVMSIM_PAGE_KIND_COUNT] = {
	[SVMSIM_PAGE_ABSENT] = "absent",       [SVMSIM_PAGE_ZERO] = "zero",
	[SVMSIM_PAGE_ANON] = "anon",	       [SVMSIM_PAGE_FILE] = "file",
	[SVMSIM_PAGE_DRIVER] = "driver",       [SVMSIM_PAGE_DEVICE] = "device",
	[SVMSIM_PAGE_COHERENT] = "coherent",   [SVMSIM_PAGE_EXCLUSIVE] = "exclusive",
	[SVMSIM_PAGE_MIGRATION] = "migration", [SVMSIM_PAGE_SWAP] = "swap",
	[SVMSIM_PAGE_POISON] = "poison",       [SVMSIM_PAGE_MARKER] = "marker",
};

static const struct {
	const char *name;
	unsigned int bit;
} flags[] = {
	{ "locked", PG_locked },	 { "writeback", PG_writeback },
	{ "referenced", PG_referenced }, { "uptodate", PG_uptodate },
	{ "dirty", PG_dirty },		 { "lru", PG_lru },
	{ "active", PG_active },	 { "workingset", PG_workingset },
	{ "swapcache", PG_swapcache },	 { "swapbacked", PG_swapbacked },
	{ "unevictable", PG_unevictable }, { "mlocked", PG_mlocked },
	{ "waiters", PG_waiters },
};

#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

const char *svmsim_page_kind_name(unsigned int index)
{
	return index < SVMSIM_PAGE_KIND_COUNT ? kind_names[index] : NULL;
}

const char *svmsim_page_flag_name(unsigned int index)
{
	return index < FLAG_COUNT ? flags[index].name : NULL;
}

static enum svmsim_page_kind present_kind(u64 entry, const struct page *page)
{
	unsigned long pfn = cpt_pfn(entry);
	const struct folio *folio;

	if (is_zero_pfn(pfn) || is_huge_zero_pfn(pfn))
		return SVMSIM_PAGE_ZERO;
	if (entry & CPT_SPECIAL)
		return SVMSIM_PAGE_DRIVER;
	folio = page_folio(page);
	if (folio_is_zone_device(folio))
		return folio_is_device_coherent(folio) ? SVMSIM_PAGE_COHERENT : SVMSIM_PAGE_DEVICE;
	return folio_test_anon(folio) ? SVMSIM_PAGE_ANON : SVMSIM_PAGE_FILE;
}

static enum svmsim_page_kind soft_kind(u64 entry)
{
	switch (cpt_soft(entry)) {
	case CPT_SOFT_NONE:
		return SVMSIM_PAGE_ABSENT;
	case CPT_SWAP:
		return SVMSIM_PAGE_SWAP;
	case CPT_MIGRATION_READ:
	case CPT_MIGRATION_READ_EXCLUSIVE:
	case CPT_MIGRATION_WRITE:
		return SVMSIM_PAGE_MIGRATION;
	case CPT_DEVICE_PRIVATE_READ:
	case CPT_DEVICE_PRIVATE_WRITE:
		return SVMSIM_PAGE_DEVICE;
	case CPT_DEVICE_EXCLUSIVE:
		return SVMSIM_PAGE_EXCLUSIVE;
	case CPT_HWPOISON:
		return SVMSIM_PAGE_POISON;
	default:
		return SVMSIM_PAGE_MARKER;
	}
}

static enum svmsim_page_kind kind_of(u64 entry)
{
	return cpt_present(entry) ? present_kind(entry, pfn_to_page(cpt_pfn(entry))) :
				    soft_kind(entry);
}

/* Of which kinds is the payload of the entry a page frame with a struct page worth a look? */
static bool has_page(enum svmsim_page_kind kind)
{
	switch (kind) {
	case SVMSIM_PAGE_ANON:
	case SVMSIM_PAGE_FILE:
	case SVMSIM_PAGE_DEVICE:
	case SVMSIM_PAGE_COHERENT:
	case SVMSIM_PAGE_EXCLUSIVE:
	case SVMSIM_PAGE_MIGRATION:
		return true;
	default:
		return false;
	}
}

static void describe_page(struct svmsim_page *page)
{
	const struct page *found = pfn_to_page(page->pfn);
	const struct folio *folio = page_folio(found);

	page->is_page = true;
	page->folio_pfn = folio_pfn(folio);
	page->order = folio_order(folio);
	page->refs = folio->_refcount.counter;
	page->maps = folio_mapcount(folio);
	page->pins = folio_test_large(folio) ? folio->_pincount.counter : page->refs / PIN_BIAS;
	page->node = folio_is_zone_device(folio) ? -1 : folio_nid(folio);
	if (folio_is_zone_device(folio))
		page->device = machine_mirror_index(sim_world, found);
	/* One entry for all of a folio: its head says it. */
	page->exclusive = folio_test_anon(folio) &&
			  PageAnonExclusive(page->huge ? &folio->page : found);
	for (unsigned int i = 0; i < FLAG_COUNT; i++)
		if (folio->flags.f & (1ul << flags[i].bit))
			page->flags |= 1u << i;
}

int svmsim_mm_page(const struct svmsim_mm *mm, uint64_t address, struct svmsim_page *page)
{
	struct cpt_hit hit;
	int err = machine_mm_check(mm);

	*page = (struct svmsim_page){ .device = -1 };
	if (err)
		return err;
	sim_world_enter(mm->handle.world);
	if (!cpt_lookup(mm->mm, address, &hit) || cpt_none(hit.entry))
		return 0;
	page->kind = kind_of(hit.entry);
	page->huge = hit.level == 1;
	page->present = cpt_present(hit.entry);
	page->readable = hit.entry & CPT_PRESENT;
	page->writable = cpt_write(hit.entry);
	page->accessed = page->present && hit.entry & CPT_ACCESSED;
	page->dirty = page->present && hit.entry & CPT_DIRTY;
	page->pfn = cpt_pfn(hit.entry);
	if (page->huge)
		page->pfn += cpt_index(address, 0);
	if (has_page(page->kind))
		describe_page(page);
	return 0;
}

static void describe_area(const struct vm_area_struct *vma, struct svmsim_area_info *info)
{
	*info = (struct svmsim_area_info){
		.start = vma->vm_start,
		.bytes = vma->vm_end - vma->vm_start,
		.prot = (vma->vm_flags & VM_READ ? SVMSIM_PROT_READ : 0) |
			(vma->vm_flags & VM_WRITE ? SVMSIM_PROT_WRITE : 0),
		.shared = vma->vm_flags & VM_SHARED,
		.file = vma->vm_file,
		.offset_bytes = vma->vm_file ? (u64)vma->vm_pgoff << PAGE_SHIFT : 0,
		.hugepage = vma->vm_flags & VM_HUGEPAGE,
		.nohugepage = vma->vm_flags & VM_NOHUGEPAGE,
		.pfnmap = vma->vm_flags & VM_PFNMAP,
		.mixedmap = vma->vm_flags & VM_MIXEDMAP,
		.dontcopy = vma->vm_flags & VM_DONTCOPY,
		.has_anon = vma->anon_vma,
	};
}

long svmsim_mm_areas(const struct svmsim_mm *mm, struct svmsim_area_info *records, size_t max)
{
	const struct vm_area_struct *vma;
	long err = machine_mm_check(mm);
	size_t count = 0;

	if (err)
		return err;
	sim_world_enter(mm->handle.world);
	for (vma = vma_first(mm->mm); vma; vma = vma_next(vma)) {
		if (count < max)
			describe_area(vma, &records[count]);
		count++;
	}
	return (long)count;
}

/* A walk over all entries of a table, and of those below it. */
struct entries {
	struct svmsim_cpu_entry *records;
	size_t max;
	size_t count;
};

static void add_entry(struct entries *entries, u64 address, unsigned int level, u64 entry)
{
	if (entries->count < entries->max)
		entries->records[entries->count] = (struct svmsim_cpu_entry){
			.address = address,
			.level = level,
			.kind = kind_of(entry),
			.present = cpt_present(entry),
			.writable = cpt_write(entry),
			.accessed = cpt_present(entry) && entry & CPT_ACCESSED,
			.dirty = cpt_present(entry) && entry & CPT_DIRTY,
			.protnone = cpt_protnone(entry),
			.pfn = cpt_pfn(entry),
			.raw = entry,
		};
	entries->count++;
}

static void walk_table(struct entries *entries, const u64 *table, u64 address, unsigned int level)
{
	u64 step = 1ull << (PAGE_SHIFT + CPT_BITS * level);

	for (unsigned int i = 0; i < CPT_ENTRIES; i++, address += step) {
		if (cpt_none(table[i]))
			continue;
		if (level && cpt_is_table(table[i]))
			walk_table(entries, cpt_table(table[i]), address, level - 1);
		else
			add_entry(entries, address, level, table[i]);
	}
}

long svmsim_walk_cpu_pt(const struct svmsim_mm *mm, struct svmsim_cpu_entry *records, size_t max)
{
	struct entries entries = { .records = records, .max = max };
	long err = machine_mm_check(mm);

	if (err)
		return err;
	sim_world_enter(mm->handle.world);
	walk_table(&entries, sim_phys_ptr(sim_world, PFN_PHYS(mm->mm->sim_pgd_pfn)), 0,
		   CPT_TOP_LEVEL);
	return (long)entries.count;
}

uint64_t svmsim_mm_count(const struct svmsim_mm *mm, enum svmsim_mm_count what)
{
	if (mm->exited)
		return 0;
	switch (what) {
	case SVMSIM_MM_ANON:
		return atomic_long_read(&mm->mm->rss_stat[MM_ANONPAGES]);
	case SVMSIM_MM_FILE:
		return atomic_long_read(&mm->mm->rss_stat[MM_FILEPAGES]);
	case SVMSIM_MM_SHMEM:
		return atomic_long_read(&mm->mm->rss_stat[MM_SHMEMPAGES]);
	case SVMSIM_MM_SWAP:
		return atomic_long_read(&mm->mm->rss_stat[MM_SWAPENTS]);
	case SVMSIM_MM_AREAS:
		return mm->mm->map_count;
	default:
		return atomic_long_read(&mm->mm->pgtables_bytes);
	}
}
