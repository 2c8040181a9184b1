/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <svmsim/fault.h>
#include "kernel/inject.h"
#include "kernel/site.h"
#include "kernel_fixture.h"

SIM_FAULT_KIND(of_the_test, "of-the-test", false, "a kind that a layer above adds", -ENXIO);

static void plan(struct svmsim_world *world, const char *site, u64 nth)
{
	struct svmsim_fault fault = { site, nth };
	struct svmsim_fault_plan plan = { .fault = &fault, .fault_count = 1 };

	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
}

static bool allocates(gfp_t flags)
{
	void *object = kmalloc(8, flags);

	kfree(object);
	return object;
}

static bool allocates_by_type(void)
{
	struct list_head *object = kzalloc_obj(*object);

	kfree(object);
	return object;
}

#define ALLOCATES "test_kernel_inject.c:allocates:kmalloc(8)"
#define BY_TYPE "test_kernel_inject.c:allocates_by_type:kzalloc_obj(*object)"

static void test_fails_the_nth_question_of_a_site(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct svmsim_injection injection;

	plan(world, ALLOCATES, 2);
	ktest_assert_true(allocates(GFP_KERNEL));
	ktest_assert_true(allocates_by_type());
	ktest_assert_false(allocates(GFP_KERNEL));
	ktest_assert_true(allocates(GFP_KERNEL));
	ktest_assert_u64_equal(svmsim_injection_count(world), 1);
	ktest_assert_int_equal(svmsim_fault_injection(world, 0, &injection), 0);
	ktest_assert_string_equal(injection.site, ALLOCATES);
	ktest_assert_string_equal(injection.kind, "kmalloc");
	ktest_assert_u64_equal(injection.nth, 2);
	ktest_assert_int_equal(injection.err[0], -ENOMEM);
	ktest_assert_int_equal(injection.err[1], 0);
	ktest_assert_int_equal(svmsim_fault_injection(world, 1, &injection), -ENOENT);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_FAULT_INJECT], 1);
}

static void test_fails_the_nth_question_of_a_kind(void **state)
{
	struct svmsim_world *world = kernel_world();

	plan(world, "kmalloc", 2);
	ktest_assert_true(allocates(GFP_KERNEL));
	ktest_assert_false(allocates_by_type());
	ktest_assert_true(allocates_by_type());
}

static void test_fails_the_nth_question_of_the_run(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct svmsim_fault_plan plan = { .nth = 3 };
	void *percpu;

	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
	ktest_assert_true(allocates(GFP_KERNEL));
	/* Of a kind that is not swept: no question of the run. */
	ktest_assert_false(sim_inject(&sim_fault_of_the_test, NULL));
	ktest_assert_true(allocates(GFP_KERNEL));
	percpu = alloc_percpu(u64);
	ktest_assert_null(percpu);
	ktest_assert_u64_equal(svmsim_fault_questions(world), 3);
}

static void test_nofail_is_no_question(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct svmsim_fault_plan plan = { .nth = 1, .probability = 1 };
	void *percpu;

	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
	ktest_assert_true(allocates(GFP_KERNEL | __GFP_NOFAIL));
	percpu = alloc_percpu_gfp(u64, GFP_KERNEL | __GFP_NOFAIL);
	ktest_assert_non_null(percpu);
	free_percpu(percpu);
	ktest_assert_u64_equal(svmsim_fault_questions(world), 0);
	ktest_assert_false(allocates(GFP_KERNEL));
}

static void test_objects_of_the_model_are_no_question(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct kmem_cache *own = kmem_cache_create("own", 64, 0, SLAB_SIM_INTERNAL, NULL);
	struct kmem_cache *modelled = kmem_cache_create("modelled", 64, 0, 0, NULL);
	struct svmsim_fault_plan plan = { .nth = 1 };
	void *object;

	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
	object = kmem_cache_alloc(own, GFP_KERNEL);
	ktest_assert_non_null(object);
	kmem_cache_free(own, object);
	ktest_assert_null(kmem_cache_alloc(modelled, GFP_KERNEL));
	kmem_cache_destroy(modelled);
	kmem_cache_destroy(own);
}

static void test_counting_changes_nothing(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct svmsim_fault_plan plan = { .count = true };
	struct svmsim_fault_site site;
	u64 digest;

	allocates(GFP_KERNEL);
	allocates(GFP_KERNEL);
	digest = world->events.digest;
	sim_world_reset(world);
	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
	allocates(GFP_KERNEL);
	allocates(GFP_KERNEL);
	ktest_assert_u64_equal(world->events.digest, digest);
	ktest_assert_int_equal(svmsim_fault_site(world, 0, &site), 0);
	ktest_assert_string_equal(site.name, ALLOCATES);
	ktest_assert_string_equal(site.kind, "kmalloc");
	ktest_assert_u64_equal(site.question_count, 2);
	ktest_assert_u64_equal(site.injection_count, 0);
	ktest_assert_int_equal(svmsim_fault_site(world, 1, &site), -ENOENT);
}

static u64 pattern(struct svmsim_world *world, double probability, bool swarm)
{
	struct svmsim_fault_plan plan = { .probability = probability, .swarm = swarm };
	u64 bits = 0;

	sim_world_reset(world);
	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
	for (int i = 0; i < 64; i++)
		bits = bits << 1 | !allocates(GFP_KERNEL);
	return bits;
}

static void test_probability_comes_from_the_seed_alone(void **state)
{
	struct svmsim_machine machine = { .seed = 7 };
	struct svmsim_world *a = ktest_world(kernel_layers, ARRAY_SIZE(kernel_layers),
					     &machine);
	struct svmsim_world *b;
	u64 bits, before, swarms = 0;

	bits = pattern(a, 0.25, false);
	ktest_assert_u64_equal(pattern(a, 0.25, false), bits);
	ktest_assert_true(__builtin_popcountll(bits) > 4 && __builtin_popcountll(bits) < 32);
	/* The world's own source is not drawn from. */
	sim_world_reset(a);
	before = sim_random(a);
	pattern(a, 0.25, false);
	ktest_assert_u64_equal(sim_random(a), before);
	ktest_assert_u64_equal(pattern(a, 0, false), 0);
	ktest_assert_u64_equal(pattern(a, 1, false), ~0ull);
	for (u64 seed = 1; seed <= 12; seed++) {
		machine.seed = seed;
		b = ktest_world(kernel_layers, ARRAY_SIZE(kernel_layers), &machine);
		if (seed != 7)
			ktest_assert_u64_not_equal(pattern(b, 0.25, false), bits);
		/* A swarm: in some runs the kind is off. */
		swarms += !pattern(b, 0.25, true);
	}
	ktest_assert_true(swarms > 0 && swarms < 12);
}

static void test_plan_ends_with_the_run(void **state)
{
	struct svmsim_world *world = kernel_world();

	plan(world, "kmalloc", 1);
	sim_world_reset(world);
	ktest_assert_true(allocates(GFP_KERNEL));
	plan(world, "kmalloc", 1);
	ktest_assert_int_equal(svmsim_world_faults(world, NULL), 0);
	ktest_assert_true(allocates(GFP_KERNEL));
	plan(world, "kmalloc", 1);
	sim_world_finish(world);
	ktest_assert_true(allocates(GFP_KERNEL));
}

static void test_wrong_plans_are_refused(void **state)
{
	struct svmsim_world *world = kernel_world();
	static struct svmsim_fault many[SVMSIM_FAULT_MAX + 1];
	struct svmsim_fault_plan plan = { .fault = many, .fault_count = 1 };

	many[0] = (struct svmsim_fault){ "kmaloc", 1 };
	ktest_assert_int_equal(svmsim_world_faults(world, &plan), -EINVAL);
	ktest_assert_string_equal(svmsim_last_error(world),
				  "nothing that can fail is called kmaloc");
	many[0] = (struct svmsim_fault){ "kmalloc", 0 };
	ktest_assert_int_equal(svmsim_world_faults(world, &plan), -EINVAL);
	plan.fault_count = SVMSIM_FAULT_MAX + 1;
	ktest_assert_int_equal(svmsim_world_faults(world, &plan), -E2BIG);
	plan = (struct svmsim_fault_plan){ .probability = 1.5 };
	ktest_assert_int_equal(svmsim_world_faults(world, &plan), -EINVAL);
	ktest_assert_true(allocates(GFP_KERNEL));
}

static void test_names(void **state)
{
	char name[SVMSIM_FAULT_SITE_MAX_BYTES];
	struct svmsim_fault_kind kind;
	bool found = false;
	unsigned int i;

	ktest_assert_true(svmsim_fault_known("of-the-test"));
	ktest_assert_true(svmsim_fault_known("page/9"));
	ktest_assert_true(svmsim_fault_known(BY_TYPE));
	ktest_assert_true(svmsim_fault_known("signal@" BY_TYPE));
	ktest_assert_true(svmsim_fault_known("page-node/9@1"));
	ktest_assert_false(svmsim_fault_known("page-node/9@"));
	ktest_assert_false(svmsim_fault_known("page-node/9@1x"));
	ktest_assert_false(svmsim_fault_known("page/@1"));
	ktest_assert_false(svmsim_fault_known("page/"));
	ktest_assert_false(svmsim_fault_known("page/9x"));
	ktest_assert_false(svmsim_fault_known("signal@nothing"));
	ktest_assert_false(svmsim_fault_known(""));
	for (i = 0; !svmsim_fault_kind(i, &kind); i++) {
		ktest_assert_int_equal(svmsim_fault_name(i, name, sizeof(name)), 0);
		ktest_assert_string_equal(name, kind.name);
		ktest_assert_true(kind.does[0] && kind.err[0] < 0);
	}
	ktest_assert_true(i >= 17);
	for (; !svmsim_fault_name(i, name, sizeof(name)); i++)
		found = found || !__builtin_strcmp(name, BY_TYPE);
	ktest_assert_true(found);
}

static bool asks_at_a_lock(void)
{
	const struct sim_site *site = SIM_SITE(SIM_POINT_LOCK, "mutex_trylock", "&b");

	return sim_inject(&sim_fault_trylock, site);
}

static void test_kind_stands_before_a_place_that_does_more(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct svmsim_fault_site site;

	plan(world, "trylock@test_kernel_inject.c:asks_at_a_lock:mutex_trylock(&b)", 1);
	ktest_assert_true(asks_at_a_lock());
	svmsim_fault_site(world, 0, &site);
	ktest_assert_string_equal(site.name, "trylock@test_kernel_inject.c:asks_at_a_lock:"
				  "mutex_trylock(&b)");
	plan(world, "test_kernel_inject.c:asks_at_a_lock:mutex_trylock(&b)", 1);
	ktest_assert_true(asks_at_a_lock());
}

static const struct sim_site *twice(unsigned int which)
{
	const struct sim_site *first = SIM_SITE(SIM_POINT_FAIL, "same", "x");
	const struct sim_site *second = SIM_SITE(SIM_POINT_FAIL, "same", "x");

	return which ? second : first;
}

static void test_sites_have_numbers_and_names(void **state)
{
	char text[128];

	ktest_assert_int_equal(twice(0)->ordinal, 1);
	ktest_assert_int_equal(twice(1)->ordinal, 2);
	ktest_assert_u64_not_equal(twice(0)->key, twice(1)->key);
	sim_site_text(twice(0), text, sizeof(text));
	ktest_assert_string_equal(text, "test_kernel_inject.c:twice:same(x)");
	sim_site_text(twice(1), text, sizeof(text));
	ktest_assert_string_equal(text, "test_kernel_inject.c:twice:same(x)#2");
	for (u32 id = 1; id <= sim_site_count(); id++)
		ktest_assert_u64_equal(sim_site_at(id)->id, id);
	ktest_assert_null(sim_site_at(0));
	ktest_assert_null(sim_site_at(sim_site_count() + 1));
}

static void test_references_fail(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct module module = { .name = "m" }, *none = NULL;
	struct kref ref = KREF_INIT(1);
	refcount_t count = REFCOUNT_INIT(1);

	plan(world, "unless-zero", 1);
	ktest_assert_false(kref_get_unless_zero(&ref));
	ktest_assert_int_equal(kref_read(&ref), 1);
	ktest_assert_true(kref_get_unless_zero(&ref));
	plan(world, "test_kernel_inject.c:test_references_fail:refcount_inc_not_zero(&count)#2",
	     1);
	ktest_assert_true(refcount_inc_not_zero(&count));
	ktest_assert_false(refcount_inc_not_zero(&count));
	plan(world, "module", 1);
	ktest_assert_true(try_module_get(none));
	ktest_assert_false(try_module_get(&module));
	ktest_assert_true(try_module_get(&module));
	ktest_assert_int_equal(module.sim_ref_count, 1);
	plan(world, "module", 1);
	__module_get(&module);
	ktest_assert_u64_equal(svmsim_injection_count(world), 0);
}

static const struct ktest tests[] = {
	KTEST(test_fails_the_nth_question_of_a_site),
	KTEST(test_fails_the_nth_question_of_a_kind),
	KTEST(test_fails_the_nth_question_of_the_run),
	KTEST(test_nofail_is_no_question),
	KTEST(test_objects_of_the_model_are_no_question),
	KTEST(test_counting_changes_nothing),
	KTEST(test_probability_comes_from_the_seed_alone),
	KTEST(test_plan_ends_with_the_run),
	KTEST(test_wrong_plans_are_refused),
	KTEST(test_names),
	KTEST(test_kind_stands_before_a_place_that_does_more),
	KTEST(test_references_fail),
	KTEST(test_sites_have_numbers_and_names),
};
KTEST_MAIN(tests)
