/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/interval_tree.h>
#include <linux/interval_tree_generic.h>
#include <linux/limits.h>
#include "kernel/rbtree_check.h"
#include "ktest.h"

#define NODE_MAX 120
#define STEPS 6000

struct slot {
	struct interval_tree_node node;
	bool present;
	u64 added;
};

static struct slot slots[NODE_MAX];

/* By start; nodes that start alike are in the order in which they were added. */
static bool before(const struct slot *a, const struct slot *b)
{
	if (a->node.start != b->node.start)
		return a->node.start < b->node.start;
	return a->added < b->added;
}

/* The slow model: the first overlap in order behind @behind. */
static struct slot *model_next(const struct slot *behind, unsigned long start, unsigned long last)
{
	struct slot *best = NULL;

	for (unsigned int i = 0; i < NODE_MAX; i++) {
		struct slot *slot = &slots[i];

		if (!slot->present || slot->node.start > last || slot->node.last < start)
			continue;
		if (behind && !before(behind, slot))
			continue;
		if (!best || before(slot, best))
			best = slot;
	}
	return best;
}

static void check_query(struct rb_root_cached *tree, unsigned long start, unsigned long last)
{
	struct interval_tree_node *node = interval_tree_iter_first(tree, start, last);
	struct slot *expected = model_next(NULL, start, last);

	while (expected) {
		ktest_assert_ptr_equal(node, &expected->node);
		node = interval_tree_iter_next(node, start, last);
		expected = model_next(expected, start, last);
	}
	ktest_assert_null(node);
}

static unsigned long random_point(uint64_t *random)
{
	/* Now and then the ends of the space. */
	switch (ktest_random(random) % 16) {
	case 0:
		return 0;
	case 1:
		return ULONG_MAX;
	default:
		return ktest_random(random) % 400;
	}
}

static void check_subtree_last(const struct rb_node *rb)
{
	const struct interval_tree_node *node, *child;
	unsigned long last;

	if (!rb)
		return;
	node = rb_entry(rb, struct interval_tree_node, rb);
	last = node->last;
	child = rb_entry_safe(rb->rb_left, struct interval_tree_node, rb);
	if (child && child->__subtree_last > last)
		last = child->__subtree_last;
	child = rb_entry_safe(rb->rb_right, struct interval_tree_node, rb);
	if (child && child->__subtree_last > last)
		last = child->__subtree_last;
	ktest_assert_u64_equal(node->__subtree_last, last);
	check_subtree_last(rb->rb_left);
	check_subtree_last(rb->rb_right);
}

static void test_random_agrees_with_linear_search(void **state)
{
	struct rb_root_cached tree = RB_ROOT_CACHED;
	uint64_t random = ktest_seed(3);

	for (unsigned int i = 0; i < NODE_MAX; i++)
		slots[i].present = false;
	for (unsigned int step = 0; step < STEPS; step++) {
		struct slot *slot = &slots[ktest_random(&random) % NODE_MAX];
		unsigned long a = random_point(&random);
		unsigned long b = random_point(&random);

		ktest_context("step %u", step);
		if (slot->present) {
			slot->present = false;
			interval_tree_remove(&slot->node, &tree);
		} else {
			slot->present = true;
			slot->added = step;
			slot->node.start = a < b ? a : b;
			slot->node.last = a < b ? b : a;
			/* Mostly short ones, so that searches have something to leave out. */
			if (step % 4 && slot->node.start < ULONG_MAX - 10)
				slot->node.last = slot->node.start + ktest_random(&random) % 10;
			interval_tree_insert(&slot->node, &tree);
		}
		ktest_assert_true(sim_rb_cached_is_valid(&tree));
		check_subtree_last(tree.rb_root.rb_node);
		a = random_point(&random);
		b = random_point(&random);
		check_query(&tree, a < b ? a : b, a < b ? b : a);
		check_query(&tree, a, a);
	}
}

static void test_ends_are_inclusive(void **state)
{
	struct rb_root_cached tree = RB_ROOT_CACHED;
	struct interval_tree_node node = { .start = 10, .last = 20 };

	interval_tree_insert(&node, &tree);
	ktest_assert_null(interval_tree_iter_first(&tree, 0, 9));
	ktest_assert_ptr_equal(interval_tree_iter_first(&tree, 0, 10), &node);
	ktest_assert_ptr_equal(interval_tree_iter_first(&tree, 20, 30), &node);
	ktest_assert_null(interval_tree_iter_first(&tree, 21, ULONG_MAX));
}

static void test_last_removal_leaves_the_root_empty(void **state)
{
	struct rb_root_cached tree = RB_ROOT_CACHED;
	struct interval_tree_node a = { .start = 1, .last = 2 }, b = { .start = 3, .last = 4 };

	interval_tree_insert(&a, &tree);
	interval_tree_insert(&b, &tree);
	interval_tree_remove(&a, &tree);
	ktest_assert_false(RB_EMPTY_ROOT(&tree.rb_root));
	interval_tree_remove(&b, &tree);
	ktest_assert_true(RB_EMPTY_ROOT(&tree.rb_root));
	ktest_assert_null(tree.rb_leftmost);
	ktest_assert_null(interval_tree_iter_first(&tree, 0, ULONG_MAX));
}

/* The template with another type: signed 32-bit ends. */
struct span {
	struct rb_node rb;
	s32 first, last, subtree;
};
#define SPAN_FIRST(span) ((span)->first)
#define SPAN_LAST(span) ((span)->last)
INTERVAL_TREE_DEFINE(struct span, rb, s32, subtree, SPAN_FIRST, SPAN_LAST, static, span_tree)

static void test_template_takes_other_types(void **state)
{
	struct rb_root_cached tree = RB_ROOT_CACHED;
	struct span a = { .first = -10, .last = -5 }, b = { .first = -3, .last = 3 };

	span_tree_insert(&b, &tree);
	span_tree_insert(&a, &tree);
	ktest_assert_ptr_equal(span_tree_iter_first(&tree, -6, 0), &a);
	ktest_assert_ptr_equal(span_tree_iter_next(&a, -6, 0), &b);
	ktest_assert_null(span_tree_iter_next(&b, -6, 0));
	ktest_assert_null(span_tree_iter_first(&tree, -4, -4));
	span_tree_remove(&a, &tree);
	ktest_assert_ptr_equal(span_tree_iter_first(&tree, -100, 100), &b);
}

static const struct ktest tests[] = {
	KTEST(test_ends_are_inclusive),
	KTEST(test_last_removal_leaves_the_root_empty),
	KTEST(test_random_agrees_with_linear_search),
	KTEST(test_template_takes_other_types),
};
KTEST_MAIN(tests)
