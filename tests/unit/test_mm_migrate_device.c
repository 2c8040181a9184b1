/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Migration by page frame, without an area; and CPU faults on device memory. */
#include "migrate_fixture.h"
#include "mm/migrate_internal.h"

static unsigned long first_pfn(void)
{
	return PHYS_PFN(mig.own.pgmap.range.start);
}

/* RAM for what is being brought home. */
static void dst_ram(unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++) {
		struct folio *folio;
		unsigned int order;

		mig.dst[i] = 0;
		if (!(mig.src[i] & M))
			continue;
		order = mig.src[i] & C ? CPT_PMD_ORDER : 0;
		folio = folio_alloc(GFP_HIGHUSER_MOVABLE, order);
		ktest_assert_non_null(folio);
		if (order)
			folio_set_large_rmappable(folio);
		folio_lock(folio);
		mig.dst[i] = migrate_pfn(folio_pfn(folio)) | (order ? C : 0);
	}
}

static void evict(unsigned long npages)
{
	dst_ram(npages);
	migrate_device_pages(mig.src, mig.dst, npages);
	migrate_device_finalize(mig.src, mig.dst, npages);
}

static void test_free_and_busy_pages_are_skipped(void **state)
{
	struct folio *busy, *shared;

	mig_make();
	mig_device(&mig.own, BASE, 0, true);
	busy = mig_device(&mig.own, BASE + PAGE_SIZE, 0, true);
	shared = mig_device(&mig.own, BASE + 3 * PAGE_SIZE, 0, false);
	/* Nobody asks for this lock, not even where it is held for writing. */
	mmap_read_unlock(mig.mm);
	mmap_write_lock(mig.mm);
	folio_lock(busy);
	mig_listen();
	ktest_assert_int_equal(migrate_device_range(mig.src, first_pfn(), 5), 0);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(first_pfn()) | M);
	ktest_assert_u64_equal(mig.src[1], 0);
	ktest_assert_u64_equal(mig.src[2], migrate_pfn(folio_pfn(shared)) | M);
	ktest_assert_u64_equal(mig.src[3], 0);
	ktest_assert_u64_equal(mig.src[4], 0);
	ktest_assert_string_equal(mig_heard, "CLEAR[0,1) CLEAR[3,4)");
	evict(5);
	ktest_assert_string_equal(mig_heard, "CLEAR[0,1) CLEAR[3,4)");
	folio_unlock(busy);
	mmap_write_unlock(mig.mm);
	mmap_read_lock(mig.mm);
	ktest_assert_true(cpt_present(mig_entry(BASE)) && cpt_write(mig_entry(BASE)));
	ktest_assert_true(cpt_present(mig_entry(BASE + 3 * PAGE_SIZE)));
	ktest_assert_false(cpt_write(mig_entry(BASE + 3 * PAGE_SIZE)));
	ktest_assert_u64_equal(toy_used(&mig.own), 1);
	mig_end();
}

static void test_pfns_need_not_be_neighbours(void **state)
{
	struct folio *a, *b;

	mig_make();
	a = mig_device(&mig.own, BASE, 0, true);
	b = mig_device(&mig.own, BASE + PAGE_SIZE, 0, true);
	mig.src[0] = folio_pfn(b);
	mig.src[1] = first_pfn() + 77;
	mig.src[2] = folio_pfn(a);
	ktest_assert_int_equal(migrate_device_pfns(mig.src, 3), 0);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(b)) | M);
	ktest_assert_u64_equal(mig.src[1], 0);
	ktest_assert_u64_equal(mig.src[2], migrate_pfn(folio_pfn(a)) | M);
	evict(3);
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	mig_end();
}

static void test_large_folio_is_one_entry(void **state)
{
	struct folio *folio;

	mig_make();
	folio = mig_device(&mig.own, HUGE, CPT_PMD_ORDER, true);
	mig_device(&mig.own, BASE, 0, true);
	memset(mig.src, 0x5a, sizeof(mig.src));
	ktest_assert_int_equal(migrate_device_range(mig.src, first_pfn(), 514), 0);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(folio)) | M | C);
	for (unsigned long i = 1; i < 512; i++)
		ktest_assert_u64_equal(mig.src[i], 0);
	ktest_assert_u64_equal(mig.src[512], migrate_pfn(first_pfn() + 512) | M);
	evict(514);
	ktest_assert_true(cpt_is_huge(cpt_get(mig_pmd(HUGE))));
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	mig_end();
}

/* The size of a folio is asked for also where it could not be locked. */
static void test_large_folio_in_use_leaves_a_bare_flag(void **state)
{
	struct folio *folio;

	mig_make();
	folio = mig_device(&mig.own, HUGE, CPT_PMD_ORDER, true);
	folio_lock(folio);
	ktest_assert_int_equal(migrate_device_range(mig.src, first_pfn(), 512), 0);
	ktest_assert_u64_equal(mig.src[0], C);
	evict(512);
	ktest_assert_u64_equal(toy_used(&mig.own), 512);
	folio_unlock(folio);
	mig_end();
}

/* A range that starts inside of a large folio misses it, and as many pages as it has. */
static void test_range_from_within_a_large_folio(void **state)
{
	mig_make();
	mig_device(&mig.own, HUGE, CPT_PMD_ORDER, true);
	for (unsigned long i = 0; i < 12; i++)
		mig_device(&mig.own, BASE + i * PAGE_SIZE, 0, true);
	ktest_assert_int_equal(migrate_device_range(mig.src, first_pfn() + 10, 514), 0);
	ktest_assert_u64_equal(mig.src[0], C);
	/* These ten small pages are behind the large folio and were jumped over. */
	for (unsigned long i = 502; i < 512; i++)
		ktest_assert_u64_equal(mig.src[i], 0);
	ktest_assert_u64_equal(mig.src[512], migrate_pfn(first_pfn() + 522) | M);
	ktest_assert_u64_equal(mig.src[513], migrate_pfn(first_pfn() + 523) | M);
	evict(514);
	mig_end();
}

static void test_folio_longer_than_the_array(void **state)
{
	for (unsigned int quirk = 0; quirk < 2; quirk++) {
		struct folio *folio;

		mig_make_as(NULL, quirk ? 1u << SVMSIM_QUIRK_MIGRATE_RANGE_OVERRUN : 0);
		folio = mig_device(&mig.own, HUGE, CPT_PMD_ORDER, true);
		memset(mig.src, 0x5a, sizeof(mig.src));
		ktest_assert_int_equal(migrate_device_range(mig.src, first_pfn(), 300), 0);
		ktest_assert_u64_equal(mig.src[0], quirk ? migrate_pfn(first_pfn()) | M | C : 0);
		ktest_assert_u64_equal(mig.src[299], 0);
		ktest_assert_u64_equal(mig.src[300], quirk ? 0 : 0x5a5a5a5a5a5a5a5aul);
		ktest_assert_u64_equal(mig.src[511], quirk ? 0 : 0x5a5a5a5a5a5a5a5aul);
		ktest_assert_u64_equal(mig.src[512], 0x5a5a5a5a5a5a5a5aul);
		ktest_assert_int_equal(folio_test_locked(folio), quirk);
		evict(300);
		mig_end();
	}
}

static void test_stray_reference_is_found_at_the_second_look(void **state)
{
	struct folio *folio;

	mig_make();
	folio = mig_device(&mig.own, BASE, 0, true);
	folio_get(folio);
	ktest_assert_int_equal(migrate_device_range(mig.src, first_pfn(), 1), 0);
	ktest_assert_u64_equal(mig.src[0] & M, M);
	evict(1);
	ktest_assert_u64_equal(mig.src[0] & M, 0);
	ktest_assert_int_equal(cpt_soft(mig_entry(BASE)), CPT_DEVICE_PRIVATE_WRITE);
	folio_put(folio);
	mig_end();
}

static void test_coherent_folio_comes_home(void **state)
{
	struct folio *folio;
	u8 byte = 0x42;

	mig_make();
	folio = toy_alloc(&mig.coherent, 0);
	sim_phys_write(mig.world, PFN_PHYS(folio_pfn(folio)), &byte, 1);
	mig_map(folio, BASE, LEAF_RW, CPT_SOFT_NONE);
	folio_unlock(folio);
	folio_get(folio);
	folio_get(folio);
	folio_get(folio);
	/* Two references too many; the caller's is gone all the same. */
	ktest_assert_int_equal(migrate_device_coherent_folio(folio), -EBUSY);
	ktest_assert_int_equal(folio_ref_count(folio), 3);
	folio_put(folio);
	ktest_assert_int_equal(migrate_device_coherent_folio(folio), 0);
	ktest_assert_u64_equal(toy_used(&mig.coherent), 0);
	byte = 0;
	sim_phys_read(mig.world, PFN_PHYS(cpt_pfn(mig_entry(BASE))), &byte, 1);
	ktest_assert_int_equal(byte, 0x42);
	ktest_assert_true(cpt_write(mig_entry(BASE)));
	mig_end();
}

/* All the way: a CPU writes, the pages go to the device, a CPU reads them back by faults. */
static void test_cpu_faults_bring_pages_home(void **state)
{
	mig_make();
	mmap_read_unlock(mig.mm);
	for (u8 i = 0; i < 8; i++)
		ktest_assert_int_equal(sim_cpu_write(mig.mm, BASE + i * PAGE_SIZE, &i, 1), 0);
	mmap_read_lock(mig.mm);
	mig_setup(BASE, 8, SELECT_SYSTEM);
	mig_dst_small();
	for (unsigned long i = 0; i < 8; i++)
		toy_copy(migrate_pfn_to_page(mig.dst[i]), migrate_pfn_to_page(mig.src[i]));
	migrate_vma_pages(&mig.args);
	migrate_vma_finalize(&mig.args);
	ktest_assert_u64_equal(toy_used(&mig.own), 8);
	mmap_read_unlock(mig.mm);
	for (unsigned int i = 0; i < 8; i++) {
		u8 byte = 0xff;

		ktest_assert_int_equal(sim_cpu_read(mig.mm, BASE + i * PAGE_SIZE, &byte, 1), 0);
		ktest_assert_int_equal(byte, i);
		ktest_assert_u64_equal(toy_used(&mig.own), 7 - i);
	}
	mmap_read_lock(mig.mm);
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_coherent_folio_comes_home),
	KTEST(test_cpu_faults_bring_pages_home),
	KTEST(test_folio_longer_than_the_array),
	KTEST(test_free_and_busy_pages_are_skipped),
	KTEST(test_large_folio_in_use_leaves_a_bare_flag),
	KTEST(test_large_folio_is_one_entry),
	KTEST(test_pfns_need_not_be_neighbours),
	KTEST(test_range_from_within_a_large_folio),
	KTEST(test_stray_reference_is_found_at_the_second_look),
};
KTEST_MAIN(tests)
