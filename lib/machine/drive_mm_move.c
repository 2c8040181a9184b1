// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What moves pages of a process without being asked by it (svmsim/mm.h). */
#include <linux/errno.h>
#include "machine/drive_mm.h"
#include "mm/cpt.h"
#include "mm/move.h"

long svmsim_mm_reclaim(struct svmsim_mm *mm, uint64_t address, uint64_t bytes)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	return err ? err : machine_mm_end(mm, outer, sim_reclaim(mm->mm, address, bytes));
}

long svmsim_mm_compact(struct svmsim_mm *mm, uint64_t address, uint64_t bytes)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	return err ? err : machine_mm_end(mm, outer, sim_compact(mm->mm, address, bytes));
}

long svmsim_mm_numa_scan(struct svmsim_mm *mm, uint64_t address, uint64_t bytes)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	return err ? err : machine_mm_end(mm, outer, sim_numa_scan(mm->mm, address, bytes));
}

long svmsim_mm_move(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, unsigned int node)
{
	struct svmsim_world *world = mm->handle.world;
	struct mm_struct *outer;
	int err;

	if (node >= world->machine->node_count)
		return sim_set_error(world, -EINVAL, "there is no node %u, the machine has %u",
				     node, world->machine->node_count);
	err = machine_mm_begin(mm, &outer);
	return err ? err :
		     machine_mm_end(mm, outer, sim_move_pages(mm->mm, address, bytes, (int)node));
}

long svmsim_mm_split(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, unsigned int order)
{
	struct mm_struct *outer;
	int err;

	if (order >= CPT_PMD_ORDER)
		return sim_set_error(mm->handle.world, -EINVAL, "order %u is too large to split "
				     "to, at most %u", order, CPT_PMD_ORDER - 1);
	err = machine_mm_begin(mm, &outer);
	return err ? err : machine_mm_end(mm, outer, sim_split(mm->mm, address, bytes, order));
}

long svmsim_mm_collapse(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, bool khugepaged)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	return err ? err :
		     machine_mm_end(mm, outer, sim_collapse(mm->mm, address, bytes, khugepaged));
}

int svmsim_mm_oom_reap(struct svmsim_mm *mm)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	return err ? err : (int)machine_mm_end(mm, outer, sim_oom_reap(mm->mm));
}
