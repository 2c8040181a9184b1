/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Tries that fail: as often as it takes, and as often as it makes sense. */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sim_program.h>

#define RETRY_MAX 16

static DEFINE_MUTEX(page_lock);
static atomic_t sequence;
static bool giving_up;

SIM_PROGRAM(retry_hold, "holds a lock while others run, then gives it back")
{
	mutex_lock(&page_lock);
	for (int i = 0; i < 4; i++)
		cond_resched();
	mutex_unlock(&page_lock);
	return 0;
}

SIM_PROGRAM(retry_trylock_fixed, "tries for a lock a bounded number of times; or -EBUSY")
{
	for (int i = 0; i < RETRY_MAX; i++) {
		if (mutex_trylock(&page_lock)) {
			mutex_unlock(&page_lock);
			return 0;
		}
		cond_resched();
	}
	return -EBUSY;
}

SIM_PROGRAM(retry_invalidate, "changes what retry_commit_fixed goes by")
{
	atomic_inc(&sequence);
	return 0;
}

SIM_PROGRAM(retry_commit_fixed, "starts again when somebody came between, not for ever")
{
	for (int i = 0; i < RETRY_MAX; i++) {
		int seen = atomic_read_acquire(&sequence);

		cond_resched();
		if (atomic_cmpxchg(&sequence, seen, seen + 2) == seen)
			return 0;
	}
	return -EBUSY;
}

SIM_PROGRAM(retry_forever, "polls a flag that only retry_give_up sets")
{
	while (!READ_ONCE(giving_up))
		cond_resched();
	return 0;
}

SIM_PROGRAM(retry_give_up, "sets the flag that retry_forever polls")
{
	WRITE_ONCE(giving_up, true);
	return 0;
}
