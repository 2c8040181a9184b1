/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "mm_fixture.h"
#include "mm/move_internal.h"

#define RAM_BYTES (64ull << 20)

static struct folio *new_folio(unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, order);

	ktest_assert_non_null(folio);
	folio_set_swapbacked(folio);
	return folio;
}

static void test_added_folio_waits_with_a_reference(void **state)
{
	struct svmsim_world *world = mm_world_of(RAM_BYTES);
	struct folio *folio = new_folio(0);

	folio_add_lru(folio);
	ktest_assert_false(folio_test_lru(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 2);
	lru_add_drain();
	ktest_assert_true(folio_test_lru(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_u64_equal(move_state()->node[0].pages[LRU_INACTIVE_ANON], 1);
	folio_put(folio);
	ktest_assert_u64_equal(move_state()->node[0].pages[LRU_INACTIVE_ANON], 0);
	assert_all_free(world);
}

static void test_full_batch_drains_itself(void **state)
{
	struct svmsim_world *world = mm_world_of(RAM_BYTES);
	struct folio *folio[LRU_BATCH_MAX];

	for (int i = 0; i < LRU_BATCH_MAX; i++) {
		folio[i] = new_folio(0);
		ktest_assert_false(i && folio_test_lru(folio[0]));
		folio_add_lru(folio[i]);
	}
	for (int i = 0; i < LRU_BATCH_MAX; i++) {
		ktest_assert_true(folio_test_lru(folio[i]));
		folio_put(folio[i]);
	}
	assert_all_free(world);
}

static void test_large_folio_does_not_wait(void **state)
{
	struct svmsim_world *world = mm_world_of(RAM_BYTES);
	struct folio *small = new_folio(0);
	struct folio *large = new_folio(4);

	folio_add_lru(small);
	folio_add_lru(large);
	ktest_assert_true(folio_test_lru(small));
	ktest_assert_true(folio_test_lru(large));
	ktest_assert_u64_equal(move_state()->node[0].pages[LRU_INACTIVE_ANON], 17);
	folio_put(small);
	folio_put(large);
	assert_all_free(world);
}

static void test_batches_of_other_cpus_need_drain_all(void **state)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = RAM_BYTES,
							    .cpu_count = 3 } } };
	struct svmsim_world *world = mm_world(&machine);
	struct folio *folio = new_folio(0);

	world->cpu = 2;
	folio_add_lru(folio);
	world->cpu = 0;
	lru_add_drain();
	ktest_assert_false(folio_test_lru(folio));
	ktest_assert_false(folio_isolate_lru(folio));
	lru_add_drain_all();
	ktest_assert_true(folio_isolate_lru(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 2);
	ktest_assert_false(folio_isolate_lru(folio));
	folio_putback_lru(folio);
	ktest_assert_int_equal(folio_ref_count(folio), 2);
	lru_add_drain();
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	folio_put(folio);
	assert_all_free(world);
}

static void test_second_access_activates(void **state)
{
	struct svmsim_world *world = mm_world_of(RAM_BYTES);
	struct folio *folio = new_folio(0);

	folio_add_lru(folio);
	lru_add_drain();
	folio_mark_accessed(folio);
	ktest_assert_true(folio_test_referenced(folio));
	ktest_assert_false(folio_test_active(folio));
	folio_mark_accessed(folio);
	ktest_assert_false(folio_test_referenced(folio));
	/* Off its list until the batch is drained, so that nobody else isolates it. */
	ktest_assert_false(folio_isolate_lru(folio));
	lru_add_drain();
	ktest_assert_true(folio_test_active(folio));
	ktest_assert_u64_equal(move_state()->node[0].pages[LRU_ACTIVE_ANON], 1);
	folio_put(folio);
	assert_all_free(world);
}

static void test_accesses_in_the_batch_count(void **state)
{
	struct svmsim_world *world = mm_world_of(RAM_BYTES);
	struct folio *folio = new_folio(0);

	folio_clear_swapbacked(folio);
	folio_add_lru(folio);
	folio_mark_accessed(folio);
	folio_mark_accessed(folio);
	ktest_assert_true(folio_test_active(folio));
	lru_add_drain();
	ktest_assert_u64_equal(move_state()->node[0].pages[LRU_ACTIVE_FILE], 1);
	folio_put(folio);
	assert_all_free(world);
}

static void test_reset_forgets_lists_and_batches(void **state)
{
	struct svmsim_world *world = mm_world_of(RAM_BYTES);
	struct folio *listed = new_folio(0);
	struct folio *waiting = new_folio(0);

	folio_add_lru(listed);
	lru_add_drain();
	folio_add_lru(waiting);
	sim_world_reset(world);
	ktest_assert_u64_equal(move_state()->node[0].pages[LRU_INACTIVE_ANON], 0);
	lru_add_drain_all();
	assert_all_free(world);
}

static const struct ktest tests[] = {
	KTEST(test_added_folio_waits_with_a_reference),
	KTEST(test_full_batch_drains_itself),
	KTEST(test_large_folio_does_not_wait),
	KTEST(test_batches_of_other_cpus_need_drain_all),
	KTEST(test_second_access_activates),
	KTEST(test_accesses_in_the_batch_count),
	KTEST(test_reset_forgets_lists_and_batches),
};
KTEST_MAIN(tests)
