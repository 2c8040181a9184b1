/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Work items and RCU callbacks for one task. Queued work waits in one list, in order of queueing
 * whatever its queue, and runs when sim_work_run() is called: when time moves on, when the task
 * waits, when it is flushed. A grace period ends when sim_work_run() is called outside of any
 * rcu_read_lock() section.
 *
 * Not modelled: worker threads, CPUs, max_active, priorities. Tasks come with a later version.
 */
#ifndef KERNEL_WORKQUEUE_H
#define KERNEL_WORKQUEUE_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct svmsim_world;
struct sim_layer;

/** sim_layer_work - the layer of slot SIM_SLOT_WORK */
extern const struct sim_layer sim_layer_work;

/**
 * sim_work_run - run what is pending
 * @world: the world, entered
 *
 * First RCU callbacks, then work items in order of queueing, those that are queued meanwhile
 * included; but each item at most once, so that one that queues itself again waits for the next
 * call. Called from a work item that sleeps or waits, it runs the others inside that one, except
 * those of a queue that runs one at a time.
 * Return: true if anything ran.
 */
bool sim_work_run(struct svmsim_world *world);
/** sim_work_pending - is there an item that has not run? */
bool sim_work_pending(const struct svmsim_world *world);
/**
 * sim_work_memory_freed - memory was freed: no pending work item may be in it
 * @start: its start
 * @bytes: its size
 *
 * One that is raises a WARN with the text of the kernel's object debugging, and is taken out.
 */
void sim_work_memory_freed(const void *start, size_t bytes);

#endif
