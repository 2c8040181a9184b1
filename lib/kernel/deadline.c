/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Comparisons with the clock: what code spins for, and what a run may make it see at once. */
#include "kernel/deadline.h"
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include "kernel/inject.h"
#include "kernel/task_internal.h"
#include "kernel/time.h"
#include "kernel/warn_internal.h"
#include "kernel/world.h"
#include "kernel/world_internal.h"

/* A clock that was read so long ago is not what this comparison is about. */
#define STALE_JIFFIES 1
#define STALE_NS 1000

void sim_deadlines_reset(struct svmsim_world *world, struct sim_deadlines *deadlines)
{
	sim_free(world, deadlines->entry, deadlines->capacity * sizeof(*deadlines->entry));
	*deadlines = (struct sim_deadlines){ 0 };
}

/* Those that have passed make room. */
static bool is_known(struct sim_deadlines *deadlines, const struct sim_deadline *deadline)
{
	unsigned int kept = 0;
	bool known = false;

	for (unsigned int i = 0; i < deadlines->count; i++) {
		const struct sim_deadline *entry = &deadlines->entry[i];

		if (entry->ns <= sim_world->now_ns)
			continue;
		known = known || (entry->task == deadline->task && entry->ns == deadline->ns);
		deadlines->entry[kept++] = *entry;
	}
	deadlines->count = kept;
	return known;
}

/* Returns true when the run wants the deadline to be now: the clock is there then. */
static bool compared(u64 ns, const struct sim_site *site)
{
	struct sim_deadlines *deadlines = sim_deadlines(sim_world);
	struct sim_deadline deadline = { sim_task_current(), ns };

	if (!deadlines)
		return false;
	if (sim_inject(&sim_fault_deadline, site)) {
		sim_jump(sim_world, ns);
		return true;
	}
	if (is_known(deadlines, &deadline))
		return false;
	deadlines->entry = sim_array_grow(sim_world, deadlines->entry, deadlines->count,
					  &deadlines->capacity, sizeof(*deadlines->entry));
	deadlines->entry[deadlines->count++] = deadline;
	return false;
}

/* Of tasks that run or spin: what others wait for they will be told. */
bool sim_time_deadline(const struct svmsim_world *world, u64 *deadline_ns)
{
	const struct sim_deadlines *deadlines = sim_deadlines(world);
	u64 nearest_ns = ~0ull;

	for (unsigned int i = 0; deadlines && i < deadlines->count; i++) {
		const struct sim_deadline *entry = &deadlines->entry[i];

		if (entry->ns > world->now_ns && entry->ns < nearest_ns &&
		    entry->task->state != SIM_TASK_DEAD && entry->task->state != SIM_TASK_BLOCKED)
			nearest_ns = entry->ns;
	}
	if (nearest_ns == ~0ull)
		return false;
	*deadline_ns = nearest_ns;
	return true;
}

static bool is_ahead(unsigned long j)
{
	return (long)(j - jiffies) > 0;
}

static bool is_clock(unsigned long j)
{
	return jiffies - j <= STALE_JIFFIES;
}

bool sim_time_after(unsigned long a, unsigned long b, const struct sim_site *site)
{
	bool after = (long)(b - a) < 0;

	if (is_ahead(a) && is_clock(b))
		return !compared(sim_jiffies_to_ns(a), site);
	if (is_ahead(b) && is_clock(a))
		return compared(sim_jiffies_to_ns(b + 1), site);
	return after;
}

bool sim_time_after_eq(unsigned long a, unsigned long b, const struct sim_site *site)
{
	bool after = (long)(a - b) >= 0;

	if (is_ahead(a) && is_clock(b))
		return !compared(sim_jiffies_to_ns(a + 1), site);
	if (is_ahead(b) && is_clock(a))
		return compared(sim_jiffies_to_ns(b), site);
	return after;
}

static bool ns_is_clock(ktime_t time)
{
	ktime_t now = ktime_get();

	return time <= now && now - time <= STALE_NS;
}

int sim_ktime_compare(ktime_t cmp1, ktime_t cmp2, const struct sim_site *site)
{
	ktime_t now = ktime_get();

	if (cmp1 > now && ns_is_clock(cmp2))
		return compared((u64)cmp1 + 1, site) ? -1 : 1;
	if (cmp2 > now && ns_is_clock(cmp1))
		return compared((u64)cmp2 + 1, site) ? 1 : -1;
	return cmp1 < cmp2 ? -1 : cmp1 > cmp2;
}
