/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "kernel/lock.h"
#include "kernel_fixture.h"

struct object {
	struct mutex mutex;
	spinlock_t spin;
	struct rw_semaphore sem;
	rwlock_t rw;
};

static void init(struct object *object)
{
	mutex_init(&object->mutex);
	spin_lock_init(&object->spin);
	init_rwsem(&object->sem);
	rwlock_init(&object->rw);
}

/* All of these are right: no report. Locks of fresh memory, whose bytes are garbage. */
static void test_right_use(void **state)
{
	struct object *o;
	unsigned long flags, inner;

	kernel_world();
	o = kmalloc_obj(*o);
	init(o);
	mutex_lock(&o->mutex);
	ktest_assert_true(mutex_is_locked(&o->mutex));
	ktest_assert_int_equal(mutex_trylock(&o->mutex), 0);
	spin_lock(&o->spin);
	ktest_assert_int_equal(spin_trylock(&o->spin), 0);
	ktest_assert_u64_equal(sim_lock_held_count(), 2);
	mutex_unlock(&o->mutex);
	spin_unlock(&o->spin);
	ktest_assert_int_equal(mutex_lock_interruptible(&o->mutex), 0);
	mutex_unlock(&o->mutex);
	ktest_assert_int_equal(mutex_trylock(&o->mutex), 1);
	mutex_unlock(&o->mutex);
	spin_lock_irqsave(&o->spin, flags);
	ktest_assert_true(irqs_disabled());
	local_irq_save(inner);
	local_irq_restore(inner);
	ktest_assert_true(irqs_disabled());
	spin_unlock_irqrestore(&o->spin, flags);
	ktest_assert_false(irqs_disabled());
	spin_lock_bh(&o->spin);
	ktest_assert_int_equal(preempt_count(), SOFTIRQ_LOCK_OFFSET);
	spin_unlock_bh(&o->spin);
	down_read(&o->sem);
	ktest_assert_int_equal(down_read_trylock(&o->sem), 1);
	ktest_assert_int_equal(down_write_trylock(&o->sem), 0);
	up_read(&o->sem);
	up_read(&o->sem);
	down_write(&o->sem);
	ktest_assert_int_equal(down_read_trylock(&o->sem), 0);
	downgrade_write(&o->sem);
	lockdep_assert_held_read(&o->sem);
	up_read(&o->sem);
	/* A reader nests in another only where it passes writers that wait. */
	read_lock_bh(&o->rw);
	read_lock(&o->rw);
	read_unlock(&o->rw);
	read_unlock_bh(&o->rw);
	mutex_destroy(&o->mutex);
	ktest_assert_u64_equal(sim_lock_held_count(), 0);
	kfree(o);
}

static void test_static_locks(void **state)
{
	static DEFINE_MUTEX(mutex);
	static DEFINE_SPINLOCK(spin);
	static DECLARE_RWSEM(sem);
	struct svmsim_world *world = kernel_world();

	mutex_lock(&mutex);
	down_write(&sem);
	spin_lock(&spin);
	spin_unlock(&spin);
	up_write(&sem);
	mutex_unlock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock(&spin);
	up_write(&sem);
	assert_report(world, 0, "lock-imbalance lock=mutex what=not-held\n"
		      "mutex: released though it is not held");
	assert_report(world, 1, "lock-imbalance lock=spin what=not-held\n"
		      "spin: released though it is not held");
	assert_report(world, 2, "lock-imbalance lock=sem what=not-held\n"
		      "sem: released though it is not held");
	ktest_expect_report(world, "lock-imbalance", 3);
}

/* After a report the run goes on as if it had nested: one report for one mistake. */
static void test_held_twice(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct object o;

	init(&o);
	mutex_lock(&o.mutex);
	mutex_lock(&o.mutex);
	mutex_unlock(&o.mutex);
	ktest_assert_true(mutex_is_locked(&o.mutex));
	mutex_unlock(&o.mutex);
	assert_report(world, 0, "lock-imbalance lock=&object->mutex what=held-twice\n"
		      "&object->mutex: taken while held by the same task: "
		      "it would wait for itself");
	spin_lock(&o.spin);
	spin_lock(&o.spin);
	spin_unlock(&o.spin);
	spin_unlock(&o.spin);
	down_read(&o.sem);
	down_read(&o.sem);
	up_read(&o.sem);
	up_read(&o.sem);
	down_read(&o.sem);
	down_write(&o.sem);
	up_write(&o.sem);
	up_read(&o.sem);
	write_lock(&o.rw);
	read_lock(&o.rw);
	read_unlock(&o.rw);
	write_unlock(&o.rw);
	ktest_assert_u64_equal(sim_lock_held_count(), 0);
	ktest_expect_report(world, "lock-imbalance", 5);
}

static void test_wrong_mode(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct object o;

	init(&o);
	down_read(&o.sem);
	up_write(&o.sem);
	down_write(&o.sem);
	up_read(&o.sem);
	down_read(&o.sem);
	downgrade_write(&o.sem);
	up_read(&o.sem);
	downgrade_write(&o.sem);
	ktest_assert_int_equal(rwsem_is_locked(&o.sem), 0);
	assert_report(world, 0, "lock-imbalance lock=&object->sem what=wrong-mode\n"
		      "&object->sem: held for reading, released as if held for writing");
	assert_report(world, 1, "lock-imbalance lock=&object->sem what=wrong-mode\n"
		      "&object->sem: held for writing, released as if held for reading");
	assert_report(world, 2, "lock-imbalance lock=&object->sem what=wrong-mode\n"
		      "&object->sem: downgraded though it is not held for writing");
	assert_report(world, 3, "lock-imbalance lock=&object->sem what=not-held\n"
		      "&object->sem: downgraded though it is not held for writing");
	ktest_expect_report(world, "lock-imbalance", 4);
}

static void test_destroyed_and_freed(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct object *o = kmalloc_obj(*o);

	init(o);
	mutex_lock(&o->mutex);
	mutex_destroy(&o->mutex);
	down_read(&o->sem);
	init_rwsem(&o->sem);
	spin_lock(&o->spin);
	kfree(o);
	ktest_assert_u64_equal(sim_lock_held_count(), 0);
	assert_report(world, 0, "lock-imbalance lock=&object->mutex what=destroyed-held\n"
		      "&object->mutex: destroyed while held");
	assert_report(world, 1, "lock-imbalance lock=&o->sem what=destroyed-held\n"
		      "&o->sem: initialised again while held");
	assert_report(world, 2, "lock-imbalance lock=&object->spin what=freed-held\n"
		      "&object->spin: its memory was freed while held");
	ktest_expect_report(world, "lock-imbalance", 3);
}

static void test_never_released(void **state)
{
	static DEFINE_MUTEX(mutex);
	struct svmsim_world *world = kernel_world();

	mutex_lock(&mutex);
	preempt_disable();
	rcu_read_lock();
	local_irq_disable();
	ktest_expect_report(world, "lock-imbalance", 4);
	sim_world_finish(world);
	assert_report(world, 0, "lock-imbalance lock=mutex what=never-released\n"
		      "mutex: still held at the end of the run");
	assert_report(world, 1, "lock-imbalance lock=preempt_disable what=never-released\n"
		      "preempt_disable: still in force at the end of the run");
	mutex_unlock(&mutex);
}

static void test_counts(void **state)
{
	struct svmsim_world *world = kernel_world();

	preempt_disable();
	local_bh_disable();
	ktest_assert_true(in_atomic());
	local_bh_enable();
	preempt_enable();
	ktest_assert_true(preemptible());
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	preempt_enable();
	rcu_read_unlock();
	assert_report(world, 0, "lock-imbalance lock=preempt_disable what=not-held\n"
		      "preempt_disable: ended though it has not begun");
	assert_report(world, 1, "lock-imbalance lock=rcu_read_lock what=not-held\n"
		      "rcu_read_lock: ended though it has not begun");
	ktest_expect_report(world, "lock-imbalance", 2);
}

static void test_asserts(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct object o;

	init(&o);
	lockdep_assert_not_held(&o.mutex);
	mutex_lock(&o.mutex);
	lockdep_assert_held(&o.mutex);
	lockdep_assert_held_write(&o.mutex);
	mutex_unlock(&o.mutex);
	down_read(&o.sem);
	lockdep_assert_held(&o.sem);
	lockdep_assert_held_read(&o.sem);
	ktest_assert_int_equal(lock_is_held_type(&o.sem.dep_map, 0), 0);
	ktest_assert_int_equal(lock_is_held_type(&o.sem.dep_map, 1), 1);
	ktest_assert_int_equal(lock_is_held_type(&o.sem.dep_map, -1), 1);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	lockdep_assert_held_write(&o.sem);
	up_read(&o.sem);
	lockdep_assert_held(&o.sem);
	assert_report(world, 1, "warn site=test_kernel_lock.c:test_asserts "
		      "expr=\"!(lock_is_held(&(&o.sem)->dep_map))\"\n"
		      "WARNING: test_kernel_lock.c at test_asserts");
	ktest_expect_report(world, "warn", 2);
}

static const struct ktest tests[] = {
	KTEST(test_right_use),
	KTEST(test_static_locks),
	KTEST(test_held_twice),
	KTEST(test_wrong_mode),
	KTEST(test_destroyed_and_freed),
	KTEST(test_never_released),
	KTEST(test_counts),
	KTEST(test_asserts),
};
KTEST_MAIN(tests)
