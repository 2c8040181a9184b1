/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/minmax.h>
#include <linux/rbtree_augmented.h>
#include "kernel/rbtree_check.h"
#include "ktest.h"

#define ITEM_MAX 200
#define STEPS 20000

struct item {
	struct rb_node rb;
	unsigned int key;
	unsigned int weight;
	unsigned int max_weight;
	bool present;
};

/* The slow model: the items in order, in an array. */
struct fixture {
	struct rb_root_cached tree;
	struct item items[ITEM_MAX];
	struct item *order[ITEM_MAX];
	unsigned int count;
};

static struct fixture fixture;

static struct item *to_item(const struct rb_node *node)
{
	return rb_entry(node, struct item, rb);
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return to_item(a)->key < to_item(b)->key;
}

static int compare(struct rb_node *a, const struct rb_node *b)
{
	return to_item(a)->key < to_item(b)->key ? -1 : to_item(a)->key > to_item(b)->key;
}

static int compare_key(const void *key, const struct rb_node *node)
{
	unsigned int wanted = *(const unsigned int *)key;

	return wanted < to_item(node)->key ? -1 : wanted > to_item(node)->key;
}

#define WEIGHT(item) ((item)->weight)
RB_DECLARE_CALLBACKS_MAX(static, weights, struct item, rb, unsigned int, max_weight, WEIGHT)

static void reset(struct fixture *f)
{
	f->tree = RB_ROOT_CACHED;
	f->count = 0;
	for (unsigned int i = 0; i < ITEM_MAX; i++)
		f->items[i].present = false;
}

/* Behind what is equal, as rb_add() does it. */
static void model_add(struct fixture *f, struct item *item)
{
	unsigned int at = f->count++;

	while (at > 0 && f->order[at - 1]->key > item->key) {
		f->order[at] = f->order[at - 1];
		at--;
	}
	f->order[at] = item;
	item->present = true;
}

static unsigned int model_find(struct fixture *f, struct item *item)
{
	unsigned int at = 0;

	while (f->order[at] != item)
		at++;
	return at;
}

static void model_remove(struct fixture *f, struct item *item)
{
	unsigned int at = model_find(f, item);

	f->count--;
	for (; at < f->count; at++)
		f->order[at] = f->order[at + 1];
	item->present = false;
}

static void check_order(struct fixture *f)
{
	struct rb_node *node = rb_first(&f->tree.rb_root);

	ktest_assert_true(sim_rb_cached_is_valid(&f->tree));
	ktest_assert_int_equal(RB_EMPTY_ROOT(&f->tree.rb_root), f->count == 0);
	for (unsigned int i = 0; i < f->count; i++) {
		ktest_assert_ptr_equal(node, &f->order[i]->rb);
		ktest_assert_ptr_equal(rb_prev(node), i ? &f->order[i - 1]->rb : NULL);
		node = rb_next(node);
	}
	ktest_assert_null(node);
	ktest_assert_ptr_equal(rb_last(&f->tree.rb_root),
			       f->count ? &f->order[f->count - 1]->rb : NULL);
}

static void check_lookup(struct fixture *f, unsigned int key)
{
	struct rb_node *found = rb_find(&key, &f->tree.rb_root, compare_key);
	struct rb_node *node;
	unsigned int i = 0;

	while (i < f->count && f->order[i]->key < key)
		i++;
	ktest_assert_int_equal(!!found, i < f->count && f->order[i]->key == key);
	if (found)
		ktest_assert_u64_equal(to_item(found)->key, key);
	rb_for_each(node, &key, &f->tree.rb_root, compare_key)
		ktest_assert_ptr_equal(node, &f->order[i++]->rb);
	ktest_assert_true(i == f->count || f->order[i]->key > key);
}

static void replace(struct fixture *f, struct item *old, struct item *new)
{
	unsigned int at = model_find(f, old);

	new->key = old->key;
	rb_replace_node_cached(&old->rb, &new->rb, &f->tree);
	f->order[at] = new;
	old->present = false;
	new->present = true;
}

static void toggle(struct fixture *f, struct item *item, unsigned int key)
{
	struct rb_node *leftmost;

	if (item->present) {
		model_remove(f, item);
		leftmost = rb_erase_cached(&item->rb, &f->tree);
		if (leftmost)
			ktest_assert_ptr_equal(leftmost, rb_first(&f->tree.rb_root));
		return;
	}
	item->key = key;
	model_add(f, item);
	leftmost = rb_add_cached(&item->rb, &f->tree, less);
	ktest_assert_int_equal(!!leftmost, f->order[0] == item);
}

static void test_random_agrees_with_sorted_array(void **state)
{
	struct fixture *f = &fixture;
	uint64_t random = ktest_seed(1);

	reset(f);
	for (unsigned int step = 0; step < STEPS; step++) {
		/* Phases of few and of many items, so that both ends of the size are met. */
		unsigned int limit = (step / 1000) % 2 ? ITEM_MAX : 8;
		struct item *item = &f->items[ktest_random(&random) % limit];
		struct item *other = &f->items[ktest_random(&random) % limit];

		ktest_context("step %u", step);
		if (item->present && !other->present && ktest_random(&random) % 8 == 0)
			replace(f, item, other);
		else
			toggle(f, item, ktest_random(&random) % 64);
		if (step % 16 == 0 || f->count < 10)
			check_order(f);
		check_lookup(f, ktest_random(&random) % 64);
	}
}

static unsigned int check_weights(const struct rb_node *node)
{
	unsigned int most;

	if (!node)
		return 0;
	most = max3(to_item(node)->weight, check_weights(node->rb_left),
		    check_weights(node->rb_right));
	ktest_assert_u64_equal(to_item(node)->max_weight, most);
	return most;
}

static void add_weighted(struct fixture *f, struct item *item)
{
	struct rb_node **link = &f->tree.rb_root.rb_node;
	struct rb_node *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (to_item(parent)->max_weight < item->weight)
			to_item(parent)->max_weight = item->weight;
		if (less(&item->rb, parent)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	item->max_weight = item->weight;
	rb_link_node(&item->rb, parent, link);
	rb_insert_augmented_cached(&item->rb, &f->tree, leftmost, &weights);
}

static void test_augmented_values_follow_random_changes(void **state)
{
	struct fixture *f = &fixture;
	uint64_t random = ktest_seed(2);

	reset(f);
	for (unsigned int step = 0; step < STEPS; step++) {
		struct item *item = &f->items[ktest_random(&random) % ITEM_MAX];

		ktest_context("step %u", step);
		if (item->present) {
			model_remove(f, item);
			rb_erase_augmented_cached(&item->rb, &f->tree, &weights);
		} else {
			item->key = ktest_random(&random) % 1000;
			item->weight = ktest_random(&random) % 1000;
			model_add(f, item);
			add_weighted(f, item);
		}
		check_weights(f->tree.rb_root.rb_node);
		if (step % 16 == 0)
			check_order(f);
	}
}

static void test_find_add_returns_the_equal_node(void **state)
{
	struct rb_root tree = RB_ROOT;
	struct item a = { .key = 5 }, b = { .key = 5 }, c = { .key = 4 };

	ktest_assert_null(rb_find_add(&a.rb, &tree, compare));
	ktest_assert_ptr_equal(rb_find_add(&b.rb, &tree, compare), &a.rb);
	ktest_assert_null(rb_find_add(&c.rb, &tree, compare));
	ktest_assert_ptr_equal(rb_first(&tree), &c.rb);
}

static void test_add_in_order_and_erase_from_both_ends(void **state)
{
	struct fixture *f = &fixture;

	reset(f);
	for (unsigned int i = 0; i < ITEM_MAX; i++) {
		f->items[i].key = i;
		rb_add(&f->items[i].rb, &f->tree.rb_root, less);
		ktest_assert_true(sim_rb_is_valid(&f->tree.rb_root));
	}
	for (unsigned int i = 0; i < ITEM_MAX / 2; i++) {
		rb_erase(&f->items[i].rb, &f->tree.rb_root);
		ktest_assert_true(sim_rb_is_valid(&f->tree.rb_root));
		rb_erase(&f->items[ITEM_MAX - 1 - i].rb, &f->tree.rb_root);
		ktest_assert_true(sim_rb_is_valid(&f->tree.rb_root));
	}
	ktest_assert_true(RB_EMPTY_ROOT(&f->tree.rb_root));
}

static void test_postorder_visits_children_first(void **state)
{
	struct fixture *f = &fixture;
	struct item *item, *next;
	unsigned int visited = 0;

	reset(f);
	for (unsigned int i = 0; i < ITEM_MAX; i++) {
		f->items[i].key = i * 37 % ITEM_MAX;
		f->items[i].present = true;
		rb_add(&f->items[i].rb, &f->tree.rb_root, less);
	}
	rbtree_postorder_for_each_entry_safe(item, next, &f->tree.rb_root, rb) {
		if (item->rb.rb_left)
			ktest_assert_false(to_item(item->rb.rb_left)->present);
		if (item->rb.rb_right)
			ktest_assert_false(to_item(item->rb.rb_right)->present);
		ktest_assert_true(item->present);
		item->present = false;
		visited++;
	}
	ktest_assert_u64_equal(visited, ITEM_MAX);
}

static void test_cleared_node_is_empty_and_has_no_neighbour(void **state)
{
	struct item a = { .key = 1 };

	RB_CLEAR_NODE(&a.rb);
	ktest_assert_true(RB_EMPTY_NODE(&a.rb));
	ktest_assert_null(rb_next(&a.rb));
	ktest_assert_null(rb_prev(&a.rb));
}

/* The validator itself: each broken rule is seen. */
static void test_validator_sees_broken_rules(void **state)
{
	struct rb_root_cached tree = RB_ROOT_CACHED;
	struct item a = { .key = 1 }, b = { .key = 2 }, c = { .key = 3 };

	rb_add_cached(&a.rb, &tree, less);
	rb_add_cached(&b.rb, &tree, less);
	rb_add_cached(&c.rb, &tree, less);
	ktest_assert_true(sim_rb_cached_is_valid(&tree));
	tree.rb_leftmost = &b.rb;
	ktest_assert_false(sim_rb_cached_is_valid(&tree));
	tree.rb_leftmost = &a.rb;
	a.rb.__rb_parent_color |= RB_BLACK;
	ktest_assert_false(sim_rb_is_valid(&tree.rb_root));
	c.rb.__rb_parent_color |= RB_BLACK;
	ktest_assert_true(sim_rb_is_valid(&tree.rb_root));
	b.rb.__rb_parent_color &= ~1UL;
	ktest_assert_false(sim_rb_is_valid(&tree.rb_root));
	b.rb.__rb_parent_color |= RB_BLACK;
	c.rb.__rb_parent_color = (unsigned long)&a.rb | RB_BLACK;
	ktest_assert_false(sim_rb_is_valid(&tree.rb_root));
}

static const struct ktest tests[] = {
	KTEST(test_add_in_order_and_erase_from_both_ends),
	KTEST(test_augmented_values_follow_random_changes),
	KTEST(test_cleared_node_is_empty_and_has_no_neighbour),
	KTEST(test_find_add_returns_the_equal_node),
	KTEST(test_postorder_visits_children_first),
	KTEST(test_random_agrees_with_sorted_array),
	KTEST(test_validator_sees_broken_rules),
};
KTEST_MAIN(tests)
