/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/types.h>

/* fidelity: simplified: counts and checks balance; the one task is never preempted */
void preempt_disable(void);
void preempt_enable(void);
int preempt_count(void);
void local_bh_disable(void);
void local_bh_enable(void);
void migrate_disable(void);
void migrate_enable(void);

#define preempt_enable_no_resched() preempt_enable()
#define preemptible() (preempt_count() == 0)
#define in_atomic() (preempt_count() != 0)
#define in_interrupt() 0
#define in_task() 1
#define in_hardirq() 0
#define in_softirq() 0

#endif
