// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The schedulers against a toy: what they find, how evenly, and that they repeat themselves. */
#include "sched_toy.h"

/* Program for a task: letters of its own, locks taken in any order and given back. */
static void generate(char *text, size_t size, uint64_t *seed)
{
	static const char *const parts[] = {
		"a", "b", "(c)", "[d]", "([e])", "[(f)]", "gg", "(h[i])",
	};
	unsigned int tasks = 2 + (unsigned int)(*seed % 4), i, k;
	size_t used = 0;

	for (i = 0; i < tasks; i++) {
		for (k = 0; k < 3; k++) {
			*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
			used += (size_t)snprintf(text + used, size - used, "%s",
						 parts[*seed >> 61]);
		}
		used += (size_t)snprintf(text + used, size - used, "%s", i + 1 < tasks ? " " : "");
	}
}

static void assert_replays(const struct toy *toy, const char *programs)
{
	struct svmsim_scheduler *scheduler;
	char message[512] = "";
	struct toy again;
	unsigned int mode;

	for (mode = 0; mode < 2; mode++) {
		if (svmsim_scheduler_replay(toy->text, mode, &scheduler, message, sizeof(message)))
			fail_msg("%s: %s: %s", programs, toy->text, message);
		toy_run(&again, programs, scheduler);
		if (!scheduler->end(scheduler->ctx, message, sizeof(message)) || message[0])
			fail_msg("%s: %s: %s", programs, toy->text, message);
		assert_string_equal(again.log, toy->log);
		assert_string_equal(again.text, toy->text);
		assert_true(scheduler->start(scheduler->ctx, 0));
		toy_run(&again, programs, scheduler);
		assert_string_equal(again.text, toy->text);
		assert_false(scheduler->start(scheduler->ctx, 1));
		svmsim_scheduler_free(scheduler);
	}
}

static struct svmsim_scheduler *make(bool pct, uint64_t seed)
{
	return pct ? svmsim_scheduler_pct(seed, 3, 12) : svmsim_scheduler_random(seed);
}

static void check_round_trip(bool pct)
{
	uint64_t seed, state = 1;
	char programs[400];
	unsigned int choices = 0;

	for (seed = 1; seed <= 500; seed++) {
		struct svmsim_scheduler *scheduler = make(pct, seed);
		struct toy toy, twice;

		generate(programs, sizeof(programs), &state);
		toy_run(&toy, programs, scheduler);
		svmsim_scheduler_free(scheduler);
		choices += strlen(toy.text) > 2;
		scheduler = make(pct, seed);
		toy_run(&twice, programs, scheduler);
		assert_string_equal(twice.log, toy.log);
		assert_string_equal(twice.text, toy.text);
		/* Other runs between do not matter. */
		scheduler->start(scheduler->ctx, seed);
		toy_run(&twice, programs, scheduler);
		scheduler->start(scheduler->ctx, 0);
		toy_run(&twice, programs, scheduler);
		assert_string_equal(twice.text, toy.text);
		svmsim_scheduler_free(scheduler);
		assert_replays(&toy, programs);
	}
	assert_true(choices > 400);
}

static void test_random_runs_replay(void **state)
{
	check_round_trip(false);
}

static void test_pct_runs_replay(void **state)
{
	check_round_trip(true);
}

static void test_seeds_and_runs_differ(void **state)
{
	struct svmsim_scheduler *one = svmsim_scheduler_random(1);
	struct svmsim_scheduler *two = svmsim_scheduler_random(2);
	uint64_t first = one->random(one->ctx);

	assert_true(first != two->random(two->ctx));
	assert_true(one->start(one->ctx, 1));
	assert_true(first != one->random(one->ctx));
	assert_true(one->start(one->ctx, 0));
	assert_true(first == one->random(one->ctx));
	svmsim_scheduler_free(one);
	svmsim_scheduler_free(two);
	svmsim_scheduler_free(NULL);
}

/* How often each result came up in @runs runs; returns how many different ones there are. */
static unsigned int count_results(const char *programs, struct svmsim_scheduler *scheduler,
				  unsigned int runs, unsigned int *count, char log[][16],
				  unsigned int most)
{
	unsigned int run, i, found = 0;
	struct toy toy;

	memset(count, 0, most * sizeof(*count));
	for (run = 0; run < runs; run++) {
		scheduler->start(scheduler->ctx, run);
		toy_run(&toy, programs, scheduler);
		for (i = 0; i < found && strcmp(log[i], toy.log); i++)
			;
		if (i == found) {
			assert_true(found < most);
			snprintf(log[found++], 16, "%.15s", toy.log);
		}
		count[i]++;
	}
	svmsim_scheduler_free(scheduler);
	return found;
}

/* Each of n! orders of n tasks of one operation, none far from its share. */
static void test_random_finds_each_order(void **state)
{
	static const struct {
		const char *programs;
		unsigned int orders;
	} row[] = {
		{ "a b", 2 }, { "a b c", 6 }, { "a b c d", 24 },
	};
	unsigned int count[32], i, k;
	char log[32][16];

	for (i = 0; i < 3; i++) {
		unsigned int runs = row[i].orders * 1000;

		assert_int_equal(count_results(row[i].programs, svmsim_scheduler_random(7), runs,
					       count, log, 32), row[i].orders);
		/* The first task runs on in some runs, so its orders have more than their share. */
		for (k = 0; k < row[i].orders; k++)
			if (count[k] < 200 || count[k] > 4000)
				fail_msg("%s: %s came up %u times in %u", row[i].programs, log[k],
					 count[k], runs);
	}
}

/* Interleavings of longer programs: 4 over 2, and 6 over 3. */
static void test_random_finds_each_interleaving(void **state)
{
	unsigned int count[32];
	char log[32][16];

	assert_int_equal(count_results("aa bb", svmsim_scheduler_random(3), 2000, count, log, 32),
			 6);
	assert_int_equal(count_results("aaa bbb", svmsim_scheduler_random(3), 4000, count, log,
				       32), 20);
}

static void test_quiet_saves_questions(void **state)
{
	static const char programs[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
				       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
	struct svmsim_scheduler *scheduler = svmsim_scheduler_random(5);
	unsigned int run, most = 0, least = UINT32_MAX;
	struct toy toy;

	for (run = 0; run < 50; run++) {
		scheduler->start(scheduler->ctx, run);
		toy_run(&toy, programs, scheduler);
		most = toy.asked > most ? toy.asked : most;
		least = toy.asked < least ? toy.asked : least;
	}
	svmsim_scheduler_free(scheduler);
	assert_true(most > 28);
	assert_true(least <= 3);
}

static unsigned int find_deadlocks(const char *programs, struct svmsim_scheduler *scheduler,
				   unsigned int runs)
{
	unsigned int run, found = 0;
	struct toy toy;

	for (run = 0; run < runs; run++) {
		scheduler->start(scheduler->ctx, run + 1);
		toy_run(&toy, programs, scheduler);
		found += strchr(toy.log, '#') != NULL;
	}
	svmsim_scheduler_free(scheduler);
	return found;
}

/* AB-BA is of depth 2: with n tasks and k points at least one run in n * k shows it. */
static void test_pct_finds_a_bug_of_depth_2_as_often_as_promised(void **state)
{
	static const char programs[] = "aaaa([b])aaaa cccc[(d)]cccc";
	struct svmsim_scheduler *count = svmsim_scheduler_pct(1, 2, 0);
	unsigned int found, expected;
	struct toy toy;

	toy_run(&toy, programs, count);
	assert_string_equal(toy.text, "s1");
	assert_true(toy.points > 8 && toy.points < 40);
	expected = 10000 / (2 * (unsigned int)toy.points);
	found = find_deadlocks(programs, count, 10000);
	/* Its own count makes it as good as being told. */
	assert_int_equal(found, find_deadlocks(programs, svmsim_scheduler_pct(1, 2, toy.points),
					       10000));
	if (found < expected)
		fail_msg("found in %u runs of 10000, promised are %u", found, expected);
	/* Depth 1 has no change point, and can't find it. */
	assert_int_equal(find_deadlocks(programs, svmsim_scheduler_pct(1, 1, toy.points), 10000),
			 0);
}

/* There and back takes two change points: a bug of depth 3. */
static void test_pct_finds_a_bug_of_depth_3_as_often_as_promised(void **state)
{
	unsigned int depth, run, found[5] = { 0 };
	uint64_t points = 0;
	struct toy toy;

	for (depth = 2; depth <= 4; depth++) {
		struct svmsim_scheduler *scheduler = svmsim_scheduler_pct(9, depth, 3);

		for (run = 0; run < 10000; run++) {
			scheduler->start(scheduler->ctx, run);
			toy_run(&toy, "aa bb", scheduler);
			points = toy.points > points ? toy.points : points;
			found[depth] += !strcmp(toy.log, "abab");
		}
		svmsim_scheduler_free(scheduler);
	}
	assert_int_equal(points, 3);
	assert_int_equal(found[2], 0);
	assert_true(found[3] >= 10000 / (2 * 3 * 3));
	assert_true(found[4] > 0);
}

static void test_pct_is_fair_to_whom_a_loop_waits_for(void **state)
{
	static const char *const row[] = { "!xa x", "?xa x", "?xa?yb xxy?bc", "!x!ya y!ax" };
	unsigned int i, run;
	struct toy toy;

	for (i = 0; i < 4; i++) {
		struct svmsim_scheduler *scheduler = svmsim_scheduler_pct(2, 3, 20);

		for (run = 0; run < 200; run++) {
			scheduler->start(scheduler->ctx, run);
			toy_run(&toy, row[i], scheduler);
			/* The last of them waits for what waits for it. */
			assert_true(i == 3 || !strchr(toy.log, '.'));
		}
		svmsim_scheduler_free(scheduler);
	}
}

static void test_random_is_fair_to_whom_a_loop_waits_for(void **state)
{
	struct svmsim_scheduler *scheduler = svmsim_scheduler_random(2);
	struct toy toy;
	unsigned int run;

	for (run = 0; run < 200; run++) {
		scheduler->start(scheduler->ctx, run);
		toy_run(&toy, "?xa?yb xxy?bc", scheduler);
		assert_null(strchr(toy.log, '.'));
	}
	svmsim_scheduler_free(scheduler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_runs_replay),
		cmocka_unit_test(test_pct_runs_replay),
		cmocka_unit_test(test_seeds_and_runs_differ),
		cmocka_unit_test(test_random_finds_each_order),
		cmocka_unit_test(test_random_finds_each_interleaving),
		cmocka_unit_test(test_quiet_saves_questions),
		cmocka_unit_test(test_pct_finds_a_bug_of_depth_2_as_often_as_promised),
		cmocka_unit_test(test_pct_finds_a_bug_of_depth_3_as_often_as_promised),
		cmocka_unit_test(test_pct_is_fair_to_whom_a_loop_waits_for),
		cmocka_unit_test(test_random_is_fair_to_whom_a_loop_waits_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
