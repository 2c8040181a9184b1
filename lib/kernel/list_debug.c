/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the inline checks of linux/list.h call when something is wrong with a list. The texts are
 * the kernel's without the addresses, which would make two runs of one scenario differ.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/list.h>

bool __list_add_valid_or_report(struct list_head *new, struct list_head *prev,
				struct list_head *next)
{
	return !(WARN(!prev, "list_add corruption. prev is NULL.\n") ||
		 WARN(!next, "list_add corruption. next is NULL.\n") ||
		 WARN(next->prev != prev, "list_add corruption. next->prev should be prev.\n") ||
		 WARN(prev->next != next, "list_add corruption. prev->next should be next.\n") ||
		 WARN(new == prev || new == next, "list_add double add.\n"));
}
EXPORT_SYMBOL(__list_add_valid_or_report);

bool __list_del_entry_valid_or_report(struct list_head *entry)
{
	struct list_head *prev = entry->prev;
	struct list_head *next = entry->next;

	return !(WARN(!next, "list_del corruption, next is NULL\n") ||
		 WARN(!prev, "list_del corruption, prev is NULL\n") ||
		 WARN(next == LIST_POISON1, "list_del corruption, next is LIST_POISON1\n") ||
		 WARN(prev == LIST_POISON2, "list_del corruption, prev is LIST_POISON2\n") ||
		 WARN(prev->next != entry, "list_del corruption. prev->next should be entry\n") ||
		 WARN(next->prev != entry, "list_del corruption. next->prev should be entry\n"));
}
EXPORT_SYMBOL(__list_del_entry_valid_or_report);
