/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The entry points of the lock checker; kernel/lockdep.h says what it checks. Locks report
 * themselves whether or not a file is compiled with CONFIG_LOCKDEP: without it, only what that file
 * itself annotates and asserts goes away, as in the kernel.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/debug_locks.h>
#include <linux/instruction_pointer.h>
#include <linux/lockdep_types.h>
#include <linux/typecheck.h>
#include <linux/types.h>

struct task_struct;

/* fidelity: same */
#define LOCK_STATE_UNKNOWN -1
#define LOCK_STATE_NOT_HELD 0
#define LOCK_STATE_HELD 1
#define SINGLE_DEPTH_NESTING 1
#define MAX_LOCK_DEPTH 48UL

#ifdef CONFIG_LOCKDEP

void lockdep_init_map_type(struct lockdep_map *lock, const char *name, struct lock_class_key *key,
			   int subclass, u8 inner, u8 outer, u8 lock_type);

static inline void lockdep_init_map_waits(struct lockdep_map *lock, const char *name,
					  struct lock_class_key *key, int subclass, u8 inner,
					  u8 outer)
{
	lockdep_init_map_type(lock, name, key, subclass, inner, outer, LD_LOCK_NORMAL);
}

static inline void lockdep_init_map_wait(struct lockdep_map *lock, const char *name,
					 struct lock_class_key *key, int subclass, u8 inner)
{
	lockdep_init_map_waits(lock, name, key, subclass, inner, LD_WAIT_INV);
}

static inline void lockdep_init_map(struct lockdep_map *lock, const char *name,
				    struct lock_class_key *key, int subclass)
{
	lockdep_init_map_wait(lock, name, key, subclass, LD_WAIT_INV);
}

void lockdep_register_key(struct lock_class_key *key);
void lockdep_unregister_key(struct lock_class_key *key);

static inline void lockdep_copy_map(struct lockdep_map *to, struct lockdep_map *from)
{
	*to = *from;
}

/* Another class for a lock that is not held. */
#define sim_lockdep_set(lock, name, key, sub)                                                      \
	lockdep_init_map_type(&(lock)->dep_map, name, key, sub, (lock)->dep_map.wait_type_inner,   \
			      (lock)->dep_map.wait_type_outer, (lock)->dep_map.lock_type)
#define lockdep_set_class(lock, key) sim_lockdep_set(lock, #key, key, 0)
#define lockdep_set_class_and_name(lock, key, name) sim_lockdep_set(lock, name, key, 0)
#define lockdep_set_class_and_subclass(lock, key, sub) sim_lockdep_set(lock, #key, key, sub)
#define lockdep_set_subclass(lock, sub)                                                            \
	sim_lockdep_set(lock, (lock)->dep_map.name, (lock)->dep_map.key, sub)
#define lockdep_set_novalidate_class(lock)                                                         \
	lockdep_set_class_and_name(lock, &__lockdep_no_validate__, #lock)
#define lockdep_set_notrack_class(lock)                                                            \
	lockdep_set_class_and_name(lock, &__lockdep_no_track__, #lock)
#define lockdep_match_class(lock, key) lockdep_match_key(&(lock)->dep_map, key)

static inline int lockdep_match_key(struct lockdep_map *lock, struct lock_class_key *key)
{
	return lock->key == key;
}

/*
 * @read: 0 exclusive, 1 shared, 2 shared and may nest in itself. @check: 0 takes no part in the
 * order. @nest_lock: a held lock that orders those of one class. @ip: where.
 */
void lock_acquire(struct lockdep_map *lock, unsigned int subclass, int trylock, int read, int check,
		  struct lockdep_map *nest_lock, unsigned long ip);
void lock_release(struct lockdep_map *lock, unsigned long ip);
void lock_sync(struct lockdep_map *lock, unsigned int subclass, int read, int check,
	       struct lockdep_map *nest_lock, unsigned long ip);
/* As lock_acquire(); -1 is any. */
int lock_is_held_type(const struct lockdep_map *lock, int read);
void lock_set_class(struct lockdep_map *lock, const char *name, struct lock_class_key *key,
		    unsigned int subclass, unsigned long ip);
void lock_downgrade(struct lockdep_map *lock, unsigned long ip);

static inline int lock_is_held(const struct lockdep_map *lock)
{
	return lock_is_held_type(lock, -1);
}

static inline void lock_set_subclass(struct lockdep_map *lock, unsigned int subclass,
				     unsigned long ip)
{
	lock_set_class(lock, lock->name, lock->key, subclass, ip);
}

#define lock_set_novalidate_class(l, n, i) lock_set_class(l, n, &__lockdep_no_validate__, 0, i)

#define lockdep_is_held(lock) lock_is_held(&(lock)->dep_map)
#define lockdep_is_held_type(lock, r) lock_is_held_type(&(lock)->dep_map, (r))

#define lockdep_assert(cond) \
	do { WARN_ON(!(cond)); } while (0)
#define lockdep_assert_once(cond) \
	do { WARN_ON_ONCE(!(cond)); } while (0)
#define lockdep_assert_held(l) lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_not_held(l) lockdep_assert(!lockdep_is_held(l))
#define lockdep_assert_held_write(l) lockdep_assert(lockdep_is_held_type(l, 0))
#define lockdep_assert_held_read(l) lockdep_assert(lockdep_is_held_type(l, 1))
#define lockdep_assert_held_once(l) lockdep_assert_once(lockdep_is_held(l))
/* fidelity: simplified: lockdep_depth is asked of the current task */
unsigned int sim_lock_held_count(void);
#define lockdep_assert_none_held_once() lockdep_assert_once(!sim_lock_held_count())

/* fidelity: same */
#define DEFINE_WAIT_OVERRIDE_MAP(_name, _wait_type)                                                \
	struct lockdep_map _name = {                                                               \
		.name = #_name "-wait-type-override",                                              \
		.wait_type_inner = _wait_type,                                                     \
		.lock_type = LD_LOCK_WAIT_OVERRIDE,                                                \
	}

/* fidelity: simplified: reads interrupts of the simulated CPU */
void lockdep_rcu_suspicious(const char *file, const int line, const char *s);

#else /* !CONFIG_LOCKDEP */

/* fidelity: same */
#define lock_acquire(l, s, t, r, c, n, i) do { } while (0)
#define lock_release(l, i) do { } while (0)
#define lock_sync(l, s, r, c, n, i) do { } while (0)
#define lock_downgrade(l, i) do { } while (0)
#define lock_set_class(l, n, key, s, i) do { (void)(key); } while (0)
#define lock_set_novalidate_class(l, n, i) do { } while (0)
#define lock_set_subclass(l, s, i) do { } while (0)
#define lockdep_init_map_type(lock, name, key, sub, inner, outer, type) \
	do { (void)(name); (void)(key); } while (0)
#define lockdep_init_map_waits(lock, name, key, sub, inner, outer) \
	do { (void)(name); (void)(key); } while (0)
#define lockdep_init_map_wait(lock, name, key, sub, inner) \
	do { (void)(name); (void)(key); } while (0)
#define lockdep_init_map(lock, name, key, sub) do { (void)(name); (void)(key); } while (0)
#define lockdep_set_class(lock, key) do { (void)(key); } while (0)
#define lockdep_set_class_and_name(lock, key, name) do { (void)(key); (void)(name); } while (0)
#define lockdep_set_class_and_subclass(lock, key, sub) do { (void)(key); } while (0)
#define lockdep_set_subclass(lock, sub) do { } while (0)
#define lockdep_set_novalidate_class(lock) do { } while (0)
#define lockdep_set_notrack_class(lock) do { } while (0)

static inline void lockdep_register_key(struct lock_class_key *key)
{
}

static inline void lockdep_unregister_key(struct lock_class_key *key)
{
}

/* Declared only: uses are compiled and then dropped. */
int lock_is_held(const void *lock);
int lockdep_is_held(const void *lock);
#define lockdep_is_held_type(l, r) (1)
#define lockdep_assert(c) do { } while (0)
#define lockdep_assert_once(c) do { } while (0)
#define lockdep_assert_held(l) do { (void)(l); } while (0)
#define lockdep_assert_not_held(l) do { (void)(l); } while (0)
#define lockdep_assert_held_write(l) do { (void)(l); } while (0)
#define lockdep_assert_held_read(l) do { (void)(l); } while (0)
#define lockdep_assert_held_once(l) do { (void)(l); } while (0)
#define lockdep_assert_none_held_once() do { } while (0)
#define DEFINE_WAIT_OVERRIDE_MAP(_name, _wait_type) struct lockdep_map __maybe_unused _name = {}

static inline void lockdep_rcu_suspicious(const char *file, const int line, const char *s)
{
}

#endif /* CONFIG_LOCKDEP */

#define lock_contended(lockdep_map, ip) do { } while (0)
#define lock_acquired(lockdep_map, ip) do { } while (0)
#define LOCK_CONTENDED(_lock, try, lock) lock(_lock)
#define LOCK_CONTENDED_RETURN(_lock, try, lock) lock(_lock)

/* Readers of a queued rwlock let waiting writers go first, but not in an interrupt. */
bool read_lock_is_recursive(void);

#define lock_acquire_exclusive(l, s, t, n, i) lock_acquire(l, s, t, 0, 1, n, i)
#define lock_acquire_shared(l, s, t, n, i) lock_acquire(l, s, t, 1, 1, n, i)
#define lock_acquire_shared_recursive(l, s, t, n, i) lock_acquire(l, s, t, 2, 1, n, i)

#define spin_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define spin_acquire_nest(l, s, t, n, i) lock_acquire_exclusive(l, s, t, n, i)
#define spin_release(l, i) lock_release(l, i)

#define rwlock_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define rwlock_acquire_read(l, s, t, i)                                      \
	do {                                                                 \
		if (read_lock_is_recursive())                                \
			lock_acquire_shared_recursive(l, s, t, NULL, i);     \
		else                                                         \
			lock_acquire_shared(l, s, t, NULL, i);               \
	} while (0)
#define rwlock_release(l, i) lock_release(l, i)

#define seqcount_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define seqcount_acquire_read(l, s, t, i) lock_acquire_shared_recursive(l, s, t, NULL, i)
#define seqcount_release(l, i) lock_release(l, i)

#define mutex_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define mutex_acquire_nest(l, s, t, n, i) lock_acquire_exclusive(l, s, t, n, i)
#define mutex_release(l, i) lock_release(l, i)

#define rwsem_acquire(l, s, t, i) lock_acquire_exclusive(l, s, t, NULL, i)
#define rwsem_acquire_nest(l, s, t, n, i) lock_acquire_exclusive(l, s, t, n, i)
#define rwsem_acquire_read(l, s, t, i) lock_acquire_shared(l, s, t, NULL, i)
#define rwsem_release(l, i) lock_release(l, i)

#define lock_map_acquire(l) lock_acquire_exclusive(l, 0, 0, NULL, _THIS_IP_)
#define lock_map_acquire_try(l) lock_acquire_exclusive(l, 0, 1, NULL, _THIS_IP_)
#define lock_map_acquire_read(l) lock_acquire_shared_recursive(l, 0, 0, NULL, _THIS_IP_)
#define lock_map_acquire_tryread(l) lock_acquire_shared_recursive(l, 0, 1, NULL, _THIS_IP_)
#define lock_map_release(l) lock_release(l, _THIS_IP_)
#define lock_map_sync(l) lock_sync(l, 0, 0, 1, NULL, _THIS_IP_)

#ifdef CONFIG_PROVE_LOCKING
#define might_lock(lock)                                                           \
	do {                                                                       \
		typecheck(struct lockdep_map *, &(lock)->dep_map);                 \
		lock_acquire(&(lock)->dep_map, 0, 0, 0, 1, NULL, _THIS_IP_);       \
		lock_release(&(lock)->dep_map, _THIS_IP_);                         \
	} while (0)
#define might_lock_read(lock)                                                      \
	do {                                                                       \
		typecheck(struct lockdep_map *, &(lock)->dep_map);                 \
		lock_acquire(&(lock)->dep_map, 0, 0, 1, 1, NULL, _THIS_IP_);       \
		lock_release(&(lock)->dep_map, _THIS_IP_);                         \
	} while (0)
#define might_lock_nested(lock, subclass)                                          \
	do {                                                                       \
		typecheck(struct lockdep_map *, &(lock)->dep_map);                 \
		lock_acquire(&(lock)->dep_map, subclass, 0, 1, 1, NULL, _THIS_IP_); \
		lock_release(&(lock)->dep_map, _THIS_IP_);                         \
	} while (0)

/* fidelity: simplified: functions about the running task instead of per-CPU variables */
bool sim_lockdep_irqs_on(void);
bool sim_lockdep_in_hardirq(void);
bool sim_lockdep_in_softirq(void);
bool sim_lockdep_preempt_off(void);
#define lockdep_assert_irqs_enabled() \
	do { WARN_ON_ONCE(!sim_lockdep_irqs_on()); } while (0)
#define lockdep_assert_irqs_disabled() \
	do { WARN_ON_ONCE(sim_lockdep_irqs_on()); } while (0)
#define lockdep_assert_in_irq() \
	do { WARN_ON_ONCE(!sim_lockdep_in_hardirq()); } while (0)
#define lockdep_assert_no_hardirq() \
	do { WARN_ON_ONCE(sim_lockdep_in_hardirq() || !sim_lockdep_irqs_on()); } while (0)
#define lockdep_assert_preemption_enabled() \
	do { WARN_ON_ONCE(sim_lockdep_preempt_off() || !sim_lockdep_irqs_on()); } while (0)
#define lockdep_assert_preemption_disabled() \
	do { WARN_ON_ONCE(!sim_lockdep_preempt_off() && sim_lockdep_irqs_on()); } while (0)
#define lockdep_assert_in_softirq() \
	do { WARN_ON_ONCE(!sim_lockdep_in_softirq() || sim_lockdep_in_hardirq()); } while (0)

#else /* !CONFIG_PROVE_LOCKING */

/* fidelity: same */
#define might_lock(lock) do { } while (0)
#define might_lock_read(lock) do { } while (0)
#define might_lock_nested(lock, subclass) do { } while (0)
#define lockdep_assert_irqs_enabled() do { } while (0)
#define lockdep_assert_irqs_disabled() do { } while (0)
#define lockdep_assert_in_irq() do { } while (0)
#define lockdep_assert_no_hardirq() do { } while (0)
#define lockdep_assert_preemption_enabled() do { } while (0)
#define lockdep_assert_preemption_disabled() do { } while (0)
#define lockdep_assert_in_softirq() do { } while (0)

#endif /* CONFIG_PROVE_LOCKING */

#endif
