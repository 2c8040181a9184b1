// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Random maps, unmaps and look-ups over 1 GiB against an array with one element for each 4 KiB
 * page. The array knows nothing of tables: it knows which page leads where, and how large the leaf
 * is that it belongs to.
 */
#include "iommu_fixture.h"

#define WINDOW 0x40000000ull
#define WINDOW_PAGES (BIG / PAGE)
#define STEP_COUNT 100000

struct model_page {
	u64 phys;
	u64 leaf_bytes;
};

struct random_test {
	struct iommu_fixture f;
	struct model_page *pages;
	uint64_t rng;
	/* Drivers other than generic-pt get only what the API allows. */
	bool edges;
	u64 mapped_pages;
};

struct random_row {
	const char *name;
	const char *profile;
	const char *fmt;
	unsigned int level_count;
};

static const struct random_row random_rows[] = {
	{ "generic-pt/vtdss", "generic-pt", "vtdss", 4 },
	{ "generic-pt/vtdss, 3 levels", "generic-pt", "vtdss", 3 },
	{ "generic-pt/x86-64", "generic-pt", "x86-64", 4 },
	{ "generic-pt/arm-lpae", "generic-pt", "arm-lpae", 4 },
	{ "vtd-legacy/vtdss", "vtd-legacy", "vtdss", 5 },
	{ "arm-lpae/arm-lpae", "arm-lpae", "arm-lpae", 4 },
};

/* Largest leaf that fits at a place, as the API promises to choose. */
static u64 model_leaf_bytes(u64 iova, u64 paddr, u64 left)
{
	for (u64 bytes = BIG; bytes > PAGE; bytes >>= 9)
		if (!((iova | paddr) & (bytes - 1)) && left >= bytes)
			return bytes;
	return PAGE;
}

static bool model_is_free(const struct random_test *t, u64 page, u64 count)
{
	for (u64 i = page; i < page + count; i++)
		if (t->pages[i].leaf_bytes)
			return false;
	return true;
}

static void model_map(struct random_test *t, u64 page, u64 paddr, u64 count)
{
	u64 left = count;

	while (left) {
		u64 iova = WINDOW + page * PAGE;
		u64 bytes = model_leaf_bytes(iova, paddr, left * PAGE);

		for (u64 i = 0; i < bytes / PAGE; i++, page++, left--, paddr += PAGE)
			t->pages[page] = (struct model_page){ paddr, bytes };
	}
	t->mapped_pages += count;
}

static bool model_leaf_begins(const struct random_test *t, u64 page)
{
	return !((WINDOW + page * PAGE) & (t->pages[page].leaf_bytes - 1));
}

/* Whole leaves from the start until something is missing; returns bytes. */
static u64 model_unmap(struct random_test *t, u64 page, u64 count)
{
	u64 first = page, end = page + count;

	while (page < end && t->pages[page].leaf_bytes && model_leaf_begins(t, page)) {
		u64 leaf_pages = t->pages[page].leaf_bytes / PAGE;

		memset(t->pages + page, 0, leaf_pages * sizeof(*t->pages));
		page += leaf_pages;
	}
	t->mapped_pages -= page - first;
	return (page - first) * PAGE;
}

static u64 random_below(struct random_test *t, u64 limit)
{
	return ktest_random(&t->rng) % limit;
}

/* Mostly small, now and then several large leaves, edges at large boundaries. */
static void random_range(struct random_test *t, u64 *page, u64 *count)
{
	switch (random_below(t, 16)) {
	case 0:
		*count = 512 * (1 + random_below(t, 8));
		break;
	case 1:
		*count = 1 + random_below(t, 3000);
		break;
	case 2:
		*count = WINDOW_PAGES;
		break;
	default:
		*count = 1 + random_below(t, 40);
		break;
	}
	*page = random_below(t, WINDOW_PAGES - *count + 1);
	if (random_below(t, 2))
		*page &= ~511ull;
}

static void random_map(struct random_test *t)
{
	u64 page, count, paddr;
	int err;

	random_range(t, &page, &count);
	if (count == WINDOW_PAGES && t->mapped_pages && random_below(t, 64))
		return;
	paddr = 0x10000000000ull + random_below(t, 1 << 20) * PAGE;
	/* So that large leaves become possible. */
	if (random_below(t, 2))
		paddr = (paddr & ~(BIG - 1)) | (page * PAGE & (BIG - 1));
	if (!model_is_free(t, page, count)) {
		if (!t->edges)
			return;
		err = -EADDRINUSE;
	} else {
		err = 0;
	}
	ktest_assert_int_equal(iommu_map(t->f.domain, WINDOW + page * PAGE, paddr, count * PAGE,
					 RW, GFP_ATOMIC), err);
	if (!err)
		model_map(t, page, paddr, count);
}

/* Exactly the leaves that lie in the range, if there is no hole in it. */
static bool shrink_to_leaves(const struct random_test *t, u64 *page, u64 *count)
{
	u64 end = *page + *count, at;

	while (*page < end && (!t->pages[*page].leaf_bytes || !model_leaf_begins(t, *page)))
		++*page;
	for (at = *page; at < end && t->pages[at].leaf_bytes &&
			 at + t->pages[at].leaf_bytes / PAGE <= end;)
		at += t->pages[at].leaf_bytes / PAGE;
	*count = at - *page;
	return *count;
}

static void random_unmap(struct random_test *t)
{
	u64 page, count;

	random_range(t, &page, &count);
	/* Most random ranges begin with a hole: look for something to remove. */
	if ((!t->edges || random_below(t, 4)) && !shrink_to_leaves(t, &page, &count))
		return;
	ktest_assert_u64_equal(iommu_unmap(t->f.domain, WINDOW + page * PAGE, count * PAGE),
			       model_unmap(t, page, count));
}

static void random_lookup(struct random_test *t)
{
	u64 page = random_below(t, WINDOW_PAGES), offset = random_below(t, PAGE);
	const struct model_page *expected = &t->pages[page];
	struct iopt_leaf leaf;
	bool present;

	ktest_assert_u64_equal(iommu_iova_to_phys(t->f.domain, WINDOW + page * PAGE + offset),
			       expected->leaf_bytes ? expected->phys + offset : 0);
	present = iopt_walk(t->f.sdom, WINDOW + page * PAGE, &leaf);
	ktest_assert_int_equal(present, expected->leaf_bytes != 0);
	if (present)
		ktest_assert_u64_equal(leaf.bytes, expected->leaf_bytes);
}

static void check_everything(struct random_test *t)
{
	struct iopt_leaf leaf;
	u64 pages = 0;

	ktest_assert_true(iopt_is_valid(&t->f.sdom->table));
	for (u64 at = 0; iopt_next_leaf(t->f.sdom, at, ~0ull, &leaf); at = leaf.iova + leaf.bytes) {
		const struct model_page *expected = &t->pages[(leaf.iova - WINDOW) / PAGE];

		ktest_assert_u64_equal(leaf.phys, expected->phys);
		ktest_assert_u64_equal(leaf.bytes, expected->leaf_bytes);
		pages += leaf.bytes / PAGE;
	}
	ktest_assert_u64_equal(pages, t->mapped_pages);
}

static void run_row(const struct random_row *row)
{
	const size_t model_bytes = WINDOW_PAGES * sizeof(struct model_page);
	struct random_test t = {};
	u64 pages;

	t.rng = ktest_seed(0x5eed);
	fixture_make(&t.f, row->profile, row->fmt, false, row->level_count, 0);
	t.pages = sim_alloc(t.f.world, model_bytes);
	t.edges = !strcmp(row->profile, "generic-pt");
	for (unsigned int step = 0; step < STEP_COUNT; step++) {
		ktest_context("%s, step %u", row->name, step);
		if (random_below(&t, 5) < 2)
			random_map(&t);
		else
			random_unmap(&t);
		random_lookup(&t);
		if (step % 4096 == 0)
			check_everything(&t);
	}
	check_everything(&t);
	for (u64 page = 0; page < WINDOW_PAGES; page += pages) {
		u64 bytes = t.pages[page].leaf_bytes;

		pages = bytes ? bytes / PAGE : 1;
		if (bytes)
			do_unmap(&t.f, WINDOW + page * PAGE, bytes);
	}
	ktest_assert_string_equal(fixture_leaves(&t.f), "");
	sim_free(t.f.world, t.pages, model_bytes);
	fixture_drop(&t.f);
}

static void test_random_steps_against_an_array(void **state)
{
	for (size_t i = 0; i < sizeof(random_rows) / sizeof(random_rows[0]); i++)
		run_row(&random_rows[i]);
}

static const struct ktest tests[] = {
	KTEST(test_random_steps_against_an_array),
};
KTEST_MAIN(tests)
