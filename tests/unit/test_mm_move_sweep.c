/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Everything that moves pages, with each thing that can fail failing once: nothing is lost. */
#include "kernel/inject.h"
#include "move_fixture.h"

#define FAILURES_MAX 4000

extern const struct sim_fault_kind sim_fault_swap;

/* What fails for itself is not asked again: each call may say so and leave the rest for later. */
static void move_all(struct mm_struct *mm)
{
	sim_reclaim(mm, ADDR(100), BYTES(60));
	sim_compact(mm, BASE, BYTES(40));
	sim_move_pages(mm, ADDR(40), BYTES(40), 1);
	sim_numa_scan(mm, ADDR(200), BYTES(8));
	sim_collapse(mm, BASE, BYTES(PMD_PAGES), false);
	sim_move_pages(mm, BASE, BYTES(1), 1);
	sim_split(mm, BASE, BYTES(PMD_PAGES), 4);
	sim_split(mm, BASE, BYTES(32), 0);
	sim_reclaim(mm, BASE, BYTES(PMD_PAGES));
}

static bool sweep_once(const struct sim_fault_kind *kind, u64 nth)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);
	bool failed;

	fill(setup.mm, 0, 200);
	fill(setup.mm, 300, 100);
	sim_inject_kind_nth(setup.world, kind, nth);
	move_all(setup.mm);
	failed = sim_inject_kind_failed(setup.world);
	sim_inject_kind_nth(setup.world, kind, 0);
	ktest_context("%s failed at %llu", kind->name, nth);
	assert_filled(setup.mm, 0, 200);
	assert_filled(setup.mm, 300, 100);
	for (unsigned long page = 0; page < PMD_PAGES; page++)
		if (cpt_present(entry_at(setup.mm, page)))
			ktest_assert_false(folio_test_locked(folio_at(setup.mm, page)));
	mmput(setup.mm);
	move_settle(setup.world);
	assert_all_free(setup.world);
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	sim_phys_set_watch(setup.world, NULL);
	ktest_world_drop(setup.world);
	return failed;
}

static void sweep(const struct sim_fault_kind *kind, u64 step)
{
	u64 nth = 1;

	while (sweep_once(kind, nth)) {
		nth += step;
		ktest_assert_true(nth < FAILURES_MAX);
	}
	ktest_assert_true(nth > 1);
}

static void test_page(void **state)
{
	sweep(&sim_fault_page, 7);
}

static void test_kmalloc(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);

	/* Nothing here needs it once the tables are there. */
	fill(setup.mm, 0, PMD_PAGES);
	sim_inject_kind_nth(setup.world, &sim_fault_kmalloc, 1);
	move_all(setup.mm);
	ktest_assert_false(sim_inject_kind_failed(setup.world));
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_swap(void **state)
{
	sweep(&sim_fault_swap, 3);
}

static void test_trylock(void **state)
{
	sweep(&sim_fault_trylock, 37);
}

static const struct ktest tests[] = {
	KTEST(test_page),
	KTEST(test_kmalloc),
	KTEST(test_swap),
	KTEST(test_trylock),
};
KTEST_MAIN(tests)
