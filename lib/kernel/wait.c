/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Wait queues. The queue's lock is a spinlock like any other: what runs under it is checked and
 * ordered as what runs under a driver's own.
 */
#include <linux/wait.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include "kernel/sched.h"

int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
			  void *key)
{
	return sim_try_to_wake(wq_entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
			     void *key)
{
	int woken = default_wake_function(wq_entry, mode, flags, key);

	if (woken)
		list_del_init(&wq_entry->entry);
	return woken;
}

int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key)
{
	wq_entry->flags |= WQ_FLAG_WOKEN;
	return default_wake_function(wq_entry, mode, flags, key);
}

void init_wait_entry(struct wait_queue_entry *wq_entry, int flags)
{
	wq_entry->flags = (unsigned int)flags;
	wq_entry->private = current;
	wq_entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&wq_entry->entry);
}

/* Behind the entries with priority, ahead of all others. */
void __add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	struct list_head *before = &wq_head->head;
	struct wait_queue_entry *other;

	list_for_each_entry(other, &wq_head->head, entry) {
		if (!(other->flags & WQ_FLAG_PRIORITY))
			break;
		before = &other->entry;
	}
	list_add(&wq_entry->entry, before);
}

void __add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue(wq_head, wq_entry);
}

void __add_wait_queue_entry_tail(struct wait_queue_head *wq_head,
				 struct wait_queue_entry *wq_entry)
{
	list_add_tail(&wq_entry->entry, &wq_head->head);
}

void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq_head,
					   struct wait_queue_entry *wq_entry)
{
	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(wq_head, wq_entry);
}

void __remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	list_del(&wq_entry->entry);
}

void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq_head->lock, flags);
	__add_wait_queue(wq_head, wq_entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	__add_wait_queue_entry_tail_exclusive(wq_head, wq_entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void add_wait_queue_priority(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	wq_entry->flags |= WQ_FLAG_PRIORITY;
	spin_lock_irqsave(&wq_head->lock, flags);
	list_add(&wq_entry->entry, &wq_head->head);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq_head->lock, flags);
	__remove_wait_queue(wq_head, wq_entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

/* Returns how many of @nr exclusive entries are left to wake; with 0 all are woken. */
static int wake(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key)
{
	struct wait_queue_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &wq_head->head, entry) {
		bool is_exclusive = entry->flags & WQ_FLAG_EXCLUSIVE;
		int woken = entry->func(entry, mode, 0, key);

		if (woken < 0)
			break;
		if (woken && is_exclusive && --nr == 0)
			break;
	}
	return nr;
}

void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr)
{
	wake(wq_head, mode, nr, NULL);
}

void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key)
{
	wake(wq_head, mode, 1, key);
}

int sim_wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key,
		const struct sim_site *site)
{
	unsigned long flags;
	int left;

	spin_lock_irqsave(&wq_head->lock, flags);
	left = wake(wq_head, mode, nr, key);
	spin_unlock_irqrestore(&wq_head->lock, flags);
	sim_point_here(site);
	return nr - left;
}

int __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key)
{
	return SIM_WAKE_UP(wq_head, mode, nr, key, "__wake_up", "wq_head");
}

void __wake_up_sync_key(struct wait_queue_head *wq_head, unsigned int mode, void *key)
{
	__wake_up(wq_head, mode, 1, key);
}

void __wake_up_sync(struct wait_queue_head *wq_head, unsigned int mode)
{
	__wake_up(wq_head, mode, 1, NULL);
}

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
	unsigned long flags;

	wq_entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq_head->lock, flags);
	if (list_empty(&wq_entry->entry))
		__add_wait_queue(wq_head, wq_entry);
	sim_state_set((unsigned int)state);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			       int state)
{
	unsigned long flags;
	bool was_empty = false;

	wq_entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq_head->lock, flags);
	if (list_empty(&wq_entry->entry)) {
		was_empty = list_empty(&wq_head->head);
		__add_wait_queue_entry_tail(wq_head, wq_entry);
	}
	sim_state_set((unsigned int)state);
	spin_unlock_irqrestore(&wq_head->lock, flags);
	return was_empty;
}

/*
 * A waiter that a signal ends leaves the queue here, so that it can't use up an exclusive wake-up
 * that another needs; one that it has got already makes its condition true.
 */
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			   int state)
{
	unsigned long flags;
	long err = 0;

	spin_lock_irqsave(&wq_head->lock, flags);
	if (signal_pending_state((unsigned int)state, current)) {
		list_del_init(&wq_entry->entry);
		err = -ERESTARTSYS;
	} else {
		if (!list_empty(&wq_entry->entry))
			;
		else if (wq_entry->flags & WQ_FLAG_EXCLUSIVE)
			__add_wait_queue_entry_tail(wq_head, wq_entry);
		else
			__add_wait_queue(wq_head, wq_entry);
		sim_state_set((unsigned int)state);
	}
	spin_unlock_irqrestore(&wq_head->lock, flags);
	return err;
}

void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	unsigned long flags;

	sim_state_set(TASK_RUNNING);
	if (list_empty_careful(&wq_entry->entry))
		return;
	spin_lock_irqsave(&wq_head->lock, flags);
	list_del_init(&wq_entry->entry);
	spin_unlock_irqrestore(&wq_head->lock, flags);
}

long wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(wq_entry->flags & WQ_FLAG_WOKEN) && !kthread_should_stop_or_park())
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	wq_entry->flags &= ~WQ_FLAG_WOKEN;
	return timeout;
}

static int prepare_intr(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	if (list_empty(&wq_entry->entry))
		__add_wait_queue_entry_tail(wq_head, wq_entry);
	sim_state_set(TASK_INTERRUPTIBLE);
	return signal_pending(current) ? -ERESTARTSYS : 0;
}

int do_wait_intr(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	int err = prepare_intr(wq_head, wq_entry);

	if (err)
		return err;
	spin_unlock(&wq_head->lock);
	schedule();
	spin_lock(&wq_head->lock);
	return 0;
}

int do_wait_intr_irq(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
	int err = prepare_intr(wq_head, wq_entry);

	if (err)
		return err;
	spin_unlock_irq(&wq_head->lock);
	schedule();
	spin_lock_irq(&wq_head->lock);
	return 0;
}

bool sim_wait_injected(int state, const struct sim_site *site, bool *asked)
{
	if (*asked)
		return false;
	*asked = true;
	return sim_signal_ends((unsigned int)state, site);
}

long sim_wait_sleep(struct wait_queue_head *wq_head, long timeout, const struct sim_site *site,
		    bool *lost)
{
	const struct sim_waiting waiting = {
		.verb = "condition",
		.name = site->argument,
		.object = wq_head,
		.site = site,
	};

	if (timeout != MAX_SCHEDULE_TIMEOUT)
		return sim_sleep_timeout(&waiting, timeout);
	*lost = sim_sleep_waiting(&waiting, ~0ull) == -EDEADLK;
	return timeout;
}
