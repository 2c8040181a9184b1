/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <linux/sim_site.h>
#include <linux/swait.h>
#include <linux/types.h>

/* fidelity: simplified: its own lock is not taken: nothing else can happen in the middle of it */
struct completion {
	unsigned int done;
	struct swait_queue_head wait;
};

#define COMPLETION_INITIALIZER(work) { 0, __SWAIT_QUEUE_HEAD_INITIALIZER((work).wait) }
#define COMPLETION_INITIALIZER_ONSTACK(work) (*({ init_completion(&(work)); &(work); }))
#define DECLARE_COMPLETION(work) struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
	init_swait_queue_head(&x->wait);
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

void complete(struct completion *x);
void complete_all(struct completion *x);
bool try_wait_for_completion(struct completion *x);
bool completion_done(struct completion *x);
void wait_for_completion(struct completion *x);
void wait_for_completion_io(struct completion *x);
/* -ERESTARTSYS when a signal came first. */
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
int wait_for_completion_state(struct completion *x, unsigned int state);
/* Jiffies left, at least 1, or 0 when the time was up first. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);

void sim_complete(struct completion *x, bool all, const struct sim_site *site);
long sim_wait_for_completion(struct completion *x, unsigned int state, unsigned long timeout,
			     const struct sim_site *site);
/* Without a limit only 0 and -ERESTARTSYS are left. */
static inline int sim_completion_err(long left)
{
	return left < 0 ? (int)left : 0;
}

#define SIM_COMPLETION_WAIT(x, state, timeout, text, argument) \
	sim_wait_for_completion(x, state, timeout, SIM_SITE(SIM_POINT_WAIT, text, argument))

#define complete(x) sim_complete((x), false, SIM_SITE(SIM_POINT_WAKE, "complete", #x))
#define complete_all(x) sim_complete((x), true, SIM_SITE(SIM_POINT_WAKE, "complete_all", #x))
#define wait_for_completion(x) \
	((void)SIM_COMPLETION_WAIT(x, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, \
				   "wait_for_completion", #x))
#define wait_for_completion_io(x) \
	((void)SIM_COMPLETION_WAIT(x, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, \
				   "wait_for_completion_io", #x))
#define wait_for_completion_interruptible(x) \
	sim_completion_err(SIM_COMPLETION_WAIT(x, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, \
					       "wait_for_completion_interruptible", #x))
#define wait_for_completion_killable(x) \
	sim_completion_err(SIM_COMPLETION_WAIT(x, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT, \
					       "wait_for_completion_killable", #x))
#define wait_for_completion_state(x, state) \
	sim_completion_err(SIM_COMPLETION_WAIT(x, state, MAX_SCHEDULE_TIMEOUT, \
					       "wait_for_completion_state", #x))
#define wait_for_completion_timeout(x, timeout) \
	((unsigned long)SIM_COMPLETION_WAIT(x, TASK_UNINTERRUPTIBLE, timeout, \
					    "wait_for_completion_timeout", #x))
#define wait_for_completion_io_timeout(x, timeout) \
	((unsigned long)SIM_COMPLETION_WAIT(x, TASK_UNINTERRUPTIBLE, timeout, \
					    "wait_for_completion_io_timeout", #x))
#define wait_for_completion_interruptible_timeout(x, timeout) \
	SIM_COMPLETION_WAIT(x, TASK_INTERRUPTIBLE, timeout, \
			    "wait_for_completion_interruptible_timeout", #x)
#define wait_for_completion_killable_timeout(x, timeout) \
	SIM_COMPLETION_WAIT(x, TASK_KILLABLE, timeout, "wait_for_completion_killable_timeout", #x)

#endif
