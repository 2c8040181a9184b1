/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* mmap(). */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/slab.h>
#include "mm/filemap.h"

/* Bits of the flags that a driver's mmap would set in its area. */
#define DRIVER_FLAGS \
	(VM_IO | VM_PFNMAP | VM_MIXEDMAP | VM_HUGETLB | VM_DONTCOPY | VM_DONTEXPAND)

/**
 * struct mapping - one call
 * @mm: write-locked
 * @start: range
 * @end: see @start
 * @pgoff: of @start
 * @flags: of the area
 * @file: NULL for private anonymous memory
 * @is_driver: a driver put something there that is neither anonymous nor of a file
 */
struct mapping {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	pgoff_t pgoff;
	vm_flags_t flags;
	struct file *file;
	bool is_driver;
};

static struct vm_area_struct *merge_mapping(const struct mapping *map)
{
	struct vma_merge merge = {
		.mm = map->mm,
		.prev = vma_before(map->mm, map->start),
		.next = find_vma(map->mm, map->start),
		.start = map->start,
		.end = map->end,
		.pgoff = map->pgoff,
		.flags = map->flags,
		.file = map->file,
	};

	return vma_merge_new_range(&merge);
}

/* What the file makes of its area; a driver's may change its flags. */
static int set_operations(const struct mapping *map, struct vm_area_struct *vma)
{
	if (!map->file) {
		if (!map->is_driver)
			vma->vm_ops = NULL;
		return 0;
	}
	vma->vm_file = get_file(map->file);
	if (map->file->f_op && map->file->f_op->mmap)
		return map->file->f_op->mmap(map->file, vma);
	vma->vm_ops = map->file->f_mapping->sim_is_shmem ? &sim_shmem_vm_ops : &sim_filemap_vm_ops;
	return 0;
}

static int new_mapping(const struct mapping *map)
{
	struct vm_area_struct *vma = vm_area_alloc(map->mm);
	int err;

	if (!vma)
		return -ENOMEM;
	vma_set_range(vma, map->start, map->end, map->pgoff);
	vma->__vm_flags = map->flags;
	err = set_operations(map, vma);
	if (err) {
		fput(vma->vm_file);
		vm_area_free(vma);
		return err;
	}
	vma_tree_insert(map->mm, vma);
	rmap_vma_link_file(vma);
	return 0;
}

static int map_locked(struct mapping *map, bool is_fixed, size_t align)
{
	size_t bytes = map->end - map->start;
	int err;

	if (!is_fixed) {
		map->start = vma_find_gap(map->mm, map->start, bytes, align);
		if (!map->start)
			return -ENOMEM;
		map->end = map->start + bytes;
	} else {
		err = do_munmap(map->mm, map->start, bytes, false);
		if (err)
			return err;
	}
	if (!map->file)
		map->pgoff = map->start >> PAGE_SHIFT;
	if (merge_mapping(map))
		return 0;
	return new_mapping(map);
}

int sim_mmap(struct mm_struct *mm, unsigned long addr, size_t bytes, unsigned long prot,
	     unsigned long flags, size_t align_bytes, struct file *file, unsigned long pgoff,
	     unsigned long *out)
{
	struct mapping map = { .mm = mm, .start = addr, .pgoff = pgoff, .file = file };
	bool is_fixed = flags & SIM_MAP_FIXED;
	struct file *own = NULL;
	int err;

	if (!bytes || offset_in_page(addr) || (prot & ~VM_ACCESS_FLAGS) || (is_fixed && !addr) ||
	    (flags & ~(SIM_MAP_SHARED | SIM_MAP_FIXED | DRIVER_FLAGS)) ||
	    (align_bytes & (align_bytes - 1)))
		return -EINVAL;
	if (bytes > MM_AREA_END || (is_fixed && addr > MM_AREA_END - PAGE_ALIGN(bytes)))
		return -ENOMEM;
	bytes = PAGE_ALIGN(bytes);
	/* Offsets may not wrap in the area. */
	if (file && pgoff + (bytes >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	map.end = addr + bytes;
	map.is_driver = flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP);
	map.flags = prot | (flags & DRIVER_FLAGS) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	if (flags & SIM_MAP_SHARED)
		map.flags |= VM_SHARED | VM_MAYSHARE;
	if (!file && (flags & SIM_MAP_SHARED) && !map.is_driver) {
		own = sim_file_create(bytes, true);
		if (IS_ERR(own))
			return (int)PTR_ERR(own);
		map.file = own;
		map.pgoff = 0;
	}
	err = -EINTR;
	if (!mmap_write_lock_killable(mm)) {
		err = map_locked(&map, is_fixed, align_bytes > PAGE_SIZE ? align_bytes : PAGE_SIZE);
		mmap_write_unlock(mm);
	}
	if (own)
		fput(own);
	if (!err)
		*out = map.start;
	return err;
}
