/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_LLIST_H
#define _LINUX_LLIST_H

#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/types.h>

/* fidelity: same */
struct llist_head {
	struct llist_node *first;
};

struct llist_node {
	struct llist_node *next;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

/* Pointing to itself means "on no list"; removal does not restore it. */
static inline void init_llist_node(struct llist_node *node)
{
	WRITE_ONCE(node->next, node);
}

static inline bool llist_on_list(const struct llist_node *node)
{
	return READ_ONCE(node->next) != node;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return READ_ONCE(head->first) == NULL;
}

static inline struct llist_node *llist_next(struct llist_node *node)
{
	return READ_ONCE(node->next);
}

/* Adds a chain that is linked from @first to @last; true if the list was empty. */
static inline bool llist_add_batch(struct llist_node *first, struct llist_node *last,
				   struct llist_head *head)
{
	struct llist_node *found = READ_ONCE(head->first);

	do {
		last->next = found;
	} while (!try_cmpxchg(&head->first, &found, first));
	return !found;
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	return llist_add_batch(node, node, head);
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

/* One at a time: who else deletes has to be kept out. */
static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *node = smp_load_acquire(&head->first);

	while (node && !try_cmpxchg(&head->first, &node, READ_ONCE(node->next)))
		;
	return node;
}

static inline struct llist_node *llist_del_first_init(struct llist_head *head)
{
	struct llist_node *node = llist_del_first(head);

	if (node)
		init_llist_node(node);
	return node;
}

static inline bool llist_del_first_this(struct llist_head *head, struct llist_node *this)
{
	struct llist_node *node = smp_load_acquire(&head->first);

	do {
		if (node != this)
			return false;
	} while (!try_cmpxchg(&head->first, &node, READ_ONCE(node->next)));
	return true;
}

#define __llist_add(node, head) llist_add(node, head)
#define __llist_add_batch(first, last, head) llist_add_batch(first, last, head)
#define __llist_del_all(head) llist_del_all(head)

/* fidelity: same */
static inline struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *reversed = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = reversed;
		reversed = head;
		head = next;
	}
	return reversed;
}

#define llist_entry(ptr, type, member) container_of(ptr, type, member)
/* Whether @ptr, an entry computed from a possibly NULL node, is a real one. */
#define member_address_is_nonnull(ptr, member) \
	((uintptr_t)(ptr) + offsetof(__typeof__(*(ptr)), member) != 0)
#define llist_for_each(pos, node) for ((pos) = (node); pos; (pos) = (pos)->next)
#define llist_for_each_safe(pos, n, node) \
	for ((pos) = (node); (pos) && ((n) = (pos)->next, true); (pos) = (n))
#define llist_for_each_entry(pos, node, member) \
	for ((pos) = llist_entry((node), __typeof__(*(pos)), member); \
	     member_address_is_nonnull(pos, member); \
	     (pos) = llist_entry((pos)->member.next, __typeof__(*(pos)), member))
#define llist_for_each_entry_safe(pos, n, node, member) \
	for (pos = llist_entry((node), __typeof__(*pos), member); \
	     member_address_is_nonnull(pos, member) && \
	     (n = llist_entry(pos->member.next, __typeof__(*n), member), true); \
	     pos = n)

#endif
