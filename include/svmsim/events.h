/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Watch a run: typed events as text, and their counts. Attaching a watcher changes nothing that
 * the run does, its digest included.
 */
#ifndef SVMSIM_EVENTS_H
#define SVMSIM_EVENTS_H

#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/world.h>

/**
 * struct svmsim_event - one event
 * @system: "iommu"
 * @name: "map"
 * @text: formatted arguments, as the kernel's tracepoint prints them where it exists
 * @line: the whole line in ftrace's form
 * @time_ns: behavioural clock
 * @step: step of the run
 * @cpu: CPU
 * @task: actor
 */
struct svmsim_event {
	const char *system;
	const char *name;
	const char *text;
	const char *line;
	uint64_t time_ns;
	uint64_t step;
	unsigned int cpu;
	const char *task;
};

struct svmsim_watcher;

/**
 * svmsim_watch - have a function called for each event from now on
 * @consume: the function; it must not call back into the world
 * @ctx: passed to @consume
 *
 * Return: a handle for svmsim_unwatch(); it ends with the world, and survives resets.
 */
SVMSIM_API struct svmsim_watcher *
svmsim_watch(struct svmsim_world *world,
	     void (*consume)(void *ctx, const struct svmsim_event *event), void *ctx);
/**
 * svmsim_unwatch - end a watch
 * @watcher: what svmsim_watch() returned, or NULL
 */
SVMSIM_API void svmsim_unwatch(struct svmsim_watcher *watcher);

/**
 * svmsim_counter - a counter of the run
 * @name: "iommu:map" (events of that type)
 * @value: set on success
 *
 * Return: 0, -ENOENT.
 */
SVMSIM_API int svmsim_counter(const struct svmsim_world *world, const char *name, uint64_t *value);
/**
 * svmsim_counter_name - names of the counters
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_counter_name(unsigned int index);

#endif
