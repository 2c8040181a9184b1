/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "move_fixture.h"

static void test_scan_takes_access_away_until_a_fault(void **state)
{
	struct move_setup setup = move_setup(4, 0);

	fill(setup.mm, 0, 4);
	ktest_assert_int_equal(sim_numa_scan(setup.mm, BASE, BYTES(4)), 4);
	ktest_assert_string_contains(ranges.text, "PROTECTION_VMA");
	ktest_assert_true(cpt_protnone(entry_at(setup.mm, 2)));
	/* From the same node: nothing moves. */
	assert_filled(setup.mm, 0, 4);
	ktest_assert_false(cpt_protnone(entry_at(setup.mm, 2)));
	ktest_assert_int_equal(folio_nid(folio_at(setup.mm, 2)), 0);
	move_end(&setup);
}

static void test_fault_from_another_node_migrates(void **state)
{
	struct move_setup setup = move_setup(4, 0);

	fill(setup.mm, 0, 4);
	ktest_assert_int_equal(sim_numa_scan(setup.mm, BASE, BYTES(4)), 4);
	setup.world->cpu = 1;
	assert_filled(setup.mm, 0, 4);
	for (unsigned long page = 0; page < 4; page++)
		ktest_assert_int_equal(folio_nid(folio_at(setup.mm, page)), 1);
	setup.world->cpu = 0;
	move_end(&setup);
}

static void test_nothing_there_raises_nothing(void **state)
{
	struct move_setup setup = move_setup(4, 0);

	ranges_clear();
	ktest_assert_int_equal(sim_numa_scan(setup.mm, BASE, BYTES(4)), 0);
	assert_ranges("");
	move_end(&setup);
}

static void test_device_private_loses_write(void **state)
{
	struct move_setup setup = move_setup(4, 0);

	device_make();
	device_map(setup.mm, 1, 0, true);
	ktest_assert_u64_equal(cpt_soft(entry_at(setup.mm, 1)), CPT_DEVICE_PRIVATE_WRITE);
	sim_numa_scan(setup.mm, BASE, BYTES(4));
	ktest_assert_u64_equal(cpt_soft(entry_at(setup.mm, 1)), CPT_DEVICE_PRIVATE_READ);
	mm_end(setup.world, setup.mm);
	memunmap_pages(&move_device.pgmap);
}

static const struct ktest tests[] = {
	KTEST(test_scan_takes_access_away_until_a_fault),
	KTEST(test_fault_from_another_node_migrates),
	KTEST(test_nothing_there_raises_nothing),
	KTEST(test_device_private_loses_write),
};
KTEST_MAIN(tests)
