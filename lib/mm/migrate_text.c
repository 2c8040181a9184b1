/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "mm/migrate_text.h"
#include <linux/migrate.h>
#include <linux/sprintf.h>

static int entry_text(unsigned long entry, const char *page, char *buf, size_t size)
{
	unsigned long pfn = entry >> MIGRATE_PFN_SHIFT;
	unsigned long unknown = entry & ((1ul << MIGRATE_PFN_SHIFT) - 1) &
				~(MIGRATE_PFN_VALID | MIGRATE_PFN_MIGRATE | MIGRATE_PFN_WRITE |
				  MIGRATE_PFN_COMPOUND);
	char frame[24] = "", rest[24] = "";
	char text[MIGRATE_TEXT_MAX];

	if (!entry)
		return snprintf(buf, size, "0");
	if (pfn || entry & MIGRATE_PFN_VALID)
		snprintf(frame, sizeof(frame), "0x%lx", pfn);
	if (unknown)
		snprintf(rest, sizeof(rest), "|0x%lx", unknown);
	snprintf(text, sizeof(text), "|%s%s%s%s%s%s", page && frame[0] ? page : frame,
		 entry & MIGRATE_PFN_VALID ? "|VALID" : "",
		 entry & MIGRATE_PFN_MIGRATE ? "|MIGRATE" : "",
		 entry & MIGRATE_PFN_WRITE ? "|WRITE" : "",
		 entry & MIGRATE_PFN_COMPOUND ? "|COMPOUND" : "", rest);
	/* Without a page the first flag stands first. */
	return snprintf(buf, size, "%s", text + (frame[0] ? 1 : 2));
}

int migrate_entry_text(unsigned long entry, char *buf, size_t size)
{
	return entry_text(entry, NULL, buf, size);
}

int migrate_slot_text(unsigned long index, unsigned long count, unsigned long entry,
		      const char *page, char *buf, size_t size)
{
	char text[MIGRATE_TEXT_MAX];
	int width = 1;

	for (unsigned long last = count ? count - 1 : 0; last >= 10; last /= 10)
		width++;
	entry_text(entry, page, text, sizeof(text));
	return snprintf(buf, size, "[%*lu] %s", width, index, text);
}
