/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Tasks, their clocks, and what orders them. */
#include "kernel/race.h"
#include <linux/sim_marked.h>
#include <svmsim/program.h>
#include "kernel/layers.h"
#include "kernel/race_internal.h"
#include "kernel/slab.h"
#include "kernel/warn_internal.h"

#define SYNC_SIZE_MIN 256u

static void clock_size(struct race_clock *clock, u32 count)
{
	u32 *time;

	if (count <= clock->count)
		return;
	count = (count + 7) & ~7u;
	time = sim_alloc(sim_world, count * sizeof(*time));
	if (clock->time)
		__builtin_memcpy(time, clock->time, clock->count * sizeof(*time));
	sim_free(sim_world, clock->time, clock->count * sizeof(*time));
	clock->time = time;
	clock->count = count;
}

static void clock_join(struct race_clock *to, const struct race_clock *from)
{
	clock_size(to, from->count);
	for (u32 i = 0; i < from->count; i++)
		if (to->time[i] < from->time[i])
			to->time[i] = from->time[i];
}

static void clock_clear(struct race_clock *clock)
{
	for (u32 i = 0; i < clock->count; i++)
		clock->time[i] = 0;
}

static void clock_free(struct svmsim_world *world, struct race_clock *clock)
{
	sim_free(world, clock->time, clock->count * sizeof(*clock->time));
	*clock = (struct race_clock){ 0 };
}

static void task_free(struct svmsim_world *world, struct race_task *task)
{
	task->task->clock = NULL;
	clock_free(world, &task->now);
	clock_free(world, &task->fenced);
	clock_free(world, &task->seen);
	sim_free(world, task, sizeof(*task));
}

/* The slot for one more task: that of a dead one, when clocks would become long. */
static u32 slot_get(struct race_state *state, u32 *time)
{
	*time = 1;
	for (u32 i = 0; state->task_count >= RACE_SLOT_MANY && i < state->task_count; i++) {
		struct race_task *dead = state->tasks[i];

		if (dead->task->state != SIM_TASK_DEAD)
			continue;
		*time = dead->now.time[i] + 1;
		task_free(sim_world, dead);
		return i;
	}
	state->tasks = sim_array_grow(sim_world, state->tasks, state->task_count,
				      &state->task_capacity, sizeof(struct race_task *));
	return state->task_count++;
}

static noinline struct race_task *task_make(struct race_state *state, struct sim_task *task)
{
	struct race_task *made = sim_alloc(sim_world, sizeof(*made));
	u32 time;

	made->task = task;
	made->slot = slot_get(state, &time);
	clock_size(&made->now, made->slot + 1);
	made->now.time[made->slot] = time;
	state->tasks[made->slot] = made;
	task->clock = made;
	return made;
}

static struct race_task *task_of(struct race_state *state, struct sim_task *task)
{
	return likely(task->clock) ? task->clock : task_make(state, task);
}

struct race_task *race_current(struct race_state *state)
{
	return task_of(state, sim_task_current());
}

/* What the task does from now on is not what it released. */
static void tick(struct race_task *task)
{
	task->now.time[task->slot]++;
}

static struct race_sync *sync_lookup(struct race_state *state, uintptr_t key)
{
	u32 slot = (u32)(key * 0x9e3779b97f4a7c15ull >> 32) & (state->sync_size - 1);

	for (; state->sync[slot]; slot = (slot + 1) & (state->sync_size - 1))
		if (state->sync[slot]->key == key)
			return state->sync[slot];
	return NULL;
}

static void sync_put(struct race_state *state, struct race_sync *sync)
{
	u32 slot = (u32)(sync->key * 0x9e3779b97f4a7c15ull >> 32) & (state->sync_size - 1);

	while (state->sync[slot])
		slot = (slot + 1) & (state->sync_size - 1);
	state->sync[slot] = sync;
}

static struct race_sync *sync_find(struct race_state *state, uintptr_t key)
{
	return state->sync_size ? sync_lookup(state, key) : NULL;
}

static void sync_grow(struct race_state *state)
{
	struct race_sync **old = state->sync;
	u32 old_size = state->sync_size;

	if (2 * (state->sync_count + 1) <= old_size)
		return;
	state->sync_size = old_size ? 2 * old_size : SYNC_SIZE_MIN;
	state->sync = sim_alloc(sim_world, state->sync_size * sizeof(struct race_sync *));
	for (u32 i = 0; i < old_size; i++)
		if (old[i])
			sync_put(state, old[i]);
	sim_free(sim_world, old, old_size * sizeof(struct race_sync *));
}

static struct race_sync *sync_get(struct race_state *state, uintptr_t key)
{
	struct race_sync *sync = sync_find(state, key);

	if (sync)
		return sync;
	if (state->sync_count >= RACE_SYNC_MAX) {
		race_say_bound(state, "objects that order tasks");
		return NULL;
	}
	sync_grow(state);
	sync = sim_alloc(sim_world, sizeof(*sync));
	sync->key = key;
	sync->number = ++state->sync_count;
	sync_put(state, sync);
	return sync;
}

static uintptr_t object_key(const void *object)
{
	return (uintptr_t)object << 1;
}

static uintptr_t memory_key(const volatile void *address)
{
	return (uintptr_t)address << 1 | 1;
}

static void object_touched(struct race_state *state, const void *object)
{
	const struct race_sync *sync;

	if (likely(!state->steps))
		return;
	sync = sync_get(state, object_key(object));
	race_step_object(state, sync ? sync->number : 0);
}

void sim_race_acquire(const void *object)
{
	struct race_state *state = race_state(sim_world);
	struct race_task *task = race_current(state);
	const struct race_sync *sync;

	object_touched(state, object);
	sync = sync_find(state, object_key(object));
	if (sync)
		clock_join(&task->now, &sync->clock);
}

static void release_on(struct race_state *state, struct race_task *task, uintptr_t key)
{
	struct race_sync *sync = sync_get(state, key);

	if (!sync)
		return;
	clock_join(&sync->clock, &task->now);
	tick(task);
}

void sim_race_release(const void *object)
{
	struct race_state *state = race_state(sim_world);

	release_on(state, race_current(state), object_key(object));
	object_touched(state, object);
}

/* Work and interrupts have nothing from whom they were made by: what is queued for them has. */
void sim_race_task_created(struct sim_task *task)
{
	struct race_state *state = race_state(sim_world);
	struct race_task *maker = race_current(state), *made = task_of(state, task);

	if (task->class == SIM_TASK_WORKER || task->class == SIM_TASK_SOFTIRQ ||
	    task->class == SIM_TASK_HARDIRQ)
		return;
	clock_join(&made->now, &maker->now);
	tick(maker);
}

void sim_race_task_exit(struct sim_task *task)
{
	uintptr_t stack;
	size_t bytes;

	sim_race_release(task);
	if (host_fiber_stack(task->fiber, &stack, &bytes))
		race_forget(race_state(sim_world), stack, bytes);
}

void sim_race_acquire_all(struct sim_task *who)
{
	struct race_state *state = race_state(sim_world);
	struct race_task *task = task_of(state, who);

	for (unsigned int i = 0; i < state->task_count; i++) {
		struct race_task *other = state->tasks[i];

		if (other == task)
			continue;
		clock_join(&task->now, &other->now);
		tick(other);
	}
}

void sim_race_load(const volatile void *address, enum sim_race_order order)
{
	struct race_state *state = race_state(sim_world);
	struct race_task *task = race_current(state);
	const struct race_sync *sync = sync_find(state, memory_key(address));

	if (!sync)
		return;
	clock_join(order & SIM_RACE_ACQUIRE ? &task->now : &task->seen, &sync->clock);
}

/* A store ends what was released there before; an exchange goes on with it. */
void sim_race_store(const volatile void *address, enum sim_race_order order)
{
	struct race_state *state = race_state(sim_world);
	struct race_sync *sync = sync_find(state, memory_key(address));

	if (sync)
		clock_clear(&sync->clock);
	sim_race_exchange(address, order & SIM_RACE_RELEASE);
}

void sim_race_exchange(const volatile void *address, enum sim_race_order order)
{
	struct race_state *state = race_state(sim_world);
	struct race_task *task = race_current(state);
	struct race_sync *sync;

	sim_race_load(address, order);
	if (order & SIM_RACE_RELEASE) {
		release_on(state, task, memory_key(address));
		return;
	}
	if (!task->fenced.count)
		return;
	sync = sync_get(state, memory_key(address));
	if (sync)
		clock_join(&sync->clock, &task->fenced);
}

void sim_race_fence(enum sim_race_order order)
{
	struct race_task *task = race_current(race_state(sim_world));

	if (order & SIM_RACE_ACQUIRE)
		clock_join(&task->now, &task->seen);
	if (order & SIM_RACE_RELEASE) {
		clock_join(&task->fenced, &task->now);
		tick(task);
	}
}

void sim_race_memory_new(const void *start, size_t bytes)
{
	race_forget(race_state(sim_world), (uintptr_t)start, bytes);
}

void sim_race_memory_freed(const void *start, size_t bytes, uintptr_t pc)
{
	struct race_state *state = race_state(sim_world);

	if (state->flags & SVMSIM_WATCH_RACES)
		race_look(state, race_current(state), (uintptr_t)start, bytes,
			  SIM_RACE_WRITE | SIM_RACE_FREE, pc);
}

noinline bool sim_race_arm(struct svmsim_world *world)
{
	struct race_state *state = race_state(world);

	if (!state || !state->flags)
		return false;
	world->race_armed = true;
	sim_slab_watch(world);
	return true;
}

/* Calls are numbered in order of first uses; the order of addresses reaches nothing. */
static u32 *call_slot(struct race_state *state, u32 outer, uintptr_t pc)
{
	u64 hash = (pc ^ (u64)outer << 40) * 0x9e3779b97f4a7c15ull;
	u32 slot = (u32)(hash >> 32) & (state->call_table_size - 1);

	for (; state->call_table[slot]; slot = (slot + 1) & (state->call_table_size - 1)) {
		const struct race_call *call = &state->calls[state->call_table[slot]];

		if (call->pc == pc && call->outer == outer)
			break;
	}
	return &state->call_table[slot];
}

static void calls_grow(struct race_state *state)
{
	u32 size = state->call_table_size;

	if (!state->call_count)
		state->call_count = 1;
	state->calls = sim_array_grow(sim_world, state->calls, state->call_count,
				      &state->call_capacity, sizeof(*state->calls));
	if (2 * (state->call_count + 1) <= size)
		return;
	sim_free(sim_world, state->call_table, size * sizeof(*state->call_table));
	state->call_table_size = size ? 2 * size : 256;
	state->call_table = sim_alloc(sim_world,
				      state->call_table_size * sizeof(*state->call_table));
	for (u32 i = 1; i < state->call_count; i++)
		*call_slot(state, state->calls[i].outer, state->calls[i].pc) = i;
}

void sim_race_enter(uintptr_t pc)
{
	struct race_state *state = race_state(sim_world);
	struct race_task *task = race_current(state);
	u32 *slot;

	if (task->overflow) {
		task->overflow++;
		return;
	}
	calls_grow(state);
	slot = call_slot(state, task->call, pc);
	if (!*slot) {
		if (state->call_count >= RACE_CALL_MAX) {
			task->overflow++;
			return;
		}
		state->calls[state->call_count] = (struct race_call){ pc, task->call };
		*slot = state->call_count++;
	}
	task->call = *slot;
}

void sim_race_leave(void)
{
	struct race_state *state = race_state(sim_world);
	struct race_task *task = race_current(state);

	if (task->overflow)
		task->overflow--;
	else if (task->call)
		task->call = state->calls[task->call].outer;
}

void sim_race_access(const volatile void *address, size_t bytes, unsigned int flags, uintptr_t pc)
{
	struct svmsim_world *world = sim_world;
	struct race_state *state = race_state(world);
	struct race_task *task;
	uintptr_t start = (uintptr_t)address;

	/* What faults shall fault in the code itself; what is the simulator's is not looked at. */
	if (start < RACE_PAGE_BYTES * 16 || start >> 47 ||
	    start - (uintptr_t)world < sizeof(*world))
		return;
	if (state->flags & SVMSIM_WATCH_MEMORY)
		sim_slab_access(address, bytes, flags & SIM_RACE_WRITE, pc);
	task = race_current(state);
	if (unlikely(state->steps))
		race_step_access(state, start, bytes, flags & SIM_RACE_WRITE);
	if (likely(state->flags & SVMSIM_WATCH_RACES) && !task->ignore)
		race_look(state, task, start, bytes, flags, pc);
}

void sim_data_race_begin(void)
{
	if (sim_world->race_armed)
		race_current(race_state(sim_world))->ignore++;
}

void sim_data_race_end(void)
{
	if (sim_world->race_armed && race_current(race_state(sim_world))->ignore)
		race_current(race_state(sim_world))->ignore--;
}

void sim_marked_dependency(const volatile void *address)
{
	if (sim_world->race_armed)
		sim_race_load(address, SIM_RACE_ACQUIRE);
}

void sim_marked_fence(unsigned int order)
{
	if (sim_world->race_armed)
		sim_race_fence(order);
}

void svmsim_world_instrument(struct svmsim_world *world, unsigned int flags)
{
	struct race_state *state = race_state(world);

	sim_world_enter(world);
	state->flags = flags;
	world->race_armed = world->race_armed && flags;
}

static int race_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_RACE] = sim_alloc(world, sizeof(struct race_state));
	return 0;
}

static void race_start(struct svmsim_world *world)
{
	race_state(world)->flags = SVMSIM_WATCH_RACES | SVMSIM_WATCH_MEMORY;
}

static void forget_tasks(struct svmsim_world *world, struct race_state *state)
{
	for (unsigned int i = 0; i < state->task_count; i++)
		task_free(world, state->tasks[i]);
	sim_free(world, state->tasks, state->task_capacity * sizeof(struct race_task *));
}

static void race_reset(struct svmsim_world *world)
{
	struct race_state *state = race_state(world);

	world->race_armed = false;
	forget_tasks(world, state);
	for (u32 i = 0; i < state->sync_size; i++) {
		if (!state->sync[i])
			continue;
		clock_free(world, &state->sync[i]->clock);
		sim_free(world, state->sync[i], sizeof(*state->sync[i]));
	}
	sim_free(world, state->sync, state->sync_size * sizeof(struct race_sync *));
	sim_free(world, state->calls, state->call_capacity * sizeof(*state->calls));
	sim_free(world, state->call_table, state->call_table_size * sizeof(*state->call_table));
	race_forget_all(world, state);
	sim_free(world, state->told, state->told_capacity * sizeof(*state->told));
	race_steps_forget(world, state);
	*state = (struct race_state){ 0 };
}

static void race_unmake(struct svmsim_world *world)
{
	race_reset(world);
	sim_free(world, race_state(world), sizeof(struct race_state));
	world->slot[SIM_SLOT_RACE] = NULL;
}

const struct sim_layer sim_layer_race = {
	.name = "race",
	.slot = SIM_SLOT_RACE,
	.make = race_make,
	.start = race_start,
	.reset = race_reset,
	.unmake = race_unmake,
};
