/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The arrays of migrate_vma_setup() as people read them; needs no header of the kernel's. */
#ifndef MM_MIGRATE_TEXT_H
#define MM_MIGRATE_TEXT_H

#include <stddef.h>

/* What the longest entry needs, with a name of up to 32 characters. */
#define MIGRATE_TEXT_MAX 96

/**
 * migrate_entry_text - an entry of a src or dst array
 * @entry: entry
 * @buf: filled, cut at its end: "0x12345|VALID|MIGRATE|WRITE", "MIGRATE", "0"
 * @size: of @buf, at least 1
 *
 * Return: length of the whole text, as snprintf() counts.
 */
int migrate_entry_text(unsigned long entry, char *buf, size_t size);
/**
 * migrate_slot_text - the same as a line of an array, with a name for its page
 * @index: of the slot
 * @count: slots of the array, so that indices line up; 0 for no care
 * @entry: entry
 * @page: what to call the page instead of its frame number, or NULL
 * @buf: filled, cut at its end: "[  3] ram7|VALID|MIGRATE"
 * @size: of @buf, at least 1
 *
 * Return: length of the whole text, as snprintf() counts.
 */
int migrate_slot_text(unsigned long index, unsigned long count, unsigned long entry,
		      const char *page, char *buf, size_t size);

#endif
