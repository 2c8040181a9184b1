/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A world with one IOVA domain, for the tests of the IOVA allocator. */
#ifndef TEST_IOVA_FIXTURE_H
#define TEST_IOVA_FIXTURE_H

#include <linux/iova.h>
#include <linux/slab.h>
#include <svmsim/machine.h>
#include <svmsim/world.h>
#include "iova_sim/iova_device.h"
#include "iova_sim/iova_tree.h"
#include "iova_sim/iova_walk.h"
#include "iova_sim/layer.h"
#include "kernel/layers.h"
#include "ktest.h"

#define PFN_MAX_32BIT 0xffffful
#define PFN_MAX_48BIT 0xffffffffful

static const struct sim_layer *const iova_layers[] = { SIM_KERNEL_LAYERS, &sim_layer_iova_sim };

static inline struct svmsim_world *make_iova_world(unsigned int cpu_count)
{
	struct svmsim_machine machine = { .node = { { .cpu_count = cpu_count } },
					  .node_count = 1 };

	return ktest_world(iova_layers, sizeof(iova_layers) / sizeof(iova_layers[0]), &machine);
}

static inline void make_iova_domain(struct iova_domain *iovad, unsigned long start_pfn)
{
	init_iova_domain(iovad, 4096, start_pfn);
	ktest_assert_int_equal(iova_domain_init_rcaches(iovad), 0);
}

static inline void check_iova_domain(struct iova_domain *iovad)
{
	const char *wrong = iova_domain_is_valid(iovad);

	if (wrong)
		ktest_fail("invalid domain: %s", wrong);
}

#endif
