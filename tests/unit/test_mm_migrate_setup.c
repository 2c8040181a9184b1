/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which requests migrate_vma_setup() takes, and what it makes of their fields. */
#include "migrate_fixture.h"

enum fault { FAULT_NONE, FAULT_RAM, FAULT_UNLOCKED, FAULT_LOCKED };

static const struct refusal {
	const char *name;
	vm_flags_t area_flags;
	unsigned long start, end;
	enum fault fault;
	bool no_area, is_dax, no_src, no_dst;
	const char *kernel;
	int err;
} refusals[] = {
	{ "whole area", .end = MIG_PAGES },
	{ "one page", .start = 7, .end = 8 },
	{ "no area", .end = 1, .no_area = true, .err = -EINVAL },
	{ "hugetlb", VM_HUGETLB, 0, 1, .err = -EINVAL },
	{ "io", VM_IO, 0, 1, .err = -EINVAL },
	{ "dontexpand", VM_DONTEXPAND, 0, 1, .err = -EINVAL },
	{ "pfnmap", VM_PFNMAP, 0, 1, .err = -EINVAL },
	{ "mixedmap", VM_MIXEDMAP, 0, 1, .err = -EINVAL },
	{ "dax", .end = 1, .is_dax = true, .err = -EINVAL },
	{ "empty", .start = 3, .end = 3, .err = -EINVAL },
	{ "backwards", .start = 4, .end = 3, .err = -EINVAL },
	{ "starts before", .start = -1ul, .end = 2, .err = -EINVAL },
	{ "starts behind", .start = MIG_PAGES, .end = MIG_PAGES + 1, .err = -EINVAL },
	{ "ends behind", .start = 1, .end = MIG_PAGES + 1, .err = -EINVAL },
	{ "no src", .end = 1, .no_src = true, .err = -EINVAL },
	{ "no dst", .end = 1, .no_dst = true, .err = -EINVAL },
	{ "fault on RAM", .end = 1, .fault = FAULT_RAM, .err = -EINVAL },
	{ "fault's page not locked", .end = 1, .fault = FAULT_UNLOCKED, .err = -EINVAL },
	{ "fault's page not locked, v6.15", .end = 1, .fault = FAULT_UNLOCKED, .kernel = "v6.15",
	  .err = -EINVAL },
	{ "fault's page not locked, v6.12", .end = 1, .fault = FAULT_UNLOCKED, .kernel = "v6.12" },
	{ "fault's page locked", .end = 1, .fault = FAULT_LOCKED },
	/* Not asked for: anonymous, private, readable; flags; an owner. */
	{ "unreadable", VM_SHARED, 0, 1 },
};

static struct page *fault_page(enum fault fault)
{
	struct folio *folio;

	if (fault == FAULT_NONE)
		return NULL;
	if (fault == FAULT_RAM)
		return &mig_ram(BASE + 9 * PAGE_SIZE, 0, LEAF_RW)->page;
	folio = mig_device(&mig.own, BASE + 9 * PAGE_SIZE, 0, true);
	if (fault == FAULT_LOCKED)
		folio_lock(folio);
	return &folio->page;
}

static void test_requests(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *row = &refusals[i];
		struct inode inode = { .i_flags = row->is_dax ? S_DAX : 0 };
		struct address_space mapping = { .host = &inode };
		struct file file = { .f_mapping = &mapping };
		vm_flags_t flags;

		ktest_context("%s", row->name);
		mig_make_as(row->kernel, 0);
		mig_args(BASE + row->start * PAGE_SIZE, 0, 0);
		mig.args.end = BASE + row->end * PAGE_SIZE;
		mig.args.fault_page = fault_page(row->fault);
		if (row->no_area)
			mig.args.vma = NULL;
		if (row->no_src)
			mig.args.src = NULL;
		if (row->no_dst)
			mig.args.dst = NULL;
		flags = mig.vma->vm_flags;
		mig.vma->__vm_flags |= row->area_flags;
		mig.vma->vm_file = row->is_dax ? &file : NULL;
		ktest_assert_int_equal(migrate_vma_setup(&mig.args), row->err);
		mig.vma->vm_file = NULL;
		mig.vma->__vm_flags = flags;
		if (!row->err)
			mig_undo();
		if (row->fault == FAULT_LOCKED)
			unlock_page(mig.args.fault_page);
		mig_end();
	}
}

static void test_bounds_are_masked_before_they_are_judged(void **state)
{
	mig_make();
	mig_args(BASE, 0, 0);
	mig.args.vma = NULL;
	mig.args.start = BASE + 0x123;
	mig.args.end = BASE + PAGE_SIZE + 0x456;
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), -EINVAL);
	ktest_assert_u64_equal(mig.args.start, BASE);
	ktest_assert_u64_equal(mig.args.end, BASE + PAGE_SIZE);
	mig_end();
}

/* The slots are counted before the bounds are masked: one too few is cleared here. */
static void test_unaligned_range_fills_one_slot_more(void **state)
{
	mig_make();
	mig_args(BASE, 0, 0);
	mig.args.start = BASE + PAGE_SIZE - 1;
	mig.args.end = BASE + 2 * PAGE_SIZE;
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), 0);
	ktest_assert_u64_equal(mig.args.npages, 2);
	ktest_assert_u64_equal(mig.src[1], M);
	mig_undo();
	/* Less than a page in all is none. */
	mig.args.start = BASE + 1;
	mig.args.end = BASE + PAGE_SIZE;
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), -EINVAL);
	mig_end();
}

static void test_slots_visited_are_cleared(void **state)
{
	mig_make();
	mig_ram(BASE + PAGE_SIZE, 0, LEAF_RW);
	/* Nothing is selected. */
	mig_setup(BASE + PAGE_SIZE, 1, 0);
	ktest_assert_u64_equal(mig.args.npages, 1);
	ktest_assert_u64_equal(mig.args.cpages, 0);
	ktest_assert_u64_equal(mig.src[0], 0);
	ktest_assert_u64_equal(mig.dst[0], 0);
	ktest_assert_u64_equal(mig.src[1], 0x5a5a5a5a5a5a5a5aul);
	ktest_assert_u64_equal(mig.dst[1], 0x5a5a5a5a5a5a5a5aul);
	ktest_assert_u64_equal(mig.args.end, BASE + 2 * PAGE_SIZE);
	mig_undo();
	mig_end();
}

static void test_collecting_is_announced_with_the_owner(void **state)
{
	mig_make();
	mig_ram(BASE + PAGE_SIZE, 0, LEAF_RW);
	mig_listen();
	mig_setup(BASE, 4, SELECT_SYSTEM);
	ktest_assert_string_equal(mig_heard, "MIGRATE:own[0,4)");
	migrate_vma_finalize(&mig.args);
	ktest_assert_string_equal(mig_heard, "MIGRATE:own[0,4)");
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_bounds_are_masked_before_they_are_judged),
	KTEST(test_collecting_is_announced_with_the_owner),
	KTEST(test_requests),
	KTEST(test_slots_visited_are_cleared),
	KTEST(test_unaligned_range_fills_one_slot_more),
};
KTEST_MAIN(tests)
