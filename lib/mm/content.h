/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Tags: one word for the 4096 bytes of a page. Migrating, clearing and filling whole pages then
 * moves words. Tag 0 is the machine's fill byte; a uniform tag is one byte everywhere; a pattern's
 * bytes depend on the pattern, on a page number (that of the address it was written at) and on the
 * place in the page, so that bytes of another page, another place or another writer are seen as
 * wrong. What a program sees does not depend on whether pages are kept as tags (content=tag) or as
 * bytes (content=full).
 */
#ifndef MM_CONTENT_H
#define MM_CONTENT_H

#include <asm/page.h>
#include <linux/types.h>

#define SIM_CONTENT_PAGE_BITS 36
#define SIM_CONTENT_PATTERN_MAX ((1ull << 26) - 1)

/** sim_content_uniform - the tag of a page with this byte everywhere */
static inline u64 sim_content_uniform(u8 byte)
{
	return 1ull << 62 | byte;
}

/**
 * sim_content_pattern - the tag of a pattern's page
 * @pattern: up to SIM_CONTENT_PATTERN_MAX
 * @page: number of the page, below 1 << SIM_CONTENT_PAGE_BITS
 *
 * Return: a tag; 0 when one of them is too large: then there are only its bytes.
 */
static inline u64 sim_content_pattern(u64 pattern, u64 page)
{
	if (pattern > SIM_CONTENT_PATTERN_MAX || page >> SIM_CONTENT_PAGE_BITS)
		return 0;
	return 1ull << 63 | pattern << SIM_CONTENT_PAGE_BITS | page;
}

/** sim_content_word - eight bytes of a pattern's page, the @word -th, lowest address lowest */
u64 sim_content_word(u64 pattern, u64 page, unsigned int word);
/**
 * sim_content_read - bytes of a tag's page
 * @tag: not 0
 * @at: from which byte on
 * @buf: filled
 * @bytes: how many; @at + @bytes is at most 4096
 */
void sim_content_read(u64 tag, size_t at, void *buf, size_t bytes);

#endif
