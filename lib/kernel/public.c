/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a program asks of any world, whatever layers it has. */
#include <svmsim/world.h>
#include "kernel/world.h"

const char *svmsim_last_error(const struct svmsim_world *world)
{
	return world->last_error;
}

uint64_t svmsim_world_digest(const struct svmsim_world *world)
{
	return world->events.digest;
}

uint64_t svmsim_world_step(const struct svmsim_world *world)
{
	return world->step;
}

uint64_t svmsim_world_time_ns(const struct svmsim_world *world)
{
	return world->now_ns;
}
