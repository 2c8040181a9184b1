// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* References and pins where a device has the page. */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include "migrate_fixture.h"
#include "kernel/inject.h"

/* A page of a device where one of RAM could be; @value is its first byte. */
static struct folio *place(struct toy *toy, unsigned long page, u8 value)
{
	unsigned long addr = BASE + page * PAGE_SIZE;
	struct folio *folio = toy_alloc(toy, 0);
	bool is_private = folio_is_device_private(folio);
	u64 *pmd = cpt_pmd_alloc(mig.mm, addr);
	u64 entry;

	ktest_assert_int_equal(cpt_pte_alloc(mig.mm, addr, pmd), 0);
	folio_add_new_anon_rmap(folio, mig.vma, addr, RMAP_EXCLUSIVE);
	mm_rss_add(mig.mm, MM_ANONPAGES, 1);
	if (is_private) {
		toy->byte[toy_index(toy, &folio->page)] = value;
		entry = cpt_make_soft(CPT_DEVICE_PRIVATE_WRITE, folio_pfn(folio), 0);
	} else {
		sim_phys_write(sim_world, PFN_PHYS(folio_pfn(folio)), &value, 1);
		entry = cpt_make_leaf(folio_pfn(folio), CPT_PRESENT | CPT_WRITE | CPT_DIRTY);
	}
	cpt_set(mig.mm, addr, cpt_pte(pmd, addr), 0, entry);
	folio_unlock(folio);
	return folio;
}

static int pin(unsigned int flags, struct page **pages)
{
	int got;

	mmap_read_unlock(mig.mm);
	current->mm = mig.mm;
	got = pin_user_pages_fast(BASE, 2, flags, pages);
	current->mm = NULL;
	mmap_read_lock(mig.mm);
	return got;
}

static u8 byte_of(const struct page *page)
{
	u8 value = 0;

	sim_phys_read(sim_world, page_to_phys(page), &value, 1);
	return value;
}

static const struct {
	const char *name;
	bool is_private;
	unsigned int flags;
	bool stays;
} rows[] = {
	{ "private, to read", true, 0, false },
	{ "private, to write", true, FOLL_WRITE, false },
	{ "private, for long", true, FOLL_WRITE | FOLL_LONGTERM, false },
	{ "coherent, to read", false, 0, true },
	{ "coherent, to write", false, FOLL_WRITE, true },
	{ "coherent, for long", false, FOLL_LONGTERM, false },
	{ "coherent, to write for long", false, FOLL_WRITE | FOLL_LONGTERM, false },
};

static void test_what_a_pin_brings_to_ram(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct toy *toy;
		struct page *pages[2];

		ktest_context("%s", rows[i].name);
		mig_make();
		toy = rows[i].is_private ? &mig.own : &mig.coherent;
		place(toy, 0, 7);
		place(toy, 1, 8);
		ktest_assert_int_equal(pin(rows[i].flags, pages), 2);
		for (unsigned int n = 0; n < 2; n++) {
			ktest_assert_int_equal(is_zone_device_page(pages[n]), rows[i].stays);
			ktest_assert_int_equal(byte_of(pages[n]), 7 + n);
			ktest_assert_true(folio_maybe_dma_pinned(page_folio(pages[n])));
		}
		ktest_assert_u64_equal(toy_used(toy), rows[i].stays ? 2 : 0);
		unpin_user_pages(pages, 2);
		mig_end();
	}
}

/* Somebody else's reference keeps the page where it is: nothing is pinned then. */
static void test_coherent_page_in_use_can_not_be_pinned_for_long(void **state)
{
	struct folio *folio, *other;
	struct page *pages[2];

	mig_make();
	other = place(&mig.coherent, 0, 7);
	folio = place(&mig.coherent, 1, 8);
	folio_get(folio);
	ktest_assert_int_equal(pin(FOLL_LONGTERM, pages), -EBUSY);
	ktest_assert_int_equal(folio_ref_count(folio), 2);
	/* What came before it has moved. */
	ktest_assert_int_equal(folio_ref_count(other), 0);
	ktest_assert_u64_equal(toy_used(&mig.coherent), 1);
	folio_put(folio);
	mig_end();
}

static const struct ktest tests[] = {
	KTEST(test_what_a_pin_brings_to_ram),
	KTEST(test_coherent_page_in_use_can_not_be_pinned_for_long),
};
KTEST_MAIN(tests)
