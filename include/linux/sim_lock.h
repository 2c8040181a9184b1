/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What every kind of lock is made of: who has it and who waits for it. All zero is a free lock, so
 * static initialisers work. Its rules are in kernel/lock.h.
 */
#ifndef _LINUX_SIM_LOCK_H
#define _LINUX_SIM_LOCK_H

#include <linux/sim_site.h>
#include <linux/types.h>

struct sim_lock_reader;
struct sim_lock_waiter;
struct sim_task;

/**
 * struct sim_lock - the state of a lock; only the model changes it
 * @owner: who holds it exclusively
 * @first: who waits, in order
 * @last: the newest of them
 * @readers: who holds it shared, newest first
 * @reader_count: number of shared holds
 * @depth: further holds of @owner, each after a report that it would wait for itself
 * @forced: holds of others, each after a report that nothing would ever end their wait
 * @handoff: the next release gives the lock to the first who waits
 * @pickup: @owner was given it so and has not noticed yet
 */
struct sim_lock {
	struct sim_task *owner;
	struct sim_lock_waiter *first;
	struct sim_lock_waiter *last;
	struct sim_lock_reader *readers;
	u32 reader_count;
	u16 depth;
	u16 forced;
	bool handoff;
	bool pickup;
};

/* Where a lock is taken or given back: SIM_LOCK_AT("mutex_lock", #lock). */
#define SIM_LOCK_AT(_primitive, _text) SIM_SITE(SIM_POINT_LOCK, _primitive, _text)
#define SIM_UNLOCK_AT(_primitive, _text) SIM_SITE(SIM_POINT_UNLOCK, _primitive, _text)

#endif
