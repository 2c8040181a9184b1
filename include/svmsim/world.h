/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * A world is one simulated machine with everything in it. Worlds are independent of one another;
 * a program may have several, but uses them from one thread.
 *
 * Functions return 0 or a negative errno (values as in Linux on x86-64) unless they say otherwise;
 * svmsim_last_error() then has one line of text.
 */
#ifndef SVMSIM_WORLD_H
#define SVMSIM_WORLD_H

#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/machine.h>

struct svmsim_world;

/**
 * struct svmsim_allocator - where a world's own memory comes from
 * @alloc: memory of @bytes, aligned to 16; NULL on failure
 * @free: return memory of @alloc; @bytes is the size that was asked for
 * @reset: forget everything that was allocated at once; called when the world is destroyed, after
 *	it has freed what it had; may be NULL
 * @destroy: called last, when the world is destroyed, not when it could not be made; may be NULL
 * @ctx: passed to each
 */
struct svmsim_allocator {
	void *(*alloc)(void *ctx, size_t bytes);
	void (*free)(void *ctx, void *ptr, size_t bytes);
	void (*reset)(void *ctx);
	void (*destroy)(void *ctx);
	void *ctx;
};

/**
 * svmsim_world_create - make a machine
 * @machine: its description; defaults are filled in
 * @allocator: host memory, NULL for the C library's
 * @world: set to the world on success
 * @message: filled with one line on failure; may be NULL
 * @message_bytes: size of @message
 *
 * Return: 0, -EINVAL (description), -ENOMEM.
 */
SVMSIM_API int svmsim_world_create(const struct svmsim_machine *machine,
				   const struct svmsim_allocator *allocator,
				   struct svmsim_world **world, char *message,
				   size_t message_bytes);
/** svmsim_world_destroy - free a world; NULL is fine. No leak is reported: see _finish. */
SVMSIM_API void svmsim_world_destroy(struct svmsim_world *world);
/** svmsim_world_reset - forget the run, keep the machine: cheaper than destroy and create */
SVMSIM_API void svmsim_world_reset(struct svmsim_world *world);
/** svmsim_world_finish - end the run: what is left behind is reported (iommu-leak, mem-leak) */
SVMSIM_API void svmsim_world_finish(struct svmsim_world *world);
/** svmsim_last_error - one line about the last failed call on this world, "" if none */
SVMSIM_API const char *svmsim_last_error(const struct svmsim_world *world);
/** svmsim_world_digest - hash over all events of the run so far */
SVMSIM_API uint64_t svmsim_world_digest(const struct svmsim_world *world);
/** svmsim_world_step - number of the current step */
SVMSIM_API uint64_t svmsim_world_step(const struct svmsim_world *world);
/** svmsim_world_time_ns - behavioural clock */
SVMSIM_API uint64_t svmsim_world_time_ns(const struct svmsim_world *world);
/**
 * svmsim_world_action - a new step begins: one scenario line
 * @actor: who acts ("d0"), kept by the world
 * @verb: what it does ("link"), kept by the world
 *
 * Advances the step by one and the behavioural clock by 1 us.
 */
SVMSIM_API void svmsim_world_action(struct svmsim_world *world, const char *actor,
				    const char *verb);
/**
 * svmsim_world_advance - move the behavioural clock; timers that come due run in order
 * @ns: by how much
 */
SVMSIM_API void svmsim_world_advance(struct svmsim_world *world, uint64_t ns);

#endif
