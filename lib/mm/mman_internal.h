/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the files behind mm/mman.h share. Write-locked means mmap_lock, for writing. */
#ifndef MM_MMAN_INTERNAL_H
#define MM_MMAN_INTERNAL_H

#include "mm/mman.h"
#include "mm/notifier.h"
#include "mm/rmap.h"

/* Where areas may be: as on x86-64 the last page of the lower half stays free. */
#define MM_AREA_END (CPT_ADDRESS_END - PAGE_SIZE)
/* Where the search for a gap begins. */
#define MM_AREA_BASE (1ul << 30)

/*
 * Whether more than one mm may map a folio. The kernel marks large folios as shared when a second
 * mm comes; here it is a guess from the counts, right unless two mms map different parts.
 */
static inline bool folio_maybe_mapped_shared(const struct folio *folio)
{
	int entire;

	if (!folio_test_large(folio))
		return folio_mapcount(folio) > 1;
	entire = atomic_read(&folio->_entire_mapcount);
	return entire > 1 || (entire && folio_mapcount(folio) > 1) ||
	       folio_mapcount(folio) > (int)folio_nr_pages(folio);
}

/* mm.c: one user, one reference; NULL without memory. Watchers are told by mm_tell_new(). */
struct mm_struct *mm_alloc(void);
void mm_tell_new(struct mm_struct *mm);

/* vma.c: areas themselves. */
struct vm_area_struct *vm_area_alloc(struct mm_struct *mm);
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *vma);
void vm_area_free(struct vm_area_struct *vma);
void vma_set_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		   pgoff_t pgoff);
/* Into the tree and out of it; nothing else knows of the area. */
void vma_tree_insert(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_tree_erase(struct mm_struct *mm, struct vm_area_struct *vma);
/* A tree apart from the mm's. */
void vma_tree_add(struct rb_root *root, struct vm_area_struct *vma);
struct vm_area_struct *vma_tree_first(const struct rb_root *root);
/* The last area that ends at @addr or below. */
struct vm_area_struct *vma_before(struct mm_struct *mm, unsigned long addr);
/* Close, drop the file, free: an area that is in no tree. */
void remove_vma(struct vm_area_struct *vma);
/* An address with room for @bytes: @hint if there is, else the lowest. 0 for none. */
unsigned long vma_find_gap(struct mm_struct *mm, unsigned long hint, size_t bytes, size_t align);

/**
 * struct vma_merge - a range that takes attributes, and what is around it
 * @mm: write-locked
 * @prev: area before the range, or the one that the range lies in when it starts inside; NULL
 * @middle: area that has the range now; NULL when nothing has
 * @next: area behind the range when @middle is NULL, else found out
 * @copied_from: area that mremap() copies
 * @start: range
 * @end: see @start
 * @pgoff: of @start
 * @flags: the attributes
 * @file: see @flags
 * @anon_vma: see @flags
 * @just_expand: only @prev may grow
 * @no_memory: result
 */
struct vma_merge {
	struct mm_struct *mm;
	struct vm_area_struct *prev;
	struct vm_area_struct *middle;
	struct vm_area_struct *next;
	struct vm_area_struct *copied_from;
	unsigned long start;
	unsigned long end;
	pgoff_t pgoff;
	vm_flags_t flags;
	struct file *file;
	struct anon_vma *anon_vma;
	bool just_expand;
	bool no_memory;
};

/*
 * vma_merge.c: cuts at @addr; the new area is the lower or the upper part. 0, -ENOMEM, or what the
 * area's may_split() says.
 */
int split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below);
/* NULL when neighbours can't take the range, or without memory. */
struct vm_area_struct *vma_merge_new_range(struct vma_merge *merge);
/*
 * Gives [@start, @end) of an area other flags: merges it with neighbours that have them already,
 * else splits. Returns the area that has the range, whose flags the caller sets, or an error.
 */
struct vm_area_struct *vma_modify_flags(struct vm_area_struct *prev, struct vm_area_struct *vma,
					unsigned long start, unsigned long end, vm_flags_t flags);
/* Grows an area at its end. NULL without memory. */
struct vm_area_struct *vma_merge_extend(struct vm_area_struct *vma, unsigned long bytes);
/*
 * A copy of @vma's part from @pgoff on at another address, for mremap(), merged if possible. *@vmap
 * changes if the area itself was merged. NULL without memory.
 */
struct vm_area_struct *copy_vma(struct vm_area_struct **vmap, unsigned long addr,
				unsigned long bytes, pgoff_t pgoff, bool *need_rmap_locks);

/**
 * do_munmap - what munmap() does with the lock held for writing
 * @mm: write-locked
 * @start: page aligned
 * @bytes: not 0
 * @unlock: give the lock up as munmap() does: only on success, after a downgrade
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int do_munmap(struct mm_struct *mm, unsigned long start, size_t bytes, bool unlock);
/**
 * struct table_move - entries that move_page_tables() moves
 * @old: area they are in
 * @new: area they get to
 * @from: address; goes on as entries are moved
 * @to: the same at the new place, where nothing is mapped
 * @bytes: how much
 * @need_rmap_locks: a walk from a folio would not pass both areas in the order old, new
 * @keeps_old: @old stays mapped
 */
struct table_move {
	struct vm_area_struct *old;
	struct vm_area_struct *new;
	unsigned long from;
	unsigned long to;
	size_t bytes;
	bool need_rmap_locks;
	bool keeps_old;
};

/* move_tables.c: how much it moved; less than asked for without memory. Write-locked. */
size_t move_page_tables(struct table_move *move);

/* munmap.c: all areas of a write-locked mm, and the end of one without users. */
void unmap_all(struct mm_struct *mm);
void exit_mmap(struct mm_struct *mm);

/* copy_range.c: fills the tables of a forked area; 0 or -ENOMEM. */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src);

#endif
