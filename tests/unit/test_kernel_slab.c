/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/slab.h>
#include "kernel/slab.h"
#include "kernel_fixture.h"

struct node {
	u64 a, b, c;
};

static void test_zero_and_null(void **state)
{
	struct svmsim_world *world = kernel_world();

	ktest_assert_ptr_equal(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	ktest_assert_ptr_equal(kvmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	ktest_assert_ptr_equal(kcalloc(0, 8, GFP_KERNEL), ZERO_SIZE_PTR);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	kvfree(NULL);
	kvfree(ZERO_SIZE_PTR);
	kmem_cache_destroy(NULL);
	ktest_assert_u64_equal(ksize(NULL), 0);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
}

static void test_fill_and_zero(void **state)
{
	struct svmsim_machine machine = { .fill = 0x5a };
	struct svmsim_world *world = ktest_world(kernel_layers, 7, &machine);
	unsigned char *fresh = kmalloc(100, GFP_KERNEL);
	unsigned char *zeroed = kzalloc(100, GFP_KERNEL);

	for (int i = 0; i < 100; i++) {
		ktest_assert_int_equal(fresh[i], 0x5a);
		ktest_assert_int_equal(zeroed[i], 0);
	}
	ktest_assert_u64_equal(sim_slab_live_count(world), 2);
	kfree(fresh);
	kfree(zeroed);
}

static void test_typed_forms(void **state)
{
	struct node *one, *many, *zeroed;

	kernel_world();
	one = kmalloc_obj(*one);
	many = kvmalloc_objs(struct node, 3, GFP_ATOMIC | __GFP_ZERO);
	zeroed = kzalloc_obj(struct node, GFP_NOWAIT);
	ktest_assert_u64_equal(one->a, 0xa5a5a5a5a5a5a5a5ull);
	ktest_assert_u64_equal(many[2].c, 0);
	ktest_assert_u64_equal(zeroed->b, 0);
	ktest_assert_u64_equal(ksize(many), 96);
	kfree(one);
	kvfree(many);
	kfree(zeroed);
}

static void test_sizes(void **state)
{
	static const struct { size_t size, rounded; } rows[] = {
		{ 1, 8 }, { 8, 8 }, { 9, 16 }, { 64, 64 }, { 65, 96 }, { 96, 96 }, { 97, 128 },
		{ 129, 192 }, { 192, 192 }, { 193, 256 }, { 4097, 8192 }, { 8192, 8192 },
		{ 8193, 16384 }, { 20000, 32768 }, { KMALLOC_MAX_SIZE, KMALLOC_MAX_SIZE },
	};

	kernel_world();
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ktest_context("size %zu", rows[i].size);
		ktest_assert_u64_equal(kmalloc_size_roundup(rows[i].size), rows[i].rounded);
	}
	for (size_t size = 8; size <= 16384; size *= 2) {
		void *object = kmalloc(size, GFP_KERNEL);

		ktest_assert_u64_equal((uintptr_t)object & ((size < 4096 ? size : 4096) - 1), 0);
		kfree(object);
	}
}

static void test_size_limits(void **state)
{
	struct svmsim_world *world = kernel_world();
	volatile size_t huge = ~0ul / 4;

	ktest_assert_null(kmalloc_array(huge, 8, GFP_KERNEL));
	ktest_assert_null(kvcalloc(huge, 8, GFP_KERNEL));
	ktest_assert_null(krealloc_array(NULL, huge, 8, GFP_KERNEL));
	ktest_assert_null(kmemdup_array("", huge, 8, GFP_KERNEL | __GFP_NOWARN));
	ktest_assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	ktest_assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	ktest_expect_report(world, "warn", 1);
	kvfree(kvmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
}

static void test_krealloc(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *text = kmalloc(4, GFP_KERNEL), *grown;

	__builtin_memcpy(text, "abc", 4);
	grown = krealloc(text, 100, GFP_KERNEL | __GFP_ZERO);
	ktest_assert_string_equal(grown, "abc");
	ktest_assert_int_equal(grown[99], 0);
	ktest_assert_ptr_equal(krealloc(grown, 10, GFP_KERNEL), grown);
	sim_slab_fail_nth(world, 1);
	ktest_assert_null(krealloc(grown, 1000, GFP_KERNEL));
	ktest_assert_string_equal(grown, "abc");
	ktest_assert_ptr_equal(krealloc(grown, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	text = krealloc(NULL, 4, GFP_KERNEL);
	kfree(text);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
}

static void test_strings(void **state)
{
	char *a, *b, *c;

	kernel_world();
	a = kstrdup("hello", GFP_KERNEL);
	b = kasprintf(GFP_KERNEL, "%s %d", a, 42);
	c = kstrndup(a, 3, GFP_KERNEL);
	ktest_assert_string_equal(a, "hello");
	ktest_assert_string_equal(b, "hello 42");
	ktest_assert_string_equal(c, "hel");
	ktest_assert_null(kstrdup(NULL, GFP_KERNEL));
	kfree(a);
	a = kmemdup(b, 9, GFP_KERNEL);
	ktest_assert_string_equal(a, b);
	kfree(a);
	kfree(b);
	kfree(c);
}

static noinline void *leak_some(size_t size)
{
	return kmalloc(size, GFP_KERNEL);
}

static void test_leak(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct kmem_cache *cache = kmem_cache_create("thing", 24, 8, 0, NULL);
	void *kept;

	leak_some(10);
	kept = kmem_cache_alloc(cache, GFP_KERNEL);
	leak_some(20);
	kfree(leak_some(30));
	ktest_assert_non_null(kept);
	ktest_expect_report(world, "mem-leak", 2);
	sim_world_finish(world);
	assert_report(world, 0, "mem-leak site=test_kernel_slab.c:leak_some bytes=30 count=2\n"
		      "30 bytes in 2 objects, allocated in leak_some() (test_kernel_slab.c)");
	assert_report(world, 1,
		      "mem-leak site=test_kernel_slab.c:test_leak bytes=24 count=1 cache=thing\n"
		      "24 bytes in 1 object, allocated in test_leak() (test_kernel_slab.c)");
}

/* Objects of one function in different caches are different leaks. */
static void test_leak_by_cache(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct kmem_cache *cache[2];

	for (int i = 0; i < 2; i++) {
		cache[i] = kmem_cache_create(i ? "b" : "a", 24, 8, 0, NULL);
		ktest_assert_non_null(kmem_cache_alloc(cache[i], GFP_KERNEL));
	}
	ktest_expect_report(world, "mem-leak", 2);
}

static noinline void free_it(void *object)
{
	kfree(object);
	/* Keeps the call above from becoming a jump, which would hide this function. */
	barrier();
}

static void test_use_after_free(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *object = leak_some(40);

	free_it(object);
	object[7] = 1;
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_expect_report(world, "mem-uaf", 1);
	sim_world_finish(world);
	assert_report(world, 0, "mem-uaf site=test_kernel_slab.c:leak_some bytes=40 at=+7\n"
		      "object of 40 bytes, allocated in leak_some() (test_kernel_slab.c)\n"
		      "freed in free_it()\n"
		      "byte 7 was overwritten with 0x01");
}

/* Found while the run goes on, when the object leaves the quarantine; the last byte counts too. */
static void test_use_after_free_leaves_quarantine(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *object = leak_some(40);

	kfree(object);
	object[39] = 0x6b;
	for (int i = 0; i < SIM_QUARANTINE_MAX - 1; i++)
		kfree(leak_some(8));
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	kfree(leak_some(8));
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "mem-uaf", 1);
}

static void test_overrun(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *object = leak_some(13), *kept = leak_some(16);

	object[12] = 1;
	kfree(object);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	object = leak_some(13);
	object[13] = 0x41;
	kept[31] = 0x42;
	free_it(object);
	assert_report(world, 0, "mem-overrun site=test_kernel_slab.c:leak_some bytes=13 at=+13\n"
		      "object of 13 bytes, allocated in leak_some() (test_kernel_slab.c)\n"
		      "byte 13 was overwritten with 0x41");
	ktest_expect_report(world, "mem-overrun", 2);
	ktest_expect_report(world, "mem-leak", 1);
}

static void test_double_free(void **state)
{
	struct svmsim_world *world = kernel_world();
	u64 on_stack[16];
	char *object = leak_some(40), *other = leak_some(50);

	free_it(object);
	kfree(object);
	assert_report(world, 0,
		      "mem-double-free what=freed-before site=test_kernel_slab.c:leak_some "
		      "bytes=40\n"
		      "object of 40 bytes, allocated in leak_some() (test_kernel_slab.c)\n"
		      "freed in free_it()");
	kfree(other + 8);
	assert_report(world, 1,
		      "mem-double-free what=inside-object site=test_kernel_slab.c:leak_some "
		      "bytes=50 at=+8\n"
		      "object of 50 bytes, allocated in leak_some() (test_kernel_slab.c)\n"
		      "the address is 8 bytes into it");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"
	kfree(on_stack);
#pragma GCC diagnostic pop
	assert_report(world, 2, "mem-double-free what=no-object\n"
		      "no live or recently freed object is at this address");
	kfree(other);
	ktest_expect_report(world, "mem-double-free", 3);
}

static void construct(void *object)
{
	((struct node *)object)->a = 77;
}

static void test_cache(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct kmem_cache *cache = KMEM_CACHE(node, SLAB_HWCACHE_ALIGN);
	struct kmem_cache *built = kmem_cache_create("built", sizeof(struct node), 0, 0, construct);
	struct node *a = kmem_cache_alloc(cache, GFP_KERNEL);
	struct node *b = kmem_cache_zalloc(cache, GFP_KERNEL);
	struct node *c = kmem_cache_alloc(built, GFP_KERNEL);

	ktest_assert_int_equal(kmem_cache_size(cache), sizeof(struct node));
	ktest_assert_u64_equal((uintptr_t)a & 63, 0);
	ktest_assert_u64_equal(b->c, 0);
	ktest_assert_u64_equal(c->a, 77);
	kmem_cache_free(cache, a);
	kfree(b);
	kmem_cache_destroy(cache);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	kmem_cache_free(built, c);
	kmem_cache_destroy(built);
}

static void test_cache_misuse(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct kmem_cache *a = kmem_cache_create("a", 16, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("b", 16, 0, 0, NULL);
	void *object = kmem_cache_alloc(a, GFP_KERNEL);
	void *left = kmem_cache_alloc(b, GFP_KERNEL);

	kmem_cache_free(b, object);
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
	assert_report(world, 0, "warn site=slab_cache.c:checked_free expr=\"owner != cache\"\n"
		      "WARNING: slab_cache.c at checked_free\n"
		      "cache_from_obj: Wrong slab cache. b but object is from a");
	assert_report(world, 1, "warn site=slab_cache.c:kmem_cache_destroy expr=\"s->live_count\"\n"
		      "WARNING: slab_cache.c at kmem_cache_destroy\n"
		      "kmem_cache_destroy b: Slab cache still has objects");
	ktest_assert_non_null(left);
	ktest_expect_report(world, "warn", 2);
	ktest_expect_report(world, "mem-leak", 1);
}

static void test_events(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct kmem_cache *cache = kmem_cache_create("a", 16, 0, SLAB_SIM_INTERNAL, NULL);
	u64 digest;

	kfree(kmalloc(100, GFP_KERNEL));
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_KMALLOC], 1);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_KFREE], 1);
	digest = world->events.digest;
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	ktest_assert_u64_equal(world->events.digest, digest);
}

static void test_failure(void **state)
{
	struct svmsim_world *world = kernel_world();
	void *a, *b;

	sim_slab_fail_nth(world, 2);
	a = kmalloc(8, GFP_KERNEL);
	ktest_assert_false(sim_slab_failed(world));
	ktest_assert_null(kmalloc(8, GFP_KERNEL));
	ktest_assert_true(sim_slab_failed(world));
	b = kmalloc(8, GFP_KERNEL);
	ktest_assert_non_null(b);
	sim_slab_fail_nth(world, 1);
	kfree(kmalloc(8, GFP_KERNEL | __GFP_NOFAIL));
	ktest_assert_false(sim_slab_failed(world));
	kfree(a);
	kfree(b);
}

/* An internal cache keeps its memory over a reset and hands out the same objects again. */
static void test_internal_cache_and_reset(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct kmem_cache *cache = kmem_cache_create("inner", 40, 0, SLAB_SIM_INTERNAL, NULL);
	char *first[1000], *object;

	for (int i = 0; i < 1000; i++) {
		first[i] = kmem_cache_zalloc(cache, GFP_KERNEL);
		for (int k = 0; k < 40; k++)
			ktest_assert_int_equal(first[i][k], 0);
		__builtin_memset(first[i], i, 40);
	}
	kmem_cache_free(cache, first[500]);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	ktest_assert_ptr_equal(object, first[500]);
	kmalloc(64, GFP_KERNEL);
	kmem_cache_create("outer", 40, 0, 0, NULL);
	sim_world_reset(world);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
	for (int i = 0; i < 1000; i++)
		ktest_assert_ptr_equal(kmem_cache_alloc(cache, GFP_KERNEL), first[i]);
}

static const struct ktest tests[] = {
	KTEST(test_zero_and_null),
	KTEST(test_fill_and_zero),
	KTEST(test_typed_forms),
	KTEST(test_sizes),
	KTEST(test_size_limits),
	KTEST(test_krealloc),
	KTEST(test_strings),
	KTEST(test_leak),
	KTEST(test_leak_by_cache),
	KTEST(test_use_after_free),
	KTEST(test_use_after_free_leaves_quarantine),
	KTEST(test_overrun),
	KTEST(test_double_free),
	KTEST(test_cache),
	KTEST(test_cache_misuse),
	KTEST(test_events),
	KTEST(test_failure),
	KTEST(test_internal_cache_and_reset),
};
KTEST_MAIN(tests)
