/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/export.h>

/* Whether @expression, which may use word index i, is nonzero within the first nbits bits. */
#define ANY_WORD(nbits, expression) ({ \
	unsigned int words = (nbits) / BITS_PER_LONG; \
	unsigned int i; \
	unsigned long found = 0; \
	for (i = 0; i < words && !found; i++) \
		found = (expression); \
	if (!found && (nbits) % BITS_PER_LONG) \
		found = (expression) & BITMAP_LAST_WORD_MASK(nbits); \
	found != 0; })

bool __bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return !ANY_WORD(nbits, a[i] ^ b[i]);
}
EXPORT_SYMBOL(__bitmap_equal);

bool __bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return ANY_WORD(nbits, a[i] & b[i]);
}
EXPORT_SYMBOL(__bitmap_intersects);

bool __bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return !ANY_WORD(nbits, a[i] & ~b[i]);
}
EXPORT_SYMBOL(__bitmap_subset);

#define WEIGHT(nbits, expression) ({ \
	unsigned int words = (nbits) / BITS_PER_LONG; \
	unsigned int i; \
	unsigned int weight = 0; \
	for (i = 0; i < words; i++) \
		weight += hweight_long(expression); \
	if ((nbits) % BITS_PER_LONG) \
		weight += hweight_long((expression) & BITMAP_LAST_WORD_MASK(nbits)); \
	weight; })

unsigned int __bitmap_weight(const unsigned long *bitmap, unsigned int nbits)
{
	return WEIGHT(nbits, bitmap[i]);
}
EXPORT_SYMBOL(__bitmap_weight);

unsigned int __bitmap_weight_and(const unsigned long *a, const unsigned long *b,
				 unsigned int nbits)
{
	return WEIGHT(nbits, a[i] & b[i]);
}
EXPORT_SYMBOL(__bitmap_weight_and);

/* The last word of a result of these two holds no bits past @nbits, so that "any set" is exact. */
#define STORE_AND_TEST(dst, nbits, expression) ({ \
	unsigned int words = BITS_TO_LONGS(nbits); \
	unsigned int i; \
	unsigned long any = 0; \
	for (i = 0; i < words; i++) { \
		unsigned long word = (expression); \
		if (i == words - 1) \
			word &= BITMAP_LAST_WORD_MASK(nbits); \
		(dst)[i] = word; \
		any |= word; \
	} \
	any != 0; })

bool __bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		  unsigned int nbits)
{
	return STORE_AND_TEST(dst, nbits, a[i] & b[i]);
}
EXPORT_SYMBOL(__bitmap_and);

bool __bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		     unsigned int nbits)
{
	return STORE_AND_TEST(dst, nbits, a[i] & ~b[i]);
}
EXPORT_SYMBOL(__bitmap_andnot);

void __bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		 unsigned int nbits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] | b[i];
}
EXPORT_SYMBOL(__bitmap_or);

void __bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		  unsigned int nbits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] ^ b[i];
}
EXPORT_SYMBOL(__bitmap_xor);

void __bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = ~src[i];
}
EXPORT_SYMBOL(__bitmap_complement);

/* Word @i of @src, with 0 in place of what lies past its end. */
static unsigned long word_or_zero(const unsigned long *src, unsigned int i, unsigned int nbits)
{
	unsigned int words = BITS_TO_LONGS(nbits);

	if (i >= words)
		return 0;
	return i == words - 1 ? src[i] & BITMAP_LAST_WORD_MASK(nbits) : src[i];
}

/* Towards bit 0; zeroes come in at the top. @dst may be @src. */
void __bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
			  unsigned int nbits)
{
	unsigned int skip = shift / BITS_PER_LONG;
	unsigned int bits = shift % BITS_PER_LONG;
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++) {
		unsigned long low = word_or_zero(src, i + skip, nbits);
		unsigned long high = bits ? word_or_zero(src, i + skip + 1, nbits) : 0;

		dst[i] = bits ? (low >> bits) | (high << (BITS_PER_LONG - bits)) : low;
	}
}
EXPORT_SYMBOL(__bitmap_shift_right);

/* Away from bit 0; zeroes come in at the bottom. @dst may be @src. */
void __bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
			 unsigned int nbits)
{
	unsigned int skip = shift / BITS_PER_LONG;
	unsigned int bits = shift % BITS_PER_LONG;
	unsigned int i;

	for (i = BITS_TO_LONGS(nbits); i-- > 0;) {
		unsigned long high = i >= skip ? src[i - skip] : 0;
		unsigned long low = i > skip ? src[i - skip - 1] : 0;

		dst[i] = bits ? (high << bits) | (low >> (BITS_PER_LONG - bits)) : high;
	}
}
EXPORT_SYMBOL(__bitmap_shift_left);

/* The bits of word @i that lie in [start, start + len). */
static unsigned long range_mask(unsigned int i, unsigned int start, unsigned int len)
{
	unsigned long mask = ~0UL;

	if (i == start / BITS_PER_LONG)
		mask &= BITMAP_FIRST_WORD_MASK(start);
	if (i == (start + len - 1) / BITS_PER_LONG)
		mask &= BITMAP_LAST_WORD_MASK(start + len);
	return mask;
}

void __bitmap_set(unsigned long *map, unsigned int start, int len)
{
	unsigned int i;

	if (len <= 0)
		return;
	for (i = start / BITS_PER_LONG; i <= (start + len - 1) / BITS_PER_LONG; i++)
		map[i] |= range_mask(i, start, len);
}
EXPORT_SYMBOL(__bitmap_set);

void __bitmap_clear(unsigned long *map, unsigned int start, int len)
{
	unsigned int i;

	if (len <= 0)
		return;
	for (i = start / BITS_PER_LONG; i <= (start + len - 1) / BITS_PER_LONG; i++)
		map[i] &= ~range_mask(i, start, len);
}
EXPORT_SYMBOL(__bitmap_clear);

unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask, unsigned long align_offset)
{
	for (;;) {
		unsigned long index = find_next_zero_bit(map, size, start);
		unsigned long end, obstacle;

		index = __ALIGN_MASK(index + align_offset, align_mask) - align_offset;
		end = index + nr;
		if (end > size)
			return end;
		obstacle = find_next_bit(map, end, index);
		if (obstacle >= end)
			return index;
		start = obstacle + 1;
	}
}
EXPORT_SYMBOL(bitmap_find_next_zero_area_off);

int bitmap_find_free_region(unsigned long *bitmap, unsigned int bits, int order)
{
	unsigned int step = 1U << order;
	unsigned int pos;

	for (pos = 0; pos + step <= bits; pos += step)
		if (bitmap_allocate_region(bitmap, pos, order) == 0)
			return pos;
	return -ENOMEM;
}
EXPORT_SYMBOL(bitmap_find_free_region);

void bitmap_release_region(unsigned long *bitmap, unsigned int pos, int order)
{
	__bitmap_clear(bitmap, pos, 1U << order);
}
EXPORT_SYMBOL(bitmap_release_region);

int bitmap_allocate_region(unsigned long *bitmap, unsigned int pos, int order)
{
	unsigned int end = pos + (1U << order);

	if (find_next_bit(bitmap, end, pos) < end)
		return -EBUSY;
	__bitmap_set(bitmap, pos, 1U << order);
	return 0;
}
EXPORT_SYMBOL(bitmap_allocate_region);
