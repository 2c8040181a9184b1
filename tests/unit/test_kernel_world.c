/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/world.h"
#include <linux/errno.h>
#include "ktest.h"

/* Layers that write down when they are called; the log lies outside, since it outlives worlds. */
static char call_log[512];
static unsigned int fail_make_of;

static void log_call(const char *layer, const char *call)
{
	size_t used = __builtin_strlen(call_log);

	host_snprintf(call_log + used, sizeof(call_log) - used, "%s%s.%s", used ? " " : "", layer,
		      call);
}

#define LOGGING_LAYER(number, name, slot_id)                                                       \
	static int name##_make(struct svmsim_world *world)                                         \
	{                                                                                          \
		log_call(#name, "make");                                                           \
		ktest_assert_ptr_equal(sim_world, world);                                          \
		return fail_make_of == (number) ? -ENOSPC : 0;                                     \
	}                                                                                          \
	static void name##_start(struct svmsim_world *world) { log_call(#name, "start"); }         \
	static void name##_finish(struct svmsim_world *world) { log_call(#name, "finish"); }       \
	static void name##_reset(struct svmsim_world *world) { log_call(#name, "reset"); }         \
	static void name##_unmake(struct svmsim_world *world) { log_call(#name, "unmake"); }       \
	static const struct sim_layer name = { #name, slot_id, name##_make, name##_start,          \
					       name##_finish, name##_reset, name##_unmake };

LOGGING_LAYER(1, low, SIM_SLOT_SLAB)
LOGGING_LAYER(2, high, SIM_SLOT_PHYS)
static const struct sim_layer silent = { .name = "silent", .slot = SIM_SLOT_WORK };

static const struct sim_layer *const layers[] = { &low, &silent, &high };

static void setup(void **state)
{
	call_log[0] = '\0';
	fail_make_of = 0;
}

static void assert_log(const char *expected)
{
	ktest_assert_string_equal(call_log, expected);
	call_log[0] = '\0';
}

static void test_layers_are_called_in_order(void **state)
{
	struct svmsim_machine machine = { .seed = 3 };
	struct svmsim_world *world;

	ktest_machine_defaults(&machine);
	ktest_assert_int_equal(sim_world_make(&machine, NULL, layers, 3, &world), 0);
	assert_log("low.make high.make low.start high.start");
	sim_world_reset(world);
	assert_log("high.reset low.reset low.start high.start");
	sim_world_finish(world);
	assert_log("high.finish low.finish");
	sim_world_unmake(world);
	assert_log("high.unmake low.unmake");
	ktest_assert_null(sim_world);
}

static void test_finish_runs_once_a_run(void **state)
{
	struct svmsim_world *world = ktest_world(layers, 3, NULL);

	setup(NULL);
	sim_world_finish(world);
	sim_world_finish(world);
	assert_log("high.finish low.finish");
	sim_world_reset(world);
	setup(NULL);
	sim_world_finish(world);
	assert_log("high.finish low.finish");
}

/* Counts what the world has, so that a leak or a foreign free shows. */
struct counted {
	unsigned int live;
	size_t bytes;
	unsigned int resets;
	unsigned int destroys;
	bool refuse;
};

static void *counted_alloc(void *ctx, size_t bytes)
{
	struct counted *counted = ctx;

	if (counted->refuse)
		return NULL;
	counted->live++;
	counted->bytes += bytes;
	return host_malloc(bytes);
}

static void counted_free(void *ctx, void *ptr, size_t bytes)
{
	struct counted *counted = ctx;

	counted->live--;
	counted->bytes -= bytes;
	host_free(ptr);
}

static void counted_reset(void *ctx)
{
	((struct counted *)ctx)->resets++;
}

static void counted_destroy(void *ctx)
{
	((struct counted *)ctx)->destroys++;
}

static struct host_allocator counting(struct counted *counted)
{
	return (struct host_allocator){ counted_alloc, counted_free, counted_reset,
					counted_destroy, counted };
}

static void make_noise(void)
{
	char text[32];

	for (int i = 0; i < 500; i++) {
		host_snprintf(text, sizeof(text), "noise %d", i);
		sim_name(text);
	}
	for (int i = 0; i < 50; i++) {
		struct sim_report *report = sim_report_begin(SIM_REPORT_BUG);

		sim_report_line(report, "line %d of a report that takes some room", i);
		sim_report_raise(report);
	}
}

static void test_all_memory_goes_back_with_its_size(void **state)
{
	struct counted counted = { 0 };
	struct host_allocator allocator = counting(&counted);
	struct svmsim_machine machine = { .seed = 1 };
	struct svmsim_world *world;
	unsigned int live;

	ktest_machine_defaults(&machine);
	ktest_assert_int_equal(sim_world_make(&machine, &allocator, layers, 3, &world), 0);
	live = counted.live;
	for (int round = 0; round < 10; round++) {
		make_noise();
		sim_world_reset(world);
	}
	/* One chunk of names stays. */
	ktest_assert_true(counted.live <= live + 1);
	make_noise();
	ktest_assert_int_equal(counted.resets, 0);
	sim_world_unmake(world);
	ktest_assert_int_equal(counted.live, 0);
	ktest_assert_u64_equal(counted.bytes, 0);
	ktest_assert_int_equal(counted.resets, 1);
	ktest_assert_int_equal(counted.destroys, 1);
}

static void test_failed_make_undoes_what_was_made(void **state)
{
	struct counted counted = { 0 };
	struct host_allocator allocator = counting(&counted);
	struct svmsim_machine machine = { .seed = 1 };
	struct svmsim_world *world;

	ktest_machine_defaults(&machine);
	fail_make_of = 2;
	ktest_assert_int_equal(sim_world_make(&machine, &allocator, layers, 3, &world), -ENOSPC);
	assert_log("low.make high.make low.unmake");
	fail_make_of = 1;
	ktest_assert_int_equal(sim_world_make(&machine, &allocator, layers, 3, &world), -ENOSPC);
	assert_log("low.make");
	ktest_assert_null(sim_world);
	ktest_assert_int_equal(counted.live, 0);
	ktest_assert_int_equal(counted.destroys, 0);
	counted.refuse = true;
	ktest_assert_int_equal(sim_world_make(&machine, &allocator, layers, 3, &world), -ENOMEM);
}

static void test_start_brings_back_the_initial_state(void **state)
{
	struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .cpu_count = 3 }, { .cpu_count = 4 } },
	};
	struct svmsim_world *world = ktest_world(NULL, 0, &machine);
	u64 digest = world->events.digest;

	ktest_assert_int_equal(world->cpu_count, 7);
	ktest_assert_u64_equal(digest, SIM_DIGEST_SEED);
	ktest_assert_int_equal(sim_set_error(world, -ENOMEM, "no %s", "luck"), -ENOMEM);
	ktest_assert_string_equal(svmsim_last_error(world), "no luck");
	make_noise();
	world->step = 9;
	world->now_ns = 9000;
	world->cpu = 2;
	sim_world_reset(world);
	ktest_assert_u64_equal(world->events.digest, digest);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_NAME], 0);
	ktest_assert_u64_equal(world->step, 0);
	ktest_assert_u64_equal(world->now_ns, 0);
	ktest_assert_int_equal(world->cpu, 0);
	ktest_assert_int_equal(world->reports.count, 0);
	ktest_assert_int_equal(world->reports.finding_count, 0);
	ktest_assert_string_equal(svmsim_last_error(world), "");
	ktest_assert_string_equal(world->task_name, "<machine>");
}

static void test_description_is_copied(void **state)
{
	struct svmsim_machine machine = { .device_count = 1, .device = { { .name = "d0" } } };
	struct svmsim_world *world = ktest_world(NULL, 0, &machine);

	machine.device[0].name[0] = 'x';
	ktest_assert_string_equal(world->machine->device[0].name, "d0");
}

static void test_worlds_are_independent(void **state)
{
	struct svmsim_world *a = ktest_world(NULL, 0, NULL);
	struct svmsim_world *b = ktest_world(NULL, 0, NULL);

	sim_world_enter(a);
	make_noise();
	ktest_expect_report(a, "bug", 50);
	ktest_assert_u64_equal(b->events.digest, SIM_DIGEST_SEED);
	ktest_assert_int_equal(b->reports.count, 0);
	sim_world_enter(b);
	ktest_assert_int_equal(sim_name("first"), 0);
}

static void test_listed_names_are_made_once(void **state)
{
	static const struct sim_layer *const with_names[] = { &sim_layer_names, &low };
	struct counted counted = { 0 };
	struct host_allocator allocator = counting(&counted);
	struct svmsim_machine machine = { .seed = 1 };
	struct svmsim_world *world;

	ktest_machine_defaults(&machine);
	ktest_assert_int_equal(sim_world_make(&machine, &allocator, with_names, 2, &world), 0);
	make_noise();
	sim_world_reset(world);
	ktest_assert_int_equal(sim_name("x"), 0);
	sim_world_unmake(world);
	ktest_assert_int_equal(counted.live, 0);
}

static void test_long_error_is_cut(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	sim_set_error(world, -EINVAL, "%0*d", 1000, 7);
	ktest_assert_u64_equal(__builtin_strlen(svmsim_last_error(world)),
			       sizeof(world->last_error) - 1);
}

static const struct ktest tests[] = {
	KTEST_FIXTURE(test_layers_are_called_in_order, setup, NULL),
	KTEST_FIXTURE(test_finish_runs_once_a_run, setup, NULL),
	KTEST_FIXTURE(test_all_memory_goes_back_with_its_size, setup, NULL),
	KTEST_FIXTURE(test_failed_make_undoes_what_was_made, setup, NULL),
	KTEST(test_start_brings_back_the_initial_state),
	KTEST(test_description_is_copied),
	KTEST(test_worlds_are_independent),
	KTEST_FIXTURE(test_listed_names_are_made_once, setup, NULL),
	KTEST(test_long_error_is_cut),
};
KTEST_MAIN(tests)
