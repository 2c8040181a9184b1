/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_COMPLETION_H
#define KERNEL_COMPLETION_H

#include <linux/completion.h>
#include "kernel/task.h"

/**
 * sim_completion_wait - wait for a completion of the model's own, saying what it stands for
 * @x: the completion
 * @state: kernel state to sleep in
 * @timeout: jiffies; MAX_SCHEDULE_TIMEOUT for no limit
 * @waiting: what people read, and who owns it
 *
 * Return: jiffies left, at least 1; 0 when time is up; -ERESTARTSYS.
 */
long sim_completion_wait(struct completion *x, unsigned int state, long timeout,
			 const struct sim_waiting *waiting);

#endif
