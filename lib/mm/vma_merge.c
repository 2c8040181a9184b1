/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Cutting areas in two and joining them. Two areas join when nothing tells them apart: flags, file,
 * offsets that go on, and anonymous pages that hang in one anon_vma or in one of the two only.
 *
 * An area that grows does so before its neighbour shrinks or goes: for a moment both cover the
 * range, so a walk from a folio to its entries may pass one entry twice but never misses it.
 */
#include "mm/mman_internal.h"
#include <linux/slab.h>

/* A PMD leaf that reaches across a new border of its area. */
static void split_huge_at(struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long first = addr & CPT_PMD_MASK;
	u64 *pmd;

	if (first == addr || first < vma->vm_start || first + CPT_PMD_SIZE > vma->vm_end)
		return;
	pmd = cpt_pmd(vma->vm_mm, addr, NULL);
	if (pmd)
		split_huge_pmd(vma, pmd, first);
}

static void change_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			 pgoff_t pgoff)
{
	rmap_vma_unlink(vma);
	split_huge_at(vma, start);
	split_huge_at(vma, end);
	vma_set_range(vma, start, end, pgoff);
	rmap_vma_relink(vma);
}

static void change_start(struct vm_area_struct *vma, unsigned long start)
{
	/* Wraps as it should when the start moves down. */
	pgoff_t pgoff = vma->vm_pgoff + ((start - vma->vm_start) >> PAGE_SHIFT);

	if (start < vma->vm_start)
		pgoff = vma->vm_pgoff - ((vma->vm_start - start) >> PAGE_SHIFT);
	change_range(vma, start, vma->vm_end, pgoff);
}

static void change_end(struct vm_area_struct *vma, unsigned long end)
{
	change_range(vma, vma->vm_start, end, vma->vm_pgoff);
}

int split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below)
{
	struct vm_area_struct *new;
	int err;

	mmap_assert_write_locked(vma->vm_mm);
	if (vma->vm_ops && vma->vm_ops->may_split) {
		err = vma->vm_ops->may_split(vma, addr);
		if (err)
			return err;
	}
	new = vm_area_dup(vma);
	if (!new)
		return -ENOMEM;
	if (new_below)
		new->vm_end = addr;
	else
		vma_set_range(new, addr, vma->vm_end,
			      vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT));
	err = anon_vma_clone(new, vma);
	if (err) {
		vm_area_free(new);
		return err;
	}
	if (new->vm_file)
		get_file(new->vm_file);
	if (new->vm_ops && new->vm_ops->open)
		new->vm_ops->open(new);
	rmap_vma_link_file(new);
	if (new_below)
		change_start(vma, addr);
	else
		change_end(vma, addr);
	vma_tree_insert(vma->vm_mm, new);
	return 0;
}

int vma_split_at(struct vm_area_struct *vma, unsigned long addr)
{
	return split_vma(vma, addr, false);
}

/* Forked at least once: its pages hang in anon_vmas of ancestors, too. */
static bool is_fork_child(const struct vm_area_struct *vma)
{
	return vma && vma->anon_vma && !list_is_singular(&vma->anon_vma_chain);
}

static bool same_attributes(const struct vma_merge *merge, const struct vm_area_struct *vma)
{
	return vma->vm_flags == merge->flags && vma->vm_file == merge->file;
}

/* Joining areas that were forked would only make the trees of their ancestors larger. */
static bool anon_vma_fits(const struct vma_merge *merge, const struct vm_area_struct *target)
{
	if (!target->anon_vma && merge->anon_vma)
		return !is_fork_child(merge->middle) && !is_fork_child(merge->copied_from);
	if (target->anon_vma && !merge->anon_vma)
		return !is_fork_child(target);
	return target->anon_vma == merge->anon_vma;
}

static bool fits_left(const struct vma_merge *merge)
{
	const struct vm_area_struct *prev = merge->prev;

	return prev && prev->vm_end == merge->start && same_attributes(merge, prev) &&
	       anon_vma_fits(merge, prev) && prev->vm_pgoff + vma_pages(prev) == merge->pgoff;
}

static bool fits_right(const struct vma_merge *merge, bool is_left)
{
	const struct vm_area_struct *prev = merge->prev;
	const struct vm_area_struct *next = merge->next;
	unsigned long pages = (merge->end - merge->start) >> PAGE_SHIFT;

	if (!next || next->vm_start != merge->end || !same_attributes(merge, next) ||
	    !anon_vma_fits(merge, next) || next->vm_pgoff != merge->pgoff + pages)
		return false;
	/* Each fits the range, but do they fit each other? */
	return !is_left || !prev->anon_vma || !next->anon_vma || prev->anon_vma == next->anon_vma;
}

/* An area whose driver wants to be told of its end can't vanish in another. */
static bool may_vanish(const struct vm_area_struct *vma)
{
	return !vma->vm_ops || !vma->vm_ops->close;
}

/* @dst will hold pages of @src. *@dup is set if that gave it an anon_vma. */
static int share_anon_vma(struct vm_area_struct *dst, struct vm_area_struct *src,
			  struct vm_area_struct **dup)
{
	int err;

	if (!src || !src->anon_vma || dst->anon_vma)
		return 0;
	err = anon_vma_clone(dst, src);
	if (!err)
		*dup = dst;
	return err;
}

/* Its range belongs to another area by now. */
static void vanish(struct vm_area_struct *vma)
{
	rmap_vma_unlink_file(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	unlink_anon_vmas(vma);
	vma_tree_erase(vma->vm_mm, vma);
	vm_area_free(vma);
}

/*
 *  prev   middle   next
 * |------|******|------|	both:  prev takes it all
 * |------|***...|		left:  prev takes the range, what is left of middle begins behind it
 *        |...***|------|	right: next takes the range, what is left of middle ends before it
 */
static struct vm_area_struct *merge_existing(struct vma_merge *merge)
{
	struct vm_area_struct *middle = merge->middle;
	struct vm_area_struct *prev = merge->prev;
	struct vm_area_struct *next = NULL;
	struct vm_area_struct *dup = NULL;
	bool at_start = merge->start == middle->vm_start;
	bool at_end = merge->end == middle->vm_end;
	bool left, right = false;
	int err;

	if ((merge->flags & VM_SPECIAL) || (!at_start && !at_end))
		return NULL;
	left = at_start && fits_left(merge);
	if (at_end) {
		next = merge->next = vma_next(middle);
		right = fits_right(merge, left);
	}
	if ((!left && !right) || (at_start && at_end && !may_vanish(middle)))
		return NULL;
	if (left && right && !may_vanish(next))
		right = false;

	if (left && right)
		err = share_anon_vma(prev, next->anon_vma ? next : middle, &dup);
	else
		err = share_anon_vma(left ? prev : next, middle, &dup);
	if (err) {
		merge->no_memory = true;
		return NULL;
	}
	if (left)
		change_end(prev, right ? next->vm_end : merge->end);
	else
		change_start(next, merge->start);
	if (left && right)
		vanish(next);
	if (at_start && at_end)
		vanish(middle);
	else if (left)
		change_start(middle, merge->end);
	else
		change_end(middle, merge->start);
	return left ? prev : next;
}

/* 0 or -ENOMEM with nothing changed. */
static int expand(struct vma_merge *merge, struct vm_area_struct *target, unsigned long end)
{
	struct vm_area_struct *next = merge->next;
	struct vm_area_struct *dup = NULL;
	bool takes_next = next && next != target && end == next->vm_end;
	int err = 0;

	if (takes_next)
		err = share_anon_vma(target, next, &dup);
	if (!err)
		err = share_anon_vma(target, merge->copied_from, &dup);
	if (err) {
		if (dup)
			unlink_anon_vmas(dup);
		return err;
	}
	if (target == next)
		change_start(target, merge->start);
	else
		change_end(target, end);
	if (takes_next)
		vanish(next);
	return 0;
}

struct vm_area_struct *vma_merge_new_range(struct vma_merge *merge)
{
	struct vm_area_struct *target = NULL;
	unsigned long end = merge->end;
	bool left, right;

	mmap_assert_write_locked(merge->mm);
	if (merge->flags & VM_SPECIAL)
		return NULL;
	left = fits_left(merge);
	right = !merge->just_expand && fits_right(merge, left);
	if (right) {
		end = merge->next->vm_end;
		target = merge->next;
	}
	if (left) {
		target = merge->prev;
		if (right && !may_vanish(merge->next))
			end = merge->end;
	}
	if (!target || expand(merge, target, end))
		return NULL;
	return target;
}

struct vm_area_struct *vma_modify_flags(struct vm_area_struct *prev, struct vm_area_struct *vma,
					unsigned long start, unsigned long end, vm_flags_t flags)
{
	struct vma_merge merge = {
		.mm = vma->vm_mm,
		.prev = prev,
		.middle = vma,
		.start = start,
		.end = end,
		.pgoff = rmap_index(vma, start),
		.flags = flags,
		.file = vma->vm_file,
		.anon_vma = vma->anon_vma,
	};
	struct vm_area_struct *merged = merge_existing(&merge);
	int err;

	if (merged)
		return merged;
	if (merge.no_memory)
		return ERR_PTR(-ENOMEM);
	if (vma->vm_start < start) {
		err = split_vma(vma, start, true);
		if (err)
			return ERR_PTR(err);
	}
	if (vma->vm_end > end) {
		err = split_vma(vma, end, false);
		if (err)
			return ERR_PTR(err);
	}
	return vma;
}

struct vm_area_struct *vma_merge_extend(struct vm_area_struct *vma, unsigned long bytes)
{
	struct vma_merge merge = {
		.mm = vma->vm_mm,
		.prev = vma,
		.next = vma_next(vma),
		.start = vma->vm_end,
		.end = vma->vm_end + bytes,
		.pgoff = vma->vm_pgoff + vma_pages(vma),
		.flags = vma->vm_flags,
		.file = vma->vm_file,
		.anon_vma = vma->anon_vma,
	};

	return vma_merge_new_range(&merge);
}

static struct vm_area_struct *copy_apart(struct vm_area_struct *vma, unsigned long addr,
					 unsigned long bytes, pgoff_t pgoff)
{
	struct vm_area_struct *new = vm_area_dup(vma);

	if (!new)
		return NULL;
	vma_set_range(new, addr, addr + bytes, pgoff);
	if (anon_vma_clone(new, vma)) {
		vm_area_free(new);
		return NULL;
	}
	if (new->vm_file)
		get_file(new->vm_file);
	if (new->vm_ops && new->vm_ops->open)
		new->vm_ops->open(new);
	vma_tree_insert(new->vm_mm, new);
	rmap_vma_link_file(new);
	return new;
}

struct vm_area_struct *copy_vma(struct vm_area_struct **vmap, unsigned long addr,
				unsigned long bytes, pgoff_t pgoff, bool *need_rmap_locks)
{
	struct vm_area_struct *vma = *vmap;
	unsigned long start = vma->vm_start;
	struct vma_merge merge = {
		.mm = vma->vm_mm,
		.prev = vma_before(vma->vm_mm, addr),
		.next = find_vma(vma->vm_mm, addr),
		.copied_from = vma,
		.start = addr,
		.end = addr + bytes,
		.pgoff = pgoff,
		.flags = vma->vm_flags,
		.file = vma->vm_file,
		.anon_vma = vma->anon_vma,
	};
	struct vm_area_struct *new;

	/* Without pages yet it may as well look as if it had been mapped there. */
	if (vma_is_anonymous(vma) && !vma->anon_vma)
		merge.pgoff = pgoff = addr >> PAGE_SHIFT;
	*need_rmap_locks = false;
	new = vma_merge_new_range(&merge);
	if (!new)
		return copy_apart(vma, addr, bytes, pgoff);
	/* The area itself may have been what the copy was merged with. */
	if (start >= new->vm_start && start < new->vm_end)
		*vmap = vma = new;
	*need_rmap_locks = new->vm_pgoff <= vma->vm_pgoff;
	return new;
}
