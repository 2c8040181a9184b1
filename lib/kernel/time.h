/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The behavioural clock and what waits for it. The clock moves a little at each switch point, by
 * sim_time_advance() (once per action, by `advance`), and to whatever is due next when no task can
 * run.
 *
 * One queue holds all timers, in order of expiry, then of arming. A timer_list is due at its jiffy,
 * a hrtimer at its nanosecond, but never at the instant of arming: what was armed in the past is
 * due at the next jiffy or nanosecond, so that a timer that arms itself anew can't stop the clock.
 * What is due is handed to the interrupts of its CPU, which run it when they can; until then it is
 * pending and can be deleted.
 *
 * DOC: Deadlines
 *
 * Comparing the clock with a time that lies ahead (time_after() and kin) registers that time as a
 * deadline of the task. When tasks do nothing but spin, the clock jumps to the nearest one: loops
 * with a timeout come to their end.
 */
#ifndef KERNEL_TIME_H
#define KERNEL_TIME_H

#include <linux/timer.h>
#include <linux/types.h>

struct hrtimer;
struct sim_layer;
struct svmsim_world;

/** sim_layer_time - the layer of slot SIM_SLOT_TIME */
extern const struct sim_layer sim_layer_time;

/**
 * sim_time_advance - move the clock
 * @world: the world, entered
 * @ns: by how much
 *
 * Lets all run that can, then for each instant at which something is due up to the new time: sets
 * the clock to it and lets all run that can. While other tasks of the user's are about something,
 * or the caller must not sleep, time just moves on, and what is due takes its turn.
 * Context: the root, or a task that carries out the lines of a scenario.
 */
void sim_time_advance(struct svmsim_world *world, u64 ns);
/**
 * sim_time_expire - what is due at the present time happens
 * @world: the world
 */
void sim_time_expire(struct svmsim_world *world);
/**
 * sim_time_deadline - the nearest time that spinning code compares the clock with
 * @world: the world
 * @deadline_ns: set to it
 *
 * Return: false if there is none in the future.
 */
bool sim_time_deadline(const struct svmsim_world *world, u64 *deadline_ns);
/**
 * sim_time_next - when the next timer is due
 * @world: the world
 * @expires_ns: set to its time, which may be in the past
 *
 * Return: false if none is pending.
 */
bool sim_time_next(const struct svmsim_world *world, u64 *expires_ns);
/**
 * sim_time_elapse - move the clock without running anything: a busy wait
 * @world: the world
 * @ns: by how much
 */
void sim_time_elapse(struct svmsim_world *world, u64 ns);
/**
 * sim_jiffies_to_ns - the instant at which a jiffy begins
 * @j: value of jiffies
 *
 * Return: behavioural time; 0 for what was before the world, the largest value for what is beyond.
 */
u64 sim_jiffies_to_ns(unsigned long j);

/**
 * sim_timer_enqueue - put a timer into the queue
 * @node: not pending
 * @expires_ns: when it is due
 */
void sim_timer_enqueue(struct sim_timer_node *node, u64 expires_ns);
/**
 * sim_timer_dequeue - take a timer out of the queue
 * @node: pending or not
 *
 * Return: true if it was pending.
 */
bool sim_timer_dequeue(struct sim_timer_node *node);
/**
 * sim_timer_running_cpu - the CPU that runs a timer's function now
 * @node: of the timer
 *
 * Return: -1 if it does not run.
 */
int sim_timer_running_cpu(const struct sim_timer_node *node);
/**
 * sim_timer_wait - spin until a timer's function does not run
 * @node: of the timer
 * @verb: of struct sim_waiting
 * @name: of struct sim_waiting
 * @site: where
 */
void sim_timer_wait(const struct sim_timer_node *node, const char *verb, const char *name,
		    const struct sim_site *site);
/**
 * sim_timer_add - arm a timer for the time that is in it
 * @timer: not pending
 * @cpu: where it shall run; -1 for the CPU of the caller
 */
void sim_timer_add(struct timer_list *timer, int cpu);
/** sim_timer_expire - run a timer that is due; it is in the queue no more */
void sim_timer_expire(struct timer_list *timer);
/** sim_hrtimer_expire - the same for a hrtimer */
void sim_hrtimer_expire(struct hrtimer *timer);
/**
 * sim_time_memory_freed - memory was freed: no pending timer may be in it
 * @start: its start
 * @bytes: its size
 *
 * One that is raises a WARN with the text of the kernel's object debugging, and is taken out.
 */
void sim_time_memory_freed(const void *start, size_t bytes);

#endif
