// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Writes to pages that are mapped read-only: when the page is reused, when it is copied. */
#include <linux/pagemap.h>
#include "fault_fixture.h"
#include "mm/move_internal.h"

static struct svmsim_world *cow_world(const char *kernel)
{
	struct svmsim_machine machine = { .node_count = 1,
					  .node = { { .ram_bytes = 64ull << 20, .cpu_count = 1 } },
					  .swap_bytes = 1 << 20,
					  .thp_always = 1 << 2 };

	scnprintf(machine.kernel, sizeof(machine.kernel), "%s", kernel);
	return fault_world(&machine);
}

/* As fork leaves it once the child is gone. */
static struct folio *share(struct mm_struct *mm, unsigned long page)
{
	u64 entry = entry_at(mm, page);

	ClearPageAnonExclusive(pfn_to_page(cpt_pfn(entry)));
	set_entry_at(mm, page, entry & ~CPT_WRITE);
	return pfn_folio(cpt_pfn(entry));
}

static void nothing(struct folio *folio)
{
}

static void to_swap_cache(struct folio *folio)
{
	folio_lock(folio);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	folio_unlock(folio);
}

static void unlock(struct folio *folio)
{
	folio_unlock(folio);
}

static void lock(struct folio *folio)
{
	folio_lock(folio);
}

/*
 * What else uses a small page that is not known to be exclusive. The first two are no more than
 * references that nobody needs.
 */
static const struct {
	const char *name;
	void (*before)(struct folio *folio);
	void (*after)(struct folio *folio);
	bool drained;
	bool reused;
} users[] = {
	{ "nobody", nothing, nothing, true, true },
	{ "a batch of the LRU", nothing, nothing, false, true },
	{ "the swap cache", to_swap_cache, nothing, true, true },
	{ "the swap cache and a batch", to_swap_cache, nothing, false, true },
	{ "a reference", folio_get, folio_put, true, false },
	{ "a lock", lock, unlock, true, false },
};

static void test_small_page_is_reused_when_nobody_else_has_it(void **state)
{
	for (unsigned int i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		struct svmsim_world *world = cow_world("v7.0");
		struct mm_struct *mm = mm_create();
		struct folio *folio;

		ktest_context("%s", users[i].name);
		map_at(mm, 0, 2, RW);
		write_at(mm, 1, 1);
		if (users[i].drained)
			lru_add_drain();
		folio = share(mm, 1);
		users[i].before(folio);
		write_at(mm, 1, 2);
		ktest_assert_int_equal(folio_at(mm, 1) == folio, users[i].reused);
		ktest_assert_true(PageAnonExclusive(&folio_at(mm, 1)->page));
		ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1);
		assert_ranges(users[i].reused ? "" : "CLEAR 1-2");
		if (!users[i].reused)
			ktest_assert_int_equal(folio_mapcount(folio), 0);
		users[i].after(folio);
		ktest_assert_int_equal(read_at(mm, 1), 2);
		mm_end(world, mm);
	}
}

static void test_exclusive_page_is_reused_whoever_has_references(void **state)
{
	struct svmsim_world *world = cow_world("v7.0");
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 2, RW);
	write_at(mm, 0, 1);
	folio = share(mm, 0);
	SetPageAnonExclusive(&folio->page);
	folio_get(folio);
	write_at(mm, 0, 2);
	ktest_assert_ptr_equal(folio_at(mm, 0), folio);
	folio_put(folio);
	assert_ranges("");
	mm_end(world, mm);
}

static const struct {
	const char *name;
	const char *kernel;
	unsigned int mapped;
	bool extra;
	bool reused;
} large[] = {
	{ "all of it", "v7.0", 4, false, true },
	{ "most of it", "v7.0", 3, false, true },
	{ "one page of it", "v7.0", 1, false, false },
	{ "all of it, and a reference", "v7.0", 4, true, false },
	{ "all of it, before large folios could be", "v6.12", 4, false, false },
};

static void test_large_folio_is_reused_when_all_users_are_this_mm(void **state)
{
	for (unsigned int i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		struct svmsim_world *world = cow_world(large[i].kernel);
		struct mm_struct *mm = mm_create();
		struct folio *folio;

		ktest_context("%s", large[i].name);
		map_at(mm, 0, 4, RW);
		write_at(mm, 0, 1);
		folio = folio_at(mm, 0);
		ktest_assert_int_equal(folio_order(folio), 2);
		ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 4);
		lru_add_drain();
		if (large[i].mapped < 4)
			unmap_at(mm, large[i].mapped, 4 - large[i].mapped);
		ranges_clear();
		for (unsigned int page = 0; page < large[i].mapped; page++)
			share(mm, page);
		if (large[i].extra)
			folio_get(folio);
		write_at(mm, 0, 2);
		ktest_assert_int_equal(folio_at(mm, 0) == folio, large[i].reused);
		/* Of the other pages nothing is known yet. */
		if (large[i].mapped > 1)
			ktest_assert_false(cpt_write(entry_at(mm, 1)));
		assert_ranges(large[i].reused ? "" : "CLEAR 0-1");
		if (large[i].extra)
			folio_put(folio);
		mm_end(world, mm);
	}
}

static const struct {
	const char *name;
	u32 orders;
	/* The parent's write while the child has the rest of the folio. */
	bool is_copied;
} forks[] = {
	{ "a small page", 0, false },
	{ "a folio of four pages", 1 << 2, true },
	{ "a huge page", 1 << 9, true },
};

static void test_fork_shares_until_one_of_them_is_gone(void **state)
{
	for (unsigned int i = 0; i < sizeof(forks) / sizeof(forks[0]); i++) {
		const struct svmsim_machine machine = {
			.node_count = 1,
			.node = { { .ram_bytes = 64ull << 20, .cpu_count = 1 } },
			.thp_always = forks[i].orders,
		};
		struct svmsim_world *world = fault_world(&machine);
		struct mm_struct *mm = mm_create(), *child;
		struct folio *folio;

		ktest_context("%s", forks[i].name);
		map_at(mm, 0, 512, RW);
		write_at(mm, 0, 1);
		write_at(mm, 1, 1);
		lru_add_drain();
		folio = folio_at(mm, 0);
		ktest_assert_int_equal(sim_fork(mm, &child), 0);
		write_at(child, 0, 2);
		ktest_assert_true(folio_at(child, 0) != folio);
		ktest_assert_int_equal(read_at(mm, 0), 1);
		/* Of a small page that was the last other user. */
		write_at(mm, 0, 3);
		ktest_assert_int_equal(folio_at(mm, 0) != folio, forks[i].is_copied);
		ktest_assert_int_equal(read_at(child, 0), 2);
		ktest_assert_int_equal(read_at(child, 1), 1);
		mmput(child);
		lru_add_drain();
		folio = folio_at(mm, 1);
		write_at(mm, 1, 4);
		ktest_assert_ptr_equal(folio_at(mm, 1), folio);
		ktest_assert_int_equal(read_at(mm, 0), 3);
		mm_end(world, mm);
	}
}

/* A page with a struct page behind it is copied by that, memory of a driver by address. */
static void test_private_copy_of_a_drivers_memory(void **state)
{
	struct svmsim_world *world = cow_world("v7.0");
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct mm_struct *mm = mm_create();
	u8 value = 3;

	map_at(mm, 0, 1, RW);
	sim_phys_write(world, page_to_phys(page) + 5, &value, 1);
	set_entry_at(mm, 0, cpt_make_leaf(page_to_pfn(page), CPT_PRESENT | CPT_SPECIAL));
	ktest_assert_int_equal(read_at(mm, 0), 3);
	ktest_assert_int_equal(sim_cpu_write(mm, BASE, &value, 1), 0);
	ktest_assert_int_equal(read_at(mm, 0), 3);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1);
	__free_page(page);
	mm_end(world, mm);
}

static const struct ktest tests[] = {
	KTEST(test_small_page_is_reused_when_nobody_else_has_it),
	KTEST(test_exclusive_page_is_reused_whoever_has_references),
	KTEST(test_large_folio_is_reused_when_all_users_are_this_mm),
	KTEST(test_fork_shares_until_one_of_them_is_gone),
	KTEST(test_private_copy_of_a_drivers_memory),
};
KTEST_MAIN(tests)
