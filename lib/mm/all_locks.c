/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* All locks under which entries of an mm can change. See mm/notifier.h. */
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include "kernel/inject.h"
#include "kernel/task.h"
#include "mm/notifier.h"
#include "mm/rmap.h"

static bool holds(const struct rw_semaphore *rwsem)
{
	return rwsem->sim.owner == sim_task_current();
}

/* Several areas have one mapping or one root: mmap_lock keeps these apart from strangers'. */
static void take(struct rw_semaphore *rwsem, struct mm_struct *mm)
{
	if (!holds(rwsem))
		down_write_nest_lock(rwsem, &mm->mmap_lock);
}

static void drop(struct rw_semaphore *rwsem)
{
	if (holds(rwsem))
		up_write(rwsem);
}

static void take_file_lock(struct vm_area_struct *vma)
{
	if (vma->vm_file && vma->vm_file->f_mapping)
		take(&vma->vm_file->f_mapping->i_mmap_rwsem, vma->vm_mm);
}

static void take_anon_locks(struct vm_area_struct *vma)
{
	struct anon_vma_chain *chain;

	list_for_each_entry(chain, &vma->anon_vma_chain, same_vma)
		take(&chain->anon_vma->root->rwsem, vma->vm_mm);
}

static bool is_interrupted(void)
{
	return signal_pending(current) ||
	       sim_inject(&sim_fault_signal, SIM_SITE(SIM_POINT_FAIL, "signal_pending", "current"));
}

#define FOR_EACH_AREA(vma, node, mm)                                                               \
	for (node = rb_first(&(mm)->sim_vmas);                                                     \
	     node && (vma = rb_entry(node, struct vm_area_struct, sim_rb), true);                  \
	     node = rb_next(node))

int mm_take_all_locks(struct mm_struct *mm)
{
	static void (*const passes[])(struct vm_area_struct *vma) = { take_file_lock,
								      take_anon_locks };
	struct vm_area_struct *vma;
	struct rb_node *node;

	mmap_assert_write_locked(mm);
	mutex_lock(&notifier_state()->all_locks);
	for (unsigned int i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
		FOR_EACH_AREA(vma, node, mm) {
			if (is_interrupted()) {
				mm_drop_all_locks(mm);
				return -EINTR;
			}
			passes[i](vma);
		}
	}
	return 0;
}

void mm_drop_all_locks(struct mm_struct *mm)
{
	struct anon_vma_chain *chain;
	struct vm_area_struct *vma;
	struct rb_node *node;

	FOR_EACH_AREA(vma, node, mm) {
		list_for_each_entry(chain, &vma->anon_vma_chain, same_vma)
			drop(&chain->anon_vma->root->rwsem);
		if (vma->vm_file && vma->vm_file->f_mapping)
			drop(&vma->vm_file->f_mapping->i_mmap_rwsem);
	}
	mutex_unlock(&notifier_state()->all_locks);
}
