/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What migrate_vma_setup() does after collecting: the LRU, other mappings, pins. */
#include "kernel/inject.h"
#include "migrate_fixture.h"
#include "mm/migrate_internal.h"

static void test_isolated_page_has_one_reference(void **state)
{
	struct folio *folio;

	mig_make();
	folio = mig_ram(BASE, 0, LEAF_RW);
	lru_add_drain();
	ktest_assert_true(folio_test_lru(folio));
	mig_setup(BASE, 1, SELECT_SYSTEM);
	ktest_assert_false(folio_test_lru(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	mig_undo();
	lru_add_drain();
	ktest_assert_true(folio_test_lru(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	mig_end();
}

/* A batch of the LRU holds a reference of its own: it is emptied first. */
static void test_batches_are_drained(void **state)
{
	struct folio *folio;

	mig_make();
	folio = mig_ram(BASE, 0, LEAF_RW);
	ktest_assert_false(folio_test_lru(folio));
	mig_setup(BASE, 1, SELECT_SYSTEM);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V | M);
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	mig_undo();
	mig_end();
}

static void test_page_that_is_on_no_list_stays(void **state)
{
	struct folio *folio;
	u64 before;

	mig_make();
	folio = mig_ram(BASE, 0, LEAF_RW);
	lru_add_drain();
	ktest_assert_true(folio_isolate_lru(folio));
	before = mig_entry(BASE);
	mig_setup(BASE, 2, SELECT_SYSTEM);
	ktest_assert_u64_equal(mig.src[0], 0);
	ktest_assert_u64_equal(mig.src[1], M);
	/* The hole is counted again. */
	ktest_assert_u64_equal(mig.args.cpages, 1);
	ktest_assert_u64_equal(mig_entry(BASE), before);
	ktest_assert_false(folio_test_locked(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 2);
	folio_putback_lru(folio);
	mig_undo();
	mig_end();
}

/* A reference more than known: RAM at once, device memory has one to spare. */
static void test_stray_references(void **state)
{
	static const struct {
		const char *name;
		bool is_device;
		int extra;
		bool is_refused;
	} rows[] = {
		{ "RAM", false, 0, false },	  { "RAM + 1", false, 1, true },
		{ "device", true, 0, false },	  { "device + 1", true, 1, false },
		{ "device + 2", true, 2, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct folio *folio;
		u64 before;

		ktest_context("%s", rows[i].name);
		mig_make();
		folio = rows[i].is_device ? mig_device(&mig.own, BASE, 0, true) :
					    mig_ram(BASE, 0, LEAF_RW);
		lru_add_drain();
		before = mig_entry(BASE);
		folio_ref_add(folio, rows[i].extra);
		mig_setup(BASE, 1, SELECT_SYSTEM | SELECT_DEVICE);
		ktest_assert_u64_equal(mig.args.cpages, !rows[i].is_refused);
		if (rows[i].is_refused) {
			ktest_assert_u64_equal(mig.src[0], 0);
			ktest_assert_u64_equal(mig_entry(BASE), before);
			ktest_assert_false(folio_test_locked(folio));
			lru_add_drain();
			ktest_assert_int_equal(folio_ref_count(folio), 1 + rows[i].extra);
			ktest_assert_int_equal(folio_test_lru(folio), !rows[i].is_device);
		} else {
			ktest_assert_u64_equal(mig.src[0] & (V | M), V | M);
			/* What got through here is found out where it would do harm. */
			mig.dst[0] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
			migrate_vma_pages(&mig.args);
			ktest_assert_u64_equal(mig.src[0] & M, rows[i].extra ? 0 : M);
		}
		migrate_vma_finalize(&mig.args);
		folio_ref_sub(folio, rows[i].extra);
		mig_end();
	}
}

static void test_fault_page_may_have_the_faults_reference(void **state)
{
	struct folio *folio;

	mig_make();
	folio = mig_device(&mig.own, BASE, 0, true);
	folio_lock(folio);
	folio_get(folio);
	mig_args(BASE, 1, SELECT_DEVICE)->fault_page = &folio->page;
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), 0);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V | M);
	ktest_assert_int_equal(folio_ref_count(folio), 2);
	mig_undo();
	/* The fault unlocks what it has locked. */
	ktest_assert_true(folio_test_locked(folio));
	folio_unlock(folio);
	folio_put(folio);
	mig_end();
}

/* A second area that maps the page: announced for itself, without an owner. */
static void test_other_mappings_are_unmapped_too(void **state)
{
	struct vm_area_struct *other;
	struct folio *folio;
	unsigned long addr = BASE + 2000 * PAGE_SIZE;

	mig_make();
	folio = mig_ram(BASE + PAGE_SIZE, 0, LEAF_RO);
	lru_add_drain();
	mmap_read_unlock(mig.mm);
	map_at(mig.mm, 2000, 4, RW);
	mmap_write_lock(mig.mm);
	other = vma_lookup(mig.mm, addr);
	/* As if it had been there when the page was made, at the same offset. */
	other->vm_pgoff = folio->index - 1;
	ktest_assert_int_equal(anon_vma_clone(other, mig.vma), 0);
	mmap_write_unlock(mig.mm);
	mmap_read_lock(mig.mm);
	folio_get(folio);
	ClearPageAnonExclusive(&folio->page);
	folio_add_anon_rmap(folio, &folio->page, 1, other, addr + PAGE_SIZE, RMAP_LEVEL_PTE,
			    RMAP_NONE);
	mm_rss_add(mig.mm, MM_ANONPAGES, 1);
	mig_set(addr + PAGE_SIZE, cpt_make_leaf(folio_pfn(folio), LEAF_RO));
	mig_listen();
	mig_setup(BASE, 2, SELECT_SYSTEM);
	ktest_assert_u64_equal(mig.src[1], migrate_pfn(folio_pfn(folio)) | M);
	ktest_assert_string_contains(mig_heard, "MIGRATE:own[0,2) ");
	ktest_assert_string_contains(mig_heard, "CLEAR[2001,2002)");
	ktest_assert_true(cpt_is_migration(mig_entry(addr + PAGE_SIZE)));
	ktest_assert_int_equal(folio_mapcount(folio), 0);
	mig_undo();
	ktest_assert_int_equal(folio_mapcount(folio), 2);
	ktest_assert_u64_equal(mig_entry(addr + PAGE_SIZE),
			       cpt_make_leaf(folio_pfn(folio), LEAF_RO));
	mig_end();
}

static void test_holes_and_a_huge_page_count_once(void **state)
{
	mig_make();
	mig_ram(BASE, 0, LEAF_RW);
	mig_ram(HUGE, CPT_PMD_ORDER, LEAF_RW);
	lru_add_drain();
	mig_setup(BASE, 1536, SELECT_SYSTEM | SELECT_COMPOUND);
	/* 512 small slots, a huge page, a huge hole. */
	ktest_assert_u64_equal(mig.args.cpages, 514);
	ktest_assert_u64_equal(mig.args.npages, 1536);
	mig_undo();
	mig_end();
}

static void pin_one(bool is_device, unsigned int nth, bool at_setup)
{
	struct folio *folio;
	u64 before;

	mig_make();
	folio = is_device ? mig_device(&mig.own, BASE, 0, true) : mig_ram(BASE, 0, LEAF_RW);
	lru_add_drain();
	before = mig_entry(BASE);
	sim_inject_kind_nth(mig.world, &sim_fault_page_pin, nth);
	mig_setup(BASE, 1, SELECT_SYSTEM | SELECT_DEVICE);
	ktest_assert_u64_equal(mig.args.cpages, !at_setup);
	if (!at_setup)
		mig.dst[0] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	migrate_vma_pages(&mig.args);
	ktest_assert_true(sim_inject_kind_failed(mig.world));
	sim_inject_kind_nth(mig.world, &sim_fault_page_pin, 0);
	ktest_assert_u64_equal(mig.src[0] & M, 0);
	migrate_vma_finalize(&mig.args);
	/* It went away again. */
	lru_add_drain();
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_u64_equal(mig_entry(BASE), before);
	mig_end();
}

static void test_pins_can_be_injected(void **state)
{
	pin_one(false, 1, true);
	pin_one(false, 2, false);
	/* Here setup lets it pass. */
	pin_one(true, 1, false);
	pin_one(true, 2, false);
}

static const struct ktest tests[] = {
	KTEST(test_batches_are_drained),
	KTEST(test_fault_page_may_have_the_faults_reference),
	KTEST(test_holes_and_a_huge_page_count_once),
	KTEST(test_isolated_page_has_one_reference),
	KTEST(test_other_mappings_are_unmapped_too),
	KTEST(test_page_that_is_on_no_list_stays),
	KTEST(test_pins_can_be_injected),
	KTEST(test_stray_references),
};
KTEST_MAIN(tests)
