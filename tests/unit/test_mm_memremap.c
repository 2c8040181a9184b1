/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Registering memory of devices: what is checked, in which order, and how it goes. */
#include <linux/device.h>
#include <linux/ioport.h>
#include "device_memory_fixture.h"

#define START (1ull << 39)
#define SECTION (128ull << 20)

struct row {
	const char *name;
	struct dev_pagemap map;
	int err;
	unsigned int warns;
};

static const struct dev_pagemap_ops no_free = { .migrate_to_ram = to_ram };
static const struct dev_pagemap_ops no_migrate = { .folio_free = folio_freed };

#define MAP(_type, _ops, _owner, _nr_range, _first, _end)                                     \
	{                                                                                      \
		.type = MEMORY_DEVICE_##_type, .ops = (_ops), .owner = (_owner),               \
		.nr_range = (_nr_range), .range = { (_first), (_end)-1 },                      \
	}
#define RAM SIM_PHYS_RAM_START
#define TOP (1ull << 40)

/* The first thing that is wrong counts. */
static const struct row rows[] = {
	{ "good", MAP(PRIVATE, &private_ops, &owner, 1, START, START + SECTION), 0, 0 },
	{ "no range", MAP(PRIVATE, &private_ops, NULL, 0, START, START + SECTION), -EINVAL, 1 },
	{ "no ops", MAP(PRIVATE, NULL, NULL, 1, START, START + SECTION), -EINVAL, 1 },
	{ "no migrate_to_ram", MAP(PRIVATE, &no_migrate, &owner, 1, START, START + SECTION),
	  -EINVAL, 1 },
	{ "no folio_free", MAP(PRIVATE, &no_free, NULL, 1, START, START + SECTION), -EINVAL, 1 },
	{ "no owner", MAP(PRIVATE, &private_ops, NULL, 1, START, START + SECTION), -EINVAL, 1 },
	{ "coherent without folio_free", MAP(COHERENT, &no_free, NULL, 1, START, START + SECTION),
	  -EINVAL, 1 },
	{ "coherent without owner", MAP(COHERENT, &no_migrate, NULL, 1, START, START + SECTION),
	  -EINVAL, 1 },
	{ "RAM", MAP(PRIVATE, &private_ops, &owner, 1, RAM, RAM + (2 << 20)), -ENXIO, 1 },
	{ "partly RAM", MAP(PRIVATE, &private_ops, &owner, 1, 0, 2 * RAM), -ENXIO, 1 },
	{ "misaligned", MAP(PRIVATE, &private_ops, &owner, 1, START, START + (1 << 20)), -EINVAL,
	  1 },
	{ "too high", MAP(PRIVATE, &private_ops, &owner, 1, TOP, TOP + SECTION), -EINVAL, 0 },
};

static void test_checks(void **state)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_world *world = device_memory_world(0);
		struct dev_pagemap map = rows[i].map;
		void *addr;

		ktest_context("%s", rows[i].name);
		addr = memremap_pages(&map, 0);
		ktest_assert_int_equal(rows[i].err, IS_ERR(addr) ? PTR_ERR(addr) : 0);
		ktest_assert_int_equal(map.nr_range, rows[i].map.nr_range);
		ktest_assert_int_equal(ktest_report_count(world, "warn"), rows[i].warns);
		ktest_expect_report(world, "warn", rows[i].warns);
		if (!IS_ERR(addr))
			memunmap_pages(&map);
		ktest_assert_false(pfn_valid(PHYS_PFN(START)));
		ktest_world_drop(world);
	}
}

static void test_folios_too_large(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	struct dev_pagemap map = private_map(START, SECTION);

	map.vmemmap_shift = 19;
	ktest_assert_int_equal(PTR_ERR(memremap_pages(&map, 0)), -EINVAL);
	ktest_expect_report(world, "warn", 1);
}

static void test_conflict(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	struct dev_pagemap a = private_map(START, 2 * SECTION);
	struct dev_pagemap b = private_map(START + SECTION, 2 * SECTION);
	struct dev_pagemap c = private_map(START - SECTION, 2 * SECTION);

	ktest_assert_false(IS_ERR(memremap_pages(&a, 0)));
	ktest_assert_int_equal(PTR_ERR(memremap_pages(&b, 0)), -ENOMEM);
	ktest_assert_int_equal(PTR_ERR(memremap_pages(&c, 0)), -ENOMEM);
	ktest_assert_ptr_equal(page_pgmap(pfn_to_page(PHYS_PFN(START + SECTION))), &a);
	ktest_assert_false(pfn_valid(PHYS_PFN(START - 1)));
	memunmap_pages(&a);
	ktest_assert_false(IS_ERR(memremap_pages(&b, 0)));
	memunmap_pages(&b);
	ktest_expect_report(world, "warn", 2);
}

/* Ranges of a pagemap with two of them: the first is unwound when the second fails. */
static void test_two_ranges(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	struct dev_pagemap *map = kzalloc(sizeof(*map) + 2 * sizeof(struct range), GFP_KERNEL);

	*map = private_map(START, SECTION);
	map->nr_range = 2;
	map->ranges[1] = (struct range){ SIM_PHYS_RAM_START, SIM_PHYS_RAM_START + SECTION - 1 };
	ktest_assert_int_equal(PTR_ERR(memremap_pages(map, 0)), -ENXIO);
	ktest_assert_int_equal(map->nr_range, 2);
	ktest_assert_false(pfn_valid(PHYS_PFN(START)));
	map->ranges[1] = (struct range){ START + 2 * SECTION, START + 3 * SECTION - 1 };
	ktest_assert_false(IS_ERR(memremap_pages(map, 0)));
	ktest_assert_true(pfn_valid(PHYS_PFN(START + 3 * SECTION - 1)));
	ktest_assert_false(pfn_valid(PHYS_PFN(START + SECTION)));
	memunmap_pages(map);
	kfree(map);
	ktest_expect_report(world, "warn", 1);
}

static void test_every_failure(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	unsigned int failures = 0;

	for (u64 nth = 1; nth < 400; nth++) {
		struct dev_pagemap map = private_map(START, SECTION);
		void *addr;

		sim_inject_kind_nth(world, &sim_fault_kmalloc, nth);
		addr = memremap_pages(&map, 0);
		if (!IS_ERR(addr)) {
			sim_inject_kind_nth(world, &sim_fault_kmalloc, 0);
			memunmap_pages(&map);
			break;
		}
		ktest_assert_int_equal(PTR_ERR(addr), -ENOMEM);
		ktest_assert_false(pfn_valid(PHYS_PFN(START)));
		failures++;
	}
	ktest_assert_int_equal(failures, 3);
}

static void test_get_dev_pagemap(void **state)
{
	struct dev_pagemap map = private_map(START, SECTION);

	device_memory_world(0);
	ktest_assert_null(get_dev_pagemap(PHYS_PFN(START)));
	ktest_assert_false(IS_ERR(memremap_pages(&map, 0)));
	ktest_assert_ptr_equal(get_dev_pagemap(PHYS_PFN(START + SECTION - 1)), &map);
	ktest_assert_null(get_dev_pagemap(PHYS_PFN(START + SECTION)));
	ktest_assert_null(get_dev_pagemap(PHYS_PFN(SIM_PHYS_RAM_START)));
	put_dev_pagemap(&map);
	put_dev_pagemap(NULL);
	memunmap_pages(&map);
	ktest_assert_null(get_dev_pagemap(PHYS_PFN(START)));
}

static struct dev_pagemap shared;

static void unmaps(void *arg)
{
	memunmap_pages(&shared);
	say("gone");
}

static void test_unmap_waits_for_the_last_page(void **state)
{
	struct folio *folio;

	device_memory_world(0);
	shared = private_map(START, SECTION);
	ktest_assert_false(IS_ERR(memremap_pages(&shared, 0)));
	folio = pfn_folio(PHYS_PFN(START) + 4);
	zone_device_folio_init(folio, &shared, 2);
	folio_unlock(folio);
	start("u", unmaps);
	assert_said("");
	ktest_assert_null(get_dev_pagemap(PHYS_PFN(START)));
	folio_put(folio);
	sim_task_settle();
	svmsim_tasks_run(sim_world);
	assert_said("gone");
	/* What follows finds no trace of it. */
	shared = private_map(START, SECTION);
	ktest_assert_false(IS_ERR(memremap_pages(&shared, 0)));
	ktest_assert_int_equal(folio_order(folio), 0);
	ktest_assert_false(PageTail(&folio->page + 1));
	memunmap_pages(&shared);
}

/* Nobody gives it back: the report says what is waited for. */
static void test_unmap_of_a_leaked_page(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	const char *text;

	shared = private_map(START, SECTION);
	ktest_assert_false(IS_ERR(memremap_pages(&shared, 0)));
	zone_device_folio_init(pfn_folio(PHYS_PFN(START)), &shared, 3);
	folio_unlock(pfn_folio(PHYS_PFN(START)));
	memunmap_pages(&shared);
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 1);
	text = report_text(world, 0);
	ktest_assert_string_contains(text, "&pgmap->done: 8 pages of it are in use");
	ktest_expect_report(world, "deadlock", 1);
}

static void test_other_types(void **state)
{
	static const struct dev_pagemap_ops ops = { .folio_free = folio_freed };
	struct svmsim_world *world = device_memory_world(0);

	sim_phys_window_add(world, START, SECTION);
	for (int type = MEMORY_DEVICE_COHERENT; type <= MEMORY_DEVICE_PCI_P2PDMA; type++) {
		struct dev_pagemap map = private_map(START, 2 << 20);
		struct page *page = pfn_to_page(PHYS_PFN(START) + 1);
		bool is_generic = type == MEMORY_DEVICE_GENERIC;

		ktest_context("type %d", type);
		map.type = type;
		map.ops = &ops;
		freed_count = 0;
		ktest_assert_false(IS_ERR(memremap_pages(&map, 0)));
		ktest_assert_int_equal(page_ref_count(page), is_generic);
		ktest_assert_ptr_equal(page_pgmap(page), &map);
		if (type == MEMORY_DEVICE_COHERENT)
			zone_device_page_init(page, &map, 0);
		else if (!is_generic)
			set_page_count(page, 1);
		if (type == MEMORY_DEVICE_COHERENT)
			unlock_page(page);
		ktest_assert_non_null(page_address(page));
		put_page(page);
		ktest_assert_int_equal(page_ref_count(page), is_generic);
		ktest_assert_int_equal(freed_count, type == MEMORY_DEVICE_COHERENT ||
							    type == MEMORY_DEVICE_PCI_P2PDMA);
		memunmap_pages(&map);
		ktest_assert_int_equal(page_ref_count(page), 0);
	}
}

static void test_free_mem_region(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	struct resource *a, *b, *c;

	a = request_free_mem_region(&iomem_resource, 1, "a");
	ktest_assert_u64_equal(resource_size(a), SECTION);
	ktest_assert_u64_equal(a->end, (1ull << 40) - 1);
	ktest_assert_int_equal(a->desc, IORES_DESC_DEVICE_PRIVATE_MEMORY);
	ktest_assert_string_equal(a->name, "a");
	b = request_free_mem_region(&iomem_resource, SECTION + 1, "b");
	ktest_assert_u64_equal(b->end, a->start - 1);
	ktest_assert_u64_equal(resource_size(b), 2 * SECTION);
	release_mem_region(a->start, resource_size(a));
	c = request_free_mem_region(&iomem_resource, 2 * SECTION, "c");
	ktest_assert_u64_equal(c->end, b->start - 1);
	a = request_free_mem_region(&iomem_resource, SECTION, "a");
	ktest_assert_u64_equal(a->end, (1ull << 40) - 1);
	ktest_assert_int_equal(PTR_ERR(request_free_mem_region(&iomem_resource, 1ul << 40, "x")),
			       -ERANGE);
	sim_inject_kind_nth(world, &sim_fault_kmalloc, 1);
	ktest_assert_int_equal(PTR_ERR(request_free_mem_region(&iomem_resource, 1, "x")), -ENOMEM);
	release_mem_region(b->start, resource_size(b));
	release_mem_region(c->start, resource_size(c));
	release_mem_region(a->start, resource_size(a));
	ktest_assert_null(request_mem_region(SIM_PHYS_RAM_START, PAGE_SIZE, "x"));
	release_mem_region(SIM_PHYS_RAM_START, PAGE_SIZE);
	ktest_expect_report(world, "warn", 1);
}

static void test_managed(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	struct svmsim_device desc = { .non_pci = true, .mask_bits = 32 };
	struct device *dev;
	struct dev_pagemap map;
	struct resource *res;

	strscpy(desc.name, "gpu");
	dev = sim_device_add(world, &desc, 0);
	res = devm_request_free_mem_region(dev, &iomem_resource, MEMORY_BYTES);
	ktest_assert_false(IS_ERR(res));
	map = private_map(res->start, resource_size(res));
	ktest_assert_false(IS_ERR(devm_memremap_pages(dev, &map)));
	ktest_assert_true(pfn_valid(PHYS_PFN(res->start)));
	devm_memunmap_pages(dev, &map);
	ktest_assert_false(pfn_valid(PHYS_PFN(res->start)));
	map = private_map(res->start, resource_size(res));
	ktest_assert_false(IS_ERR(devm_memremap_pages(dev, &map)));
	devres_release_all(dev);
	ktest_assert_false(pfn_valid(PHYS_PFN(map.range.start)));
	ktest_assert_null(phys_to_virt(map.range.start));
}

/* Terabytes cost nothing: what is touched is what was initialised. */
static void test_much_memory(void **state)
{
	struct svmsim_world *world = device_memory_world(0);
	struct dev_pagemap map[8];
	struct resource *res[8];

	for (int i = 0; i < 8; i++) {
		res[i] = request_free_mem_region(&iomem_resource, 64ul << 30, "vram");
		ktest_assert_false(IS_ERR(res[i]));
		map[i] = private_map(res[i]->start, resource_size(res[i]));
		ktest_assert_false(IS_ERR(memremap_pages(&map[i], 0)));
		zone_device_folio_init(pfn_folio(PHYS_PFN(res[i]->end)), &map[i], 0);
	}
	ktest_assert_in_range(sim_phys_of_world(world)->touched_count, 8, 100);
	for (int i = 0; i < 8; i++) {
		folio_unlock(pfn_folio(PHYS_PFN(res[i]->end)));
		folio_put(pfn_folio(PHYS_PFN(res[i]->end)));
		memunmap_pages(&map[i]);
		release_mem_region(res[i]->start, resource_size(res[i]));
	}
}

static const struct ktest tests[] = {
	KTEST(test_checks),
	KTEST(test_folios_too_large),
	KTEST(test_conflict),
	KTEST(test_two_ranges),
	KTEST(test_every_failure),
	KTEST(test_get_dev_pagemap),
	KTEST(test_unmap_waits_for_the_last_page),
	KTEST(test_unmap_of_a_leaked_page),
	KTEST(test_other_types),
	KTEST(test_free_mem_region),
	KTEST(test_managed),
	KTEST(test_much_memory),
};
KTEST_MAIN(tests)
