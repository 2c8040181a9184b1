/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/container_of.h>
#include <linux/minmax.h>
#include "check/ledger.h"
#include "kernel/world.h"

static struct chk_node *node_of(const struct rb_node *rb)
{
	return rb ? container_of((struct rb_node *)rb, struct chk_node, rb) : NULL;
}

const struct chk_node *chk_ledger_first(const struct chk_ledger *ledger, u64 addr)
{
	const struct rb_node *rb = ledger->root.rb_node;
	const struct chk_node *best = NULL;

	while (rb) {
		const struct chk_node *node = node_of(rb);

		if (node->last >= addr) {
			best = node;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	return best;
}

const struct chk_node *chk_ledger_next(const struct chk_node *node)
{
	return node_of(rb_next(&node->rb));
}

const struct chk_node *chk_ledger_find(const struct chk_ledger *ledger, u64 addr)
{
	const struct chk_node *node = chk_ledger_first(ledger, addr);

	return node && node->start <= addr ? node : NULL;
}

u64 chk_ledger_value(const struct chk_ledger *ledger, const struct chk_node *node, u64 addr)
{
	return ledger->moving ? node->value + (addr - node->start) : node->value;
}

static void link_node(struct chk_ledger *ledger, struct chk_node *node)
{
	struct rb_node **link = &ledger->root.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		SIM_ASSERT(node->last < node_of(parent)->start ||
			   node->start > node_of(parent)->last);
		link = node->start < node_of(parent)->start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&node->rb, parent, link);
	rb_insert_color(&node->rb, &ledger->root);
}

static void drop_node(struct chk_ledger *ledger, struct chk_node *node)
{
	rb_erase(&node->rb, &ledger->root);
	sim_free(sim_world, node, sizeof(*node));
}

/* Only moving values are joined: the ranges of the other books are objects of their own. */
static bool continues(const struct chk_ledger *ledger, const struct chk_node *node, u64 start,
		      u64 value, void *owner)
{
	return ledger->moving && node->last + 1 == start && node->owner == owner &&
	       node->value + (start - node->start) == value;
}

void chk_ledger_add(struct chk_ledger *ledger, u64 start, u64 last, u64 value, void *owner)
{
	struct chk_node *before = NULL, *node;

	SIM_ASSERT(start <= last);
	if (start)
		before = (struct chk_node *)chk_ledger_find(ledger, start - 1);
	if (before && continues(ledger, before, start, value, owner)) {
		struct chk_node *after = node_of(rb_next(&before->rb));

		SIM_ASSERT(!after || last < after->start);
		before->last = last;
		return;
	}
	node = sim_alloc(sim_world, sizeof(*node));
	node->start = start;
	node->last = last;
	node->value = value;
	node->owner = owner;
	link_node(ledger, node);
}

u64 chk_ledger_cut(struct chk_ledger *ledger, u64 start, u64 last,
		   void (*gone)(u64 value, u64 bytes))
{
	struct chk_node *node = (struct chk_node *)chk_ledger_first(ledger, start), *next;
	u64 bytes = 0;

	for (; node && node->start <= last; node = next) {
		u64 from = max(start, node->start), to = min(last, node->last);

		next = node_of(rb_next(&node->rb));
		if (gone)
			gone(chk_ledger_value(ledger, node, from), to - from + 1);
		bytes += to - from + 1;
		if (node->last > to) {
			u64 value = chk_ledger_value(ledger, node, to + 1), end = node->last;
			void *owner = node->owner;

			if (node->start < from)
				node->last = from - 1;
			else
				drop_node(ledger, node);
			chk_ledger_add(ledger, to + 1, end, value, owner);
			break;
		}
		if (node->start < from)
			node->last = from - 1;
		else
			drop_node(ledger, node);
	}
	return bytes;
}

u64 chk_ledger_sum(const struct chk_ledger *ledger, u64 start, u64 last)
{
	const struct chk_node *node = chk_ledger_first(ledger, start);
	u64 bytes = 0;

	for (; node && node->start <= last; node = chk_ledger_next(node))
		bytes += min(last, node->last) - max(start, node->start) + 1;
	return bytes;
}

u64 chk_ledger_gap(const struct chk_ledger *ledger, u64 start, u64 last)
{
	const struct chk_node *node = chk_ledger_first(ledger, start);

	for (; node && node->start <= start; node = chk_ledger_next(node)) {
		if (node->last >= last)
			return last + 1;
		start = node->last + 1;
	}
	return start;
}

void chk_ledger_copy(struct chk_ledger *to, const struct chk_ledger *from, u64 start, u64 last)
{
	const struct chk_node *node = chk_ledger_first(from, start);

	for (; node && node->start <= last; node = chk_ledger_next(node)) {
		u64 first = max(start, node->start);

		chk_ledger_add(to, first, min(last, node->last),
			       chk_ledger_value(from, node, first), node->owner);
	}
}

void chk_ledger_clear(struct chk_ledger *ledger)
{
	struct rb_node *rb;

	while ((rb = rb_first(&ledger->root)))
		drop_node(ledger, node_of(rb));
}
