/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_TOPOLOGY_H
#define _LINUX_TOPOLOGY_H

#include <linux/numa.h>
#include <linux/types.h>

/* fidelity: same */
#define LOCAL_DISTANCE 10
#define REMOTE_DISTANCE 20

/* Of the machine description; each node has memory. */
int node_distance(int from, int to);
int cpu_to_node(int cpu);
int numa_node_id(void);

static inline int numa_mem_id(void)
{
	return numa_node_id();
}

#endif
