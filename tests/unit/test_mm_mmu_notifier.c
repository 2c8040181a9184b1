/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Notifiers one by one: numbers, errors and their order, lists, refusals, two passes, the end. */
#include <linux/mutex.h>
#include <linux/slab.h>
#include "kernel/inject.h"
#include "kernel/lockdep.h"
#include "kernel/version.h"
#include "lock_fixture.h"
#include "mm_fixture.h"

/**
 * struct sub - an interval notifier that says what it is told
 * @notifier: it
 * @finish: of a second pass
 * @name: shown
 * @refuses: when it must not sleep
 * @quiet: does not note the number
 * @waits: stops in the callback until go()
 * @passes: asks for a second pass
 */
struct sub {
	struct mmu_interval_notifier notifier;
	struct mmu_interval_notifier_finish finish;
	char name;
	bool refuses;
	bool quiet;
	bool waits;
	bool passes;
};

static struct mm_struct *mm;
static struct sub a, b;

static bool note(struct sub *sub, const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	say("%c:%s@%lu", sub->name, mmu_notifier_event_name(range->event), cur_seq);
	if (sub->refuses && !mmu_notifier_range_blockable(range))
		return false;
	if (!sub->quiet)
		mmu_interval_set_seq(&sub->notifier, cur_seq);
	if (sub->waits)
		stop();
	return !sub->refuses;
}

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	return note(container_of(notifier, struct sub, notifier), range, cur_seq);
}

static bool invalidate_start(struct mmu_interval_notifier *notifier,
			     const struct mmu_notifier_range *range, unsigned long cur_seq,
			     struct mmu_interval_notifier_finish **finish)
{
	struct sub *sub = container_of(notifier, struct sub, notifier);
	bool ok = note(sub, range, cur_seq);

	if (ok && sub->passes)
		*finish = &sub->finish;
	return ok;
}

static void invalidate_finish(struct mmu_interval_notifier_finish *finish)
{
	say("%c.", container_of(finish, struct sub, finish)->name);
}

static const struct mmu_interval_notifier_ops ops = { .invalidate = invalidate };
static const struct mmu_interval_notifier_ops two_passes = {
	.invalidate_start = invalidate_start,
	.invalidate_finish = invalidate_finish,
};

static struct svmsim_world *setup_kernel(const char *kernel, u32 quirks)
{
	struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 16 << 20, .cpu_count = 4 } },
		.preempt = SVMSIM_PREEMPT_FULL,
		.quirks = quirks,
	};
	struct svmsim_world *world;

	strscpy(machine.kernel, kernel);
	world = mm_world(&machine);
	said_length = 0;
	a = (struct sub){ .name = 'a' };
	b = (struct sub){ .name = 'b' };
	mm = mm_create();
	ktest_assert_non_null(mm);
	return world;
}

static struct svmsim_world *setup(void)
{
	return setup_kernel("v7.0", 0);
}

static void insert(struct sub *sub, unsigned long start, unsigned long length)
{
	ktest_assert_int_equal(mmu_interval_notifier_insert(&sub->notifier, mm, start, length,
							    &ops), 0);
}

static void drop(struct sub *sub)
{
	mmu_interval_notifier_remove(&sub->notifier);
}

static struct mmu_notifier_range range_of(unsigned long start, unsigned long end)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_CLEAR, 0, mm, start, end, NULL);
	return range;
}

static void test_numbers_of_one_range(void **state)
{
	struct mmu_notifier_range hit, miss;
	unsigned long seq;

	setup();
	insert(&a, 0x10000, 0x2000);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq, 2);
	ktest_assert_u64_equal(a.notifier.invalidate_seq, 1);
	seq = mmu_interval_read_begin(&a.notifier);
	miss = range_of(0x12000, 0x13000);
	mmu_notifier_invalidate_range_start(&miss);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq, 2);
	ktest_assert_false(mmu_interval_read_retry(&a.notifier, seq));
	/* The end is exclusive, as is that of the notifier. */
	hit = range_of(0x11fff, 0x12000);
	mmu_notifier_invalidate_range_start(&hit);
	assert_said("a:CLEAR@3");
	ktest_assert_true(mmu_interval_read_retry(&a.notifier, seq));
	ktest_assert_true(mmu_interval_check_retry(&a.notifier, seq));
	mmu_notifier_invalidate_range_end(&miss);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq, 3);
	mmu_notifier_invalidate_range_end(&hit);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq, 4);
	ktest_assert_u64_equal(mmu_interval_read_begin(&a.notifier), 3);
	drop(&a);
	mmput(mm);
}

static void reads(void *arg)
{
	unsigned long seq = mmu_interval_read_begin(&a.notifier);

	say("seq%lu", seq);
}

static void test_reader_waits_for_the_last_end(void **state)
{
	struct mmu_notifier_range first, second;

	setup();
	insert(&a, 0x10000, 0x1000);
	first = range_of(0x10000, 0x11000);
	second = range_of(0x90000, 0x91000);
	mmu_notifier_invalidate_range_start(&second);
	mmu_notifier_invalidate_range_start(&first);
	start("r", reads);
	assert_said("a:CLEAR@3");
	mmu_notifier_invalidate_range_end(&first);
	sim_task_settle();
	assert_said("");
	mmu_notifier_invalidate_range_end(&second);
	sim_task_settle();
	/* What it read at first, not what it would be now. */
	assert_said("seq3");
	drop(&a);
	mmput(mm);
}

/* Who ignores an event (its own migration) does not collide with it. */
static void test_reader_of_an_ignored_event_goes_on(void **state)
{
	struct mmu_notifier_range range;
	unsigned long seq;

	setup();
	insert(&a, 0x10000, 0x1000);
	a.quiet = true;
	range = range_of(0x10000, 0x11000);
	seq = mmu_interval_read_begin(&a.notifier);
	mmu_notifier_invalidate_range_start(&range);
	ktest_assert_u64_equal(mmu_interval_read_begin(&a.notifier), seq);
	ktest_assert_false(mmu_interval_read_retry(&a.notifier, seq));
	mmu_notifier_invalidate_range_end(&range);
	drop(&a);
	mmput(mm);
}

static void test_errors_of_insert_and_their_order(void **state)
{
	struct svmsim_world *world = setup();

	/* The first use of an mm comes before all checks. */
	sim_inject_kind_nth(world, &sim_fault_kmalloc, 1);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, 0, 0, &ops), -ENOMEM);
	ktest_assert_null(mm->notifier_subscriptions);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, 0, 0, &ops),
			       -EOVERFLOW);
	ktest_assert_non_null(mm->notifier_subscriptions);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, ~0ul, 2, &ops),
			       -EOVERFLOW);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, ~0ul, 1, &ops), 0);
	ktest_assert_u64_equal(a.notifier.interval_tree.last, ~0ul);
	drop(&a);
	mmgrab(mm);
	mmput(mm);
	ktest_expect_report(world, "warn", 1);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, 0, 1, &ops), -EINVAL);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, ~0ul, 2, &ops),
			       -EOVERFLOW);
	mmdrop(mm);
}

static void test_signal_interrupts_the_first_insert(void **state)
{
	struct svmsim_world *world = setup();
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(mm, 0, PAGE_SIZE, VM_READ, 0, 0, NULL, 0, &addr), 0);
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, 0, 1, &ops), -EINTR);
	ktest_assert_true(sim_inject_kind_failed(world));
	ktest_assert_null(mm->notifier_subscriptions);
	insert(&a, 0, 1);
	drop(&a);
	mmput(mm);
}

/* Nobody knows what the open range covers: a reader of the new one waits for its end. */
static void test_insert_while_a_range_is_open(void **state)
{
	struct mmu_notifier_range miss;

	setup();
	insert(&b, 0x50000, 0x1000);
	miss = range_of(0x10000, 0x11000);
	mmu_notifier_invalidate_range_start(&miss);
	insert(&a, 0x10000, 0x1000);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq, 3);
	ktest_assert_u64_equal(a.notifier.invalidate_seq, 3);
	ktest_assert_false(RB_EMPTY_NODE(&a.notifier.interval_tree.rb));
	start("r", reads);
	assert_said("");
	mmu_notifier_invalidate_range_end(&miss);
	sim_task_settle();
	assert_said("seq3");
	drop(&a);
	drop(&b);
	mmput(mm);
}

static void removes(void *arg)
{
	drop(arg);
	say("removed");
}

static void test_insert_and_remove_wait_while_the_tree_is_frozen(void **state)
{
	struct mmu_notifier_range hit;

	setup();
	insert(&b, 0x10000, 0x1000);
	hit = range_of(0x10000, 0x11000);
	mmu_notifier_invalidate_range_start(&hit);
	assert_said("b:CLEAR@3");
	insert(&a, 0x10000, 0x1000);
	ktest_assert_true(RB_EMPTY_NODE(&a.notifier.interval_tree.rb));
	/* Not there yet: gone at once. */
	drop(&a);
	insert(&a, 0x10000, 0x1000);
	ktest_assert_true(sim_task_create(SIM_TASK_KTHREAD, "r", -1, removes, &b) != NULL);
	sim_task_settle();
	assert_said("");
	mmu_notifier_invalidate_range_end(&hit);
	sim_task_settle();
	assert_said("removed");
	mmu_notifier_invalidate_range_start(&hit);
	assert_said("a:CLEAR@5");
	mmu_notifier_invalidate_range_end(&hit);
	drop(&a);
	mmput(mm);
}

static void test_refusal_ends_the_range(void **state)
{
	struct mmu_notifier_range range;

	setup();
	insert(&a, 0x10000, 0x1000);
	insert(&b, 0x11000, 0x1000);
	b.refuses = true;
	range = range_of(0x10000, 0x12000);
	ktest_assert_int_equal(mmu_notifier_invalidate_range_start_nonblock(&range), -EAGAIN);
	assert_said("a:CLEAR@3 b:CLEAR@3");
	ktest_assert_u64_equal(mm->notifier_subscriptions->active_invalidate_ranges, 0);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq, 4);
	/* The first one stays invalidated. */
	ktest_assert_u64_equal(a.notifier.invalidate_seq, 3);
	ktest_assert_u64_equal(b.notifier.invalidate_seq, 1);
	b.refuses = false;
	drop(&a);
	drop(&b);
	mmput(mm);
}

static void test_refusal_where_sleeping_is_allowed_warns(void **state)
{
	struct svmsim_world *world = setup();
	struct mmu_notifier_range range;

	insert(&a, 0x10000, 0x1000);
	insert(&b, 0x11000, 0x1000);
	a.refuses = true;
	ktest_expect_report(world, "warn", 1);
	range = range_of(0x10000, 0x12000);
	mmu_notifier_invalidate_range_start(&range);
	/* And is ignored. */
	assert_said("a:CLEAR@3 b:CLEAR@3");
	mmu_notifier_invalidate_range_end(&range);
	drop(&a);
	drop(&b);
	mmput(mm);
}

static void test_two_passes(void **state)
{
	struct svmsim_world *world = setup_kernel("v7.2", 0);
	struct mmu_notifier_range range;

	insert(&b, 0x11000, 0x1000);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, 0x10000, 0x1000,
							    &two_passes), 0);
	a.passes = true;
	range = range_of(0x10000, 0x12000);
	mmu_notifier_invalidate_range_start(&range);
	assert_said("a:CLEAR@3 b:CLEAR@3 a.");
	mmu_notifier_invalidate_range_end(&range);
	/* Also when another one refuses. */
	b.refuses = true;
	ktest_assert_int_equal(mmu_notifier_invalidate_range_start_nonblock(&range), -EAGAIN);
	assert_said("a:CLEAR@5 b:CLEAR@5 a.");
	a.passes = false;
	b.refuses = false;
	mmu_notifier_invalidate_range_start(&range);
	assert_said("a:CLEAR@7 b:CLEAR@7");
	mmu_notifier_invalidate_range_end(&range);
	drop(&a);
	drop(&b);
	/* Half of it draws a warning. */
	ktest_expect_report(world, "warn", 1);
	ktest_assert_int_equal(
		mmu_interval_notifier_insert(&a.notifier, mm, 0, 1,
					     &(struct mmu_interval_notifier_ops){
						     .invalidate_start = invalidate_start }), 0);
	drop(&a);
	mmput(mm);
}

static void test_two_passes_are_newer_than_v70(void **state)
{
	struct svmsim_world *world = setup();

	ktest_expect_report(world, "absent", 1);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, 0, 1, &two_passes), 0);
	drop(&a);
	mmput(mm);
}

static void test_release_comes_first_at_the_end_of_an_mm(void **state)
{
	setup();
	insert(&a, 0x10000, 0x1000);
	mmput(mm);
	/* exit_mmap() unmaps afterwards, and says so again. */
	said[7 + 4] = '\0';
	ktest_assert_string_equal(said, "a:RELEASE@3");
	said_length = 0;
	/* The notifier pins the struct only. */
	ktest_assert_false(mmget_not_zero(mm));
	drop(&a);
}

/* Of the whole mm. */
struct list_sub {
	struct mmu_notifier notifier;
	char name;
	int refuses;
};

static int list_start(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	struct list_sub *sub = container_of(notifier, struct list_sub, notifier);

	say("%c(", sub->name);
	return sub->refuses && !mmu_notifier_range_blockable(range) ? -EAGAIN : 0;
}

static void list_end(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	say(")%c", container_of(notifier, struct list_sub, notifier)->name);
}

static void list_release(struct mmu_notifier *notifier, struct mm_struct *of)
{
	say("release-%c", container_of(notifier, struct list_sub, notifier)->name);
}

static struct mmu_notifier *list_alloc(struct mm_struct *of)
{
	struct list_sub *sub = kzalloc(sizeof(*sub), GFP_KERNEL);

	if (!sub)
		return ERR_PTR(-ENOMEM);
	sub->name = 'g';
	return &sub->notifier;
}

static void list_free(struct mmu_notifier *notifier)
{
	say("free-%c", container_of(notifier, struct list_sub, notifier)->name);
	kfree(container_of(notifier, struct list_sub, notifier));
}

static int list_young(struct mmu_notifier *notifier, struct mm_struct *of, unsigned long start,
		      unsigned long end)
{
	say("young-%lx", end - start);
	return 1;
}

static int list_test_young(struct mmu_notifier *notifier, struct mm_struct *of,
			   unsigned long address)
{
	say("test-%lx", address);
	return 1;
}

static void list_tlbs(struct mmu_notifier *notifier, struct mm_struct *of, unsigned long start,
		      unsigned long end)
{
	say("tlb-%lx", end - start);
}

static const struct mmu_notifier_ops list_ops = {
	.release = list_release,
	.invalidate_range_start = list_start,
	.invalidate_range_end = list_end,
	.clear_flush_young = list_young,
	.clear_young = list_young,
	.test_young = list_test_young,
	.alloc_notifier = list_alloc,
	.free_notifier = list_free,
};
static const struct mmu_notifier_ops start_ops = { .invalidate_range_start = list_start };

static void test_lists_come_after_intervals(void **state)
{
	struct list_sub x = { .notifier.ops = &list_ops, .name = 'x' };
	struct mmu_notifier_range range;

	setup();
	ktest_assert_int_equal(mmu_notifier_register(&x.notifier, mm), 0);
	ktest_assert_int_equal(atomic_read(&mm->mm_count), 2);
	insert(&a, 0x10000, 0x1000);
	range = range_of(0x10000, 0x11000);
	mmu_notifier_invalidate_range_start(&range);
	assert_said("a:CLEAR@3 x(");
	mmu_notifier_invalidate_range_end(&range);
	assert_said(")x");
	ktest_assert_int_equal(mmu_notifier_clear_flush_young(mm, 0, 0x3000), 1);
	ktest_assert_int_equal(mmu_notifier_clear_young(mm, 0, 0x1000), 1);
	ktest_assert_int_equal(mmu_notifier_test_young(mm, 0x5000), 1);
	assert_said("young-3000 young-1000 test-5000");
	mmu_notifier_unregister(&x.notifier, mm);
	assert_said("release-x");
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	assert_said("a:CLEAR@5");
	drop(&a);
	mmput(mm);
}

/* All are asked; who accepted gets its end at once; the interval side is counted out again. */
static void list_refuses(u32 quirks, unsigned int active)
{
	struct list_sub x = { .notifier.ops = &list_ops, .name = 'x' };
	struct list_sub y = { .notifier.ops = &start_ops, .name = 'y', .refuses = 1 };
	struct mmu_notifier_range range;

	setup_kernel("v7.0", quirks);
	ktest_assert_int_equal(mmu_notifier_register(&x.notifier, mm), 0);
	ktest_assert_int_equal(mmu_notifier_register(&y.notifier, mm), 0);
	insert(&a, 0x10000, 0x1000);
	range = range_of(0x10000, 0x11000);
	ktest_assert_int_equal(mmu_notifier_invalidate_range_start_nonblock(&range), -EAGAIN);
	assert_said("a:CLEAR@3 y( x( )x");
	ktest_assert_u64_equal(mm->notifier_subscriptions->active_invalidate_ranges, active);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq, active ? 3 : 4);
	if (active) {
		/* Set right, or the removal below would wait forever. */
		mmu_notifier_invalidate_range_end(&range);
	}
	mmu_notifier_unregister(&y.notifier, mm);
	mmu_notifier_unregister(&x.notifier, mm);
	drop(&a);
	mmput(mm);
}

static void test_list_that_refuses(void **state)
{
	list_refuses(0, 0);
}

static void test_quirk_of_a_list_that_refuses(void **state)
{
	list_refuses(1u << SVMSIM_QUIRK_NOTIFIER_NONBLOCK, 1);
}

static void test_ops_of_two_kinds_are_refused(void **state)
{
	static const struct mmu_notifier_ops both = {
		.arch_invalidate_secondary_tlbs = list_tlbs,
		.invalidate_range_start = list_start,
	};
	struct list_sub x = { .notifier.ops = &both };
	struct svmsim_world *world = setup();

	ktest_expect_report(world, "warn", 1);
	ktest_assert_int_equal(mmu_notifier_register(&x.notifier, mm), -EINVAL);
	ktest_assert_null(mm->notifier_subscriptions);
	mmput(mm);
}

static void test_get_and_put(void **state)
{
	struct svmsim_world *world = setup();
	struct mmu_notifier *first, *second;

	sim_inject_kind_nth(world, &sim_fault_kmalloc, 1);
	ktest_assert_int_equal(PTR_ERR(mmu_notifier_get(&list_ops, mm)), -ENOMEM);
	/* The second allocation is that of the subscriptions: what was made is freed. */
	sim_inject_kind_nth(world, &sim_fault_kmalloc, 2);
	ktest_assert_int_equal(PTR_ERR(mmu_notifier_get(&list_ops, mm)), -ENOMEM);
	assert_said("free-g");
	first = mmu_notifier_get(&list_ops, mm);
	second = mmu_notifier_get(&list_ops, mm);
	ktest_assert_ptr_equal(first, second);
	ktest_assert_int_equal(first->users, 2);
	mmu_notifier_put(second);
	mmu_notifier_put(first);
	mmu_notifier_synchronize();
	sim_task_settle();
	assert_said("free-g");
	ktest_assert_int_equal(atomic_read(&mm->mm_count), 1);
	mmput(mm);
}

/* A list notifier that is still there at the end is released once and taken off. */
static void test_list_at_the_end_of_an_mm(void **state)
{
	struct list_sub x = { .notifier.ops = &list_ops, .name = 'x' };

	setup();
	ktest_assert_int_equal(mmu_notifier_register(&x.notifier, mm), 0);
	mmput(mm);
	said[9] = '\0';
	ktest_assert_string_equal(said, "release-x");
	said_length = 0;
	mmu_notifier_unregister(&x.notifier, mm);
	assert_said("");
}

static void test_injected_retry(void **state)
{
	struct svmsim_world *world = setup();
	unsigned long seq;

	insert(&a, 0x10000, 0x1000);
	seq = mmu_interval_read_begin(&a.notifier);
	for (unsigned int i = 0; sim_inject_kind(i); i++)
		if (!strcmp(sim_inject_kind(i)->name, "notifier-retry"))
			sim_inject_kind_nth(world, sim_inject_kind(i), 1);
	ktest_assert_true(mmu_interval_read_retry(&a.notifier, seq));
	ktest_assert_true(sim_inject_kind_failed(world));
	ktest_assert_false(mmu_interval_read_retry(&a.notifier, seq));
	drop(&a);
	mmput(mm);
}

static DEFINE_MUTEX(driver_lock);

static bool takes_lock(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mutex_lock(&driver_lock);
	mmu_interval_set_seq(notifier, cur_seq);
	mutex_unlock(&driver_lock);
	return true;
}

static const struct mmu_interval_notifier_ops lock_ops = { .invalidate = takes_lock };

/* read_begin() under the lock that the callback takes: it would wait for itself. */
static void test_checker_sees_a_wait_under_the_drivers_lock(void **state)
{
	struct svmsim_world *world = setup();
	struct mmu_notifier_range range;

	ktest_assert_int_equal(mmu_interval_notifier_insert(&a.notifier, mm, 0x10000, 0x1000,
							    &lock_ops), 0);
	range = range_of(0x10000, 0x11000);
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	mutex_lock(&driver_lock);
	mmu_interval_read_begin(&a.notifier);
	mutex_unlock(&driver_lock);
	ktest_expect_report(world, "lock-order", 1);
	drop(&a);
	mmput(mm);
}

static unsigned int heard[5];

static void hear_start(void *ctx, const struct mmu_notifier_range *range)
{
	heard[0]++;
}

static void hear_end(void *ctx, const struct mmu_notifier_range *range)
{
	heard[1]++;
}

static void hear_set(void *ctx, struct mmu_interval_notifier *notifier)
{
	heard[2]++;
}

static void hear_begin(void *ctx, struct mmu_interval_notifier *notifier, unsigned long seq)
{
	heard[3]++;
}

static void hear_retry(void *ctx, struct mmu_interval_notifier *notifier, unsigned long seq,
		       bool retry)
{
	heard[4] += 1 + 10 * retry;
}

static void test_watcher_hears_of_each(void **state)
{
	static const struct mm_watch watch = {
		.range_start = hear_start, .range_end = hear_end, .set_seq = hear_set,
		.read_begin = hear_begin,  .read_retry = hear_retry,
	};
	struct svmsim_world *world = setup();
	struct mmu_notifier_range range = range_of(0x10000, 0x11000);
	unsigned long seq;

	memset(heard, 0, sizeof(heard));
	sim_phys_set_watch(world, &watch);
	/* Without any notifier too. */
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	insert(&a, 0x10000, 0x1000);
	seq = mmu_interval_read_begin(&a.notifier);
	mmu_notifier_invalidate_range_start(&range);
	mmu_notifier_invalidate_range_end(&range);
	mmu_interval_read_retry(&a.notifier, seq);
	/* What was refused never began. */
	a.refuses = true;
	ktest_assert_int_equal(mmu_notifier_invalidate_range_start_nonblock(&range), -EAGAIN);
	a.refuses = false;
	sim_phys_set_watch(world, NULL);
	ktest_assert_u64_equal(heard[0], 2);
	ktest_assert_u64_equal(heard[1], 2);
	ktest_assert_u64_equal(heard[2], 1);
	ktest_assert_u64_equal(heard[3], 1);
	ktest_assert_u64_equal(heard[4], 11);
	drop(&a);
	mmput(mm);
}

static const struct ktest tests[] = {
	KTEST(test_numbers_of_one_range),
	KTEST(test_reader_waits_for_the_last_end),
	KTEST(test_reader_of_an_ignored_event_goes_on),
	KTEST(test_errors_of_insert_and_their_order),
	KTEST(test_signal_interrupts_the_first_insert),
	KTEST(test_insert_while_a_range_is_open),
	KTEST(test_insert_and_remove_wait_while_the_tree_is_frozen),
	KTEST(test_refusal_ends_the_range),
	KTEST(test_refusal_where_sleeping_is_allowed_warns),
	KTEST(test_two_passes),
	KTEST(test_two_passes_are_newer_than_v70),
	KTEST(test_release_comes_first_at_the_end_of_an_mm),
	KTEST(test_lists_come_after_intervals),
	KTEST(test_list_that_refuses),
	KTEST(test_quirk_of_a_list_that_refuses),
	KTEST(test_ops_of_two_kinds_are_refused),
	KTEST(test_get_and_put),
	KTEST(test_list_at_the_end_of_an_mm),
	KTEST(test_injected_retry),
	KTEST(test_checker_sees_a_wait_under_the_drivers_lock),
	KTEST(test_watcher_hears_of_each),
};
KTEST_MAIN(tests)
