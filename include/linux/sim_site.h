/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Sites: places in the source where a task can be switched away from, or where a failure can be
 * injected. A site is named by file, function, primitive, argument and its ordinal among those in
 * the function that read alike; so it is the same for every compiler, and after unrelated edits.
 */
#ifndef _LINUX_SIM_SITE_H
#define _LINUX_SIM_SITE_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * enum sim_point - the one table of switch points
 * @SIM_POINT_LOCK: about to take a lock; trylocks too
 * @SIM_POINT_UNLOCK: a lock was given back
 * @SIM_POINT_WAIT: about to wait
 * @SIM_POINT_WAKE: woke somebody, or made work pending
 * @SIM_POINT_MARKED: READ_ONCE(), WRITE_ONCE() and kin
 * @SIM_POINT_ATOMIC: an atomic operation
 * @SIM_POINT_FENCE: a memory barrier
 * @SIM_POINT_RESCHED: cond_resched(), yield(), cpu_relax()
 * @SIM_POINT_ENABLE: preemption, softirqs or interrupts were enabled again
 * @SIM_POINT_PLAIN: a plain access in instrumented code
 * @SIM_POINT_MODEL: a named point inside the models
 * @SIM_POINT_TASK: a task begins, ends, or the driver waits for all of them
 * @SIM_POINT_FAIL: no switch point: a failure can be injected here
 */
enum sim_point {
	SIM_POINT_LOCK,
	SIM_POINT_UNLOCK,
	SIM_POINT_WAIT,
	SIM_POINT_WAKE,
	SIM_POINT_MARKED,
	SIM_POINT_ATOMIC,
	SIM_POINT_FENCE,
	SIM_POINT_RESCHED,
	SIM_POINT_ENABLE,
	SIM_POINT_PLAIN,
	SIM_POINT_MODEL,
	SIM_POINT_TASK,
	SIM_POINT_FAIL,
	SIM_POINT_COUNT,
};

/**
 * struct sim_site - one site; a static record that names a place and holds nothing of a run
 * @file: basename of the source file
 * @function: function
 * @primitive: what is done there: "mutex_lock"
 * @argument: to what, as written: "&b"; "" when there is none
 * @line: tells sites of one function apart; in no name and no digest
 * @kind: enum sim_point
 * @id: dense number from 1, given when the program starts; 0 before
 * @ordinal: from 1, among sites that read alike in one function
 * @key: hash of the name, what schedules use
 */
struct sim_site {
	const char *file;
	const char *function;
	const char *primitive;
	const char *argument;
	unsigned int line;
	unsigned int kind;
	u32 id;
	u32 ordinal;
	u64 key;
};

/*
 * The pointers lie side by side in a section, so that ids and ordinals can be given out. clang
 * evaluates the whole of it at compile time where it stands in an initializer, and then emits an
 * empty site that nobody numbers; that it can't do behind an asm statement.
 */
#define SIM_SITE(_kind, _primitive, _argument)                                                     \
	({                                                                                         \
		static struct sim_site __sim_site = {                                              \
			.file = __FILE_NAME__,                                                     \
			.function = __func__,                                                      \
			.primitive = _primitive,                                                   \
			.argument = _argument,                                                     \
			.line = __LINE__,                                                          \
			.kind = _kind,                                                             \
		};                                                                                 \
		static struct sim_site *const __sim_site_entry                                     \
			__attribute__((__section__("sim_sites"), __used__)) = &__sim_site;         \
		__asm__("");                                                                       \
		(const struct sim_site *)&__sim_site;                                              \
	})

/* A switch point of code that is modelled; in headers: SIM_POINT(MARKED, "READ_ONCE", #x). */
#define SIM_POINT(_kind, _primitive, _argument) \
	sim_point(SIM_SITE(SIM_POINT_##_kind, _primitive, _argument))
/**
 * sim_point - pass a switch point
 * @site: where
 *
 * Moves the behavioural clock by 10 ns; another task may run before this returns.
 * Context: any; switches only where the running task may be preempted, or to another CPU's task.
 */
void sim_point(const struct sim_site *site);

#endif
