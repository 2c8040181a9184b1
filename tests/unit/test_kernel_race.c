/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Races: which pairs of accesses, which orders. */
#include <linux/percpu.h>
#include <linux/slab.h>
#include "race_fixture.h"

struct way {
	const char *name;
	void (*access)(void);
	bool is_write;
	bool is_marked;
	bool is_ignored;
};

static const struct way ways[] = {
	{ "plain read", above_plain_read, false, false },
	{ "plain write", above_plain_write, true, false },
	{ "marked read", above_marked_read, false, true },
	{ "marked write", above_marked_write, true, true },
	{ "atomic read", above_atomic_read, false, true },
	{ "atomic add", above_atomic_add, true, true },
	{ "ignored read", above_ignored_read, false, false, true },
	{ "ignored write", above_ignored_write, true, false, true },
};

struct order {
	const char *name;
	struct { void (*before)(void); void (*after)(void); } one, two;
	bool orders;
};

static const struct order orders[] = {
	{ "nothing", { NULL, NULL }, { NULL, NULL }, false },
	{ "a lock", { above_lock, above_unlock }, { above_lock, above_unlock }, true },
	{ "a lock on one side", { above_lock, above_unlock }, { NULL, NULL }, false },
	{ "a completion", { NULL, above_complete }, { above_wait, NULL }, true },
	{ "release and acquire", { NULL, above_flag_release }, { above_flag_acquire, NULL },
	  true },
	{ "a marked flag", { NULL, above_flag_relaxed_set }, { above_flag_relaxed_get, NULL },
	  false },
	{ "release, no acquire", { NULL, above_flag_release }, { above_flag_relaxed_get, NULL },
	  false },
	{ "acquire, no release", { NULL, above_flag_relaxed_set }, { above_flag_acquire, NULL },
	  false },
	{ "two barriers", { NULL, above_flag_fenced_set }, { above_flag_fenced_get, NULL }, true },
	{ "a write barrier", { NULL, above_flag_fenced_set }, { above_flag_relaxed_get, NULL },
	  false },
	{ "a read barrier", { NULL, above_flag_relaxed_set }, { above_flag_fenced_get, NULL },
	  false },
	{ "an exchange", { NULL, above_exchange_release }, { above_exchange_acquire, NULL },
	  true },
	{ "a pointer", { NULL, above_pointer_publish }, { above_pointer_follow, NULL }, true },
};

static bool must_race(const struct way *a, const struct way *b, const struct order *order)
{
	if (order->orders || a->is_ignored || b->is_ignored)
		return false;
	return (a->is_write || b->is_write) && !(a->is_marked && b->is_marked);
}

static void test_matrix_of_accesses_and_orders(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
		for (size_t a = 0; a < sizeof(ways) / sizeof(ways[0]); a++) {
			for (size_t b = 0; b < sizeof(ways) / sizeof(ways[0]); b++) {
				const struct order *order = &orders[o];
				struct side one = { order->one.before, ways[a].access,
						    order->one.after };
				struct side two = { order->two.before, ways[b].access,
						    order->two.after };

				ktest_context("%s, then %s, ordered by %s", ways[a].name,
					      ways[b].name, order->name);
				race_run(world, &one, &two);
				ktest_assert_int_equal(ktest_report_count(world, "data-race"),
						       must_race(&ways[a], &ways[b], order));
				sim_world_reset(world);
			}
		}
	}
}

static void test_text_of_a_race(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct side one = { NULL, above_plain_write, NULL };
	struct side two = { NULL, above_plain_read, NULL };
	char expected[512];

	race_skip_unless_instrumented();
	race_run(world, &one, &two);
	host_snprintf(expected, sizeof(expected),
		      "data-race what=write-read in=above_plain_read with=above_plain_write "
		      "object=shared_value bytes=4\n"
		      "t1 reads 4 bytes of shared_value in above_plain_read() "
		      "(above_race.c:%d), plain\n"
		      "t0 wrote 4 bytes there in above_plain_write() (above_race.c:%d), plain; "
		      "nothing orders the two\n", above_line_of_plain_read(),
		      above_line_of_plain_write());
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_assert_string_contains(report_text(world, 0), expected);
	ktest_assert_string_contains(report_text(world, 0), "\n  called by side_run() (");
	ktest_assert_string_contains(report_text(world, 0),
				     "\nvalue: 0x0 before t0 wrote, 0x7 now");
	ktest_expect_report(world, "data-race", 1);
}

static void write_many(void *arg)
{
	for (int i = 0; i < 10; i++)
		above_plain_write();
	above_plain_read();
}

static void test_a_pair_of_functions_is_told_once(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	for (int i = 0; i < 3; i++)
		race_spawn(world, "t", write_many, NULL);
	svmsim_tasks_run(world);
	/* write with write, and write with read. */
	ktest_assert_int_equal(ktest_report_count(world, "data-race"), 2);
	ktest_expect_report(world, "data-race", 2);
}

static char *memory;

static void touch_first_half(void *arg)
{
	above_write_4(memory);
	above_write_1(memory + 11);
	above_copy_in(memory + 16, 24);
}

static void touch_second_half(void *arg)
{
	above_write_4(memory + 4);
	above_write_1(memory + 10);
	above_write_2(memory + 8);
	above_copy_in(memory + 40, 24);
}

static void test_neighbours_do_not_race(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	memory = above_alloc(64);
	race_spawn(world, "t0", touch_first_half, NULL);
	race_spawn(world, "t1", touch_second_half, NULL);
	svmsim_tasks_run(world);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	above_free(memory);
}

static void read_byte(void *arg)
{
	above_read_1(memory + 21);
}

static void clear_all(void *arg)
{
	above_clear(memory, 64);
}

static void test_one_byte_of_a_range_races(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	memory = above_alloc(64);
	race_spawn(world, "t0", clear_all, NULL);
	race_spawn(world, "t1", read_byte, NULL);
	svmsim_tasks_run(world);
	ktest_assert_string_contains(
		report_text(world, 0),
		"data-race what=write-read in=above_read_1 with=above_clear object=above_alloc "
		"at=+21 bytes=1\nt1 reads 1 byte of an object of 64 bytes, allocated in "
		"above_alloc() (above_race.c) at +21 in above_read_1() (above_race.c:");
	ktest_expect_report(world, "data-race", 1);
	above_free(memory);
}

static void free_memory(void *arg)
{
	above_free(memory);
}

static void test_free_races_with_a_read(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	memory = above_alloc(64);
	race_spawn(world, "t0", read_byte, NULL);
	race_spawn(world, "t1", free_memory, NULL);
	svmsim_tasks_run(world);
	ktest_assert_string_contains(report_text(world, 0),
				     "data-race what=read-free in=above_free with=above_read_1 ");
	ktest_expect_report(world, "data-race", 1);
}

static void alloc_write_free(void *arg)
{
	char *object = above_alloc(64);

	above_write_8(object);
	above_free(object);
}

static void test_memory_handed_out_again_has_no_history(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	for (int i = 0; i < 600; i++) {
		race_spawn(world, "t", alloc_write_free, NULL);
		if (i % 10 == 9)
			svmsim_tasks_run(world);
	}
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void use_stack(void *arg)
{
	above_use_stack();
}

static void test_stacks_handed_out_again_have_no_history(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	for (int round = 0; round < 4; round++) {
		race_spawn(world, "t", use_stack, NULL);
		race_spawn(world, "t", use_stack, NULL);
		svmsim_tasks_run(world);
	}
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void plain_write(void *arg)
{
	above_plain_write();
}

static void test_what_the_driver_saw_end_is_ordered(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	above_plain_write();
	for (int round = 0; round < 3; round++) {
		race_spawn(world, "t", plain_write, NULL);
		svmsim_tasks_run(world);
		above_plain_read();
	}
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void *percpu;

static void add_unbound(void *arg)
{
	above_percpu_add(percpu);
}

static void add_bound(void *arg)
{
	preempt_disable();
	above_percpu_add(percpu);
	preempt_enable();
}

static void test_percpu_memory_of_one_cpu(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	percpu = alloc_percpu(u64);
	race_spawn(world, "t0", add_bound, NULL);
	race_spawn(world, "t1", add_bound, NULL);
	svmsim_tasks_run(world);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	race_spawn(world, "t2", add_bound, NULL);
	race_spawn(world, "t3", add_unbound, NULL);
	svmsim_tasks_run(world);
	ktest_assert_int_equal(ktest_report_count(world, "data-race"), 1);
	ktest_expect_report(world, "data-race", 1);
	free_percpu(percpu);
}

static void test_more_tasks_than_clocks_have_room_for(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct side one = { NULL, above_plain_write, NULL };
	struct side two = { NULL, above_plain_read, NULL };

	race_skip_unless_instrumented();
	for (int i = 0; i < 1000; i++) {
		race_spawn(world, "t", plain_write, NULL);
		svmsim_tasks_run(world);
	}
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	race_run(world, &one, &two);
	ktest_assert_int_equal(ktest_report_count(world, "data-race"), 1);
	ktest_expect_report(world, "data-race", 1);
}

static void test_switched_off(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct side one = { NULL, above_plain_write, NULL };

	race_skip_unless_instrumented();
	svmsim_world_instrument(world, SVMSIM_WATCH_MEMORY);
	race_run(world, &one, &one);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	svmsim_world_instrument(world, 0);
	race_run(world, &one, &one);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static const struct ktest tests[] = {
	KTEST(test_matrix_of_accesses_and_orders),
	KTEST(test_text_of_a_race),
	KTEST(test_a_pair_of_functions_is_told_once),
	KTEST(test_neighbours_do_not_race),
	KTEST(test_one_byte_of_a_range_races),
	KTEST(test_free_races_with_a_read),
	KTEST(test_memory_handed_out_again_has_no_history),
	KTEST(test_stacks_handed_out_again_have_no_history),
	KTEST(test_what_the_driver_saw_end_is_ordered),
	KTEST(test_percpu_memory_of_one_cpu),
	KTEST(test_more_tasks_than_clocks_have_room_for),
	KTEST(test_switched_off),
};
KTEST_MAIN(tests)
