/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests of locks share: tasks that stop where the test wants them to, and what they say.
 * A task never asserts; it says what it sees, and the test compares.
 */
#ifndef UNIT_LOCK_FIXTURE_H
#define UNIT_LOCK_FIXTURE_H

#include <linux/errno.h>
#include <linux/sched/signal.h>
#include "kernel/inject.h"
#include "kernel/task.h"
#include "kernel_fixture.h"

static char said[512];
static unsigned int said_length;

static __printf(1, 2) __maybe_unused void say(const char *fmt, ...)
{
	__builtin_va_list args;

	if (said_length)
		said[said_length++] = ' ';
	__builtin_va_start(args, fmt);
	said_length += host_vsnprintf(said + said_length, sizeof(said) - said_length, fmt, args);
	__builtin_va_end(args);
	if (said_length > sizeof(said) - 2)
		said_length = sizeof(said) - 2;
}

static __maybe_unused const char *my_name(void)
{
	return sim_task_current()->name;
}

/* What was said since the last time that this was asked. */
#define assert_said(expected)                                 \
	do {                                                  \
		said[said_length] = '\0';                     \
		ktest_assert_string_equal(said, expected);    \
		said_length = 0;                              \
	} while (0)

static __maybe_unused struct svmsim_world *lock_world(unsigned int cpus)
{
	struct svmsim_machine machine = {
		.node_count = 1,
		.node[0] = { .cpu_count = cpus },
		.preempt = SVMSIM_PREEMPT_FULL,
	};

	said_length = 0;
	return ktest_world(kernel_layers, sizeof(kernel_layers) / sizeof(kernel_layers[0]),
			   &machine);
}

static __maybe_unused struct sim_task *find(const char *name)
{
	return sim_task_find(sim_world, name);
}

/* The task stops here until the test says go(). */
static __maybe_unused void stop(void)
{
	const struct sim_waiting waiting = { .verb = "test", .name = "go", .may_idle = true };

	sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
}

static __maybe_unused void go(const char *name)
{
	sim_task_wake(find(name), 0);
	sim_task_settle();
}

/* On CPU 1 and so on in turn: the test itself is on CPU 0. */
static __maybe_unused void start_at(const char *name, int cpu, void (*entry)(void *arg))
{
	ktest_assert_true(sim_task_create(SIM_TASK_KTHREAD, name, cpu, entry, NULL) != NULL);
	sim_task_settle();
}

static __maybe_unused void start(const char *name, void (*entry)(void *arg))
{
	start_at(name, -1, entry);
}

#endif
