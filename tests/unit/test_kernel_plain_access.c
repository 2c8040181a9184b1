/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Each callback of the compilers: what it says about memory, points, footprints. */
#include <linux/slab.h>
#include "kernel/site.h"
#include "race_fixture.h"

struct access {
	const char *name;
	void (*run)(void *address);
	const char *what;
	unsigned int bytes;
};

static void copy_out_24(void *address)
{
	above_copy_out(address, 24);
}

static void copy_in_24(void *address)
{
	above_copy_in(address, 24);
}

static void clear_24(void *address)
{
	above_clear(address, 24);
}

static void move_from_24(void *address)
{
	static char elsewhere[24];

	above_move(elsewhere, address, 24);
}

static void move_to_24(void *address)
{
	static char elsewhere[24];

	above_move(address, elsewhere, 24);
}

static void struct_from(void *address)
{
	static char elsewhere[72];

	above_copy_struct(elsewhere, address);
}

static void struct_to(void *address)
{
	static char elsewhere[72];

	above_copy_struct(address, elsewhere);
}

static const struct access accesses[] = {
	{ "read_1", above_read_1, "read", 1 },
	{ "read_2", above_read_2, "read", 2 },
	{ "read_4", above_read_4, "read", 4 },
	{ "read_8", above_read_8, "read", 8 },
	{ "write_1", above_write_1, "write", 1 },
	{ "write_2", above_write_2, "write", 2 },
	{ "write_4", above_write_4, "write", 4 },
	{ "write_8", above_write_8, "write", 8 },
	{ "copy_out", copy_out_24, "read", 24 },
	{ "copy_in", copy_in_24, "write", 24 },
	{ "clear", clear_24, "write", 24 },
	{ "move_from", move_from_24, "read", 24 },
	{ "move_to", move_to_24, "write", 24 },
	{ "copy_struct", struct_from, "read", 72 },
	{ "copy_struct", struct_to, "write", 72 },
};

/* Freed, at its end, right behind it, and right before it. */
static void test_every_access_to_bad_memory(void **state)
{
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		const struct access *access = &accesses[i];
		char *object, expected[256];

		ktest_context("%s of %u bytes", access->name, access->bytes);
		object = above_alloc(96);
		access->run(object);
		access->run(object + 96 - access->bytes);
		ktest_assert_int_equal(svmsim_report_count(world), 0);
		above_free(object);
		access->run(object + 8);
		host_snprintf(expected, sizeof(expected),
			      "mem-uaf site=above_race.c:above_alloc bytes=96 at=+8 what=%s\n"
			      "object of 96 bytes, allocated in above_alloc() (above_race.c)\n"
			      "freed in above_free()\n<machine> %ss ", access->what, access->what);
		ktest_assert_string_contains(report_text(world, 0), expected);
		object = above_alloc(96);
		access->run(object + 97 - access->bytes);
		host_snprintf(expected, sizeof(expected),
			      "mem-overrun site=above_race.c:above_alloc bytes=96 at=+%u what=%s\n",
			      97 - access->bytes, access->what);
		ktest_assert_string_contains(report_text(world, 1), expected);
		above_free(object);
		ktest_assert_int_equal(svmsim_report_count(world), 2);
		sim_world_reset(world);
	}
}

static void test_in_front_of_an_object(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *object;

	race_skip_unless_instrumented();
	object = above_alloc(32);
	above_read_1(object);
	above_read_4(object - 4);
	ktest_assert_string_contains(report_text(world, 0),
				     "mem-overrun site=above_race.c:above_alloc bytes=32 at=-4 "
				     "what=read\n");
	ktest_expect_report(world, "mem-overrun", 1);
	above_free(object);
}

/* An object is told of once, and not again when its poison is looked at. */
static void test_freed_object_is_told_once(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *object;

	race_skip_unless_instrumented();
	object = above_alloc(32);
	above_write_1(object);
	above_free(object);
	for (int i = 0; i < 3; i++)
		above_write_4(object);
	sim_world_finish(world);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "mem-uaf", 1);
}

/* Objects that are older than the watch are found too. */
static void test_objects_from_before_the_watch(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *live = kmalloc(24, GFP_KERNEL), *freed = kmalloc(40, GFP_KERNEL);

	race_skip_unless_instrumented();
	kfree(freed);
	above_read_8(live);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	above_read_8(freed);
	ktest_expect_report(world, "mem-uaf", 1);
	kfree(live);
}

static void test_unaligned_access(void **state)
{
	struct svmsim_world *world = kernel_world();
	char *object;

	race_skip_unless_instrumented();
	object = above_alloc(16);
	above_write_unaligned(object);
	above_free(object);
	above_write_unaligned(object);
	ktest_assert_string_contains(report_text(world, 0), " at=+1 what=write\n");
	ktest_expect_report(world, "mem-uaf", 1);
}

static void test_atomics_compute(void **state)
{
	kernel_world();
	ktest_assert_int_equal(above_atomics(), 0);
}

static char *memory;

static void write_twice(void *arg)
{
	above_write_8(memory);
	above_write_8(memory + 32);
}

static void write_elsewhere(void *arg)
{
	above_write_8(memory + 8);
	above_read_8(memory + 48);
}

static void read_first(void *arg)
{
	above_read_8(memory);
	above_read_8(memory + 48);
}

static void test_plain_accesses_are_points_on_demand(void **state)
{
	struct svmsim_world *world = kernel_world();
	u64 before;

	race_skip_unless_instrumented();
	memory = above_alloc(64);
	before = world->now_ns;
	above_write_8(memory);
	ktest_assert_u64_equal(world->now_ns, before);
	svmsim_world_instrument(world, SVMSIM_WATCH_MEMORY | SVMSIM_PLAIN_POINTS);
	above_write_8(memory);
	ktest_assert_u64_equal(world->now_ns, before + SIM_POINT_NS);
	above_free(memory);
}

static char seen_sites[1024];

/* Always somebody else. */
static unsigned int other_next(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	size_t used = __builtin_strlen(seen_sites);

	host_snprintf(seen_sites + used, sizeof(seen_sites) - used, "%s %s*%u\n", point->task,
		      point->site, point->occurrence);
	for (unsigned int i = 0; i < point->count; i++)
		if (point->candidate[i].number != point->task_number)
			return i;
	return 0;
}

static void test_plain_points_switch_and_have_sites(void **state)
{
	static const struct svmsim_scheduler scheduler = { .name = "other", .next = other_next };
	struct svmsim_world *world = kernel_world();

	race_skip_unless_instrumented();
	memory = above_alloc(64);
	seen_sites[0] = '\0';
	svmsim_world_instrument(world, SVMSIM_PLAIN_POINTS);
	svmsim_world_schedule(world, &scheduler);
	race_spawn(world, "t0", write_twice, NULL);
	race_spawn(world, "t1", write_elsewhere, NULL);
	svmsim_tasks_run(world);
	ktest_assert_string_contains(seen_sites, "t0 plain:above_write_8:write*1\n");
	ktest_assert_string_contains(seen_sites, "t0 plain:above_write_8:write*2\n");
	ktest_assert_string_contains(seen_sites, "t1 plain:above_read_8:read*1\n");
	above_free(memory);
}

/* The steps of three tasks that run one after the other. */
static void test_footprints_of_steps(void **state)
{
	struct svmsim_world *world = kernel_world();
	u64 first;

	race_skip_unless_instrumented();
	memory = above_alloc(64);
	svmsim_world_instrument(world, SVMSIM_WATCH_MEMORY);
	sim_race_record_steps(world, true);
	first = world->step;
	race_spawn(world, "t0", write_twice, NULL);
	race_spawn(world, "t1", write_elsewhere, NULL);
	race_spawn(world, "t2", read_first, NULL);
	svmsim_tasks_run(world);
	ktest_assert_u64_equal(world->step, first + 2);
	ktest_assert_true(sim_step_known(world, first + 2));
	ktest_assert_false(sim_step_known(world, first + 3));
	/* t0 and t2 share the first word; t1 and t2 only read the last one. */
	ktest_assert_false(sim_step_conflicts(world, first, first + 1));
	ktest_assert_true(sim_step_conflicts(world, first, first + 2));
	ktest_assert_true(sim_step_conflicts(world, first + 2, first));
	ktest_assert_false(sim_step_conflicts(world, first + 1, first + 2));
	ktest_assert_true(sim_step_conflicts(world, first, first + 3));
	sim_race_record_steps(world, false);
	ktest_assert_false(sim_step_known(world, first));
	above_free(memory);
}

static void take_lock(void *arg)
{
	above_lock();
	above_unlock();
}

static void test_steps_that_take_one_lock_conflict(void **state)
{
	struct svmsim_world *world = kernel_world();
	u64 first;

	race_skip_unless_instrumented();
	memory = above_alloc(64);
	sim_race_record_steps(world, true);
	first = world->step;
	race_spawn(world, "t0", take_lock, NULL);
	race_spawn(world, "t1", take_lock, NULL);
	race_spawn(world, "t2", write_twice, NULL);
	svmsim_tasks_run(world);
	ktest_assert_true(sim_step_conflicts(world, first, first + 1));
	ktest_assert_false(sim_step_conflicts(world, first, first + 2));
	above_free(memory);
}

static const struct ktest tests[] = {
	KTEST(test_every_access_to_bad_memory),
	KTEST(test_in_front_of_an_object),
	KTEST(test_freed_object_is_told_once),
	KTEST(test_objects_from_before_the_watch),
	KTEST(test_unaligned_access),
	KTEST(test_atomics_compute),
	KTEST(test_plain_accesses_are_points_on_demand),
	KTEST(test_plain_points_switch_and_have_sites),
	KTEST(test_footprints_of_steps),
	KTEST(test_steps_that_take_one_lock_conflict),
};
KTEST_MAIN(tests)
