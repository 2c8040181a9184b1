/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the kernel teaches its checker while it boots (dma_resv_lockdep() of v7.0): the order in
 * which GPU drivers and memory management take each other's locks. So one run of one side is
 * enough to see an inversion.
 */
#include <linux/dma-resv.h>
#include "kernel/lockdep_internal.h"
#include "kernel/warn_internal.h"

struct lock_class_key sim_mmap_lock_key;
struct lock_class_key sim_i_mmap_rwsem_key;

enum trained {
	MMAP_LOCK,
	RESERVATION_ACQUIRE,
	RESERVATION_MUTEX,
	FS_RECLAIM,
	I_MMAP_RWSEM,
	NOTIFIER,
	DMA_FENCE,
	TRAINED_COUNT,
};

static const struct {
	const void *key;
	const char *name;
	u8 wait_type;
} classes[TRAINED_COUNT] = {
	[MMAP_LOCK] = { &sim_mmap_lock_key, SIM_MMAP_LOCK_NAME, LD_WAIT_SLEEP },
	[RESERVATION_ACQUIRE] = { &reservation_ww_class.acquire_key,
				  SIM_RESERVATION_ACQUIRE_NAME, LD_WAIT_INV },
	[RESERVATION_MUTEX] = { &reservation_ww_class.mutex_key, SIM_RESERVATION_MUTEX_NAME,
				LD_WAIT_SLEEP },
	[FS_RECLAIM] = { &sim_fs_reclaim_map, "fs_reclaim", LD_WAIT_INV },
	[I_MMAP_RWSEM] = { &sim_i_mmap_rwsem_key, SIM_I_MMAP_RWSEM_NAME, LD_WAIT_SLEEP },
	[NOTIFIER] = { &__mmu_notifier_invalidate_range_start_map,
		       "mmu_notifier_invalidate_range_start", LD_WAIT_INV },
	[DMA_FENCE] = { &sim_dma_fence_map, "dma_fence_map", LD_WAIT_INV },
};

static const struct {
	u8 from;
	u8 to;
	u8 from_read;
} edges[] = {
	{ MMAP_LOCK, RESERVATION_ACQUIRE, 1 },
	{ RESERVATION_ACQUIRE, RESERVATION_MUTEX, 0 },
	{ RESERVATION_MUTEX, FS_RECLAIM, 0 },
	{ FS_RECLAIM, NOTIFIER, 0 },
	{ FS_RECLAIM, I_MMAP_RWSEM, 0 },
	{ NOTIFIER, DMA_FENCE, 0 },
};

void lockdep_train(struct lockdep_state *state)
{
	struct svmsim_world *world = sim_world;

	/* Number 0 of each means none; trace 0 is the boot's. */
	state->class = sim_array_grow(world, state->class, 0, &state->class_capacity,
				      sizeof(*state->class));
	state->class[0] = (struct lockdep_class){};
	state->class_count = 1;
	state->edge = sim_array_grow(world, state->edge, 0, &state->edge_capacity,
				     sizeof(*state->edge));
	state->edge[0] = (struct lockdep_edge){};
	state->edge_count = 1;
	state->trace = sim_array_grow(world, state->trace, 0, &state->trace_capacity,
				      sizeof(*state->trace));
	state->trace[0] = (struct lockdep_trace){ .task = NULL };
	state->trace_count = 1;
	for (unsigned int i = 0; i < TRAINED_COUNT; i++) {
		u32 class = lockdep_class_make(state, classes[i].key, classes[i].name, 0);

		state->class[class].wait_type = classes[i].wait_type;
	}
	for (unsigned int i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		lockdep_edge_add(state, &(struct lockdep_edge){
						.from = edges[i].from + 1,
						.to = edges[i].to + 1,
						.kind = lockdep_kind(edges[i].from_read, 0),
						.from_read = edges[i].from_read,
					});
	/* The table of chains is never without room. */
	lockdep_chain_remember(state, ~0ull);
}
