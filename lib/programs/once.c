/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Something made when it is first needed: the look without the lock has to see it whole. */
#include <asm/barrier.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sim_program.h>

struct table {
	unsigned int size;
	unsigned int mask;
};

static DEFINE_MUTEX(table_lock);
static struct table the_table;
static struct table *table;
static bool table_ready;

static void table_fill(struct table *made)
{
	made->size = 64;
	made->mask = 63;
}

static int table_check(const struct table *found)
{
	return found->mask == found->size - 1 ? 0 : -EIO;
}

SIM_PROGRAM(table_get, "looks at a plain flag, then makes the table under its lock")
{
	if (!table_ready) {
		mutex_lock(&table_lock);
		if (!table_ready) {
			table_fill(&the_table);
			table_ready = true;
		}
		mutex_unlock(&table_lock);
	}
	return table_check(&the_table);
}

SIM_PROGRAM(table_get_fixed, "looks with acquire, and says with release that the table is there")
{
	struct table *found = smp_load_acquire(&table);

	if (!found) {
		mutex_lock(&table_lock);
		found = table;
		if (!found) {
			table_fill(&the_table);
			found = &the_table;
			smp_store_release(&table, found);
		}
		mutex_unlock(&table_lock);
	}
	return table_check(found);
}

SIM_PROGRAM(table_get_locked_fixed, "looks under the lock only")
{
	mutex_lock(&table_lock);
	if (!table_ready) {
		table_fill(&the_table);
		table_ready = true;
	}
	mutex_unlock(&table_lock);
	return table_check(&the_table);
}
