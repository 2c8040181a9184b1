/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* New pages for holes. */
#include "kernel/inject.h"
#include "migrate_fixture.h"
#include "mm/migrate_internal.h"

static long rss(void)
{
	return atomic_long_read(&mig.mm->rss_stat[MM_ANONPAGES]);
}

/* What happens to the place between setup and pages, or what is wrong with it. */
enum trouble {
	NOTHING,
	ZERO_PAGE,
	TAKEN_BY_RAM,
	TAKEN_BY_SOFT,
	UNSTABLE,
	UFFD,
	FILE_AREA,
	HUGE_ZERO,
	TAKEN_BY_HUGE,
	NO_TABLE,
};

static void make_trouble(enum trouble trouble, unsigned long addr)
{
	static const struct vm_operations_struct ops;
	struct folio *folio;

	switch (trouble) {
	case ZERO_PAGE:
		mig_set(addr, cpt_make_leaf(fault_state()->zero_pfn, CPT_PRESENT | CPT_SPECIAL));
		tlb_fill(mig.mm, addr, mig_entry(addr), 0);
		break;
	case TAKEN_BY_RAM:
		mig_ram(addr, 0, LEAF_RW);
		break;
	case TAKEN_BY_SOFT:
		mig_set(addr, cpt_make_soft(CPT_MARKER_GUARD, 0, 0));
		break;
	case UNSTABLE:
		mm_flags_set(MMF_UNSTABLE, mig.mm);
		break;
	case UFFD:
		mig.vma->__vm_flags |= VM_UFFD_MISSING;
		break;
	case FILE_AREA:
		mig.vma->vm_ops = &ops;
		break;
	case HUGE_ZERO:
		folio = mm_get_huge_zero_folio(mig.mm);
		mig_set_huge(addr, cpt_make_leaf(folio_pfn(folio),
						 LEAF_RO | CPT_HUGE | CPT_SPECIAL));
		break;
	case TAKEN_BY_HUGE:
		mig_ram(addr, CPT_PMD_ORDER, LEAF_RW);
		break;
	case NO_TABLE:
		sim_inject_kind_nth(mig.world, &sim_fault_page, 1);
		break;
	default:
		break;
	}
}

static void end_trouble(enum trouble trouble, unsigned long addr)
{
	if (trouble == TAKEN_BY_SOFT)
		mig_set(addr, 0);
	if (trouble == UNSTABLE)
		mig.mm->flags &= ~BIT(MMF_UNSTABLE);
	mig.vma->__vm_flags &= ~VM_UFFD_MISSING;
	mig.vma->vm_ops = NULL;
	sim_inject_kind_nth(mig.world, &sim_fault_page, 0);
}

/* A driver's page for one slot; with RAM the slot gets an ordinary entry. */
static const struct small_row {
	const char *name;
	enum trouble trouble;
	bool is_ram, is_read_only, is_filled;
} small_rows[] = {
	{ "empty", NOTHING, .is_filled = true },
	{ "RAM", NOTHING, .is_ram = true, .is_filled = true },
	{ "read-only area", NOTHING, .is_read_only = true, .is_filled = true },
	{ "read-only area, RAM", NOTHING, .is_ram = true, .is_read_only = true, .is_filled = true },
	{ "zero page", ZERO_PAGE, .is_filled = true },
	{ "huge zero page", HUGE_ZERO, .is_filled = true },
	{ "filled meanwhile", TAKEN_BY_RAM },
	{ "marked meanwhile", TAKEN_BY_SOFT },
	{ "huge page meanwhile", TAKEN_BY_HUGE },
	{ "reaped", UNSTABLE },
	{ "userfaultfd", UFFD },
	{ "area of a file", FILE_AREA },
	{ "no table", NO_TABLE },
};

static void check_small(const struct small_row *row, struct folio *folio, long pages_before)
{
	u64 entry = mig_entry(HUGE);

	if (!row->is_filled) {
		ktest_assert_u64_equal(mig.src[0], 0);
		ktest_assert_int_equal(folio_ref_count(folio), 1);
		ktest_assert_int_equal(folio_mapcount(folio), 0);
		return;
	}
	ktest_assert_u64_equal(mig.src[0], M);
	ktest_assert_u64_equal(cpt_pfn(entry), folio_pfn(folio));
	ktest_assert_int_equal(cpt_present(entry), row->is_ram);
	ktest_assert_int_equal(cpt_write(entry), !row->is_read_only);
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	ktest_assert_true(PageAnonExclusive(&folio->page) && folio_test_locked(folio));
	ktest_assert_int_equal(rss(), pages_before + 1);
	ktest_assert_null(tlb_find(mig.mm, HUGE, false));
}

static void test_small_holes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(small_rows); i++) {
		const struct small_row *row = &small_rows[i];
		struct folio *folio;
		long before;

		ktest_context("%s", row->name);
		mig_make();
		if (row->is_read_only)
			mig.vma->__vm_flags &= ~VM_WRITE;
		mig_setup(HUGE, 1, SELECT_SYSTEM);
		ktest_assert_u64_equal(mig.src[0], M);
		folio = row->is_ram ? folio_alloc(GFP_HIGHUSER_MOVABLE, 0) : toy_alloc(&mig.own, 0);
		if (row->is_ram)
			folio_lock(folio);
		/* Flags of the arrays have no say in rights. */
		mig.dst[0] = migrate_pfn(folio_pfn(folio)) | (row->is_read_only ? W : 0);
		make_trouble(row->trouble, HUGE);
		before = rss();
		migrate_vma_pages(&mig.args);
		check_small(row, folio, before);
		end_trouble(row->trouble, HUGE);
		migrate_vma_finalize(&mig.args);
		ktest_assert_u64_equal(toy_used(&mig.own), row->is_filled && !row->is_ram);
		mig_end();
	}
}

static const struct huge_row {
	const char *name;
	enum trouble trouble;
	bool is_ram, is_read_only, is_filled;
} huge_rows[] = {
	{ "empty", NOTHING, .is_filled = true },
	{ "RAM", NOTHING, .is_ram = true, .is_filled = true },
	{ "read-only area", NOTHING, .is_read_only = true, .is_filled = true },
	{ "huge zero page", HUGE_ZERO, .is_filled = true },
	{ "huge page meanwhile", TAKEN_BY_HUGE },
	{ "table meanwhile", TAKEN_BY_RAM },
	{ "reaped", UNSTABLE },
	{ "userfaultfd", UFFD },
	{ "no table", NO_TABLE },
};

static void test_huge_holes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(huge_rows); i++) {
		const struct huge_row *row = &huge_rows[i];
		struct folio *folio;
		long before;
		u64 entry;

		ktest_context("%s", row->name);
		mig_make();
		if (row->is_read_only)
			mig.vma->__vm_flags &= ~VM_WRITE;
		mig_pmd(HUGE);
		mig_setup(HUGE, 512, SELECT_SYSTEM | SELECT_COMPOUND);
		ktest_assert_u64_equal(mig.src[0], M | C);
		folio = row->is_ram ? folio_alloc(GFP_HIGHUSER_MOVABLE, CPT_PMD_ORDER) :
				      toy_alloc(&mig.own, CPT_PMD_ORDER);
		if (row->is_ram)
			folio_lock(folio);
		mig.dst[0] = migrate_pfn(folio_pfn(folio)) | C;
		make_trouble(row->trouble, HUGE);
		before = rss();
		migrate_vma_pages(&mig.args);
		ktest_assert_u64_equal(mig.src[0], row->is_filled ? M | C : C);
		entry = cpt_get(mig_pmd(HUGE));
		if (row->is_filled) {
			ktest_assert_u64_equal(cpt_pfn(entry), folio_pfn(folio));
			ktest_assert_int_equal(cpt_is_huge(entry), row->is_ram);
			ktest_assert_int_equal(cpt_write(entry), !row->is_read_only);
			ktest_assert_int_equal(folio_mapcount(folio), 1);
			ktest_assert_int_equal(rss(), before + 512);
		} else {
			ktest_assert_int_equal(folio_mapcount(folio), 0);
			ktest_assert_int_equal(rss(), before);
		}
		end_trouble(row->trouble, HUGE);
		migrate_vma_finalize(&mig.args);
		mig_end();
	}
}

static void test_huge_page_for_a_small_area_is_refused(void **state)
{
	struct folio *folio;

	mig_make();
	mmap_read_unlock(mig.mm);
	map_at(mig.mm, 2048, 511, RW);
	mmap_read_lock(mig.mm);
	mig_args(BASE + 2048 * PAGE_SIZE, 511, SELECT_SYSTEM)->vma =
		vma_lookup(mig.mm, BASE + 2048 * PAGE_SIZE);
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), 0);
	ktest_assert_u64_equal(mig.src[1], M);
	folio = toy_alloc(&mig.own, CPT_PMD_ORDER);
	mig.dst[0] = migrate_pfn(folio_pfn(folio)) | C;
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0], 0);
	ktest_assert_u64_equal(mig.src[1], 0);
	migrate_vma_finalize(&mig.args);
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	mig_end();
}

/* The driver has small pages for a huge hole. */
static void test_huge_hole_is_filled_with_small_pages(void **state)
{
	mig_make();
	mig_pmd(HUGE);
	mig_setup(HUGE, 512, SELECT_COMPOUND);
	ktest_assert_u64_equal(mig.src[0], M | C);
	for (unsigned long i = 0; i < 512; i++)
		if (i != 9)
			mig.dst[i] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	mig_listen();
	migrate_vma_pages(&mig.args);
	ktest_assert_string_equal(mig_heard, "MIGRATE:own[512,1024)");
	for (unsigned long i = 0; i < 512; i++) {
		ktest_assert_u64_equal(mig.src[i], i == 9 ? 0 : M);
		ktest_assert_int_equal(cpt_soft(mig_entry(HUGE + i * PAGE_SIZE)),
				       i == 9 ? CPT_SOFT_NONE : CPT_DEVICE_PRIVATE_WRITE);
	}
	migrate_vma_finalize(&mig.args);
	mig_end();
}

static void test_range_is_announced_from_the_first_hole_on(void **state)
{
	mig_make();
	mig_ram(BASE, 0, LEAF_RW);
	mig_ram(BASE + 2 * PAGE_SIZE, 0, LEAF_RW);
	lru_add_drain();
	mig_setup(BASE, 5, SELECT_SYSTEM);
	mig_listen();
	mig_dst_small();
	/* The driver has nothing for the first hole. */
	put_page(({
		struct page *page = migrate_pfn_to_page(mig.dst[1]);

		unlock_page(page);
		page;
	}));
	mig.dst[1] = 0;
	migrate_vma_pages(&mig.args);
	ktest_assert_string_equal(mig_heard, "MIGRATE:own[3,5)");
	ktest_assert_u64_equal(mig.src[1], 0);
	migrate_vma_finalize(&mig.args);
	ktest_assert_u64_equal(toy_used(&mig.own), 4);
	mig_end();
}

static void test_quirk_reaped_pmd_stays_locked(void **state)
{
	struct folio *folio;
	spinlock_t *ptl;

	mig_make_as(NULL, 1u << SVMSIM_QUIRK_MIGRATE_PMD_LOCK_LEAK);
	mig_pmd(HUGE);
	mig_setup(HUGE, 512, SELECT_SYSTEM | SELECT_COMPOUND);
	folio = toy_alloc(&mig.own, CPT_PMD_ORDER);
	mig.dst[0] = migrate_pfn(folio_pfn(folio)) | C;
	make_trouble(UNSTABLE, HUGE);
	migrate_vma_pages(&mig.args);
	/* The end of the notifier's range may sleep. */
	ktest_expect_report(mig.world, "lock-context", 1);
	ptl = cpt_pmd_ptl(mig.mm, mig_pmd(HUGE));
	ktest_assert_true(spin_is_locked(ptl));
	spin_unlock(ptl);
	end_trouble(UNSTABLE, HUGE);
	migrate_vma_finalize(&mig.args);
	mig_end();
}

static void test_quirk_unused_table_leaks(void **state)
{
	struct folio *folio;
	long before;

	mig_make_as(NULL, 1u << SVMSIM_QUIRK_MIGRATE_PMD_TABLE_LEAK);
	mig_pmd(HUGE);
	mig_setup(HUGE, 512, SELECT_SYSTEM | SELECT_COMPOUND);
	folio = toy_alloc(&mig.own, CPT_PMD_ORDER);
	mig.dst[0] = migrate_pfn(folio_pfn(folio)) | C;
	make_trouble(UFFD, HUGE);
	before = atomic_long_read(&mig.mm->pgtables_bytes);
	migrate_vma_pages(&mig.args);
	ktest_assert_int_equal(atomic_long_read(&mig.mm->pgtables_bytes), before + PAGE_SIZE);
	end_trouble(UFFD, HUGE);
	migrate_vma_finalize(&mig.args);
	ktest_expect_report(mig.world, "mm-leak", 1);
	ktest_expect_report(mig.world, "mem-leak", 1);
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_huge_hole_is_filled_with_small_pages),
	KTEST(test_huge_holes),
	KTEST(test_huge_page_for_a_small_area_is_refused),
	KTEST(test_quirk_reaped_pmd_stays_locked),
	KTEST(test_quirk_unused_table_leaks),
	KTEST(test_range_is_announced_from_the_first_hole_on),
	KTEST(test_small_holes),
};
KTEST_MAIN(tests)
