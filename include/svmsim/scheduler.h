/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Schedulers that come with the library, for svmsim_world_schedule(); NULL there is `fifo`. Each is
 * ready for its run number 0 when it is made; its start() makes it ready for another. What one
 * chose can be had as text (svmsim_schedule_text()) and made again by the one that replays.
 *
 * DOC: Vocabulary
 *
 * change point  of pct: the task that passes it gets a priority below all others.
 * depth         of a bug: how many things have to happen in one order for it to show. Two tasks
 *               that take two locks in different order are of depth 2.
 * pin           an order written down in a scenario: this task until that event, then another.
 */
#ifndef SVMSIM_SCHEDULER_H
#define SVMSIM_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/schedule.h>

/** enum svmsim_on_divergence - what a replay does about a choice that can't be made */
enum svmsim_on_divergence {
	/* No further choice is made, and end() says why. */
	SVMSIM_DIVERGENCE_STOP,
	/* It is made at the nearest later place that is alike, or left out. */
	SVMSIM_DIVERGENCE_NEAREST,
};

/**
 * struct svmsim_pin_part - a part of a pin
 * @task: who runs
 * @until: what it stops before: "mutex_lock", "mutex_lock(&b)", a whole site; or what it stops
 *	behind, at its next switch point: an event, "iommu:map", or the call or return of an
 *	instrumented function, "abba_one:return". NULL: until it has ended, or has nothing more to
 *	do.
 */
struct svmsim_pin_part {
	const char *task;
	const char *until;
};

/**
 * svmsim_scheduler_random - at each switch point, with a probability of the run's, any candidate
 * @seed: any value; each (seed, run) has random values and a probability of its own
 */
SVMSIM_API struct svmsim_scheduler *svmsim_scheduler_random(uint64_t seed);
/**
 * svmsim_scheduler_pct - probabilistic concurrency testing
 * @seed: any value
 * @depth: of the bugs that it looks for, 1 to 64: there are @depth - 1 change points
 * @points: number of switch points with a choice in a run; with 0 its run 0 is fifo and counts them
 *
 * Tasks have random priorities and the highest candidate runs. One of k points and n tasks finds a
 * bug of depth d with a probability of at least 1 in n * k^(d - 1). A task that yields, or goes on
 * for longer than a run should take, gets the lowest priority, so that loops end.
 */
SVMSIM_API struct svmsim_scheduler *svmsim_scheduler_pct(uint64_t seed, unsigned int depth,
							 uint64_t points);
/**
 * svmsim_scheduler_replay - make the choices of a schedule again
 * @text: schedule
 * @mode: what to do about a choice that can't be made
 * @scheduler: set on success
 * @message: filled with one line on failure: "column 4: ..."
 * @message_bytes: size of @message
 *
 * Return: 0, -EINVAL.
 */
SVMSIM_API int svmsim_scheduler_replay(const char *text, enum svmsim_on_divergence mode,
				       struct svmsim_scheduler **scheduler, char *message,
				       size_t message_bytes);
/**
 * svmsim_scheduler_pin - one task after the other
 * @part: parts, copied
 * @count: number of @part
 * @world: where it runs: asked what a task does that can't run
 *
 * While the task whose turn it is waits for something, those run that the pin does not name; when
 * there are none it can't be followed. Behind the last part everything is by default.
 */
SVMSIM_API struct svmsim_scheduler *svmsim_scheduler_pin(const struct svmsim_pin_part *part,
							 unsigned int count,
							 const struct svmsim_world *world);
/**
 * svmsim_scheduler_event - an event has come up, which a pin may wait for
 * @scheduler: any scheduler of this file
 * @system: "iommu"; of a call, the name of the function
 * @name: "map"; of a call, "call" or "return"
 */
SVMSIM_API void svmsim_scheduler_event(struct svmsim_scheduler *scheduler, const char *system,
				       const char *name);
/**
 * svmsim_scheduler_free - free a scheduler of this file
 * @scheduler: scheduler; NULL is fine
 */
SVMSIM_API void svmsim_scheduler_free(struct svmsim_scheduler *scheduler);

/**
 * svmsim_schedule_canonical - read a schedule and print it as runs print theirs
 * @text: schedule
 * @message: filled with one line on failure: "column 4: ..."
 * @message_bytes: size of @message
 *
 * Return: text that free() frees, NULL when @text is no schedule.
 */
SVMSIM_API char *svmsim_schedule_canonical(const char *text, char *message, size_t message_bytes);
/**
 * svmsim_point_matches - is a switch point what somebody calls it?
 * @point: switch point
 * @name: its primitive, with or without the argument, or its whole site
 */
SVMSIM_API bool svmsim_point_matches(const struct svmsim_point *point, const char *name);
/**
 * svmsim_until_check - can it come up: is it an event, a switch point or a function of the program?
 * @until: "iommu:map", "mutex_lock", "mutex_lock(&b)", a whole site, "abba_one:return"
 * @message: filled with one line when it can't
 * @message_bytes: size of @message
 */
SVMSIM_API bool svmsim_until_check(const char *until, char *message, size_t message_bytes);

#endif
