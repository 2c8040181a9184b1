/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Several nodes: which one memory comes from, limits, failures by node. */
#include <linux/topology.h>
#include <svmsim/fault.h>
#include "kernel/inject.h"
#include "mm_fixture.h"

#define MIB (1ull << 20)

/* Two pairs of near nodes; the fourth is nearer to the first than the third is. */
static struct svmsim_world *four_nodes(void)
{
	const struct svmsim_machine machine = {
		.node_count = 4,
		.node = {
			{ .ram_bytes = 16 * MIB, .cpu_count = 1, .distance = { 10, 12, 30, 25 } },
			{ .ram_bytes = 16 * MIB, .cpu_count = 2, .distance = { 12, 10, 30, 30 } },
			{ .ram_bytes = 16 * MIB, .cpu_count = 1, .distance = { 30, 30, 10, 12 } },
			{ .ram_bytes = 16 * MIB, .cpu_count = 1, .distance = { 25, 30, 12, 10 } },
		},
	};

	return mm_world(&machine);
}

static void test_distances(void **state)
{
	struct svmsim_world *world = four_nodes();

	ktest_assert_int_equal(node_distance(0, 0), 10);
	ktest_assert_int_equal(node_distance(0, 3), 25);
	ktest_assert_int_equal(node_distance(3, 1), 30);
	ktest_assert_int_equal(node_distance(0, 7), REMOTE_DISTANCE);
	ktest_assert_int_equal(cpu_to_node(0), 0);
	ktest_assert_int_equal(cpu_to_node(2), 1);
	ktest_assert_int_equal(cpu_to_node(4), 3);
	world->cpu = 3;
	ktest_assert_int_equal(numa_node_id(), 2);
	world->cpu = 0;
}

static void assert_order(struct svmsim_world *world, unsigned int nid, const char *order)
{
	const struct sim_phys_node *node = &sim_phys_of_world(world)->node[nid];
	char text[SVMSIM_NODE_MAX + 1];

	for (unsigned int i = 0; i < 4; i++)
		text[i] = (char)('0' + node->fallback[i]);
	text[4] = '\0';
	ktest_context("node %u", nid);
	ktest_assert_string_equal(text, order);
}

static void test_order_of_nodes(void **state)
{
	const struct svmsim_machine alike = {
		.node_count = 4,
		.node = { { .ram_bytes = 16 * MIB, .cpu_count = 1 },
			  { .ram_bytes = 16 * MIB, .cpu_count = 1 },
			  { .ram_bytes = 16 * MIB, .cpu_count = 1 },
			  { .ram_bytes = 16 * MIB, .cpu_count = 1 } },
	};
	struct svmsim_world *world = four_nodes();

	assert_order(world, 0, "0132");
	assert_order(world, 1, "1023");
	assert_order(world, 2, "2301");
	assert_order(world, 3, "3201");
	/* Where all are equally far it goes round. */
	world = mm_world(&alike);
	assert_order(world, 0, "0123");
	assert_order(world, 1, "1230");
	assert_order(world, 2, "2301");
	assert_order(world, 3, "3012");
}

static int nid_of(struct folio *folio)
{
	int nid = folio ? folio_nid(folio) : NUMA_NO_NODE;

	if (folio)
		folio_put(folio);
	return nid;
}

static void test_full_nodes_are_passed_over(void **state)
{
	struct svmsim_world *world = four_nodes();
	static const int order[] = { 0, 1, 3, 2 };

	for (int i = 0; i < 4; i++) {
		ktest_assert_int_equal(nid_of(folio_alloc(GFP_KERNEL, 3)), order[i]);
		ktest_assert_int_equal(nid_of(folio_alloc_node(GFP_KERNEL | __GFP_THISNODE, 3, 2)),
				       2);
		if (i == 3)
			break;
		sim_phys_set_node_limit(world, order[i], 1);
		ktest_assert_int_equal(nid_of(folio_alloc_node(GFP_KERNEL | __GFP_THISNODE, 3,
							       order[i])), NUMA_NO_NODE);
	}
	sim_phys_set_node_limit(world, 2, 7);
	ktest_assert_null(folio_alloc(GFP_KERNEL, 3));
	ktest_assert_int_equal(nid_of(folio_alloc(GFP_KERNEL, 2)), 2);
	sim_phys_set_node_limit(world, 2, 8);
	ktest_assert_int_equal(nid_of(folio_alloc(GFP_KERNEL, 3)), 2);
	sim_world_reset(world);
	ktest_assert_int_equal(nid_of(folio_alloc(GFP_KERNEL, 3)), 0);
	ktest_assert_u64_equal(sim_phys_node_free_pages(world, 3), 16 * MIB >> PAGE_SHIFT);
}

/* Huge folios are local, or from elsewhere only for those who would wait for memory. */
static void test_huge_folio_of_an_area(void **state)
{
	struct svmsim_world *world = four_nodes();
	struct folio *folio = vma_alloc_folio(GFP_TRANSHUGE_LIGHT, 9, NULL, 0);

	ktest_assert_true(folio_test_large_rmappable(folio));
	ktest_assert_int_equal(nid_of(folio), 0);
	folio = vma_alloc_folio(GFP_KERNEL, 0, NULL, 0);
	ktest_assert_false(folio_test_large_rmappable(folio));
	folio_put(folio);
	sim_phys_set_node_limit(world, 0, 1);
	ktest_assert_null(vma_alloc_folio(GFP_TRANSHUGE_LIGHT, 9, NULL, 0));
	ktest_assert_int_equal(nid_of(vma_alloc_folio(GFP_TRANSHUGE, 9, NULL, 0)), 1);
	ktest_assert_int_equal(nid_of(vma_alloc_folio(GFP_TRANSHUGE_LIGHT, 4, NULL, 0)), 1);
}

static int with_failure(struct svmsim_world *world, const char *site, int nid, gfp_t gfp)
{
	const struct svmsim_fault fault = { .site = site, .nth = 1 };
	const struct svmsim_fault_plan plan = { .fault = &fault, .fault_count = 1 };

	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
	return nid_of(folio_alloc_node(gfp, 2, nid));
}

static void test_failures_by_node(void **state)
{
	struct svmsim_world *world = four_nodes();

	ktest_assert_int_equal(with_failure(world, "page/2", 0, GFP_KERNEL), NUMA_NO_NODE);
	ktest_assert_int_equal(with_failure(world, "page-node/2@0", 0, GFP_KERNEL), 1);
	ktest_assert_int_equal(with_failure(world, "page-node/2@0", 0,
					    GFP_KERNEL | __GFP_THISNODE), NUMA_NO_NODE);
	ktest_assert_int_equal(with_failure(world, "page-node/2@1", 0, GFP_KERNEL), 0);
	ktest_assert_int_equal(with_failure(world, "page-node/3@0", 0, GFP_KERNEL), 0);
	ktest_assert_int_equal(with_failure(world, "page-node/2@0", 0,
					    GFP_KERNEL | __GFP_NOFAIL), 0);
	svmsim_world_faults(world, NULL);
}

/* What a page costs beside its contents: 64 bytes and less than 1 % more for bitmaps. */
static void test_memory_for_each_page(void **state)
{
	struct svmsim_world *world = four_nodes();
	u64 pages = sim_phys_of_world(world)->pfn_end;
	u64 hundredths = sim_phys_overhead_bytes(world) * 100 / pages;

	ktest_assert_int_equal(sizeof(struct page), 64);
	ktest_assert_u64_equal(hundredths, 6425);
	ktest_assert_true(hundredths <= 6464);
}

static const struct ktest tests[] = {
	KTEST(test_distances),
	KTEST(test_order_of_nodes),
	KTEST(test_full_nodes_are_passed_over),
	KTEST(test_huge_folio_of_an_area),
	KTEST(test_failures_by_node),
	KTEST(test_memory_for_each_page),
};
KTEST_MAIN(tests)
