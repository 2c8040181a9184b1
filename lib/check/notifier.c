/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * `notifier`: a page table that changes without telling, a reader that commits what an invalidation
 * took away, invalidations that never end. `cpu-tlb-stale`: a translation that outlived its flush.
 */
#include "check/mm.h"
#include "kernel/warn_internal.h"
#include "kernel/task.h"
#include "mm/cpt.h"

static u32 task_number(void)
{
	return sim_task_current()->number;
}

static struct sim_report *begin(const char *what, const struct mm_struct *mm)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_NOTIFIER);

	sim_report_field(report, "what", "%s", what);
	sim_report_field(report, "mm", "%u", mm->sim_number);
	return report;
}

static bool is_owned(const struct mmu_notifier_range *range)
{
	return range->event == MMU_NOTIFY_MIGRATE || range->event == MMU_NOTIFY_EXCLUSIVE;
}

static void on_range_start(void *ctx, const struct mmu_notifier_range *range)
{
	struct chk_mm *state = chk_mm();

	if (state->range_count == state->range_capacity)
		state->ranges = sim_array_grow(sim_world, state->ranges, state->range_count,
					       &state->range_capacity, sizeof(*state->ranges));
	state->ranges[state->range_count++] = (struct chk_range){
		.mm_number = range->mm->sim_number,
		.start = range->start,
		.end = range->end,
		.task = task_number(),
	};
	/* A driver may know its own events by their owner, and leave its sequence alone. */
	if (is_owned(range))
		return;
	for (u32 i = 0; i < state->listener_count; i++) {
		struct chk_listener *listener = &state->listeners[i];

		if (listener->mm_number == range->mm->sim_number &&
		    listener->start < range->end && listener->last >= range->start)
			listener->count++;
	}
}

static void on_range_end(void *ctx, const struct mmu_notifier_range *range)
{
	struct chk_mm *state = chk_mm();

	for (u32 i = state->range_count; i--;) {
		struct chk_range *open = &state->ranges[i];

		if (open->mm_number != range->mm->sim_number || open->start != range->start ||
		    open->end != range->end)
			continue;
		*open = state->ranges[--state->range_count];
		return;
	}
	sim_report_from_caller();
	sim_report_raise(begin("end-without-start", range->mm));
}

static struct chk_listener *listener_of(const struct mmu_interval_notifier *notifier, bool makes)
{
	struct chk_mm *state = chk_mm();

	for (u32 i = 0; i < state->listener_count; i++)
		if (state->listeners[i].notifier == notifier)
			return &state->listeners[i];
	if (!makes)
		return NULL;
	if (state->listener_count == state->listener_capacity)
		state->listeners =
			sim_array_grow(sim_world, state->listeners, state->listener_count,
				       &state->listener_capacity, sizeof(*state->listeners));
	state->listeners[state->listener_count] = (struct chk_listener){ .notifier = notifier };
	return &state->listeners[state->listener_count++];
}

static struct chk_reader *reader_of(const struct mmu_interval_notifier *notifier, bool makes)
{
	struct chk_mm *state = chk_mm();

	for (u32 i = 0; i < state->reader_count; i++)
		if (state->readers[i].notifier == notifier &&
		    state->readers[i].task == task_number())
			return &state->readers[i];
	if (!makes)
		return NULL;
	if (state->reader_count == state->reader_capacity)
		state->readers = sim_array_grow(sim_world, state->readers, state->reader_count,
						&state->reader_capacity, sizeof(*state->readers));
	state->readers[state->reader_count] = (struct chk_reader){
		.notifier = notifier,
		.task = task_number(),
	};
	return &state->readers[state->reader_count++];
}

/* What it covers is copied: it may be freed, and its memory another's, by the next time. */
static void on_read_begin(void *ctx, struct mmu_interval_notifier *notifier, unsigned long seq)
{
	struct chk_listener *listener = listener_of(notifier, true);

	listener->mm_number = notifier->mm->sim_number;
	listener->start = notifier->interval_tree.start;
	listener->last = notifier->interval_tree.last;
	reader_of(notifier, true)->seen = listener->count;
}

static void on_read_retry(void *ctx, struct mmu_interval_notifier *notifier, unsigned long seq,
			  bool retry)
{
	const struct chk_reader *reader = reader_of(notifier, false);
	const struct chk_listener *listener = listener_of(notifier, false);
	struct sim_report *report;

	if (retry || !reader || !listener || reader->seen == listener->count)
		return;
	sim_report_from_caller();
	report = begin("stale-commit", notifier->mm);
	sim_report_line(report,
			"what was read since mmu_interval_read_begin() was invalidated, but the "
			"notifier's sequence did not change: does its callback call "
			"mmu_interval_set_seq()?");
	sim_report_raise(report);
}

static bool is_announced(const struct mm_struct *mm, unsigned long addr, unsigned long bytes)
{
	const struct chk_mm *state = chk_mm();

	for (u32 i = 0; i < state->range_count; i++) {
		const struct chk_range *open = &state->ranges[i];

		if (open->mm_number == mm->sim_number && open->start <= addr &&
		    open->end - 1 >= addr + bytes - 1)
			return true;
	}
	return false;
}

/* Whether somebody who mirrored the old entry must hear of the new one. */
static bool takes_away(u64 old, u64 entry)
{
	bool was_there = cpt_present(old) || cpt_is_device_private(old) ||
			 cpt_soft(old) == CPT_DEVICE_EXCLUSIVE;

	if (!was_there || cpt_is_table(old))
		return false;
	if (cpt_present(old) != cpt_present(entry) || cpt_pfn(old) != cpt_pfn(entry))
		return true;
	return (cpt_write(old) && !cpt_write(entry)) || (!cpt_protnone(old) && cpt_protnone(entry));
}

/* A table that a collapse has taken out is cleared when nobody finds it any more. */
static bool is_detached(struct mm_struct *mm, unsigned long addr, unsigned int level)
{
	struct cpt_hit hit;

	return !level && (!cpt_lookup(mm, addr, &hit) || hit.level);
}

static void on_cpt_change(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned int level,
			  u64 old, u64 entry)
{
	unsigned long bytes = level ? CPT_PMD_SIZE : PAGE_SIZE;
	struct sim_report *report;

	if (!mm->notifier_subscriptions || level > 1 || !takes_away(old, entry) ||
	    is_announced(mm, addr, bytes) || is_detached(mm, addr, level))
		return;
	sim_report_from_caller();
	report = begin("unannounced", mm);
	sim_report_line(report, "the entry of 0x%lx changes and no range is open around it", addr);
	sim_report_raise(report);
}

static void on_tlb_hit(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned long pfn,
		       bool write, bool is_justified)
{
	struct sim_report *report;

	if (is_justified)
		return;
	sim_report_from_caller();
	report = sim_report_begin(SIM_REPORT_CPU_TLB_STALE);
	sim_report_field(report, "mm", "%u", mm->sim_number);
	sim_report_field(report, "access", "%s", write ? "write" : "read");
	sim_report_line(report,
			"CPU %u reaches 0x%lx by a translation that the page table does not have",
			sim_world->cpu, addr);
	if (!page_count(pfn_to_page(pfn)))
		sim_report_line(report, "the page has been freed");
	sim_report_raise(report);
}

static void chk_notifier_watch(struct mm_watch *watch)
{
	watch->range_start = on_range_start;
	watch->range_end = on_range_end;
	watch->read_begin = on_read_begin;
	watch->read_retry = on_read_retry;
	watch->cpt_change = on_cpt_change;
	watch->tlb_hit = on_tlb_hit;
}

struct chk_mm *chk_mm_make(struct svmsim_world *world, struct mm_watch *watch)
{
	chk_notifier_watch(watch);
	chk_shadow_watch(watch);
	return sim_alloc(world, sizeof(struct chk_mm));
}

void chk_mm_finish(struct svmsim_world *world)
{
	struct chk_mm *state = chk_mm();

	for (u32 i = 0; i < state->range_count; i++) {
		struct sim_report *report = sim_report_begin(SIM_REPORT_NOTIFIER);

		sim_report_field(report, "what", "never-ended");
		sim_report_field(report, "mm", "%u", state->ranges[i].mm_number);
		sim_report_line(report, "0x%lx - 0x%lx", state->ranges[i].start,
				state->ranges[i].end);
		sim_report_raise(report);
	}
}

void chk_mm_reset(struct chk_mm *state)
{
	chk_spaces_clear(state);
	state->range_count = 0;
	state->reader_count = 0;
	state->listener_count = 0;
}

void chk_mm_unmake(struct chk_mm *state)
{
	chk_mm_reset(state);
	sim_free(sim_world, state->ranges, state->range_capacity * sizeof(*state->ranges));
	sim_free(sim_world, state->readers, state->reader_capacity * sizeof(*state->readers));
	sim_free(sim_world, state->listeners, state->listener_capacity * sizeof(*state->listeners));
	sim_free(sim_world, state, sizeof(*state));
}
