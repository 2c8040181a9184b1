/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "mm_fixture.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

static void test_layout_leaves_out_the_pci_hole(void **state)
{
	static const struct {
		u64 ram[3];
		unsigned int nodes;
		u64 end;
	} rows[] = {
		{ { 256 * MIB }, 1, 272 * MIB },
		{ { 3 * GIB - 16 * MIB }, 1, 3 * GIB },
		{ { 3 * GIB }, 1, 4 * GIB + 16 * MIB },
		{ { 256 * MIB, 256 * MIB }, 2, GIB + 256 * MIB },
		{ { 3 * GIB - 16 * MIB, GIB }, 2, 5 * GIB },
		{ { GIB, 2 * GIB, GIB }, 3, 6 * GIB },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_machine machine = { .node_count = rows[i].nodes };
		struct svmsim_world *world;
		u64 pages = 0;

		ktest_context("row %u", i);
		for (unsigned int n = 0; n < rows[i].nodes; n++) {
			machine.node[n].ram_bytes = rows[i].ram[n];
			pages += rows[i].ram[n] / PAGE_SIZE;
		}
		ktest_assert_u64_equal(sim_phys_layout_end(&machine), rows[i].end);
		world = mm_world(&machine);
		ktest_assert_u64_equal(sim_phys_ram_pages(world), pages);
		ktest_assert_false(sim_phys_is_ram(world, 0));
		ktest_assert_false(sim_phys_is_ram(world, 16 * MIB - 1));
		ktest_assert_true(sim_phys_is_ram(world, 16 * MIB));
		ktest_assert_false(sim_phys_is_ram(world, 3 * GIB));
		ktest_assert_false(sim_phys_is_ram(world, 4 * GIB - 1));
		ktest_assert_true(sim_phys_is_ram(world, rows[i].end - 1));
		ktest_assert_false(sim_phys_is_ram(world, rows[i].end));
		ktest_assert_false(sim_phys_is_ram(world, ~0ull));
		assert_all_free(world);
		ktest_world_drop(world);
	}
}

static void test_blocks_are_aligned_and_lowest_first(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	unsigned long lowest = PHYS_PFN(SIM_PHYS_RAM_START);

	/* From above, since a freed single page waits for a while before it is merged. */
	for (unsigned int order = MAX_PAGE_ORDER + 1; order--;) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		ktest_context("order %u", order);
		ktest_assert_u64_equal(page_to_pfn(page), lowest);
		ktest_assert_int_equal(page_ref_count(page), 1);
		ktest_assert_u64_equal(sim_phys_free_pages(world),
				       sim_phys_ram_pages(world) - (1ull << order));
		ktest_assert_true(sim_phys_is_valid(world));
		__free_pages(page, order);
		assert_all_free(world);
	}
}

static void test_order_above_maximum_is_refused(void **state)
{
	struct svmsim_world *world = mm_world(NULL);

	ktest_assert_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER + 1));
	ktest_assert_null(alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER + 1));
	ktest_expect_report(world, "warn", 1);
}

static void test_exhaustion_returns_null_and_recovers(void **state)
{
	struct svmsim_world *world = mm_world_of(1 * MIB);
	static const unsigned int orders[] = { 0, 3, 0, 1, 8, 0 };

	for (unsigned int i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct page *pages[257];
		unsigned int count = 0;

		ktest_context("round %u", i);
		while ((pages[count] = alloc_pages(GFP_KERNEL, orders[i])))
			count++;
		ktest_assert_int_equal(count, 256 >> orders[i]);
		ktest_assert_u64_equal(sim_phys_free_pages(world), 0);
		ktest_assert_null(alloc_pages(GFP_KERNEL, 0));
		ktest_assert_null(sim_phys_table_alloc(world));
		ktest_assert_null(sim_phys_alloc_contig(world, 1, 0));
		ktest_assert_null(sim_phys_alloc_scattered(world));
		while (count)
			__free_pages(pages[--count], orders[i]);
		assert_all_free(world);
	}
}

static void test_single_pages_are_reused_newest_first(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *a = alloc_page(GFP_KERNEL), *b = alloc_page(GFP_KERNEL);

	__free_page(a);
	__free_page(b);
	ktest_assert_ptr_equal(alloc_page(GFP_KERNEL), b);
	ktest_assert_ptr_equal(alloc_page(GFP_KERNEL), a);
	ktest_assert_true(sim_phys_is_valid(world));
}

static void test_freed_singles_merge_for_a_large_block(void **state)
{
	struct svmsim_world *world = mm_world_of(4 * MIB);
	struct page *pages[1024];

	for (int i = 0; i < 1024; i++)
		pages[i] = alloc_page(GFP_KERNEL);
	for (int i = 0; i < 1024; i += 2)
		__free_page(pages[i]);
	ktest_assert_null(alloc_pages(GFP_KERNEL, 1));
	for (int i = 1; i < 1024; i += 2)
		__free_page(pages[i]);
	ktest_assert_non_null(alloc_pages(GFP_KERNEL, 10));
	ktest_assert_u64_equal(sim_phys_free_pages(world), 0);
}

static void test_contiguous_gives_back_what_it_rounds_up(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *page = sim_phys_alloc_contig(world, 300, 2 * MIB);
	unsigned long pfn = page_to_pfn(page);

	ktest_assert_u64_equal(pfn % 512, 0);
	ktest_assert_u64_equal(sim_phys_free_pages(world), sim_phys_ram_pages(world) - 300);
	ktest_assert_true(sim_phys_is_valid(world));
	/* What is behind it is the next block of its size. */
	ktest_assert_u64_equal(page_to_pfn(alloc_pages(GFP_KERNEL, 2)), pfn + 300);
	for (int i = 0; i < 300; i++) {
		ktest_assert_int_equal(page_ref_count(page + i), 1);
		put_page(page + i);
	}
	ktest_assert_true(sim_phys_is_valid(world));
}

static void test_contiguous_spans_blocks(void **state)
{
	/* RAM from 16 MiB to 272 MiB holds no aligned block of 256 MiB. */
	struct svmsim_world *world = mm_world(NULL);
	u64 pages = 200 * MIB / PAGE_SIZE;
	struct page *page = sim_phys_alloc_contig(world, pages, 0);

	ktest_assert_u64_equal(page_to_phys(page), SIM_PHYS_RAM_START);
	ktest_assert_u64_equal(sim_phys_free_pages(world), sim_phys_ram_pages(world) - pages);
	ktest_assert_true(sim_phys_is_valid(world));
	for (u64 i = 0; i < pages; i++)
		put_page(page + i);
	assert_all_free(world);
	/* Aligned, in what is there: 64 MiB is the first multiple. */
	page = sim_phys_alloc_contig(world, pages, 64 * MIB);
	ktest_assert_u64_equal(page_to_phys(page), 64 * MIB);
	ktest_assert_true(sim_phys_is_valid(world));
	ktest_assert_null(sim_phys_alloc_contig(world, pages, 0));
	ktest_assert_null(sim_phys_alloc_contig(world, 1, 1ull << 40));
	/* All of RAM at once. */
	for (u64 i = 0; i < pages; i++)
		put_page(page + i);
	ktest_assert_non_null(sim_phys_alloc_contig(world, sim_phys_ram_pages(world), 0));
	ktest_assert_u64_equal(sim_phys_free_pages(world), 0);
}

static void test_contiguous_finds_a_run_between_pages_in_use(void **state)
{
	struct svmsim_world *world = mm_world_of(1 * MIB);
	struct page *pages[256];

	for (int i = 0; i < 256; i++)
		pages[i] = alloc_page(GFP_KERNEL);
	/* Pages 5..104 are free but for one. */
	for (int i = 5; i <= 104; i++)
		if (i != 30)
			__free_page(pages[i]);
	ktest_assert_null(sim_phys_alloc_contig(world, 75, 0));
	ktest_assert_ptr_equal(sim_phys_alloc_contig(world, 70, 0), pages[31]);
	ktest_assert_ptr_equal(sim_phys_alloc_contig(world, 24, 0), pages[5]);
	ktest_assert_u64_equal(sim_phys_free_pages(world), 99 - 70 - 24);
	ktest_assert_true(sim_phys_is_valid(world));
}

static void test_scattered_pages_are_never_neighbours(void **state)
{
	struct svmsim_world *world = mm_world_of(4 * MIB);
	unsigned long last = 0;
	unsigned int count = 0;
	struct page *page;

	while ((page = sim_phys_alloc_scattered(world))) {
		unsigned long pfn = page_to_pfn(page);

		ktest_assert_true(pfn != last + 1 && pfn + 1 != last);
		last = pfn;
		count++;
	}
	/* What can be left is neighbours of the last one. */
	ktest_assert_in_range(count, 1022, 1024);
	ktest_assert_true(sim_phys_is_valid(world));
}

static void test_scattered_after_frees(void **state)
{
	struct svmsim_world *world = mm_world_of(4 * MIB);
	struct page *page = sim_phys_alloc_contig(world, 512, 0);
	unsigned long last = 0;

	/* Freed singles lie side by side in the list, in both directions. */
	for (int i = 0; i < 100; i++)
		put_page(page + i);
	for (int i = 300; i > 200; i--)
		put_page(page + i);
	for (int i = 0; i < 400; i++) {
		unsigned long pfn = page_to_pfn(sim_phys_alloc_scattered(world));

		ktest_assert_true(pfn != last + 1 && pfn + 1 != last);
		last = pfn;
	}
	ktest_assert_true(sim_phys_is_valid(world));
}

static void test_nodes_prefer_and_fall_back(void **state)
{
	const struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .ram_bytes = 1 * MIB, .cpu_count = 2 },
			  { .ram_bytes = 1 * MIB, .cpu_count = 1 } },
	};
	struct svmsim_world *world = mm_world(&machine);
	struct page *page;

	ktest_assert_int_equal(page_to_nid(alloc_page(GFP_KERNEL)), 0);
	world->cpu = 2;
	ktest_assert_int_equal(page_to_nid(alloc_page(GFP_KERNEL)), 1);
	world->cpu = 1;
	ktest_assert_int_equal(page_to_nid(alloc_page(GFP_KERNEL)), 0);
	ktest_assert_int_equal(page_to_nid(alloc_pages_node(1, GFP_KERNEL, 0)), 1);
	for (int i = 0; i < 254; i++)
		alloc_pages_node(1, GFP_KERNEL | __GFP_THISNODE, 0);
	ktest_assert_null(alloc_pages_node(1, GFP_KERNEL | __GFP_THISNODE, 0));
	page = alloc_pages_node(1, GFP_KERNEL, 0);
	ktest_assert_int_equal(page_to_nid(page), 0);
	ktest_assert_true(sim_phys_is_valid(world));
}

static void test_zones_limit_addresses(void **state)
{
	struct svmsim_world *world = mm_world_of(4 * GIB + MIB);
	struct page *page, *held = NULL;
	u64 low_pages = (3 * GIB - 16 * MIB) / PAGE_SIZE, taken = 0;

	/* The block of the lowest order is above 4 GiB, where it would be taken first. */
	page = alloc_pages(GFP_KERNEL, 8);
	ktest_assert_in_range(page_to_phys(page), 4 * GIB, ~0ull);
	__free_pages(page, 8);
	page = alloc_pages(GFP_KERNEL | GFP_DMA32, 8);
	ktest_assert_in_range(page_to_phys(page), 16 * MIB, 3 * GIB - 1);
	__free_pages(page, 8);
	/* All that is there can be had, and not a page more. */
	while ((page = alloc_pages(GFP_KERNEL | GFP_DMA32 | __GFP_NOWARN, 10))) {
		page->private = (unsigned long)held;
		held = page;
		taken += 1 << 10;
	}
	ktest_assert_u64_equal(taken, low_pages);
	ktest_assert_null(alloc_pages(GFP_KERNEL | GFP_DMA32, 0));
	ktest_assert_null(alloc_pages(GFP_KERNEL | GFP_DMA, 0));
	while ((page = held)) {
		held = (struct page *)page->private;
		__free_pages(page, 10);
	}
	assert_all_free(world);
}

static void test_blocks_of_two_nodes_do_not_merge(void **state)
{
	/* Nodes 1 and 2 are a GiB each, at 4 and 5 GiB: buddies, were they one node. */
	const struct svmsim_machine machine = {
		.node_count = 3,
		.node = { { .ram_bytes = 3 * GIB - 16 * MIB, .cpu_count = 1 },
			  { .ram_bytes = GIB, .cpu_count = 1 },
			  { .ram_bytes = GIB, .cpu_count = 1 } },
	};
	struct svmsim_world *world = mm_world(&machine);
	struct page *pages[3];

	for (int i = 0; i < 3; i++)
		pages[i] = alloc_pages_node(i, GFP_KERNEL, 10);
	for (int i = 0; i < 3; i++)
		__free_pages(pages[i], 10);
	assert_all_free(world);
	for (int i = 0; i < 3; i++)
		ktest_assert_u64_equal(sim_phys_of_world(world)->node[i].free_pages,
				       sim_phys_of_world(world)->node[i].ram_pages);
}

/* Against a model that keeps one byte for each page: who owns it. */
struct model {
	u8 owner[1024];
	unsigned int order[256];
	struct page *page[256];
	unsigned int pages[256];
};

static void model_take(struct model *model, u8 id, struct page *page, unsigned int pages)
{
	u64 first = page_to_pfn(page) - PHYS_PFN(SIM_PHYS_RAM_START);

	ktest_assert_true(first + pages <= 1024);
	for (unsigned int i = 0; i < pages; i++) {
		ktest_assert_int_equal(model->owner[first + i], 0);
		model->owner[first + i] = id;
	}
	model->page[id] = page;
	model->pages[id] = pages;
}

static void model_drop(struct model *model, u8 id)
{
	for (int i = 0; i < 1024; i++)
		if (model->owner[i] == id)
			model->owner[i] = 0;
	for (unsigned int i = 0; i < model->pages[id]; i++)
		if (!model->order[id])
			put_page(model->page[id] + i);
	if (model->order[id])
		__free_pages(model->page[id], model->order[id]);
	model->page[id] = NULL;
}

/* Is there a run of free pages that a request could have had? */
static bool model_has_room(const struct model *model, unsigned int pages, unsigned int align)
{
	for (unsigned int first = 0; first + pages <= 1024; first += align) {
		unsigned int i = 0;

		while (i < pages && !model->owner[first + i])
			i++;
		if (i == pages)
			return true;
	}
	return false;
}

static void model_step(struct svmsim_world *world, struct model *model, uint64_t *seed)
{
	u8 id = 1 + ktest_random(seed) % 255;
	unsigned int kind = ktest_random(seed) % 3;
	unsigned int order = ktest_random(seed) % 8;
	unsigned int pages = kind == 1 ? 1 + ktest_random(seed) % 200 : 1;
	unsigned int align = kind == 1 ? 1u << ktest_random(seed) % 6 : 1;
	struct page *page;

	if (model->page[id]) {
		model_drop(model, id);
		return;
	}
	if (kind == 0) {
		pages = align = 1u << order;
		page = alloc_pages(GFP_KERNEL, order);
	} else if (kind == 1) {
		page = sim_phys_alloc_contig(world, pages, (u64)align * PAGE_SIZE);
	} else {
		page = sim_phys_alloc_scattered(world);
	}
	if (page) {
		ktest_assert_u64_equal(page_to_pfn(page) % align, 0);
		model->order[id] = kind == 0 ? order : 0;
		model_take(model, id, page, pages);
	} else if (kind != 2) {
		ktest_assert_false(model_has_room(model, pages, align));
	}
}

static void test_random_against_slow_model(void **state)
{
	uint64_t seed = ktest_seed(0x5eed0001);
	struct svmsim_world *world = mm_world_of(4 * MIB);
	struct model model = { .owner = { 0 } };

	for (int step = 0; step < 20000; step++) {
		unsigned int free_pages = 0;

		ktest_context("step %d", step);
		model_step(world, &model, &seed);
		if (step % 64)
			continue;
		ktest_assert_true(sim_phys_is_valid(world));
		for (int i = 0; i < 1024; i++)
			free_pages += !model.owner[i];
		ktest_assert_u64_equal(sim_phys_free_pages(world), free_pages);
	}
	for (int id = 1; id < 256; id++)
		if (model.page[id])
			model_drop(&model, id);
	assert_all_free(world);
}

static const struct ktest tests[] = {
	KTEST(test_blocks_are_aligned_and_lowest_first),
	KTEST(test_zones_limit_addresses),
	KTEST(test_blocks_of_two_nodes_do_not_merge),
	KTEST(test_contiguous_finds_a_run_between_pages_in_use),
	KTEST(test_contiguous_gives_back_what_it_rounds_up),
	KTEST(test_contiguous_spans_blocks),
	KTEST(test_exhaustion_returns_null_and_recovers),
	KTEST(test_freed_singles_merge_for_a_large_block),
	KTEST(test_layout_leaves_out_the_pci_hole),
	KTEST(test_nodes_prefer_and_fall_back),
	KTEST(test_order_above_maximum_is_refused),
	KTEST(test_random_against_slow_model),
	KTEST(test_scattered_after_frees),
	KTEST(test_scattered_pages_are_never_neighbours),
	KTEST(test_single_pages_are_reused_newest_first),
};
KTEST_MAIN(tests)
