/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Lists that readers walk under rcu_read_lock(); a writer with a lock of its own changes them. */
#ifndef _LINUX_RCULIST_H
#define _LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/poison.h>
#include <linux/rcupdate.h>

/* fidelity: same */
#define list_next_rcu(list) ((list)->next)

static inline void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	WRITE_ONCE(list->next, list);
	WRITE_ONCE(list->prev, list);
}

/* The new entry is complete before a reader can find it. */
static inline void __list_add_rcu(struct list_head *new, struct list_head *prev,
				  struct list_head *next)
{
	new->next = next;
	new->prev = prev;
	rcu_assign_pointer(prev->next, new);
	next->prev = new;
}

static inline void list_add_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head->prev, head);
}

/* A reader that stands on the entry finds its way on; the entry can't be added anew before a GP. */
static inline void list_del_rcu(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	WRITE_ONCE(entry->prev->next, entry->next);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->prev = old->prev;
	rcu_assign_pointer(new->prev->next, new);
	new->next->prev = new;
	old->prev = LIST_POISON2;
}

#define list_entry_rcu(ptr, type, member) container_of(READ_ONCE(ptr), type, member)
#define list_first_or_null_rcu(head, type, member) \
	({ \
		struct list_head *__head = (head); \
		struct list_head *__next = rcu_dereference_raw(__head->next); \
		__next != __head ? list_entry(__next, type, member) : NULL; \
	})
#define list_next_or_null_rcu(head, ptr, type, member) \
	({ \
		struct list_head *__head = (head); \
		struct list_head *__next = rcu_dereference_raw((ptr)->next); \
		__next != __head ? list_entry(__next, type, member) : NULL; \
	})

/* An optional last argument says what else than rcu_read_lock() protects the walk. */
#define SIM_LIST_CHECK_RCU(cond, ...) \
	RCU_LOCKDEP_WARN(!((cond) || rcu_read_lock_any_held()), \
			 "RCU-list traversed in non-reader section!")
#define list_for_each_entry_rcu(pos, head, member, cond...) \
	for (({ SIM_LIST_CHECK_RCU(cond + 0, 0); }), \
	     pos = list_entry(rcu_dereference_raw((head)->next), __typeof__(*pos), member); \
	     &pos->member != (head); \
	     pos = list_entry(rcu_dereference_raw(pos->member.next), __typeof__(*pos), member))
#define list_for_each_entry_srcu(pos, head, member, cond) \
	for (({ RCU_LOCKDEP_WARN(!(cond), \
				 "RCU-list traversed without holding the required lock!"); }), \
	     pos = list_entry(rcu_dereference_raw((head)->next), __typeof__(*pos), member); \
	     &pos->member != (head); \
	     pos = list_entry(rcu_dereference_raw(pos->member.next), __typeof__(*pos), member))

static inline void hlist_del_rcu(struct hlist_node *n)
{
	struct hlist_node *next = n->next;

	WRITE_ONCE(*n->pprev, next);
	if (next)
		next->pprev = n->pprev;
	n->pprev = LIST_POISON2;
}

static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	hlist_del_rcu(n);
	n->pprev = NULL;
}

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *first = h->first;

	n->next = first;
	n->pprev = &h->first;
	rcu_assign_pointer(h->first, n);
	if (first)
		first->pprev = &n->next;
}

#define hlist_for_each_entry_rcu(pos, head, member, cond...) \
	for (({ SIM_LIST_CHECK_RCU(cond + 0, 0); }), \
	     pos = hlist_entry_safe(rcu_dereference_raw((head)->first), __typeof__(*pos), member); \
	     pos; \
	     pos = hlist_entry_safe(rcu_dereference_raw(pos->member.next), __typeof__(*pos), \
				    member))

#endif
