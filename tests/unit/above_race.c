/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Accesses of every kind, compiled as code above the seam. */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "above_race.h"

static unsigned int shared_value;
static DEFINE_MUTEX(lock);
static DECLARE_COMPLETION(done);
static int flag;
static atomic_t exchanged;
static unsigned int *published;

/* A value that the compiler takes to be used. */
#define USE(value)                                                                                 \
	do {                                                                                       \
		__typeof__(value) __used_value = (value);                                          \
		__asm__ __volatile__("" : : "r" (__used_value));                                   \
	} while (0)

int above_line_of_plain_read(void)
{
	return __LINE__ + 5;
}

void above_plain_read(void)
{
	USE(shared_value);
}

int above_line_of_plain_write(void)
{
	return __LINE__ + 5;
}

void above_plain_write(void)
{
	shared_value = 7;
}

void above_marked_read(void)
{
	(void)READ_ONCE(shared_value);
}

void above_marked_write(void)
{
	WRITE_ONCE(shared_value, 8);
}

/* The same bytes as an atomic. */
static atomic_t *as_atomic(void)
{
	return (atomic_t *)&shared_value;
}

void above_atomic_read(void)
{
	(void)atomic_read(as_atomic());
}

void above_atomic_add(void)
{
	atomic_add(2, as_atomic());
}

void above_ignored_read(void)
{
	(void)data_race(shared_value);
}

void above_ignored_write(void)
{
	(void)data_race(shared_value = 9);
}

void above_none(void)
{
}

void above_lock(void)
{
	mutex_lock(&lock);
}

void above_unlock(void)
{
	mutex_unlock(&lock);
}

void above_complete(void)
{
	complete(&done);
}

void above_wait(void)
{
	wait_for_completion(&done);
}

void above_flag_release(void)
{
	smp_store_release(&flag, 1);
}

void above_flag_acquire(void)
{
	while (!smp_load_acquire(&flag))
		;
}

void above_flag_relaxed_set(void)
{
	WRITE_ONCE(flag, 1);
}

void above_flag_relaxed_get(void)
{
	while (!READ_ONCE(flag))
		;
}

void above_flag_fenced_set(void)
{
	smp_wmb();
	WRITE_ONCE(flag, 1);
}

void above_flag_fenced_get(void)
{
	while (!READ_ONCE(flag))
		;
	smp_rmb();
}

void above_exchange_release(void)
{
	atomic_inc_return_release(&exchanged);
}

void above_exchange_acquire(void)
{
	while (atomic_cmpxchg_acquire(&exchanged, 1, 2) != 1)
		;
}

void above_pointer_publish(void)
{
	smp_store_release(&published, &shared_value);
}

void above_pointer_follow(void)
{
	while (!READ_ONCE(published))
		;
}

#define READER(bits, type)                                                                         \
	void above_read_##bits(void *address)                                                      \
	{                                                                                          \
		USE(*(type *)address);                                                             \
	}
#define WRITER(bits, type)                                                                         \
	void above_write_##bits(void *address)                                                     \
	{                                                                                          \
		*(type *)address = 1;                                                              \
	}
READER(1, u8)
READER(2, u16)
READER(4, u32)
READER(8, u64)
WRITER(1, u8)
WRITER(2, u16)
WRITER(4, u32)
WRITER(8, u64)

static char buffer[4096];
static char read_into[4096];

void above_copy_out(void *address, size_t bytes)
{
	char *into = read_into;

	OPTIMIZER_HIDE_VAR(into);
	memcpy(into, address, bytes);
}

void above_copy_in(void *address, size_t bytes)
{
	memcpy(address, buffer, bytes);
}

void above_move(void *to, void *from, size_t bytes)
{
	memmove(to, from, bytes);
}

void above_clear(void *address, size_t bytes)
{
	memset(address, 0, bytes);
}

struct large {
	u64 word[9];
};

void above_copy_struct(void *to, const void *from)
{
	*(struct large *)to = *(const struct large *)from;
}

struct odd {
	u8 first;
	u32 value;
} __packed;

void above_write_unaligned(void *address)
{
	((struct odd *)address)->value = 3;
}

void above_percpu_add(void *percpu)
{
	u64 *counter = percpu;

	(*this_cpu_ptr(counter))++;
}

void above_free(void *object)
{
	kfree(object);
}

void *above_alloc(size_t bytes)
{
	return kmalloc(bytes, GFP_KERNEL);
}

static noinline void write_all(volatile char *array, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((char *)array)[i] = (char)i;
}

void above_use_stack(void)
{
	char array[512];

	write_all(array, sizeof(array));
	USE(array[17]);
}

#define CHECK(condition) (wrong += !(condition))
#define ATOMICS(type)                                                                              \
	static noinline int atomics_##type(void)                                                   \
	{                                                                                          \
		type value = 5, expected;                                                          \
		int wrong = 0;                                                                     \
                                                                                                   \
		CHECK(__atomic_load_n(&value, __ATOMIC_ACQUIRE) == 5);                             \
		__atomic_store_n(&value, 6, __ATOMIC_RELEASE);                                     \
		CHECK(__atomic_exchange_n(&value, 9, __ATOMIC_ACQ_REL) == 6);                      \
		CHECK(__atomic_fetch_add(&value, 3, __ATOMIC_RELAXED) == 9);                       \
		CHECK(__atomic_fetch_sub(&value, 2, __ATOMIC_RELAXED) == 12);                      \
		CHECK(__atomic_fetch_and(&value, 6, __ATOMIC_SEQ_CST) == 10);                      \
		CHECK(__atomic_fetch_or(&value, 5, __ATOMIC_SEQ_CST) == 2);                        \
		CHECK(__atomic_fetch_xor(&value, 1, __ATOMIC_SEQ_CST) == 7);                       \
		CHECK(__atomic_fetch_nand(&value, 4, __ATOMIC_SEQ_CST) == 6);                      \
		CHECK(value == (type)~(type)4);                                                    \
		expected = 1;                                                                      \
		CHECK(!__atomic_compare_exchange_n(&value, &expected, 2, false, __ATOMIC_SEQ_CST,  \
						   __ATOMIC_RELAXED));                             \
		CHECK(expected == (type)~(type)4);                                                 \
		CHECK(__atomic_compare_exchange_n(&value, &expected, 2, true, __ATOMIC_SEQ_CST,    \
						  __ATOMIC_RELAXED));                              \
		CHECK(value == 2);                                                                 \
		return wrong;                                                                      \
	}
ATOMICS(u8)
ATOMICS(u16)
ATOMICS(u32)
ATOMICS(u64)

int above_atomics(void)
{
	return atomics_u8() + atomics_u16() + atomics_u32() + atomics_u64();
}
