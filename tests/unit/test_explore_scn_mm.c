/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Lines of processes: what they come to, what states show, what they mean under failures. */
#include <svmsim/fault.h>
#include "scn_fixture.h"

#define BUF "cpu: vma buf 8p anon\n"

/* What `show` prints at the end of @body. */
static void assert_shows(const char *body, const char *view, const char *text)
{
	struct svmsim_scenario_options options = { .show = view };
	struct svmsim_run *run = run_body(body, &options);

	assert_string_equal(run->shown, text);
	svmsim_run_free(run);
}

static void test_pages_have_names_and_a_strip(void **state)
{
	assert_shows(BUF "cpu: read buf[1]\ncpu: mprotect buf[5] none\n", "strip",
		     "buf[0..4] .0...\nbuf[5] .\nbuf[6..7] ..\n");
	assert_shows(BUF "cpu: read buf[1..2]\n", "pages",
		     "buf[0..7] .00.....\nbuf[0] absent\nbuf[1..2] zero r\nbuf[3..7] absent\n");
	assert_shows(BUF "cpu: write buf[2..3]\ncpu: read buf[7]\n", "cpu-pt",
		     "buf[2..3] 4K anon rw accessed dirty\nbuf[7] 4K zero r accessed\n");
	assert_shows(BUF "cpu: mprotect buf[0..1] ro\ncpu: munmap buf[4]\n", "vma",
		     "buf[0..1] ro anon\nbuf[2..3] rw anon\nbuf[5..7] rw anon\n");
}

static void test_areas_that_merge_keep_their_names(void **state)
{
	assert_shows("cpu: vma big 16p anon\ncpu: munmap big[8..15]\ncpu: mremap big[0..7] low\n"
		     "cpu: vma more 8p anon\ncpu: fork child\nchild: munmap low\n", "vma",
		     "cpu:\nmore[0..7] + low[0..7] rw anon\nchild:\nmore[0..7] rw anon\n");
}

static void test_long_strips_have_rows(void **state)
{
	assert_shows("cpu: vma buf 200p anon\ncpu: read buf[0..129] buf[140]\n", "strip",
		     "buf[0..127] 0 x128\n"
		     "buf[128..191] 00..........0.................................................."
		     ".\n"
		     "buf[192..199] ........\n");
}

static void test_words_for_pages(void **state)
{
	assert_passes(BUF "expect buf absent\ncpu: read buf[0..1]\n"
		      "expect buf[0..1] zero and buf[0] present and not buf[0] writable\n"
		      "cpu: write buf[0]\nexpect buf[0] writable and buf[0] on node 0\n"
		      "expect not buf[0..1] on node 0\nexpect not buf[1] on device\n"
		      "expect not buf[0] huge and not buf[0] large and not buf[0] pinned\n"
		      "expect not buf[0] migrating and not buf[0] swapped\n"
		      "expect eventually buf[0] zero\nexpect never buf[2] present\n");
	assert_fails(BUF "cpu: read buf[1]\nexpect buf[0..2] present\n", 6,
		     "expect buf[0..2] present", "all present",
		     "buf[0] absent;buf[1] zero r;buf[2] absent");
	assert_fails(BUF "cpu: write buf[1]\nexpect never buf[1] writable\n", 6,
		     "expect never buf[1] writable", "at no moment",
		     "in step 2, begun by line 5: cpu: write buf[1]");
	assert_fails(BUF "expect not buf[0] absent\n", 5, "expect not buf[0] absent",
		     "not all absent", "buf[0] absent");
}

static void test_values_and_patterns(void **state)
{
	assert_passes(BUF "cpu: write buf[0..1] value=0x2a\ncpu: read buf[1] -> 0x2a\n"
		      "cpu: check buf[0..1] value=0x2a\ncpu: check buf[2] value=0\n"
		      "cpu: fill buf[2..3] pattern=5\ncpu: check buf[2..3] pattern=5\n"
		      "cpu: check buf[3] pattern=5 -> EIO\n"
		      "cpu: write buf[4] offset=8B bytes=8B value=7\n"
		      "cpu: read buf[4] offset=8B -> 7\ncpu: read buf[4] -> 0\n");
	/* A line that says nothing about its bytes writes others than any line before it. */
	assert_passes(BUF "cpu: fill buf[0] pattern=1\ncpu: write buf[0]\n"
		      "cpu: check buf[0] pattern=1 -> EIO\ncpu: write buf[1]\n"
		      "cpu: check buf[1] value=0 -> EIO\n");
	assert_fails(BUF "cpu: check buf[0] value=9\n", 5, "cpu: check buf[0] value=9", "ok",
		     "EIO (it begins with 0x0)");
}

static void test_accesses_that_end_in_a_signal(void **state)
{
	assert_passes(BUF "cpu: munmap buf[1]\ncpu: read buf[1] -> fault\n"
		      "cpu: mprotect buf[2] ro\ncpu: write buf[2] -> fault\n"
		      "cpu: fill buf[0..1] pattern=1 -> fault\n"
		      "cpu: check buf[2] pattern=1 -> fault or EIO\n");
}

static void test_names_of_other_processes(void **state)
{
	assert_passes("mm other\nother: vma a 2p anon\nother: fill a pattern=1\n"
		      "cpu: vma a 4p anon\ncpu: fill a pattern=2\nother: check a pattern=1\n"
		      "expect a of other present\nexpect areas:other = 1\n"
		      "expect anon-pages:other = 2\nexpect anon-pages:cpu = 4\n");
	assert_passes("machine { node 0 { cpus 2 } }\n" BUF
		      "cpu: fill buf pattern=1\ncpu: fork child\ncpu1: mm child\n"
		      "cpu: munmap buf\ncpu1: check buf pattern=1\nchild: check buf pattern=1\n");
	assert_fails("mm other\n" BUF "other: read buf[0]\n", 6, "other: read buf[0]", "ok",
		     "ENOENT (this process has no such area)");
}

static void test_processes_come_to_be_once(void **state)
{
	struct svmsim_scenario_options options = { .sched = SVMSIM_SCHED_RANDOM };
	uint64_t seed;

	for (seed = 1; seed <= 20; seed++) {
		struct svmsim_run *run;

		options.seed = seed;
		run = run_body("par\n  A: cpu: vma a 2p anon\n  B: cpu: vma b 2p anon\nend\n"
			       "expect areas:cpu <= 2\ncpu: write a b[0]\n", &options);
		assert_int_equal(run->verdict, SVMSIM_PASSED);
		svmsim_run_free(run);
	}
}

static void test_exit_ends_a_process(void **state)
{
	assert_passes(BUF "cpu: write buf\ncpu: exit\ncpu: read buf -> ESRCH\n"
		      "cpu: vma more 1p anon -> ESRCH\ncpu: exit -> ESRCH\n"
		      "expect anon-pages:cpu = 0\n");
}

static const char *const sweeps[] = {
	BUF "cpu: fill buf pattern=1\ncpu: check buf pattern=1\ncpu: munmap buf[2..3]\n"
	"cpu: read buf[2] -> fault\ncpu: mprotect buf[4..5] ro\ncpu: write buf[4] -> fault\n"
	"cpu: mremap buf[0..1] there\ncpu: check there pattern=1\n",
	BUF "cpu: fill buf pattern=1\ncpu: fork child\nchild: fill buf[1] pattern=2\n"
	"cpu: check buf pattern=1\nchild: munmap buf[2..3]\ncpu: write buf[2]\nchild: exit\n",
	"cpu: vma page 4p file f\ncpu: fill page pattern=1\ncpu: vma own 4p file-private f\n"
	"cpu: check own pattern=1\ncpu: fill own[1] pattern=2\ncpu: truncate f 2p\n"
	"cpu: read page[3] -> fault\n",
};

static void test_sweep_of_lines_of_processes(void **state)
{
	struct svmsim_scenario_options options = { .sweep_max = 400, .timeout_seconds = 60 };
	unsigned int i;

	for (i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		struct svmsim_scenario *scenario = load_body(sweeps[i], &options);
		struct svmsim_run *run = NULL;

		assert_int_equal(svmsim_scenario_run_worker(scenario, 0, &options, &run), 0);
		svmsim_scenario_free(scenario);
		if (run->verdict != SVMSIM_PASSED)
			fail_msg("%u: %s", i,
				 run->failed_count ? run->failed[0]->replay : run->reason);
		assert_true(run->sweep_count > 10);
		svmsim_run_free(run);
	}
}

static void test_canonical_layout(void **state)
{
	static const char text[] = "svm 1\n# a rule\nmachine { node 0 { ram 64M distance 1=30 } "
				   "node 1 { } thp always 2M 64K swap 1M }\nmm p\n"
				   "cpu1: mm p\np:    vma buf 8p anon align=16K ro\n"
				   "p:    read buf[0..3] buf[7]      -> 0 or fault\n"
				   "p:    pin n buf[1] longterm\n"
				   "expect not buf[0] of p on node 1 and buf absent\n"
				   "state strip buf[0..3] of p\n----\n----\n";
	struct svmsim_scenario *scenario = NULL;
	char message[SVMSIM_MESSAGE_MAX] = "", *layout;

	if (svmsim_scenario_parse("t.svm", text, strlen(text), NULL, &scenario, message,
				  sizeof(message)))
		fail_msg("refused: %s", message);
	layout = svmsim_scenario_format(scenario);
	assert_string_equal(layout, text);
	free(layout);
	svmsim_scenario_free(scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_have_names_and_a_strip),
		cmocka_unit_test(test_areas_that_merge_keep_their_names),
		cmocka_unit_test(test_long_strips_have_rows),
		cmocka_unit_test(test_words_for_pages),
		cmocka_unit_test(test_values_and_patterns),
		cmocka_unit_test(test_accesses_that_end_in_a_signal),
		cmocka_unit_test(test_names_of_other_processes),
		cmocka_unit_test(test_processes_come_to_be_once),
		cmocka_unit_test(test_exit_ends_a_process),
		cmocka_unit_test(test_sweep_of_lines_of_processes),
		cmocka_unit_test(test_canonical_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
