/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The bytes that tags stand for. Eight of a pattern come from one hash. */
#include "mm/content.h"
#include <linux/string.h>

#define WORD_BYTES 8

u64 sim_content_word(u64 pattern, u64 page, unsigned int word)
{
	u64 x = (pattern + 1) * 0x9e3779b97f4a7c15ull;

	x ^= (page * (PAGE_SIZE / WORD_BYTES) + word + 1) * 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	x *= 0xbf58476d1ce4e5b9ull;
	return x ^ x >> 29;
}

void sim_content_read(u64 tag, size_t at, void *buf, size_t bytes)
{
	u64 pattern = tag >> SIM_CONTENT_PAGE_BITS & SIM_CONTENT_PATTERN_MAX;
	u64 page = tag & ((1ull << SIM_CONTENT_PAGE_BITS) - 1);

	if (!(tag >> 63)) {
		memset(buf, (u8)tag, bytes);
		return;
	}
	while (bytes) {
		unsigned int in_word = at % WORD_BYTES;
		u64 word = sim_content_word(pattern, page, at / WORD_BYTES) >> in_word * 8;
		size_t part = WORD_BYTES - in_word < bytes ? WORD_BYTES - in_word : bytes;

		memcpy(buf, &word, part);
		buf += part;
		at += part;
		bytes -= part;
	}
}
