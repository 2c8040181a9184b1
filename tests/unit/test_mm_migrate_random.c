/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A long range is finalized in groups of pages: what comes of it has to be what comes of the same
 * pages in short requests, which are finalized one by one.
 */
#include "migrate_fixture.h"

#define PAGES 200
/* Across the end of a table. */
#define FIRST (BASE + 400 * PAGE_SIZE)
#define RUNS 40

/* struct outcome - what an address has in the end */
struct outcome {
	int is_present;
	int soft;
	int may_write;
	int is_exclusive;
	int is_locked;
	int is_on_lru;
	int mapcount;
	int refs;
};

static void make_page(uint64_t *random, unsigned long addr)
{
	struct folio *folio;

	switch (ktest_random(random) % 8) {
	case 0:
		break;
	case 1:
		mig_device(&mig.own, addr, 0, true);
		break;
	case 2:
		mig_device(&mig.own, addr, 0, false);
		break;
	case 3:
		mig_device(&mig.other, addr, 0, true);
		break;
	case 4:
		folio = mig_ram(addr, 0, LEAF_RO);
		ClearPageAnonExclusive(&folio->page);
		break;
	case 5:
		mig_ram(addr, 0, LEAF_RO);
		break;
	default:
		mig_ram(addr, 0, LEAF_RW);
		break;
	}
}

/* The driver brings a page of the other side, of RAM, or nothing; or forgets the page. */
static void choose_dst(uint64_t *random, unsigned long i)
{
	struct folio *folio = NULL;

	if (!(mig.src[i] & M))
		return;
	switch (ktest_random(random) % 5) {
	case 0:
		return;
	case 1:
		folio = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);
		folio_lock(folio);
		break;
	default:
		folio = toy_alloc(&mig.own, 0);
		break;
	}
	mig.dst[i] = migrate_pfn(folio_pfn(folio));
	if (ktest_random(random) % 8 == 0)
		mig.src[i] &= ~M;
}

static void migrate_in_pieces(uint64_t *random, unsigned long piece)
{
	for (unsigned long first = 0; first < PAGES; first += piece) {
		mig_setup(FIRST + first * PAGE_SIZE, piece, SELECT_SYSTEM | SELECT_DEVICE);
		for (unsigned long i = 0; i < piece; i++)
			choose_dst(random, i);
		migrate_vma_pages(&mig.args);
		migrate_vma_finalize(&mig.args);
	}
}

static void look(struct outcome *outcomes)
{
	lru_add_drain();
	for (unsigned long i = 0; i < PAGES; i++) {
		u64 entry = mig_entry(FIRST + i * PAGE_SIZE);
		struct page *page = cpt_none(entry) ? NULL : pfn_to_page(cpt_pfn(entry));
		struct folio *folio = page ? page_folio(page) : NULL;

		outcomes[i] = (struct outcome){ .is_present = cpt_present(entry),
						.soft = cpt_soft(entry),
						.may_write = cpt_write(entry) };
		if (!folio)
			continue;
		ktest_assert_false(cpt_is_migration(entry));
		outcomes[i].is_exclusive = PageAnonExclusive(page);
		outcomes[i].is_locked = folio_test_locked(folio);
		outcomes[i].is_on_lru = folio_test_lru(folio);
		outcomes[i].mapcount = folio_mapcount(folio);
		outcomes[i].refs = folio_ref_count(folio);
	}
}

static void run(u64 seed, unsigned long piece, struct outcome *outcomes)
{
	uint64_t random = seed;

	mig_make();
	for (unsigned long i = 0; i < PAGES; i++)
		make_page(&random, FIRST + i * PAGE_SIZE);
	lru_add_drain();
	migrate_in_pieces(&random, piece);
	look(outcomes);
	mig_end();
}

static void test_long_ranges_end_as_short_ones(void **state)
{
	static struct outcome one_by_one[PAGES], in_groups[PAGES];
	u64 seed = ktest_seed(1);

	for (unsigned int i = 0; i < RUNS; i++) {
		run(seed + i, 50, one_by_one);
		run(seed + i, PAGES, in_groups);
		for (unsigned long page = 0; page < PAGES; page++) {
			ktest_context("seed %llu, page %lu", (unsigned long long)(seed + i), page);
			ktest_assert_memory_equal(&in_groups[page], &one_by_one[page],
						  sizeof(struct outcome));
			ktest_assert_false(in_groups[page].is_locked);
			ktest_assert_int_equal(in_groups[page].refs, in_groups[page].mapcount);
		}
	}
}

static const struct ktest tests[] = {
	KTEST(test_long_ranges_end_as_short_ones),
};
KTEST_MAIN(tests)
