/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Two buffers locked in two orders: a wound/wait class resolves it, if who has to give way does. */
#include <linux/errno.h>
#include <linux/sim_program.h>
#include <linux/ww_mutex.h>

static DEFINE_WW_CLASS(buffer_class);
static struct ww_mutex first;
static struct ww_mutex second;

SIM_PROGRAM(buffers_make, "makes the two buffers of buffers_one and buffers_two")
{
	ww_mutex_init(&first, &buffer_class);
	ww_mutex_init(&second, &buffer_class);
	return 0;
}

/* Gives way when it has to: lets go of what it has, waits for the other, and takes both again. */
static int lock_both(struct ww_mutex *one, struct ww_mutex *two)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex *other;
	int err;

	ww_acquire_init(&ctx, &buffer_class);
	err = ww_mutex_lock(one, &ctx);
	while (!err) {
		err = ww_mutex_lock(two, &ctx);
		if (err != -EDEADLK)
			break;
		ww_mutex_unlock(one);
		ww_mutex_lock_slow(two, &ctx);
		other = one;
		one = two;
		two = other;
		err = 0;
	}
	ww_acquire_done(&ctx);
	if (!err) {
		ww_mutex_unlock(two);
		ww_mutex_unlock(one);
	}
	ww_acquire_fini(&ctx);
	return err;
}

SIM_PROGRAM(buffers_one_fixed, "locks two buffers, and gives way when it has to")
{
	return lock_both(&first, &second);
}

SIM_PROGRAM(buffers_two_fixed, "locks the same two in the other order, and gives way too")
{
	return lock_both(&second, &first);
}

/* Without a context nobody can say who has to give way. */
static int lock_both_plainly(struct ww_mutex *one, struct ww_mutex *two)
{
	int err = ww_mutex_lock(one, NULL);

	if (err)
		return err;
	err = ww_mutex_lock(two, NULL);
	if (!err)
		ww_mutex_unlock(two);
	ww_mutex_unlock(one);
	return err;
}

SIM_PROGRAM(buffers_one, "locks two buffers without a context; with buffers_two a deadlock")
{
	return lock_both_plainly(&first, &second);
}

SIM_PROGRAM(buffers_two, "locks the same two in the other order; with buffers_one a deadlock")
{
	return lock_both_plainly(&second, &first);
}
