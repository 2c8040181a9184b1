/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The world's one random source: xoshiro256** (Blackman and Vigna), its state filled by splitmix64
 * so that neighbouring seeds give unrelated sequences and the all-zero state can't come up.
 */
#include "kernel/world.h"

static u64 splitmix(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static u64 rotate_left(u64 x, unsigned int count)
{
	return (x << count) | (x >> (64 - count));
}

void sim_random_seed(struct svmsim_world *world, u64 seed)
{
	for (int i = 0; i < 4; i++)
		world->rng[i] = splitmix(&seed);
}

u64 sim_random(struct svmsim_world *world)
{
	u64 *s = world->rng;
	u64 result = rotate_left(s[1] * 5, 7) * 9;
	u64 t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

u64 sim_random_below(struct svmsim_world *world, u64 limit)
{
	unsigned __int128 product;
	u64 threshold;

	SIM_ASSERT(limit > 0);
	/*
	 * The high half of value * limit is the result. Of the 2^64 values, 2^64 mod limit too many
	 * fall on some results; those are the ones with a low half below that remainder.
	 */
	threshold = -limit % limit;
	do {
		product = (unsigned __int128)sim_random(world) * limit;
	} while ((u64)product < threshold);
	return (u64)(product >> 64);
}
