// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Random scatterlists against a slow model. The model has the range of IOVA space as an array of
 * bytes' owners: it puts the entries there one after the other, granule by granule, and then reads
 * the segments off the array, byte by byte.
 */
#include "sg_fixture.h"

#define LIST_COUNT 400
#define ENTRY_MAX 40
#define RANGE_BYTES (16 * M2)
#define SECTOR 512u
#define SECTOR_COUNT (RANGE_BYTES / SECTOR)
#define NOBODY 0xffffu

/**
 * struct sg_model - what a list should become
 * @owner: entry that owns each sector of the range
 * @used: bytes of the range that are taken, whole granules
 * @out: segments
 * @out_count: their number
 */
struct sg_model {
	u16 owner[SECTOR_COUNT];
	u64 used;
	struct sg_seen out[ENTRY_MAX];
	unsigned int out_count;
};

struct random_list {
	struct dma_fixture *f;
	struct sg_model model;
	struct sg_table sgt;
	struct page *block;
	unsigned int block_pages;
	u64 granule;
	unsigned int max_segment;
	unsigned long boundary;
	uint64_t rng;
};

static u64 draw(struct random_list *t, u64 count)
{
	return ktest_random(&t->rng) % count;
}

static bool crosses(const struct random_list *t, u64 first, u64 bytes)
{
	for (u64 at = first + t->granule; at < first + bytes; at += t->granule)
		if (!(at & t->boundary))
			return true;
	return false;
}

static void model_place(struct random_list *t, const struct scatterlist *sg, unsigned int index)
{
	u64 pad = sg->offset & (t->granule - 1);
	u64 bytes = (pad + sg->length + t->granule - 1) & ~(t->granule - 1);
	u64 at = t->model.used;

	while (crosses(t, at, bytes))
		at += t->granule;
	ktest_assert_true(at + bytes <= RANGE_BYTES);
	for (u64 i = 0; i < sg->length; i += SECTOR)
		t->model.owner[(at + pad + i) / SECTOR] = index;
	t->model.used = at + bytes;
}

static unsigned int entry_length(const struct random_list *t, unsigned int index)
{
	struct scatterlist *sg = t->sgt.sgl;

	while (index--)
		sg = sg_next(sg);
	return sg->length;
}

/* Sectors in order: one that follows its like goes on, the first of an entry asks all questions. */
static void model_read(struct random_list *t)
{
	struct sg_model *model = &t->model;
	struct sg_seen *out = NULL;
	unsigned int before = NOBODY;

	model->out_count = 0;
	for (u64 i = 0; i < model->used / SECTOR; i++) {
		u64 at = i * SECTOR;
		unsigned int owner = model->owner[i];

		if (owner == NOBODY) {
			out = NULL;
		} else if (owner == before && out) {
			out->length += SECTOR;
		} else if (out && !(at & (t->granule - 1)) && (at & t->boundary) &&
			   out->length + entry_length(t, owner) <= t->max_segment) {
			out->length += SECTOR;
		} else {
			out = &model->out[model->out_count++];
			*out = (struct sg_seen){ at, SECTOR };
		}
		before = owner;
	}
}

static void model_build(struct random_list *t)
{
	struct scatterlist *sg;
	unsigned int i;

	__builtin_memset(t->model.owner, 0xff, sizeof(t->model.owner));
	t->model.used = 0;
	for_each_sgtable_sg(&t->sgt, sg, i)
		model_place(t, sg, i);
	model_read(t);
}

/* Whole sectors, mostly whole pages, often behind one another in memory. */
static void draw_entry(struct random_list *t, struct scatterlist *sg, unsigned int *next_page)
{
	u64 limit = t->boundary < 64 * P ? t->boundary + 1 : 64 * P;
	unsigned int offset = draw(t, 3) ? 0 : draw(t, P / SECTOR) * SECTOR;
	u64 pages = 1 + draw(t, draw(t, 4) ? 3 : limit / P);
	unsigned int length;

	if (pages * P > limit)
		pages = limit / P;
	if (pages * P > t->max_segment)
		pages = t->max_segment / P;
	length = pages * P - offset;
	if (!draw(t, 3))
		length -= draw(t, length / SECTOR) * SECTOR;
	if (draw(t, 2) || *next_page + pages > t->block_pages)
		*next_page = draw(t, t->block_pages - pages + 1);
	/* An offset of more than a page is the same as a later page. */
	sg_set_page(sg, t->block + *next_page, length, offset);
	if (*next_page && !draw(t, 8))
		sg_set_page(sg, t->block + *next_page - 1, length, offset + P);
	*next_page += pages;
}

static void draw_list(struct random_list *t)
{
	unsigned int nents = 1 + draw(t, ENTRY_MAX), next_page = 0, i;
	struct scatterlist *sg;

	t->max_segment = draw(t, 2) ? 0xffffffff : P << draw(t, 6);
	t->boundary = draw(t, 2) ? ~0ul : (P << draw(t, 9)) - 1;
	dma_set_max_seg_size(t->f->dev, t->max_segment);
	dma_set_seg_boundary(t->f->dev, t->boundary);
	ktest_assert_int_equal(sg_alloc_table(&t->sgt, nents, GFP_KERNEL), 0);
	for_each_sgtable_sg(&t->sgt, sg, i)
		draw_entry(t, sg, &next_page);
}

static void check_list(struct random_list *t)
{
	struct dma_fixture *f = t->f;
	struct scatterlist *sg;
	unsigned int i;
	u64 iova;

	model_build(t);
	dma_events_clear(f);
	sg_map_all(f, &t->sgt);
	iova = dma_event(f, SIM_EVENT_IOVA_ALLOC, 0)->arg[1] * t->granule;
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOVA_ALLOC, 0)->arg[2],
			       t->model.used / t->granule);
	ktest_assert_int_equal(t->sgt.nents, t->model.out_count);
	for_each_sgtable_dma_sg(&t->sgt, sg, i) {
		ktest_assert_u64_equal(sg_dma_address(sg), iova + t->model.out[i].at);
		ktest_assert_int_equal(sg_dma_len(sg), t->model.out[i].length);
	}
	sg_assert_translations(f, &t->sgt);
	dma_unmap_sgtable(f->dev, &t->sgt, RW, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, iova, t->model.used), 0);
	assert_event_count(f, IOMMU_UNMAP, 1);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, iova, t->model.used, t->model.used);
}

static void check_profile(const char *profile, const char *fmt, u64 granule)
{
	static struct random_list test;
	struct random_list *t = &test;
	uint64_t seed = ktest_seed(7);

	t->rng = seed;
	t->granule = granule;
	t->f = dma_make_with(&(struct dma_options){ .profile = profile, .fmt = fmt });
	t->block_pages = 4096;
	t->block = sim_phys_alloc_contig(t->f->world, t->block_pages, M2);
	for (unsigned int i = 0; i < LIST_COUNT; i++) {
		ktest_context("%s, seed %llu, list %u", profile, (unsigned long long)seed, i);
		draw_list(t);
		check_list(t);
		sg_free_table(&t->sgt);
	}
	ktest_world_drop(t->f->world);
}

static void test_random_lists(void **state)
{
	check_profile("generic-pt", "vtdss", P);
	check_profile("generic-pt", "amdv1", P);
	check_profile("arm-lpae", "arm-lpae", P);
	check_profile("vtd-legacy", "vtdss", P);
	check_profile("amd-legacy", "amdv1", P);
	check_profile("mock", "amdv1-2k", P / 2);
}

static const struct ktest tests[] = {
	KTEST(test_random_lists),
};
KTEST_MAIN(tests)
