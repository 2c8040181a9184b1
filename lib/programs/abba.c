/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Locks in two orders: two parties, three parties. */
#include <linux/mutex.h>
#include <linux/sim_program.h>

static DEFINE_MUTEX(a);
static DEFINE_MUTEX(b);
static DEFINE_MUTEX(c);
static unsigned int work_done;

SIM_PROGRAM(abba_one, "takes a, then b; with abba_two a deadlock")
{
	mutex_lock(&a);
	mutex_lock(&b);
	work_done++;
	mutex_unlock(&b);
	mutex_unlock(&a);
	return 0;
}

SIM_PROGRAM(abba_two, "takes b, then a; with abba_one a deadlock")
{
	mutex_lock(&b);
	mutex_lock(&a);
	work_done++;
	mutex_unlock(&a);
	mutex_unlock(&b);
	return 0;
}

SIM_PROGRAM(abba_one_fixed, "takes a, then b, as abba_two_fixed does")
{
	mutex_lock(&a);
	mutex_lock(&b);
	work_done++;
	mutex_unlock(&b);
	mutex_unlock(&a);
	return 0;
}

SIM_PROGRAM(abba_two_fixed, "takes a, then b, as abba_one_fixed does")
{
	mutex_lock(&a);
	mutex_lock(&b);
	work_done++;
	mutex_unlock(&b);
	mutex_unlock(&a);
	return 0;
}

SIM_PROGRAM(ring_one, "takes a, then b; with ring_two and ring_three a ring")
{
	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	return 0;
}

SIM_PROGRAM(ring_two, "takes b, then c; with ring_one and ring_three a ring")
{
	mutex_lock(&b);
	mutex_lock(&c);
	mutex_unlock(&c);
	mutex_unlock(&b);
	return 0;
}

SIM_PROGRAM(ring_three, "takes c, then a: what closes the ring")
{
	mutex_lock(&c);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&c);
	return 0;
}

SIM_PROGRAM(ring_three_fixed, "takes a, then c: no ring with ring_one and ring_two")
{
	mutex_lock(&a);
	mutex_lock(&c);
	mutex_unlock(&c);
	mutex_unlock(&a);
	return 0;
}
