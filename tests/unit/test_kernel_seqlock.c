/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Sequence counts: who read during a write has to read again. */
#include <linux/local_lock.h>
#include <linux/seqlock.h>
#include "lock_fixture.h"

static seqlock_t sl;
static int first, second;

static struct svmsim_world *setup(void)
{
	struct svmsim_world *world = lock_world(3);

	seqlock_init(&sl);
	first = 0;
	second = 0;
	return world;
}

static void writes(void *arg)
{
	write_seqlock(&sl);
	first++;
	stop();
	second++;
	write_sequnlock(&sl);
	say("written");
}

static void reads(void *arg)
{
	unsigned int seq;
	int a, b, tries = 0;

	do {
		seq = read_seqbegin(&sl);
		a = first;
		if (!tries++)
			stop();
		b = second;
	} while (read_seqretry(&sl, seq));
	say("%d%d after %d", a, b, tries);
}

static void test_reader_tries_again(void **state)
{
	setup();
	start_at("r", 1, reads);
	start_at("w", 2, writes);
	go("w");
	go("r");
	assert_said("written 11 after 2");
	/* With no writer in between one pass is enough. */
	start_at("q", 1, reads);
	go("q");
	assert_said("11 after 1");
}

/* A reader that finds the count odd spins until the writer is done. */
static void test_reader_waits_for_writer(void **state)
{
	setup();
	start_at("w", 2, writes);
	start_at("r", 1, reads);
	ktest_assert_true(find("r")->state == SIM_TASK_SPINNING);
	go("w");
	assert_said("written");
	go("r");
	assert_said("11 after 1");
}

static void test_raw_forms(void **state)
{
	seqcount_t s;
	unsigned int seq;

	setup();
	seqcount_init(&s);
	ktest_assert_int_equal(raw_read_seqcount(&s), 0);
	raw_write_seqcount_begin(&s);
	ktest_assert_int_equal(raw_read_seqcount(&s), 1);
	ktest_assert_int_equal(raw_seqcount_begin(&s), 0);
	ktest_assert_false(raw_seqcount_try_begin(&s, seq));
	raw_write_seqcount_end(&s);
	ktest_assert_true(raw_seqcount_try_begin(&s, seq));
	ktest_assert_int_equal(seq, 2);
	ktest_assert_int_equal(read_seqcount_retry(&s, seq), 0);
	write_seqcount_invalidate(&s);
	ktest_assert_int_equal(__read_seqcount_retry(&s, seq), 1);
	ktest_assert_int_equal(__read_seqcount_begin(&s), 4);
}

static void test_seqlock_forms(void **state)
{
	unsigned long flags;
	int seq = 0, passes = 0;

	setup();
	write_seqlock_bh(&sl);
	ktest_assert_int_equal(preempt_count(), SOFTIRQ_LOCK_OFFSET);
	write_sequnlock_bh(&sl);
	write_seqlock_irq(&sl);
	write_sequnlock_irq(&sl);
	write_seqlock_irqsave(&sl, flags);
	ktest_assert_true(irqs_disabled());
	write_sequnlock_irqrestore(&sl, flags);
	ktest_assert_int_equal(read_seqbegin(&sl), 6);
	read_seqlock_excl(&sl);
	read_sequnlock_excl(&sl);
	/* First without the lock, then, as a writer came, with it. */
	do {
		read_seqbegin_or_lock(&sl, &seq);
		if (!passes++) {
			write_seqlock(&sl);
			write_sequnlock(&sl);
		}
		ktest_assert_int_equal(spin_is_locked(&sl.lock), passes == 2);
	} while (need_seqretry(&sl, seq) && (seq = 1));
	done_seqretry(&sl, seq);
	ktest_assert_int_equal(passes, 2);
	ktest_assert_int_equal(preempt_count(), 0);
}

/* The lock that belongs to a count has to be held to write. */
static void test_associated_lock(void **state)
{
	struct svmsim_world *world = setup();
	struct mutex mutex;
	seqcount_mutex_t s;
	seqcount_spinlock_t t;
	spinlock_t spin;

	mutex_init(&mutex);
	spin_lock_init(&spin);
	seqcount_mutex_init(&s, &mutex);
	seqcount_spinlock_init(&t, &spin);
	mutex_lock(&mutex);
	write_seqcount_begin(&s);
	ktest_assert_int_equal(preempt_count(), 1);
	write_seqcount_end(&s);
	ktest_assert_int_equal(preempt_count(), 0);
	mutex_unlock(&mutex);
	spin_lock(&spin);
	write_seqcount_begin(&t);
	write_seqcount_end(&t);
	spin_unlock(&spin);
	ktest_assert_int_equal(read_seqcount_begin(&s), 2);
	ktest_assert_int_equal(read_seqcount_retry(&t, 0), 1);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	write_seqcount_begin(&t);
	write_seqcount_end(&t);
	assert_report(world, 0, "warn site=seqlock.h:sim_seq_assert_spinlock "
		      "expr=\"!(lock_is_held(&(((const seqcount_spinlock_t *)s)->lock)"
		      "->dep_map))\"\n"
		      "WARNING: seqlock.h at sim_seq_assert_spinlock");
	ktest_expect_report(world, "warn", 1);
}

static void reads_its_own(void *arg)
{
	write_seqlock(&sl);
	say("%u", read_seqbegin(&sl));
	write_sequnlock(&sl);
}

static void test_reading_in_ones_own_write(void **state)
{
	struct svmsim_world *world = setup();

	start_at("a", 1, reads_its_own);
	assert_said("");
	ktest_expect_report(world, "deadlock", 1);
	ktest_expect_report(world, "lock-order", svmsim_report_count(world) - 1);
	assert_report(world, svmsim_report_count(world) - 1,
		      "deadlock what=cycle tasks=a\n"
		      "a task waits for itself:\n"
		      "  a spins for end of write &sl, held by a\n"
		      "    at test_kernel_seqlock.c:reads_its_own:read_seqbegin(&sl)");
}

static void test_local_lock(void **state)
{
	struct svmsim_world *world = setup();
	local_lock_t *local = alloc_percpu(local_lock_t);
	unsigned long flags;

	local_lock_init(this_cpu_ptr(local));
	local_lock(local);
	ktest_assert_int_equal(preempt_count(), 1);
	local_unlock(local);
	local_lock_irqsave(local, flags);
	ktest_assert_true(irqs_disabled());
	local_unlock_irqrestore(local, flags);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	local_lock_irq(local);
	local_unlock_irq(local);
	ktest_assert_false(irqs_disabled());
	preempt_disable();
	local_unlock(local);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "lock-imbalance", 1);
	free_percpu(local);
}

static const struct ktest tests[] = {
	KTEST(test_reader_tries_again),
	KTEST(test_reader_waits_for_writer),
	KTEST(test_raw_forms),
	KTEST(test_seqlock_forms),
	KTEST(test_associated_lock),
	KTEST(test_reading_in_ones_own_write),
	KTEST(test_local_lock),
};
KTEST_MAIN(tests)
