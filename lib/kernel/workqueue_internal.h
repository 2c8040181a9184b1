/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_WORKQUEUE_INTERNAL_H
#define KERNEL_WORKQUEUE_INTERNAL_H

#include "kernel/workqueue.h"
#include "kernel/world.h"

#define SIM_WQ_NAME_BYTES 32

/**
 * struct workqueue_struct - a queue: only its name and identity
 * @entry: in the world's list; unused for the system's queues, which are constants
 * @is_ordered: runs one item at a time
 * @name: shown in reports
 */
struct workqueue_struct {
	struct list_head entry;
	bool is_ordered;
	char name[SIM_WQ_NAME_BYTES];
};

/**
 * struct sim_running - an item that is running, or waits while others run inside it
 * @work: the item
 * @wq: its queue
 * @outer: inside which other it runs, or NULL
 */
struct sim_running {
	struct work_struct *work;
	struct workqueue_struct *wq;
	struct sim_running *outer;
};

/**
 * struct sim_work_state - what slot SIM_SLOT_WORK points to
 * @pending: queued items, oldest first
 * @queues: queues of alloc_workqueue()
 * @running: item that is running, or NULL
 * @pass: number of the last sim_work_run() or flush
 */
struct sim_work_state {
	struct list_head pending;
	struct list_head queues;
	struct sim_running *running;
	u64 pass;
};

static inline struct sim_work_state *sim_work_state(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_WORK];
}

#endif
