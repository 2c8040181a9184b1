// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Schedules as text: what is read, and what is said about what is not. */
#include "sched_toy.h"

static void assert_canonical(const char *text, const char *expected)
{
	char message[256] = "";
	char *canonical = svmsim_schedule_canonical(text, message, sizeof(message));

	if (!canonical)
		fail_msg("%s: refused: %s", text, message);
	assert_string_equal(canonical, expected);
	free(canonical);
}

static void assert_refused(const char *text, const char *expected)
{
	struct svmsim_scheduler *scheduler = NULL;
	char message[256] = "";

	assert_null(svmsim_schedule_canonical(text, message, sizeof(message)));
	assert_string_equal(message, expected);
	message[0] = '\0';
	assert_int_equal(svmsim_scheduler_replay(text, SVMSIM_DIVERGENCE_STOP, &scheduler, message,
						 sizeof(message)), -EINVAL);
	assert_string_equal(message, expected);
	assert_null(scheduler);
}

static void test_schedules_read_and_print(void **state)
{
	assert_canonical("s1", "s1");
	assert_canonical("s1\n", "s1");
	assert_canonical("s1,t0:k03f9a2c1*2>t1", "s1,t0:k03f9a2c1*2>t1");
	assert_canonical("s1,t0:k3f9a2c1*2>t1,t1:kffffffff*4294967295>t0 \r\n",
			 "s1,t0:k03f9a2c1*2>t1,t1:kffffffff*4294967295>t0");
	assert_canonical("s1,t0:k3*1>t1", "s1,t0:k00000003>t1");
	assert_canonical("s1,t0:k0000000a>t1", "s1,t0:k0000000a>t1");
}

static void test_names_of_tasks_may_be_odd(void **state)
{
	assert_canonical("s1,<machine>:k1>kworker/0:1", "s1,<machine>:k00000001>kworker/0:1");
	assert_canonical("s1,kworker/u8:2+ev.2:k1*3><machine>",
			 "s1,kworker/u8:2+ev.2:k00000001*3><machine>");
	assert_canonical("s1,a:kb:kc>d", "s1,a:kb:k0000000c>d");
	assert_canonical("s1,*:k1>*", "s1,*:k00000001>*");
}

static void test_what_is_no_schedule_is_named(void **state)
{
	assert_refused("", "column 1: expected a schedule: s1 and its choices, got the end");
	assert_refused(" s1", "column 1: expected a schedule: s1 and its choices, got \" s1\"");
	assert_refused("s2,t0:k1>t1",
		       "column 1: expected a schedule: s1 and its choices, got \"s2\"");
	assert_refused("s1;", "column 1: expected a schedule: s1 and its choices, got \"s1;\"");
	assert_refused("s1,", "column 4: expected a choice as in t0:k3f9a2c1*2>t1, got the end");
	assert_refused("s1,,", "column 4: expected a choice as in t0:k3f9a2c1*2>t1, got a comma");
	assert_refused("s1,t0", "column 4: expected a choice as in t0:k3f9a2c1*2>t1, got \"t0\"");
	assert_refused("s1,:k1>t1",
		       "column 4: expected a choice as in t0:k3f9a2c1*2>t1, got \":k1>t1\"");
	assert_refused("s1,t 0:k1>t1",
		       "column 4: expected a choice as in t0:k3f9a2c1*2>t1, got \"t 0:k1>t1\"");
	assert_refused("s1,t0:3>t1", "column 7: expected a site: k and 1 to 8 hexadecimal digits, "
		       "got \"3>t1\"");
	assert_refused("s1,t0:k>t1", "column 7: expected a site: k and 1 to 8 hexadecimal digits, "
		       "got \"k>t1\"");
	assert_refused("s1,t0:k123456789>t1", "column 7: expected a site: k and 1 to 8 "
		       "hexadecimal digits, got \"k123456789>t1\"");
	assert_refused("s1,t0:k1F>t1", "column 9: expected *OCCURRENCE or >TASK, got \"F>t1\"");
	assert_refused("s1,t0:k1", "column 9: expected *OCCURRENCE or >TASK, got the end");
	assert_refused("s1,t0:k1,t0:k1>t1",
		       "column 9: expected *OCCURRENCE or >TASK, got a comma");
	assert_refused("s1,t0:k1*>t1", "column 10: expected a number from 1 to 4294967295, got "
		       "\">t1\"");
	assert_refused("s1,t0:k1*0>t1", "column 10: expected a number from 1 to 4294967295, got "
		       "\"0>t1\"");
	assert_refused("s1,t0:k1*4294967296>t1", "column 10: expected a number from 1 to "
		       "4294967295, got \"4294967296>t1\"");
	assert_refused("s1,t0:k1*2x>t1", "column 11: expected >TASK, got \"x>t1\"");
	assert_refused("s1,t0:k1>", "column 10: expected the name of a task, got the end");
	assert_refused("s1,t0:k1>t1,t0:k1>\x01", "column 19: expected the name of a task, got "
		       "\"\\x01\"");
}

static void test_long_words_are_cut(void **state)
{
	assert_refused("s1,t0:kzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
		       "column 7: expected a site: k and 1 to 8 hexadecimal digits, got "
		       "\"kzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schedules_read_and_print),
		cmocka_unit_test(test_names_of_tasks_may_be_odd),
		cmocka_unit_test(test_what_is_no_schedule_is_named),
		cmocka_unit_test(test_long_words_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
