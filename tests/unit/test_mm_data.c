/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "mm_fixture.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

static bool all_bytes_are(const void *bytes, u8 value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (((const u8 *)bytes)[i] != value)
			return false;
	return true;
}

static void test_fresh_page_reads_as_fill(void **state)
{
	const struct svmsim_machine machine = { .fill = 0x3c };
	struct svmsim_world *world = mm_world(&machine);
	u8 bytes[PAGE_SIZE];

	for (int round = 0; round < 3; round++) {
		struct page *page = alloc_page(GFP_KERNEL);

		/* Looking through a pointer and through a copy is the same. */
		if (round != 1) {
			sim_phys_read(world, page_to_phys(page), bytes, PAGE_SIZE);
			ktest_assert_true(all_bytes_are(bytes, 0x3c, PAGE_SIZE));
		}
		ktest_assert_true(all_bytes_are(page_address(page), 0x3c, PAGE_SIZE));
		memset(page_address(page), round, PAGE_SIZE);
		sim_phys_read(world, page_to_phys(page), bytes, PAGE_SIZE);
		ktest_assert_true(all_bytes_are(bytes, round, PAGE_SIZE));
		__free_page(page);
	}
}

static void test_zeroed_and_table_pages(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	u64 *table;

	memset(page_address(page), 0xff, 4 * PAGE_SIZE);
	__free_pages(page, 2);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	ktest_assert_true(all_bytes_are(page_address(page), 0, 4 * PAGE_SIZE));
	for (int round = 0; round < 3; round++) {
		table = sim_phys_table_alloc(world);
		ktest_assert_true(all_bytes_are(table, 0, PAGE_SIZE));
		ktest_assert_ptr_equal(sim_phys_ptr(world, sim_phys_of(world, table)), table);
		ktest_assert_ptr_equal(phys_to_virt(sim_phys_of(world, table)), table);
		table[7] = 1234;
		sim_phys_table_free(world, table);
	}
	ktest_assert_u64_equal(sim_phys_free_pages(world), sim_phys_ram_pages(world) - 4);
}

static void test_freed_page_keeps_its_bytes_until_reused(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *page = alloc_page(GFP_KERNEL);
	phys_addr_t phys = page_to_phys(page);
	u8 byte;

	sim_phys_set(world, phys, 0x77, PAGE_SIZE);
	__free_page(page);
	sim_phys_read(world, phys + 5, &byte, 1);
	ktest_assert_int_equal(byte, 0x77);
	ktest_assert_ptr_equal(alloc_page(GFP_KERNEL), page);
	sim_phys_read(world, phys + 5, &byte, 1);
	ktest_assert_int_equal(byte, 0xa5);
}

static void test_copies_cross_pages(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	phys_addr_t phys = page_to_phys(sim_phys_alloc_contig(world, 4, 0));
	u8 out[3 * PAGE_SIZE], in[3 * PAGE_SIZE], edge[2];

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = i * 7 + i / 251;
	ktest_assert_int_equal(sim_phys_write(world, phys + 100, out, sizeof(out)), 0);
	ktest_assert_int_equal(sim_phys_read(world, phys + 100, in, sizeof(in)), 0);
	ktest_assert_memory_equal(in, out, sizeof(in));
	sim_phys_read(world, phys + 99, edge, 2);
	ktest_assert_int_equal(edge[0], 0xa5);
	ktest_assert_int_equal(edge[1], out[0]);
	sim_phys_read(world, phys + 100 + sizeof(out) - 1, edge, 2);
	ktest_assert_int_equal(edge[0], out[sizeof(out) - 1]);
	ktest_assert_int_equal(edge[1], 0xa5);
	ktest_assert_int_equal(sim_phys_set(world, phys + PAGE_SIZE - 1, 9, 2), 0);
	sim_phys_read(world, phys + PAGE_SIZE - 1, edge, 2);
	ktest_assert_int_equal(edge[0], 9);
	ktest_assert_int_equal(edge[1], 9);
	ktest_assert_int_equal(sim_phys_read(world, phys, in, 0), 0);
}

static void test_copies_refuse_what_is_no_ram(void **state)
{
	struct svmsim_world *world = mm_world_of(1 * MIB);
	phys_addr_t end = SIM_PHYS_RAM_START + 1 * MIB;
	u8 bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	u8 got[4];

	sim_phys_set(world, end - 4, 0x11, 4);
	ktest_assert_int_equal(sim_phys_write(world, end - 4, bytes, 8), -EFAULT);
	sim_phys_read(world, end - 4, got, 4);
	ktest_assert_true(all_bytes_are(got, 0x11, 4));
	ktest_assert_int_equal(sim_phys_read(world, end - 4, bytes, 8), -EFAULT);
	ktest_assert_int_equal(bytes[0], 1);
	ktest_assert_int_equal(sim_phys_set(world, end, 0, 1), -EFAULT);
	ktest_assert_int_equal(sim_phys_write(world, 0, bytes, 1), -EFAULT);
	ktest_assert_int_equal(sim_phys_write(world, ~0ull - 3, bytes, 8), -EFAULT);
	ktest_assert_int_equal(sim_phys_read(world, SIM_PHYS_HOLE_START, bytes, 1), -EFAULT);
	ktest_assert_null(sim_phys_ptr(world, end));
	ktest_assert_null(sim_phys_ptr(world, 0));
	ktest_assert_null(sim_phys_ptr(world, ~0ull));
	ktest_assert_null(sim_phys_data(world, end));
	ktest_assert_null(phys_to_virt(end));
	ktest_assert_int_equal(sim_phys_write(world, end - 8, bytes, 8), 0);
}

static void test_chunks_are_one_memory(void **state)
{
	/* Two chunks below the hole, two above it, of a node that spans it. */
	struct svmsim_world *world = mm_world_of(5 * GIB);
	u8 out[64], in[64];

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = i + 1;
	ktest_assert_int_equal(sim_phys_write(world, 2 * GIB - 32, out, 64), 0);
	ktest_assert_int_equal(sim_phys_read(world, 2 * GIB - 32, in, 64), 0);
	ktest_assert_memory_equal(in, out, 64);
	ktest_assert_int_equal(sim_phys_write(world, 3 * GIB - 32, out, 64), -EFAULT);
	for (phys_addr_t phys = SIM_PHYS_RAM_START; phys < sim_phys_layout_end(world->machine);
	     phys += 512 * MIB - 16 * PAGE_SIZE) {
		void *ptr = sim_phys_ptr(world, phys);

		ktest_assert_true(!ptr == (phys >= 3 * GIB && phys < 4 * GIB));
		if (ptr)
			ktest_assert_u64_equal(sim_phys_of(world, ptr), phys);
	}
	ktest_assert_u64_equal(sim_phys_of(world, out), ~0ull);
	ktest_assert_u64_equal(sim_phys_of(world, NULL), ~0ull);
}

static void test_folio_address_reaches_all_of_it(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct folio *folio = folio_alloc(GFP_KERNEL, 4);
	struct page *block = alloc_pages(GFP_KERNEL, 4);
	char *bytes = page_address(folio_page(folio, 3));

	/* Bytes of the folio are adjacent wherever one enters it. */
	ktest_assert_ptr_equal(folio_address(folio) + 3 * PAGE_SIZE, bytes);
	bytes[5 * PAGE_SIZE] = 42;
	ktest_assert_int_equal(*(char *)sim_phys_data(world, folio_pfn(folio) * PAGE_SIZE +
						      8 * PAGE_SIZE), 42);
	/* A block that is no folio has them too. */
	bytes = page_address(block);
	ktest_assert_true(all_bytes_are(bytes, 0xa5, 16 * PAGE_SIZE));
	bytes[15 * PAGE_SIZE] = 43;
	ktest_assert_int_equal(*(char *)page_address(block + 15), 43);
}

static void test_addresses_convert(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long addr = get_zeroed_page(GFP_KERNEL);
	char *bytes = page_address(page);
	int other;

	ktest_assert_u64_equal(virt_to_phys(bytes + 17), page_to_phys(page) + 17);
	ktest_assert_ptr_equal(virt_to_page(bytes + 17), page);
	ktest_assert_ptr_equal(__va(__pa(bytes + 17)), bytes + 17);
	ktest_assert_ptr_equal(pfn_to_page(page_to_pfn(page)), page);
	ktest_assert_u64_equal(page_to_phys(page), PFN_PHYS(page_to_pfn(page)));
	ktest_assert_true(pfn_valid(page_to_pfn(page)));
	ktest_assert_false(pfn_valid(0));
	ktest_assert_false(pfn_valid(~0ul >> PAGE_SHIFT));
	ktest_assert_true(all_bytes_are((void *)addr, 0, PAGE_SIZE));
	free_pages(addr, 0);
	free_pages(0, 0);
	ktest_assert_u64_equal(virt_to_phys(&other), ~0ull);
	ktest_expect_report(world, "absent", 1);
}

static const struct ktest tests[] = {
	KTEST(test_addresses_convert),
	KTEST(test_chunks_are_one_memory),
	KTEST(test_copies_cross_pages),
	KTEST(test_copies_refuse_what_is_no_ram),
	KTEST(test_folio_address_reaches_all_of_it),
	KTEST(test_freed_page_keeps_its_bytes_until_reused),
	KTEST(test_fresh_page_reads_as_fill),
	KTEST(test_zeroed_and_table_pages),
};
KTEST_MAIN(tests)
