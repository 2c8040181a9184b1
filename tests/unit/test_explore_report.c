/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Reports as text and as JSON. The world has no layers: svmsim_report_add() fills it. */
#include "ktest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <svmsim/report.h>
#include <svmsim/world.h>

struct output {
	size_t used;
	char text[8192];
};

static void collect(void *ctx, const char *text, size_t bytes)
{
	struct output *output = ctx;

	ktest_assert_true(output->used + bytes < sizeof(output->text));
	memcpy(output->text + output->used, text, bytes);
	output->used += bytes;
	output->text[output->used] = '\0';
}

static const char *print(struct svmsim_world *world, unsigned int index,
			 const struct svmsim_report_style *style)
{
	static struct output output;

	output.used = 0;
	ktest_assert_int_equal(svmsim_report_print(world, index, style, collect, &output), 0);
	return output.text;
}

static const char *print_json(struct svmsim_world *world, unsigned int index, bool frames)
{
	static struct output output;

	output.used = 0;
	ktest_assert_int_equal(svmsim_report_print_json(world, index, frames, collect, &output), 0);
	return output.text;
}

static const char *const hole_lines[] = { "the window |##..####|", "", "  after    |.....###|" };

static const struct svmsim_report hole = {
	.identifier = "iommu-unmap-hole",
	.step = 5,
	.time_ns = 5000,
	.task = "d0",
	.field_count = 5,
	.key = { "dev", "at", "want", "got", "left" },
	.value = { "d0", "+2p", "8p", "2p", "4p" },
	.line_count = 3,
	.line = hole_lines,
};

#define HOLE_HEAD                                                                                  \
	"  dev=d0 at=+2p want=8p got=2p left=4p\n"                                                 \
	"  step 5, 0.000005000 s, task d0\n"                                                       \
	"  the window |##..####|\n"                                                                \
	"\n"                                                                                       \
	"    after    |.....###|\n"

static void test_block_is_exact(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	ktest_assert_int_equal(svmsim_report_add(world, &hole), 0);
	ktest_assert_string_equal(print(world, 0, NULL),
		"iommu-unmap-hole: an unmap met a hole\n"
		HOLE_HEAD
		"\n"
		"  The range to unmap holds an IOVA page that was never linked. Most drivers\n"
		"  stop there and return fewer bytes than were asked for: translations behind\n"
		"  the hole stay live although their IOVA space may be handed out again, and\n"
		"  the device can still reach those pages. A driver that goes across in\n"
		"  silence hides the bug (a note says so). Unlink each linked run on its own,\n"
		"  pack pages tightly, link a dummy page into holes, or tear down with\n"
		"  dma_iova_with_holes_destroy().\n");
	ktest_expect_report(world, "iommu-unmap-hole", 1);
}

static void test_style_decides_the_parts(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct svmsim_report note = hole;
	struct svmsim_report_style style = { .mark = "expected" };

	note.is_note = true;
	svmsim_report_add(world, &hole);
	svmsim_report_add(world, &note);
	ktest_assert_string_equal(print(world, 0, &style),
		"iommu-unmap-hole [expected]: an unmap met a hole\n" HOLE_HEAD);
	ktest_assert_string_equal(print(world, 1, &style),
		"iommu-unmap-hole [note, expected]: an unmap met a hole\n" HOLE_HEAD);
	style.mark = NULL;
	ktest_assert_string_equal(print(world, 1, &style),
		"iommu-unmap-hole [note]: an unmap met a hole\n" HOLE_HEAD);
	style.color = true;
	ktest_assert_string_equal(print(world, 0, &style),
		"\033[1;31miommu-unmap-hole\033[0m: "
		"\033[1man unmap met a hole\033[0m\n" HOLE_HEAD);
	ktest_expect_report(world, "iommu-unmap-hole", 1);
}

static void test_width_wraps_the_meaning(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	const char *text;

	svmsim_report_add(world, &hole);
	for (unsigned int width = 37; width < 120; width += 7) {
		const struct svmsim_report_style style = { .meaning = true, .width = width };
		size_t longest = 0;

		text = strstr(print(world, 0, &style), "\n\n  The range") + 2;
		while (*text) {
			size_t line = strcspn(text, "\n");

			ktest_assert_int_equal(strncmp(text, "  ", 2), 0);
			ktest_assert_true(text[line - 1] != ' ');
			if (line > longest)
				longest = line;
			text += line + 1;
		}
		ktest_context("width %u, longest line %zu", width, longest);
		ktest_assert_true(longest <= width && longest + 16 > width);
	}
	ktest_expect_report(world, "iommu-unmap-hole", 1);
}

static volatile int after;

static __attribute__((noinline)) void raise_from_named_function(struct svmsim_world *world)
{
	uintptr_t frame[1] = { (uintptr_t)__builtin_return_address(0) };

	svmsim_report_oops(world, "SIGSEGV", 7, 1234567890, "d1", frame, 1);
	after = 1;
}

static void test_frames_are_named_with_their_line(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	const struct svmsim_report_style style = { .frames = true };
	char expected[256];
	int line;

	line = __LINE__ + 1;
	raise_from_named_function(world);
	after = 2;
	snprintf(expected, sizeof(expected),
		 "oops: a crash in kernel-side code\n"
		 "  signal=SIGSEGV\n"
		 "  step 7, 1.234567890 s, task d1\n"
		 "  call chain:\n"
		 "    test_frames_are_named_with_their_line (test_explore_report.c:%d)\n", line);
	ktest_assert_string_equal(print(world, 0, &style), expected);
	snprintf(expected, sizeof(expected), "(test_explore_report.c:%d)\"]", line);
	ktest_assert_string_contains(print_json(world, 0, true), expected);
	ktest_expect_report(world, "oops", 1);
}

static void test_json_is_exact(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	const char *const odd[] = { "quote \" and \\ and \t", "\xff\xfe" };
	struct svmsim_report note = hole;

	note.is_note = true;
	note.line = odd;
	note.line_count = 2;
	svmsim_report_add(world, &hole);
	svmsim_report_add(world, &note);
	ktest_assert_string_equal(print_json(world, 0, false),
		"{\"identifier\":\"iommu-unmap-hole\",\"kind\":\"finding\",\"index\":0,\"step\":5,"
		"\"time_ns\":5000,\"task\":\"d0\",\"fields\":{\"dev\":\"d0\",\"at\":\"+2p\","
		"\"want\":\"8p\",\"got\":\"2p\",\"left\":\"4p\"},\"lines\":["
		"\"the window |##..####|\",\"\",\"  after    |.....###|\"]}");
	ktest_assert_string_contains(print_json(world, 1, false), "\"kind\":\"note\"");
	ktest_assert_string_contains(print_json(world, 1, false),
		"\"lines\":[\"quote \\\" and \\\\ and \\t\",\"?\"]");
	ktest_expect_report(world, "iommu-unmap-hole", 1);
}

static void test_attached_reports_follow(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	const struct svmsim_report_style style = { 0 };
	const char *const lines[] = { "WARNING: unmapped != size", "at drivers/iommu" };
	struct svmsim_report warn = { .identifier = "warn", .step = 5, .time_ns = 5000,
				      .task = "d0", .line_count = 2, .line = lines };
	struct svmsim_report bug = { .identifier = "bug", .step = 5, .task = "d0" };

	ktest_scope_begin();
	svmsim_report_add(world, &hole);
	svmsim_report_add(world, &warn);
	svmsim_report_add(world, &bug);
	warn.step = 6;
	warn.time_ns = 6000;
	warn.field_count = 1;
	warn.key[0] = "n";
	warn.value[0] = "1";
	svmsim_report_add(world, &warn);
	ktest_scope_end();
	ktest_assert_string_equal(print(world, 0, &style),
		"iommu-unmap-hole: an unmap met a hole\n"
		HOLE_HEAD
		"  followed by warn: a WARN of the modelled kernel\n"
		"    WARNING: unmapped != size\n"
		"    at drivers/iommu\n"
		"  followed by warn: a WARN of the modelled kernel\n"
		"    n=1\n"
		"    step 6, 0.000006000 s, task d0\n"
		"    WARNING: unmapped != size\n"
		"    at drivers/iommu\n");
	ktest_assert_string_equal(print(world, 1, &style),
		"bug: a BUG of the modelled kernel\n  step 5, 0.000000000 s, task d0\n");
	ktest_assert_string_contains(print_json(world, 2, false),
				     "\"kind\":\"attached\",\"index\":2,\"attached_to\":0,");
	ktest_expect_report(world, "iommu-unmap-hole", 1);
	ktest_expect_report(world, "bug", 1);
}

static void test_past_the_last_is_enoent(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct output output = { 0 };

	ktest_assert_int_equal(svmsim_report_print(world, 0, NULL, collect, &output), -ENOENT);
	ktest_assert_int_equal(svmsim_report_print_json(world, 0, true, collect, &output), -ENOENT);
	ktest_assert_u64_equal(output.used, 0);
}

static const struct ktest tests[] = {
	KTEST(test_block_is_exact),
	KTEST(test_style_decides_the_parts),
	KTEST(test_width_wraps_the_meaning),
	KTEST(test_frames_are_named_with_their_line),
	KTEST(test_json_is_exact),
	KTEST(test_attached_reports_follow),
	KTEST(test_past_the_last_is_enoent),
};
KTEST_MAIN(tests)
