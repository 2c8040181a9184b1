// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Random maps, unmaps and look-ups over 1 GiB against an array with one element for each smallest
 * page. The array knows nothing of tables: it knows which page leads where, and how large the leaf
 * is that it belongs to. Look-ups go the way of the hardware, through its cache of tables: every
 * invalidation that is needed must have been made.
 */
#include "iommu_fixture.h"
#include "iova_sim/pwc.h"

#define WINDOW_BYTES BIG
#define STEP_COUNT 300000
#define CHECK_STEPS 20000
/* Where most steps go, so that what they map meets. */
#define HOT_BYTES (32 * MID)

struct model_page {
	u64 phys;
	u64 leaf_bytes;
};

struct random_test {
	struct iommu_fixture f;
	struct model_page *pages;
	uint64_t rng;
	u64 window;
	u64 unit;
	u64 page_count;
	u64 mapped_pages;
	u64 sizes;
	/* Drivers other than those on generic page tables get only what the API allows. */
	bool edges;
};

struct random_row {
	const char *name;
	const char *profile;
	const char *fmt;
	unsigned int level_count;
};

/* Each format with each number of levels, then the other drivers. */
static const struct random_row random_rows[] = {
	{ "vtdss/3", "generic-pt", "vtdss", 3 },
	{ "vtdss/4", "generic-pt", "vtdss", 4 },
	{ "vtdss/5", "generic-pt", "vtdss", 5 },
	{ "x86-64/4", "generic-pt", "x86-64", 4 },
	{ "x86-64/5", "generic-pt", "x86-64", 5 },
	{ "arm-lpae/3", "generic-pt", "arm-lpae", 3 },
	{ "arm-lpae/4", "generic-pt", "arm-lpae", 4 },
	{ "amdv1/3", "generic-pt", "amdv1", 3 },
	{ "amdv1/4", "generic-pt", "amdv1", 4 },
	{ "amdv1/5", "generic-pt", "amdv1", 5 },
	{ "amdv1/6", "generic-pt", "amdv1", 6 },
	{ "amdv1-2k/3", "generic-pt", "amdv1-2k", 3 },
	{ "amdv1-2k/4", "generic-pt", "amdv1-2k", 4 },
	{ "amdv1-2k/5", "generic-pt", "amdv1-2k", 5 },
	{ "vtd-legacy", "vtd-legacy", "vtdss", 5 },
	{ "arm-lpae", "arm-lpae", "arm-lpae", 4 },
	{ "amd-legacy", "amd-legacy", "amdv1", 6 },
	{ "mock-huge", "mock-huge", "amdv1-2k", 4 },
};

/* Largest leaf that fits at a place, as the API promises to choose. */
static u64 model_leaf_bytes(const struct random_test *t, u64 iova, u64 paddr, u64 left)
{
	for (u64 bytes = WINDOW_BYTES; bytes > t->unit; bytes >>= 1)
		if ((t->sizes & bytes) && !((iova | paddr) & (bytes - 1)) && left >= bytes)
			return bytes;
	return t->unit;
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
		u64 bytes = model_leaf_bytes(t, t->window + page * t->unit, paddr, left * t->unit);

		for (u64 i = 0; i < bytes / t->unit; i++, page++, left--, paddr += t->unit)
			t->pages[page] = (struct model_page){ paddr, bytes };
	}
	t->mapped_pages += count;
}

static bool model_leaf_begins(const struct random_test *t, u64 page)
{
	return !((t->window + page * t->unit) & (t->pages[page].leaf_bytes - 1));
}

/* Whole leaves from the start until something is missing; returns bytes. */
static u64 model_unmap(struct random_test *t, u64 page, u64 count)
{
	u64 first = page, end = page + count;

	while (page < end && t->pages[page].leaf_bytes && model_leaf_begins(t, page)) {
		u64 leaf_pages = t->pages[page].leaf_bytes / t->unit;

		memset(t->pages + page, 0, leaf_pages * sizeof(*t->pages));
		page += leaf_pages;
	}
	t->mapped_pages -= page - first;
	return (page - first) * t->unit;
}

static u64 random_below(struct random_test *t, u64 limit)
{
	return ktest_random(&t->rng) % limit;
}

/* Mostly small, now and then several large leaves or everything, edges at large boundaries. */
static void random_range(struct random_test *t, u64 *page, u64 *count)
{
	u64 kind = random_below(t, 2048), span = t->page_count;

	if (kind == 0) {
		*count = t->page_count;
	} else if (kind < 24) {
		*count = 512 * (1 + random_below(t, 8));
	} else if (kind < 48) {
		*count = 1 + random_below(t, 3000);
	} else {
		*count = 1 + random_below(t, 40);
		if (kind % 8)
			span = HOT_BYTES / t->unit;
	}
	*page = random_below(t, span - *count + 1);
	if (kind & 1)
		*page &= ~511ull;
}

static void random_map(struct random_test *t)
{
	u64 page, count, paddr, bytes;
	int err = 0;

	random_range(t, &page, &count);
	bytes = count * t->unit;
	paddr = 0x10000000000ull + random_below(t, 1 << 20) * t->unit;
	/* So that large leaves become possible. */
	if (random_below(t, 2))
		paddr = (paddr & ~(WINDOW_BYTES - 1)) | (page * t->unit & (WINDOW_BYTES - 1));
	if (!model_is_free(t, page, count)) {
		if (!t->edges)
			return;
		err = -EADDRINUSE;
	}
	ktest_assert_int_equal(iommu_map(t->f.domain, t->window + page * t->unit, paddr, bytes, RW,
					 GFP_ATOMIC), err);
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
			 at + t->pages[at].leaf_bytes / t->unit <= end;)
		at += t->pages[at].leaf_bytes / t->unit;
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
	ktest_assert_u64_equal(iommu_unmap(t->f.domain, t->window + page * t->unit,
					   count * t->unit),
			       model_unmap(t, page, count));
}

/* What the hardware finds, where it has any. */
static bool look(struct random_test *t, u64 iova, struct iopt_leaf *leaf)
{
	struct sim_domain *sdom = t->f.sdom;
	bool cached;

	if (sdom->hardware == SIM_HARDWARE_TEST)
		return iopt_walk(sdom, iova, leaf);
	return pwc_walk(sdom->state->pwc, sdom, iova, leaf, &cached);
}

static void random_lookup(struct random_test *t)
{
	u64 span = random_below(t, 8) ? HOT_BYTES : WINDOW_BYTES;
	u64 offset = random_below(t, span), iova = t->window + offset;
	const struct model_page *expected = &t->pages[offset / t->unit];
	struct iopt_leaf leaf;
	bool present;

	ktest_assert_u64_equal(iommu_iova_to_phys(t->f.domain, iova),
			       expected->leaf_bytes ? expected->phys + offset % t->unit : 0);
	present = look(t, iova, &leaf);
	ktest_assert_int_equal(present, expected->leaf_bytes != 0);
	if (!present)
		return;
	ktest_assert_u64_equal(leaf.bytes, expected->leaf_bytes);
	ktest_assert_u64_equal(leaf.phys + (iova - leaf.iova), expected->phys + offset % t->unit);
}

static void check_everything(struct random_test *t)
{
	struct iopt_leaf leaf;
	u64 pages = 0;

	ktest_assert_true(iopt_is_valid(&t->f.sdom->table));
	ktest_assert_true(pwc_is_valid(t->f.sdom->state->pwc));
	for (u64 at = 0; iopt_next_leaf(t->f.sdom, at, ~0ull, &leaf); at = leaf.iova + leaf.bytes) {
		const struct model_page *expected = &t->pages[(leaf.iova - t->window) / t->unit];

		ktest_assert_u64_equal(leaf.phys, expected->phys);
		ktest_assert_u64_equal(leaf.bytes, expected->leaf_bytes);
		pages += leaf.bytes / t->unit;
	}
	ktest_assert_u64_equal(pages, t->mapped_pages);
}

static void unmap_everything(struct random_test *t)
{
	u64 pages;

	for (u64 page = 0; page < t->page_count; page += pages) {
		u64 bytes = t->pages[page].leaf_bytes;

		pages = bytes ? bytes / t->unit : 1;
		if (bytes)
			do_unmap(&t->f, t->window + page * t->unit, bytes);
	}
	ktest_assert_string_equal(fixture_leaves(&t->f), "");
}

static void run_row(const struct random_row *row)
{
	struct random_test t = {};
	size_t model_bytes;

	t.rng = ktest_seed(0x5eed);
	fixture_make(&t.f, row->profile, row->fmt, false, row->level_count, 0);
	/* Writing down every event would take most of the time. */
	sim_event_detach(t.f.world, &t.f.consumer);
	t.sizes = t.f.domain->pgsize_bitmap;
	t.unit = t.sizes & -t.sizes;
	t.page_count = WINDOW_BYTES / t.unit;
	/* High up, where a table that grows has all of its levels. */
	t.window = t.f.sdom->table.va_last + 1 - 2 * WINDOW_BYTES;
	model_bytes = t.page_count * sizeof(struct model_page);
	t.pages = sim_alloc(t.f.world, model_bytes);
	t.edges = !strcmp(row->profile, "generic-pt") || !strcmp(row->profile, "mock-huge");
	for (unsigned int step = 0; step < STEP_COUNT; step++) {
		if (step % 64 == 0)
			ktest_context("%s, step %u or one of the next 63", row->name, step);
		if (random_below(&t, 5) < 2)
			random_map(&t);
		else
			random_unmap(&t);
		random_lookup(&t);
		if (step % CHECK_STEPS == 0)
			check_everything(&t);
	}
	check_everything(&t);
	ktest_context("%s, at the end", row->name);
	unmap_everything(&t);
	sim_free(t.f.world, t.pages, model_bytes);
	sim_event_attach(t.f.world, &t.f.consumer);
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
