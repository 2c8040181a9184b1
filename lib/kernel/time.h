/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The behavioural clock and what waits for it. Code takes no time by running; the clock moves by
 * sim_time_advance(), once per action, by `advance`, and when the task sleeps or waits.
 *
 * One queue holds all timers, in order of expiry, then of arming. A timer_list is due at its jiffy,
 * a hrtimer at its nanosecond, but never at the instant of arming: what was armed in the past is
 * due at the next jiffy or nanosecond, so that a timer that arms itself anew can't stop the clock.
 */
#ifndef KERNEL_TIME_H
#define KERNEL_TIME_H

#include <linux/timer.h>
#include <linux/types.h>

struct svmsim_world;
struct sim_layer;

/** sim_layer_time - the layer of slot SIM_SLOT_TIME */
extern const struct sim_layer sim_layer_time;

/**
 * sim_time_advance - move the clock
 * @world: the world, entered
 * @ns: by how much
 *
 * Runs pending work, then for each instant at which timers are due up to the new time: sets the
 * clock to it, runs them, runs the work that they queued.
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
 * sim_wait_forever - report `bug`: the task would block for ever
 * @what: what it waits for
 */
void sim_wait_forever(const char *what);

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
 * sim_timer_expire - run a timer that is due
 * @node: already taken out of the queue
 */
void sim_timer_expire(struct sim_timer_node *node);
/**
 * sim_time_memory_freed - memory was freed: no pending timer may be in it
 * @start: its start
 * @bytes: its size
 *
 * One that is raises a WARN with the text of the kernel's object debugging, and is taken out.
 */
void sim_time_memory_freed(const void *start, size_t bytes);

#endif
