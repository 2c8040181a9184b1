// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Any candidate, uniformly, at points that lie a geometric gap apart. How likely a point is to be
 * one of them is drawn for each run from a few probabilities far apart: some bugs want a switch at
 * every turn, others one switch in a long run.
 */
#include "explore/sched.h"

struct random {
	struct sched sched;
	unsigned int shift;
	bool begun;
};

static void draw(struct random *random)
{
	/* A switch at each point, at every second, ... 1 in 64. */
	static const unsigned char shifts[] = { 0, 1, 2, 4, 6 };

	random->shift = shifts[sched_rng_below(&random->sched.rng, sizeof(shifts))];
	random->begun = false;
}

static bool start(void *ctx, uint64_t run)
{
	struct random *random = ctx;

	sched_rng_seed(&random->sched.rng, random->sched.seed, run);
	draw(random);
	return true;
}

static unsigned int next(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	struct random *random = ctx;
	struct sched_rng *rng = &random->sched.rng;
	uint64_t gap;

	/* The first question comes unasked for: the gap in front of the first switch is open. */
	if (!random->begun && point->can_go_on) {
		random->begun = true;
		gap = sched_rng_gap(rng, random->shift);
		if (gap) {
			*quiet = gap - 1;
			return point->default_index;
		}
	}
	random->begun = true;
	*quiet = sched_rng_gap(rng, random->shift);
	return (unsigned int)sched_rng_below(rng, point->count);
}

struct svmsim_scheduler *svmsim_scheduler_random(uint64_t seed)
{
	struct random *random = sched_make(sizeof(*random), "random", seed);

	random->sched.base.start = start;
	random->sched.base.next = next;
	draw(random);
	return &random->sched.base;
}
