/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Queues, and the life of the layer. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/workqueue.h>
#include "kernel/workqueue_internal.h"

struct workqueue_struct *sim_system_wq(enum sim_system_wq which)
{
	return sim_work_state(sim_world)->system[which];
}

static unsigned int pwq_count(unsigned int flags)
{
	return flags & WQ_UNBOUND ? 1 : sim_world->cpu_count;
}

static void init_queue(struct workqueue_struct *wq, unsigned int flags, int max_active,
		       struct lockdep_map *map)
{
	wq->flags = flags;
	wq->max_active = max_active ? (unsigned int)max_active : WQ_DFL_ACTIVE;
	if (flags & WQ_BH)
		wq->max_active = ~0u;
	else if (wq->max_active > WQ_MAX_ACTIVE)
		wq->max_active = WQ_MAX_ACTIVE;
	wq->pwq_count = pwq_count(flags);
	for (unsigned int cpu = 0; cpu < wq->pwq_count; cpu++) {
		wq->pwq[cpu].wq = wq;
		wq->pwq[cpu].pool = sim_pool_of(cpu, flags);
		INIT_LIST_HEAD(&wq->pwq[cpu].inactive);
	}
	wq->lockdep_map = map;
	if (!map) {
		wq->lockdep_map = &wq->own_map;
		lockdep_register_key(&wq->key);
		host_snprintf(wq->map_name, sizeof(wq->map_name), "(wq_completion)%s", wq->name);
		lockdep_init_map(&wq->own_map, wq->map_name, &wq->key, 0);
	}
	list_add_tail(&wq->entry, &sim_work_state(sim_world)->wq);
}

/* A queue that softirqs serve has few freedoms. */
static bool flags_are_valid(unsigned int flags, int max_active)
{
	const unsigned int bh_allows = WQ_BH | WQ_HIGHPRI | WQ_PERCPU;

	if (!(flags & WQ_BH))
		return true;
	return !WARN_ON_ONCE(flags & ~bh_allows) && !WARN_ON_ONCE(max_active);
}

static __printf(1, 0) struct workqueue_struct *
make_queue(const char *fmt, unsigned int flags, int max_active, struct lockdep_map *map,
	   va_list args)
{
	struct workqueue_struct *wq;

	if (!flags_are_valid(flags, max_active))
		return NULL;
	wq = kzalloc(struct_size(wq, pwq, pwq_count(flags)), GFP_KERNEL);
	if (!wq)
		return NULL;
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	init_queue(wq, flags, max_active, map);
	return wq;
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq;
	va_list args;

	va_start(args, max_active);
	wq = make_queue(fmt, flags, max_active, NULL, args);
	va_end(args);
	return wq;
}

struct workqueue_struct *alloc_workqueue_lockdep_map(const char *fmt, unsigned int flags,
						     int max_active,
						     struct lockdep_map *lockdep_map, ...)
{
	struct workqueue_struct *wq;
	va_list args;

	va_start(args, lockdep_map);
	wq = make_queue(fmt, flags, max_active, lockdep_map, args);
	va_end(args);
	return wq;
}

/* A queue that is still busy after draining stays, as in the kernel: its items need it. */
void sim_destroy_workqueue(struct workqueue_struct *wq, const struct sim_site *site)
{
	wq->flags |= SIM_WQ_DESTROYING;
	if (!sim_drain(wq, "drain_workqueue", site))
		return;
	if (WARN(wq->flight_count, "destroy_workqueue: %s is still busy\n", wq->name))
		return;
	if (wq->lockdep_map == &wq->own_map)
		lockdep_unregister_key(&wq->key);
	list_del(&wq->entry);
	kfree(wq);
}

void(destroy_workqueue)(struct workqueue_struct *wq)
{
	destroy_workqueue(wq);
}

void workqueue_set_max_active(struct workqueue_struct *wq, int max_active)
{
	if (WARN_ON(wq->flags & WQ_BH) || WARN_ON(sim_wq_is_ordered(wq)))
		return;
	wq->max_active = max_active > 0 ? (unsigned int)max_active : 1;
	for (unsigned int cpu = 0; cpu < wq->pwq_count; cpu++)
		sim_pwq_refill(&wq->pwq[cpu]);
}

int schedule_on_each_cpu(work_func_t func)
{
	unsigned int count = sim_world->cpu_count;
	struct work_struct *works = kcalloc(count, sizeof(*works), GFP_KERNEL);

	if (!works)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < count; cpu++) {
		INIT_WORK(&works[cpu], func);
		schedule_work_on((int)cpu, &works[cpu]);
	}
	for (unsigned int cpu = 0; cpu < count; cpu++)
		flush_work(&works[cpu]);
	kfree(works);
	return 0;
}

/** struct system_queue - one of the world's own */
struct system_queue {
	const char *name;
	unsigned int flags;
	int max_active;
};

static const struct system_queue system_queues[SIM_SYSTEM_WQ_COUNT] = {
	[SIM_SYSTEM_WQ] = { "events", WQ_PERCPU, 0 },
	[SIM_SYSTEM_WQ_HIGHPRI] = { "events_highpri", WQ_HIGHPRI | WQ_PERCPU, 0 },
	[SIM_SYSTEM_WQ_LONG] = { "events_long", WQ_PERCPU, 0 },
	[SIM_SYSTEM_WQ_UNBOUND] = { "events_unbound", WQ_UNBOUND, WQ_MAX_ACTIVE },
	[SIM_SYSTEM_WQ_FREEZABLE] = { "events_freezable", WQ_FREEZABLE | WQ_PERCPU, 0 },
	[SIM_SYSTEM_WQ_POWER] = { "events_power_efficient", WQ_POWER_EFFICIENT | WQ_PERCPU, 0 },
	[SIM_SYSTEM_WQ_FREEZABLE_POWER] = { "events_freezable_pwr_efficient",
					    WQ_FREEZABLE | WQ_POWER_EFFICIENT | WQ_PERCPU, 0 },
	[SIM_SYSTEM_WQ_BH] = { "events_bh", WQ_BH | WQ_PERCPU, 0 },
	[SIM_SYSTEM_WQ_BH_HIGHPRI] = { "events_bh_highpri", WQ_BH | WQ_HIGHPRI | WQ_PERCPU, 0 },
};

static size_t queue_bytes(unsigned int flags)
{
	return sizeof(struct workqueue_struct) + pwq_count(flags) * sizeof(struct sim_pwq);
}

static void work_start(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);

	sim_pools_start(world);
	for (unsigned int i = 0; i < SIM_SYSTEM_WQ_COUNT; i++) {
		const struct system_queue *queue = &system_queues[i];
		struct workqueue_struct *wq = sim_alloc(world, queue_bytes(queue->flags));

		host_snprintf(wq->name, sizeof(wq->name), "%s", queue->name);
		init_queue(wq, queue->flags, queue->max_active, NULL);
		state->system[i] = wq;
	}
}

static int work_make(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_alloc(world, sizeof(*state));

	INIT_LIST_HEAD(&state->wq);
	INIT_LIST_HEAD(&state->off);
	INIT_LIST_HEAD(&state->flushers);
	world->slot[SIM_SLOT_WORK] = state;
	sim_pools_make(world);
	return 0;
}

static bool any(struct work_struct *work, const void *ctx)
{
	return true;
}

/* Static items outlive a run, so they must not stay linked. */
static void work_reset(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);
	struct work_struct *work;

	while ((work = sim_work_find_in_flight(any, NULL)))
		sim_work_unlink(work);
	while (!list_empty(&state->off))
		sim_work_unlink(list_first_entry(&state->off, struct work_struct, entry));
	sim_pools_reset(world);
	INIT_LIST_HEAD(&state->wq);
	INIT_LIST_HEAD(&state->flushers);
	for (unsigned int i = 0; i < SIM_SYSTEM_WQ_COUNT; i++) {
		struct workqueue_struct *wq = state->system[i];

		if (wq)
			sim_free(world, wq, queue_bytes(wq->flags));
		state->system[i] = NULL;
	}
	sim_free(world, state->ran, state->ran_capacity * sizeof(*state->ran));
	state->ran = NULL;
	state->ran_count = 0;
	state->ran_capacity = 0;
	state->instance = 0;
	state->pass = 0;
	state->is_pass = false;
}

static void work_unmake(struct svmsim_world *world)
{
	work_reset(world);
	sim_pools_unmake(world);
	sim_free(world, world->slot[SIM_SLOT_WORK], sizeof(struct sim_work_state));
	world->slot[SIM_SLOT_WORK] = NULL;
}

const struct sim_layer sim_layer_work = {
	.name = "work",
	.slot = SIM_SLOT_WORK,
	.make = work_make,
	.start = work_start,
	.reset = work_reset,
	.unmake = work_unmake,
};
