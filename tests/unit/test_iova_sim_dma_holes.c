/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Holes at the level of the DMA API: what each driver does, and the destroy that knows of them. */
#include <linux/errno.h>
#include "dma_fixture.h"

#define RW DMA_BIDIRECTIONAL

/* A scenario of the facts: a window, what is linked, and how it ends on each profile. */
struct hole_row {
	const char *name;
	const char *profile;
	u64 bytes;
	u64 iova;
	u64 hole_first;
	u64 hole_last;
	u64 unmapped;
	unsigned int warn_count;
	u64 left_bytes;
};

#define H1 M2, 0xffe00000, 5, 5
#define H2 (M2 / 2), 0xfff00000, 5, 5
#define H3 (M2 / 2), 0xfff00000, 0, 0
#define H4 (2 * M2), 0xffc00000, 512, 1023

static const struct hole_row hole_rows[] = {
	{ "H1", "generic-pt", H1, 5 * P, 1, 506 * P },
	{ "H1", "vtd-legacy", H1, M2, 0, 0 },
	{ "H1", "arm-lpae", H1, M2, 0, 0 },
	{ "H1", "amd-legacy", H1, M2, 0, 0 },
	{ "H2", "generic-pt", H2, 5 * P, 1, 250 * P },
	{ "H2", "vtd-legacy", H2, M2 / 2, 0, 0 },
	{ "H2", "arm-lpae", H2, 5 * P, 3, 250 * P },
	{ "H2", "amd-legacy", H2, M2 / 2, 0, 0 },
	{ "H3", "generic-pt", H3, 0, 1, 255 * P },
	{ "H3", "vtd-legacy", H3, M2 / 2, 0, 0 },
	{ "H3", "arm-lpae", H3, 0, 2, 255 * P },
	{ "H3", "amd-legacy", H3, M2 / 2, 0, 0 },
	{ "H4", "generic-pt", H4, M2, 1, 0 },
	{ "H4", "vtd-legacy", H4, 2 * M2, 0, 0 },
	{ "H4", "arm-lpae", H4, M2, 3, 0 },
	{ "H4", "amd-legacy", H4, M2, 1, 0 },
};

static void link_but_hole(struct dma_fixture *f, u64 bytes, u64 hole_first, u64 hole_last)
{
	for (u64 page = 0; page < bytes / P; page++)
		if (page < hole_first || page > hole_last)
			dma_link_pages(f, page, page);
}

static void test_destroy_over_holes_on_each_profile(void **state)
{
	for (unsigned int i = 0; i < sizeof(hole_rows) / sizeof(hole_rows[0]); i++) {
		const struct hole_row *row = &hole_rows[i];
		struct dma_fixture *f = dma_make(row->profile);

		ktest_context("%s on %s", row->name, row->profile);
		dma_window(f, row->bytes);
		ktest_assert_u64_equal(f->state.addr, row->iova);
		link_but_hole(f, row->bytes, row->hole_first, row->hole_last);
		dma_events_clear(f);
		dma_iova_destroy(f->dev, &f->state, row->bytes, RW, 0);
		assert_event_count(f, IOMMU_UNMAP, 1);
		assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, row->iova, row->bytes,
			     row->unmapped);
		assert_event(f, IOVA_FREE, 0, f->sdom->index, row->iova >> 12, row->bytes / P);
		dma_assert_warns(f, row->warn_count);
		if (row->warn_count)
			ktest_assert_string_equal(dma_warn_text(f, row->warn_count - 1),
						  "\"unmapped != size\"");
		ktest_assert_u64_equal(dma_live_bytes(f, row->iova, row->bytes), row->left_bytes);
		ktest_world_drop(f->world);
	}
}

/* What stays behind can still be reached, and stands in the way of the next owner. */
static void test_left_over_translations_reach_pages_and_refuse_the_next_owner(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 word = 0x77, page;

	dma_window(f, 8 * P);
	link_but_hole(f, 8 * P, 2, 2);
	page = iommu_iova_to_phys(&f->sdom->domain, f->state.addr + 5 * P);
	dma_iova_destroy(f->dev, &f->state, 8 * P, RW, 0);
	dma_assert_warns(f, 1);
	ktest_assert_int_equal(sim_dma_write(f->dev, f->state.addr + 5 * P, &word, 8), 0);
	word = 0;
	sim_phys_read(f->world, page, &word, 8);
	ktest_assert_u64_equal(word, 0x77);
	dma_window(f, 8 * P);
	ktest_assert_int_equal(dma_link_err(f, dma_page(f), 5 * P, P), -EADDRINUSE);
}

/* On each profile: two runs, one flush over both, the whole window freed, nobody complains. */
static void test_with_holes_unlinks_runs_with_one_sync(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae",
						"amd-legacy" };

	for (unsigned int i = 0; i < 4; i++) {
		struct dma_fixture *f = dma_make(profiles[i]);
		u64 base;

		ktest_context("%s", profiles[i]);
		dma_window(f, 16 * P);
		base = f->state.addr;
		dma_link_pages(f, 1, 3);
		dma_link_pages(f, 6, 6);
		dma_link_pages(f, 9, 12);
		dma_events_clear(f);
		dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
		assert_event_count(f, IOMMU_UNMAP, 3);
		assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, base + P, 3 * P, 3 * P);
		assert_event(f, IOMMU_UNMAP, 1, f->sdom->index, base + 6 * P, P, P);
		assert_event(f, IOMMU_UNMAP, 2, f->sdom->index, base + 9 * P, 4 * P, 4 * P);
		assert_event_count(f, IOTLB_FLUSH_RANGE, 1);
		assert_event(f, IOTLB_FLUSH_RANGE, 0, f->sdom->index, base + P, base + 13 * P - 1);
		assert_event_count(f, IOTLB_FLUSH_ALL, 0);
		assert_event_count(f, IOVA_FREE, 1);
		assert_event(f, IOVA_FREE, 0, f->sdom->index, base >> 12, 16);
		ktest_assert_int_equal(f->event[f->event_count - 1].id, SIM_EVENT_IOVA_FREE);
		ktest_assert_u64_equal(dma_live_bytes(f, base, 16 * P), 0);
		dma_assert_warns(f, 0);
		ktest_world_drop(f->world);
	}
}

static void test_with_holes_of_empty_window_only_frees(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	dma_events_clear(f);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	ktest_assert_int_equal(f->event_count, 1);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, 0xffe00, 512);
}

static void test_with_holes_of_full_window_is_one_unmap(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 8 * P);
	dma_link_pages(f, 0, 7);
	dma_events_clear(f);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	ktest_assert_int_equal(f->event_count, 3);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr, 8 * P, 8 * P);
}

/* Vector T1 again: no window is recycled as a single page. */
static void test_with_holes_frees_the_length_that_was_allocated(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	dma_link_pages(f, 0, 0);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	dma_window(f, M2);
	ktest_assert_u64_equal(f->state.addr, 0xffe00000);
}

static void test_with_holes_drops_cached_translations(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 word;

	dma_window(f, 8 * P);
	dma_link_pages(f, 1, 1);
	dma_link_pages(f, 5, 5);
	ktest_assert_int_equal(sim_dma_read(f->dev, f->state.addr + P, &word, 8), 0);
	ktest_assert_int_equal(sim_dma_read(f->dev, f->state.addr + 5 * P, &word, 8), 0);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	ktest_assert_true(iotlb_is_empty(iova_sim_state()->iotlb));
	ktest_assert_int_equal(sim_dma_read(f->dev, f->state.addr + P, &word, 8), -EFAULT);
}

static void test_with_holes_leaves_neighbours_alone(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct dma_iova_state above, below;

	dma_window(f, 8 * P);
	above = f->state;
	dma_link_pages(f, 0, 7);
	dma_window(f, 8 * P);
	below = f->state;
	dma_link_pages(f, 0, 7);
	ktest_assert_u64_equal(below.addr, above.addr - 8 * P);
	dma_window(f, 8 * P);
	dma_link_pages(f, 0, 7);
	f->state = below;
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, below.addr, 8 * P), 0);
	ktest_assert_u64_equal(dma_live_bytes(f, above.addr, 8 * P), 8 * P);
	ktest_assert_u64_equal(dma_live_bytes(f, below.addr - 8 * P, 8 * P), 8 * P);
}

static void test_with_holes_handles_large_leaves(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 4 * M2);
	ktest_assert_int_equal(dma_link_err(f, dma_block(f, M2), M2, M2), 0);
	dma_link_pages(f, 1024, 1024);
	ktest_assert_int_equal(dma_link_err(f, dma_block(f, M2), 3 * M2, M2), 0);
	dma_events_clear(f);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	/* The page joins the leaf below it: one run across both sizes. */
	assert_event_count(f, IOMMU_UNMAP, 2);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr + M2, M2 + P, M2 + P);
	assert_event(f, IOMMU_UNMAP, 1, f->sdom->index, f->state.addr + 3 * M2, M2, M2);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 1);
	dma_assert_warns(f, 0);
}

/* A leaf across the start or the end of the window: only the part inside is asked for. */
static void test_with_holes_clips_to_the_window(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	ktest_assert_int_equal(dma_link_err(f, dma_block(f, M2), 0, M2), 0);
	f->state.addr += P;
	f->state.__size = P;
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr, P, 0);
	dma_assert_warns(f, 1);

	f = dma_make(NULL);
	dma_window(f, M2);
	dma_window(f, M2 / 2);
	ktest_assert_u64_equal(f->state.addr & (M2 - 1), M2 / 2);
	f->state.addr -= M2 / 2;
	ktest_assert_int_equal(dma_link_err(f, dma_block(f, M2), 0, M2), 0);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr, M2 / 2, M2);
	dma_assert_warns(f, 1);
}

static void test_with_holes_of_padded_window(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 block = dma_block(f, 2 * P);

	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, block + 0x800, 3 * P));
	ktest_assert_int_equal(dma_link_err(f, block + 0x800, 0, P + 0x800), 0);
	dma_events_clear(f);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr - 0x800, 2 * P, 2 * P);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, f->state.addr >> 12, 4);
}

static void test_with_holes_of_noncoherent_device_looks_at_links_only(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .noncoherent = true });

	dma_window(f, 8 * P);
	dma_link_pages(f, 1, 2);
	dma_link_pages(f, 6, 7);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	dma_assert_warns(f, 0);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 1);
}

/* A destroy without holes does the same work as ever: the three events, in that order. */
static void test_destroy_is_not_slowed(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	ktest_assert_int_equal(dma_link_err(f, dma_block(f, M2), 0, M2), 0);
	dma_events_clear(f);
	dma_iova_destroy(f->dev, &f->state, M2, RW, 0);
	ktest_assert_int_equal(f->event_count, 3);
}

/* The answer that needs no new call: one unlink per run, each with a sync of its own. */
static void test_unlink_by_runs_is_silent_everywhere(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };

	for (unsigned int i = 0; i < 3; i++) {
		struct dma_fixture *f = dma_make(profiles[i]);

		ktest_context("%s", profiles[i]);
		dma_window(f, M2);
		link_but_hole(f, M2, 5, 5);
		dma_events_clear(f);
		dma_iova_unlink(f->dev, &f->state, 0, 5 * P, RW, 0);
		dma_iova_unlink(f->dev, &f->state, 6 * P, 506 * P, RW, 0);
		dma_iova_free(f->dev, &f->state);
		dma_assert_warns(f, 0);
		assert_event_count(f, IOTLB_FLUSH_RANGE, 2);
		ktest_assert_u64_equal(dma_live_bytes(f, 0xffe00000, M2), 0);
		ktest_world_drop(f->world);
	}
}

/* Two devices do the same; one ends with the new call, the other page by page, the slow way. */
#define WINDOW_MAX (1024 + 64)

struct twin {
	struct device *dev[2];
	struct sim_domain *sdom[2];
	struct dma_iova_state state[2];
	bool linked[WINDOW_MAX];
	u64 pages;
};

static void twin_alloc(struct twin *twin, u64 pages)
{
	twin->pages = pages;
	__builtin_memset(twin->linked, 0, sizeof(twin->linked));
	for (unsigned int i = 0; i < 2; i++)
		ktest_assert_true(dma_iova_try_alloc(twin->dev[i], &twin->state[i], 0, pages * P));
	ktest_assert_u64_equal(twin->state[0].addr, twin->state[1].addr);
}

static void twin_link(struct twin *twin, u64 first, u64 count, u64 phys)
{
	for (u64 page = first; page < first + count; page++)
		twin->linked[page] = true;
	for (unsigned int i = 0; i < 2; i++)
		ktest_assert_int_equal(dma_iova_link(twin->dev[i], &twin->state[i], phys, first * P,
						     count * P, RW, 0), 0);
}

static void twin_fill(struct twin *twin, u64 block, uint64_t *seed)
{
	unsigned int density = 1 + ktest_random(seed) % 15;
	u64 page = 0;

	while (page < twin->pages) {
		u64 run = 1 + ktest_random(seed) % (ktest_random(seed) % 8 ? 8 : 600);
		bool large = !(page % 512) && twin->pages - page >= 512 && ktest_random(seed) & 1;

		if (large)
			run = 512;
		if (run > twin->pages - page)
			run = twin->pages - page;
		if (ktest_random(seed) % 16 < density)
			twin_link(twin, page, run, block + (large ? 0 : P));
		page += run;
	}
}

static void twin_end(struct twin *twin)
{
	struct dma_iova_state *slow = &twin->state[1];
	struct iopt_leaf leaf;

	dma_iova_with_holes_destroy(twin->dev[0], &twin->state[0], RW, 0);
	for (u64 page = 0; page < twin->pages; page++) {
		u64 bytes = P;

		if (!twin->linked[page])
			continue;
		/* A large leaf goes as one: splitting it is no part of the API. */
		ktest_assert_true(iopt_walk(twin->sdom[1], slow->addr + page * P, &leaf));
		bytes = leaf.bytes;
		dma_iova_unlink(twin->dev[1], slow, page * P, bytes, RW, 0);
		page += bytes / P - 1;
	}
	dma_iova_free(twin->dev[1], slow);
}

static void twin_compare(struct twin *twin)
{
	struct iopt_leaf leaf[2];

	for (unsigned int i = 0; i < 2; i++)
		ktest_assert_false(iopt_next_leaf(twin->sdom[i], twin->state[0].addr,
						  twin->state[0].addr + twin->pages * P - 1,
						  &leaf[i]));
}

static void run_twins(const char *profile, uint64_t seed)
{
	struct dma_fixture *f = dma_make(profile);
	struct svmsim_device desc = { .name = "d1", .mask_bits = 48,
				      .pci_address = "0000:04:00.0" };
	u64 block = dma_block(f, 4 * M2);
	uint64_t first_seed = seed;
	struct twin twin = { .dev[0] = f->dev, .sdom[0] = f->sdom };

	twin.dev[1] = sim_device_add(f->world, &desc, 1);
	ktest_assert_int_equal(sim_domain_create(f->world, profile, NULL, false, &twin.sdom[1]),
			       0);
	ktest_assert_int_equal(sim_dma_attach(twin.dev[1], twin.sdom[1], NULL), 0);
	for (unsigned int round = 0; round < 150; round++) {
		ktest_context("%s, seed 0x%lx, round %u", profile, first_seed, round);
		twin_alloc(&twin, 1 + ktest_random(&seed) % (round % 4 ? 64 : WINDOW_MAX));
		twin_fill(&twin, block, &seed);
		dma_events_clear(f);
		twin_end(&twin);
		twin_compare(&twin);
		ktest_assert_int_equal(ktest_report_count(f->world, "warn"), 0);
	}
	ktest_world_drop(f->world);
}

static void test_with_holes_equals_unlink_page_by_page(void **state)
{
	uint64_t seed = ktest_seed(0x401e5);

	run_twins("generic-pt", seed);
	run_twins("vtd-legacy", seed);
	run_twins("arm-lpae", seed);
}

static const struct ktest tests[] = {
	KTEST(test_destroy_over_holes_on_each_profile),
	KTEST(test_left_over_translations_reach_pages_and_refuse_the_next_owner),
	KTEST(test_with_holes_unlinks_runs_with_one_sync),
	KTEST(test_with_holes_of_empty_window_only_frees),
	KTEST(test_with_holes_of_full_window_is_one_unmap),
	KTEST(test_with_holes_frees_the_length_that_was_allocated),
	KTEST(test_with_holes_drops_cached_translations),
	KTEST(test_with_holes_leaves_neighbours_alone),
	KTEST(test_with_holes_handles_large_leaves),
	KTEST(test_with_holes_clips_to_the_window),
	KTEST(test_with_holes_of_padded_window),
	KTEST(test_with_holes_of_noncoherent_device_looks_at_links_only),
	KTEST(test_destroy_is_not_slowed),
	KTEST(test_unlink_by_runs_is_silent_everywhere),
	KTEST(test_with_holes_equals_unlink_page_by_page),
};
KTEST_MAIN(tests)
