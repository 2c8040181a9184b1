/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Atomic operations of instrumented code: the compilers' __atomic_ builtins arrive here instead of
 * becoming instructions. One thread runs all simulated code and nothing switches inside, so each is
 * plain C; what matters is what it orders.
 */
#include "kernel/race_internal.h"

/* The compilers' names are reserved ones, and declared nowhere. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define CALLER ((uintptr_t)__builtin_return_address(0))
#define ATOMIC_READ (SIM_RACE_READ | SIM_RACE_MARKED | SIM_RACE_ATOMIC)
#define ATOMIC_WRITE (SIM_RACE_WRITE | SIM_RACE_MARKED | SIM_RACE_ATOMIC)

typedef unsigned char a8;
typedef unsigned short a16;
typedef unsigned int a32;
typedef unsigned long a64;
typedef unsigned __int128 a128;

static bool watched(void)
{
	struct svmsim_world *world = sim_world;

	return world && (world->race_armed || sim_race_arm(world));
}

/* C's memory_order: relaxed, consume, acquire, release, acq_rel, seq_cst. */
static enum sim_race_order order_of(int memory_order)
{
	static const enum sim_race_order orders[] = {
		SIM_RACE_RELAXED, SIM_RACE_ACQUIRE, SIM_RACE_ACQUIRE,
		SIM_RACE_RELEASE, SIM_RACE_FULL, SIM_RACE_FULL,
	};

	return (unsigned int)memory_order <= 5 ? orders[memory_order] : SIM_RACE_FULL;
}

static void before_load(const volatile void *address, size_t bytes, int memory_order, uintptr_t pc)
{
	if (!watched())
		return;
	sim_race_access(address, bytes, ATOMIC_READ, pc);
	sim_race_load(address, order_of(memory_order));
}

static void before_store(const volatile void *address, size_t bytes, int memory_order,
			 uintptr_t pc)
{
	if (!watched())
		return;
	sim_race_access(address, bytes, ATOMIC_WRITE, pc);
	sim_race_store(address, order_of(memory_order));
}

static void before_exchange(const volatile void *address, size_t bytes, int memory_order,
			    uintptr_t pc)
{
	if (!watched())
		return;
	sim_race_access(address, bytes, ATOMIC_WRITE, pc);
	sim_race_exchange(address, order_of(memory_order));
}

#define FETCH(bits, name, expression)                                                              \
	a##bits __tsan_atomic##bits##_fetch_##name(volatile a##bits *address, a##bits operand,     \
						   int order)                                      \
	{                                                                                          \
		a##bits old;                                                                       \
                                                                                                   \
		before_exchange(address, sizeof(old), order, CALLER);                              \
		old = *address;                                                                    \
		*address = (a##bits)(expression);                                                  \
		return old;                                                                        \
	}

/* A comparison that fails is a load. */
#define COMPARE(bits, name)                                                                        \
	int __tsan_atomic##bits##_compare_exchange_##name(volatile a##bits *address,               \
							  a##bits *expected, a##bits desired,      \
							  int order, int fail_order)               \
	{                                                                                          \
		a##bits old = *address;                                                            \
                                                                                                   \
		if (old == *expected) {                                                            \
			before_exchange(address, sizeof(old), order, CALLER);                      \
			*address = desired;                                                        \
			return 1;                                                                  \
		}                                                                                  \
		before_load(address, sizeof(old), fail_order, CALLER);                             \
		*expected = old;                                                                   \
		return 0;                                                                          \
	}

#define ATOMICS(bits)                                                                              \
	a##bits __tsan_atomic##bits##_load(const volatile a##bits *address, int order)             \
	{                                                                                          \
		before_load(address, sizeof(a##bits), order, CALLER);                              \
		return *address;                                                                   \
	}                                                                                          \
	void __tsan_atomic##bits##_store(volatile a##bits *address, a##bits value, int order)      \
	{                                                                                          \
		before_store(address, sizeof(value), order, CALLER);                               \
		*address = value;                                                                  \
	}                                                                                          \
	FETCH(bits, add, old + operand)                                                            \
	FETCH(bits, sub, old - operand)                                                            \
	FETCH(bits, and, old & operand)                                                            \
	FETCH(bits, or, old | operand)                                                             \
	FETCH(bits, xor, old ^ operand)                                                            \
	FETCH(bits, nand, ~(old & operand))                                                        \
	a##bits __tsan_atomic##bits##_exchange(volatile a##bits *address, a##bits value,           \
					       int order)                                          \
	{                                                                                          \
		a##bits old;                                                                       \
                                                                                                   \
		before_exchange(address, sizeof(old), order, CALLER);                              \
		old = *address;                                                                    \
		*address = value;                                                                  \
		return old;                                                                        \
	}                                                                                          \
	COMPARE(bits, strong)                                                                      \
	COMPARE(bits, weak)                                                                        \
	a##bits __tsan_atomic##bits##_compare_exchange_val(volatile a##bits *address,              \
							   a##bits expected, a##bits desired,      \
							   int order, int fail_order)              \
	{                                                                                          \
		a##bits old = *address;                                                            \
                                                                                                   \
		if (old == expected) {                                                             \
			before_exchange(address, sizeof(old), order, CALLER);                      \
			*address = desired;                                                        \
		} else {                                                                           \
			before_load(address, sizeof(old), fail_order, CALLER);                     \
		}                                                                                  \
		return old;                                                                        \
	}

ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)
ATOMICS(128)

void __tsan_atomic_thread_fence(int order)
{
	if (watched())
		sim_race_fence(order_of(order));
}

/* Between a task and a signal handler of its own: nothing for other tasks. */
void __tsan_atomic_signal_fence(int order)
{
	(void)order;
}
