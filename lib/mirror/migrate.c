/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Pages on their way to the device and back. Whatever fails in between, what was collected is
 * finalized: pages that have no destination stay where they are.
 */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "mirror.h"

/* A destination that is not needed goes back where it came from. */
static void drop_destination(unsigned long *dst)
{
	struct folio *folio = page_folio(migrate_pfn_to_page(*dst));

	folio_unlock(folio);
	folio_put(folio);
	*dst = 0;
}

static struct folio *alloc_ram(struct sim_mirror_device *device, unsigned int order)
{
	struct folio *folio;

	if (mirror_must_fail(device, order))
		return NULL;
	folio = folio_alloc(GFP_HIGHUSER_MOVABLE | (order ? __GFP_NOWARN : 0), order);
	if (folio)
		folio_lock(folio);
	return folio;
}

/* Pages of a destination get what those of the source hold; a hole holds zeros. */
static void copy_in(const struct sim_mirror_device *device, struct page *to, struct page *from,
		    unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct page *data = mirror_data_page(device, to + i);

		if (from)
			copy_highpage(data, from + i);
		else
			clear_highpage(data);
	}
}

static bool fill_from_system(struct sim_mirror_device *device, struct page *from,
			     unsigned long *dst, unsigned int order)
{
	struct page *to;

	if (order) {
		struct folio *folio = mirror_alloc_huge(device);

		to = folio ? &folio->page : NULL;
	} else {
		to = mirror_alloc_page(device);
	}
	if (!to)
		return false;
	copy_in(device, to, from, 1u << order);
	*dst = migrate_pfn(page_to_pfn(to)) | (order ? MIGRATE_PFN_COMPOUND : 0);
	return true;
}

static bool fill_from_device(struct sim_mirror_device *device, struct page *from,
			     unsigned long *dst, unsigned int order)
{
	struct folio *folio = alloc_ram(device, order);

	if (!folio)
		return false;
	for (unsigned int i = 0; i < 1u << order; i++)
		copy_highpage(folio_page(folio, i), mirror_data_page(device, from + i));
	*dst = migrate_pfn(folio_pfn(folio)) | (order ? MIGRATE_PFN_COMPOUND : 0);
	return true;
}

typedef bool (*fill_fn)(struct sim_mirror_device *device, struct page *from, unsigned long *dst,
			unsigned int order);

/*
 * Destinations for 2 MiB: one, or else as many as there are pages; of these all or none, since
 * those that are missing would be followed.
 */
static bool fill_huge(struct sim_mirror_device *device, struct page *from, unsigned long *dst,
		      fill_fn fill)
{
	if (fill(device, from, dst, BLOCK_ORDER))
		return true;
	for (unsigned int i = 0; i < BLOCK_PAGES; i++) {
		if (fill(device, from ? from + i : NULL, &dst[i], 0))
			continue;
		while (i--)
			drop_destination(&dst[i]);
		return false;
	}
	return true;
}

/* Destinations for all that can migrate; false when some could not be had. */
static bool fill_all(struct sim_mirror_device *device, const unsigned long *src,
		     unsigned long *dst, unsigned long count, bool to_device)
{
	fill_fn fill = to_device ? fill_from_system : fill_from_device;
	bool is_complete = true;

	for (unsigned long i = 0, step; i < count; i += step) {
		struct page *from = migrate_pfn_to_page(src[i]);
		bool is_huge = src[i] & MIGRATE_PFN_COMPOUND;

		step = is_huge ? BLOCK_PAGES : 1;
		if (!(src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		/* A hole has nothing to bring back; memory of devices stays there. */
		if (to_device ? from && is_zone_device_page(from) : !from)
			continue;
		if (!(is_huge ? fill_huge(device, from, &dst[i], fill) :
				fill(device, from, &dst[i], 0)))
			is_complete = false;
	}
	return is_complete;
}

/**
 * struct move - a migration of up to 2 MiB
 * @args: for migrate_vma_setup()
 * @mirror: to whose table what has moved to the device goes; NULL to the system
 * @device: device
 * @pages: slots, sources first
 * @moved: pages that have moved
 */
struct move {
	struct migrate_vma args;
	struct sim_mirror *mirror;
	struct sim_mirror_device *device;
	unsigned long *pages;
	unsigned long moved;
};

/* What has moved is the device's to use before the CPU's entries are back. */
static void enter_moved(struct move *move)
{
	const struct migrate_vma *args = &move->args;
	struct mirror_window *window = mirror_window(move->mirror, args->start);
	unsigned long addr = args->start;

	mutex_lock(&move->mirror->lock);
	for (unsigned long i = 0; i < args->npages; i++) {
		struct page *page = migrate_pfn_to_page(args->dst[i]);
		bool is_hole = !(args->src[i] & MIGRATE_PFN_VALID);
		bool write = is_hole ? args->vma->vm_flags & VM_WRITE :
				       args->src[i] & MIGRATE_PFN_WRITE;
		unsigned int count = args->dst[i] & MIGRATE_PFN_COMPOUND ? BLOCK_PAGES : 1;

		if (!page || !(args->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		for (unsigned int k = 0; k < count; k++)
			mirror_set_own(move->mirror, window, addr + (i + k) * PAGE_SIZE, page + k,
				       write);
	}
	mutex_unlock(&move->mirror->lock);
}

static unsigned long count_moved(const unsigned long *src, const unsigned long *dst,
				 unsigned long count)
{
	unsigned long moved = 0;

	for (unsigned long i = 0; i < count; i++)
		if ((src[i] & MIGRATE_PFN_MIGRATE) && (dst[i] & MIGRATE_PFN_VALID))
			moved += dst[i] & MIGRATE_PFN_COMPOUND ? BLOCK_PAGES : 1;
	return moved;
}

/* -ENOMEM: some destination was not to be had; what could has moved. */
static int move_range(struct move *move)
{
	struct migrate_vma *args = &move->args;
	bool is_complete;
	int err;

	args->pgmap_owner = move->device;
	if (!move->device->config.no_huge)
		args->flags |= MIGRATE_VMA_SELECT_COMPOUND;
	err = migrate_vma_setup(args);
	if (err)
		return err;
	is_complete = fill_all(move->device, args->src, args->dst, args->npages, move->mirror);
	migrate_vma_pages(args);
	move->moved = count_moved(args->src, args->dst, args->npages);
	if (move->mirror)
		enter_moved(move);
	migrate_vma_finalize(args);
	return is_complete ? 0 : -ENOMEM;
}

static unsigned long system_flags(const struct sim_mirror_device *device)
{
	return mirror_is_coherent(device) ? MIGRATE_VMA_SELECT_DEVICE_COHERENT :
					    MIGRATE_VMA_SELECT_DEVICE_PRIVATE;
}

/* A part of a range within one area; mmap_lock is held. *@next is set to where the next begins. */
static int move_part(struct move *move, struct mm_struct *mm, unsigned long addr, unsigned long end,
		     unsigned long *next)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);

	if (!vma || !(vma->vm_flags & VM_READ))
		return -EINVAL;
	*next = min3(end, vma->vm_end, (addr + WINDOW_BYTES) & WINDOW_MASK);
	move->args = (struct migrate_vma){
		.vma = vma,
		.src = move->pages,
		.dst = move->pages + WINDOW_PAGES,
		.start = addr,
		.end = *next,
		.flags = move->mirror ? MIGRATE_VMA_SELECT_SYSTEM : system_flags(move->device),
	};
	return move_range(move);
}

static int move_parts(struct move *move, struct mm_struct *mm, unsigned long addr,
		      unsigned long end, unsigned long *moved)
{
	unsigned long next;
	int err = 0;

	for (*moved = 0; addr < end && !err; addr = next) {
		next = end;
		mmap_read_lock(mm);
		move->moved = 0;
		err = move_part(move, mm, addr, end, &next);
		mmap_read_unlock(mm);
		*moved += move->moved;
		/* No memory for some pages is no reason not to try the rest. */
		if (err == -ENOMEM)
			err = 0;
	}
	return err;
}

static int migrate_range(struct sim_mirror *mirror, unsigned long addr, size_t bytes,
			 bool to_device, unsigned long *moved)
{
	struct mm_struct *mm = mirror_mm(mirror);
	struct move move = {
		.mirror = to_device ? mirror : NULL,
		.device = mirror->device,
	};
	int err;

	*moved = 0;
	if (!bytes || !PAGE_ALIGNED(addr | bytes) || addr + bytes < addr)
		return -EINVAL;
	if (!mmget_not_zero(mm))
		return -EFAULT;
	err = to_device ? mirror_make_windows(mirror, addr, addr + bytes) : 0;
	move.pages = err ? NULL : kvcalloc(2 * WINDOW_PAGES, sizeof(*move.pages), GFP_KERNEL);
	if (move.pages)
		err = move_parts(&move, mm, addr, addr + bytes, moved);
	else if (!err)
		err = -ENOMEM;
	kvfree(move.pages);
	mmput(mm);
	return err;
}

int sim_mirror_to_device(struct sim_mirror *mirror, unsigned long addr, size_t bytes,
			 unsigned long *moved)
{
	return migrate_range(mirror, addr, bytes, true, moved);
}

int sim_mirror_to_system(struct sim_mirror *mirror, unsigned long addr, size_t bytes,
			 unsigned long *moved)
{
	return migrate_range(mirror, addr, bytes, false, moved);
}

/* The CPU wants a page back; a huge one as a whole where it is mapped as a whole. */
vm_fault_t mirror_migrate_to_ram(struct vm_fault *vmf)
{
	struct sim_mirror_device *device = page_pgmap(vmf->page)->owner;
	unsigned long count = vmf->pte ? 1 : BLOCK_PAGES, one[2] = {};
	struct move move = { .device = device, .pages = one };
	int err;

	if (count > 1) {
		move.pages = kvcalloc(2 * count, sizeof(*move.pages), GFP_KERNEL);
		if (!move.pages)
			return VM_FAULT_OOM;
	}
	move.args = (struct migrate_vma){
		.vma = vmf->vma,
		.src = move.pages,
		.dst = move.pages + count,
		.start = vmf->address & ~(count * PAGE_SIZE - 1),
		.flags = system_flags(device),
		.fault_page = vmf->page,
	};
	move.args.end = move.args.start + count * PAGE_SIZE;
	err = move_range(&move);
	if (count > 1)
		kvfree(move.pages);
	if (err == -ENOMEM)
		return move.moved ? 0 : VM_FAULT_OOM;
	/* Without an error nothing may have moved: then the entry has changed, or will soon. */
	return err ? VM_FAULT_SIGBUS : 0;
}
