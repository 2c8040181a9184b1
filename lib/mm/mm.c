/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Address spaces: their structs, and what a run leaves of them. */
#include "mm/fault.h"
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kzalloc(sizeof(*mm), GFP_KERNEL);

	if (!mm)
		return NULL;
	atomic_set(&mm->mm_count, 1);
	atomic_set(&mm->mm_users, 1);
	__init_rwsem(&mm->mmap_lock, SIM_MMAP_LOCK_NAME, &sim_mmap_lock_key);
	spin_lock_init(&mm->page_table_lock);
	if (!fault_make_zero_page() || cpt_make(mm)) {
		kfree(mm);
		return NULL;
	}
	mm->sim_vmas = RB_ROOT;
	mm->sim_number = ++mm_state()->mm_count;
	list_add_tail(&mm->sim_node, &mm_state()->mms);
	return mm;
}

void mm_tell_new(struct mm_struct *mm)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (unlikely(watch) && watch->mm_new)
		watch->mm_new(watch->ctx, mm, NULL);
}

struct mm_struct *mm_create(void)
{
	struct mm_struct *mm = mm_alloc();

	if (mm)
		mm_tell_new(mm);
	return mm;
}

static const char *const counter_names[NR_MM_COUNTERS] = {
	[MM_FILEPAGES] = "MM_FILEPAGES",
	[MM_ANONPAGES] = "MM_ANONPAGES",
	[MM_SWAPENTS] = "MM_SWAPENTS",
	[MM_SHMEMPAGES] = "MM_SHMEMPAGES",
};

static void report_leak(const struct mm_struct *mm, const char *what, const char *key, long value)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_MM_LEAK);

	sim_report_field(report, "what", "%s", what);
	sim_report_field(report, "mm", "mm%u", mm->sim_number);
	sim_report_field(report, key, "%ld", value);
	if (mm->map_count)
		sim_report_line(report, "%d areas are still mapped.", mm->map_count);
	sim_report_raise(report);
}

/* The kernel logs these and goes on; both mean that somebody miscounted. */
static void check_counters(const struct mm_struct *mm)
{
	for (unsigned int i = 0; i < NR_MM_COUNTERS; i++) {
		long value = atomic_long_read(&mm->rss_stat[i]);

		if (likely(!value))
			continue;
		pr_alert("BUG: Bad rss-counter state mm:mm%u type:%s val:%ld Comm:%s Pid:%d\n",
			 mm->sim_number, counter_names[i], value, current->comm,
			 task_pid_nr(current));
		report_leak(mm, "rss", "pages", value);
	}
	if (unlikely(atomic_long_read(&mm->pgtables_bytes))) {
		long bytes = atomic_long_read(&mm->pgtables_bytes);

		pr_alert("BUG: non-zero pgtables_bytes on freeing mm: %ld\n", bytes);
		report_leak(mm, "tables", "bytes", bytes);
	}
}

static void __mmdrop(struct mm_struct *mm)
{
	WARN_ON_ONCE(mm == current->mm);
	cpt_unmake(mm);
	mmu_notifier_subscriptions_destroy(mm);
	check_counters(mm);
	list_del(&mm->sim_node);
	kfree(mm);
}

void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

void mmdrop(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count))
		__mmdrop(mm);
}

void mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
}

bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

static void __mmput(struct mm_struct *mm)
{
	const struct mm_watch *watch;

	exit_mmap(mm);
	watch = sim_phys_of_world(sim_world)->watch;
	if (unlikely(watch) && watch->mm_gone)
		watch->mm_gone(watch->ctx, mm);
	mmdrop(mm);
}

void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (atomic_dec_and_test(&mm->mm_users))
		__mmput(mm);
}

static void mmput_work(struct work_struct *work)
{
	__mmput(container_of(work, struct mm_struct, async_put_work));
}

void mmput_async(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	INIT_WORK(&mm->async_put_work, mmput_work);
	schedule_work(&mm->async_put_work);
}

int mm_counter(const struct folio *folio)
{
	if (folio_test_anon(folio))
		return MM_ANONPAGES;
	return folio_test_swapbacked(folio) ? MM_SHMEMPAGES : MM_FILEPAGES;
}

static int layer_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_MM] = sim_alloc(world, sizeof(struct mm_state));
	return 0;
}

static void layer_start(struct svmsim_world *world)
{
	struct mm_state *state = world->slot[SIM_SLOT_MM];

	INIT_LIST_HEAD(&state->mms);
	state->mm_count = 0;
}

/* Locks of a run that got stuck are still held; nobody is there to wait for. */
static bool is_free_to_go(const struct mm_struct *mm)
{
	if (rwsem_is_locked((struct rw_semaphore *)&mm->mmap_lock))
		return false;
	for (struct vm_area_struct *vma = vma_first(mm); vma; vma = vma_next(vma)) {
		if (vma->anon_vma && rwsem_is_locked(&vma->anon_vma->root->rwsem))
			return false;
		if (vma->vm_file && rwsem_is_locked(&vma->vm_file->f_mapping->i_mmap_rwsem))
			return false;
	}
	return true;
}

/* What a leaked mm is made of, so that it is not reported once more piece by piece. */
static void free_leaked(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	if (!is_free_to_go(mm))
		return;
	mmap_write_lock(mm);
	while ((vma = vma_first(mm))) {
		vma_tree_erase(mm, vma);
		unlink_anon_vmas(vma);
		rmap_vma_unlink_file(vma);
		vm_area_free(vma);
	}
	mmap_write_unlock(mm);
	cpt_free_range(mm, 0, CPT_ADDRESS_END, 0, 0);
	cpt_unmake(mm);
	kfree(mm->notifier_subscriptions);
	list_del(&mm->sim_node);
	kfree(mm);
}

static void layer_finish(struct svmsim_world *world)
{
	struct mm_state *state = world->slot[SIM_SLOT_MM];
	struct mm_struct *mm, *next;

	list_for_each_entry_safe(mm, next, &state->mms, sim_node) {
		int users = atomic_read(&mm->mm_users);

		if (users)
			report_leak(mm, "users", "count", users);
		else
			report_leak(mm, "struct", "count", atomic_read(&mm->mm_count));
		free_leaked(mm);
	}
}

static void layer_unmake(struct svmsim_world *world)
{
	sim_free(world, world->slot[SIM_SLOT_MM], sizeof(struct mm_state));
	world->slot[SIM_SLOT_MM] = NULL;
}

const struct sim_layer sim_layer_mm = {
	.name = "mm",
	.slot = SIM_SLOT_MM,
	.make = layer_make,
	.start = layer_start,
	.finish = layer_finish,
	.unmake = layer_unmake,
};
