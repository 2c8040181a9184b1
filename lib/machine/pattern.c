/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Patterns: a byte depends on the pattern, the page and the place in it, so that bytes of another
 * page, another place or another writer are seen as wrong. Eight bytes come from one hash.
 */
#include "machine/machine_internal.h"

#define WORD_BYTES 8

static u64 pattern_word(u64 pattern, u64 page, unsigned int word)
{
	u64 x = (pattern + 1) * 0x9e3779b97f4a7c15ull;

	x ^= (page * (PAGE_SIZE / WORD_BYTES) + word + 1) * 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	x *= 0xbf58476d1ce4e5b9ull;
	return x ^ x >> 29;
}

uint8_t svmsim_pattern_byte(uint64_t pattern, uint64_t page, unsigned int offset)
{
	return pattern_word(pattern, page, offset / WORD_BYTES) >> offset % WORD_BYTES * 8;
}

void machine_pattern(u8 *buf, u64 pattern, u64 at, size_t bytes)
{
	while (bytes) {
		unsigned int offset = offset_in_page(at);
		unsigned int in_word = offset % WORD_BYTES;
		u64 word = pattern_word(pattern, at >> PAGE_SHIFT, offset / WORD_BYTES);
		size_t part = WORD_BYTES - in_word < bytes ? WORD_BYTES - in_word : bytes;

		for (size_t i = 0; i < part; i++)
			buf[i] = word >> (in_word + i) * 8;
		buf += part;
		at += part;
		bytes -= part;
	}
}
