/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/seqlock.h>
#include <linux/errno.h>
#include "kernel/lock_internal.h"

void sim_seqcount_init(seqcount_t *s, const char *name, struct lock_class_key *key)
{
	sim_lock_init_at(s, sizeof(*s), name);
	s->sequence = 0;
	s->sim = (struct sim_lock){};
	lockdep_init_map(&s->dep_map, name, key, 0);
}

static noinline void wait_for_writer(seqcount_t *s, const struct sim_site *site)
{
	struct sim_lock_waiter waiter = { .task = sim_task_current(), .reads = true };
	int err;

	sim_waiter_add(&s->sim, &waiter, NULL);
	do {
		err = sim_lock_block(&s->sim, &s->dep_map, "end of write", TASK_RUNNING, site);
	} while ((s->sequence & 1) && err != -EDEADLK);
	sim_waiter_remove(&s->sim, &waiter);
}

unsigned int sim_seq_read_begin(const seqcount_t *s, const struct sim_site *site)
{
	unsigned int sequence;

	sim_point_here(site);
	/* Who waits is written down in the count, whoever may read it. */
	while (unlikely((sequence = s->sequence) & 1)) {
		wait_for_writer((seqcount_t *)s, site);
		if (s->sequence == sequence)
			break;
	}
	sim_order_acquire(s);
	return sequence;
}

unsigned int sim_seq_read_begin_checked(const seqcount_t *s, const struct sim_site *site)
{
	struct lockdep_map *map = (struct lockdep_map *)&s->dep_map;

	seqcount_acquire_read(map, 0, 0, _RET_IP_);
	seqcount_release(map, _RET_IP_);
	return sim_seq_read_begin(s, site);
}

unsigned int sim_seq_read(const seqcount_t *s, const struct sim_site *site)
{
	sim_point_here(site);
	sim_order_acquire(s);
	return s->sequence;
}

int sim_seq_read_retry(const seqcount_t *s, unsigned int start, const struct sim_site *site)
{
	sim_point_here(site);
	return s->sequence != start;
}

void sim_seq_write_begin_raw(seqcount_t *s, const struct sim_site *site)
{
	s->sequence++;
	s->sim.owner = sim_task_current();
	sim_point_here(site);
}

void sim_seq_write_begin(seqcount_t *s, int subclass, const struct sim_site *site)
{
	seqcount_acquire(&s->dep_map, subclass, 0, _RET_IP_);
	sim_seq_write_begin_raw(s, site);
}

void sim_seq_write_end_raw(seqcount_t *s, const struct sim_site *site)
{
	sim_order_release(s);
	s->sequence++;
	s->sim.owner = NULL;
	for (struct sim_lock_waiter *waiter = s->sim.first; waiter; waiter = waiter->next)
		sim_waiter_wake(waiter);
	sim_point_here(site);
}

void sim_seq_write_end(seqcount_t *s, const struct sim_site *site)
{
	seqcount_release(&s->dep_map, _RET_IP_);
	sim_seq_write_end_raw(s, site);
}

void sim_seq_invalidate(seqcount_t *s, const struct sim_site *site)
{
	sim_order_release(s);
	s->sequence += 2;
	sim_point_here(site);
}
