/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Two tasks that count, and a message behind a flag. */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sim_program.h>

static unsigned int counter;
static DEFINE_MUTEX(counter_lock);
static atomic_t atomic_counter;

SIM_PROGRAM(count_one, "adds to a counter without a lock; with count_two a data race")
{
	counter++;
	return 0;
}

SIM_PROGRAM(count_two, "adds to a counter without a lock; with count_one a data race")
{
	counter++;
	return 0;
}

SIM_PROGRAM(count_one_fixed, "adds to a counter under its lock")
{
	mutex_lock(&counter_lock);
	counter++;
	mutex_unlock(&counter_lock);
	return 0;
}

SIM_PROGRAM(count_two_fixed, "adds to a counter under its lock")
{
	mutex_lock(&counter_lock);
	counter++;
	mutex_unlock(&counter_lock);
	return 0;
}

SIM_PROGRAM(count_atomic_one_fixed, "adds to an atomic counter")
{
	atomic_inc(&atomic_counter);
	return 0;
}

SIM_PROGRAM(count_atomic_two_fixed, "adds to an atomic counter")
{
	atomic_inc(&atomic_counter);
	return 0;
}

/* The message is ready when the flag says so; who reads the flag has to see that in this order. */
static struct {
	int payload;
	int ready;
} message;

SIM_PROGRAM(flag_send, "writes a message, then a plain flag; with flag_receive a data race")
{
	message.payload = 42;
	message.ready = 1;
	return 0;
}

SIM_PROGRAM(flag_receive, "looks at a plain flag, then reads the message; -EAGAIN: not yet")
{
	if (!message.ready)
		return -EAGAIN;
	return message.payload == 42 ? 0 : -EIO;
}

SIM_PROGRAM(flag_send_fixed, "writes a message, then the flag with smp_store_release()")
{
	message.payload = 42;
	smp_store_release(&message.ready, 1);
	return 0;
}

SIM_PROGRAM(flag_receive_fixed, "reads the message after smp_load_acquire(); -EAGAIN: not yet")
{
	if (!smp_load_acquire(&message.ready))
		return -EAGAIN;
	return message.payload == 42 ? 0 : -EIO;
}
