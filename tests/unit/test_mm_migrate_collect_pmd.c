/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What migrate_vma_setup() makes of holes and of PMDs that are no tables. */
#include "migrate_fixture.h"
#include "mm/migrate_internal.h"

#define ALL (SELECT_SYSTEM | SELECT_DEVICE | SELECT_COHERENT | SELECT_COMPOUND)

/* Without any table of the upper levels, without one of PTEs, with an empty one. */
enum emptiness { NO_PMDS, NO_PTES, NO_ENTRIES };

static const struct {
	const char *name;
	enum emptiness empty;
	unsigned long start, npages, select;
	const char *kernel;
	unsigned long first, second, cpages;
} holes[] = {
	{ "small", NO_PTES, 0, 4, SELECT_SYSTEM, NULL, M, M, 4 },
	{ "nothing selected", NO_PTES, 512, 512, 0, NULL, M, M, 512 },
	{ "2 MiB", NO_PTES, 512, 512, SELECT_COMPOUND, NULL, M | C, 0, 1 },
	{ "2 MiB, v6.15", NO_PTES, 512, 512, SELECT_COMPOUND, "v6.15", M, M, 512 },
	{ "part of 2 MiB", NO_PTES, 512, 511, SELECT_COMPOUND, NULL, M, M, 511 },
	{ "end of 2 MiB", NO_PTES, 513, 511, SELECT_COMPOUND, NULL, M, M, 511 },
	{ "2 x 2 MiB", NO_PTES, 0, 1024, SELECT_COMPOUND, NULL, M | C, 0, 2 },
	{ "empty table", NO_ENTRIES, 512, 512, SELECT_COMPOUND, NULL, M, M, 512 },
	/* One hole as long as the table that is missing: all but its first 2 MiB are lost. */
	{ "2 x 2 MiB without a table of PMDs", NO_PMDS, 0, 1024, SELECT_COMPOUND, NULL, M | C, 0,
	  1 },
};

static void test_holes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(holes); i++) {
		ktest_context("%s", holes[i].name);
		mig_make_as(holes[i].kernel, 0);
		if (holes[i].empty == NO_PTES)
			mig_pmd(BASE);
		if (holes[i].empty == NO_ENTRIES)
			mig_set(HUGE, 0);
		mig_setup(BASE + holes[i].start * PAGE_SIZE, holes[i].npages, holes[i].select);
		ktest_assert_u64_equal(mig.src[0], holes[i].first);
		ktest_assert_u64_equal(mig.src[1], holes[i].second);
		ktest_assert_u64_equal(mig.args.cpages, holes[i].cpages);
		ktest_assert_u64_equal(mig.args.npages, holes[i].npages);
		if (holes[i].npages == 1024)
			ktest_assert_u64_equal(mig.src[512],
					       holes[i].empty == NO_PMDS ? 0 : M | C);
		mig_end();
	}
}

enum kind { THP, THP_SHARED, THP_PINNED, THP_LOCKED, ZERO, OWN, OTHER, COHERENT, MIGRATING };

enum outcome { SKIPPED, TAKEN, SPLIT, HOLE, HOLE_HUGE, SMALL_HOLES };

static const struct row {
	const char *name;
	enum kind kind;
	bool may_write;
	unsigned long select, npages;
	const char *kernel;
	enum outcome outcome;
	enum cpt_soft soft;
} rows[] = {
	{ "writable", THP, true, ALL, 512, NULL, TAKEN, CPT_MIGRATION_WRITE },
	{ "read-only", THP, false, ALL, 512, NULL, TAKEN, CPT_MIGRATION_READ_EXCLUSIVE },
	{ "shared", THP_SHARED, false, ALL, 512, NULL, TAKEN, CPT_MIGRATION_READ },
	{ "small wanted", THP, true, SELECT_SYSTEM, 512, NULL, SPLIT },
	{ "a part", THP, true, ALL, 256, NULL, SPLIT },
	{ "not selected", THP, true, SELECT_DEVICE | SELECT_COMPOUND, 512, NULL, SKIPPED },
	{ "pinned", THP_PINNED, true, ALL, 512, NULL, SKIPPED },
	{ "locked", THP_LOCKED, true, ALL, 512, NULL, SKIPPED },
	{ "v6.15", THP, true, ALL, 512, "v6.15", SPLIT },
	/* Nobody looks at what is selected before the folio is split. */
	{ "v6.15, locked", THP_LOCKED, true, ALL, 512, "v6.15", SKIPPED },
	{ "zero", ZERO, false, ALL, 512, NULL, HOLE_HUGE },
	{ "zero, small wanted", ZERO, false, SELECT_SYSTEM, 512, NULL, HOLE },
	{ "zero, not selected", ZERO, false, SELECT_DEVICE, 512, NULL, SKIPPED },
	{ "zero, v6.15", ZERO, false, ALL, 512, "v6.15", SMALL_HOLES },
	{ "device, writable", OWN, true, ALL, 512, NULL, TAKEN, CPT_MIGRATION_WRITE },
	{ "device, read-only", OWN, false, ALL, 512, NULL, TAKEN, CPT_MIGRATION_READ_EXCLUSIVE },
	{ "device, small wanted", OWN, true, SELECT_DEVICE, 512, NULL, SPLIT },
	{ "device, not selected", OWN, true, SELECT_SYSTEM | SELECT_COMPOUND, 512, NULL, SKIPPED },
	{ "device, another's", OTHER, true, ALL, 512, NULL, SKIPPED },
	/* Passes for RAM, and may be somebody else's. */
	{ "coherent", COHERENT, true, SELECT_SYSTEM | SELECT_COMPOUND, 512, NULL, TAKEN,
	  CPT_MIGRATION_WRITE },
	{ "coherent, not as RAM", COHERENT, true, SELECT_COHERENT | SELECT_COMPOUND, 512, NULL,
	  SKIPPED },
	{ "migration entry", MIGRATING, true, ALL, 512, NULL, SKIPPED },
};

static struct folio *make_huge(const struct row *row)
{
	u64 leaf = row->may_write ? LEAF_RW : LEAF_RO;
	struct folio *folio = NULL;

	switch (row->kind) {
	case ZERO:
		folio = mm_get_huge_zero_folio(mig.mm);
		mig_set_huge(HUGE, cpt_make_leaf(folio_pfn(folio), leaf | CPT_HUGE | CPT_SPECIAL));
		return NULL;
	case OWN:
	case OTHER:
		return mig_device(row->kind == OWN ? &mig.own : &mig.other, HUGE, CPT_PMD_ORDER,
				  row->may_write);
	case COHERENT:
		folio = toy_alloc(&mig.coherent, CPT_PMD_ORDER);
		mig_map(folio, HUGE, leaf, CPT_SOFT_NONE);
		folio_unlock(folio);
		return folio;
	default:
		folio = mig_ram(HUGE, CPT_PMD_ORDER, leaf);
		break;
	}
	lru_add_drain();
	if (row->kind == THP_SHARED)
		ClearPageAnonExclusive(&folio->page);
	if (row->kind == THP_PINNED) {
		folio_get(folio);
		folio->_pincount.counter = 1;
	}
	if (row->kind == THP_LOCKED || row->kind == MIGRATING)
		folio_lock(folio);
	if (row->kind == MIGRATING) {
		folio_get(folio);
		try_to_migrate(folio, 0);
	}
	return folio;
}

static void unmake_huge(const struct row *row, struct folio *folio)
{
	if (row->kind == THP_PINNED) {
		folio->_pincount.counter = 0;
		folio_put(folio);
	}
	if (row->kind == MIGRATING)
		remove_migration_ptes(folio, folio, 0);
	if (row->kind == THP_LOCKED || row->kind == MIGRATING)
		folio_unlock(folio);
	if (row->kind == MIGRATING)
		folio_put(folio);
}

static void check_outcome(const struct row *row, struct folio *folio)
{
	unsigned long entry = folio ? migrate_pfn(folio_pfn(folio)) | M : 0;
	unsigned long write = row->may_write ? W : 0;
	u64 pmd = cpt_get(mig_pmd(HUGE));

	for (unsigned long i = 0; i < row->npages; i++) {
		unsigned long expected = 0;

		if (row->outcome == TAKEN)
			expected = i ? 0 : entry | write | C;
		else if (row->outcome == SPLIT)
			expected = entry + (i << MIGRATE_PFN_SHIFT) + write;
		else if (row->outcome == HOLE_HUGE)
			expected = i ? 0 : M | C;
		else if (row->outcome != SKIPPED)
			expected = M;
		ktest_assert_u64_equal(mig.src[i], expected);
	}
	ktest_assert_u64_equal(mig.args.npages, row->npages);
	switch (row->outcome) {
	case TAKEN:
		ktest_assert_int_equal(cpt_soft(pmd), row->soft);
		ktest_assert_u64_equal(cpt_pfn(pmd), folio_pfn(folio));
		ktest_assert_true(folio_test_locked(folio));
		ktest_assert_int_equal(folio_ref_count(folio), 1);
		ktest_assert_u64_equal(mig.args.cpages, 1);
		break;
	case SPLIT:
		ktest_assert_true(cpt_is_table(pmd) && !folio_test_large(folio));
		ktest_assert_u64_equal(mig.args.cpages, row->npages);
		break;
	case SMALL_HOLES:
		ktest_assert_true(cpt_is_table(pmd));
		break;
	default:
		ktest_assert_false(cpt_is_table(pmd));
		ktest_assert_false(folio && !folio_test_large(folio));
		break;
	}
}

static void test_huge_entries(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct folio *folio;

		ktest_context("%s", row->name);
		mig_make_as(row->kernel, 0);
		folio = make_huge(row);
		mig_setup(HUGE, row->npages, row->select);
		check_outcome(row, folio);
		ktest_assert_false(tlb_change_open(mig.mm));
		mig_undo();
		unmake_huge(row, folio);
		if (folio)
			ktest_assert_false(folio_test_locked(folio));
		mig_end();
	}
}

/* The quirk looks for the write bit of a device's PMD where soft-dirty is. */
static void test_quirk_device_pmd_takes_soft_dirty_for_write(void **state)
{
	static const enum cpt_soft softs[] = { CPT_MIGRATION_READ_EXCLUSIVE, CPT_MIGRATION_WRITE };

	for (unsigned int is_soft_dirty = 0; is_soft_dirty < 2; is_soft_dirty++) {
		u64 *pmd;

		mig_make_as(NULL, 1u << SVMSIM_QUIRK_DEVICE_PMD_READ_ONLY);
		mig_device(&mig.own, HUGE, CPT_PMD_ORDER, true);
		pmd = mig_pmd(HUGE);
		if (is_soft_dirty)
			cpt_set(mig.mm, HUGE, pmd, 1, *pmd | CPT_SOFT_DIRTY);
		mig_setup(HUGE, 512, ALL);
		ktest_assert_int_equal(cpt_soft(*pmd), softs[is_soft_dirty]);
		/* What src says is right all the same. */
		ktest_assert_true(mig.src[0] & W);
		mig_undo();
		mig_end();
	}
}

static void test_fault_folio_is_not_locked_again(void **state)
{
	static const char *const kernels[] = { "v7.0", "v6.15" };
	struct folio *folio;

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		mig_make_as(kernels[i], 0);
		folio = mig_device(&mig.own, HUGE, CPT_PMD_ORDER, true);
		folio_lock(folio);
		folio_get(folio);
		mig_args(HUGE, 512, ALL)->fault_page = &folio->page;
		ktest_assert_int_equal(migrate_vma_setup(&mig.args), 0);
		/* A device has no huge pages before v6.19. */
		ktest_assert_u64_equal(mig.src[0] & (V | M | C), i ? 0 : V | M | C);
		mig_undo();
		ktest_assert_true(folio_test_locked(folio));
		folio_unlock(folio);
		folio_put(folio);
		mig_end();
		if (!i)
			break;
	}
}

static void test_huge_translation_is_flushed(void **state)
{
	mig_make();
	mig_ram(HUGE, CPT_PMD_ORDER, LEAF_RW);
	lru_add_drain();
	tlb_fill(mig.mm, HUGE, cpt_get(mig_pmd(HUGE)), 1);
	ktest_assert_non_null(tlb_find(mig.mm, HUGE + 5 * PAGE_SIZE, true));
	mig_setup(HUGE, 512, ALL);
	ktest_assert_null(tlb_find(mig.mm, HUGE + 5 * PAGE_SIZE, false));
	mig_undo();
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_fault_folio_is_not_locked_again),
	KTEST(test_holes),
	KTEST(test_huge_entries),
	KTEST(test_huge_translation_is_flushed),
	KTEST(test_quirk_device_pmd_takes_soft_dirty_for_write),
};
KTEST_MAIN(tests)
