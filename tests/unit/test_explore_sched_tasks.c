// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Schedulers over real tasks: what one chose can be had as text, and comes out the same again. */
#include "sched_tasks.h"

static void generate(char *text, size_t size, uint64_t *state)
{
	static const char *const ops[] = {
		"a", "b", ".", "(c)", "y", "(.)", "x", "cd",
	};
	unsigned int tasks, i, k;
	size_t used = 0;

	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	tasks = 2 + (unsigned int)(*state >> 33) % (TASK_MAX - 1);
	for (i = 0; i < tasks; i++) {
		for (k = 0; k < 4; k++) {
			*state = *state * 6364136223846793005ull + 1442695040888963407ull;
			used += (size_t)snprintf(text + used, size - used, "%s",
						 ops[*state >> 61]);
		}
		used += (size_t)snprintf(text + used, size - used, " ");
	}
}

static void check_round_trip(struct svmsim_scheduler *(*make)(uint64_t seed))
{
	struct svmsim_world *world = make_world();
	unsigned int chosen = 0;
	uint64_t state = 3, seed;
	char programs[128];

	for (seed = 1; seed <= 150; seed++) {
		struct svmsim_scheduler *scheduler = make(seed);
		struct result first, again;

		generate(programs, sizeof(programs), &state);
		first = run_tasks(world, programs, scheduler);
		chosen += strchr(first.schedule, ',') != NULL;
		scheduler->start(scheduler->ctx, 0);
		again = run_tasks(world, programs, scheduler);
		svmsim_scheduler_free(scheduler);
		assert_same(&first, &again, programs);
		free_result(&again);
		assert_replays(world, programs, &first);
		free_result(&first);
	}
	svmsim_world_destroy(world);
	assert_true(chosen > 100);
}

static struct svmsim_scheduler *make_pct(uint64_t seed)
{
	return svmsim_scheduler_pct(seed, 4, 30);
}

static void test_random_runs_replay(void **state)
{
	check_round_trip(svmsim_scheduler_random);
}

static void test_pct_runs_replay(void **state)
{
	check_round_trip(make_pct);
}

static void test_fifo_has_no_choices(void **state)
{
	struct svmsim_world *world = make_world();
	struct result first = run_tasks(world, "a.b a.b", NULL);
	struct result again = replay(world, "a.b a.b", first.schedule, SVMSIM_DIVERGENCE_STOP);

	assert_string_equal(first.schedule, "s1");
	assert_true(first.digest == again.digest);
	assert_int_equal(first.end, SVMSIM_TASKS_DONE);
	free_result(&first);
	free_result(&again);
	svmsim_world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_runs_replay),
		cmocka_unit_test(test_pct_runs_replay),
		cmocka_unit_test(test_fifo_has_no_choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
