/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Address spaces, areas and entries made by hand: what rmap needs of them and nothing else. */
#ifndef UNIT_RMAP_FIXTURE_H
#define UNIT_RMAP_FIXTURE_H

#include <linux/mm.h>
#include <linux/slab.h>
#include "mm/rmap.h"
#include "mm/tlb.h"
#include "mm_fixture.h"

#define BASE 0x40000000ul
#define ANON_FLAGS (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE)

static inline struct mm_struct *hand_mm(unsigned int number)
{
	struct mm_struct *mm = kzalloc(sizeof(*mm), GFP_KERNEL);

	ktest_assert_non_null(mm);
	mm->mm_users.counter = mm->mm_count.counter = 1;
	init_rwsem(&mm->mmap_lock);
	spin_lock_init(&mm->page_table_lock);
	mm->sim_number = number;
	ktest_assert_int_equal(cpt_make(mm), 0);
	return mm;
}

/* Nothing is mapped any more. */
static inline void hand_mm_free(struct mm_struct *mm)
{
	cpt_free_range(mm, 0, CPT_ADDRESS_END, 0, 0);
	cpt_unmake(mm);
	kfree(mm);
}

/* Areas are added in ascending order of addresses. */
static inline void hand_area_insert(struct vm_area_struct *vma)
{
	struct rb_node **link = &vma->vm_mm->sim_vmas.rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		if (vma->vm_start < rb_entry(parent, struct vm_area_struct, sim_rb)->vm_start)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&vma->sim_rb, parent, link);
	rb_insert_color(&vma->sim_rb, &vma->vm_mm->sim_vmas);
}

static inline struct vm_area_struct *hand_area(struct mm_struct *mm, unsigned long start,
					       unsigned long pages, struct file *file,
					       unsigned long pgoff)
{
	struct vm_area_struct *vma = kzalloc(sizeof(*vma), GFP_KERNEL);

	ktest_assert_non_null(vma);
	vma->vm_mm = mm;
	vma->vm_start = start;
	vma->vm_end = start + pages * PAGE_SIZE;
	vma->__vm_flags = ANON_FLAGS;
	vma->vm_pgoff = pgoff;
	vma->vm_file = file;
	INIT_LIST_HEAD(&vma->anon_vma_chain);
	hand_area_insert(vma);
	rmap_vma_link_file(vma);
	return vma;
}

static inline struct vm_area_struct *hand_anon(struct mm_struct *mm, unsigned long start,
					       unsigned long pages)
{
	return hand_area(mm, start, pages, NULL, start >> PAGE_SHIFT);
}

static inline void hand_area_free(struct vm_area_struct *vma)
{
	mmap_write_lock(vma->vm_mm);
	rmap_vma_unlink_file(vma);
	unlink_anon_vmas(vma);
	mmap_write_unlock(vma->vm_mm);
	rb_erase(&vma->sim_rb, &vma->vm_mm->sim_vmas);
	kfree(vma);
}

static inline int hand_prepare(struct vm_area_struct *vma)
{
	int err;

	mmap_read_lock(vma->vm_mm);
	err = anon_vma_prepare(vma);
	mmap_read_unlock(vma->vm_mm);
	return err;
}

/* A copy of an area in the same or another mm, its anon_vma cloned or forked. */
static inline int hand_copy(struct vm_area_struct *vma, struct mm_struct *mm, bool is_fork,
			    struct vm_area_struct **out)
{
	struct vm_area_struct *copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	int err;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, vma, sizeof(*copy));
	copy->vm_mm = mm;
	INIT_LIST_HEAD(&copy->anon_vma_chain);
	mmap_write_lock(vma->vm_mm);
	err = is_fork ? anon_vma_fork(copy, vma) : anon_vma_clone(copy, vma);
	mmap_write_unlock(vma->vm_mm);
	if (err) {
		kfree(copy);
		return err;
	}
	hand_area_insert(copy);
	rmap_vma_link_file(copy);
	*out = copy;
	return 0;
}

/* The PTE slot of an address, its table made when missing. */
static inline u64 *hand_pte(struct mm_struct *mm, unsigned long addr)
{
	u64 *pmd = cpt_pmd_alloc(mm, addr);

	ktest_assert_non_null(pmd);
	ktest_assert_int_equal(cpt_pte_alloc(mm, addr, pmd), 0);
	return cpt_pte(pmd, addr);
}

static inline void hand_set(struct mm_struct *mm, unsigned long addr, u64 entry)
{
	cpt_set(mm, addr, hand_pte(mm, addr), 0, entry);
}

#endif
