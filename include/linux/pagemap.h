/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched.h>
#include <linux/sim_lock.h>

/*
 * Macros, so that a switch point is named after the code that takes the lock. The lock's rules are
 * in lib/mm/folio.h.
 */
bool sim_folio_trylock(struct folio *folio, const struct sim_site *site);
/* @mode: TASK_UNINTERRUPTIBLE or TASK_KILLABLE. Return: 0, or -EINTR. */
int sim_folio_lock(struct folio *folio, unsigned int mode, const struct sim_site *site);
void sim_folio_unlock(struct folio *folio, const struct sim_site *site);
/* Until @bit is clear, without taking it. Return: 0, or -EINTR. */
int sim_folio_wait_bit(struct folio *folio, int bit, unsigned int mode,
		       const struct sim_site *site);

/*
 * fidelity: simplified: a lock has an owner, for reports and for the search for deadlocks; any
 * task may unlock, as in the kernel
 */
#define folio_trylock(folio) sim_folio_trylock(folio, SIM_LOCK_AT("folio_trylock", #folio))
#define folio_lock(folio) \
	((void)sim_folio_lock(folio, TASK_UNINTERRUPTIBLE, SIM_LOCK_AT("folio_lock", #folio)))
#define folio_lock_killable(folio) \
	sim_folio_lock(folio, TASK_KILLABLE, SIM_LOCK_AT("folio_lock_killable", #folio))
#define folio_unlock(folio) sim_folio_unlock(folio, SIM_UNLOCK_AT("folio_unlock", #folio))
#define trylock_page(page) \
	sim_folio_trylock(page_folio(page), SIM_LOCK_AT("trylock_page", #page))
#define lock_page(page)                                          \
	((void)sim_folio_lock(page_folio(page), TASK_UNINTERRUPTIBLE, \
			      SIM_LOCK_AT("lock_page", #page)))
#define unlock_page(page) \
	sim_folio_unlock(page_folio(page), SIM_UNLOCK_AT("unlock_page", #page))

#define folio_wait_locked(folio)                                                \
	((void)sim_folio_wait_bit(folio, PG_locked, TASK_UNINTERRUPTIBLE,       \
				  SIM_SITE(SIM_POINT_WAIT, "folio_wait_locked", #folio)))
#define folio_wait_locked_killable(folio)                                       \
	sim_folio_wait_bit(folio, PG_locked, TASK_KILLABLE,                     \
			   SIM_SITE(SIM_POINT_WAIT, "folio_wait_locked_killable", #folio))
#define wait_on_page_locked(page) folio_wait_locked(page_folio(page))
#define folio_wait_writeback(folio)                                             \
	((void)sim_folio_wait_bit(folio, PG_writeback, TASK_UNINTERRUPTIBLE,    \
				  SIM_SITE(SIM_POINT_WAIT, "folio_wait_writeback", #folio)))

/* Writing has come to its end: who waits for that goes on. */
void folio_end_writeback(struct folio *folio);

/* A folio that nobody else can reach yet, or the parts of one that is locked. */
void __folio_set_locked(struct folio *folio);
void __folio_clear_locked(struct folio *folio);

#endif
