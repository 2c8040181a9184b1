/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <linux/types.h>

/*
 * Waiting runs pending work and lets time jump to the next timer until the completion is done. If
 * nothing is left that could complete it, a report `bug` says so and the wait returns.
 */
/* fidelity: simplified: one task, so only work items and timers can complete what it waits for */
struct completion {
	unsigned int done;
};

#define COMPLETION_INITIALIZER(work) { 0 }
#define COMPLETION_INITIALIZER_ONSTACK(work) ((struct completion){ 0 })
#define DECLARE_COMPLETION(work) struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
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
/* Always 0: no signal can arrive yet. */
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
/* Jiffies left, at least 1, or 0 when the time was up first. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);

#endif
