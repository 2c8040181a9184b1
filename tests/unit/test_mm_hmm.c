/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * hmm_range_fault() against entries that are put there by hand: what each kind of entry gives, with
 * and without something asked for. In an area that can't be written, a fault for writing that the
 * walk asks for is -EPERM before it is taken: so decisions show without faults.
 */
#include <linux/hmm.h>
#include <linux/jiffies.h>
#include <linux/mmu_notifier.h>
#include "kernel/version.h"
#include "mm/fault.h"
#include "device_memory_fixture.h"
#include "mman_fixture.h"

#define BASE_PAGES 1024
#define V HMM_PFN_VALID
#define VW (HMM_PFN_VALID | HMM_PFN_WRITE)
#define E HMM_PFN_ERROR
#define READ_FAULT HMM_PFN_REQ_FAULT
#define WRITE_FAULT (HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE)
#define STICKY (HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS)
#define PMD ((unsigned long)CPT_PMD_ORDER << HMM_PFN_ORDER_SHIFT)
#define MEMORY_START 0x8000000000ull
#define MEMORY_SIZE (4ull << 20)

static int other_owner;
static unsigned int faulted;
static struct mm_struct *mm;
static struct mmu_interval_notifier notifier;
static unsigned long slots[BASE_PAGES];
static struct folio *ram, *own, *foreign;
static struct dev_pagemap own_map, foreign_map;

static bool invalidate(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		       unsigned long cur_seq)
{
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops notifier_ops = { .invalidate = invalidate };

static vm_fault_t count_fault(struct vm_fault *vmf)
{
	faulted++;
	return VM_FAULT_SIGBUS;
}

static const struct dev_pagemap_ops memory_ops = {
	.folio_free = folio_freed,
	.migrate_to_ram = count_fault,
};

static void make_memory(struct dev_pagemap *map, u64 start, void *map_owner)
{
	*map = private_map(start, MEMORY_SIZE);
	map->owner = map_owner;
	map->ops = &memory_ops;
	ktest_assert_false(IS_ERR(memremap_pages(map, 0)));
}

static struct folio *device_folio(struct dev_pagemap *map, unsigned int order)
{
	struct folio *folio = (struct folio *)pfn_to_page(PHYS_PFN(map->range.start));

	zone_device_folio_init(folio, map, order);
	folio_unlock(folio);
	return folio;
}

static struct svmsim_world *setup_with(const char *kernel, u32 quirks, unsigned int order)
{
	struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 32 << 20, .cpu_count = 4 } },
		.preempt = SVMSIM_PREEMPT_FULL,
		.quirks = quirks,
	};
	struct svmsim_world *world;

	strscpy(machine.kernel, kernel);
	world = mm_world(&machine);
	said_length = 0;
	faulted = freed_count = 0;
	mm = mm_create();
	map_at(mm, 0, BASE_PAGES, VM_READ | VM_WRITE);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&notifier, mm, BASE,
							    BASE_PAGES * PAGE_SIZE, &notifier_ops),
			       0);
	memset(slots, 0, sizeof(slots));
	make_memory(&own_map, MEMORY_START, &owner);
	make_memory(&foreign_map, MEMORY_START + MEMORY_SIZE, &other_owner);
	own = device_folio(&own_map, order);
	foreign = device_folio(&foreign_map, order);
	ram = folio_alloc(GFP_KERNEL, order);
	return world;
}

static struct svmsim_world *setup(void)
{
	return setup_with("v7.0", 0, 0);
}

static u64 *pmd_of(unsigned long page)
{
	return cpt_pmd_alloc(mm, BASE + page * PAGE_SIZE);
}

static void put_pte(unsigned long page, u64 entry)
{
	unsigned long addr = BASE + page * PAGE_SIZE;
	u64 *pmd = pmd_of(page), *pte;
	spinlock_t *ptl;

	ktest_assert_int_equal(cpt_pte_alloc(mm, addr, pmd), 0);
	pte = cpt_pte_lock(mm, pmd, addr, &ptl);
	cpt_set(mm, addr, pte, 0, entry);
	spin_unlock(ptl);
}

static void put_pmd(unsigned long page, u64 entry)
{
	u64 *pmd = pmd_of(page);
	spinlock_t *ptl = cpt_pmd_lock(mm, pmd);

	cpt_set(mm, BASE + page * PAGE_SIZE, pmd, 1, entry);
	spin_unlock(ptl);
}

/* What was put there by hand is nothing that the end of an mm could take down. */
static void teardown(void)
{
	mmu_interval_notifier_remove(&notifier);
	mmput(mm);
	folio_put(own);
	folio_put(foreign);
	folio_put(ram);
	memunmap_pages(&own_map);
	memunmap_pages(&foreign_map);
}

static int ask_masked(unsigned long page, unsigned long pages, unsigned long flags,
		      unsigned long mask)
{
	struct hmm_range range = {
		.notifier = &notifier,
		.start = BASE + page * PAGE_SIZE,
		.end = BASE + (page + pages) * PAGE_SIZE,
		.hmm_pfns = slots,
		.default_flags = flags,
		.pfn_flags_mask = mask,
		.dev_private_owner = &owner,
	};
	int err;

	range.notifier_seq = mmu_interval_read_begin(&notifier);
	mmap_read_lock(mm);
	err = hmm_range_fault(&range);
	mmap_read_unlock(mm);
	return err;
}

static int ask(unsigned long page, unsigned long pages, unsigned long flags)
{
	return ask_masked(page, pages, flags, 0);
}

static void protect(unsigned long prot)
{
	map_at(mm, 0, BASE_PAGES, prot);
}

/* What a row's entry leads to. */
enum what {
	NOTHING,
	RAM,
	OWN,
	FOREIGN,
	ZERO_PAGE,
};

/* Results of a request: a slot, or an errno; FAULT: the walk asks for a fault. */
#define FAULT ((long)-EPERM)
#define SAME 1

static const struct pte_row {
	const char *name;
	enum what what;
	u64 flags;
	enum cpt_soft soft;
	/* Flags of the slot when nothing is asked for; the page frame is @what's. */
	unsigned long flags_out;
	/* The slot holds no page frame. */
	bool is_bare;
	/* Asked to be written: an errno, or SAME as without. */
	long write;
	/* Asked to be read, for rows that need no fault then. */
	long read;
} pte_rows[] = {
	{ "none", NOTHING, 0, CPT_SOFT_NONE, 0, true, FAULT, FAULT },
	{ "uffd-wp marker", NOTHING, 0, CPT_MARKER_UFFD_WP, 0, true, FAULT, FAULT },
	{ "swap", RAM, 0, CPT_SWAP, 0, true, FAULT, FAULT },
	{ "own device-private, read", OWN, 0, CPT_DEVICE_PRIVATE_READ, V, false, SAME, SAME },
	{ "own device-private, write", OWN, 0, CPT_DEVICE_PRIVATE_WRITE, VW, false, SAME, SAME },
	{ "foreign device-private", FOREIGN, 0, CPT_DEVICE_PRIVATE_WRITE, 0, true, FAULT, FAULT },
	{ "device-exclusive", RAM, 0, CPT_DEVICE_EXCLUSIVE, 0, true, FAULT, FAULT },
	{ "poison marker", NOTHING, 0, CPT_MARKER_POISON, 0, true, -EFAULT, -EFAULT },
	{ "guard marker", NOTHING, 0, CPT_MARKER_GUARD, 0, true, -EFAULT, -EFAULT },
	{ "hwpoison", RAM, 0, CPT_HWPOISON, 0, true, -EFAULT, -EFAULT },
	{ "present, read", RAM, CPT_PRESENT, CPT_SOFT_NONE, V, false, FAULT, SAME },
	{ "present, write", RAM, CPT_PRESENT | CPT_WRITE, CPT_SOFT_NONE, VW, false, SAME, SAME },
	{ "protnone", RAM, CPT_PROTNONE | CPT_WRITE, CPT_SOFT_NONE, 0, false, FAULT, FAULT },
	/* A need comes first; only what would do otherwise is told apart. */
	{ "special, read", RAM, CPT_PRESENT | CPT_SPECIAL, CPT_SOFT_NONE, E, true, FAULT, -EFAULT },
	{ "special, write", RAM, CPT_PRESENT | CPT_SPECIAL | CPT_WRITE, CPT_SOFT_NONE, E, true,
	  -EFAULT, -EFAULT },
	{ "zero page", ZERO_PAGE, CPT_PRESENT | CPT_SPECIAL, CPT_SOFT_NONE, V, false, FAULT, SAME },
};

static unsigned long pfn_of(enum what what)
{
	switch (what) {
	case RAM:
		return folio_pfn(ram);
	case OWN:
		return folio_pfn(own);
	case FOREIGN:
		return folio_pfn(foreign);
	case ZERO_PAGE:
		return fault_state()->zero_pfn;
	default:
		return 0;
	}
}

static u64 entry_of(enum what what, enum cpt_soft soft, u64 flags)
{
	if (soft)
		return cpt_make_soft(soft, pfn_of(what), 0);
	return flags ? cpt_make_leaf(pfn_of(what), flags) : 0;
}

static void check(long expected, int err, unsigned long slot)
{
	ktest_assert_int_equal(err, expected == SAME ? 0 : expected);
	if (expected == SAME)
		ktest_assert_u64_equal(slots[0], slot);
}

static void test_each_pte(void **state)
{
	setup();
	protect(VM_READ);
	for (unsigned int i = 0; i < sizeof(pte_rows) / sizeof(pte_rows[0]); i++) {
		const struct pte_row *row = &pte_rows[i];
		unsigned long slot = row->flags_out | (row->is_bare ? 0 : pfn_of(row->what));
		int err;

		ktest_context("%s", row->name);
		put_pte(0, entry_of(row->what, row->soft, row->flags));
		slots[0] = 0x1234 | STICKY;
		ktest_assert_int_equal(ask(0, 1, 0), 0);
		ktest_assert_u64_equal(slots[0], slot | STICKY);
		/* Without REQ_FAULT nothing is asked for. */
		slots[0] = 0;
		ktest_assert_int_equal(ask(0, 1, HMM_PFN_REQ_WRITE), 0);
		ktest_assert_u64_equal(slots[0], slot);
		err = ask(0, 1, WRITE_FAULT);
		check(row->write, err, slot);
		if (row->read != FAULT) {
			err = ask(0, 1, READ_FAULT);
			check(row->read, err, slot);
		}
		put_pte(0, 0);
	}
	teardown();
}

static const struct pmd_row {
	const char *name;
	enum what what;
	u64 flags;
	enum cpt_soft soft;
	unsigned long flags_out;
	bool is_bare;
	long write;
	long read;
} pmd_rows[] = {
	{ "none", NOTHING, 0, CPT_SOFT_NONE, 0, true, FAULT, FAULT },
	{ "own device-private, read", OWN, 0, CPT_DEVICE_PRIVATE_READ, V | PMD, false, SAME, SAME },
	{ "own device-private, write", OWN, 0, CPT_DEVICE_PRIVATE_WRITE, VW | PMD, false, SAME,
	  SAME },
	/* Unlike a PTE. */
	{ "foreign device-private", FOREIGN, 0, CPT_DEVICE_PRIVATE_READ, E, true, FAULT, FAULT },
	{ "migration", RAM, 0, CPT_MIGRATION_READ, 0, true, -EINTR, -EINTR },
	{ "hwpoison", RAM, 0, CPT_HWPOISON, E, true, -EFAULT, -EFAULT },
	{ "present, read", RAM, CPT_PRESENT | CPT_HUGE, CPT_SOFT_NONE, V | PMD, false, FAULT,
	  SAME },
	{ "present, write", RAM, CPT_PRESENT | CPT_HUGE | CPT_WRITE, CPT_SOFT_NONE, VW | PMD, false,
	  SAME, SAME },
	{ "protnone", RAM, CPT_PROTNONE | CPT_HUGE, CPT_SOFT_NONE, 0, false, FAULT, FAULT },
	{ "bad", RAM, CPT_PRESENT, CPT_SOFT_NONE, E, true, -EFAULT, -EFAULT },
};

/* All of a PMD, and from its middle on. */
static void test_each_pmd(void **state)
{
	setup_with("v7.0", 0, CPT_PMD_ORDER);
	protect(VM_READ);
	for (unsigned int i = 0; i < 2 * sizeof(pmd_rows) / sizeof(pmd_rows[0]); i++) {
		const struct pmd_row *row = &pmd_rows[i / 2];
		unsigned long from = i % 2 ? 200 : 0, pages = CPT_PMD_PAGES - from;
		unsigned long slot = row->flags_out | (row->is_bare ? 0 : pfn_of(row->what) + from);

		ktest_context("%s from %lu", row->name, from);
		put_pmd(0, entry_of(row->what, row->soft, row->flags));
		slots[pages - 1] = 0x1234 | STICKY;
		ktest_assert_int_equal(ask(from, pages, 0), 0);
		ktest_assert_u64_equal(slots[0], slot);
		ktest_assert_u64_equal(slots[pages - 1],
				       (slot + (row->is_bare ? 0 : pages - 1)) | STICKY);
		slots[pages - 1] = 0;
		if (row->write != -EINTR) {
			int err = ask(from, pages, WRITE_FAULT);

			check(row->write, err, slot);
		}
		if (row->read != FAULT && row->read != -EINTR) {
			int err = ask(from, pages, READ_FAULT);

			check(row->read, err, slot);
		}
		put_pmd(0, 0);
	}
	teardown();
}

static void test_quirk_counts_from_the_first_page_walked(void **state)
{
	setup_with("v7.0", 1u << SVMSIM_QUIRK_HMM_DEVICE_PMD, CPT_PMD_ORDER);
	put_pmd(0, entry_of(OWN, CPT_DEVICE_PRIVATE_READ, 0));
	ktest_assert_int_equal(ask(200, 10, 0), 0);
	ktest_assert_u64_equal(slots[0], folio_pfn(own) | V | PMD);
	ktest_assert_u64_equal(slots[9], (folio_pfn(own) + 9) | V | PMD);
	put_pmd(0, 0);
	teardown();
}

/* Areas that can't be read, or that hold no memory; gaps. Mixed maps are walked. */
static void test_areas_without_memory(void **state)
{
	static const struct {
		unsigned long prot;
		unsigned long flags;
		bool is_walked;
	} rows[] = {
		{ 0, 0, false },	      { VM_WRITE, 0, false },
		{ VM_READ, VM_IO, false },    { VM_READ, VM_PFNMAP, false },
		{ VM_READ, VM_MIXEDMAP, true },
	};
	unsigned long addr;

	setup();
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ktest_context("row %u", i);
		ktest_assert_int_equal(sim_mmap(mm, BASE, 4 * PAGE_SIZE, rows[i].prot,
						SIM_MAP_FIXED | rows[i].flags, 0, NULL, 0, &addr),
				       0);
		ktest_assert_int_equal(ask(0, 4, 0), 0);
		ktest_assert_u64_equal(slots[3], rows[i].is_walked ? 0 : E);
		ktest_assert_int_equal(ask(0, 4, WRITE_FAULT),
				       rows[i].is_walked ? FAULT : -EFAULT);
	}
	unmap_at(mm, 0, 4);
	ktest_assert_int_equal(ask(0, 6, 0), 0);
	ktest_assert_u64_equal(slots[3], E);
	ktest_assert_u64_equal(slots[4], 0);
	ktest_assert_int_equal(ask(0, 6, READ_FAULT), -EFAULT);
	/* Over the border of two areas. */
	map_at(mm, 0, 4, 0);
	ktest_assert_int_equal(ask(2, 4, 0), 0);
	ktest_assert_u64_equal(slots[1], E);
	ktest_assert_u64_equal(slots[2], 0);
	map_at(mm, 0, 4, VM_READ);
	ktest_assert_int_equal(ask(2, 4, READ_FAULT), 0);
	ktest_assert_u64_equal(slots[3], fault_state()->zero_pfn | V);
	/* The end of the address space has no area behind it. */
	ktest_assert_int_equal(ask(BASE_PAGES, 2, 0), 0);
	ktest_assert_u64_equal(slots[1], E);
	ktest_assert_int_equal(ask(0, 0, 0), -EINVAL);
	teardown();
}

static void test_what_is_asked_for_each_page(void **state)
{
	setup();
	protect(VM_READ);
	put_pte(0, entry_of(RAM, 0, CPT_PRESENT));
	put_pte(1, entry_of(RAM, 0, CPT_PRESENT));
	slots[0] = READ_FAULT;
	slots[1] = WRITE_FAULT;
	/* Masked out: only the default counts. */
	ktest_assert_int_equal(ask_masked(0, 2, 0, 0), 0);
	slots[0] = READ_FAULT;
	slots[1] = WRITE_FAULT;
	ktest_assert_int_equal(ask_masked(0, 2, 0, HMM_PFN_REQ_FAULT), 0);
	slots[1] = WRITE_FAULT;
	ktest_assert_int_equal(ask_masked(0, 2, 0, ~0ul), FAULT);
	/* Before the place of the error slots are results. */
	ktest_assert_u64_equal(slots[0], folio_pfn(ram) | V);
	ktest_assert_u64_equal(slots[1], WRITE_FAULT);
	slots[1] = HMM_PFN_REQ_WRITE;
	ktest_assert_int_equal(ask_masked(0, 2, READ_FAULT, HMM_PFN_REQ_WRITE), FAULT);
	put_pte(0, 0);
	put_pte(1, 0);
	teardown();
}

static void test_invalidated_before_is_busy(void **state)
{
	struct mmu_notifier_range change;
	struct hmm_range range = { .notifier = &notifier, .start = BASE, .end = BASE + PAGE_SIZE,
				   .hmm_pfns = slots };

	setup();
	range.notifier_seq = mmu_interval_read_begin(&notifier);
	mmu_notifier_range_init(&change, MMU_NOTIFY_CLEAR, 0, mm, BASE, BASE + 1);
	mmu_notifier_invalidate_range_start(&change);
	mmu_notifier_invalidate_range_end(&change);
	slots[0] = 0x77;
	mmap_read_lock(mm);
	ktest_assert_int_equal(hmm_range_fault(&range), -EBUSY);
	mmap_read_unlock(mm);
	ktest_assert_u64_equal(slots[0], 0x77);
	teardown();
}

static void asks(void *arg)
{
	int err = ask(0, *(unsigned long *)arg, READ_FAULT);

	say("%d", err);
}

/* With something asked for, a folio on the move is waited for and looked at again. */
static void wait_for_migration(bool is_huge)
{
	unsigned long pages = is_huge ? CPT_PMD_PAGES : 1;
	u64 moving, there;

	setup_with("v7.0", 0, is_huge ? CPT_PMD_ORDER : 0);
	moving = entry_of(RAM, CPT_MIGRATION_WRITE, 0);
	there = entry_of(RAM, 0, CPT_PRESENT | (is_huge ? CPT_HUGE : 0));
	folio_lock(ram);
	(is_huge ? put_pmd : put_pte)(0, moving);
	ktest_assert_int_equal(ask(0, pages, 0), 0);
	ktest_assert_u64_equal(slots[0], 0);
	ktest_assert_true(sim_task_create(SIM_TASK_KTHREAD, "asks", -1, asks, &pages) != NULL);
	sim_task_settle();
	assert_said("");
	(is_huge ? put_pmd : put_pte)(0, there);
	folio_unlock(ram);
	sim_task_settle();
	assert_said("0");
	ktest_assert_u64_equal(slots[pages - 1],
			       (folio_pfn(ram) + pages - 1) | V | (is_huge ? PMD : 0));
	(is_huge ? put_pmd : put_pte)(0, 0);
	teardown();
}

static void test_wait_for_a_page_on_the_move(void **state)
{
	wait_for_migration(false);
}

static void test_wait_for_a_huge_page_on_the_move(void **state)
{
	wait_for_migration(true);
}

static void test_faults_for_reading_and_writing(void **state)
{
	setup();
	ktest_assert_int_equal(ask(0, 3, READ_FAULT), 0);
	ktest_assert_u64_equal(slots[2], fault_state()->zero_pfn | V);
	/* The zero page is replaced, which is an invalidation of its own. */
	ktest_assert_int_equal(ask(1, 1, WRITE_FAULT), -EBUSY);
	ktest_assert_int_equal(ask(1, 1, WRITE_FAULT), 0);
	ktest_assert_u64_equal(slots[0] & HMM_PFN_FLAGS, VW);
	ktest_assert_u64_not_equal(slots[0] & ~HMM_PFN_FLAGS, fault_state()->zero_pfn);
	ktest_assert_int_equal(ask(0, 3, 0), 0);
	ktest_assert_u64_equal(slots[0], fault_state()->zero_pfn | V);
	ktest_assert_u64_equal(slots[1] & HMM_PFN_FLAGS, VW);
	teardown();
}

/* One page needs a fault: all behind it in the chunk are faulted, the device's own page too. */
static void test_one_fault_takes_the_rest_of_its_chunk(void **state)
{
	setup();
	put_pte(1, entry_of(OWN, CPT_DEVICE_PRIVATE_WRITE, 0));
	memset(slots, 0, sizeof(slots));
	slots[2] = READ_FAULT;
	/* Behind the device's page: it stays. */
	ktest_assert_int_equal(ask_masked(0, 4, 0, READ_FAULT), 0);
	ktest_assert_u64_equal(faulted, 0);
	ktest_assert_u64_equal(slots[0], 0);
	ktest_assert_u64_equal(slots[1], folio_pfn(own) | VW);
	ktest_assert_u64_equal(slots[2], fault_state()->zero_pfn | V);
	/* Not asked for, but in the same chunk. */
	ktest_assert_u64_equal(slots[3], fault_state()->zero_pfn | V);
	memset(slots, 0, sizeof(slots));
	slots[0] = READ_FAULT;
	ktest_assert_int_equal(ask_masked(0, 4, 0, READ_FAULT), -EFAULT);
	ktest_assert_u64_equal(faulted, 1);
	put_pte(1, 0);
	teardown();
}

/* A chunk ends with its PMD where there is a table of PMDs, else with the hole above. */
static void test_chunks_of_holes(void **state)
{
	setup();
	slots[0] = READ_FAULT;
	ktest_assert_int_equal(ask_masked(0, BASE_PAGES, 0, READ_FAULT), 0);
	ktest_assert_u64_equal(slots[0], fault_state()->zero_pfn | V);
	ktest_assert_u64_equal(slots[BASE_PAGES - 1], fault_state()->zero_pfn | V);
	teardown();
	setup();
	pmd_of(0);
	slots[0] = READ_FAULT;
	ktest_assert_int_equal(ask_masked(0, BASE_PAGES, 0, READ_FAULT), 0);
	ktest_assert_u64_equal(slots[CPT_PMD_PAGES - 1], fault_state()->zero_pfn | V);
	ktest_assert_u64_equal(slots[CPT_PMD_PAGES], 0);
	teardown();
}

/* Of each huge page of such an area only the first slot's request counts. */
static void test_hugetlb_looks_at_the_first_request(void **state)
{
	unsigned long addr;

	setup_with("v7.0", 0, CPT_PMD_ORDER);
	ktest_assert_int_equal(sim_mmap(mm, BASE, CPT_PMD_SIZE, VM_READ,
					SIM_MAP_FIXED | VM_HUGETLB, 0, NULL, 0, &addr), 0);
	put_pmd(0, entry_of(RAM, 0, CPT_PRESENT | CPT_HUGE));
	slots[1] = WRITE_FAULT;
	ktest_assert_int_equal(ask_masked(0, CPT_PMD_PAGES, 0, ~0ul), 0);
	ktest_assert_u64_equal(slots[1], (folio_pfn(ram) + 1) | V | PMD);
	memset(slots, 0, sizeof(slots));
	slots[0] = WRITE_FAULT;
	ktest_assert_int_equal(ask_masked(0, CPT_PMD_PAGES, 0, ~0ul), FAULT);
	put_pmd(0, 0);
	teardown();
}

static void test_unlocked_form_is_newer_than_v70(void **state)
{
	struct svmsim_world *world = setup();
	struct hmm_range range = { .notifier = &notifier, .start = BASE, .end = BASE + PAGE_SIZE,
				   .hmm_pfns = slots, .default_flags = READ_FAULT };

	ktest_assert_int_equal(hmm_range_fault_unlocked_timeout(&range, 0), -EOPNOTSUPP);
	ktest_expect_report(world, "absent", 1);
	teardown();
}

static void bumps(void *arg)
{
	struct mmu_notifier_range change;

	for (unsigned int i = 0; i < *(unsigned int *)arg; i++) {
		mmu_notifier_range_init(&change, MMU_NOTIFY_CLEAR, 0, mm, BASE, BASE + 1);
		mmu_notifier_invalidate_range_start(&change);
		mmu_notifier_invalidate_range_end(&change);
		cond_resched();
	}
}

static void test_unlocked_form(void **state)
{
	struct hmm_range range = { .notifier = &notifier, .start = BASE, .end = BASE + PAGE_SIZE,
				   .hmm_pfns = slots, .default_flags = READ_FAULT };
	unsigned int count = 20;

	setup_with("v7.3", 0, 0);
	ktest_assert_true(sim_task_create(SIM_TASK_KTHREAD, "bumps", 1, bumps, &count) != NULL);
	ktest_assert_int_equal(hmm_range_fault_unlocked_timeout(&range, 0), 0);
	ktest_assert_u64_equal(slots[0], fault_state()->zero_pfn | V);
	sim_task_settle();
	mm_flags_set(MMF_UNSTABLE, mm);
	ktest_assert_int_equal(hmm_range_fault_unlocked_timeout(&range, 0), -EFAULT);
	ktest_assert_int_equal(down_read_trylock(&mm->mmap_lock), 1);
	mmap_read_unlock(mm);
	teardown();
}

/* A slow model: page by page, what the entries say. */
struct model_page {
	u64 entry;
	unsigned long out;
	bool valid;
	bool writable;
	bool is_fixed;
	bool is_bad;
};

static struct model_page draw_page(uint64_t *rng)
{
	switch (ktest_random(rng) % 8) {
	case 0:
		return (struct model_page){ .entry = entry_of(RAM, 0, CPT_PRESENT),
					    .out = folio_pfn(ram) | V, .valid = true };
	case 1:
		return (struct model_page){ .entry = entry_of(RAM, 0, CPT_PRESENT | CPT_WRITE),
					    .out = folio_pfn(ram) | VW, .valid = true,
					    .writable = true };
	case 2:
		return (struct model_page){ .entry = entry_of(OWN, CPT_DEVICE_PRIVATE_READ, 0),
					    .out = folio_pfn(own) | V, .is_fixed = true };
	case 3:
		return (struct model_page){ .entry = entry_of(NOTHING, CPT_MARKER_GUARD, 0),
					    .is_bad = true };
	case 4:
		return (struct model_page){ .entry = entry_of(RAM, 0, CPT_PROTNONE),
					    .out = folio_pfn(ram) };
	default:
		return (struct model_page){ 0 };
	}
}

static long model_error(const struct model_page *page, unsigned long asked)
{
	bool need_write = (asked & HMM_PFN_REQ_WRITE) && !page->writable;

	if (!(asked & HMM_PFN_REQ_FAULT) || page->is_fixed || (page->valid && !need_write))
		return 0;
	return page->is_bad ? -EFAULT : FAULT;
}

static void test_random_tables_against_a_slow_model(void **state)
{
	uint64_t rng = ktest_seed(7);
	struct model_page pages[40];

	setup();
	protect(VM_READ);
	for (unsigned int run = 0; run < 2000; run++) {
		unsigned long count = 1 + ktest_random(&rng) % 40, flags, asked[40];
		unsigned long from = ktest_random(&rng) % 2 ? CPT_PMD_PAGES - count / 2 : 3;
		long expected = 0;
		unsigned long done;

		ktest_context("run %u", run);
		/* Faults for reading would be taken: ask for them only where all are valid. */
		flags = ktest_random(&rng) % 4 ? 0 : WRITE_FAULT;
		for (unsigned long i = 0; i < count; i++) {
			pages[i] = draw_page(&rng);
			put_pte(from + i, pages[i].entry);
			asked[i] = ktest_random(&rng) % 8 ? 0 : WRITE_FAULT;
			slots[i] = asked[i];
		}
		for (done = 0; done < count && !expected; done++)
			expected = model_error(&pages[done], asked[done] | flags);
		done -= !!expected;
		ktest_assert_int_equal(ask_masked(from, count, flags, ~0ul), expected);
		for (unsigned long i = 0; i < count; i++) {
			put_pte(from + i, 0);
			ktest_assert_u64_equal(slots[i], i < done ? pages[i].out : asked[i]);
		}
	}
	teardown();
}

static const struct ktest tests[] = {
	KTEST(test_each_pte),
	KTEST(test_each_pmd),
	KTEST(test_quirk_counts_from_the_first_page_walked),
	KTEST(test_areas_without_memory),
	KTEST(test_what_is_asked_for_each_page),
	KTEST(test_invalidated_before_is_busy),
	KTEST(test_wait_for_a_page_on_the_move),
	KTEST(test_wait_for_a_huge_page_on_the_move),
	KTEST(test_faults_for_reading_and_writing),
	KTEST(test_one_fault_takes_the_rest_of_its_chunk),
	KTEST(test_chunks_of_holes),
	KTEST(test_hugetlb_looks_at_the_first_request),
	KTEST(test_unlocked_form_is_newer_than_v70),
	KTEST(test_unlocked_form),
	KTEST(test_random_tables_against_a_slow_model),
};
KTEST_MAIN(tests)
