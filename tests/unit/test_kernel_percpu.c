/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include "kernel/percpu.h"
#include "kernel/task.h"
#include "kernel_fixture.h"

static struct svmsim_world *start(unsigned int cpu_count)
{
	struct svmsim_machine machine = { .node_count = 1, .node = { { .cpu_count = cpu_count } } };

	return ktest_world(kernel_layers, sizeof(kernel_layers) / sizeof(kernel_layers[0]),
			   &machine);
}

struct counter {
	u64 value;
	char more[40];
};

static void test_each_cpu_has_its_own(void **state)
{
	struct svmsim_world *world = start(5);
	struct counter *counter = alloc_percpu(struct counter);
	u64 *other = alloc_percpu(u64), sum = 0;
	unsigned int cpu;

	ktest_assert_int_equal(num_online_cpus(), 5);
	for_each_possible_cpu(cpu) {
		ktest_assert_u64_equal(per_cpu_ptr(counter, cpu)->value, 0);
		per_cpu_ptr(counter, cpu)->value = 100 + cpu;
		*per_cpu_ptr(other, cpu) = ~0ull;
	}
	world->cpu = 3;
	ktest_assert_u64_equal(this_cpu_ptr(counter)->value, 103);
	ktest_assert_u64_equal(this_cpu_read(counter->value), 103);
	this_cpu_add(counter->value, 7);
	ktest_assert_u64_equal(this_cpu_inc_return(counter->value), 111);
	ktest_assert_u64_equal(this_cpu_xchg(counter->value, 1), 111);
	ktest_assert_int_equal(get_cpu(), 3);
	put_cpu();
	ktest_assert_ptr_equal(get_cpu_ptr(counter), per_cpu_ptr(counter, 3));
	put_cpu_ptr(counter);
	for_each_online_cpu(cpu)
		sum += per_cpu_ptr(counter, cpu)->value;
	ktest_assert_u64_equal(sum, 100 + 101 + 102 + 1 + 104);
	free_percpu(counter);
	free_percpu(other);
	free_percpu(NULL);
}

static void test_reuse_is_clean(void **state)
{
	struct svmsim_world *world = start(2);
	u64 *a = alloc_percpu(u64), *b = __alloc_percpu(64, 64);

	ktest_assert_u64_equal((uintptr_t)b & 63, 0);
	*per_cpu_ptr(a, 1) = 5;
	free_percpu(a);
	ktest_assert_ptr_equal(alloc_percpu(u64), a);
	ktest_assert_u64_equal(*per_cpu_ptr(a, 1), 0);
	*per_cpu_ptr(a, 1) = 5;
	sim_world_reset(world);
	a = alloc_percpu(u64);
	ktest_assert_u64_equal(*per_cpu_ptr(a, 1), 0);
	free_percpu(a);
}

static void test_misuse(void **state)
{
	struct svmsim_world *world = start(2);
	u64 *a = alloc_percpu(u64), *b = alloc_percpu(u64);

	ktest_assert_null(__alloc_percpu(0, 8));
	free_percpu(a);
	free_percpu(a);
	assert_report(world, 1, "mem-double-free what=no-object cache=percpu\n"
		      "no live per-CPU object is at this address");
	ktest_assert_non_null(b);
	ktest_expect_report(world, "warn", 1);
	ktest_expect_report(world, "mem-double-free", 1);
	ktest_expect_report(world, "mem-leak", 1);
	sim_world_finish(world);
	assert_report(world, 2,
		      "mem-leak site=test_kernel_percpu.c:test_misuse bytes=16 count=1 "
		      "cache=percpu\n"
		      "16 bytes on each CPU, allocated in test_misuse() (test_kernel_percpu.c)");
}

static void add_cpu(void *info)
{
	*(u64 *)info = *(u64 *)info * 10 + smp_processor_id() + 1;
}

static void test_calls(void **state)
{
	struct svmsim_world *world = start(4);
	u64 order = 0;

	world->cpu = 2;
	world->running->cpu = 2;
	on_each_cpu(add_cpu, &order, 1);
	/* Its own CPU need not wait for an interrupt. */
	ktest_assert_u64_equal(order, 3124);
	ktest_assert_int_equal(smp_call_function_single(1, add_cpu, &order, 1), 0);
	ktest_assert_u64_equal(order, 31242);
	ktest_assert_int_equal(smp_call_function_single(4, add_cpu, &order, 1), -ENXIO);
	ktest_assert_int_equal(smp_processor_id(), 2);
}

static const struct ktest tests[] = {
	KTEST(test_each_cpu_has_its_own),
	KTEST(test_reuse_is_clean),
	KTEST(test_misuse),
	KTEST(test_calls),
};
KTEST_MAIN(tests)
