/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the schedulers share: how they begin and end, and random values of their own. */
#ifndef EXPLORE_SCHED_H
#define EXPLORE_SCHED_H

#include <svmsim/scheduler.h>

/* struct sched_rng - splitmix64; the world's own source is for the world's data */
struct sched_rng {
	uint64_t state;
};

/**
 * struct sched - first member of every scheduler here
 * @base: what the world sees; its ctx is the scheduler itself
 * @event: an event has come up; NULL where nobody cares
 * @diverged: called once, when it is clear that it can't be followed; may be NULL
 * @diverged_ctx: passed to @diverged
 * @release: free what @base.ctx holds, and itself
 * @rng: random values
 * @seed: of @rng
 */
struct sched {
	struct svmsim_scheduler base;
	void (*event)(struct sched *sched, const char *system, const char *name);
	void (*diverged)(void *ctx);
	void *diverged_ctx;
	void (*release)(struct sched *sched);
	struct sched_rng rng;
	uint64_t seed;
};

/** sched_rng_seed - the values of one run of one seed */
void sched_rng_seed(struct sched_rng *rng, uint64_t seed, uint64_t run);
uint64_t sched_rng_next(struct sched_rng *rng);
/** sched_rng_below - uniform in [0, @limit) without bias; @limit is not 0 */
uint64_t sched_rng_below(struct sched_rng *rng, uint64_t limit);
/**
 * sched_rng_gap - how often something fails before it succeeds
 * @rng: random values
 * @shift: it succeeds with a probability of 1 in 2^@shift, @shift at most 16
 */
uint64_t sched_rng_gap(struct sched_rng *rng, unsigned int shift);

/**
 * sched_make - a scheduler with random values from @seed
 * @bytes: size of the scheduler, which begins with struct sched
 * @name: its name
 * @seed: of its random values
 */
void *sched_make(size_t bytes, const char *name, uint64_t seed);

/** sched_diverged - the scheduler can't be followed any further: tell whoever wants to know */
void sched_diverged(struct sched *sched);
/** sched_is_event - is this what an event is called: "iommu:map", or "map" */
bool sched_is_event(const char *until, const char *system, const char *name);
/** sched_is_of_function - is this the call or the return of a function: "abba_one:return" */
bool sched_is_of_function(const char *until);
/** sched_find - index of the candidate with a name, -1 if there is none */
int sched_find(const struct svmsim_point *point, const char *name);

#endif
