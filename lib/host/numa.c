/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Binding through mbind() and not numa_tonode_memory(): the latter, asked for a node that is not
 * there, prints an error and carries on as if it had worked.
 */
#include "host/host.h"

#include <numa.h>
#include <numaif.h>

/* The host node with memory that this process may use, number @index of them; -1 past the last. */
static int usable_node(int index)
{
	int last = numa_max_node();

	for (int node = 0; node <= last; node++) {
		if (!numa_bitmask_isbitset(numa_all_nodes_ptr, node))
			continue;
		if (numa_node_size64(node, NULL) <= 0)
			continue;
		if (!index--)
			return node;
	}
	return -1;
}

int host_numa_nodes(void)
{
	int count = 0;

	if (numa_available() < 0)
		return 1;
	while (usable_node(count) >= 0)
		count++;
	return count ? count : 1;
}

int host_numa_bind(void *start, size_t bytes, int sim_node)
{
	int count = host_numa_nodes();
	struct bitmask *mask;
	int node;
	long err;

	SIM_ASSERT(sim_node >= 0);
	if (count < 2)
		return -1;
	node = usable_node(sim_node % count);
	mask = numa_allocate_nodemask();
	numa_bitmask_setbit(mask, node);
	err = mbind(start, bytes, MPOL_BIND, mask->maskp, mask->size + 1, 0);
	numa_bitmask_free(mask);
	return err ? -1 : node;
}
