/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/kref.h>
#include <linux/mutex.h>
#include <svmsim/report.h>
#include "kernel/layers.h"
#include "ktest.h"

static const struct sim_layer *const layers[] = { SIM_KERNEL_LAYERS };

static struct svmsim_world *make_world(void)
{
	return ktest_world(layers, sizeof(layers) / sizeof(layers[0]), NULL);
}

/* The latest report is of a count, with the kernel's text. */
static void assert_complaint(struct svmsim_world *world, unsigned int count, const char *text)
{
	struct svmsim_report report;

	ktest_assert_u64_equal(svmsim_report_count(world), count);
	ktest_assert_int_equal(svmsim_report_get(world, count - 1, &report), 0);
	ktest_assert_string_equal(report.identifier, "refcount");
	ktest_assert_true(report.line_count > 0);
	ktest_assert_string_equal(report.line[0], text);
	ktest_expect_report(world, "refcount", 1);
}

static void test_counts_up_and_down_in_silence(void **state)
{
	struct svmsim_world *world = make_world();
	refcount_t count = REFCOUNT_INIT(1);

	refcount_inc(&count);
	refcount_add(3, &count);
	ktest_assert_u64_equal(refcount_read(&count), 5);
	refcount_dec(&count);
	ktest_assert_false(refcount_sub_and_test(3, &count));
	ktest_assert_true(refcount_inc_not_zero(&count));
	ktest_assert_false(refcount_dec_and_test(&count));
	ktest_assert_true(refcount_dec_and_test(&count));
	ktest_assert_u64_equal(refcount_read(&count), 0);
	ktest_assert_false(refcount_inc_not_zero(&count));
	ktest_assert_false(refcount_add_not_zero(5, &count));
	ktest_assert_u64_equal(refcount_read(&count), 0);
	refcount_set(&count, REFCOUNT_MAX - 1);
	refcount_inc(&count);
	ktest_assert_u64_equal(refcount_read(&count), REFCOUNT_MAX);
	ktest_assert_u64_equal(svmsim_report_count(world), 0);
}

static void test_misuse_is_reported_and_saturates(void **state)
{
	struct svmsim_world *world = make_world();
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
	assert_complaint(world, 1, "refcount_t: addition on 0; use-after-free.");
	ktest_assert_int_equal((int)refcount_read(&count), REFCOUNT_SATURATED);
	refcount_set(&count, REFCOUNT_MAX);
	refcount_inc(&count);
	assert_complaint(world, 2, "refcount_t: saturated; leaking memory.");
	ktest_assert_int_equal((int)refcount_read(&count), REFCOUNT_SATURATED);
	refcount_set(&count, REFCOUNT_MAX);
	ktest_assert_true(refcount_inc_not_zero(&count));
	assert_complaint(world, 3, "refcount_t: saturated; leaking memory.");
	refcount_set(&count, 0);
	ktest_assert_false(refcount_dec_and_test(&count));
	assert_complaint(world, 4, "refcount_t: underflow; use-after-free.");
	refcount_set(&count, 2);
	ktest_assert_false(refcount_sub_and_test(3, &count));
	assert_complaint(world, 5, "refcount_t: underflow; use-after-free.");
	refcount_set(&count, 1);
	refcount_dec(&count);
	assert_complaint(world, 6, "refcount_t: decrement hit 0; leaking memory.");
	ktest_assert_int_equal((int)refcount_read(&count), REFCOUNT_SATURATED);
}

static void test_saturated_count_never_reaches_zero(void **state)
{
	struct svmsim_world *world = make_world();
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
	for (unsigned int i = 0; i < 20; i++)
		ktest_assert_false(refcount_dec_and_test(&count));
	ktest_assert_u64_equal(svmsim_report_count(world), 21);
	ktest_expect_report(world, "refcount", 21);
	ktest_assert_true(refcount_dec_not_one(&count));
	ktest_assert_int_equal((int)refcount_read(&count), REFCOUNT_SATURATED);
}

static void test_dec_if_one_and_not_one(void **state)
{
	struct svmsim_world *world = make_world();
	refcount_t count = REFCOUNT_INIT(2);

	ktest_assert_false(refcount_dec_if_one(&count));
	ktest_assert_true(refcount_dec_not_one(&count));
	ktest_assert_false(refcount_dec_not_one(&count));
	ktest_assert_true(refcount_dec_if_one(&count));
	ktest_assert_u64_equal(refcount_read(&count), 0);
	ktest_assert_true(refcount_dec_not_one(&count));
	assert_complaint(world, 1, "refcount_t: underflow; use-after-free.");
	ktest_assert_u64_equal(refcount_read(&count), 0);
}

struct object {
	struct kref ref;
	struct mutex lock;
	unsigned int released;
};

static void release(struct kref *ref)
{
	container_of(ref, struct object, ref)->released++;
}

static void release_unlock(struct kref *ref)
{
	struct object *object = container_of(ref, struct object, ref);

	object->released++;
	mutex_unlock(&object->lock);
}

static void test_kref_releases_once(void **state)
{
	struct svmsim_world *world = make_world();
	struct object object = { 0 };

	kref_init(&object.ref);
	kref_get(&object.ref);
	ktest_assert_int_equal(kref_put(&object.ref, release), 0);
	ktest_assert_int_equal(object.released, 0);
	ktest_assert_int_equal(kref_put(&object.ref, release), 1);
	ktest_assert_int_equal(object.released, 1);
	ktest_assert_false(kref_get_unless_zero(&object.ref));
	kref_get(&object.ref);
	assert_complaint(world, 1, "refcount_t: addition on 0; use-after-free.");
	/* A released object can be revived by initialising it again. */
	kref_init(&object.ref);
	ktest_assert_u64_equal(kref_read(&object.ref), 1);
	ktest_assert_int_equal(kref_put(&object.ref, release), 1);
}

static void test_kref_put_mutex_releases_under_the_lock(void **state)
{
	struct object object = { 0 };

	make_world();
	mutex_init(&object.lock);
	kref_init(&object.ref);
	kref_get(&object.ref);
	ktest_assert_int_equal(kref_put_mutex(&object.ref, release_unlock, &object.lock), 0);
	ktest_assert_false(mutex_is_locked(&object.lock));
	ktest_assert_int_equal(kref_put_mutex(&object.ref, release_unlock, &object.lock), 1);
	ktest_assert_int_equal(object.released, 1);
	ktest_assert_false(mutex_is_locked(&object.lock));
}

static const struct ktest tests[] = {
	KTEST(test_counts_up_and_down_in_silence),
	KTEST(test_dec_if_one_and_not_one),
	KTEST(test_kref_put_mutex_releases_under_the_lock),
	KTEST(test_kref_releases_once),
	KTEST(test_misuse_is_reported_and_saturates),
	KTEST(test_saturated_count_never_reaches_zero),
};
KTEST_MAIN(tests)
