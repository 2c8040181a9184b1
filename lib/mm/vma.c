/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Areas: making and freeing them, their tree by address, gaps between them. */
#include "mm/mman_internal.h"
#include <linux/align.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Of areas that a driver has filled without operations: they are not anonymous. */
static const struct vm_operations_struct dummy_vm_ops;

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = kzalloc(sizeof(*vma), GFP_KERNEL);

	if (!vma)
		return NULL;
	vma->vm_mm = mm;
	vma->vm_ops = &dummy_vm_ops;
	INIT_LIST_HEAD(&vma->anon_vma_chain);
	return vma;
}

/* The copy is in no tree: not by address, not of its file, not of its anon_vma. */
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = kmalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return NULL;
	memcpy(copy, vma, sizeof(*copy));
	INIT_LIST_HEAD(&copy->anon_vma_chain);
	return copy;
}

void vm_area_free(struct vm_area_struct *vma)
{
	kfree(vma);
}

void vma_set_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		   pgoff_t pgoff)
{
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = pgoff;
}

static struct vm_area_struct *area_of(struct rb_node *node)
{
	return rb_entry_safe(node, struct vm_area_struct, sim_rb);
}

struct vm_area_struct *vma_tree_first(const struct rb_root *root)
{
	return area_of(rb_first(root));
}

struct vm_area_struct *vma_first(const struct mm_struct *mm)
{
	return vma_tree_first(&mm->sim_vmas);
}

struct vm_area_struct *vma_next(const struct vm_area_struct *vma)
{
	return area_of(rb_next(&vma->sim_rb));
}

struct vm_area_struct *vma_prev(const struct vm_area_struct *vma)
{
	return area_of(rb_prev(&vma->sim_rb));
}

void vma_tree_add(struct rb_root *root, struct vm_area_struct *vma)
{
	struct rb_node **link = &root->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		struct vm_area_struct *at = area_of(*link);

		SIM_DEBUG_ASSERT(at->vm_end <= vma->vm_start || vma->vm_end <= at->vm_start);
		parent = *link;
		link = vma->vm_start < at->vm_start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&vma->sim_rb, parent, link);
	rb_insert_color(&vma->sim_rb, root);
}

void vma_tree_insert(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_tree_add(&mm->sim_vmas, vma);
	mm->map_count++;
}

void vma_tree_erase(struct mm_struct *mm, struct vm_area_struct *vma)
{
	rb_erase(&vma->sim_rb, &mm->sim_vmas);
	mm->map_count--;
	if (mm->sim_vma_cache == vma)
		mm->sim_vma_cache = NULL;
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *found = mm->sim_vma_cache;
	struct rb_node *node = mm->sim_vmas.rb_node;

	mmap_assert_locked(mm);
	if (found && addr >= found->vm_start && addr < found->vm_end)
		return found;
	found = NULL;
	while (node) {
		struct vm_area_struct *at = area_of(node);

		if (addr >= at->vm_end) {
			node = node->rb_right;
			continue;
		}
		found = at;
		if (addr >= at->vm_start)
			break;
		node = node->rb_left;
	}
	if (found)
		mm->sim_vma_cache = found;
	return found;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start_addr,
					     unsigned long end_addr)
{
	struct vm_area_struct *vma = find_vma(mm, start_addr);

	return vma && vma->vm_start < end_addr ? vma : NULL;
}

struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

struct vm_area_struct *vma_before(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr ? addr - 1 : 0);

	if (!vma)
		return area_of(rb_last(&mm->sim_vmas));
	return vma->vm_end <= addr ? vma : vma_prev(vma);
}

static void vma_close(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close) {
		vma->vm_ops->close(vma);
		/* It may not be called again, nor anything that relies on it. */
		vma->vm_ops = &dummy_vm_ops;
	}
}

void remove_vma(struct vm_area_struct *vma)
{
	might_sleep();
	vma_close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	vm_area_free(vma);
}

static bool has_room(struct mm_struct *mm, unsigned long addr, size_t bytes)
{
	return addr && bytes <= MM_AREA_END && addr <= MM_AREA_END - bytes &&
	       !find_vma_intersection(mm, addr, addr + bytes);
}

unsigned long vma_find_gap(struct mm_struct *mm, unsigned long hint, size_t bytes, size_t align)
{
	unsigned long addr = ALIGN(MM_AREA_BASE, align);
	struct vm_area_struct *vma;

	hint = ALIGN(hint, align);
	if (has_room(mm, hint, bytes))
		return hint;
	for (vma = find_vma(mm, addr); vma; vma = vma_next(vma)) {
		if (addr <= vma->vm_start && vma->vm_start - addr >= bytes)
			break;
		addr = ALIGN(vma->vm_end, align);
	}
	return has_room(mm, addr, bytes) ? addr : 0;
}

u64 vma_entry_flags(const struct vm_area_struct *vma)
{
	/* The CPU can't refuse reads where it allows writes or execution. */
	if (!(vma->vm_flags & VM_ACCESS_FLAGS))
		return CPT_PROTNONE;
	/*
	 * A private page is writable only once a fault has seen to it that it is its own, and one
	 * of a file that wants to hear of writes once it has heard.
	 */
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED) ||
	    (vma->vm_ops && vma->vm_ops->page_mkwrite))
		return CPT_PRESENT;
	return CPT_PRESENT | CPT_WRITE;
}
