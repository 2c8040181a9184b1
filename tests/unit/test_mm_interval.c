/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Interval notifiers in several tasks and random schedules, against what they promise: nothing is
 * committed while a range that was announced is not over, and nobody is called after a removal.
 */
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <svmsim/schedule.h>
#include "kernel/task.h"
#include "kernel/version.h"
#include "mm_fixture.h"

#define SUBS 4
#define RANGES_MAX 8
#define SPACE_PAGES 32

/**
 * struct sub - a notifier of a device
 * @notifier: it
 * @finish: of the second pass
 * @lock: the driver's
 * @first: page; @last: page, inclusive
 * @last: see @first
 * @calls: invalidations noted
 * @finishes: second passes that are due
 * @is_there: between insert and the return of remove
 */
struct sub {
	struct mmu_interval_notifier notifier;
	struct mmu_interval_notifier_finish finish;
	struct mutex lock;
	unsigned long first;
	unsigned long last;
	unsigned long calls;
	unsigned int finishes;
	bool is_there;
};

static struct sub subs[SUBS];
static struct mm_struct *mm;
static uint64_t rng;
static char failure[128];
static unsigned int commits, retries, refusals;

/* Announced and not over: first and last page. */
static struct {
	unsigned long first;
	unsigned long last;
	bool is_open;
} open_ranges[RANGES_MAX];

static void fail(const char *what, long which)
{
	if (!failure[0])
		host_snprintf(failure, sizeof(failure), "%s: %ld", what, which);
}

static struct sub *to_sub(struct mmu_interval_notifier *notifier)
{
	return container_of(notifier, struct sub, notifier);
}

static bool note(struct sub *sub, const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	if (!sub->is_there)
		fail("called after its removal", sub - subs);
	if (!(cur_seq & 1))
		fail("an even number", (long)cur_seq);
	if (range->start >= (sub->last + 1) * PAGE_SIZE || range->end <= sub->first * PAGE_SIZE)
		fail("called for another range", sub - subs);
	if (!mmu_notifier_range_blockable(range) && ktest_random(&rng) % 3 == 0) {
		refusals++;
		return false;
	}
	mutex_lock(&sub->lock);
	mmu_interval_set_seq(&sub->notifier, cur_seq);
	sub->calls++;
	mutex_unlock(&sub->lock);
	return true;
}

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	return note(to_sub(notifier), range, cur_seq);
}

static bool invalidate_start(struct mmu_interval_notifier *notifier,
			     const struct mmu_notifier_range *range, unsigned long cur_seq,
			     struct mmu_interval_notifier_finish **finish)
{
	struct sub *sub = to_sub(notifier);

	if (*finish)
		fail("finish is set already", sub - subs);
	if (!note(sub, range, cur_seq))
		return false;
	/* A second range may come while the first one's pass is due: it does without. */
	if (!sub->finishes && ktest_random(&rng) % 2) {
		sub->finishes++;
		*finish = &sub->finish;
	}
	return true;
}

static void invalidate_finish(struct mmu_interval_notifier_finish *finish)
{
	struct sub *sub = to_sub(finish->notifier);

	if (!sub->finishes)
		fail("a second pass too many", sub - subs);
	sub->finishes--;
}

static const struct mmu_interval_notifier_ops one_pass = { .invalidate = invalidate };
static const struct mmu_interval_notifier_ops two_passes = {
	.invalidate_start = invalidate_start,
	.invalidate_finish = invalidate_finish,
};

static void insert_sub(struct sub *sub)
{
	unsigned long pages = 1 + ktest_random(&rng) % 8;

	sub->first = 1 + ktest_random(&rng) % (SPACE_PAGES - 8);
	sub->last = sub->first + pages - 1;
	sub->is_there = true;
	if (mmu_interval_notifier_insert(&sub->notifier, mm, sub->first * PAGE_SIZE,
					 pages * PAGE_SIZE,
					 sub - subs < SUBS / 2 ? &one_pass : &two_passes))
		fail("insert", sub - subs);
}

static void remove_sub(struct sub *sub)
{
	mmu_interval_notifier_remove(&sub->notifier);
	sub->is_there = false;
}

/* Under the driver's lock, with the answer that nothing has happened. */
static void check_commit(const struct sub *sub, unsigned long calls_before)
{
	commits++;
	if (sub->calls != calls_before)
		fail("committed over an invalidation", sub - subs);
	for (unsigned int i = 0; i < RANGES_MAX; i++)
		if (open_ranges[i].is_open && open_ranges[i].first <= sub->last &&
		    open_ranges[i].last >= sub->first)
			fail("committed within a range", sub - subs);
}

static void read_once(struct sub *sub)
{
	unsigned long seq = mmu_interval_read_begin(&sub->notifier);
	unsigned long calls;

	/* Counted anew for the check only: an invalidation before this line is none to miss. */
	calls = sub->calls;
	if (seq != sub->notifier.invalidate_seq)
		calls = ~0ul;
	cond_resched();
	mutex_lock(&sub->lock);
	if (mmu_interval_read_retry(&sub->notifier, seq))
		retries++;
	else
		check_commit(sub, calls);
	mutex_unlock(&sub->lock);
}

static void reader(void *arg)
{
	for (unsigned int i = 0; i < 20; i++)
		read_once(&subs[ktest_random(&rng) % 2 ? 0 : 2]);
}

static void change_range(bool blockable, unsigned int depth)
{
	unsigned long first = ktest_random(&rng) % SPACE_PAGES;
	unsigned long last = first + ktest_random(&rng) % 6;
	struct mmu_notifier_range range;
	unsigned int i = 0;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, mm, first * PAGE_SIZE,
				(last + 1) * PAGE_SIZE);
	if (blockable)
		mmu_notifier_invalidate_range_start(&range);
	else if (mmu_notifier_invalidate_range_start_nonblock(&range))
		return;
	while (open_ranges[i].is_open)
		i++;
	open_ranges[i].first = first;
	open_ranges[i].last = last;
	open_ranges[i].is_open = true;
	cond_resched();
	if (depth < RANGES_MAX / 2 && ktest_random(&rng) % 4 == 0)
		change_range(blockable, depth + 1);
	open_ranges[i].is_open = false;
	mmu_notifier_invalidate_range_end(&range);
}

static void changer(void *arg)
{
	for (unsigned int i = 0; i < 10; i++)
		change_range(ktest_random(&rng) % 4, 1);
}

static void comer_and_goer(void *arg)
{
	for (unsigned int i = 0; i < 10; i++) {
		struct sub *sub = &subs[ktest_random(&rng) % 2 ? 1 : 3];

		insert_sub(sub);
		if (ktest_random(&rng) % 2)
			read_once(sub);
		remove_sub(sub);
	}
}

static unsigned int choose(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	*quiet = 0;
	return ktest_random(&rng) % 3 ? point->default_index : ktest_random(&rng) % point->count;
}

static bool one_run(void *ctx, uint64_t run)
{
	return !run;
}

static uint64_t draw(void *ctx)
{
	return ktest_random(&rng);
}

static const struct svmsim_scheduler scheduler = {
	.name = "test", .start = one_run, .next = choose, .random = draw,
};

static void run_tasks(struct svmsim_world *world)
{
	static const struct {
		const char *name;
		void (*run)(void *arg);
	} tasks[] = {
		{ "changer0", changer }, { "changer1", changer }, { "reader0", reader },
		{ "reader1", reader },	 { "comer", comer_and_goer },
	};

	for (unsigned int i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		ktest_assert_int_equal(svmsim_task_spawn(world, tasks[i].name, -1, tasks[i].run,
							 NULL), 0);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
}

static void one_schedule(const struct svmsim_machine *machine)
{
	struct svmsim_world *world = mm_world(machine);

	memset(subs, 0, sizeof(subs));
	memset(open_ranges, 0, sizeof(open_ranges));
	failure[0] = '\0';
	for (unsigned int i = 0; i < SUBS; i++)
		mutex_init(&subs[i].lock);
	mm = mm_create();
	ktest_assert_non_null(mm);
	svmsim_world_schedule(world, &scheduler);
	insert_sub(&subs[0]);
	insert_sub(&subs[2]);
	run_tasks(world);
	ktest_assert_string_equal(failure, "");
	ktest_assert_u64_equal(mm->notifier_subscriptions->active_invalidate_ranges, 0);
	ktest_assert_u64_equal(mm->notifier_subscriptions->invalidate_seq & 1, 0);
	remove_sub(&subs[0]);
	remove_sub(&subs[2]);
	for (unsigned int i = 0; i < SUBS; i++)
		ktest_assert_u64_equal(subs[i].finishes, 0);
	ktest_assert_true(RB_EMPTY_ROOT(&mm->notifier_subscriptions->itree.rb_root));
	mmput(mm);
	ktest_world_drop(world);
}

static void test_random_schedules_keep_the_promise(void **state)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 16 << 20, .cpu_count = 3 } },
		.preempt = SVMSIM_PREEMPT_FULL,
		.kernel = "v7.2",
	};

	rng = ktest_seed(1);
	commits = retries = refusals = 0;
	for (unsigned int run = 0; run < 300; run++) {
		ktest_context("run %u", run);
		one_schedule(&machine);
	}
	/* The test is about both answers, and about refusals. */
	ktest_assert_true(commits > 1000);
	ktest_assert_true(retries > 100);
	ktest_assert_true(refusals > 100);
}

static const struct ktest tests[] = {
	KTEST(test_random_schedules_keep_the_promise),
};
KTEST_MAIN(tests)
