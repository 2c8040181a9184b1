/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/seqlock_types.h>
#include <linux/spinlock.h>

/*
 * A read section that finds a writer at work spins until it is done; one that a writer interrupted
 * is told so at its end. The begin of a write section is a switch point behind the increment, so
 * that others can see it odd.
 */
/* fidelity: simplified: no latch form */
void sim_seqcount_init(seqcount_t *s, const char *name, struct lock_class_key *key);
unsigned int sim_seq_read_begin(const seqcount_t *s, const struct sim_site *site);
unsigned int sim_seq_read_begin_checked(const seqcount_t *s, const struct sim_site *site);
unsigned int sim_seq_read(const seqcount_t *s, const struct sim_site *site);
int sim_seq_read_retry(const seqcount_t *s, unsigned int start, const struct sim_site *site);
void sim_seq_write_begin(seqcount_t *s, int subclass, const struct sim_site *site);
void sim_seq_write_begin_raw(seqcount_t *s, const struct sim_site *site);
void sim_seq_write_end(seqcount_t *s, const struct sim_site *site);
void sim_seq_write_end_raw(seqcount_t *s, const struct sim_site *site);
void sim_seq_invalidate(seqcount_t *s, const struct sim_site *site);

#define SIM_SEQ_AT(_primitive, _text) SIM_SITE(SIM_POINT_MARKED, _primitive, _text)

#define SEQCNT_ZERO(seqcount) { .dep_map = { .name = #seqcount } }
#define SIM_SEQCNT_ZERO(name, assoc) { .seqcount = SEQCNT_ZERO(name), .lock = (assoc) }
#define SEQCNT_RAW_SPINLOCK_ZERO(name, lock) SIM_SEQCNT_ZERO(name, lock)
#define SEQCNT_SPINLOCK_ZERO(name, lock) SIM_SEQCNT_ZERO(name, lock)
#define SEQCNT_RWLOCK_ZERO(name, lock) SIM_SEQCNT_ZERO(name, lock)
#define SEQCNT_MUTEX_ZERO(name, lock) SIM_SEQCNT_ZERO(name, lock)

#define sim_seqcount_init_named(s, text)                                 \
	do {                                                             \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY; \
		sim_seqcount_init((s), text, &__key);                    \
	} while (0)
#define sim_seqcount_init_with(s, _lock, text)                \
	do {                                                  \
		sim_seqcount_init_named(&(s)->seqcount, text); \
		(s)->lock = (_lock);                          \
	} while (0)
#define seqcount_init(s) sim_seqcount_init_named(s, #s)
#define seqcount_raw_spinlock_init(s, lock) sim_seqcount_init_with(s, lock, #s)
#define seqcount_spinlock_init(s, lock) sim_seqcount_init_with(s, lock, #s)
#define seqcount_rwlock_init(s, lock) sim_seqcount_init_with(s, lock, #s)
#define seqcount_mutex_init(s, lock) sim_seqcount_init_with(s, lock, #s)

/* The plain count in each of the kinds; all of them begin with it. */
#define sim_seq_plain(s)                                           \
	((seqcount_t *)_Generic(*(s),                              \
		seqcount_t: (s),                                   \
		seqcount_raw_spinlock_t: (s),                      \
		seqcount_spinlock_t: (s),                          \
		seqcount_rwlock_t: (s),                            \
		seqcount_mutex_t: (s)))

static inline void sim_seq_assert_plain(const void *s)
{
	lockdep_assert_preemption_disabled();
}

static inline void sim_seq_assert_raw_spinlock(const void *s)
{
	lockdep_assert_held(((const seqcount_raw_spinlock_t *)s)->lock);
}

static inline void sim_seq_assert_spinlock(const void *s)
{
	lockdep_assert_held(((const seqcount_spinlock_t *)s)->lock);
}

static inline void sim_seq_assert_rwlock(const void *s)
{
	lockdep_assert_held(((const seqcount_rwlock_t *)s)->lock);
}

static inline void sim_seq_assert_mutex(const void *s)
{
	lockdep_assert_held(((const seqcount_mutex_t *)s)->lock);
}

#define sim_seq_assert(s)                                          \
	_Generic(*(s),                                             \
		seqcount_t: sim_seq_assert_plain,                  \
		seqcount_raw_spinlock_t: sim_seq_assert_raw_spinlock, \
		seqcount_spinlock_t: sim_seq_assert_spinlock,      \
		seqcount_rwlock_t: sim_seq_assert_rwlock,          \
		seqcount_mutex_t: sim_seq_assert_mutex)(s)
/* A writer under a lock that sleeps must not be preempted: readers would spin for long. */
#define sim_seq_preemptible(s) _Generic(*(s), seqcount_mutex_t: true, default: false)

#define __read_seqcount_begin(s) \
	sim_seq_read_begin(sim_seq_plain(s), SIM_SEQ_AT("__read_seqcount_begin", #s))
#define raw_read_seqcount_begin(s) \
	sim_seq_read_begin(sim_seq_plain(s), SIM_SEQ_AT("raw_read_seqcount_begin", #s))
#define read_seqcount_begin(s) \
	sim_seq_read_begin_checked(sim_seq_plain(s), SIM_SEQ_AT("read_seqcount_begin", #s))
#define raw_read_seqcount(s) \
	sim_seq_read(sim_seq_plain(s), SIM_SEQ_AT("raw_read_seqcount", #s))
#define raw_seqcount_begin(s) \
	(sim_seq_read(sim_seq_plain(s), SIM_SEQ_AT("raw_seqcount_begin", #s)) & ~1u)
#define raw_seqcount_try_begin(s, start) \
	(!(((start) = raw_read_seqcount(s)) & 1))
#define __read_seqcount_retry(s, start) \
	sim_seq_read_retry(sim_seq_plain(s), start, SIM_SEQ_AT("__read_seqcount_retry", #s))
#define read_seqcount_retry(s, start) \
	sim_seq_read_retry(sim_seq_plain(s), start, SIM_SEQ_AT("read_seqcount_retry", #s))

#define sim_seq_begin(s, subclass, primitive)                                             \
	do {                                                                              \
		sim_seq_assert(s);                                                        \
		if (sim_seq_preemptible(s))                                               \
			preempt_disable();                                                \
		sim_seq_write_begin(sim_seq_plain(s), subclass, SIM_SEQ_AT(primitive, #s)); \
	} while (0)
#define write_seqcount_begin(s) sim_seq_begin(s, 0, "write_seqcount_begin")
#define write_seqcount_begin_nested(s, subclass) \
	sim_seq_begin(s, subclass, "write_seqcount_begin_nested")
#define write_seqcount_end(s)                                                             \
	do {                                                                              \
		sim_seq_write_end(sim_seq_plain(s), SIM_SEQ_AT("write_seqcount_end", #s)); \
		if (sim_seq_preemptible(s))                                               \
			preempt_enable();                                                 \
	} while (0)
#define raw_write_seqcount_begin(s) \
	sim_seq_write_begin_raw(sim_seq_plain(s), SIM_SEQ_AT("raw_write_seqcount_begin", #s))
#define raw_write_seqcount_end(s) \
	sim_seq_write_end_raw(sim_seq_plain(s), SIM_SEQ_AT("raw_write_seqcount_end", #s))
#define raw_write_seqcount_barrier(s) \
	sim_seq_invalidate(sim_seq_plain(s), SIM_SEQ_AT("raw_write_seqcount_barrier", #s))
#define write_seqcount_invalidate(s) \
	sim_seq_invalidate(sim_seq_plain(s), SIM_SEQ_AT("write_seqcount_invalidate", #s))

#define __SEQLOCK_UNLOCKED(lockname)                                                  \
	{                                                                             \
		.seqcount = SEQCNT_SPINLOCK_ZERO(lockname, &(lockname).lock),         \
		.lock = __SPIN_LOCK_INITIALIZER(lockname),                            \
	}
#define DEFINE_SEQLOCK(sl) seqlock_t sl = __SEQLOCK_UNLOCKED(sl)
#define seqlock_init(sl)                                                      \
	do {                                                                  \
		spin_lock_init(&(sl)->lock);                                  \
		sim_seqcount_init_with(&(sl)->seqcount, &(sl)->lock, #sl);       \
	} while (0)

#define read_seqbegin(sl) \
	sim_seq_read_begin_checked(&(sl)->seqcount.seqcount, SIM_SEQ_AT("read_seqbegin", #sl))
#define read_seqretry(sl, start) \
	sim_seq_read_retry(&(sl)->seqcount.seqcount, start, SIM_SEQ_AT("read_seqretry", #sl))

/* Each takes the lock in its own way, then begins to write; and the other way round. */
#define sim_seqlock_begin(sl, primitive) \
	sim_seq_write_begin(&(sl)->seqcount.seqcount, 0, SIM_SEQ_AT(primitive, #sl))
#define sim_seqlock_end(sl, primitive) \
	sim_seq_write_end(&(sl)->seqcount.seqcount, SIM_SEQ_AT(primitive, #sl))
#define write_seqlock(sl) \
	do { spin_lock(&(sl)->lock); sim_seqlock_begin(sl, "write_seqlock"); } while (0)
#define write_sequnlock(sl) \
	do { sim_seqlock_end(sl, "write_sequnlock"); spin_unlock(&(sl)->lock); } while (0)
#define write_seqlock_bh(sl) \
	do { spin_lock_bh(&(sl)->lock); sim_seqlock_begin(sl, "write_seqlock_bh"); } while (0)
#define write_sequnlock_bh(sl) \
	do { sim_seqlock_end(sl, "write_sequnlock_bh"); spin_unlock_bh(&(sl)->lock); } while (0)
#define write_seqlock_irq(sl) \
	do { spin_lock_irq(&(sl)->lock); sim_seqlock_begin(sl, "write_seqlock_irq"); } while (0)
#define write_sequnlock_irq(sl) \
	do { sim_seqlock_end(sl, "write_sequnlock_irq"); spin_unlock_irq(&(sl)->lock); } while (0)
#define write_seqlock_irqsave(sl, flags)                            \
	do {                                                        \
		spin_lock_irqsave(&(sl)->lock, flags);              \
		sim_seqlock_begin(sl, "write_seqlock_irqsave");     \
	} while (0)
#define write_sequnlock_irqrestore(sl, flags)                       \
	do {                                                        \
		sim_seqlock_end(sl, "write_sequnlock_irqrestore");  \
		spin_unlock_irqrestore(&(sl)->lock, flags);         \
	} while (0)

#define read_seqlock_excl(sl) spin_lock(&(sl)->lock)
#define read_sequnlock_excl(sl) spin_unlock(&(sl)->lock)
#define read_seqlock_excl_bh(sl) spin_lock_bh(&(sl)->lock)
#define read_sequnlock_excl_bh(sl) spin_unlock_bh(&(sl)->lock)
#define read_seqlock_excl_irq(sl) spin_lock_irq(&(sl)->lock)
#define read_sequnlock_excl_irq(sl) spin_unlock_irq(&(sl)->lock)
#define read_seqlock_excl_irqsave(sl, flags) spin_lock_irqsave(&(sl)->lock, flags)
#define read_sequnlock_excl_irqrestore(sl, flags) spin_unlock_irqrestore(&(sl)->lock, flags)

/* The first pass looks, the second one, with an odd *@seq, locks. */
static inline void read_seqbegin_or_lock(seqlock_t *lock, int *seq)
{
	if (!(*seq & 1))
		*seq = (int)read_seqbegin(lock);
	else
		read_seqlock_excl(lock);
}

static inline int need_seqretry(seqlock_t *lock, int seq)
{
	return !(seq & 1) && read_seqretry(lock, (unsigned int)seq);
}

static inline void done_seqretry(seqlock_t *lock, int seq)
{
	if (seq & 1)
		read_sequnlock_excl(lock);
}

#endif
