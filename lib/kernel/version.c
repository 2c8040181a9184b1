/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/version.h"
#include "kernel/world.h"

static const char *const versions[] = { "v7.0", "v7.x" };

#define VERSION_COUNT (sizeof(versions) / sizeof(versions[0]))

const char *sim_kernel_version_name(unsigned int index)
{
	return index < VERSION_COUNT ? versions[index] : NULL;
}

static unsigned int rank_of(const char *version)
{
	unsigned int rank = 0;

	while (rank < VERSION_COUNT && __builtin_strcmp(versions[rank], version))
		rank++;
	return rank;
}

bool sim_kernel_at_least(const struct svmsim_world *world, const char *version)
{
	unsigned int rank = rank_of(world->machine->kernel);

	SIM_ASSERT(rank < VERSION_COUNT && rank_of(version) < VERSION_COUNT);
	return rank >= rank_of(version);
}
