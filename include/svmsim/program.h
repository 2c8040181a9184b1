/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Small programs of kernel code that come with the library: classic bugs of locking, waiting and
 * memory, and beside each (its name ends in "_fixed") the nearest correct form. They are called by
 * name, each in the task that calls it, and share state with others of their file, which begins
 * afresh with each run of a world.
 */
#ifndef SVMSIM_PROGRAM_H
#define SVMSIM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <svmsim/export.h>

struct svmsim_world;

/**
 * struct svmsim_program - one program
 * @name: how it is called, "abba_one"
 * @about: one line of what it does
 */
struct svmsim_program {
	const char *name;
	const char *about;
};

/* What is done about accesses of instrumented code; see svmsim_world_instrument(). */

/* Two accesses that nothing orders are a report `data-race`. */
#define SVMSIM_WATCH_RACES 1u
/* An access to freed memory, or beside an object, is a report `mem-uaf` or `mem-overrun`. */
#define SVMSIM_WATCH_MEMORY 2u
/* Each plain access is a switch point. */
#define SVMSIM_PLAIN_POINTS 4u

/**
 * svmsim_world_instrument - choose what accesses of instrumented code are
 * @world: world
 * @flags: SVMSIM_WATCH_* and SVMSIM_PLAIN_POINTS; 0 for none, which is fastest
 *
 * A run begins with SVMSIM_WATCH_RACES and SVMSIM_WATCH_MEMORY.
 */
SVMSIM_API void svmsim_world_instrument(struct svmsim_world *world, unsigned int flags);
/**
 * svmsim_watch_calls - have a function called whenever an instrumented one begins or ends
 * @world: world
 * @watch: the function, NULL for none; it must not call back into the world. Its @pc is an address
 *	in the one that begins or ends.
 * @ctx: passed to @watch
 */
SVMSIM_API void svmsim_watch_calls(struct svmsim_world *world,
				   void (*watch)(void *ctx, uintptr_t pc, bool returns),
				   void *ctx);
/** svmsim_instrumented - is there instrumented code in this build? */
SVMSIM_API bool svmsim_instrumented(void);
/** svmsim_program_count - number of programs */
SVMSIM_API unsigned int svmsim_program_count(void);
/**
 * svmsim_program_get - a program by index
 * @index: from 0, in order of names
 * @program: filled
 *
 * Return: 0, -EINVAL when there is none.
 */
SVMSIM_API int svmsim_program_get(unsigned int index, struct svmsim_program *program);
/**
 * svmsim_program_known - is there a program with a name?
 * @name: any
 */
SVMSIM_API bool svmsim_program_known(const char *name);
/**
 * svmsim_program_call - run a program in the running task
 * @world: world
 * @name: program
 *
 * Context: may block, and switch to other tasks.
 * Return: what it returns, 0 or a negative errno; -ENOENT when there is none with this name.
 */
SVMSIM_API int svmsim_program_call(struct svmsim_world *world, const char *name);

#endif
