/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two tasks read and write pages of their own while others move the pages about, in a random order
 * of steps. What is read must be what was written last.
 */
#include <svmsim/schedule.h>
#include "move_fixture.h"

#define PAGES (2 * PMD_PAGES)
#define RUNS 12
#define ACCESSES 400
#define MOVES 40

static struct {
	struct mm_struct *mm;
	u8 value[PAGES];
	uint64_t seed;
	unsigned int wrong;
	int err;
	unsigned long moved[7];
} run;

static bool another_run(void *ctx, uint64_t number)
{
	return false;
}

static unsigned int choose(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	uint64_t *random = ctx;

	*quiet = ktest_random(random) % 16;
	if (point->can_go_on && ktest_random(random) % 2)
		return point->default_index;
	return (unsigned int)(ktest_random(random) % point->count);
}

static uint64_t draw(void *ctx)
{
	return ktest_random(ctx);
}

static void access_pages(void *arg)
{
	unsigned long parity = (unsigned long)arg;

	for (unsigned int i = 0; i < ACCESSES; i++) {
		unsigned long page = (ktest_random(&run.seed) % (PAGES / 2)) * 2 + parity;
		u8 value = (u8)ktest_random(&run.seed);
		int err;

		if (value & 1) {
			err = write_err(run.mm, page, value);
			if (!err)
				run.value[page] = value;
		} else {
			err = read_err(run.mm, page, &value);
			if (!err && value != run.value[page])
				run.wrong++;
		}
		if (err)
			run.err = err;
	}
}

static void move_pages_about(void *arg)
{
	for (unsigned int i = 0; i < MOVES; i++) {
		unsigned long first = ktest_random(&run.seed) % PAGES;
		unsigned long count = 1 + ktest_random(&run.seed) % (PAGES - first);
		unsigned int what = (unsigned int)(ktest_random(&run.seed) % 7);
		bool khugepaged = ktest_random(&run.seed) % 2;
		struct mm_struct *child;
		long moved = 0;

		if (what == 0)
			moved = sim_reclaim(run.mm, ADDR(first), BYTES(count));
		else if (what == 1)
			moved = sim_compact(run.mm, ADDR(first), BYTES(count));
		else if (what == 2)
			moved = sim_move_pages(run.mm, ADDR(first), BYTES(count), khugepaged);
		else if (what == 3)
			moved = sim_split(run.mm, ADDR(first), BYTES(count), khugepaged ? 0 : 4);
		else if (what == 4)
			moved = sim_collapse(run.mm, BASE, BYTES(PAGES), khugepaged);
		else if (what == 5)
			moved = sim_numa_scan(run.mm, ADDR(first), BYTES(count));
		else if (!sim_fork(run.mm, &child))
			mmput(child);
		if (moved > 0)
			run.moved[what] += (unsigned long)moved;
	}
}

static void one_run(uint64_t seed)
{
	const struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .ram_bytes = 16ull << 20, .cpu_count = 2 },
			  { .ram_bytes = 16ull << 20, .cpu_count = 2 } },
		.swap_bytes = 16ull << 20,
		.thp_always = BIT(CPT_PMD_ORDER) | BIT(4),
		.preempt = SVMSIM_PREEMPT_FULL,
	};
	struct svmsim_world *world = fault_world(&machine);
	uint64_t order = seed ^ 0x5eed;
	const struct svmsim_scheduler scheduler = {
		.name = "test", .start = another_run, .next = choose, .random = draw,
		.ctx = &order,
	};

	memset(run.value, 0, sizeof(run.value));
	run.seed = seed;
	run.mm = mm_create();
	map_at(run.mm, 0, PAGES, RW);
	svmsim_world_schedule(world, &scheduler);
	svmsim_task_spawn(world, "even", 0, access_pages, (void *)0);
	svmsim_task_spawn(world, "odd", 2, access_pages, (void *)1);
	svmsim_task_spawn(world, "mover", 1, move_pages_about, NULL);
	svmsim_task_spawn(world, "other", 3, move_pages_about, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
	ktest_assert_int_equal(run.err, 0);
	ktest_assert_u64_equal(run.wrong, 0);
	for (unsigned long page = 0; page < PAGES; page++)
		ktest_assert_u64_equal(read_at(run.mm, page), run.value[page]);
	mmput(run.mm);
	move_settle(world);
	ktest_assert_true(sim_phys_is_valid(world));
	ktest_assert_u64_equal(sim_phys_free_pages(world) + !!fault_state()->zero_pfn +
				       (fault_state()->huge_zero_pfn ? PMD_PAGES : 0),
			       sim_phys_ram_pages(world));
	sim_phys_set_watch(world, NULL);
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	ktest_world_drop(world);
}

static void test_pages_keep_their_contents(void **state)
{
	uint64_t seed = ktest_seed(7);

	memset(&run, 0, sizeof(run));
	for (unsigned int i = 0; i < RUNS; i++)
		one_run(seed + i);
	/* Each way of moving pages did so. */
	for (unsigned int what = 0; what < 6; what++) {
		ktest_context("what %u", what);
		ktest_assert_u64_not_equal(run.moved[what], 0);
	}
}

static const struct ktest tests[] = {
	KTEST(test_pages_keep_their_contents),
};
KTEST_MAIN(tests)
