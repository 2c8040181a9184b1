/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_NUMA_H
#define _LINUX_NUMA_H

/* fidelity: same: NODES_SHIFT as small as the machine description allows */
#define NODES_SHIFT 3
#define MAX_NUMNODES (1 << NODES_SHIFT)
#define NUMA_NO_NODE (-1)

#endif
