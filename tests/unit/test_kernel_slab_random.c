/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random allocations and frees against a slow model: a plain array of what must be live, each
 * object holding a pattern of its own that nobody else may touch.
 */
#include <linux/slab.h>
#include "kernel/slab.h"
#include "kernel_fixture.h"

#define LIVE_MAX 600
#define STEP_COUNT 20000

struct model_object {
	unsigned char *object;
	size_t size;
	unsigned char tag;
	struct kmem_cache *cache;
};

static struct model_object live[LIVE_MAX];
static unsigned int live_count;

static void check_pattern(const struct model_object *model, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (model->object[i] != (unsigned char)(model->tag + i))
			ktest_fail("byte %zu of an object of %zu changed", i, model->size);
}

static void fill_pattern(const struct model_object *model)
{
	for (size_t i = 0; i < model->size; i++)
		model->object[i] = (unsigned char)(model->tag + i);
}

static void check_disjoint(const struct model_object *model)
{
	for (unsigned int i = 0; i < live_count; i++)
		if (model->object < live[i].object + live[i].size &&
		    live[i].object < model->object + model->size)
			ktest_fail("two live objects overlap");
}

static size_t random_size(uint64_t *seed)
{
	uint64_t value = ktest_random(seed);

	return 1 + (value >> 8) % (value & 1 ? 40 : value & 2 ? 300 : 5000);
}

static void step_alloc(uint64_t *seed, struct kmem_cache *const caches[])
{
	struct model_object model = { .tag = (unsigned char)ktest_random(seed) };
	unsigned int kind = ktest_random(seed) % 4;
	gfp_t flags = ktest_random(seed) & 1 ? GFP_KERNEL | __GFP_ZERO : GFP_KERNEL;

	if (live_count == LIVE_MAX)
		return;
	if (kind < 2) {
		model.cache = caches[kind];
		model.size = kmem_cache_size(model.cache);
		model.object = kmem_cache_alloc(model.cache, flags);
	} else {
		model.size = random_size(seed);
		model.object = kind == 2 ? kmalloc(model.size, flags) : kvmalloc(model.size, flags);
	}
	ktest_assert_non_null(model.object);
	if (flags & __GFP_ZERO)
		for (size_t i = 0; i < model.size; i++)
			ktest_assert_int_equal(model.object[i], 0);
	check_disjoint(&model);
	fill_pattern(&model);
	live[live_count++] = model;
}

static void step_free(uint64_t *seed)
{
	unsigned int index;
	struct model_object *model;

	if (!live_count)
		return;
	index = ktest_random(seed) % live_count;
	model = &live[index];
	check_pattern(model, model->size);
	if (model->cache)
		kmem_cache_free(model->cache, model->object);
	else
		kvfree(model->object);
	*model = live[--live_count];
}

static void step_realloc(uint64_t *seed)
{
	struct model_object *model;
	size_t size = random_size(seed), kept;

	if (!live_count)
		return;
	model = &live[ktest_random(seed) % live_count];
	if (model->cache)
		return;
	kept = size < model->size ? size : model->size;
	model->object = krealloc(model->object, size, GFP_KERNEL);
	ktest_assert_non_null(model->object);
	check_pattern(model, kept);
	model->size = size;
	fill_pattern(model);
}

static void test_random(void **state)
{
	struct svmsim_world *world = kernel_world();
	uint64_t seed = ktest_seed(0x51ab);
	struct kmem_cache *caches[2] = {
		kmem_cache_create("checked", 72, 0, 0, NULL),
		kmem_cache_create("internal", 56, 0, SLAB_SIM_INTERNAL, NULL),
	};
	uint64_t internal_count;

	live_count = 0;
	for (unsigned int step = 0; step < STEP_COUNT; step++) {
		unsigned int what = ktest_random(&seed) % 16;

		/* Growing and shrinking, so that the quarantine and the table turn over. */
		if (what < (step / 2000 % 2 ? 4 : 9))
			step_alloc(&seed, caches);
		else if (what < 14)
			step_free(&seed);
		else
			step_realloc(&seed);
		internal_count = 0;
		for (unsigned int i = 0; i < live_count; i++)
			internal_count += live[i].cache == caches[1];
		ktest_assert_u64_equal(sim_slab_live_count(world), live_count - internal_count);
	}
	while (live_count)
		step_free(&seed);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static const struct ktest tests[] = {
	KTEST(test_random),
};
KTEST_MAIN(tests)
