/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Migration of what several mms map. */
#include "migrate_fixture.h"
#include "mm/filemap.h"

/* After a fork both mms map the folio by a PMD: both become tables. */
static void test_huge_page_of_two_mms_becomes_small_ones(void **state)
{
	struct mm_struct *child;
	struct folio *folio;
	struct cpt_hit hit;
	unsigned long pfn;

	mig_make();
	folio = mig_ram(HUGE, CPT_PMD_ORDER, LEAF_RW);
	lru_add_drain();
	pfn = folio_pfn(folio);
	mmap_read_unlock(mig.mm);
	ktest_assert_int_equal(sim_fork(mig.mm, &child), 0);
	mmap_read_lock(mig.mm);
	ktest_assert_int_equal(folio_mapcount(folio), 2);
	mig_setup(HUGE, 512, SELECT_SYSTEM | SELECT_COMPOUND);
	ktest_assert_u64_equal(mig.src[0], migrate_pfn(pfn) | M | C);
	for (unsigned long i = 0; i < 512; i++)
		mig.dst[i] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
	migrate_vma_pages(&mig.args);
	migrate_vma_finalize(&mig.args);
	for (unsigned long i = 0; i < 512; i++) {
		u64 entry = mig_entry(HUGE + i * PAGE_SIZE);

		ktest_assert_int_equal(cpt_soft(entry), CPT_DEVICE_PRIVATE_READ);
		ktest_assert_true(cpt_lookup(child, HUGE + i * PAGE_SIZE, &hit));
		ktest_assert_u64_equal(hit.entry, entry);
	}
	mmap_read_unlock(mig.mm);
	mmput(child);
	mmap_read_lock(mig.mm);
	mig_end();
}

static struct folio *ram_target(void)
{
	struct folio *folio = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);

	ktest_assert_non_null(folio);
	folio_lock(folio);
	return folio;
}

/* What is in a file's cache may be collected, but moves only within RAM. */
static void move_file_page(bool to_device)
{
	struct folio *folio, *target;
	struct vm_area_struct *vma;
	unsigned long addr = 0;
	struct file *file;
	u8 byte;

	mig_make();
	mmap_read_unlock(mig.mm);
	file = sim_file_create(PAGE_SIZE, false);
	ktest_assert_false(IS_ERR(file));
	ktest_assert_int_equal(sim_mmap(mig.mm, 0, PAGE_SIZE, RW, SIM_MAP_SHARED, 0, file, 0,
					&addr), 0);
	byte = 0x77;
	ktest_assert_int_equal(sim_cpu_write(mig.mm, addr, &byte, 1), 0);
	mmap_read_lock(mig.mm);
	vma = vma_lookup(mig.mm, addr);
	mig_args(addr, 1, SELECT_SYSTEM)->vma = vma;
	lru_add_drain();
	ktest_assert_int_equal(migrate_vma_setup(&mig.args), 0);
	ktest_assert_u64_equal(mig.src[0] & (V | M), V | M);
	folio = page_folio(migrate_pfn_to_page(mig.src[0]));
	target = to_device ? toy_alloc(&mig.own, 0) : ram_target();
	mig.dst[0] = migrate_pfn(folio_pfn(target));
	if (!to_device)
		toy_copy(&target->page, &folio->page);
	migrate_vma_pages(&mig.args);
	ktest_assert_u64_equal(mig.src[0] & M, to_device ? 0 : M);
	migrate_vma_finalize(&mig.args);
	mmap_read_unlock(mig.mm);
	byte = 0;
	ktest_assert_int_equal(sim_cpu_read(mig.mm, addr, &byte, 1), 0);
	ktest_assert_int_equal(byte, 0x77);
	ktest_assert_int_equal(sim_file_read(file, 0, &byte, 1), 1);
	ktest_assert_int_equal(byte, 0x77);
	fput(file);
	mmap_read_lock(mig.mm);
	mig_end();
}

static void test_file_pages_stay_in_ram(void **state)
{
	move_file_page(true);
	move_file_page(false);
}

static const struct ktest tests[] = {
	KTEST(test_file_pages_stay_in_ram),
	KTEST(test_huge_page_of_two_mms_becomes_small_ones),
};
KTEST_MAIN(tests)
