/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * An ordered book of disjoint address ranges. A range leads to a value that moves along with the
 * address (a physical address: the value of start + n is value + n) or stays the same, and it may
 * have an owner. Ranges that continue one another are kept as one.
 */
#ifndef CHECK_LEDGER_H
#define CHECK_LEDGER_H

#include <linux/rbtree.h>
#include <linux/types.h>

#define CHK_REACH_SHIFT 30
/* What is counted: the smallest granule that a page table can have. */
#define CHK_REACH_UNIT_SHIFT 11
#define CHK_REACH_CHUNK_COUNT (1u << (41 - CHK_REACH_SHIFT))

struct svmsim_world;

/**
 * struct chk_node - one range
 * @rb: in the ledger's tree
 * @start: first address
 * @last: last address, inclusive
 * @value: what @start leads to
 * @owner: whose it is; ranges of different owners are never joined
 */
struct chk_node {
	struct rb_node rb;
	u64 start;
	u64 last;
	u64 value;
	void *owner;
};

/**
 * struct chk_ledger - a book
 * @root: ranges by address
 * @moving: values move along with addresses
 */
struct chk_ledger {
	struct rb_root root;
	bool moving;
};

/** chk_ledger_first - first range that ends at or behind @addr, or NULL */
const struct chk_node *chk_ledger_first(const struct chk_ledger *ledger, u64 addr);
/** chk_ledger_next - range behind @node, or NULL */
const struct chk_node *chk_ledger_next(const struct chk_node *node);
/** chk_ledger_find - range that holds @addr, or NULL */
const struct chk_node *chk_ledger_find(const struct chk_ledger *ledger, u64 addr);
/** chk_ledger_value - value at @addr, which lies in @node */
u64 chk_ledger_value(const struct chk_ledger *ledger, const struct chk_node *node, u64 addr);

/**
 * chk_ledger_add - enter a range that overlaps no other
 * @ledger: book
 * @start: first address
 * @last: last address, inclusive
 * @value: what @start leads to
 * @owner: whose it is
 */
void chk_ledger_add(struct chk_ledger *ledger, u64 start, u64 last, u64 value, void *owner);
/**
 * chk_ledger_cut - strike out a range; ranges that reach beyond it keep their other parts
 * @ledger: book
 * @start: first address
 * @last: last address, inclusive
 * @gone: called for each piece struck out, in order; may be NULL
 *
 * Return: how many bytes were struck out.
 */
u64 chk_ledger_cut(struct chk_ledger *ledger, u64 start, u64 last,
		   void (*gone)(u64 value, u64 bytes));
/** chk_ledger_sum - how many bytes of [@start, @last] are in the book */
u64 chk_ledger_sum(const struct chk_ledger *ledger, u64 start, u64 last);
/** chk_ledger_gap - first address of [@start, @last] that is not in the book; @last + 1 if none */
u64 chk_ledger_gap(const struct chk_ledger *ledger, u64 start, u64 last);
/** chk_ledger_copy - enter the part of @from inside [@start, @last] into the empty book @to */
void chk_ledger_copy(struct chk_ledger *to, const struct chk_ledger *from, u64 start, u64 last);
/** chk_ledger_clear - strike out everything */
void chk_ledger_clear(struct chk_ledger *ledger);

#endif
