/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Locks that are given back once too often, or not at all. */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sim_program.h>

static DEFINE_MUTEX(state_lock);
static bool configured;

SIM_PROGRAM(start_unconfigured, "unlocks in an error path that never locked")
{
	int err = 0;

	if (!configured) {
		err = -EINVAL;
		goto out_unlock;
	}
	mutex_lock(&state_lock);
out_unlock:
	mutex_unlock(&state_lock);
	return err;
}

SIM_PROGRAM(start_unconfigured_fixed, "leaves before it locks, and unlocks nothing")
{
	if (!configured)
		return -EINVAL;
	mutex_lock(&state_lock);
	mutex_unlock(&state_lock);
	return 0;
}

SIM_PROGRAM(stop_unconfigured, "returns from an error path with its lock held")
{
	mutex_lock(&state_lock);
	if (!configured)
		return -EINVAL;
	mutex_unlock(&state_lock);
	return 0;
}

SIM_PROGRAM(stop_unconfigured_fixed, "unlocks in its error path too")
{
	int err = 0;

	mutex_lock(&state_lock);
	if (!configured)
		err = -EINVAL;
	mutex_unlock(&state_lock);
	return err;
}
