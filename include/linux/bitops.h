/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/types.h>

/*
 * fidelity: simplified: one host thread runs all simulated code, so the atomic forms are plain
 * reads and writes; in code above the seam each is a switch point, and orders what its name says
 */
#ifdef SIM_MARKED_POINTS
#define SIM_BIT_WORD(nr, addr) ((unsigned long *)(addr) + BIT_WORD(nr))
#define SIM_BIT_FETCH(name, builtin, operand, order) \
static __always_inline bool name(unsigned long nr, volatile unsigned long *addr) \
{ \
	return (builtin(SIM_BIT_WORD(nr, addr), operand, order) >> (nr % BITS_PER_LONG)) & 1; \
}
#define SIM_BIT_CHANGE(name, builtin, operand, order) \
static __always_inline void name(unsigned long nr, volatile unsigned long *addr) \
{ \
	(void)builtin(SIM_BIT_WORD(nr, addr), operand, order); \
}
SIM_BIT_CHANGE(set_bit, __atomic_fetch_or, BIT_MASK(nr), __ATOMIC_RELAXED)
SIM_BIT_CHANGE(clear_bit, __atomic_fetch_and, ~BIT_MASK(nr), __ATOMIC_RELAXED)
SIM_BIT_CHANGE(change_bit, __atomic_fetch_xor, BIT_MASK(nr), __ATOMIC_RELAXED)
SIM_BIT_CHANGE(clear_bit_unlock, __atomic_fetch_and, ~BIT_MASK(nr), __ATOMIC_RELEASE)
SIM_BIT_FETCH(test_and_set_bit, __atomic_fetch_or, BIT_MASK(nr), __ATOMIC_SEQ_CST)
SIM_BIT_FETCH(test_and_clear_bit, __atomic_fetch_and, ~BIT_MASK(nr), __ATOMIC_SEQ_CST)
SIM_BIT_FETCH(test_and_change_bit, __atomic_fetch_xor, BIT_MASK(nr), __ATOMIC_SEQ_CST)
SIM_BIT_FETCH(test_and_set_bit_lock, __atomic_fetch_or, BIT_MASK(nr), __ATOMIC_ACQUIRE)
static __always_inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return (addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;
}
static __always_inline bool test_bit_acquire(unsigned long nr, const volatile unsigned long *addr)
{
	return (__atomic_load_n(SIM_BIT_WORD(nr, addr), __ATOMIC_ACQUIRE) >>
		(nr % BITS_PER_LONG)) & 1;
}
#define set_bit(...) SIM_POINT_CALL(set_bit, #__VA_ARGS__, __VA_ARGS__)
#define clear_bit(...) SIM_POINT_CALL(clear_bit, #__VA_ARGS__, __VA_ARGS__)
#define change_bit(...) SIM_POINT_CALL(change_bit, #__VA_ARGS__, __VA_ARGS__)
#define clear_bit_unlock(...) SIM_POINT_CALL(clear_bit_unlock, #__VA_ARGS__, __VA_ARGS__)
#define __clear_bit_unlock(...) SIM_POINT_CALL(clear_bit_unlock, #__VA_ARGS__, __VA_ARGS__)
#define test_and_set_bit(...) SIM_POINT_CALL(test_and_set_bit, #__VA_ARGS__, __VA_ARGS__)
#define test_and_clear_bit(...) SIM_POINT_CALL(test_and_clear_bit, #__VA_ARGS__, __VA_ARGS__)
#define test_and_change_bit(...) SIM_POINT_CALL(test_and_change_bit, #__VA_ARGS__, __VA_ARGS__)
#define test_and_set_bit_lock(...) \
	SIM_POINT_CALL(test_and_set_bit_lock, #__VA_ARGS__, __VA_ARGS__)
#define test_bit(...) SIM_POINT_CALL(test_bit, #__VA_ARGS__, __VA_ARGS__)
#define test_bit_acquire(...) SIM_POINT_CALL(test_bit_acquire, #__VA_ARGS__, __VA_ARGS__)
#else
static inline void set_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void change_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return (addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;
}

static inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	set_bit(nr, addr);
	return old;
}

static inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	clear_bit(nr, addr);
	return old;
}

static inline bool test_and_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	change_bit(nr, addr);
	return old;
}

#define test_and_set_bit_lock(nr, addr) test_and_set_bit(nr, addr)
#define clear_bit_unlock(nr, addr) clear_bit(nr, addr)
#define __clear_bit_unlock(nr, addr) clear_bit(nr, addr)
#define test_bit_acquire(nr, addr) test_bit(nr, addr)
#endif

/* fidelity: same */
static inline void __set_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void __change_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline bool __test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = (((unsigned long *)addr)[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;

	__set_bit(nr, addr);
	return old;
}

static inline bool __test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = (((unsigned long *)addr)[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;

	__clear_bit(nr, addr);
	return old;
}

static inline bool __test_and_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool old = (((unsigned long *)addr)[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;

	__change_bit(nr, addr);
	return old;
}

#define assign_bit(nr, addr, value) ((value) ? set_bit((nr), (addr)) : clear_bit((nr), (addr)))
#define __assign_bit(nr, addr, value) \
	((value) ? __set_bit((nr), (addr)) : __clear_bit((nr), (addr)))

/* Undefined for 0, as the kernel's. */
static inline __attribute_const__ unsigned long __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

static inline __attribute_const__ unsigned long __fls(unsigned long word)
{
	return 63 - __builtin_clzl(word);
}

static inline __attribute_const__ unsigned long ffz(unsigned long word)
{
	return __builtin_ctzl(~word);
}

/* Numbered from 1; 0 if no bit is set. */
static inline __attribute_const__ int ffs(int x)
{
	return __builtin_ffs(x);
}

static inline __attribute_const__ int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline __attribute_const__ int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline __attribute_const__ unsigned int fls_long(unsigned long x)
{
	return fls64(x);
}

static inline __attribute_const__ unsigned long __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

static inline __attribute_const__ unsigned int hweight8(unsigned int w)
{
	return __builtin_popcount(w & 0xff);
}

static inline __attribute_const__ unsigned int hweight16(unsigned int w)
{
	return __builtin_popcount(w & 0xffff);
}

static inline __attribute_const__ unsigned int hweight32(unsigned int w)
{
	return __builtin_popcount(w);
}

static inline __attribute_const__ unsigned long hweight64(u64 w)
{
	return __builtin_popcountll(w);
}

static inline __attribute_const__ unsigned long hweight_long(unsigned long w)
{
	return __builtin_popcountl(w);
}

static inline __attribute_const__ u64 rol64(u64 word, unsigned int shift)
{
	return (word << (shift & 63)) | (word >> (-shift & 63));
}

static inline __attribute_const__ u64 ror64(u64 word, unsigned int shift)
{
	return (word >> (shift & 63)) | (word << (-shift & 63));
}

static inline __attribute_const__ u32 rol32(u32 word, unsigned int shift)
{
	return (word << (shift & 31)) | (word >> (-shift & 31));
}

static inline __attribute_const__ u32 ror32(u32 word, unsigned int shift)
{
	return (word >> (shift & 31)) | (word << (-shift & 31));
}

static inline __attribute_const__ s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static inline __attribute_const__ s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

/* -1 for 0: the order that holds no object. */
static inline __attribute_const__ int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

static inline __attribute_const__ int get_count_order_long(unsigned long count)
{
	return count ? (int)fls_long(count - 1) : -1;
}

#include <linux/find.h>

#endif
