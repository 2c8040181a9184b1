/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between host-side tests of schedulers and above_sched_tasks.c, which is kernel code. */
#ifndef UNIT_ABOVE_SCHED_TASKS_H
#define UNIT_ABOVE_SCHED_TASKS_H

/* Passes a switch point: step_a for 'a', step_b for 'b', step for anything else. */
void above_step(char op);
/* cond_resched() */
void above_yield(void);
/* Take and give a mutex. */
void above_lock(void);
void above_unlock(void);
/* Wait for a completion, and complete it. */
void above_wait(void);
void above_complete(void);

#endif
