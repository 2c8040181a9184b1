/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Nodes: how far from each other, in which order an allocation looks at them, how much of their
 * memory may be in use. Models build_zonelists() (mm/page_alloc.c) and alloc_pages_mpol() with the
 * default policy (mm/mempolicy.c), v7.0.
 */
#include "mm/phys_internal.h"
#include <linux/export.h>
#include <linux/topology.h>

/* Of all bytes of a PMD. */
#define PMD_ORDER 9

static int distance(const struct svmsim_machine *machine, unsigned int from, unsigned int to)
{
	if (machine->node[from].distance[to])
		return (int)machine->node[from].distance[to];
	if (from == to)
		return LOCAL_DISTANCE;
	return machine->node[to].distance[from] ? (int)machine->node[to].distance[from] :
						  REMOTE_DISTANCE;
}

int node_distance(int from, int to)
{
	const struct sim_phys *state = phys_state();

	if (from < 0 || to < 0 || from >= (int)state->node_count || to >= (int)state->node_count)
		return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
	return distance(sim_world->machine, (unsigned int)from, (unsigned int)to);
}
EXPORT_SYMBOL(node_distance);

int cpu_to_node(int cpu)
{
	const struct svmsim_machine *machine = sim_world->machine;

	for (unsigned int i = 0; i < machine->node_count; i++) {
		if (cpu < (int)machine->node[i].cpu_count)
			return (int)i;
		cpu -= (int)machine->node[i].cpu_count;
	}
	return 0;
}
EXPORT_SYMBOL(cpu_to_node);

int numa_node_id(void)
{
	return cpu_to_node((int)sim_world->cpu);
}
EXPORT_SYMBOL(numa_node_id);

/* The nearest node not in the list yet; of equals those behind @from, least loaded first. */
static unsigned int next_node(const struct sim_phys *state, const struct svmsim_machine *machine,
			      unsigned int from, u32 used, const unsigned int *load)
{
	unsigned int best = from, best_value = ~0u;

	if (!(used >> from & 1))
		return from;
	for (unsigned int i = 0; i < state->node_count; i++) {
		unsigned int value = (unsigned int)distance(machine, from, i) + (i < from);

		value = value * SVMSIM_NODE_MAX + load[i];
		if (used >> i & 1 || value >= best_value)
			continue;
		best_value = value;
		best = i;
	}
	return best;
}

void phys_nodes_make(struct sim_phys *state, const struct svmsim_machine *machine)
{
	unsigned int load[SVMSIM_NODE_MAX] = { 0 };

	for (unsigned int from = 0; from < state->node_count; from++) {
		unsigned int before = from;
		u32 used = 0;

		for (unsigned int n = 0; n < state->node_count; n++) {
			unsigned int node = next_node(state, machine, from, used, load);

			/* The first of a group of equals is not to be that for everybody. */
			if (distance(machine, from, node) != distance(machine, from, before))
				load[node]++;
			used |= 1u << node;
			state->node[from].fallback[n] = (u8)node;
			before = node;
		}
	}
}

void sim_phys_set_node_limit(struct svmsim_world *world, int nid, u64 pages)
{
	struct sim_phys *state = sim_phys_of_world(world);

	SIM_ASSERT(nid >= 0 && nid < (int)state->node_count);
	state->node[nid].limit_pages = pages;
}

u64 sim_phys_node_free_pages(const struct svmsim_world *world, int nid)
{
	const struct sim_phys *state = sim_phys_of_world(world);

	SIM_ASSERT(nid >= 0 && nid < (int)state->node_count);
	return state->node[nid].free_pages;
}

/*
 * A huge folio far away costs more than small ones here: other nodes only come in when the caller
 * would have memory freed for it.
 */
struct folio *vma_alloc_folio(gfp_t gfp, int order, struct vm_area_struct *vma, unsigned long addr)
{
	int nid = numa_node_id();
	struct folio *folio;

	if (order == PMD_ORDER) {
		folio = __folio_alloc_node(gfp | __GFP_THISNODE | __GFP_NORETRY, PMD_ORDER, nid);
		if (folio || !(gfp & __GFP_DIRECT_RECLAIM) || phys_state()->node_count == 1)
			return folio;
	}
	return __folio_alloc_node(gfp, (unsigned int)order, nid);
}
EXPORT_SYMBOL(vma_alloc_folio);
