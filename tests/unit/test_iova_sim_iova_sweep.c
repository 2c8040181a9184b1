/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Every call of the IOVA allocator that needs memory, with each of its allocations failing once. */
#include <linux/errno.h>
#include <linux/types.h>
#include "iova_fixture.h"

#define CPU_COUNT 8
#define LIVE_COUNT 900
#define SWEEP_MAX 400
/* What the model allocates for itself, and may not be refused, is smaller. */
#define REFUSED_BYTES_MIN 1024

/* The allocator of the world, with one call that fails. */
struct failing {
	struct host_allocator real;
	unsigned int countdown;
	bool fired;
};

static void *failing_alloc(void *ctx, size_t bytes)
{
	struct failing *failing = ctx;

	if (bytes >= REFUSED_BYTES_MIN && failing->countdown && !--failing->countdown) {
		failing->fired = true;
		return NULL;
	}
	return failing->real.alloc(failing->real.ctx, bytes);
}

static void failing_free(void *ctx, void *ptr, size_t bytes)
{
	struct failing *failing = ctx;

	failing->real.free(failing->real.ctx, ptr, bytes);
}

/* Counts what was refused to the caller; everything else must work. */
static unsigned int use_domain(struct iova_domain *iovad)
{
	unsigned long pfn[LIVE_COUNT];
	unsigned int failed = 0;

	for (unsigned int i = 0; i < LIVE_COUNT; i++) {
		pfn[i] = alloc_iova_fast(iovad, 1, PFN_MAX_48BIT, true);
		failed += !pfn[i];
	}
	for (unsigned long i = 0; i < 300; i++)
		failed += !reserve_iova(iovad, 16 * i, 16 * i + 3);
	check_iova_domain(iovad);
	for (unsigned int i = 0; i < LIVE_COUNT; i++)
		if (pfn[i])
			free_iova_fast(iovad, pfn[i], 1);
	check_iova_domain(iovad);
	/* All that was freed is found again: from magazines, or from the tree. */
	for (unsigned int i = 0; i < LIVE_COUNT; i++)
		ktest_assert_in_range(alloc_iova_fast(iovad, 1, PFN_MAX_48BIT, true),
				      PFN_MAX_48BIT - LIVE_COUNT, PFN_MAX_48BIT);
	check_iova_domain(iovad);
	return failed;
}

/* Returns true when the failure was reached. */
static bool run_with_failure(unsigned int nth)
{
	struct svmsim_world *world = make_iova_world(CPU_COUNT);
	struct failing failing = { .real = world->allocator, .countdown = nth };
	struct iova_domain iovad;
	unsigned int failed = 0;
	int err;

	world->allocator.ctx = &failing;
	world->allocator.alloc = failing_alloc;
	world->allocator.free = failing_free;
	init_iova_domain(&iovad, 4096, 1);
	err = iova_domain_init_rcaches(&iovad);
	if (err) {
		ktest_assert_int_equal(err, -ENOMEM);
		ktest_assert_true(failing.fired);
		ktest_assert_null(iovad.rcaches);
		/* The failure is over: a second try works. */
		ktest_assert_int_equal(iova_domain_init_rcaches(&iovad), 0);
	}
	failed = use_domain(&iovad);
	ktest_assert_in_range(failed, 0, failing.fired && !err ? 1 : 0);
	put_iova_domain(&iovad);
	/* At its end the world looks for leaks, with its own allocator. */
	world->allocator = failing.real;
	ktest_world_drop(world);
	return failing.fired;
}

static void test_every_allocation_may_fail(void **state)
{
	unsigned int nth = 1;

	for (;; nth++) {
		ktest_context("allocation %u fails", nth);
		if (nth == SWEEP_MAX)
			ktest_fail("more allocations than a sweep is meant for");
		if (!run_with_failure(nth))
			break;
	}
	/* The array of caches, at least one slab of magazines per order, and some of nodes. */
	ktest_assert_in_range(nth, 10, SWEEP_MAX);
}

static const struct ktest tests[] = {
	KTEST(test_every_allocation_may_fail),
};
KTEST_MAIN(tests)
