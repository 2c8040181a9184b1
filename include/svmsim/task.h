/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Tasks that carry out one thing after another, as the lines of a scenario ask them to; and plain
 * locks and events of the modelled kernel for them to use. What is made here lives until the world
 * is reset or destroyed.
 *
 * DOC: Vocabulary
 *
 * actor   a task (svmsim/schedule.h) that waits for something to do, does it, and waits again.
 * signal  what a user of the modelled kernel sends to a task: plain, or fatal (SIGKILL).
 */
#ifndef SVMSIM_TASK_H
#define SVMSIM_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <svmsim/export.h>
#include <svmsim/schedule.h>
#include <svmsim/world.h>

struct svmsim_actor;
struct svmsim_lock;
struct svmsim_wakeup;

/**
 * svmsim_actor_create - make an actor; it waits for something to do
 * @world: world
 * @name: as for svmsim_task_spawn()
 * @cpu: CPU, -1 for any
 * @actor: set to the actor
 *
 * Return: 0, -ENOMEM (too many tasks), -EINVAL (no such CPU).
 */
SVMSIM_API int svmsim_actor_create(struct svmsim_world *world, const char *name, int cpu,
				   struct svmsim_actor **actor);
/**
 * svmsim_actor_post - give an actor something to do
 * @actor: an actor that is not busy
 * @run: called on the actor's own stack; must not leave by longjmp
 * @ctx: passed to @run
 *
 * It runs when the caller waits or passes a switch point (svmsim_tasks_wait()).
 */
SVMSIM_API void svmsim_actor_post(struct svmsim_actor *actor, void (*run)(void *ctx), void *ctx);
/**
 * svmsim_actor_busy - is what it was given last not done yet?
 * @actor: actor
 */
SVMSIM_API bool svmsim_actor_busy(const struct svmsim_actor *actor);
/**
 * svmsim_actor_gone - has its task come to an end: by svmsim_actor_end(), or by a BUG?
 * @actor: actor, which can be given nothing more then
 */
SVMSIM_API bool svmsim_actor_gone(const struct svmsim_actor *actor);
/**
 * svmsim_actor_end - the actor's task ends when it is done with what it does
 * @actor: actor
 */
SVMSIM_API void svmsim_actor_end(struct svmsim_actor *actor);
/**
 * svmsim_actor_blocked - is it blocked in what it does, and on what?
 * @actor: actor
 * @what: filled with "lock b, held by t1" when it is; may be NULL
 * @what_bytes: size of @what
 */
SVMSIM_API bool svmsim_actor_blocked(struct svmsim_actor *actor, char *what, size_t what_bytes);
/**
 * svmsim_actor_signal - send a signal to an actor
 * @actor: actor
 * @fatal: SIGKILL
 */
SVMSIM_API void svmsim_actor_signal(struct svmsim_actor *actor, bool fatal);

/** enum svmsim_lock_kind - kinds of locks */
enum svmsim_lock_kind {
	SVMSIM_LOCK_MUTEX,
	SVMSIM_LOCK_SPIN,
	SVMSIM_LOCK_RWSEM,
};

/** enum svmsim_signals - which signals end a wait */
enum svmsim_signals {
	SVMSIM_UNINTERRUPTIBLE,
	SVMSIM_INTERRUPTIBLE,
	SVMSIM_KILLABLE,
};

/** enum svmsim_mode - how a lock is taken or given back */
enum svmsim_mode {
	SVMSIM_MODE_HELD,
	SVMSIM_MODE_READ,
	SVMSIM_MODE_WRITE,
};

/**
 * svmsim_lock_create - make a lock of a class of its own
 * @world: world
 * @name: of its class, in reports; kept by the world
 * @kind: kind
 *
 * Return: the lock.
 */
SVMSIM_API struct svmsim_lock *svmsim_lock_create(struct svmsim_world *world, const char *name,
						  enum svmsim_lock_kind kind);
/**
 * svmsim_lock_take - the running task takes a lock
 * @lock: lock
 * @mode: SVMSIM_MODE_READ for reading, of a semaphore; any other for writing
 * @signals: which signals end the wait
 * @trylock: do not wait
 *
 * Return: 0, -EBUSY (@trylock), -EINTR (a signal), -EINVAL (a mode or a wait that the kind does not
 * have).
 */
SVMSIM_API int svmsim_lock_take(struct svmsim_lock *lock, enum svmsim_mode mode,
				enum svmsim_signals signals, bool trylock);
/**
 * svmsim_lock_release - the running task gives a lock back
 * @lock: lock
 * @mode: SVMSIM_MODE_HELD for the mode in which it holds the lock, for writing where it does not
 *
 * Return: 0, -EINVAL (a mode that the kind does not have).
 */
SVMSIM_API int svmsim_lock_release(struct svmsim_lock *lock, enum svmsim_mode mode);
/**
 * svmsim_lock_holds - does a task hold the lock, in whatever mode?
 * @lock: lock
 * @actor: task
 */
SVMSIM_API bool svmsim_lock_holds(const struct svmsim_lock *lock, const struct svmsim_actor *actor);
/**
 * svmsim_lock_awaited - does a task wait for the lock?
 * @lock: lock
 * @actor: task
 */
SVMSIM_API bool svmsim_lock_awaited(const struct svmsim_lock *lock,
				    const struct svmsim_actor *actor);

/** enum svmsim_wait_kind - what tasks can wait for */
enum svmsim_wait_kind {
	SVMSIM_WAIT_COMPLETION,
	SVMSIM_WAIT_QUEUE,
};

/**
 * svmsim_wakeup_create - make a completion, or a wait queue without a condition
 * @world: world
 * @name: in reports; kept by the world
 * @kind: kind
 *
 * Return: it.
 */
SVMSIM_API struct svmsim_wakeup *svmsim_wakeup_create(struct svmsim_world *world, const char *name,
						      enum svmsim_wait_kind kind);
/**
 * svmsim_wakeup_wait - the running task waits
 * @wakeup: for what
 * @signals: which signals end the wait
 *
 * Return: 0, -EINTR.
 */
SVMSIM_API int svmsim_wakeup_wait(struct svmsim_wakeup *wakeup, enum svmsim_signals signals);
/**
 * svmsim_wakeup_wake - wake one that waits, or all
 * @wakeup: what they wait for; a completion keeps it for who comes later
 * @all: complete_all(), wake_up_all()
 *
 * Return: 0.
 */
SVMSIM_API int svmsim_wakeup_wake(struct svmsim_wakeup *wakeup, bool all);

#endif
