// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* References and pins on user pages: what is found, counted, faulted in, unshared, refused. */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include "fault_fixture.h"
#include "kernel/event.h"
#include "kernel/inject.h"

#define HUGE 512ul

static struct mm_struct *gup_start(u32 orders)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = 64ull << 20,
							    .cpu_count = 1 } },
						.thp_always = orders };
	struct mm_struct *mm;

	fault_world(&machine);
	mm = mm_create();
	current->mm = mm;
	return mm;
}

static void gup_end(struct mm_struct *mm)
{
	struct svmsim_world *world = sim_world;

	current->mm = NULL;
	mmput(mm);
	lru_add_drain_all();
	sim_phys_set_watch(world, NULL);
	sim_world_finish(world);
	assert_all_free(world);
}

static long pin_at(unsigned long page, unsigned long count, unsigned int flags,
		   struct page **pages)
{
	long got;

	mmap_read_lock(current->mm);
	got = pin_user_pages(BASE + page * PAGE_SIZE, count, flags, pages);
	mmap_read_unlock(current->mm);
	return got;
}

static long get_at(unsigned long page, unsigned long count, unsigned int flags,
		   struct page **pages)
{
	long got;

	mmap_read_lock(current->mm);
	got = get_user_pages(BASE + page * PAGE_SIZE, count, flags, pages);
	mmap_read_unlock(current->mm);
	return got;
}

static u64 faults(void)
{
	return sim_world->events.count[SIM_EVENT_PAGE_FAULT_KERNEL];
}

static void test_get_faults_in_and_takes_references(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *pages[4];

	map_at(mm, 0, 4, RW);
	ktest_assert_int_equal(get_at(0, 4, FOLL_WRITE, pages), 4);
	ktest_assert_u64_equal(faults(), 4);
	lru_add_drain();
	for (unsigned int i = 0; i < 4; i++) {
		ktest_assert_ptr_equal(pages[i], &folio_at(mm, i)->page);
		ktest_assert_int_equal(page_count(pages[i]), 2);
		ktest_assert_false(folio_maybe_dma_pinned(page_folio(pages[i])));
		put_page(pages[i]);
	}
	/* They are there now. */
	ktest_assert_int_equal(get_at(1, 2, 0, NULL), 2);
	ktest_assert_u64_equal(faults(), 4);
	gup_end(mm);
}

static void test_pin_of_a_small_page_is_a_bias(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *pages[2];

	map_at(mm, 0, 4, RW);
	write_at(mm, 1, 3);
	lru_add_drain();
	ktest_assert_int_equal(pin_at(1, 1, FOLL_WRITE, pages), 1);
	ktest_assert_int_equal(pin_user_pages_fast(BASE + PAGE_SIZE, 1, FOLL_WRITE, pages + 1), 1);
	ktest_assert_int_equal(page_count(pages[0]), 1 + 2 * GUP_PIN_COUNTING_BIAS);
	ktest_assert_true(folio_maybe_dma_pinned(page_folio(pages[0])));
	unpin_user_pages(pages, 2);
	ktest_assert_int_equal(page_count(pages[0]), 1);
	ktest_assert_true(mm_flags_test(MMF_HAS_PINNED, mm));
	gup_end(mm);
}

static void test_pins_of_a_large_folio_are_counted_apart(void **state)
{
	struct mm_struct *mm = gup_start(1 << 9);
	struct page *pages[8];
	struct folio *folio;

	map_at(mm, 0, HUGE, RW);
	ktest_assert_int_equal(pin_at(509, 8, FOLL_WRITE, pages), 3);
	folio = folio_at(mm, 0);
	ktest_assert_ptr_equal(pages[2], &folio->page + 511);
	ktest_assert_int_equal(atomic_read(&folio->_pincount), 3);
	ktest_assert_true(folio_maybe_dma_pinned(folio));
	unpin_user_pages_dirty_lock(pages, 3, true);
	ktest_assert_int_equal(atomic_read(&folio->_pincount), 0);
	ktest_assert_false(folio_maybe_dma_pinned(folio));
	ktest_assert_true(folio_test_dirty(folio));
	lru_add_drain();
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_int_equal(get_user_pages_fast(BASE, 8, FOLL_WRITE, pages), 8);
	ktest_assert_int_equal(folio_ref_count(folio), 9);
	for (unsigned int i = 0; i < 8; i++)
		put_page(pages[i]);
	gup_end(mm);
}

static void test_fast_takes_what_is_there_and_faults_for_the_rest(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *pages[4];

	map_at(mm, 0, 4, RW);
	write_at(mm, 0, 1);
	write_at(mm, 1, 1);
	write_at(mm, 3, 1);
	ktest_assert_int_equal(get_user_pages_fast_only(BASE, 4, FOLL_WRITE, pages), 2);
	ktest_assert_u64_equal(faults(), 0);
	put_page(pages[0]);
	put_page(pages[1]);
	ktest_assert_int_equal(pin_user_pages_fast(BASE, 4, FOLL_WRITE, pages), 4);
	ktest_assert_u64_equal(faults(), 1);
	unpin_user_pages(pages, 4);
	/* The area ends; the pages before are the caller's. */
	ktest_assert_int_equal(pin_user_pages_fast(BASE + 2 * PAGE_SIZE, 4, 0, pages), 2);
	unpin_user_pages(pages, 2);
	ktest_assert_int_equal(pin_user_pages_fast(BASE + 4 * PAGE_SIZE, 1, 0, pages), -EFAULT);
	ktest_assert_int_equal(pin_user_pages_fast(CPT_ADDRESS_END, 1, 0, pages), -EFAULT);
	gup_end(mm);
}

/* A pin must see what is written later: the page has to be this mm's alone before. */
static void test_pin_for_reading_unshares(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *pages[1];
	struct folio *folio;
	u64 entry;

	map_at(mm, 0, 1, RW);
	write_at(mm, 0, 7);
	lru_add_drain();
	folio = folio_at(mm, 0);
	entry = entry_at(mm, 0) & ~CPT_WRITE;
	set_entry_at(mm, 0, entry);
	ClearPageAnonExclusive(&folio->page);
	folio_get(folio);
	/* A reference doesn't. */
	ktest_assert_int_equal(get_at(0, 1, 0, pages), 1);
	ktest_assert_ptr_equal(pages[0], &folio->page);
	put_page(pages[0]);
	assert_ranges("");
	ktest_assert_int_equal(pin_user_pages_fast(BASE, 1, 0, pages), 1);
	assert_ranges("CLEAR 0-1");
	ktest_assert_true(pages[0] != &folio->page && PageAnonExclusive(pages[0]));
	/* Unsharing is not writing. */
	ktest_assert_false(cpt_write(entry_at(mm, 0)));
	ktest_assert_int_equal(read_at(mm, 0), 7);
	write_at(mm, 0, 8);
	ktest_assert_ptr_equal(&folio_at(mm, 0)->page, pages[0]);
	unpin_user_page(pages[0]);
	folio_put(folio);
	gup_end(mm);
}

static void test_zero_page_is_not_pinned_and_not_for_long(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *zero, *page;
	int before;

	map_at(mm, 0, 2, RW);
	read_at(mm, 0);
	zero = pfn_to_page(fault_state()->zero_pfn);
	before = page_count(zero);
	ktest_assert_int_equal(pin_at(0, 1, 0, &page), 1);
	ktest_assert_ptr_equal(page, zero);
	ktest_assert_int_equal(page_count(zero), before);
	unpin_user_page(page);
	ktest_assert_int_equal(page_count(zero), before);
	ktest_assert_int_equal(pin_at(0, 1, FOLL_LONGTERM, &page), 1);
	ktest_assert_true(page != zero && PageAnon(page));
	assert_ranges("CLEAR 0-1");
	unpin_user_page(page);
	gup_end(mm);
}

static const struct {
	const char *name;
	unsigned long prot;
	unsigned long area;
	unsigned int flags;
	long result;
} rights[] = {
	{ "write to a read-only area", VM_READ, 0, FOLL_WRITE, -EFAULT },
	{ "the same by force", VM_READ, 0, FOLL_WRITE | FOLL_FORCE, 1 },
	{ "nothing is allowed", 0, 0, 0, -EFAULT },
	{ "read by force", 0, 0, FOLL_FORCE, 1 },
	{ "device memory", VM_READ, VM_IO, 0, -EFAULT },
	{ "no pages", VM_READ, VM_PFNMAP, 0, -EFAULT },
	{ "only what is there", VM_READ, 0, FOLL_NOFAULT, -EFAULT },
	{ "a dump leaves holes out", VM_READ, 0, FOLL_DUMP, -EFAULT },
};

static void test_rights_of_areas(void **state)
{
	for (unsigned int i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		struct mm_struct *mm = gup_start(0);
		struct page *page;
		unsigned long addr;

		ktest_context("%s", rights[i].name);
		ktest_assert_int_equal(sim_mmap(mm, BASE, PAGE_SIZE, rights[i].prot,
						SIM_MAP_FIXED | rights[i].area, 0, NULL, 0,
						&addr), 0);
		ktest_assert_int_equal(get_at(0, 1, rights[i].flags, &page), rights[i].result);
		if (rights[i].result > 0)
			put_page(page);
		ktest_assert_int_equal(get_at(1, 1, rights[i].flags, &page), -EFAULT);
		gup_end(mm);
	}
}

static void test_force_writes_to_a_copy_that_stays_read_only(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *page, *again;

	map_at(mm, 0, 1, VM_READ);
	ktest_assert_int_equal(get_at(0, 1, FOLL_WRITE | FOLL_FORCE, &page), 1);
	ktest_assert_false(cpt_write(entry_at(mm, 0)));
	ktest_assert_int_equal(get_at(0, 1, FOLL_WRITE | FOLL_FORCE, &again), 1);
	ktest_assert_ptr_equal(page, again);
	ktest_assert_int_equal(write_err(mm, 0, 1), -EFAULT);
	put_page(page);
	put_page(again);
	gup_end(mm);
}

static void test_arguments_that_nobody_may_pass(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *page;

	map_at(mm, 0, 1, RW);
	/* Each place warns once. */
	ktest_assert_int_equal(get_at(0, 1, 1 << 19, &page), -EINVAL);
	ktest_assert_int_equal(get_at(0, 1, FOLL_LONGTERM, &page), -EINVAL);
	ktest_assert_int_equal(get_at(0, 1, FOLL_GET, NULL), -EINVAL);
	ktest_assert_int_equal(pin_at(0, 1, FOLL_GET, &page), 0);
	ktest_expect_report(sim_world, "warn", 4);
	gup_end(mm);
}

static void test_pages_of_several_areas(void **state)
{
	struct mm_struct *mm = gup_start(0);
	struct page *pages[6];

	map_at(mm, 0, 2, RW);
	map_at(mm, 2, 2, VM_READ);
	map_at(mm, 5, 1, RW);
	ktest_assert_int_equal(get_at(0, 6, 0, pages), 4);
	for (unsigned int i = 0; i < 4; i++)
		put_page(pages[i]);
	ktest_assert_int_equal(get_at(0, 6, FOLL_WRITE, pages), 2);
	put_page(pages[0]);
	put_page(pages[1]);
	gup_end(mm);
}

/* Each allocation fails once. */
static void test_failing_allocations_give_back_what_was_got(void **state)
{
	bool failed = true;

	for (u64 nth = 1; failed; nth++) {
		struct mm_struct *mm = gup_start(0);
		struct page *pages[3];
		long got;

		map_at(mm, 0, 3, RW);
		sim_inject_kind_nth(sim_world, &sim_fault_page, nth);
		got = pin_user_pages_fast(BASE, 3, FOLL_WRITE, pages);
		failed = sim_inject_kind_failed(sim_world);
		sim_inject_kind_nth(sim_world, &sim_fault_page, 0);
		ktest_assert_true(failed ? got < 3 : got == 3);
		if (got > 0)
			unpin_user_pages(pages, got);
		else
			ktest_assert_int_equal(got, -ENOMEM);
		gup_end(mm);
	}
}

static const struct ktest tests[] = {
	KTEST(test_get_faults_in_and_takes_references),
	KTEST(test_pin_of_a_small_page_is_a_bias),
	KTEST(test_pins_of_a_large_folio_are_counted_apart),
	KTEST(test_fast_takes_what_is_there_and_faults_for_the_rest),
	KTEST(test_pin_for_reading_unshares),
	KTEST(test_zero_page_is_not_pinned_and_not_for_long),
	KTEST(test_rights_of_areas),
	KTEST(test_force_writes_to_a_copy_that_stays_read_only),
	KTEST(test_arguments_that_nobody_may_pass),
	KTEST(test_pages_of_several_areas),
	KTEST(test_failing_allocations_give_back_what_was_got),
};
KTEST_MAIN(tests)
