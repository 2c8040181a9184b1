/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What migrate_vma_setup() makes of each kind of page-table entry. */
#include "kernel/inject.h"
#include "migrate_fixture.h"
#include "mm/migrate_internal.h"
#include <linux/minmax.h>

#define AT (BASE + 5 * PAGE_SIZE)

enum kind {
	KIND_NONE,
	KIND_RAM,
	KIND_RAM_SHARED,
	KIND_RAM_PINNED,
	KIND_RAM_LOCKED,
	KIND_RAM_NO_MAPPING,
	KIND_OWN,
	KIND_OTHER,
	KIND_COHERENT,
	KIND_ZERO,
	KIND_RAW,
};

/* @leaf: of KIND_RAM*; the entry of KIND_RAW; whether a device's entry lets write. */
struct row {
	const char *name;
	enum kind kind;
	u64 leaf;
	unsigned long select;
	unsigned long src;
	enum cpt_soft soft;
	u64 flags;
	const char *kernel;
};

#define RAW(kind) (0x1234000ul | (u64)(kind) << CPT_SOFT_SHIFT)

static const struct row rows[] = {
	{ "none", KIND_NONE, 0, SELECT_SYSTEM, M },
	{ "none, nothing selected", KIND_NONE, 0, 0, M },
	{ "none, device selected", KIND_NONE, 0, SELECT_DEVICE, M },
	{ "zero page", KIND_ZERO, 0, SELECT_SYSTEM, M },
	{ "zero page, device selected", KIND_ZERO, 0, SELECT_DEVICE, 0 },
	{ "special", KIND_RAW, CPT_PRESENT | CPT_SPECIAL | 0x1234000, SELECT_SYSTEM, 0 },
	{ "writable", KIND_RAM, LEAF_RW, SELECT_SYSTEM, V | M | W, CPT_MIGRATION_WRITE,
	  CPT_SOFT_YOUNG | CPT_SOFT_WAS_DIRTY },
	{ "writable, old and clean", KIND_RAM, CPT_PRESENT | CPT_WRITE, SELECT_SYSTEM, V | M | W,
	  CPT_MIGRATION_WRITE },
	{ "read-only", KIND_RAM, LEAF_RO, SELECT_SYSTEM, V | M, CPT_MIGRATION_READ_EXCLUSIVE,
	  CPT_SOFT_YOUNG },
	{ "read-only, shared", KIND_RAM_SHARED, LEAF_RO, SELECT_SYSTEM, V | M, CPT_MIGRATION_READ,
	  CPT_SOFT_YOUNG },
	{ "protnone", KIND_RAM, CPT_PROTNONE | CPT_ACCESSED, SELECT_SYSTEM, V | M,
	  CPT_MIGRATION_READ_EXCLUSIVE, CPT_SOFT_YOUNG },
	{ "soft-dirty, uffd-wp", KIND_RAM, LEAF_RO | CPT_SOFT_DIRTY | CPT_UFFD_WP, SELECT_SYSTEM,
	  V | M, CPT_MIGRATION_READ_EXCLUSIVE, CPT_SOFT_YOUNG | CPT_SOFT_DIRTY | CPT_UFFD_WP },
	{ "RAM, not selected", KIND_RAM, LEAF_RW, SELECT_DEVICE | SELECT_COHERENT, 0 },
	{ "pinned", KIND_RAM_PINNED, LEAF_RW, SELECT_SYSTEM, 0 },
	{ "locked", KIND_RAM_LOCKED, LEAF_RW, SELECT_SYSTEM, 0 },
	{ "page without a mapping", KIND_RAM_NO_MAPPING, LEAF_RO, SELECT_SYSTEM, 0 },
	{ "device, writable", KIND_OWN, 1, SELECT_DEVICE, V | M | W, CPT_MIGRATION_WRITE },
	{ "device, read-only", KIND_OWN, 0, SELECT_DEVICE, V | M, CPT_MIGRATION_READ_EXCLUSIVE },
	{ "device, not selected", KIND_OWN, 1, SELECT_SYSTEM | SELECT_COHERENT, 0 },
	{ "device, another's", KIND_OTHER, 1, SELECT_DEVICE | SELECT_SYSTEM, 0 },
	{ "coherent", KIND_COHERENT, LEAF_RW, SELECT_COHERENT, V | M | W, CPT_MIGRATION_WRITE,
	  CPT_SOFT_YOUNG | CPT_SOFT_WAS_DIRTY },
	{ "coherent, not selected", KIND_COHERENT, LEAF_RW, SELECT_SYSTEM | SELECT_DEVICE, 0 },
	{ "swap", KIND_RAW, RAW(CPT_SWAP), SELECT_SYSTEM, 0 },
	{ "migration", KIND_RAW, RAW(CPT_MIGRATION_WRITE), SELECT_SYSTEM, 0 },
	{ "device-exclusive", KIND_RAW, RAW(CPT_DEVICE_EXCLUSIVE), SELECT_SYSTEM, 0 },
	{ "hwpoison", KIND_RAW, RAW(CPT_HWPOISON), SELECT_SYSTEM, 0 },
	{ "uffd-wp marker", KIND_RAW, RAW(CPT_MARKER_UFFD_WP), SELECT_SYSTEM, 0 },
	{ "poison marker", KIND_RAW, RAW(CPT_MARKER_POISON), SELECT_SYSTEM, 0 },
	{ "guard marker", KIND_RAW, RAW(CPT_MARKER_GUARD), SELECT_SYSTEM, 0 },
};

static struct folio *make_entry(const struct row *row)
{
	struct folio *folio = NULL;

	switch (row->kind) {
	case KIND_NONE:
		mig_set(AT, 0);
		break;
	case KIND_ZERO:
		mig_set(AT, cpt_make_leaf(fault_state()->zero_pfn, CPT_PRESENT | CPT_SPECIAL));
		break;
	case KIND_RAW:
		mig_set(AT, row->leaf);
		break;
	case KIND_OWN:
	case KIND_OTHER:
		folio = mig_device(row->kind == KIND_OWN ? &mig.own : &mig.other, AT, 0, row->leaf);
		break;
	case KIND_COHERENT:
		folio = toy_alloc(&mig.coherent, 0);
		mig_map(folio, AT, row->leaf, CPT_SOFT_NONE);
		folio_unlock(folio);
		break;
	default:
		folio = mig_ram(AT, 0, row->leaf);
		break;
	}
	if (row->kind == KIND_RAM_SHARED)
		ClearPageAnonExclusive(&folio->page);
	if (row->kind == KIND_RAM_PINNED)
		folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
	if (row->kind == KIND_RAM_LOCKED)
		folio_lock(folio);
	return folio;
}

static void unmake_entry(const struct row *row, struct folio *folio)
{
	if (row->kind == KIND_RAW || row->kind == KIND_ZERO)
		mig_set(AT, 0);
	if (row->kind == KIND_RAM_PINNED)
		folio_ref_sub(folio, GUP_PIN_COUNTING_BIAS);
	if (row->kind == KIND_RAM_LOCKED)
		folio_unlock(folio);
}

/* What a collected page is like, and what it is like again when nothing came of it. */
static void check_taken(const struct row *row, struct folio *folio, u64 before)
{
	u64 entry = mig_entry(AT);

	ktest_assert_u64_equal(mig.src[1] >> MIGRATE_PFN_SHIFT, folio_pfn(folio));
	ktest_assert_int_equal(cpt_soft(entry), row->soft);
	ktest_assert_u64_equal(cpt_pfn(entry), folio_pfn(folio));
	ktest_assert_u64_equal(entry & ~CPT_PFN_MASK & ~CPT_SOFT_MASK, row->flags);
	ktest_assert_true(folio_test_locked(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_int_equal(folio_mapcount(folio), 0);
	ktest_assert_false(PageAnonExclusive(&folio->page));
	mig_undo();
	/* NUMA hinting is forgotten. */
	if (cpt_protnone(before))
		before ^= CPT_PROTNONE | CPT_PRESENT;
	ktest_assert_u64_equal(mig_entry(AT), before);
	ktest_assert_int_equal(PageAnonExclusive(&folio->page), row->kind != KIND_RAM_SHARED);
	ktest_assert_false(folio_test_locked(folio));
	ktest_assert_int_equal(folio_mapcount(folio), 1);
}

static void test_entries(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct address_space *mapping = NULL;
		struct folio *folio;
		u64 before;

		ktest_context("%s", row->name);
		mig_make_as(row->kernel, 0);
		folio = make_entry(row);
		if (row->kind == KIND_RAM_NO_MAPPING)
			swap(mapping, folio->mapping);
		before = mig_entry(AT);
		mig_setup(AT - PAGE_SIZE, 3, row->select);
		ktest_assert_u64_equal(mig.src[0], M);
		ktest_assert_u64_equal(mig.src[1] & (V | M | W | C), row->src);
		ktest_assert_u64_equal(mig.src[2], M);
		ktest_assert_u64_equal(mig.args.npages, 3);
		ktest_assert_u64_equal(mig.args.cpages, row->src ? 3 : 2);
		ktest_assert_false(tlb_change_open(mig.mm));
		if (row->src & V) {
			check_taken(row, folio, before);
		} else {
			ktest_assert_u64_equal(mig.src[1] >> MIGRATE_PFN_SHIFT, 0);
			ktest_assert_u64_equal(mig_entry(AT), before);
			mig_undo();
		}
		if (row->kind == KIND_RAM_NO_MAPPING)
			folio->mapping = mapping;
		unmake_entry(row, folio);
		mig_end();
	}
}

static void test_holes_of_a_file_are_not_filled(void **state)
{
	static const struct vm_operations_struct ops;

	mig_make();
	mig_set(AT, 0);
	mig.vma->vm_ops = &ops;
	mig_setup(BASE, MIG_PAGES, SELECT_SYSTEM | SELECT_COMPOUND);
	ktest_assert_u64_equal(mig.args.npages, MIG_PAGES);
	ktest_assert_u64_equal(mig.args.cpages, 0);
	for (unsigned long i = 0; i < MIG_PAGES; i++)
		ktest_assert_u64_equal(mig.src[i], 0);
	mig.vma->vm_ops = NULL;
	mig_end();
}

/* Up to v7.0 what a device's page was is said to be dirty. */
static void test_device_page_gets_dirty_up_to_v70(void **state)
{
	static const char *const kernels[] = { "v7.0", "v7.2" };

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		struct folio *folio;

		mig_make_as(kernels[i], 0);
		folio = mig_device(&mig.own, AT, 0, true);
		mig_setup(AT, 1, SELECT_DEVICE);
		ktest_assert_int_equal(folio_test_dirty(folio), !i);
		mig_undo();
		mig_end();
	}
}

static void test_stale_translations_are_flushed_once_at_the_end(void **state)
{
	mig_make();
	for (unsigned long i = 0; i < 4; i++) {
		struct folio *folio = mig_ram(BASE + i * PAGE_SIZE, 0, LEAF_RO);

		/* Not exclusive: not flushed one by one. */
		ClearPageAnonExclusive(&folio->page);
		tlb_fill(mig.mm, BASE + i * PAGE_SIZE, mig_entry(BASE + i * PAGE_SIZE), 0);
	}
	mig_setup(BASE, 4, SELECT_SYSTEM);
	ktest_assert_u64_equal(mig.args.cpages, 4);
	for (unsigned long i = 0; i < 4; i++)
		ktest_assert_null(tlb_find(mig.mm, BASE + i * PAGE_SIZE, false));
	mig_undo();
	mig_end();
}

/* Folios of several pages that PTEs map. */

static void test_large_folio_is_split(void **state)
{
	static const char *const kernels[] = { "v6.12", "v6.15", "v6.19", "v7.0", "v7.3" };

	for (size_t k = 0; k < ARRAY_SIZE(kernels); k++) {
		bool splits = k >= 2;
		struct folio *folio;

		ktest_context("%s", kernels[k]);
		mig_make_as(kernels[k], 0);
		folio = mig_ram(BASE + 16 * PAGE_SIZE, 4, LEAF_RW);
		lru_add_drain();
		mig_setup(BASE + 18 * PAGE_SIZE, 20, SELECT_SYSTEM);
		ktest_assert_int_equal(folio_test_large(folio), !splits);
		for (unsigned long i = 0; i < 14; i++) {
			unsigned long entry = migrate_pfn(folio_pfn(folio) + 2 + i) | M | W;

			ktest_assert_u64_equal(mig.src[i], splits ? entry : 0);
		}
		ktest_assert_u64_equal(mig.src[14], M);
		ktest_assert_u64_equal(mig.args.npages, 20);
		mig_undo();
		mig_end();
	}
}

static void test_failed_split_ends_the_chunk(void **state)
{
	struct folio *large;

	mig_make();
	mig_ram(BASE, 0, LEAF_RW);
	large = mig_ram(BASE + 16 * PAGE_SIZE, 4, LEAF_RW);
	mig_ram(BASE + 40 * PAGE_SIZE, 0, LEAF_RW);
	mig_ram(HUGE, 0, LEAF_RW);
	lru_add_drain();
	folio_get(large);
	mig_setup(BASE, 513, SELECT_SYSTEM);
	ktest_assert_u64_equal(mig.src[0] & (V | M | W), V | M | W);
	ktest_assert_u64_equal(mig.src[15], M);
	for (unsigned long i = 16; i < 512; i++)
		ktest_assert_u64_equal(mig.src[i], 0);
	/* The next chunk is collected as ever. */
	ktest_assert_u64_equal(mig.src[512] & (V | M | W), V | M | W);
	ktest_assert_u64_equal(mig.args.npages, 513);
	ktest_assert_u64_equal(mig.args.cpages, 17);
	ktest_assert_false(tlb_change_open(mig.mm) || folio_test_locked(large));
	mig_undo();
	folio_put(large);
	mig_end();
}

/* The page of a CPU fault is in a large folio: locked and referenced by the fault. */
static void collect_around_fault(unsigned long fault_index)
{
	struct folio *large;
	struct page *page;

	mig_make();
	large = mig_device(&mig.own, BASE, 4, true);
	page = folio_page(large, fault_index);
	folio_lock(large);
	folio_get(large);
	mig_args(BASE, 16, SELECT_DEVICE)->fault_page = page;
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), 0);
	ktest_assert_false(folio_test_large(large));
	ktest_assert_true(PageLocked(page));
	for (unsigned long i = 0; i < 16; i++)
		ktest_assert_u64_equal(mig.src[i] & (V | M), V | M);
	ktest_assert_true(folio_test_locked(large));
	mig_undo();
	ktest_assert_true(PageLocked(page));
	unlock_page(page);
	put_page(page);
	for (unsigned long i = 0; i < 16; i++)
		ktest_assert_false(PageLocked(pfn_to_page(page_to_pfn(page) - fault_index + i)));
	mig_end();
}

static void test_fault_page_stays_locked_through_a_split(void **state)
{
	collect_around_fault(0);
	collect_around_fault(5);
}

static void test_contention_can_be_injected(void **state)
{
	mig_make();
	mig_ram(BASE, 0, LEAF_RW);
	mig_ram(BASE + PAGE_SIZE, 0, LEAF_RW);
	sim_inject_kind_nth(mig.world, &sim_fault_folio_lock, 2);
	mig_setup(BASE, 2, SELECT_SYSTEM);
	ktest_assert_true(sim_inject_kind_failed(mig.world));
	sim_inject_kind_nth(mig.world, &sim_fault_folio_lock, 0);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V | M);
	ktest_assert_u64_equal(mig.src[1], 0);
	mig_undo();
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_contention_can_be_injected),
	KTEST(test_device_page_gets_dirty_up_to_v70),
	KTEST(test_entries),
	KTEST(test_failed_split_ends_the_chunk),
	KTEST(test_fault_page_stays_locked_through_a_split),
	KTEST(test_holes_of_a_file_are_not_filled),
	KTEST(test_large_folio_is_split),
	KTEST(test_stale_translations_are_flushed_once_at_the_end),
};
KTEST_MAIN(tests)
