/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Marked accesses of code above the seam: they compute what they say, and are switch points. */
#include <linux/compiler.h>
#include "above_marked.h"
#include "kernel/site.h"
#include "kernel/task.h"
#include "kernel_fixture.h"

extern const char *const sim_above_marked[];

static void test_each_computes_and_passes_its_points(void **state)
{
	struct svmsim_world *world = kernel_world();

	ktest_assert_non_null(sim_above_marked[0]);
	for (unsigned int i = 0; i < above_marked_count; i++) {
		u64 before = world->now_ns;

		ktest_context("%s", above_marked[i].name);
		ktest_assert_int_equal(above_marked[i].run(), 0);
		ktest_assert_u64_equal(world->now_ns - before,
				       above_marked[i].points * SIM_POINT_NS);
	}
}

static bool has_site(const char *text)
{
	for (u32 id = 1; id <= sim_site_count(); id++) {
		char name[256];

		sim_site_text(sim_site_at(id), name, sizeof(name));
		if (!__builtin_strcmp(name, text))
			return true;
	}
	return false;
}

static void test_sites_are_named_for_the_caller(void **state)
{
	static const char *const names[] = {
		"above_marked.c:read_int:READ_ONCE(number)",
		"above_marked.c:read_member:READ_ONCE(record.member)",
		"above_marked.c:write_all:WRITE_ONCE(pointer)",
		"above_marked.c:write_all:WRITE_ONCE(pointer)#2",
		"above_marked.c:acquire:smp_load_acquire(&number)",
		"above_marked.c:release_all:smp_store_release(&small)",
		"above_marked.c:add_return:atomic_add_return(4, &atomic)",
		"above_marked.c:long_cmpxchg:atomic_long_cmpxchg_release(&atomic_long, 7, 9)",
		"above_marked.c:bit_set_lock:test_and_set_bit_lock(70, bits)",
		"above_marked.c:ref_dec:refcount_dec_and_test(&refs)",
		"above_marked.c:kref_last:kref_put(&kref, release)",
		"above_marked.c:exchange:xchg(&pointer)",
		"above_marked.c:fences:smp_mb",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ktest_context("%s", names[i]);
		ktest_assert_true(has_site(names[i]));
	}
}

static void test_elsewhere_they_are_plain_c(void **state)
{
	struct svmsim_world *world = kernel_world();
	u64 before = world->now_ns;
	int value = 3;

	WRITE_ONCE(value, READ_ONCE(value) + 1);
	ktest_assert_int_equal(value, 4);
	ktest_assert_u64_equal(world->now_ns, before);
}

static const struct ktest tests[] = {
	KTEST(test_each_computes_and_passes_its_points),
	KTEST(test_sites_are_named_for_the_caller),
	KTEST(test_elsewhere_they_are_plain_c),
};
KTEST_MAIN(tests)
