// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Faults on memory that a device has: what its driver is called with, in each kernel. */
#include <linux/errno.h>
#include <linux/memremap.h>
#include <linux/pagemap.h>
#include "fault_fixture.h"
#include "kernel/task.h"
#include "mm/folio.h"
#include "mm/rmap.h"

#define START (256ull << 30)
#define MEMORY_BYTES (128ull << 20)

static struct {
	unsigned int calls;
	int result;
	bool restore;
	/* As it was during the last call. */
	bool is_locked;
	int refs;
	bool has_pte;
	unsigned long address;
	unsigned long real_address;
	struct page *page;
} driver;

static struct dev_pagemap map;

static void folio_freed(struct folio *folio)
{
}

/* Puts a page of RAM where the device's was, as a driver does, but by itself. */
static void restore_page(struct vm_fault *vmf)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);
	struct folio *old = page_folio(vmf->page);
	struct vm_area_struct *vma = vmf->vma;
	spinlock_t *ptl;
	u64 *pte = cpt_pte_lock(vma->vm_mm, vmf->pmd, vmf->address, &ptl);

	folio_add_new_anon_rmap(folio, vma, vmf->address, RMAP_EXCLUSIVE);
	folio_remove_rmap(old, vmf->page, 1, vma, RMAP_LEVEL_PTE);
	cpt_set(vma->vm_mm, vmf->address, pte, 0,
		cpt_make_leaf(folio_pfn(folio), CPT_PRESENT | CPT_WRITE));
	spin_unlock(ptl);
	folio_add_lru(folio);
	folio_put(old);
}

static vm_fault_t to_ram(struct vm_fault *vmf)
{
	driver.calls++;
	driver.is_locked = PageLocked(vmf->page);
	driver.refs = page_count(vmf->page);
	driver.has_pte = vmf->pte;
	driver.address = vmf->address;
	driver.real_address = vmf->real_address;
	driver.page = vmf->page;
	if (driver.restore)
		restore_page(vmf);
	return driver.result;
}

static const struct dev_pagemap_ops ops = {
	.folio_free = folio_freed,
	.migrate_to_ram = to_ram,
};

static struct mm_struct *device_start(const char *kernel)
{
	struct svmsim_machine machine = { .node_count = 1,
					  .node = { { .ram_bytes = 64ull << 20, .cpu_count = 2 } },
					  .preempt = SVMSIM_PREEMPT_FULL };
	struct mm_struct *mm;

	scnprintf(machine.kernel, sizeof(machine.kernel), "%s", kernel);
	fault_world(&machine);
	__builtin_memset(&driver, 0, sizeof(driver));
	map = (struct dev_pagemap){
		.type = MEMORY_DEVICE_PRIVATE,
		.ops = &ops,
		.owner = &driver,
		.nr_range = 1,
		.range = { START, START + MEMORY_BYTES - 1 },
	};
	ktest_assert_false(IS_ERR(memremap_pages(&map, 0)));
	mm = mm_create();
	map_at(mm, 0, 512, RW);
	return mm;
}

static void device_end(struct mm_struct *mm)
{
	struct svmsim_world *world = sim_world;

	mmput(mm);
	memunmap_pages(&map);
	lru_add_drain_all();
	sim_phys_set_watch(world, NULL);
	assert_all_free(world);
}

/* A folio of the device's, mapped from the first page of the area on as migration leaves it. */
static struct folio *place(struct mm_struct *mm, unsigned long page, unsigned int order)
{
	struct folio *folio = (struct folio *)pfn_to_page(PHYS_PFN(START) + 512);
	struct vm_area_struct *vma = vma_first(mm);
	unsigned long addr = BASE + page * PAGE_SIZE;
	u64 entry = cpt_make_soft(CPT_DEVICE_PRIVATE_WRITE, folio_pfn(folio), 0);
	u64 *pmd = cpt_pmd_alloc(mm, addr);

	zone_device_folio_init(folio, &map, order);
	mmap_read_lock(mm);
	ktest_assert_int_equal(anon_vma_prepare(vma), 0);
	mmap_read_unlock(mm);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	mm_rss_add(mm, MM_ANONPAGES, 1l << order);
	if (order) {
		cpt_deposit(mm, pmd, cpt_table_alloc(mm));
		cpt_set(mm, addr, pmd, 1, entry);
	} else {
		ktest_assert_int_equal(cpt_pte_alloc(mm, addr, pmd), 0);
		cpt_set(mm, addr, cpt_pte(pmd, addr), 0, entry);
	}
	folio_unlock(folio);
	return folio;
}

static const struct {
	const char *kernel;
	bool is_locked;
} kernels[] = { { "v6.12", false }, { "v6.15", true }, { "v6.19", true }, { "v7.0", true } };

static void test_driver_brings_the_page_back(void **state)
{
	for (unsigned int i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		struct mm_struct *mm = device_start(kernels[i].kernel);
		struct folio *folio = place(mm, 3, 0);

		ktest_context("%s", kernels[i].kernel);
		driver.restore = true;
		ktest_assert_int_equal(read_at(mm, 3), 0);
		ktest_assert_int_equal(driver.calls, 1);
		ktest_assert_int_equal(driver.is_locked, kernels[i].is_locked);
		/* The entry's and the fault's. */
		ktest_assert_int_equal(driver.refs, 2);
		ktest_assert_true(driver.has_pte);
		ktest_assert_u64_equal(driver.address, BASE + 3 * PAGE_SIZE);
		ktest_assert_u64_equal(driver.real_address, BASE + 3 * PAGE_SIZE + 5);
		ktest_assert_ptr_equal(driver.page, &folio->page);
		ktest_assert_int_equal(folio_ref_count(folio), 0);
		ktest_assert_false(folio_test_locked(folio));
		device_end(mm);
	}
}

static const struct {
	int result;
	int err;
} results[] = {
	{ VM_FAULT_SIGBUS, -EIO },
	{ VM_FAULT_OOM, -ENOMEM },
	/* Nothing is done, again and again. */
	{ 0, -ELOOP },
};

static void test_what_the_driver_returns_reaches_the_access(void **state)
{
	for (unsigned int huge = 0; huge < 2; huge++)
		for (unsigned int i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
			struct mm_struct *mm = device_start("v7.0");
			struct folio *folio = place(mm, 0, huge ? 9 : 0);

			driver.result = results[i].result;
			ktest_assert_int_equal(write_err(mm, 0, 1), results[i].err);
			ktest_assert_int_equal(driver.has_pte, !huge);
			ktest_assert_ptr_equal(driver.page, &folio->page);
			ktest_assert_int_equal(folio_ref_count(folio), 1);
			ktest_assert_false(folio_test_locked(folio));
			device_end(mm);
		}
}

static struct mm_struct *reader_mm;
static int reader_err;
static bool reader_done;

static void reader(void *arg)
{
	u8 value;

	reader_err = read_err(reader_mm, 0, &value);
	reader_done = true;
}

/* Somebody else holds the folio's lock: who sleeps until it is free, who comes again and again? */
static const struct {
	const char *kernel;
	unsigned int order;
	bool calls_anyway;
	bool sleeps;
} busy[] = {
	{ "v6.12", 0, true, false },
	{ "v6.15", 0, false, false },
	{ "v7.0", 0, false, true },
	{ "v6.19", 9, false, false },
	{ "v7.0", 9, false, false },
};

static void test_locked_folio(void **state)
{
	for (unsigned int i = 0; i < sizeof(busy) / sizeof(busy[0]); i++) {
		struct mm_struct *mm = device_start(busy[i].kernel);
		struct folio *folio = place(mm, 0, busy[i].order);

		ktest_context("%s order %u", busy[i].kernel, busy[i].order);
		reader_mm = mm;
		reader_done = false;
		driver.result = VM_FAULT_SIGBUS;
		folio_lock(folio);
		sim_task_create(SIM_TASK_KTHREAD, "reader", -1, reader, NULL);
		sim_task_settle();
		ktest_assert_int_equal(driver.calls, busy[i].calls_anyway);
		ktest_assert_int_equal(reader_done, !busy[i].sleeps);
		/* No reference while it waits. */
		ktest_assert_int_equal(folio_ref_count(folio), 1);
		if (!busy[i].sleeps)
			ktest_assert_int_equal(reader_err, busy[i].calls_anyway ? -EIO : -ELOOP);
		folio_unlock(folio);
		sim_task_settle();
		ktest_assert_true(reader_done);
		ktest_assert_int_equal(driver.calls, busy[i].calls_anyway || busy[i].sleeps);
		device_end(mm);
	}
}

static const struct ktest tests[] = {
	KTEST(test_driver_brings_the_page_back),
	KTEST(test_what_the_driver_returns_reaches_the_access),
	KTEST(test_locked_folio),
};
KTEST_MAIN(tests)
