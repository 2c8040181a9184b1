/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/errno.h>
#include <svmsim/report.h>
#include "kernel/world.h"
#include "ktest.h"

static struct sim_report *raise_simple(enum sim_report_id id)
{
	struct sim_report *report = sim_report_begin(id);

	sim_report_raise(report);
	return report;
}

static struct svmsim_report get(struct svmsim_world *world, unsigned int index)
{
	struct svmsim_report report;

	ktest_assert_int_equal(svmsim_report_get(world, index, &report), 0);
	return report;
}

static void assert_report(struct svmsim_world *world, unsigned int index, const char *identifier,
			  int attached_to)
{
	struct svmsim_report report = get(world, index);

	ktest_assert_string_equal(report.identifier, identifier);
	ktest_assert_int_equal(report.attached_to, attached_to);
	ktest_assert_int_equal(report.index, index);
}

static void test_fields_and_lines(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct sim_report *report = sim_report_begin(SIM_REPORT_IOMMU_UNMAP_HOLE);
	struct svmsim_report got;

	sim_report_field(report, "dev", "%s", "d0");
	sim_report_offset(report, "at", 8192);
	sim_report_pages(report, "want", 32768);
	sim_report_pages(report, "odd", 100);
	sim_report_offset(report, "zero", 0);
	sim_report_line(report, "first %d", 1);
	sim_report_line(report, "a\nb\n");
	sim_report_line(report, "%s", "");
	for (int i = 0; i < 40; i++)
		sim_report_line(report, "line %d", i);
	sim_report_raise(report);

	got = get(world, 0);
	ktest_assert_string_equal(got.title, "an unmap met a hole");
	ktest_assert_int_equal(got.field_count, 5);
	ktest_assert_string_equal(got.key[0], "dev");
	ktest_assert_string_equal(got.value[0], "d0");
	ktest_assert_string_equal(got.value[1], "+2p");
	ktest_assert_string_equal(got.value[2], "8p");
	ktest_assert_string_equal(got.value[3], "100");
	ktest_assert_string_equal(got.value[4], "+0p");
	ktest_assert_int_equal(got.line_count, 44);
	ktest_assert_string_equal(got.line[0], "first 1");
	ktest_assert_string_equal(got.line[1], "a");
	ktest_assert_string_equal(got.line[2], "b");
	ktest_assert_string_equal(got.line[3], "");
	ktest_assert_string_equal(got.line[43], "line 39");
	ktest_assert_false(got.is_note);
	ktest_expect_report(world, "iommu-unmap-hole", 1);
}

static void test_step_time_and_task_are_those_of_the_begin(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct sim_report *report;
	struct svmsim_report got;

	world->step = 5;
	world->now_ns = 5000;
	world->task_name = "d0";
	report = sim_report_begin(SIM_REPORT_BUG);
	world->step = 6;
	world->now_ns = 6000;
	world->task_name = "d1";
	sim_report_raise(report);
	got = get(world, 0);
	ktest_assert_u64_equal(got.step, 5);
	ktest_assert_u64_equal(got.time_ns, 5000);
	ktest_assert_string_equal(got.task, "d0");
	ktest_expect_report(world, "bug", 1);
}

static volatile int after;

static noinline void report_from_here(void)
{
	raise_simple(SIM_REPORT_BUG);
	after = 1;
}

static void test_backtrace_begins_at_the_caller(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	char name[64];
	struct svmsim_report got;
	bool found = false;

	report_from_here();
	got = get(world, 0);
	ktest_assert_true(got.frame_count >= 2);
	for (unsigned int i = 0; i < got.frame_count; i++) {
		svmsim_frame_function(got.frame[i], name, sizeof(name));
		ktest_assert_true(__builtin_strcmp(name, "sim_report_begin"));
		found |= !__builtin_strcmp(name, "report_from_here");
	}
	ktest_assert_true(found);
	ktest_expect_report(world, "bug", 1);
}

static void test_notes_and_attached_are_no_findings(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct sim_report *parent, *child, *grandchild, *note;

	parent = raise_simple(SIM_REPORT_IOMMU_UNMAP_HOLE);
	note = sim_report_begin(SIM_REPORT_IOMMU_UNMAP_HOLE);
	sim_report_note(note);
	sim_report_raise(note);
	child = sim_report_begin(SIM_REPORT_IOMMU_LEAK);
	sim_report_attach(child, parent);
	sim_report_raise(child);
	/* Attached to what it all follows from, so that depth is one. */
	grandchild = sim_report_begin(SIM_REPORT_DMA_PAGE_FREED);
	sim_report_attach(grandchild, child);
	sim_report_raise(grandchild);

	ktest_assert_int_equal(svmsim_report_count(world), 4);
	ktest_assert_int_equal(svmsim_finding_count(world), 1);
	ktest_assert_true(get(world, 1).is_note);
	assert_report(world, 0, "iommu-unmap-hole", -1);
	assert_report(world, 2, "iommu-leak", 0);
	assert_report(world, 3, "dma-page-freed", 0);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_REPORT], 4);
	ktest_expect_report(world, "iommu-unmap-hole", 1);
}

static void test_warn_without_scope_is_raised_at_once(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	raise_simple(SIM_REPORT_WARN);
	ktest_assert_int_equal(svmsim_finding_count(world), 1);
	ktest_expect_report(world, "warn", 1);
}

static void test_warn_in_a_scope_waits_for_its_end(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	sim_scope_begin();
	raise_simple(SIM_REPORT_WARN);
	raise_simple(SIM_REPORT_WARN);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	sim_scope_end();
	ktest_assert_int_equal(svmsim_report_count(world), 2);
	ktest_expect_report(world, "warn", 2);
}

/* The finding may come before or behind the WARN, in an inner scope too. */
static void test_warn_is_attached_to_the_first_finding_of_its_scope(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	raise_simple(SIM_REPORT_BUG);
	sim_scope_begin();
	ktest_assert_null(sim_scope_finding());
	raise_simple(SIM_REPORT_WARN);
	sim_scope_begin();
	raise_simple(SIM_REPORT_IOMMU_UNMAP_HOLE);
	raise_simple(SIM_REPORT_WARN);
	sim_scope_end();
	ktest_assert_int_equal(svmsim_report_count(world), 2);
	ktest_assert_non_null(sim_scope_finding());
	raise_simple(SIM_REPORT_IOMMU_LEAK);
	sim_scope_end();
	ktest_assert_null(sim_scope_finding());

	ktest_assert_int_equal(svmsim_report_count(world), 5);
	assert_report(world, 1, "iommu-unmap-hole", -1);
	assert_report(world, 2, "iommu-leak", -1);
	assert_report(world, 3, "warn", 1);
	assert_report(world, 4, "warn", 1);
	ktest_expect_report(world, "bug", 1);
	ktest_expect_report(world, "iommu-unmap-hole", 1);
	ktest_expect_report(world, "iommu-leak", 1);
}

static void test_finding_of_an_earlier_scope_takes_no_warn(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	sim_scope_begin();
	raise_simple(SIM_REPORT_IOMMU_UNMAP_HOLE);
	sim_scope_end();
	sim_scope_begin();
	raise_simple(SIM_REPORT_WARN);
	sim_scope_end();
	assert_report(world, 1, "warn", -1);
	ktest_expect_report(world, "iommu-unmap-hole", 1);
	ktest_expect_report(world, "warn", 1);
}

static void test_note_takes_no_warn(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct sim_report *note;

	sim_scope_begin();
	note = sim_report_begin(SIM_REPORT_IOMMU_UNMAP_HOLE);
	sim_report_note(note);
	sim_report_raise(note);
	raise_simple(SIM_REPORT_WARN);
	sim_scope_end();
	assert_report(world, 1, "warn", -1);
	ktest_expect_report(world, "warn", 1);
}

static void test_reset_in_an_open_scope_forgets_it(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	sim_scope_begin();
	raise_simple(SIM_REPORT_BUG);
	raise_simple(SIM_REPORT_WARN);
	sim_world_reset(world);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_assert_null(sim_scope_finding());
	sim_scope_begin();
	raise_simple(SIM_REPORT_WARN);
	sim_scope_end();
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	assert_report(world, 0, "warn", -1);
	ktest_expect_report(world, "warn", 1);
}

static void test_bound_of_a_run(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct sim_report *first = raise_simple(SIM_REPORT_BUG);
	struct sim_report *a, *b;
	struct svmsim_report report;

	for (int i = 1; i < 1500; i++) {
		struct sim_report *more = sim_report_begin(SIM_REPORT_ABSENT);

		sim_report_field(more, "i", "%d", i);
		sim_report_line(more, "line");
		sim_report_raise(more);
	}
	ktest_assert_int_equal(svmsim_report_count(world), 1000);
	ktest_assert_int_equal(svmsim_report_dropped(world), 500);
	ktest_assert_int_equal(svmsim_finding_count(world), 1500);
	ktest_assert_int_equal(svmsim_report_get(world, 1000, &report), -ENOENT);
	ktest_assert_string_equal(get(world, 999).value[0], "999");

	/* Beyond the bound everything still works: two begun at once, attached ones, WARNs. */
	a = sim_report_begin(SIM_REPORT_BUG);
	b = sim_report_begin(SIM_REPORT_BUG);
	sim_report_raise(b);
	sim_report_raise(a);
	ktest_assert_int_equal(svmsim_finding_count(world), 1502);
	b = sim_report_begin(SIM_REPORT_BUG);
	sim_report_attach(b, a);
	sim_report_raise(b);
	b = sim_report_begin(SIM_REPORT_BUG);
	sim_report_attach(b, first);
	sim_report_raise(b);
	ktest_assert_int_equal(svmsim_finding_count(world), 1502);
	sim_scope_begin();
	raise_simple(SIM_REPORT_WARN);
	sim_scope_end();
	ktest_assert_int_equal(svmsim_report_dropped(world), 505);
	sim_world_reset(world);
	ktest_assert_int_equal(svmsim_report_dropped(world), 0);
	ktest_assert_int_equal(svmsim_finding_count(world), 0);
}

/* WARNs that wait count as well, and none of them is lost at the bound. */
static void test_bound_holds_for_held_warns(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	sim_scope_begin();
	for (int i = 0; i < 1200; i++)
		raise_simple(SIM_REPORT_WARN);
	raise_simple(SIM_REPORT_BUG);
	sim_scope_end();
	ktest_assert_int_equal(svmsim_report_count(world), 1000);
	ktest_assert_int_equal(svmsim_report_dropped(world), 201);
	sim_world_reset(world);
}

/* Frames and texts stay out of the digest, the fact of a report does not. */
static void test_digest_knows_identifiers_only(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct sim_report *report;
	u64 digest;

	raise_simple(SIM_REPORT_BUG);
	digest = world->events.digest;
	sim_world_reset(world);
	report = sim_report_begin(SIM_REPORT_BUG);
	sim_report_line(report, "text");
	sim_report_set_frames(report, NULL, 0);
	sim_report_raise(report);
	ktest_assert_u64_equal(world->events.digest, digest);
	sim_world_reset(world);
	raise_simple(SIM_REPORT_WARN);
	ktest_assert_u64_not_equal(world->events.digest, digest);
	sim_world_reset(world);
}

static void test_program_adds_a_report(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	uintptr_t frames[40];
	const char *const lines[] = { "one", "two" };
	struct svmsim_report added = {
		.identifier = "uninit",
		.step = 12,
		.time_ns = 34,
		.task = "d7",
		.field_count = 1,
		.key = { "digest" },
		.value = { "0x1" },
		.line_count = 2,
		.line = lines,
	};
	struct svmsim_report got;

	for (int i = 0; i < 40; i++)
		frames[i] = i + 1;
	ktest_assert_int_equal(svmsim_report_add(world, &added), 0);
	got = get(world, 0);
	ktest_assert_string_equal(got.identifier, "uninit");
	ktest_assert_u64_equal(got.step, 12);
	ktest_assert_u64_equal(got.time_ns, 34);
	ktest_assert_string_equal(got.task, "d7");
	ktest_assert_string_equal(got.value[0], "0x1");
	ktest_assert_string_equal(got.line[1], "two");
	ktest_assert_int_equal(got.frame_count, 0);

	svmsim_report_oops(world, "SIGFPE", 3, 3000, "d0", frames, 40);
	got = get(world, 1);
	ktest_assert_string_equal(got.identifier, "oops");
	ktest_assert_string_equal(got.key[0], "signal");
	ktest_assert_string_equal(got.value[0], "SIGFPE");
	ktest_assert_int_equal(got.frame_count, SIM_REPORT_FRAME_MAX);
	ktest_assert_u64_equal(got.frame[SIM_REPORT_FRAME_MAX - 1], SIM_REPORT_FRAME_MAX);

	added.identifier = "unknown";
	ktest_assert_int_equal(svmsim_report_add(world, &added), -ENOENT);
	ktest_assert_string_equal(svmsim_last_error(world), "there is no report \"unknown\"");
	ktest_expect_report(world, "uninit", 1);
	ktest_expect_report(world, "oops", 1);
}

static void test_table_rows_are_complete(void **state)
{
	struct svmsim_report_info info, other;
	unsigned int count = 0;

	while (!svmsim_report_info(count, &info)) {
		ktest_assert_true(info.identifier[0] && info.title[0] && info.meaning[0]);
		ktest_assert_non_null(info.example);
		for (unsigned int i = 0; i < count; i++) {
			svmsim_report_info(i, &other);
			ktest_assert_true(__builtin_strcmp(info.identifier, other.identifier));
		}
		count++;
	}
	ktest_assert_int_equal(count, SIM_REPORT_ID_COUNT);
}

static const struct ktest tests[] = {
	KTEST(test_fields_and_lines),
	KTEST(test_step_time_and_task_are_those_of_the_begin),
	KTEST(test_backtrace_begins_at_the_caller),
	KTEST(test_notes_and_attached_are_no_findings),
	KTEST(test_warn_without_scope_is_raised_at_once),
	KTEST(test_warn_in_a_scope_waits_for_its_end),
	KTEST(test_warn_is_attached_to_the_first_finding_of_its_scope),
	KTEST(test_finding_of_an_earlier_scope_takes_no_warn),
	KTEST(test_note_takes_no_warn),
	KTEST(test_reset_in_an_open_scope_forgets_it),
	KTEST(test_bound_of_a_run),
	KTEST(test_bound_holds_for_held_warns),
	KTEST(test_digest_knows_identifiers_only),
	KTEST(test_program_adds_a_report),
	KTEST(test_table_rows_are_complete),
};
KTEST_MAIN(tests)
