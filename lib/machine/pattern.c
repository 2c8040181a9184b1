/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Patterns of mm/content.h for ranges of any alignment. */
#include "machine/machine_internal.h"
#include "mm/content.h"

#define WORD_BYTES 8

uint8_t svmsim_pattern_byte(uint64_t pattern, uint64_t page, unsigned int offset)
{
	return sim_content_word(pattern, page, offset / WORD_BYTES) >> offset % WORD_BYTES * 8;
}

void machine_pattern(u8 *buf, u64 pattern, u64 at, size_t bytes)
{
	while (bytes) {
		unsigned int offset = offset_in_page(at);
		unsigned int in_word = offset % WORD_BYTES;
		u64 word = sim_content_word(pattern, at >> PAGE_SHIFT, offset / WORD_BYTES);
		size_t part = WORD_BYTES - in_word < bytes ? WORD_BYTES - in_word : bytes;

		for (size_t i = 0; i < part; i++)
			buf[i] = word >> (in_word + i) * 8;
		buf += part;
		at += part;
		bytes -= part;
	}
}
