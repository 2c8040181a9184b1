/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which pages take over what others are: migrate_vma_pages(). */
#include "kernel/warn.h"
#include "migrate_fixture.h"

/* One page of RAM or of the device, collected. */
static struct folio *collect_one(bool is_device)
{
	struct folio *folio = is_device ? mig_device(&mig.own, BASE, 0, true) :
					  mig_ram(BASE, 0, LEAF_RW);

	lru_add_drain();
	mig_setup(BASE, 1, SELECT_SYSTEM | SELECT_DEVICE);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V | M);
	return folio;
}

static struct folio *ram_target(unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_HIGHUSER_MOVABLE, order);

	ktest_assert_non_null(folio);
	if (order)
		folio_set_large_rmappable(folio);
	folio_lock(folio);
	return folio;
}

static void test_declined_slot_loses_migrate(void **state)
{
	mig_make();
	collect_one(false);
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V);
	migrate_vma_finalize(&mig.args);
	mig_end();
}

static void test_identity_moves_and_tables_stay(void **state)
{
	struct folio *folio, *target;
	u64 entry;

	mig_make();
	folio = collect_one(false);
	folio_set_referenced(folio);
	entry = mig_entry(BASE);
	target = toy_alloc(&mig.own, 0);
	mig.dst[0] = migrate_pfn(folio_pfn(target));
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0] & M, M);
	ktest_assert_ptr_equal(target->mapping, folio->mapping);
	ktest_assert_u64_equal(target->index, folio->index);
	ktest_assert_true(folio_test_swapbacked(target) && folio_test_referenced(target));
	ktest_assert_true(folio_test_uptodate(target) && folio_test_dirty(target));
	ktest_assert_u64_equal(mig_entry(BASE), entry);
	migrate_vma_finalize(&mig.args);
	mig_end();
}

static void test_small_page_for_large_destination_copies_its_identity(void **state)
{
	struct folio *folio, *target;

	mig_make();
	folio = collect_one(false);
	target = toy_alloc(&mig.own, CPT_PMD_ORDER);
	mig.dst[0] = migrate_pfn(folio_pfn(target)) | C;
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V);
	ktest_assert_ptr_equal(target->mapping, folio->mapping);
	migrate_vma_finalize(&mig.args);
	ktest_assert_true(cpt_present(mig_entry(BASE)));
	mig_end();
}

/* Memory of a device that is for something else. */
static void test_other_device_memory_is_refused(void **state)
{
	static struct toy generic;
	struct folio *target;

	mig_make();
	toy_make(&generic, 3, MEMORY_DEVICE_GENERIC, NULL);
	collect_one(false);
	target = (struct folio *)pfn_to_page(PHYS_PFN(generic.pgmap.range.start));
	folio_lock(target);
	mig.dst[0] = migrate_pfn(folio_pfn(target));
	folio_get(target);
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V);
	migrate_vma_finalize(&mig.args);
	folio_put(target);
	memunmap_pages(&generic.pgmap);
	mig_end();
}

static void test_coherent_memory_is_taken(void **state)
{
	struct folio *target;

	mig_make();
	collect_one(false);
	target = toy_alloc(&mig.coherent, 0);
	mig.dst[0] = migrate_pfn(folio_pfn(target));
	migrate_vma_pages(&mig.args);
	migrate_vma_finalize(&mig.args);
	ktest_assert_u64_equal(cpt_pfn(mig_entry(BASE)), folio_pfn(target));
	ktest_assert_true(cpt_present(mig_entry(BASE)) && cpt_write(mig_entry(BASE)));
	mig_end();
}

/* A page of RAM in the swap cache; @users: entries elsewhere that have its place. */
static void move_from_swap(unsigned int users, bool is_stale)
{
	struct folio *folio, *target;
	unsigned long place;
	int refs;

	mig_make_as(NULL, is_stale ? 1u << SVMSIM_QUIRK_MIGRATE_STALE_SWAP : 0);
	folio = mig_ram(BASE, 0, LEAF_RW);
	lru_add_drain();
	folio_lock(folio);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	place = folio->swap.val;
	for (unsigned int i = 0; i < users; i++)
		swap_dup(place);
	folio_unlock(folio);
	mig_setup(BASE, 1, SELECT_SYSTEM);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V | M);
	target = toy_alloc(&mig.own, 0);
	mig.dst[0] = migrate_pfn(folio_pfn(target));
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0] & M, users ? 0 : M);
	ktest_assert_int_equal(folio_test_swapcache(folio), users > 0);
	if (!users) {
		ktest_assert_ptr_equal(target->mapping, folio->mapping);
		refs = is_stale ? 1 : 0;
		ktest_assert_int_equal(folio_ref_count(target), 1 + refs);
		ktest_assert_int_equal(folio_ref_count(folio), 1 - refs);
		folio_ref_sub(target, refs);
		folio_ref_add(folio, refs);
	}
	migrate_vma_finalize(&mig.args);
	for (unsigned int i = 0; i < users; i++)
		swap_put(place);
	if (users) {
		folio_lock(folio);
		ktest_assert_true(folio_free_swap(folio));
		folio_unlock(folio);
	}
	mig_end();
}

static void test_swap_cache_is_left_first(void **state)
{
	move_from_swap(0, false);
	move_from_swap(1, false);
}

static void test_quirk_stale_swap_mapping(void **state)
{
	move_from_swap(0, true);
}

/* Large folios and small destinations. */

static struct folio *collect_huge_page(bool is_device, u32 quirks)
{
	struct folio *folio;

	mig_make_as(NULL, quirks);
	folio = is_device ? mig_device(&mig.own, HUGE, CPT_PMD_ORDER, true) :
			    mig_ram(HUGE, CPT_PMD_ORDER, LEAF_RW);
	lru_add_drain();
	mig_setup(HUGE, 512, SELECT_SYSTEM | SELECT_DEVICE | SELECT_COMPOUND);
	ktest_assert_u64_equal(mig.src[0] & (V | M | C), V | M | C);
	return folio;
}

static void huge_to_small(bool is_device, unsigned long missing)
{
	struct folio *folio = collect_huge_page(is_device, 0);
	unsigned long pfn = folio_pfn(folio);

	mig_listen();
	for (unsigned long i = 0; i < 512; i++)
		if (i != missing)
			mig.dst[i] = migrate_pfn(folio_pfn(is_device ? ram_target(0) :
								       toy_alloc(&mig.own, 0)));
	migrate_vma_pages(&mig.args);
	ktest_assert_string_equal(mig_heard, "CLEAR[512,1024)");
	for (unsigned long i = 0; i < 512; i++)
		ktest_assert_u64_equal(mig.src[i],
				       migrate_pfn(pfn + i) | (i == missing ? 0 : M) | W);
	ktest_assert_true(cpt_is_table(cpt_get(mig_pmd(HUGE))));
	migrate_vma_finalize(&mig.args);
	for (unsigned long i = 0; i < 512; i++) {
		u64 entry = mig_entry(HUGE + i * PAGE_SIZE);
		bool is_present = is_device != (i == missing);

		ktest_assert_int_equal(cpt_present(entry), is_present);
		ktest_assert_true(cpt_write(entry));
		ktest_assert_int_equal(cpt_pfn(entry) == pfn + i, i == missing);
	}
	mig_end();
}

static void test_huge_page_becomes_small_ones(void **state)
{
	huge_to_small(false, 512);
	huge_to_small(true, 512);
	/* One slot without a page is no reason for the others. */
	huge_to_small(false, 7);
	huge_to_small(true, 511);
}

static void test_huge_page_without_a_first_page_is_declined(void **state)
{
	struct folio *folio = collect_huge_page(false, 0);

	mig.dst[1] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(folio)) | W | C);
	migrate_vma_finalize(&mig.args);
	ktest_assert_true(cpt_is_huge(cpt_get(mig_pmd(HUGE))));
	mig_end();
}

static void test_huge_page_with_a_stray_reference_is_not_split(void **state)
{
	struct folio *folio = collect_huge_page(false, 0);

	folio_get(folio);
	for (unsigned long i = 0; i < 512; i++)
		mig.dst[i] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(folio)) | W);
	ktest_assert_true(folio_test_large(folio));
	migrate_vma_finalize(&mig.args);
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	ktest_assert_int_equal(folio_mapcount(folio), 512);
	folio_put(folio);
	mig_end();
}

static void test_huge_page_without_an_area_is_not_split(void **state)
{
	struct folio *folio = collect_huge_page(true, 0);

	for (unsigned long i = 0; i < 512; i++)
		mig.dst[i] = migrate_pfn(folio_pfn(ram_target(0)));
	migrate_device_pages(mig.src, mig.dst, 512);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(folio)) | W);
	migrate_device_finalize(mig.src, mig.dst, 512);
	ktest_assert_int_equal(cpt_soft(cpt_get(mig_pmd(HUGE))), CPT_DEVICE_PRIVATE_WRITE);
	mig_end();
}

/* A BUG ends what runs; here the test goes on where it was armed. */
static void *bug_frame[5];
static bool has_bug;

static void on_bug(struct svmsim_world *world, void *ctx)
{
	has_bug = true;
	__builtin_longjmp(bug_frame, 1);
}

static void run_pages_into_bug(void)
{
	has_bug = false;
	sim_set_bug_handler(mig.world, on_bug, NULL);
	if (!__builtin_setjmp(bug_frame))
		migrate_vma_pages(&mig.args);
	sim_set_bug_handler(mig.world, NULL, NULL);
	ktest_expect_report(mig.world, "bug", 1);
	ktest_assert_true(has_bug);
}

static void test_quirk_missing_destination_is_followed(void **state)
{
	struct folio *folio = collect_huge_page(false, 1u << SVMSIM_QUIRK_MIGRATE_MISSING_DST);

	for (unsigned long i = 0; i < 511; i++)
		mig.dst[i] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	run_pages_into_bug();
	ktest_assert_false(folio_test_large(folio));
	for (unsigned long i = 0; i < 512; i++)
		mig.src[i] &= ~M;
	migrate_vma_finalize(&mig.args);
	mig_end();
}

static void test_writeback_is_a_bug(void **state)
{
	struct folio *folio;

	mig_make();
	folio = collect_one(false);
	folio_set_writeback(folio);
	mig.dst[0] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	run_pages_into_bug();
	folio_clear_writeback(folio);
	mig.src[0] &= ~M;
	migrate_vma_finalize(&mig.args);
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_coherent_memory_is_taken),
	KTEST(test_declined_slot_loses_migrate),
	KTEST(test_huge_page_becomes_small_ones),
	KTEST(test_huge_page_with_a_stray_reference_is_not_split),
	KTEST(test_huge_page_without_a_first_page_is_declined),
	KTEST(test_huge_page_without_an_area_is_not_split),
	KTEST(test_identity_moves_and_tables_stay),
	KTEST(test_other_device_memory_is_refused),
	KTEST(test_quirk_missing_destination_is_followed),
	KTEST(test_quirk_stale_swap_mapping),
	KTEST(test_small_page_for_large_destination_copies_its_identity),
	KTEST(test_swap_cache_is_left_first),
	KTEST(test_writeback_is_a_bug),
};
KTEST_MAIN(tests)
