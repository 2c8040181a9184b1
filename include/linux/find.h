/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/bits.h>
#include <linux/types.h>

/*
 * All searches look at bits [offset, size) of a bitmap and return size if there is none; bits past
 * size may have any value.
 */

/* fidelity: same */

/* First set bit at or after @offset in what @word(i) yields for each word i. */
#define SIM_FIND_NEXT(word, size, offset) ({ \
	unsigned long __find_size = (size); \
	unsigned long __find_at = (offset); \
	unsigned long __find_i = __find_at / BITS_PER_LONG; \
	unsigned long __find_word; \
	if (__find_at < __find_size) { \
		__find_word = word(__find_i) & (~0UL << (__find_at % BITS_PER_LONG)); \
		while (!__find_word && (__find_i + 1) * BITS_PER_LONG < __find_size) { \
			__find_i++; \
			__find_word = word(__find_i); \
		} \
		__find_at = __find_word ? \
			__find_i * BITS_PER_LONG + __builtin_ctzl(__find_word) : __find_size; \
	} \
	__find_at < __find_size ? __find_at : __find_size; })

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
					  unsigned long offset)
{
#define sim_find_word(i) addr[i]
	return SIM_FIND_NEXT(sim_find_word, size, offset);
#undef sim_find_word
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
					       unsigned long offset)
{
#define sim_find_word(i) (~addr[i])
	return SIM_FIND_NEXT(sim_find_word, size, offset);
#undef sim_find_word
}

static inline unsigned long find_next_and_bit(const unsigned long *addr1,
					      const unsigned long *addr2, unsigned long size,
					      unsigned long offset)
{
#define sim_find_word(i) (addr1[i] & addr2[i])
	return SIM_FIND_NEXT(sim_find_word, size, offset);
#undef sim_find_word
}

static inline unsigned long find_next_andnot_bit(const unsigned long *addr1,
						 const unsigned long *addr2, unsigned long size,
						 unsigned long offset)
{
#define sim_find_word(i) (addr1[i] & ~addr2[i])
	return SIM_FIND_NEXT(sim_find_word, size, offset);
#undef sim_find_word
}

static inline unsigned long find_next_or_bit(const unsigned long *addr1,
					     const unsigned long *addr2, unsigned long size,
					     unsigned long offset)
{
#define sim_find_word(i) (addr1[i] | addr2[i])
	return SIM_FIND_NEXT(sim_find_word, size, offset);
#undef sim_find_word
}

static inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return find_next_bit(addr, size, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *addr, unsigned long size)
{
	return find_next_zero_bit(addr, size, 0);
}

static inline unsigned long find_first_and_bit(const unsigned long *addr1,
					       const unsigned long *addr2, unsigned long size)
{
	return find_next_and_bit(addr1, addr2, size, 0);
}

static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long i = BITS_TO_LONGS(size);

	while (i--) {
		unsigned long word = addr[i];

		if (size - i * BITS_PER_LONG < BITS_PER_LONG)
			word &= (1UL << (size % BITS_PER_LONG)) - 1;
		if (word)
			return i * BITS_PER_LONG + BITS_PER_LONG - 1 - __builtin_clzl(word);
	}
	return size;
}

/* The @n-th set bit, counted from 0. */
static inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size,
					 unsigned long n)
{
	unsigned long bit = find_first_bit(addr, size);

	while (bit < size && n--)
		bit = find_next_bit(addr, size, bit + 1);
	return bit;
}

/* As find_next_bit(), going on from bit 0 when nothing is found up to the end. */
static inline unsigned long find_next_bit_wrap(const unsigned long *addr, unsigned long size,
					       unsigned long offset)
{
	unsigned long bit = find_next_bit(addr, size, offset);

	if (bit < size || offset == 0)
		return bit;
	bit = find_first_bit(addr, offset);
	return bit < offset ? bit : size;
}

#define for_each_set_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bit_from(bit, addr, size) \
	for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = 0; \
	     (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit_from(bit, addr, size) \
	for (; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_and_bit(bit, addr1, addr2, size) \
	for ((bit) = 0; \
	     (bit) = find_next_and_bit((addr1), (addr2), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_or_bit(bit, addr1, addr2, size) \
	for ((bit) = 0; \
	     (bit) = find_next_or_bit((addr1), (addr2), (size), (bit)), (bit) < (size); (bit)++)
/* Runs of set bits as [b, e). */
#define for_each_set_bitrange(b, e, addr, size) \
	for ((b) = 0; \
	     (b) = find_next_bit((addr), (size), (b)), \
	     (e) = find_next_zero_bit((addr), (size), (b) + 1), (b) < (size); (b) = (e) + 1)
#define for_each_clear_bitrange(b, e, addr, size) \
	for ((b) = 0; \
	     (b) = find_next_zero_bit((addr), (size), (b)), \
	     (e) = find_next_bit((addr), (size), (b) + 1), (b) < (size); (b) = (e) + 1)

#endif
