/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random programs of locks against a slow and obvious model: all chains of held locks are written
 * down as pairs, and a deadlock is looked for by trying all paths.
 */
#include "lockdep_fixture.h"

#define CLASSES 7
#define STEPS 60

/* modes[from][to]: bits of (from_read, to_read) that were seen, 3 * from_read + to_read */
static unsigned int modes[CLASSES][CLASSES];
static struct lockdep_map maps[CLASSES];
static struct lock_class_key keys[CLASSES];

static struct {
	int class;
	u8 read;
	bool trylock;
} held[MAX_LOCK_DEPTH];
static int held_count;

/*
 * Is there a path from @at to @goal, each class at most once, such that a recursive reader never
 * arrives where a reader goes on? @arrived is how we came to @at; at the goal it is held with
 * @goal_read.
 */
static bool path(int at, u8 arrived, int goal, u8 goal_read, unsigned int seen)
{
	if (at == goal)
		return !(arrived == 2 && goal_read != 0);
	for (int to = 0; to < CLASSES; to++) {
		if (seen & 1u << to)
			continue;
		for (u8 from_read = 0; from_read < 3; from_read++) {
			if (arrived == 2 && from_read != 0)
				continue;
			for (u8 to_read = 0; to_read < 3; to_read++)
				if (modes[at][to] & 1u << (3 * from_read + to_read) &&
				    path(to, to_read, goal, goal_read, seen | 1u << to))
					return true;
		}
	}
	return false;
}

/* What the model says about taking a lock now; right edges are remembered. */
static bool model_take(int class, u8 read, bool trylock)
{
	bool wrong = false;

	for (int i = held_count; !trylock && i--;) {
		if (path(class, read, held[i].class, held[i].read, 1u << class))
			wrong = true;
		else
			modes[held[i].class][class] |= 1u << (3 * held[i].read + read);
		if (!held[i].trylock)
			break;
	}
	held[held_count].class = class;
	held[held_count].read = read;
	held[held_count++].trylock = trylock;
	return wrong;
}

static bool is_held(int class)
{
	for (int i = 0; i < held_count; i++)
		if (held[i].class == class)
			return true;
	return false;
}

/* The verdict on each lock taken is compared; a pair that was reported is not reported again. */
static void run_program(uint64_t *random, u64 number)
{
	struct svmsim_world *world = kernel_world();
	bool told[CLASSES][CLASSES] = {};
	unsigned int reports = 0;

	__builtin_memset(modes, 0, sizeof(modes));
	held_count = 0;
	for (int i = 0; i < CLASSES; i++)
		lockdep_init_map(&maps[i], "class", &keys[i], 0);
	for (int step = 0; step < STEPS; step++) {
		int class = ktest_random(random) % CLASSES;
		u8 read = ktest_random(random) % 3;
		bool trylock = ktest_random(random) % 8 == 0, wrong;

		ktest_context("program %llu, step %d", (unsigned long long)number, step);
		if (held_count && (is_held(class) || ktest_random(random) % 3 == 0)) {
			give(&maps[held[--held_count].class]);
			continue;
		}
		/* Which pairs are wrong is asked before the model forgets what was held. */
		for (int i = held_count; !trylock && i--;) {
			if (path(class, read, held[i].class, held[i].read, 1u << class)) {
				reports += !told[held[i].class][class];
				told[held[i].class][class] = true;
			}
			if (!held[i].trylock)
				break;
		}
		wrong = model_take(class, read, trylock);
		lock_acquire(&maps[class], 0, trylock, read, 1, NULL, _THIS_IP_);
		if (wrong)
			ktest_assert_in_range(reports, 1, STEPS * CLASSES);
		ktest_assert_u64_equal(svmsim_report_count(world), reports);
	}
	ktest_expect_report(world, "lock-order", reports);
	while (held_count)
		give(&maps[held[--held_count].class]);
	ktest_world_drop(world);
}

static void test_cycles_as_the_model_finds_them(void **state)
{
	uint64_t random = ktest_seed(20261122);

	for (u64 i = 0; i < 3000; i++)
		run_program(&random, i);
}

static const struct ktest tests[] = {
	KTEST(test_cycles_as_the_model_finds_them),
};
KTEST_MAIN(tests)
