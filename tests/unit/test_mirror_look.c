/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a device sees without touching it, and the form of the fault that takes its own lock: cases
 * 22 and 39 of the kernel's catalogue.
 */
#include <linux/mmu_notifier.h>
#include <svmsim/schedule.h>
#include "mirror_fixture.h"

static void assert_codes(struct bed *bed, unsigned int index, const u8 *expected,
			 unsigned long count)
{
	u8 codes[16];

	ktest_assert_int_equal(sim_mirror_snapshot(bed->mirror[index], at(0), count * PAGE_SIZE,
						   codes), 0);
	for (unsigned long page = 0; page < count; page++) {
		ktest_context("device %u, page %lu", index, page);
		ktest_assert_u64_equal(codes[page], expected[page]);
	}
}

/* No rights, a gap, zero page, read-only, writable, local and remote memory, nothing at all. */
static void snapshot(bool is_coherent)
{
	const u8 local = is_coherent ? SIM_MIRROR_COHERENT_LOCAL : SIM_MIRROR_PRIVATE_LOCAL;
	const u8 remote = is_coherent ? SIM_MIRROR_COHERENT_REMOTE | SIM_MIRROR_WRITE :
					SIM_MIRROR_NONE;
	const u8 first[] = { SIM_MIRROR_ERROR,
			     SIM_MIRROR_ERROR,
			     SIM_MIRROR_ZERO | SIM_MIRROR_READ,
			     SIM_MIRROR_READ,
			     SIM_MIRROR_WRITE,
			     local | SIM_MIRROR_WRITE,
			     remote,
			     SIM_MIRROR_NONE };
	const u8 second[] = { SIM_MIRROR_ERROR,
			      SIM_MIRROR_ERROR,
			      SIM_MIRROR_ZERO | SIM_MIRROR_READ,
			      SIM_MIRROR_READ,
			      SIM_MIRROR_WRITE,
			      remote,
			      local | SIM_MIRROR_WRITE,
			      SIM_MIRROR_NONE };
	struct bed bed = bed_with(&(struct bed_options){ .is_coherent = is_coherent });

	map_pages(&bed, 2, 6, RW, 0, NULL);
	map_pages(&bed, 0, 1, 0, 0, NULL);
	cpu_get(bed.mm, 2);
	fill_pages(&bed, 3, 4);
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(3), PAGE_SIZE, VM_READ), 0);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 5, 1), 1);
	ktest_assert_u64_equal(to_device(bed.mirror[1], 6, 1), 1);
	assert_codes(&bed, 0, first, 8);
	assert_codes(&bed, 1, second, 8);
	/* Nothing was faulted in. */
	ktest_assert_u64_equal(fault_count(bed.mirror[0]), 0);
	bed_drop(&bed);
}

static void test_snapshot_private(void **state)
{
	snapshot(false);
}

static void test_snapshot_coherent(void **state)
{
	snapshot(true);
}

static void test_snapshot_of_a_huge_page(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ .thp_always = 1 << 9 });

	map_pages(&bed, 0, HUGE_PAGES, RW, 0, NULL);
	fill_pages(&bed, 0, 1);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 17), SIM_MIRROR_WRITE | SIM_MIRROR_PMD);
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(0), HUGE_PAGES * PAGE_SIZE, VM_READ), 0);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 17), SIM_MIRROR_READ | SIM_MIRROR_PMD);
	bed_drop(&bed);
}

static void test_read_unlocked(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ .kernel = "v7.3" });
	u64 word;

	map_pages(&bed, 0, 4, RW, 0, NULL);
	fill_pages(&bed, 0, 4);
	ktest_assert_u64_equal(to_device(bed.mirror[1], 1, 1), 1);
	for (unsigned long page = 0; page < 4; page++) {
		ktest_assert_int_equal(sim_mirror_read_unlocked(bed.mirror[0], at(page), &word, 8),
				       0);
		ktest_assert_u64_equal(word, word_of(page));
	}
	ktest_assert_int_equal(sim_mirror_read_unlocked(bed.mirror[0], at(4), &word, 8), -EFAULT);
	bed_drop(&bed);
}

static void test_read_unlocked_is_newer_than_v70(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	u64 word;

	map_pages(&bed, 0, 1, RW, 0, NULL);
	ktest_assert_int_equal(sim_mirror_read_unlocked(bed.mirror[0], at(0), &word, 8),
			       -EOPNOTSUPP);
	ktest_expect_report(bed.world, "absent", 1);
	bed_drop(&bed);
}

/* An invalidation that must not block meets the device in the middle of an access. */
static bool refused;

static void reaps(void *arg)
{
	struct bed *bed = arg;
	struct mmu_notifier_range range;

	for (unsigned int i = 0; i < 200 && !refused; i++) {
		mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, bed->mm, at(0), at(1));
		if (mmu_notifier_invalidate_range_start_nonblock(&range))
			refused = true;
		else
			mmu_notifier_invalidate_range_end(&range);
		cond_resched();
	}
}

static unsigned int choose(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	*quiet = 0;
	return ktest_random(ctx) % point->count;
}

static bool one_run(void *ctx, uint64_t run)
{
	return !run;
}

static uint64_t draw(void *ctx)
{
	return ktest_random(ctx);
}

static struct bed *shared_bed;
static unsigned int wrong;

static void reads(void *arg)
{
	for (unsigned int i = 0; i < 50; i++) {
		u64 word = 0;

		if (sim_mirror_read(shared_bed->mirror[0], at(0), &word, 8) || word != word_of(0))
			wrong++;
	}
}

static void test_invalidation_that_must_not_block(void **state)
{
	static uint64_t rng;
	static const struct svmsim_scheduler scheduler = {
		.name = "test", .start = one_run, .next = choose, .random = draw, .ctx = &rng,
	};
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	rng = ktest_seed(3);
	refused = false;
	wrong = 0;
	shared_bed = &bed;
	map_pages(&bed, 0, 1, RW, 0, NULL);
	fill_pages(&bed, 0, 1);
	svmsim_world_schedule(bed.world, &scheduler);
	ktest_assert_int_equal(svmsim_task_spawn(bed.world, "reads", 1, reads, NULL), 0);
	ktest_assert_int_equal(svmsim_task_spawn(bed.world, "reaps", 2, reaps, &bed), 0);
	ktest_assert_int_equal(svmsim_tasks_run(bed.world), SVMSIM_TASKS_DONE);
	ktest_assert_true(refused);
	ktest_assert_u64_equal(wrong, 0);
	bed_drop(&bed);
}

static void closes(void *arg)
{
	sim_mirror_close(arg);
}

/* A mirror is closed in the middle of an invalidation: it waits for its end. */
static void test_close_during_an_invalidation(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	struct sim_mirror *mirror = open_mirror(&bed, 0, bed.mm);
	struct mmu_notifier_range range;
	struct sim_task *task;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, bed.mm, at(0), at(1));
	mmu_notifier_invalidate_range_start(&range);
	task = sim_task_create(SIM_TASK_KTHREAD, "closes", 1, closes, mirror);
	ktest_assert_non_null(task);
	sim_task_settle();
	ktest_assert_int_equal(task->state, SIM_TASK_BLOCKED);
	mmu_notifier_invalidate_range_end(&range);
	sim_task_settle();
	ktest_assert_int_equal(task->state, SIM_TASK_DEAD);
	bed_drop(&bed);
}

static const struct ktest tests[] = {
	KTEST(test_snapshot_private),
	KTEST(test_snapshot_coherent),
	KTEST(test_snapshot_of_a_huge_page),
	KTEST(test_read_unlocked),
	KTEST(test_read_unlocked_is_newer_than_v70),
	KTEST(test_invalidation_that_must_not_block),
	KTEST(test_close_during_an_invalidation),
};
KTEST_MAIN(tests)
