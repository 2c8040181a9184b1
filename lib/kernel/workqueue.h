/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Work items run in tasks of class SIM_TASK_WORKER, which belong to pools, made when needed and
 * kept. Each CPU has a pool for normal and one for high priority; two pools of no CPU serve unbound
 * queues. In a pool of a CPU one worker runs at a time; another takes its place when it sleeps.
 * Softirqs of the CPU do the work of queues with WQ_BH.
 *
 * An item never runs twice at a time, as far as the kernel prevents that: not in one pool, not for
 * one queue. What exceeds a queue's max_active waits outside of the pools. Flushing blocks until
 * the instance has run; who runs it is what the flusher waits for in the wait-for graph.
 *
 * A scenario's lines, and code that is called without tasks in mind, drive the world in passes:
 * sim_work_run() lets everything run, but each item once, so that one which queues itself for ever
 * lets time go on.
 *
 * DOC: Not modelled
 *
 * Rescuers (a queue with WQ_MEM_RECLAIM gets its checks, but no worker of its own), setting aside
 * of workers that hog a CPU, affinity scopes, freezing, CPU hotplug, sysfs.
 */
#ifndef KERNEL_WORKQUEUE_H
#define KERNEL_WORKQUEUE_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct sim_layer;
struct sim_task;
struct svmsim_world;

/** sim_layer_work - the layer of slot SIM_SLOT_WORK */
extern const struct sim_layer sim_layer_work;

/**
 * sim_work_run - one pass: everything that can run does, without time moving on
 * @world: the world, entered
 *
 * What a work item queues runs in the same pass, except itself: each item runs once in a pass.
 * Context: the root, or a task that carries out the lines of a scenario.
 * Return: true if a work item ran.
 */
bool sim_work_run(struct svmsim_world *world);
/**
 * sim_worker_sleeping - a worker is about to sleep; called by sim_task_block()
 * @task: of class SIM_TASK_WORKER, blocked already
 */
void sim_worker_sleeping(struct sim_task *task);
/**
 * sim_work_memory_freed - memory was freed: no pending work item may be in it
 * @start: its start
 * @bytes: its size
 *
 * One that is raises a WARN with the text of the kernel's object debugging, and is taken out.
 */
void sim_work_memory_freed(const void *start, size_t bytes);

#endif
