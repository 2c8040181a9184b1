/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A reader that reads again while a writer waits: neither can go on. */
#include <linux/rwsem.h>
#include <linux/sim_program.h>

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

SIM_PROGRAM(tree_read, "reads under a semaphore, and again in a function that it calls")
{
	unsigned int before;

	down_read(&tree_sem);
	before = entries;
	before += count_entries();
	up_read(&tree_sem);
	return 0;
}

SIM_PROGRAM(tree_read_fixed, "reads under a semaphore, then again")
{
	unsigned int before;

	down_read(&tree_sem);
	before = entries;
	up_read(&tree_sem);
	before += count_entries();
	return 0;
}

SIM_PROGRAM(tree_write, "adds an entry under the semaphore; between the two reads of tree_read it "
			"is a deadlock")
{
	down_write(&tree_sem);
	entries++;
	up_write(&tree_sem);
	return 0;
}
