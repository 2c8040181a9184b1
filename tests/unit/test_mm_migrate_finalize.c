/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The end of a migration: which page is mapped, and who has been let go. */
#include "migrate_fixture.h"

static void test_ram_to_device_and_back(void **state)
{
	struct folio *folio, *target, *home;
	u64 entry;
	u8 byte;

	mig_make();
	folio = mig_ram(BASE, 0, LEAF_RW);
	mig_setup(BASE, 1, SELECT_SYSTEM);
	target = toy_alloc(&mig.own, 0);
	mig.dst[0] = migrate_pfn(folio_pfn(target));
	folio_get(folio);
	mig_listen();
	migrate_vma_pages(&mig.args);
	/* The stray reference was found. */
	ktest_assert_u64_equal(mig.src[0] & M, 0);
	folio_put(folio);
	migrate_vma_finalize(&mig.args);
	ktest_assert_int_equal(mig.own.freed, 1);

	mig_setup(BASE, 1, SELECT_SYSTEM);
	target = toy_alloc(&mig.own, 0);
	mig.dst[0] = migrate_pfn(folio_pfn(target));
	mig_heard[0] = '\0';
	migrate_vma_pages(&mig.args);
	ktest_assert_true(cpt_is_migration(mig_entry(BASE)));
	ktest_assert_true(folio_test_locked(folio) && folio_test_locked(target));
	migrate_vma_finalize(&mig.args);
	ktest_assert_string_equal(mig_heard, "");
	entry = mig_entry(BASE);
	ktest_assert_int_equal(cpt_soft(entry), CPT_DEVICE_PRIVATE_WRITE);
	ktest_assert_u64_equal(cpt_pfn(entry), folio_pfn(target));
	ktest_assert_int_equal(folio_ref_count(target), 1);
	ktest_assert_int_equal(folio_mapcount(target), 1);
	ktest_assert_true(PageAnonExclusive(&target->page) && !folio_test_locked(target));
	ktest_assert_int_equal(folio_ref_count(folio), 0);

	mig_setup(BASE, 1, SELECT_DEVICE);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(target)) | M | W);
	home = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);
	folio_lock(home);
	byte = 7;
	sim_phys_write(mig.world, PFN_PHYS(folio_pfn(home)), &byte, 1);
	mig.dst[0] = migrate_pfn(folio_pfn(home));
	migrate_vma_pages(&mig.args);
	migrate_vma_finalize(&mig.args);
	entry = mig_entry(BASE);
	ktest_assert_true(cpt_present(entry) && cpt_write(entry));
	ktest_assert_u64_equal(cpt_pfn(entry), folio_pfn(home));
	lru_add_drain();
	ktest_assert_true(folio_test_lru(home) && !folio_test_locked(home));
	ktest_assert_int_equal(folio_ref_count(home), 1);
	ktest_assert_int_equal(mig.own.freed, 2);
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	mig_end();
}

/* How an entry comes back says the migration entry alone. */
static void test_rights_and_exclusivity_survive(void **state)
{
	static const struct {
		const char *name;
		u64 leaf;
		bool is_shared;
		enum cpt_soft soft;
	} rows[] = {
		{ "writable", LEAF_RW, false, CPT_DEVICE_PRIVATE_WRITE },
		{ "read-only", LEAF_RO, false, CPT_DEVICE_PRIVATE_READ },
		{ "shared", LEAF_RO, true, CPT_DEVICE_PRIVATE_READ },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct folio *folio, *target;

		ktest_context("%s", rows[i].name);
		mig_make();
		folio = mig_ram(BASE, 0, rows[i].leaf);
		if (rows[i].is_shared)
			ClearPageAnonExclusive(&folio->page);
		mig_setup(BASE, 1, SELECT_SYSTEM);
		target = toy_alloc(&mig.own, 0);
		/* The core does not look at WRITE in dst. */
		mig.dst[0] = migrate_pfn(folio_pfn(target)) | (i ? W : 0);
		migrate_vma_pages(&mig.args);
		migrate_vma_finalize(&mig.args);
		ktest_assert_int_equal(cpt_soft(mig_entry(BASE)), rows[i].soft);
		ktest_assert_int_equal(PageAnonExclusive(&target->page), !rows[i].is_shared);
		mig_end();
	}
}

static void test_what_was_brought_for_nothing_goes_back(void **state)
{
	mig_make();
	mig_ram(BASE + PAGE_SIZE, 0, LEAF_RW);
	mig_setup(BASE, 3, SELECT_SYSTEM);
	/* A slot without a page, one refused by the driver itself, one declined. */
	mig.src[0] = 0;
	mig.dst[0] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	mig.dst[1] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	mig.src[1] &= ~M;
	mig.dst[2] = 0;
	migrate_vma_finalize(&mig.args);
	ktest_assert_int_equal(mig.own.freed, 2);
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	ktest_assert_true(cpt_present(mig_entry(BASE + PAGE_SIZE)));
	mig_end();
}

static void test_finalize_without_pages_restores(void **state)
{
	struct folio *folio;
	u64 before;

	mig_make();
	folio = mig_ram(HUGE, CPT_PMD_ORDER, LEAF_RW);
	lru_add_drain();
	before = mig_entry(HUGE);
	mig_setup(HUGE, 512, SELECT_SYSTEM | SELECT_COMPOUND);
	migrate_vma_finalize(&mig.args);
	ktest_assert_u64_equal(mig_entry(HUGE), before);
	ktest_assert_false(folio_test_locked(folio));
	lru_add_drain();
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	mig_end();
}

static void test_fault_page_is_left_to_the_fault(void **state)
{
	struct folio *folio, *home;

	mig_make();
	folio = mig_device(&mig.own, BASE, 0, true);
	folio_lock(folio);
	folio_get(folio);
	mig_args(BASE, 1, SELECT_DEVICE)->fault_page = &folio->page;
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), 0);
	home = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);
	folio_lock(home);
	mig.dst[0] = migrate_pfn(folio_pfn(home));
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0] & M, M);
	migrate_vma_finalize(&mig.args);
	ktest_assert_true(cpt_present(mig_entry(BASE)));
	ktest_assert_true(folio_test_locked(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_int_equal(mig.own.freed, 0);
	folio_unlock(folio);
	folio_put(folio);
	ktest_assert_int_equal(mig.own.freed, 1);
	mig_end();
}

static void test_huge_page_to_device_and_back(void **state)
{
	struct folio *folio, *target, *home;

	mig_make();
	folio = mig_ram(HUGE, CPT_PMD_ORDER, LEAF_RW);
	lru_add_drain();
	mig_setup(HUGE, 512, SELECT_SYSTEM | SELECT_COMPOUND);
	target = toy_alloc(&mig.own, CPT_PMD_ORDER);
	mig.dst[0] = migrate_pfn(folio_pfn(target)) | C;
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(folio)) | M | W | C);
	migrate_vma_finalize(&mig.args);
	ktest_assert_int_equal(cpt_soft(cpt_get(mig_pmd(HUGE))), CPT_DEVICE_PRIVATE_WRITE);
	ktest_assert_int_equal(folio_ref_count(target), 1);
	ktest_assert_int_equal(folio_mapcount(target), 1);
	ktest_assert_int_equal(folio_ref_count(folio), 0);

	mig_setup(HUGE, 512, SELECT_DEVICE | SELECT_COMPOUND);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(folio_pfn(target)) | M | W | C);
	home = folio_alloc(GFP_HIGHUSER_MOVABLE, CPT_PMD_ORDER);
	ktest_assert_non_null(home);
	folio_set_large_rmappable(home);
	folio_lock(home);
	mig.dst[0] = migrate_pfn(folio_pfn(home)) | C;
	migrate_vma_pages(&mig.args);
	migrate_vma_finalize(&mig.args);
	ktest_assert_true(cpt_is_huge(cpt_get(mig_pmd(HUGE))));
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	ktest_assert_int_equal(mig.own.freed, 1);
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_fault_page_is_left_to_the_fault),
	KTEST(test_finalize_without_pages_restores),
	KTEST(test_huge_page_to_device_and_back),
	KTEST(test_ram_to_device_and_back),
	KTEST(test_rights_and_exclusivity_survive),
	KTEST(test_what_was_brought_for_nothing_goes_back),
};
KTEST_MAIN(tests)
