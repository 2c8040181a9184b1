/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Two tasks that give way to one another for ever. */
#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sim_program.h>

static DEFINE_MUTEX(left);
static DEFINE_MUTEX(right);
static bool left_waits;
static bool right_waits;

/* After you: as long as the other wants to go, it lets the other go. */
static int pass(bool *self, bool *other)
{
	WRITE_ONCE(*self, true);
	cond_resched();
	while (READ_ONCE(*other))
		cond_resched();
	WRITE_ONCE(*self, false);
	return 0;
}

SIM_PROGRAM(polite_left, "wants to pass, and waits as long as polite_right wants to")
{
	return pass(&left_waits, &right_waits);
}

SIM_PROGRAM(polite_right, "wants to pass, and waits as long as polite_left wants to")
{
	return pass(&right_waits, &left_waits);
}

/* One order for both, and nobody has to be polite. */
static int pass_in_order(void)
{
	mutex_lock(&left);
	mutex_lock(&right);
	mutex_unlock(&right);
	mutex_unlock(&left);
	return 0;
}

SIM_PROGRAM(polite_left_fixed, "waits for its turn")
{
	return pass_in_order();
}

SIM_PROGRAM(polite_right_fixed, "waits for its turn")
{
	return pass_in_order();
}
