// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Reading scenario files: what is refused, with which words, and where. */
#include "scn_fixture.h"
#include "explore/scn_cursor.h"

static const char *word_known(const void *ctx, unsigned int index)
{
	static const char *const words[] = { "link", "unlink", "sync", "destroy", NULL };

	return words[index];
}

static void test_edit_distance_counts_swaps_once(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} rows[] = {
		{ "", "", 0 },		{ "", "abc", 3 },	{ "abc", "abc", 0 },
		{ "abc", "acb", 1 },	{ "abc", "ab", 1 },	{ "abc", "axc", 1 },
		{ "lnik", "link", 1 },	{ "abcd", "badc", 2 },	{ "kitten", "sitting", 3 },
	};
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(rows); i++) {
		assert_int_equal(scn_edit_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(scn_edit_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
}

/* The textbook definition by recursion, slow and obvious. */
static unsigned int slow_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int best, other;

	if (!a_len || !b_len)
		return (unsigned int)(a_len + b_len);
	best = slow_distance(a, a_len - 1, b, b_len - 1) + (a[a_len - 1] != b[b_len - 1]);
	other = slow_distance(a, a_len - 1, b, b_len) + 1;
	best = other < best ? other : best;
	other = slow_distance(a, a_len, b, b_len - 1) + 1;
	best = other < best ? other : best;
	if (a_len > 1 && b_len > 1 && a[a_len - 1] == b[b_len - 2] &&
	    a[a_len - 2] == b[b_len - 1]) {
		other = slow_distance(a, a_len - 2, b, b_len - 2) + 1;
		best = other < best ? other : best;
	}
	return best;
}

static void test_edit_distance_agrees_with_slow_model(void **state)
{
	unsigned int seed = 1, round, i;
	char a[8], b[8];

	for (round = 0; round < 2000; round++) {
		for (i = 0; i < 7; i++) {
			seed = seed * 1103515245 + 12345;
			a[i] = (seed >> 16) % 8 ? (char)('a' + (seed >> 20) % 3) : '\0';
			seed = seed * 1103515245 + 12345;
			b[i] = (seed >> 16) % 8 ? (char)('a' + (seed >> 20) % 3) : '\0';
		}
		a[7] = b[7] = '\0';
		if (scn_edit_distance(a, b) != slow_distance(a, strlen(a), b, strlen(b)))
			fail_msg("round %u: \"%s\" \"%s\"", round, a, b);
	}
}

static const char *option_known(const void *ctx, unsigned int index)
{
	static const char *const options[] = { "--jobs", "--json", "--help", "--allow-unsafe",
					       NULL };

	return options[index];
}

static void test_shell_word_is_read_back_as_it_was(void **state)
{
	struct scn_buf buf = { 0 };

	scn_shell_word(&buf, "scenarios/hole/unlink.svm");
	scn_buf_add(&buf, " ");
	scn_shell_word(&buf, "it's $one");
	scn_buf_add(&buf, " ");
	scn_shell_word(&buf, "");
	assert_string_equal(buf.data, "scenarios/hole/unlink.svm 'it'\\''s $one' ''");
	scn_buf_free(&buf);
}

static void test_nearest_is_near_or_nothing(void **state)
{
	assert_string_equal(svmsim_nearest("lnik", word_known, NULL), "link");
	assert_string_equal(svmsim_nearest("unlnk", word_known, NULL), "unlink");
	assert_string_equal(svmsim_nearest("destory", word_known, NULL), "destroy");
	assert_null(svmsim_nearest("migrate", word_known, NULL));
	assert_null(svmsim_nearest("", word_known, NULL));
	assert_null(svmsim_nearest("--bogus", option_known, NULL));
	assert_string_equal(svmsim_nearest("--job", option_known, NULL), "--jobs");
	assert_string_equal(svmsim_nearest("--unsafe", option_known, NULL), "--allow-unsafe");
}

static void test_sizes_have_units_and_bounds(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
		bool fine;
	} rows[] = {
		{ "1p", 4096, true },		{ "8p", 32768, true },
		{ "64K", 65536, true },		{ "2M", 2097152, true },
		{ "1G", 1073741824, true },	{ "100B", 100, true },
		{ "0p", 0, true },		{ "0x10p", 65536, true },
		{ "4503599627370495p", 0xfffffffffffff000, true },
		{ "4503599627370496p", 0, false },
		{ "18446744073709551615B", UINT64_MAX, true },
		{ "18446744073709551616B", 0, false },
		{ "17179869184G", 0, false },
		{ "8", 0, false },		{ "p", 0, false },
		{ "8P", 0, false },		{ "8pp", 0, false },
		{ "-8p", 0, false },		{ "+8p", 0, false },
	};
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(rows); i++) {
		struct scn_error error = { .set = false };
		struct scn_cursor cursor = { .path = "t", .error = &error };
		struct scn_token token = { .text = rows[i].text };
		uint64_t bytes = 1;

		if (scn_parse_size(&cursor, &token, &bytes) != rows[i].fine)
			fail_msg("%s: %s", rows[i].text, error.text);
		if (rows[i].fine)
			assert_int_equal(bytes, rows[i].bytes);
	}
}

static void test_messages_name_place_and_nearest(void **state)
{
	assert_body_refused("d0: lnik w[0] ram a[0]\n",
			    "t.svm:4:5: unknown verb of a device, a task or a process "
			    "\"lnik\": did you mean \"link\"?");
	assert_body_refused("ram: allco a 1p\n",
			    "t.svm:4:6: unknown verb of ram \"allco\": did you mean \"alloc\"?");
	assert_body_refused("d0: iova_alloc w 1p\nd0: link w[0] ram a[0] eahc\n",
			    "t.svm:5:24: unknown option \"eahc\": did you mean \"each\"?");
	assert_body_refused("d0: iova_alloc w 1p -> oops\n",
			    "t.svm:4:24: unknown result \"oops\"");
	assert_body_refused("d0: iova_alloc w 1p\nstate ptt d0\n----\n----\n",
			    "t.svm:5:7: unknown state \"ptt\": did you mean \"pt\"?");
	assert_body_refused("d0: iova_alloc w 1p\nexpect leaves = 1\n",
			    "t.svm:5:8: unknown counter \"leaves\": did you mean "
			    "\"leaves:DEVICE\"?");
	assert_body_refused("d0: iova_alloc w 1p\nexpect repotr x\n",
			    "t.svm:5:8: unknown expectation \"repotr\": did you mean \"report\"?");
}

static void test_open_words_wait_for_their_values(void **state)
{
	static const struct svmsim_define define = { "VERB", "snyc" };
	const struct svmsim_scenario_options options = { .define = &define, .define_count = 1 };
	struct svmsim_scenario *scenario = NULL;
	char message[SVMSIM_MESSAGE_MAX];
	const char *text = SCN_HEAD "d0: iova_alloc w 8p\nd0: ${VERB:sync} w\n";

	svmsim_scenario_free(load_body("d0: iova_alloc w 8p\nd0: ${VERB:sync} w\n", NULL));
	assert_int_equal(svmsim_scenario_parse("t.svm", text, strlen(text), &options, &scenario,
					       message, sizeof(message)), -EINVAL);
	assert_string_equal(message, "t.svm:5:5: unknown verb of a device \"snyc\": did you mean "
			    "\"sync\"?");
}

static void test_first_default_binds_the_whole_file(void **state)
{
	assert_passes("if ${A} = one\n d0: iova_alloc ${A:one} 1p\n"
		      "else\n d0: iova_alloc x 1p\nend\n"
		      "d0: free ${A:two}\n");
}

static void test_conditions(void **state)
{
	static const struct {
		const char *cond;
		bool value;
	} rows[] = {
		{ "a = a", true },
		{ "a != a", false },
		{ "not a = b", true },
		{ "not not a = b", false },
		{ "a = a and b = c", false },
		{ "a = b or b = b", true },
		{ "a = a or b = b and c = d", true },
		{ "(a = a or b = b) and c = d", false },
		{ "not (a = b or b = c)", true },
		{ "\"\" = \"\"", true },
		{ "${X:} = \"\"", true },
	};
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(rows); i++) {
		char body[300];
		struct svmsim_run *run;

		snprintf(body, sizeof(body),
			 "skip if %s \"yes\"\nd0: iova_alloc w 1p\nd0: free w\n", rows[i].cond);
		run = run_body(body, NULL);
		if ((run->verdict == SVMSIM_SKIPPED) != rows[i].value)
			fail_msg("%s", rows[i].cond);
		svmsim_run_free(run);
	}
}

static void test_repetitions_multiply_and_outside_values_pick(void **state)
{
	static const struct svmsim_define define = { "B", "2" };
	const struct svmsim_scenario_options options = { .define = &define, .define_count = 1 };
	const char *body = "for A in x, y\nfor B in 1, 2, 3\nd0: iova_alloc w ${B}p\nd0: free w\n";
	struct svmsim_scenario *scenario = load_body(body, NULL);

	assert_int_equal(svmsim_scenario_repetitions(scenario), 6);
	assert_string_equal(svmsim_scenario_variant(scenario, 0), "A=x B=1");
	assert_string_equal(svmsim_scenario_variant(scenario, 5), "A=y B=3");
	svmsim_scenario_free(scenario);
	scenario = load_body(body, &options);
	assert_int_equal(svmsim_scenario_repetitions(scenario), 2);
	assert_string_equal(svmsim_scenario_variant(scenario, 1), "A=y B=2");
	assert_true(svmsim_scenario_reads(scenario, "IOMMU"));
	assert_false(svmsim_scenario_reads(scenario, "IOMU"));
	svmsim_scenario_free(scenario);
}

static void test_layout_is_canonical(void **state)
{
	struct svmsim_scenario *scenario = load_body(
		"\n\n\nd0:   iova_alloc w   8p->ok\nram: alloc a 4p\n"
		"if a=a and not(b!=b)\nd0: link w [0..1] ram a[ 0..1 ]  # x\n  # y\nelse\nend\n\n\n"
		"expect iommu:map=2\nexpect report warn site = x\n\n", NULL);
	char *text = svmsim_scenario_format(scenario);

	assert_string_equal(text, SCN_HEAD
			    "\nd0:  iova_alloc w 8p             -> ok\n"
			    "ram: alloc a 4p\n"
			    "if a = a and not (b != b)\n"
			    "  d0:  link w[0..1] ram a[0..1]  # x\n"
			    "  # y\n"
			    "else\n"
			    "end\n"
			    "\n"
			    "expect iommu:map = 2\n"
			    "expect report warn site=x\n");
	free(text);
	svmsim_scenario_free(scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_edit_distance_agrees_with_slow_model),
		cmocka_unit_test(test_edit_distance_counts_swaps_once),
		cmocka_unit_test(test_first_default_binds_the_whole_file),
		cmocka_unit_test(test_layout_is_canonical),
		cmocka_unit_test(test_messages_name_place_and_nearest),
		cmocka_unit_test(test_nearest_is_near_or_nothing),
		cmocka_unit_test(test_shell_word_is_read_back_as_it_was),
		cmocka_unit_test(test_open_words_wait_for_their_values),
		cmocka_unit_test(test_repetitions_multiply_and_outside_values_pick),
		cmocka_unit_test(test_sizes_have_units_and_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
