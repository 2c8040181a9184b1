/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/version.h"

static const char *const versions[SIM_KERNEL_COUNT] = {
	[SIM_KERNEL_V6_12] = "v6.12", [SIM_KERNEL_V6_15] = "v6.15", [SIM_KERNEL_V6_19] = "v6.19",
	[SIM_KERNEL_V7_0] = "v7.0",   [SIM_KERNEL_V7_X] = "v7.x",   [SIM_KERNEL_V7_2] = "v7.2",
	[SIM_KERNEL_V7_3] = "v7.3",
};

const char *sim_kernel_version_name(unsigned int index)
{
	return index < SIM_KERNEL_COUNT ? versions[index] : NULL;
}

static unsigned int rank_of(const char *version)
{
	unsigned int rank = 0;

	/* Nearly all machines have the default. */
	if (!__builtin_strcmp(version, "v7.0"))
		return SIM_KERNEL_DEFAULT;
	while (rank < SIM_KERNEL_COUNT && __builtin_strcmp(versions[rank], version))
		rank++;
	SIM_ASSERT(rank < SIM_KERNEL_COUNT);
	return rank;
}

bool sim_kernel_at_least(const struct svmsim_world *world, const char *version)
{
	return rank_of(world->machine->kernel) >= rank_of(version);
}

bool sim_kernel_since(enum sim_kernel version)
{
	return rank_of(sim_world->machine->kernel) >= version;
}
