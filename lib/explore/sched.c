// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/sched.h"

#include <string.h>
#include <svmsim/scenario.h>
#include "host/host.h"

/* So many failures in a row are as good as never. */
#define GAP_MAX (1u << 20)

static uint64_t mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
	return value ^ (value >> 31);
}

void sched_rng_seed(struct sched_rng *rng, uint64_t seed, uint64_t run)
{
	/* Mixed in turn: neighbouring seeds and runs must not share values. */
	rng->state = mix(mix(seed + 0x9e3779b97f4a7c15ull) + run);
}

uint64_t sched_rng_next(struct sched_rng *rng)
{
	rng->state += 0x9e3779b97f4a7c15ull;
	return mix(rng->state);
}

uint64_t sched_rng_below(struct sched_rng *rng, uint64_t limit)
{
	/* Values below 2^64 mod limit are one too many of their kind. */
	uint64_t least = -limit % limit, value;

	do {
		value = sched_rng_next(rng);
	} while (value < least);
	return value % limit;
}

uint64_t sched_rng_gap(struct sched_rng *rng, unsigned int shift)
{
	uint64_t mask = (1ull << shift) - 1, gap = 0;

	if (!shift)
		return 0;
	/* Bits, not logarithms: those are not the same on every machine. */
	for (;;) {
		uint64_t bits = sched_rng_next(rng);
		unsigned int left;

		for (left = 64; left >= shift; left -= shift) {
			if (!(bits & mask) || gap == GAP_MAX)
				return gap;
			bits >>= shift;
			gap++;
		}
	}
}

static bool start(void *ctx, uint64_t run)
{
	struct sched *sched = ctx;

	sched_rng_seed(&sched->rng, sched->seed, run);
	return true;
}

static uint64_t random_value(void *ctx)
{
	struct sched *sched = ctx;

	return sched_rng_next(&sched->rng);
}

static void release(struct sched *sched)
{
	host_free(sched);
}

void *sched_make(size_t bytes, const char *name, uint64_t seed)
{
	struct sched *sched = host_zalloc(bytes);

	sched->base.name = name;
	sched->base.start = start;
	sched->base.random = random_value;
	sched->base.ctx = sched;
	sched->release = release;
	sched->seed = seed;
	sched_rng_seed(&sched->rng, seed, 0);
	return sched;
}

const char *svmsim_sched_name(unsigned int sched)
{
	static const char *const names[] = {
		[SVMSIM_SCHED_FIFO] = "fifo",
		[SVMSIM_SCHED_RANDOM] = "random",
		[SVMSIM_SCHED_PCT] = "pct",
	};

	return sched < sizeof(names) / sizeof(names[0]) ? names[sched] : NULL;
}

int sched_find(const struct svmsim_point *point, const char *name)
{
	unsigned int i;

	for (i = 0; i < point->count; i++) {
		if (!strcmp(point->candidate[i].name, name))
			return (int)i;
	}
	return -1;
}

bool svmsim_point_matches(const struct svmsim_point *point, const char *name)
{
	const char *at = strchr(point->site, ':');
	size_t bytes;

	if (!strcmp(point->primitive, name) || !strcmp(point->site, name))
		return true;
	at = at ? strchr(at + 1, ':') : NULL;
	bytes = strlen(name);
	/* With its argument; which of several like it in the function need not be said. */
	return at++ && bytes && !strncmp(at, name, bytes) && (!at[bytes] || at[bytes] == '#');
}

void svmsim_scheduler_event(struct svmsim_scheduler *scheduler, const char *system,
			    const char *name)
{
	struct sched *sched = scheduler->ctx;

	if (sched->event)
		sched->event(sched, system, name);
}

void sched_diverged(struct sched *sched)
{
	if (sched->diverged)
		sched->diverged(sched->diverged_ctx);
}

void svmsim_scheduler_free(struct svmsim_scheduler *scheduler)
{
	struct sched *sched = scheduler ? scheduler->ctx : NULL;

	if (sched)
		sched->release(sched);
}
