// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Replaying a schedule after the program has changed, and saying where it can't be followed. */
#include "sched_toy.h"

/* The key that a schedule uses for a site of the toy. */
static const char *key(const char *primitive, char op)
{
	static char text[4][16];
	static unsigned int at;
	char site[80];

	snprintf(site, sizeof(site), "toy.c:run:%s(%c)", primitive, op);
	at = (at + 1) % 4;
	snprintf(text[at], sizeof(text[at]), "k%08x", (uint32_t)toy_key(site));
	return text[at];
}

static void replay(const char *text, const char *programs, enum svmsim_on_divergence mode,
		   const char *log, const char *message)
{
	struct svmsim_scheduler *scheduler;
	char got[512] = "";
	struct toy toy;
	bool held;

	assert_int_equal(svmsim_scheduler_replay(text, mode, &scheduler, got, sizeof(got)), 0);
	toy_run(&toy, programs, scheduler);
	held = scheduler->end(scheduler->ctx, got, sizeof(got));
	assert_string_equal(got, message);
	assert_string_equal(toy.log, log);
	assert_int_equal(held, mode == SVMSIM_DIVERGENCE_NEAREST || !message[0]);
	svmsim_scheduler_free(scheduler);
}

static char *schedule(const char *fmt, ...)
{
	static char text[2][512];
	static unsigned int at;
	va_list ap;

	at = !at;
	va_start(ap, fmt);
	vsnprintf(text[at], sizeof(text[at]), fmt, ap);
	va_end(ap);
	return text[at];
}

static void test_unrelated_changes_do_not_matter(void **state)
{
	const char *text = schedule("s1,t0:%s>t1,t1:%s*2>t0", key("lock", '('), key("op", 'b'));

	replay(text, "a(c) bbb", SVMSIM_DIVERGENCE_STOP, "abbcb", "");
	replay(text, "xyza(c)z bbb", SVMSIM_DIVERGENCE_STOP, "xyzabbczb", "");
	replay(text, "a(c) xbxbb", SVMSIM_DIVERGENCE_STOP, "axbxcbb", "");
	replay(text, "a(c) bbb xyz", SVMSIM_DIVERGENCE_STOP, "abbcbxyz", "");
}

static void test_task_that_does_not_exist(void **state)
{
	const char *lock = key("lock", '(');

	replay(schedule("s1,t0:%s>t7", lock), "a(c) b", SVMSIM_DIVERGENCE_STOP, "acb",
	       schedule("the schedule can't be followed: choice 1 of 1, t0:%s>t7, at "
			"toy.c:run:lock((): there is no task t7", lock));
	replay(schedule("s1,t7:%s>t0", lock), "a(c) b", SVMSIM_DIVERGENCE_STOP, "acb",
	       schedule("the schedule can't be followed: choice 1 of 1, t7:%s>t0: there is no "
			"task t7", lock));
}

static void test_task_that_can_not_run(void **state)
{
	const char *op = key("op", 'c');

	/* t1 waits for the lock that t0 holds. */
	replay(schedule("s1,t0:%s>t1,t1:%s>t0,t0:%s>t1", key("op", 'x'), key("lock", '('), op),
	       "(xc) (b) d", SVMSIM_DIVERGENCE_STOP, "xcbd",
	       schedule("the schedule can't be followed: choice 3 of 3, t0:%s>t1, at "
			"toy.c:run:op(c): t1 can't run there", op));
}

static void test_place_that_never_comes(void **state)
{
	const char *op = key("op", 'z');

	replay(schedule("s1,t0:%s>t1", op), "ab c", SVMSIM_DIVERGENCE_STOP, "abc",
	       schedule("the schedule can't be followed: choice 1 of 1, t0:%s>t1: t0 never comes "
			"there while another task could run", op));
	op = key("op", 'a');
	replay(schedule("s1,t0:%s*3>t1", op), "aab c", SVMSIM_DIVERGENCE_STOP, "aabc",
	       schedule("the schedule can't be followed: choice 1 of 1, t0:%s*3>t1, at "
			"toy.c:run:op(a): t0 comes here only 2 times", op));
}

static void test_place_that_is_passed_already(void **state)
{
	const char *a = key("op", 'a'), *b = key("op", 'b');

	replay(schedule("s1,t0:%s>t1,t1:%s>t0,t0:%s>t1", b, key("op", 'c'), a), "aba ccc",
	       SVMSIM_DIVERGENCE_STOP, "acbacc",
	       schedule("the schedule can't be followed: choice 3 of 3, t0:%s>t1, at "
			"toy.c:run:op(a): t0 comes here for the 2. time when the choice before it "
			"is made", a));
}

static void test_nearest_takes_a_later_time(void **state)
{
	const char *a = key("op", 'a');

	/* t1 waits for a lock when t0 is there first. */
	replay(schedule("s1,t0:%s>t1,t1:%s>t0,t0:%s>t1", key("op", 'x'), key("lock", '['), a),
	       "[xa]a [b] cccc", SVMSIM_DIVERGENCE_NEAREST, "xabcccca",
	       schedule("1 of 3 choices made at a later time, 0 left out; the first of them is "
			"choice 3 of 3, t0:%s>t1", a));
}

static void test_nearest_leaves_out_what_it_missed(void **state)
{
	const char *z = key("op", 'z'), *b = key("op", 'b'), *c = key("op", 'c');

	replay(schedule("s1,t0:%s>t1,t0:%s>t1,t1:%s*2>t0", z, b, c), "aba ccc",
	       SVMSIM_DIVERGENCE_NEAREST, "accbac",
	       schedule("0 of 3 choices made at a later time, 1 left out; the first of them is "
			"choice 1 of 3, t0:%s>t1", z));
	replay(schedule("s1,t0:%s>t1,t0:%s*4>t1", b, z), "aba ccc", SVMSIM_DIVERGENCE_NEAREST,
	       "acccba",
	       schedule("0 of 2 choices made at a later time, 1 left out; the first of them is "
			"choice 2 of 2, t0:%s*4>t1", z));
	replay(schedule("s1,t0:%s>t7", b), "ab c", SVMSIM_DIVERGENCE_NEAREST, "abc",
	       schedule("0 of 1 choices made at a later time, 1 left out; the first of them is "
			"choice 1 of 1, t0:%s>t7", b));
}

static void test_nothing_is_asked_behind_the_last_choice(void **state)
{
	struct svmsim_scheduler *scheduler;
	char message[512];
	struct toy toy;

	assert_int_equal(svmsim_scheduler_replay(schedule("s1,t0:%s>t1", key("op", 'a')),
						 SVMSIM_DIVERGENCE_STOP, &scheduler, message,
						 sizeof(message)), 0);
	toy_run(&toy, "aaaaaaaa bbbbbbb", scheduler);
	assert_string_equal(toy.log, "bbbbbbbaaaaaaaa");
	assert_true(toy.asked <= 2);
	svmsim_scheduler_free(scheduler);
}

static void test_names_of_points(void **state)
{
	const struct svmsim_point point = {
		.site = "abba.c:abba_one:mutex_lock(&s->b)#2", .primitive = "mutex_lock",
	};

	assert_true(svmsim_point_matches(&point, "mutex_lock"));
	assert_true(svmsim_point_matches(&point, "mutex_lock(&s->b)#2"));
	assert_true(svmsim_point_matches(&point, "mutex_lock(&s->b)"));
	assert_true(svmsim_point_matches(&point, "abba.c:abba_one:mutex_lock(&s->b)#2"));
	assert_false(svmsim_point_matches(&point, "mutex_lock(&s->"));
	assert_false(svmsim_point_matches(&point, "mutex"));
	assert_false(svmsim_point_matches(&point, "mutex_lock(&s->b)#3"));
	assert_false(svmsim_point_matches(&point, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unrelated_changes_do_not_matter),
		cmocka_unit_test(test_task_that_does_not_exist),
		cmocka_unit_test(test_task_that_can_not_run),
		cmocka_unit_test(test_place_that_never_comes),
		cmocka_unit_test(test_place_that_is_passed_already),
		cmocka_unit_test(test_nearest_takes_a_later_time),
		cmocka_unit_test(test_nearest_leaves_out_what_it_missed),
		cmocka_unit_test(test_nothing_is_asked_behind_the_last_choice),
		cmocka_unit_test(test_names_of_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
