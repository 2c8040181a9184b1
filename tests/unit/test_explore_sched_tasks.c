// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Schedulers over real tasks: what one chose can be had as text, and comes out the same again. */
#include "sched_toy.h"
#include <svmsim/events.h>
#include <svmsim/program.h>
#include <svmsim/report.h>
#include <svmsim/world.h>

#define TASK_MAX 5
#define OPS_MAX 8

/* struct body - what a task does: a letter is an action, others as do_op() says */
struct body {
	struct svmsim_world *world;
	char name[8];
	char ops[OPS_MAX + 1];
};

static void do_op(struct body *body, char op)
{
	const char verb[2] = { op, '\0' };

	if (op == '.')
		svmsim_tasks_settle(body->world);
	else if (op == '(')
		svmsim_program_call(body->world, "abba_one_fixed");
	else if (op == ')')
		svmsim_program_call(body->world, "count_one_fixed");
	else
		svmsim_world_action(body->world, body->name, verb);
}

static void run_body(void *ctx)
{
	struct body *body = ctx;
	const char *op;

	for (op = body->ops; *op; op++)
		do_op(body, *op);
}

/* struct result - what came of a run */
struct result {
	char *schedule;
	uint64_t digest;
	uint64_t switches;
	enum svmsim_tasks_end end;
};

static void free_result(struct result *result)
{
	free(result->schedule);
}

static struct svmsim_world *make_world(void)
{
	struct svmsim_machine machine = { .node_count = 1, .node[0] = { .cpu_count = 2 } };
	struct svmsim_world *world = NULL;
	char message[256] = "";

	if (svmsim_machine_defaults(&machine, message, sizeof(message)) ||
	    svmsim_world_create(&machine, NULL, &world, message, sizeof(message)))
		fail_msg("no world: %s", message);
	return world;
}

/* Resets the world, runs programs separated by blanks under a scheduler, and keeps what came. */
static struct result run_tasks(struct svmsim_world *world, const char *programs,
			       const struct svmsim_scheduler *scheduler)
{
	struct body body[TASK_MAX];
	char words[256], *word, *rest = words;
	struct result result;
	unsigned int count = 0;

	svmsim_world_reset(world);
	svmsim_world_schedule(world, scheduler);
	snprintf(words, sizeof(words), "%s", programs);
	while ((word = strtok_r(rest, " ", &rest))) {
		struct body *next = &body[count];

		next->world = world;
		snprintf(next->name, sizeof(next->name), "t%u", count++);
		snprintf(next->ops, sizeof(next->ops), "%s", word);
		assert_int_equal(svmsim_task_spawn(world, next->name, -1, run_body, next), 0);
	}
	result.end = svmsim_tasks_run(world);
	result.schedule = strdup(svmsim_schedule_text(world));
	result.digest = svmsim_world_digest(world);
	result.switches = svmsim_world_switches(world);
	svmsim_world_schedule(world, NULL);
	return result;
}

static void assert_same(const struct result *a, const struct result *b, const char *programs)
{
	if (a->digest != b->digest || strcmp(a->schedule, b->schedule) || a->end != b->end)
		fail_msg("%s: %s and %s", programs, a->schedule, b->schedule);
}

static struct result replay(struct svmsim_world *world, const char *programs, const char *text,
			    enum svmsim_on_divergence mode)
{
	struct svmsim_scheduler *scheduler;
	char message[512] = "";
	struct result result;

	if (svmsim_scheduler_replay(text, mode, &scheduler, message, sizeof(message)))
		fail_msg("%s: %s", text, message);
	result = run_tasks(world, programs, scheduler);
	if (!scheduler->end(scheduler->ctx, message, sizeof(message)) || message[0])
		fail_msg("%s: %s: %s", programs, text, message);
	svmsim_scheduler_free(scheduler);
	return result;
}

static void assert_replays(struct svmsim_world *world, const char *programs,
			   const struct result *first)
{
	struct result again = replay(world, programs, first->schedule, SVMSIM_DIVERGENCE_STOP);
	struct result nearest = replay(world, programs, again.schedule,
				       SVMSIM_DIVERGENCE_NEAREST);
	char *canonical = svmsim_schedule_canonical(first->schedule, NULL, 0);

	assert_same(first, &again, programs);
	assert_same(first, &nearest, programs);
	assert_string_equal(canonical, first->schedule);
	free(canonical);
	free_result(&again);
	free_result(&nearest);
}

static void generate(char *text, size_t size, uint64_t *state)
{
	static const char ops[] = "ab.().c(";
	unsigned int tasks, i, k;
	size_t used = 0;

	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	tasks = 2 + (unsigned int)(*state >> 33) % (TASK_MAX - 1);
	for (i = 0; i < tasks; i++) {
		for (k = 0; k < OPS_MAX - i; k++) {
			*state = *state * 6364136223846793005ull + 1442695040888963407ull;
			used += (size_t)snprintf(text + used, size - used, "%c",
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
