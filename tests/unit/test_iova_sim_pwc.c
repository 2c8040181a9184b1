// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The cache of tables in the hardware's walk: what it keeps, and what each driver has it forget. */
#include "iommu_fixture.h"
#include "iova_sim/pwc.h"

#define B 0x40000000ull
#define P 0x80001000ull

static struct pwc *pwc_of(const struct iommu_fixture *f)
{
	return f->sdom->state->pwc;
}

/* Where the hardware gets to, 0 when nowhere. */
static u64 walk(struct iommu_fixture *f, u64 iova)
{
	struct iopt_leaf leaf;
	bool cached;

	if (!pwc_walk(pwc_of(f), f->sdom, iova, &leaf, &cached))
		return 0;
	return leaf.phys + (iova - leaf.iova);
}

/* Whether a walk to @iova begins at a cached table. */
static bool is_cached(struct iommu_fixture *f, u64 iova)
{
	struct iopt_leaf leaf;
	bool cached;

	pwc_walk(pwc_of(f), f->sdom, iova, &leaf, &cached);
	return cached;
}

static void drop(struct iommu_fixture *f)
{
	ktest_assert_true(pwc_is_valid(pwc_of(f)));
	fixture_drop(f);
}

static void test_walk_begins_at_the_lowest_cached_table(void **state)
{
	struct iommu_fixture f;
	struct pwc *pwc;

	fixture_make(&f, "generic-pt", "vtdss", false, 4, 0);
	pwc = pwc_of(&f);
	do_map(&f, B, P, 2 * PAGE);
	do_map(&f, B + MID, 2 * P, PAGE);
	ktest_assert_u64_equal(walk(&f, B + 8), P + 8);
	ktest_assert_u64_equal(pwc->miss_count, 1);
	/* Tables of levels 2, 1 and 0; the top is none. */
	ktest_assert_int_equal(pwc->level_count[0] + pwc->level_count[1] + pwc->level_count[2], 3);
	ktest_assert_int_equal(pwc->level_count[3], 0);
	ktest_assert_u64_equal(walk(&f, B + PAGE), P + PAGE);
	ktest_assert_u64_equal(pwc->hit_count, 1);
	ktest_assert_int_equal(pwc->level_count[0], 1);
	/* From the table of level 1, where the walk learns of another of level 0. */
	ktest_assert_u64_equal(walk(&f, B + MID), 2 * P);
	ktest_assert_u64_equal(pwc->hit_count, 2);
	ktest_assert_int_equal(pwc->level_count[0], 2);
	/* Holes and what is beyond the tables are no translation; a hole is walked like others. */
	ktest_assert_u64_equal(walk(&f, B + 2 * PAGE), 0);
	ktest_assert_u64_equal(walk(&f, ~0ull), 0);
	ktest_assert_u64_equal(pwc->hit_count, 3);
	ktest_assert_u64_equal(pwc->miss_count, 1);
	drop(&f);
}

static void test_large_leaf_ends_the_walk(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "generic-pt", "vtdss", false, 4, 0);
	do_map(&f, B, 2 * BIG, MID);
	ktest_assert_u64_equal(walk(&f, B + MID - 1), 2 * BIG + MID - 1);
	ktest_assert_int_equal(pwc_of(&f)->level_count[0], 0);
	ktest_assert_int_equal(pwc_of(&f)->level_count[1], 1);
	drop(&f);
}

/* Neighbouring spans take different places; the same place is taken by whoever came last. */
static void test_place_is_taken_by_the_latest(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "generic-pt", "vtdss", false, 4, 0);
	for (u64 i = 0; i <= PWC_SLOT_COUNT; i++) {
		do_map(&f, B + i * MID, P, PAGE);
		walk(&f, B + i * MID);
	}
	ktest_assert_int_equal(pwc_of(&f)->level_count[0], PWC_SLOT_COUNT);
	ktest_assert_u64_equal(pwc_of(&f)->hit_count, PWC_SLOT_COUNT);
	/* The first one was replaced, so this walk fills its place again. */
	walk(&f, B);
	ktest_assert_u64_equal(walk(&f, B), P);
	ktest_assert_int_equal(pwc_of(&f)->level_count[0], PWC_SLOT_COUNT);
	drop(&f);
}

static void test_range_drops_tables_that_it_touches(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "generic-pt", "vtdss", false, 4, 0);
	do_map(&f, B, P, PAGE);
	do_map(&f, B + MID, P, PAGE);
	walk(&f, B);
	walk(&f, B + MID);
	pwc_invalidate_range(pwc_of(&f), f.sdom, B + MID, B + MID);
	/* The tables above cover that address as well. */
	ktest_assert_int_equal(pwc_of(&f)->level_count[0], 1);
	ktest_assert_int_equal(pwc_of(&f)->level_count[1], 0);
	ktest_assert_int_equal(pwc_of(&f)->level_count[2], 0);
	ktest_assert_true(is_cached(&f, B));
	pwc_invalidate_range(pwc_of(&f), f.sdom, B - 1, B - 1);
	ktest_assert_true(is_cached(&f, B));
	pwc_invalidate_range(pwc_of(&f), f.sdom, 0, ~0ull);
	ktest_assert_false(is_cached(&f, B));
	drop(&f);
}

static void test_domains_do_not_share_tables(void **state)
{
	struct iommu_fixture f;
	struct sim_domain *other;
	struct iopt_leaf leaf;
	bool cached;

	fixture_make(&f, "generic-pt", "vtdss", false, 4, 0);
	ktest_assert_int_equal(sim_domain_create(f.world, "amd-legacy", NULL, false, &other), 0);
	do_map(&f, B, P, PAGE);
	iommu_map(&other->domain, B, 2 * P, PAGE, RW, GFP_ATOMIC);
	walk(&f, B);
	ktest_assert_true(pwc_walk(pwc_of(&f), other, B, &leaf, &cached));
	ktest_assert_false(cached);
	ktest_assert_u64_equal(leaf.phys, 2 * P);
	ktest_assert_u64_equal(walk(&f, B), P);
	pwc_invalidate_domain(pwc_of(&f), f.sdom);
	ktest_assert_false(is_cached(&f, B));
	ktest_assert_true(pwc_walk(pwc_of(&f), other, B, &leaf, &cached));
	ktest_assert_true(cached);
	/* A domain that goes takes its tables along. */
	sim_domain_destroy(other);
	ktest_assert_int_equal(pwc_of(&f)->level_count[0], 1);
	drop(&f);
}

static void test_reset_and_epoch_wrap(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "generic-pt", "vtdss", false, 4, 0);
	do_map(&f, B, P, PAGE);
	walk(&f, B);
	pwc_of(&f)->epoch = ~0u;
	pwc_reset(pwc_of(&f));
	ktest_assert_int_equal(pwc_of(&f)->epoch, 1);
	ktest_assert_u64_equal(pwc_of(&f)->hit_count + pwc_of(&f)->miss_count, 0);
	ktest_assert_false(is_cached(&f, B));
	drop(&f);
}

struct flush_row {
	const char *profile;
	const char *fmt;
	/* Whether tables stay cached after an unmap of a page, and of all that a table covers. */
	bool after_page;
	bool after_table;
};

/* Legacy AMD frees no table on unmap, and has the hardware forget it all the same. */
static const struct flush_row flush_rows[] = {
	{ "generic-pt", "vtdss", true, false },	 { "generic-pt", "x86-64", true, false },
	{ "generic-pt", "amdv1", false, false }, { "generic-pt", "amdv1-2k", false, false },
	{ "vtd-legacy", NULL, true, false },	 { "arm-lpae", NULL, true, false },
	{ "amd-legacy", NULL, false, false },
};

static void test_each_driver_spares_what_it_says(void **state)
{
	for (size_t i = 0; i < sizeof(flush_rows) / sizeof(flush_rows[0]); i++) {
		const struct flush_row *row = &flush_rows[i];
		struct iommu_fixture f;

		ktest_context("%s %s", row->profile, row->fmt ? row->fmt : "");
		fixture_make(&f, row->profile, row->fmt, false, 0, 0);
		do_map(&f, B, P, MID);
		do_unmap(&f, B + 4 * PAGE, PAGE);
		do_map(&f, B + 4 * PAGE, P, PAGE);
		walk(&f, B);
		do_unmap(&f, B + 4 * PAGE, PAGE);
		ktest_assert_int_equal(is_cached(&f, B), row->after_page);
		do_map(&f, B + 4 * PAGE, P, PAGE);
		do_unmap(&f, B, MID);
		ktest_assert_int_equal(pwc_of(&f)->level_count[0] != 0, row->after_table);
		f.domain->ops->flush_iotlb_all(f.domain);
		ktest_assert_false(is_cached(&f, B));
		drop(&f);
	}
}

/* A table that gives way to a large leaf is forgotten before its page is used again. */
static void test_replaced_table_is_forgotten(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae",
						"amd-legacy" };

	for (unsigned int i = 0; i < 4; i++) {
		struct iommu_fixture f;

		ktest_context("%s", profiles[i]);
		fixture_make(&f, profiles[i], NULL, false, 0, 0);
		do_map(&f, B, P, PAGE);
		ktest_assert_u64_equal(walk(&f, B), P);
		do_unmap(&f, B, PAGE);
		walk(&f, B);
		do_map(&f, B, 3 * BIG, MID);
		ktest_assert_u64_equal(walk(&f, B), 3 * BIG);
		drop(&f);
	}
}

/* With caching of absent entries a map is followed by an invalidation of everything. */
static void test_sync_of_a_map_forgets_tables(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "generic-pt", "vtdss", true, 4, 0);
	do_map(&f, B, P, PAGE);
	walk(&f, B);
	do_map(&f, B + PAGE, P, PAGE);
	ktest_assert_false(is_cached(&f, B));
	drop(&f);
}

/* A new top changes nothing about the tables below. */
static void test_growing_keeps_tables_cached(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "generic-pt", "amdv1", false, 0, 0);
	do_map(&f, B, P, PAGE);
	walk(&f, B);
	do_map(&f, 1ull << 50, 2 * P, PAGE);
	ktest_assert_true(is_cached(&f, B));
	ktest_assert_u64_equal(walk(&f, B), P);
	ktest_assert_u64_equal(walk(&f, 1ull << 50), 2 * P);
	ktest_assert_u64_equal(walk(&f, (1ull << 50) | B), 0);
	/* The old top is a table now; all of them can be walked from. */
	pwc_of(&f)->level_count[0] = 0;
	pwc_of(&f)->level_count[1] = 0;
	__builtin_memset(pwc_of(&f)->entry[0], 0, sizeof(pwc_of(&f)->entry[0]));
	__builtin_memset(pwc_of(&f)->entry[1], 0, sizeof(pwc_of(&f)->entry[1]));
	ktest_assert_u64_equal(walk(&f, B), P);
	drop(&f);
}

/* The planted bug: tables are freed while the hardware may still begin there. */
static void test_table_freed_without_invalidation_is_read(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_fixture f;
	struct page *page;

	/* This driver leaves the entries of a table that goes as they are. */
	fixture_make(&f, "vtd-legacy", NULL, false, 0, 0);
	do_map(&f, B, P, MID);
	walk(&f, B);
	iommu_iotlb_gather_init(&gather);
	iommu_unmap_fast(f.domain, B, MID, &gather);
	sim_profile_flush_leaves(f.sdom, B, B + MID - 1);
	do_map(&f, B, 2 * P, PAGE);
	ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, B), 2 * P);
	ktest_assert_u64_equal(walk(&f, B), P);

	/* In somebody else's hands the page says something else. */
	iopt_pages_free(f.world, &gather.freelist);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
	ktest_assert_u64_equal(walk(&f, B), 0);
	*(u64 *)page_address(page) = 0x5000003;
	ktest_assert_u64_equal(walk(&f, B), 0x5000000);
	/* With the invalidation that was missing all is well. */
	sim_profile_flush_range(f.sdom, B, B + MID - 1);
	ktest_assert_u64_equal(walk(&f, B), 2 * P);
	__free_pages(page, 0);
	drop(&f);
}

/* What is read may lead anywhere, out of memory too, and must not lead astray. */
static void test_garbage_is_walked(void **state)
{
	static const u64 garbage[] = { ~0ull, 0x7fffffffffffffff, 0xa5a5a5a5a5a5a5a5,
				       0x000ffffffffff001, 0x000ffffffffffe01, 0x601, 1 };

	for (unsigned int fmt = 0; iopt_fmt_name(fmt); fmt++) {
		struct iommu_fixture f;
		struct pwc *pwc;

		fixture_make(&f, "generic-pt", iopt_fmt_name(fmt), false, 0, 0);
		pwc = pwc_of(&f);
		for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
			u64 *table = sim_phys_table_alloc(f.world);

			ktest_context("%s, %llx", iopt_fmt_name(fmt), garbage[i]);
			for (unsigned int n = 0; n < 512; n++)
				table[n] = garbage[i];
			do_map(&f, B, P, PAGE);
			walk(&f, B);
			for (unsigned int level = 0; level < PWC_LEVEL_COUNT; level++)
				for (unsigned int n = 0; n < PWC_SLOT_COUNT; n++)
					pwc->entry[level][n].phys = sim_phys_of(f.world, table);
			walk(&f, B);
			pwc->level_count[0] = 0;
			__builtin_memset(pwc->entry[0], 0, sizeof(pwc->entry[0]));
			walk(&f, B);
			sim_profile_flush_range(f.sdom, 0, ~0ull);
			ktest_assert_u64_equal(walk(&f, B), P);
			do_unmap(&f, B, PAGE);
			sim_phys_table_free(f.world, table);
		}
		drop(&f);
	}
}

static const struct ktest tests[] = {
	KTEST(test_walk_begins_at_the_lowest_cached_table),
	KTEST(test_large_leaf_ends_the_walk),
	KTEST(test_place_is_taken_by_the_latest),
	KTEST(test_range_drops_tables_that_it_touches),
	KTEST(test_domains_do_not_share_tables),
	KTEST(test_reset_and_epoch_wrap),
	KTEST(test_each_driver_spares_what_it_says),
	KTEST(test_replaced_table_is_forgotten),
	KTEST(test_sync_of_a_map_forgets_tables),
	KTEST(test_growing_keeps_tables_cached),
	KTEST(test_table_freed_without_invalidation_is_read),
	KTEST(test_garbage_is_walked),
};
KTEST_MAIN(tests)
