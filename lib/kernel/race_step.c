/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Footprints: for each step the hashes of what it touched, each once. Equal hashes of different
 * things make a conflict of what is none, which costs the explorer a run and nothing else.
 */
#include "kernel/race_internal.h"
#include "kernel/slab.h"
#include "kernel/warn_internal.h"

/* A step that touches more conflicts with every other. */
#define TOUCHED_MAX 256u
/* The names of objects have to be told apart: those of memory, of what is waited for, of stacks. */
#define SPACE_STATIC 1ull
#define SPACE_SLAB 2ull
#define SPACE_STACK 3ull
#define SPACE_OTHER 4ull
#define SPACE_OBJECT 5ull

/* struct footprint - what one step touched: @count of @touched from @first on */
struct footprint {
	u64 step;
	u32 first;
	u32 count;
	bool all;
};

/* struct touched - one thing that a step touched */
struct touched {
	u32 hash;
	bool is_write;
};

/**
 * struct race_steps - footprints of a run
 * @world: whose memory
 * @from: the step in which recording began
 * @list: in order of steps, @count of @capacity
 * @count: see @list
 * @capacity: see @list
 * @touched: of all steps, those of the newest at the end
 * @touched_count: their number
 * @touched_capacity: room in @touched
 */
struct race_steps {
	struct svmsim_world *world;
	u64 from;
	struct footprint *list;
	unsigned int count;
	unsigned int capacity;
	struct touched *touched;
	unsigned int touched_count;
	unsigned int touched_capacity;
};

static struct footprint *footprint_now(struct race_steps *steps)
{
	struct footprint *last = steps->count ? &steps->list[steps->count - 1] : NULL;

	if (last && last->step == sim_world->step)
		return last;
	steps->list = sim_array_grow(steps->world, steps->list, steps->count, &steps->capacity,
				     sizeof(*steps->list));
	last = &steps->list[steps->count++];
	*last = (struct footprint){ .step = sim_world->step, .first = steps->touched_count };
	return last;
}

static void touch(struct race_steps *steps, u64 object, u64 offset, bool is_write)
{
	u32 hash = (u32)sim_digest_step(sim_digest_step(SIM_DIGEST_SEED, object, 0), offset, 0);
	struct footprint *now = footprint_now(steps);

	for (u32 i = 0; i < now->count; i++) {
		struct touched *touched = &steps->touched[now->first + i];

		if (touched->hash != hash)
			continue;
		touched->is_write |= is_write;
		return;
	}
	if (now->count == TOUCHED_MAX) {
		now->all = true;
		return;
	}
	steps->touched = sim_array_grow(steps->world, steps->touched, steps->touched_count,
					&steps->touched_capacity, sizeof(*steps->touched));
	steps->touched[steps->touched_count++] = (struct touched){ hash, is_write };
	now->count++;
}

/* Which object an address is in and where, in numbers that no address of the host is part of. */
static u64 object_of(const struct race_state *state, uintptr_t address, u64 *offset)
{
	struct sim_slab_place place;

	if (sim_statics_find((const void *)address, offset))
		return SPACE_STATIC;
	if (sim_slab_find_place((const void *)address, &place)) {
		*offset = place.offset;
		return SPACE_SLAB << 56 | place.number;
	}
	for (unsigned int i = 0; i < state->task_count; i++) {
		const struct sim_task *task = state->tasks[i]->task;
		uintptr_t start;
		size_t bytes;

		if (!task->fiber || !host_fiber_stack(task->fiber, &start, &bytes) ||
		    address - start >= bytes)
			continue;
		*offset = address - start;
		return SPACE_STACK << 56 | task->number;
	}
	*offset = address % RACE_PAGE_BYTES;
	return SPACE_OTHER << 56;
}

void race_step_access(struct race_state *state, uintptr_t address, size_t bytes, bool is_write)
{
	u64 offset, object = object_of(state, address, &offset);
	u64 end = offset + bytes;

	if (bytes > TOUCHED_MAX * RACE_GRANULE_BYTES) {
		footprint_now(state->steps)->all = true;
		return;
	}
	for (offset &= ~(RACE_GRANULE_BYTES - 1); offset < end; offset += RACE_GRANULE_BYTES)
		touch(state->steps, object, offset, is_write);
}

void race_step_object(struct race_state *state, u32 number)
{
	touch(state->steps, SPACE_OBJECT << 56 | number, 0, true);
}

void race_steps_forget(struct svmsim_world *world, struct race_state *state)
{
	struct race_steps *steps = state->steps;

	if (!steps)
		return;
	sim_free(world, steps->list, steps->capacity * sizeof(*steps->list));
	sim_free(world, steps->touched, steps->touched_capacity * sizeof(*steps->touched));
	sim_free(world, steps, sizeof(*steps));
	state->steps = NULL;
}

void sim_race_record_steps(struct svmsim_world *world, bool on)
{
	struct race_state *state = race_state(world);

	race_steps_forget(world, state);
	if (!on || !sim_race_arm(world))
		return;
	state->steps = sim_alloc(world, sizeof(*state->steps));
	state->steps->world = world;
	state->steps->from = world->step;
}

bool sim_step_known(const struct svmsim_world *world, u64 step)
{
	const struct race_steps *steps = race_state(world)->steps;

	return steps && step >= steps->from && step <= world->step;
}

/* NULL for a step that touched nothing. */
static const struct footprint *find(const struct race_steps *steps, u64 step)
{
	unsigned int low = 0, high = steps->count;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (steps->list[middle].step < step)
			low = middle + 1;
		else
			high = middle;
	}
	return low < steps->count && steps->list[low].step == step ? &steps->list[low] : NULL;
}

bool sim_step_conflicts(const struct svmsim_world *world, u64 a, u64 b)
{
	const struct race_steps *steps = race_state(world)->steps;
	const struct footprint *one, *two;

	if (!sim_step_known(world, a) || !sim_step_known(world, b))
		return true;
	one = find(steps, a);
	two = find(steps, b);
	if (!one || !two)
		return false;
	if (one->all || two->all)
		return true;
	for (u32 i = 0; i < one->count; i++) {
		const struct touched *mine = &steps->touched[one->first + i];

		for (u32 j = 0; j < two->count; j++) {
			const struct touched *other = &steps->touched[two->first + j];

			if (mine->hash == other->hash && (mine->is_write || other->is_write))
				return true;
		}
	}
	return false;
}
