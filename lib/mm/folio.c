/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Locks of folios. */
#include "mm/folio.h"
#include "kernel/lock_internal.h"
#include "mm/phys_internal.h"
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/spinlock.h>

/* Defeats after which a waiter wants the lock handed over. */
#define UNFAIR_TRIES 5

/**
 * struct waiter - one who waits for a bit of a folio; on its stack
 * @node: in the queue
 * @folio: whose
 * @task: who
 * @bit: which
 * @takes: wants the bit for itself; one of these is woken at a time
 * @handoff: who clears the bit sets it again for this one
 * @woken: was taken out of the queue
 * @done: has the bit
 */
struct waiter {
	struct list_head node;
	struct folio *folio;
	struct sim_task *task;
	int bit;
	bool takes;
	bool handoff;
	bool woken;
	bool done;
};

/* Folios have no lockdep map in the kernel; "the page lock" is a class all the same. */
static struct lock_class_key folio_lock_key;
static struct lockdep_map folio_lock_map = STATIC_LOCKDEP_MAP_INIT("folio_lock", &folio_lock_key);

static struct list_head *queue_of(const struct folio *folio)
{
	struct sim_phys *state = phys_state();
	u64 pfn = phys_pfn(state, &folio->page);

	return &state->folio_queue[(pfn ^ pfn >> 9) % SIM_FOLIO_QUEUES];
}

static void bad_lock(const struct folio *folio, const char *what)
{
	const struct sim_phys *state = phys_state();

	if (state->watch && state->watch->bad_lock)
		state->watch->bad_lock(state->watch->ctx, phys_pfn(state, &folio->page), what);
}

struct sim_task *folio_lock_owner(const struct folio *folio)
{
	u32 number = folio->flags.f >> SIM_FOLIO_OWNER_SHIFT;

	return number ? sim_task_numbered(sim_world, number - 1) : NULL;
}

static bool lock_owner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	if (index)
		return false;
	*owner_task = folio_lock_owner(object);
	return *owner_task;
}

/* Sets the bit, for a task; the checker is told by whoever has it then. */
static __always_inline void set_locked(struct folio *folio, const struct sim_task *task)
{
	/* A run with more tasks than the bits can number has locks whose owner nobody knows. */
	u64 owner = likely(task->number < (1u << (64 - SIM_FOLIO_OWNER_SHIFT)) - 1) ?
			    task->number + 1ull :
			    0;

	folio->flags.f |= 1UL << PG_locked | owner << SIM_FOLIO_OWNER_SHIFT;
	sim_order_acquire(&folio->flags);
}

/* Tells the checker of a lock that was taken without waiting. */
static __always_inline void taken_at_once(struct sim_task *task)
{
	if (task->folio_locks++)
		return;
	task->folio_lock_tried = true;
	lock_acquire_exclusive(&folio_lock_map, 0, 1, NULL, _RET_IP_);
}

/*
 * Before a wait: what is held now comes before a folio's lock. Return: whether the checker knows
 * this one.
 */
static void about_to_wait(struct sim_task *task)
{
	if (task->folio_locks++) {
		if (!task->folio_lock_tried &&
		    sim_held_map(task, task->held_count - 1) == &folio_lock_map)
			return;
		lock_release(&folio_lock_map, _RET_IP_);
	}
	task->folio_lock_tried = false;
	sim_acquire(task, &folio_lock_map, 0, 0, NULL);
}

static __always_inline void one_less(struct sim_task *task)
{
	if (unlikely(!task->folio_locks) || --task->folio_locks)
		return;
	if (likely(task == sim_task_current()))
		sim_release(task, &folio_lock_map);
	else
		sim_held_drop(task, &folio_lock_map);
}

static void drop_hold(struct folio *folio)
{
	struct sim_task *current_task = sim_task_current();
	u64 number = folio->flags.f >> SIM_FOLIO_OWNER_SHIFT;
	struct sim_task *owner = current_task;

	folio->flags.f &= ~(1UL << PG_locked | SIM_FOLIO_OWNER_MASK);
	if (unlikely(number != current_task->number + 1ull))
		owner = number ? sim_task_numbered(sim_world, (u32)number - 1) : NULL;
	if (likely(owner))
		one_less(owner);
}

bool sim_folio_trylock(struct folio *folio, const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();

	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || folio->flags.f & 1UL << PG_locked)
		return false;
	set_locked(folio, task);
	taken_at_once(task);
	return true;
}
EXPORT_SYMBOL(sim_folio_trylock);

void __folio_set_locked(struct folio *folio)
{
	struct sim_task *task = sim_task_current();

	SIM_DEBUG_ASSERT(!folio_test_locked(folio));
	set_locked(folio, task);
	taken_at_once(task);
}
EXPORT_SYMBOL(__folio_set_locked);

void __folio_clear_locked(struct folio *folio)
{
	SIM_DEBUG_ASSERT(folio_test_locked(folio));
	drop_hold(folio);
}
EXPORT_SYMBOL(__folio_clear_locked);

/* One look: takes the bit, or finds it clear, or queues the waiter. */
static void try_or_queue(struct waiter *waiter)
{
	struct folio *folio = waiter->folio;

	waiter->woken = false;
	folio->flags.f |= 1UL << PG_waiters;
	if (folio->flags.f & 1UL << waiter->bit) {
		list_add_tail(&waiter->node, queue_of(folio));
		return;
	}
	if (waiter->takes)
		set_locked(folio, waiter->task);
	waiter->woken = true;
	waiter->done = true;
}

/* Sleeps until woken. Return: 0, or what ended the wait before. */
static int sleep_in_queue(struct waiter *waiter, unsigned int mode, const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = waiter->bit == PG_locked ? "lock" : "writeback",
		.name = site->argument,
		.object = waiter->folio,
		.owner = waiter->bit == PG_locked ? lock_owner : NULL,
		.site = site,
	};
	int err = 0;

	while (!waiter->woken && !err) {
		sim_state_set(mode);
		if (sim_task_signal_pending(waiter->task, mode))
			err = -EINTR;
		else
			err = sim_sleep_waiting(&waiting, SIM_NO_DEADLINE);
		if (err == -EINTR && !sim_task_signal_pending(waiter->task, mode))
			err = 0;
	}
	sim_state_set(TASK_RUNNING);
	return waiter->woken ? 0 : err;
}

/*
 * Return: 0 (the bit was seen clear, or taken), -EINTR, or -EDEADLK: nothing will ever end this
 * wait, which was reported.
 */
static int wait_for_bit(struct waiter *waiter, unsigned int mode, const struct sim_site *site)
{
	int unfair = UNFAIR_TRIES;
	int err = 0;

	do {
		waiter->handoff = waiter->takes && --unfair < 0;
		try_or_queue(waiter);
		if (waiter->woken)
			return 0;
		err = sleep_in_queue(waiter, mode, site);
		if (!waiter->woken)
			list_del(&waiter->node);
		if (err || !waiter->takes || waiter->done)
			return err;
		/* Woken to compete; somebody may have been faster. */
		if (!(waiter->folio->flags.f & 1UL << waiter->bit)) {
			set_locked(waiter->folio, waiter->task);
			waiter->done = true;
		}
	} while (!waiter->done);
	return 0;
}

int sim_folio_lock(struct folio *folio, unsigned int mode, const struct sim_site *site)
{
	struct waiter waiter = {
		.folio = folio,
		.task = sim_task_current(),
		.bit = PG_locked,
		.takes = true,
	};
	int err;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	about_to_wait(waiter.task);
	if (sim_inject_signal(mode, site)) {
		one_less(waiter.task);
		return -EINTR;
	}
	if (likely(!(folio->flags.f & 1UL << PG_locked))) {
		set_locked(folio, waiter.task);
		return 0;
	}
	err = wait_for_bit(&waiter, mode, site);
	if (err == -EINTR)
		one_less(waiter.task);
	return err == -EINTR ? err : 0;
}
EXPORT_SYMBOL(sim_folio_lock);

int sim_folio_wait_bit(struct folio *folio, int bit, unsigned int mode,
		       const struct sim_site *site)
{
	struct waiter waiter = { .folio = folio, .task = sim_task_current(), .bit = bit };
	int err = 0;

	sim_point_here(site);
	if (folio->flags.f & 1UL << bit) {
		sim_lock_may_sleep(site);
		if (sim_inject_signal(mode, site))
			return -EINTR;
		err = wait_for_bit(&waiter, mode, site);
	}
	sim_order_acquire(&folio->flags);
	return err == -EDEADLK ? 0 : err;
}
EXPORT_SYMBOL(sim_folio_wait_bit);

void folio_wait_locked_ptl(struct folio *folio, spinlock_t *ptl)
{
	const struct sim_site *site = SIM_SITE(SIM_POINT_WAIT, "folio_wait_locked_ptl", "folio");
	struct waiter waiter = { .folio = folio, .task = sim_task_current(), .bit = PG_locked };

	try_or_queue(&waiter);
	spin_unlock(ptl);
	if (waiter.done)
		return;
	sim_point_here(site);
	sim_lock_may_sleep(site);
	sleep_in_queue(&waiter, TASK_UNINTERRUPTIBLE, site);
	if (!waiter.woken)
		list_del(&waiter.node);
}

/* Wakes who waits for the bit, up to one that takes it. */
static void wake_bit(struct folio *folio, int bit)
{
	struct waiter *waiter, *next;
	bool more = false, stop = false;

	list_for_each_entry_safe(waiter, next, queue_of(folio), node) {
		if (waiter->folio != folio)
			continue;
		if (stop || waiter->bit != bit) {
			more = true;
			continue;
		}
		if (waiter->handoff) {
			set_locked(folio, waiter->task);
			waiter->done = true;
		}
		stop = waiter->takes;
		list_del(&waiter->node);
		waiter->woken = true;
		sim_try_to_wake(&waiter->task->task, TASK_NORMAL);
	}
	if (!more)
		folio_clear_waiters(folio);
}

void sim_folio_unlock(struct folio *folio, const struct sim_site *site)
{
	if (unlikely(!(folio->flags.f & 1UL << PG_locked))) {
		bad_lock(folio, "unlocked though it is not locked");
		return;
	}
	sim_order_release(&folio->flags);
	drop_hold(folio);
	if (unlikely(folio->flags.f & 1UL << PG_waiters))
		wake_bit(folio, PG_locked);
	sim_point_here(site);
}
EXPORT_SYMBOL(sim_folio_unlock);

void folio_end_writeback(struct folio *folio)
{
	sim_order_release(&folio->flags);
	folio_clear_writeback(folio);
	if (folio_test_waiters(folio))
		wake_bit(folio, PG_writeback);
}
EXPORT_SYMBOL(folio_end_writeback);

void folio_lock_freed(struct folio *folio)
{
	/* Bits of a tail are no flags: the first has its folio's order there. */
	if (likely(!(folio->flags.f & 1UL << PG_locked)) || PageTail(&folio->page))
		return;
	bad_lock(folio, "freed while locked");
	drop_hold(folio);
	if (folio_test_waiters(folio))
		wake_bit(folio, PG_locked);
}

void prep_compound_page(struct page *page, unsigned int order)
{
	struct folio *folio = (struct folio *)page;

	page->flags.f |= 1UL << PG_head;
	for (u64 i = 1; i < 1ull << order; i++) {
		page[i].compound_head = (unsigned long)page | 1;
		page[i].mapping = NULL;
		page[i].private = 0;
	}
	folio->_flags_1 = (folio->_flags_1 & ~0xfful) | order;
	folio->_large_mapcount.counter = 0;
	folio->_nr_pages_mapped.counter = 0;
	folio->_entire_mapcount.counter = 0;
	folio->_pincount.counter = 0;
	folio->_nr_pages = 1u << order;
	if (order > 1)
		INIT_LIST_HEAD(&folio->_deferred_list);
}

/* What a folio has in flags of its second page. */
#define FLAGS_OF_SECOND (0xfful | 1UL << PG_large_rmappable | 1UL << PG_partially_mapped)

void folio_unmake_compound(struct folio *folio)
{
	struct page *page = &folio->page;
	u64 pages = folio_nr_pages(folio);

	SIM_DEBUG_ASSERT(folio_test_large(folio) && !folio_mapcount(folio));
	folio->flags.f &= ~(1UL << PG_head);
	folio->_flags_1 &= ~FLAGS_OF_SECOND;
	for (u64 i = 1; i < pages; i++) {
		const unsigned long flags = page[i].flags.f;

		page[i] = (struct page){ .flags = { flags } };
	}
}
