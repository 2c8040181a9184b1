/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A world up to the mm layer. */
#ifndef UNIT_MM_FIXTURE_H
#define UNIT_MM_FIXTURE_H

#include <linux/mm.h>
#include <linux/string.h>
#include "device/sim_device.h"
#include "kernel/layers.h"
#include "ktest.h"
#include "mm/layers.h"

static const struct sim_layer *const mm_layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
	SIM_MM_LAYERS,
};

static inline struct svmsim_world *mm_world(const struct svmsim_machine *machine)
{
	return ktest_world(mm_layers, sizeof(mm_layers) / sizeof(mm_layers[0]), machine);
}

/* One node with this much RAM. */
static inline struct svmsim_world *mm_world_of(u64 ram_bytes)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = ram_bytes,
							    .cpu_count = 1 } } };

	return mm_world(&machine);
}

/* Everything is free again and every struct page is as at the start. */
static inline void assert_all_free(struct svmsim_world *world)
{
	ktest_assert_true(sim_phys_is_valid(world));
	/* The zero page stays, once there is one. */
	ktest_assert_u64_equal(sim_phys_free_pages(world) + !!fault_state()->zero_pfn,
			       sim_phys_ram_pages(world));
}

#endif
