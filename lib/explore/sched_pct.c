// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010):
 * random priorities, the highest candidate runs, and at depth - 1 random points the running task
 * falls below all others.
 */
#include <stdlib.h>
#include <string.h>
#include "explore/sched.h"
#include "host/host.h"

#define DEPTH_MAX 64
/* Without a count of any run. */
#define POINTS_DEFAULT 1000
/* A task that passes more points than this in a row, and than a run has, goes round in a loop. */
#define LOOP_LEAST 1000

/**
 * struct pct - the scheduler
 * @sched: first
 * @change: change points of this run, ascending
 * @change_count: number of @change
 * @change_at: those that were passed
 * @points: length of a run; 0 until it is known
 * @counted: points of the longest run so far that only counted
 * @counting: this run is fifo
 * @priority: of each task by number; 0 for one that has none yet
 * @priority_count: room in @priority
 * @lowest: priority of the last task that had to step back
 * @last_task: who ran on at the last point
 * @in_a_row: for how many points
 */
struct pct {
	struct sched sched;
	uint64_t change[DEPTH_MAX];
	unsigned int change_count;
	unsigned int change_at;
	uint64_t points;
	uint64_t counted;
	bool counting;
	int64_t *priority;
	uint32_t priority_count;
	int64_t lowest;
	uint32_t last_task;
	uint64_t in_a_row;
};

static int by_value(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static uint64_t length(const struct pct *pct)
{
	return pct->points ? pct->points : pct->counted ? pct->counted : POINTS_DEFAULT;
}

static void prepare(struct pct *pct, uint64_t run)
{
	unsigned int i;

	sched_rng_seed(&pct->sched.rng, pct->sched.seed, run);
	pct->counting = !pct->points && !run;
	for (i = 0; i < pct->change_count; i++)
		pct->change[i] = 1 + sched_rng_below(&pct->sched.rng, length(pct));
	qsort(pct->change, pct->change_count, sizeof(pct->change[0]), by_value);
	pct->change_at = 0;
	if (pct->priority_count)
		memset(pct->priority, 0, pct->priority_count * sizeof(*pct->priority));
	pct->lowest = 0;
	pct->in_a_row = 0;
}

static bool start(void *ctx, uint64_t run)
{
	prepare(ctx, run);
	return true;
}

static int64_t *priority_of(struct pct *pct, uint32_t number)
{
	if (number >= pct->priority_count) {
		uint32_t count = number * 2 + 16;

		pct->priority = host_realloc(pct->priority, count * sizeof(*pct->priority));
		memset(pct->priority + pct->priority_count, 0,
		       (count - pct->priority_count) * sizeof(*pct->priority));
		pct->priority_count = count;
	}
	/* Above those of change points, which are small, and far enough from one another. */
	if (!pct->priority[number])
		pct->priority[number] = (int64_t)(sched_rng_next(&pct->sched.rng) >> 2) +
					DEPTH_MAX + 1;
	return &pct->priority[number];
}

/* Whoever waits for others in a loop would have them wait for it forever. */
static bool must_step_back(struct pct *pct, const struct svmsim_point *point)
{
	uint64_t most = length(pct) > LOOP_LEAST ? length(pct) : LOOP_LEAST;

	if (!point->can_go_on || point->task_number != pct->last_task) {
		pct->last_task = point->task_number;
		pct->in_a_row = 0;
	}
	if (!point->yields && ++pct->in_a_row <= most)
		return false;
	pct->in_a_row = 0;
	return true;
}

static unsigned int next(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	struct pct *pct = ctx;
	int64_t *priority = priority_of(pct, point->task_number), best = 0;
	unsigned int i, chosen = 0;

	*quiet = 0;
	if (pct->counting) {
		if (point->point > pct->counted)
			pct->counted = point->point;
		return point->default_index;
	}
	if (must_step_back(pct, point))
		*priority = --pct->lowest;
	while (pct->change_at < pct->change_count && point->point >= pct->change[pct->change_at]) {
		*priority = (int64_t)(pct->change_count - pct->change_at);
		pct->change_at++;
	}
	for (i = 0; i < point->count; i++) {
		int64_t other = *priority_of(pct, point->candidate[i].number);

		if (!i || other > best) {
			best = other;
			chosen = i;
		}
	}
	return chosen;
}

static void release(struct sched *sched)
{
	struct pct *pct = (struct pct *)sched;

	host_free(pct->priority);
	host_free(pct);
}

struct svmsim_scheduler *svmsim_scheduler_pct(uint64_t seed, unsigned int depth, uint64_t points)
{
	struct pct *pct = sched_make(sizeof(*pct), "pct", seed);

	pct->sched.base.start = start;
	pct->sched.base.next = next;
	pct->sched.release = release;
	pct->change_count = (depth > DEPTH_MAX ? DEPTH_MAX : depth ? depth : 1) - 1;
	pct->points = points;
	prepare(pct, 0);
	return &pct->sched.base;
}
