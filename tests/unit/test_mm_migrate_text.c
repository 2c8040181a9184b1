/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/array_size.h>
#include <linux/migrate.h>
#include <linux/string.h>
#include "ktest.h"
#include "mm/migrate_text.h"

static const struct {
	unsigned long entry;
	const char *text;
	const char *named;
} entries[] = {
	{ 0, "0", "0" },
	{ MIGRATE_PFN_MIGRATE, "MIGRATE", "MIGRATE" },
	{ MIGRATE_PFN_MIGRATE | MIGRATE_PFN_COMPOUND, "MIGRATE|COMPOUND", "MIGRATE|COMPOUND" },
	{ MIGRATE_PFN_COMPOUND, "COMPOUND", "COMPOUND" },
	{ 0x1234ul << MIGRATE_PFN_SHIFT | MIGRATE_PFN_VALID | MIGRATE_PFN_MIGRATE,
	  "0x1234|VALID|MIGRATE", "ram7|VALID|MIGRATE" },
	{ 0x1234ul << MIGRATE_PFN_SHIFT | MIGRATE_PFN_VALID | MIGRATE_PFN_MIGRATE |
		  MIGRATE_PFN_WRITE | MIGRATE_PFN_COMPOUND,
	  "0x1234|VALID|MIGRATE|WRITE|COMPOUND", "ram7|VALID|MIGRATE|WRITE|COMPOUND" },
	{ MIGRATE_PFN_VALID, "0x0|VALID", "ram7|VALID" },
	{ 0x12ul << MIGRATE_PFN_SHIFT, "0x12", "ram7" },
	{ BIT(2) | BIT(5), "0x24", "0x24" },
	{ MIGRATE_PFN_MIGRATE | BIT(5), "MIGRATE|0x20", "MIGRATE|0x20" },
};

static void test_entries(void **state)
{
	char buf[MIGRATE_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		int length = migrate_entry_text(entries[i].entry, buf, sizeof(buf));

		ktest_assert_string_equal(buf, entries[i].text);
		ktest_assert_int_equal(length, strlen(entries[i].text));
		migrate_slot_text(i, ARRAY_SIZE(entries), entries[i].entry, "ram7", buf,
				  sizeof(buf));
		ktest_assert_string_equal(buf + 4, entries[i].named);
	}
}

static void test_indices_line_up(void **state)
{
	static const struct {
		unsigned long index, count;
		const char *text;
	} slots[] = {
		{ 0, 1, "[0] MIGRATE" },   { 3, 10, "[3] MIGRATE" },
		{ 3, 11, "[ 3] MIGRATE" }, { 3, 512, "[  3] MIGRATE" },
		{ 511, 512, "[511] MIGRATE" }, { 12, 0, "[12] MIGRATE" },
	};
	char buf[MIGRATE_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(slots); i++) {
		migrate_slot_text(slots[i].index, slots[i].count, MIGRATE_PFN_MIGRATE, NULL, buf,
				  sizeof(buf));
		ktest_assert_string_equal(buf, slots[i].text);
	}
}

static void test_text_is_cut_at_the_end(void **state)
{
	char buf[8];

	ktest_assert_int_equal(migrate_entry_text(MIGRATE_PFN_MIGRATE | MIGRATE_PFN_COMPOUND, buf,
						  sizeof(buf)),
			       16);
	ktest_assert_string_equal(buf, "MIGRATE");
}

static const struct ktest tests[] = {
	KTEST(test_entries),
	KTEST(test_indices_line_up),
	KTEST(test_text_is_cut_at_the_end),
};
KTEST_MAIN(tests)
