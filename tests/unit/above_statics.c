/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Static state of every kind that drivers have. */
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include "above_statics.h"

static int counter;
static int from_seven = 7;
static LLIST_HEAD(list);
static struct llist_node nodes[4];
static DEFINE_MUTEX(lock);
static int works_run;

static void count_work(struct work_struct *work)
{
	works_run++;
}
static DECLARE_WORK(work, count_work);

int above_count(void)
{
	return ++counter;
}

int above_count_from_seven(void)
{
	return ++from_seven;
}

/* How many are on the list with one more. */
unsigned int above_push(void)
{
	static unsigned int used;
	const struct llist_node *node;
	unsigned int count = 0;

	llist_add(&nodes[used++], &list);
	llist_for_each(node, list.first)
		count++;
	return count;
}

/* 1 if the work item was not pending yet. */
int above_queue(void)
{
	return schedule_work(&work);
}

/* Takes a lock and keeps it; 1 if it was free. */
int above_lock(void)
{
	return mutex_trylock(&lock);
}

int *above_counter(void)
{
	return &counter;
}
