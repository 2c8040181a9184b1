/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A reader that reads again while a writer waits: neither can go on. */
#include <linux/errno.h>
#include <linux/rwsem.h>
#include <linux/sim_program.h>

#define ENTRY_MAX 1000

static DECLARE_RWSEM(tree_sem);
static unsigned int entries;

static unsigned int count_entries(void)
{
	unsigned int count;

	down_read(&tree_sem);
	count = entries;
	up_read(&tree_sem);
	return count;
}

/* Is there room for as many again? */
static bool can_double(unsigned int count)
{
	return count + count_entries() <= ENTRY_MAX;
}

SIM_PROGRAM(tree_read, "reads under a semaphore, and again in a function that it calls")
{
	bool fits;

	down_read(&tree_sem);
	fits = can_double(entries);
	up_read(&tree_sem);
	return fits ? 0 : -ENOSPC;
}

SIM_PROGRAM(tree_read_fixed, "reads under a semaphore, then again")
{
	unsigned int count;

	down_read(&tree_sem);
	count = entries;
	up_read(&tree_sem);
	return can_double(count) ? 0 : -ENOSPC;
}

SIM_PROGRAM(tree_write, "adds an entry under the semaphore; between the two reads of tree_read it "
			"is a deadlock")
{
	down_write(&tree_sem);
	entries++;
	up_write(&tree_sem);
	return 0;
}
