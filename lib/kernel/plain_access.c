/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What compilers call when they are told -fsanitize=thread. The names and arguments are theirs (gcc
 * 12, clang 14); libtsan is not linked, these are all there is. Accesses of a volatile object have
 * names of their own: READ_ONCE() and WRITE_ONCE() arrive there.
 */
#include <svmsim/program.h>
#include "kernel/race_internal.h"
#include "kernel/site.h"

/* The compilers' names are reserved ones, and declared nowhere. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define CALLER ((uintptr_t)__builtin_return_address(0))

/* Is the running code watched? */
static __always_inline bool watched(void)
{
	struct svmsim_world *world = sim_world;

	return world && (world->race_armed || sim_race_arm(world));
}

static __always_inline void look(const volatile void *address, size_t bytes, unsigned int flags,
				 uintptr_t pc)
{
	if (unlikely(!watched()))
		return;
	if (unlikely((race_state(sim_world)->flags & SVMSIM_PLAIN_POINTS) &&
		     !(flags & SIM_RACE_MARKED)))
		sim_point(sim_site_plain(pc, flags & SIM_RACE_WRITE));
	sim_race_access(address, bytes, flags, pc);
}

void __tsan_init(void)
{
}

/* @pc lies in the function that begins or ends. */
static __always_inline void tell_call(uintptr_t pc, bool returns)
{
	struct svmsim_world *world = sim_world;

	if (unlikely(world && world->call_watch))
		world->call_watch(world->call_ctx, pc, returns);
}

void __tsan_func_entry(void *pc)
{
	if (watched())
		sim_race_enter((uintptr_t)pc);
	tell_call(CALLER, false);
}

void __tsan_func_exit(void)
{
	tell_call(CALLER, true);
	if (watched())
		sim_race_leave();
}

void svmsim_watch_calls(struct svmsim_world *world,
			void (*watch)(void *ctx, uintptr_t pc, bool returns), void *ctx)
{
	world->call_watch = watch;
	world->call_ctx = ctx;
}

static void volatile_read(const volatile void *address, size_t bytes, uintptr_t pc)
{
	look(address, bytes, SIM_RACE_READ | SIM_RACE_MARKED, pc);
	if (watched())
		sim_race_load(address, SIM_RACE_RELAXED);
}

static void volatile_write(const volatile void *address, size_t bytes, uintptr_t pc)
{
	look(address, bytes, SIM_RACE_WRITE | SIM_RACE_MARKED, pc);
	if (watched())
		sim_race_store(address, SIM_RACE_RELAXED);
}

#define ACCESSES(size)                                                                             \
	void __tsan_read##size(void *address)                                                      \
	{                                                                                          \
		look(address, size, SIM_RACE_READ, CALLER);                                        \
	}                                                                                          \
	void __tsan_write##size(void *address)                                                     \
	{                                                                                          \
		look(address, size, SIM_RACE_WRITE, CALLER);                                       \
	}                                                                                          \
	void __tsan_read_write##size(void *address)                                                \
	{                                                                                          \
		look(address, size, SIM_RACE_READ, CALLER);                                        \
		look(address, size, SIM_RACE_WRITE, CALLER);                                       \
	}                                                                                          \
	void __tsan_unaligned_read##size(void *address)                                            \
	{                                                                                          \
		look(address, size, SIM_RACE_READ, CALLER);                                        \
	}                                                                                          \
	void __tsan_unaligned_write##size(void *address)                                           \
	{                                                                                          \
		look(address, size, SIM_RACE_WRITE, CALLER);                                       \
	}                                                                                          \
	void __tsan_unaligned_read_write##size(void *address)                                      \
	{                                                                                          \
		look(address, size, SIM_RACE_READ, CALLER);                                        \
		look(address, size, SIM_RACE_WRITE, CALLER);                                       \
	}                                                                                          \
	void __tsan_volatile_read##size(void *address)                                             \
	{                                                                                          \
		volatile_read(address, size, CALLER);                                              \
	}                                                                                          \
	void __tsan_volatile_write##size(void *address)                                            \
	{                                                                                          \
		volatile_write(address, size, CALLER);                                             \
	}                                                                                          \
	void __tsan_unaligned_volatile_read##size(void *address)                                   \
	{                                                                                          \
		volatile_read(address, size, CALLER);                                              \
	}                                                                                          \
	void __tsan_unaligned_volatile_write##size(void *address)                                  \
	{                                                                                          \
		volatile_write(address, size, CALLER);                                             \
	}

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(void *address, unsigned long bytes)
{
	if (bytes)
		look(address, bytes, SIM_RACE_READ, CALLER);
}

void __tsan_write_range(void *address, unsigned long bytes)
{
	if (bytes)
		look(address, bytes, SIM_RACE_WRITE, CALLER);
}

/* What calls of the memory functions become: cmake/above-compile. */

void *__tsan_memcpy(void *to, const void *from, unsigned long bytes)
{
	if (bytes) {
		look(from, bytes, SIM_RACE_READ, CALLER);
		look(to, bytes, SIM_RACE_WRITE, CALLER);
	}
	return __builtin_memcpy(to, from, bytes);
}

void *__tsan_memmove(void *to, const void *from, unsigned long bytes)
{
	if (bytes) {
		look(from, bytes, SIM_RACE_READ, CALLER);
		look(to, bytes, SIM_RACE_WRITE, CALLER);
	}
	return __builtin_memmove(to, from, bytes);
}

void *__tsan_memset(void *to, int byte, unsigned long bytes)
{
	if (bytes)
		look(to, bytes, SIM_RACE_WRITE, CALLER);
	return __builtin_memset(to, byte, bytes);
}
