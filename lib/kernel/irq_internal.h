/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by softirq.c and smp.c: what slot SIM_SLOT_IRQ points to. */
#ifndef KERNEL_IRQ_INTERNAL_H
#define KERNEL_IRQ_INTERNAL_H

#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include "kernel/softirq.h"
#include "kernel/task.h"

#define SIM_IRQ_ACTION_MAX 4

typedef void (*sim_irq_action)(unsigned int cpu);

/**
 * struct sim_irq_line - interrupts of one kind of one CPU
 * @task: runs them; NULL before the first
 * @pending: bit per vector
 * @cpu: its CPU
 * @hard: hardware interrupts
 * @idle: @task waits for work
 */
struct sim_irq_line {
	struct sim_task *task;
	u32 pending;
	unsigned int cpu;
	bool hard;
	bool idle;
};

/**
 * struct sim_call_group - calls on other CPUs that one task waits for
 * @entry: in struct sim_irq_state.groups
 * @waiter: who waits; NULL when it gave up
 * @left: calls that are not done yet
 * @cpus: where they were sent, a bit each
 */
struct sim_call_group {
	struct list_head entry;
	struct sim_task *waiter;
	unsigned int left;
	u64 cpus;
};

/**
 * struct sim_irq_state - what slot SIM_SLOT_IRQ points to
 * @soft: of each CPU
 * @hard: of each CPU
 * @soft_action: what softirq vectors do, in order of opening
 * @hard_action: the same for hardware interrupts
 * @tasklets: scheduled ones of each CPU, then high ones of each CPU
 * @tasklet_running: the tasklet that each CPU runs
 * @tasklet_waiters: who waits for one to end
 * @calls: functions that each CPU has been asked to call, oldest first
 * @groups: calls that somebody waits for
 * @irq_work: the item of linux/irq_work.h that each CPU runs
 * @irq_work_waiters: who waits for one to end
 * @online: all CPUs of the world
 */
struct sim_irq_state {
	struct sim_irq_line soft[NR_CPUS];
	struct sim_irq_line hard[NR_CPUS];
	sim_irq_action soft_action[NR_SOFTIRQS][SIM_IRQ_ACTION_MAX];
	sim_irq_action hard_action[SIM_HARDIRQ_COUNT][SIM_IRQ_ACTION_MAX];
	struct tasklet_struct *tasklets[2][NR_CPUS];
	struct tasklet_struct *tasklet_running[NR_CPUS];
	struct sim_task_queue tasklet_waiters;
	struct list_head calls[NR_CPUS];
	struct list_head groups;
	struct irq_work *irq_work[NR_CPUS];
	struct sim_task_queue irq_work_waiters;
	struct cpumask online;
};

static inline struct sim_irq_state *sim_irq_state(void)
{
	return sim_world->slot[SIM_SLOT_IRQ];
}

/* Start and reset of smp.c's part. */
void sim_smp_start(struct svmsim_world *world);
void sim_smp_reset(struct svmsim_world *world);

#endif
