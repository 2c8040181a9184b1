/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/list.h>
#include <linux/llist.h>
#include <svmsim/report.h>
#include "kernel/layers.h"
#include "ktest.h"

static const struct sim_layer *const layers[] = { SIM_KERNEL_LAYERS };

struct item {
	struct list_head link;
	struct hlist_node hash;
	struct llist_node lock_less;
	int value;
};

static struct svmsim_world *make_world(void)
{
	return ktest_world(layers, sizeof(layers) / sizeof(layers[0]), NULL);
}

/* Both directions against a string of one-digit values. */
static void assert_list(struct list_head *head, const char *expected)
{
	struct item *item;
	unsigned int count = 0;

	list_for_each_entry(item, head, link)
		ktest_assert_int_equal(item->value, expected[count++] - '0');
	ktest_assert_int_equal(expected[count], 0);
	ktest_assert_u64_equal(list_count_nodes(head), count);
	list_for_each_entry_reverse(item, head, link)
		ktest_assert_int_equal(item->value, expected[--count] - '0');
	ktest_assert_int_equal(count, 0);
}

static void fill(struct list_head *head, struct item *items, int first, int count)
{
	INIT_LIST_HEAD(head);
	for (int i = 0; i < count; i++) {
		items[i].value = first + i;
		list_add_tail(&items[i].link, head);
	}
}

static void test_add_and_move_keep_order(void **state)
{
	struct item items[5];
	struct list_head head;

	fill(&head, items, 1, 4);
	assert_list(&head, "1234");
	items[4].value = 5;
	list_add(&items[4].link, &items[1].link);
	assert_list(&head, "12534");
	list_move(&items[3].link, &head);
	assert_list(&head, "41253");
	list_move_tail(&items[0].link, &head);
	assert_list(&head, "42531");
	list_rotate_left(&head);
	assert_list(&head, "25314");
	list_rotate_to_front(&items[2].link, &head);
	assert_list(&head, "31425");
	list_swap(&items[2].link, &items[0].link);
	assert_list(&head, "13425");
	list_swap(&items[0].link, &items[4].link);
	assert_list(&head, "53421");
	list_bulk_move_tail(&head, &items[2].link, &items[3].link);
	assert_list(&head, "52134");
	ktest_assert_true(list_is_first(&items[4].link, &head));
	ktest_assert_true(list_is_last(&items[3].link, &head));
}

static void test_splice_and_cut(void **state)
{
	struct item a[3], b[2];
	struct list_head left, right, cut;

	fill(&left, a, 1, 3);
	fill(&right, b, 4, 2);
	list_splice_tail_init(&right, &left);
	assert_list(&left, "12345");
	ktest_assert_true(list_empty(&right));
	list_splice_init(&right, &left);
	assert_list(&left, "12345");
	list_cut_position(&cut, &left, &a[1].link);
	assert_list(&cut, "12");
	assert_list(&left, "345");
	list_splice(&cut, &left);
	assert_list(&left, "12345");
	list_cut_before(&cut, &left, &a[2].link);
	assert_list(&cut, "12");
	list_cut_before(&cut, &left, left.next);
	assert_list(&cut, "");
	list_cut_position(&cut, &left, &left);
	assert_list(&cut, "");
	assert_list(&left, "345");
}

static void test_iteration_survives_deletion(void **state)
{
	struct item items[6], *item, *next;
	struct list_head head;

	fill(&head, items, 1, 6);
	list_for_each_entry_safe(item, next, &head, link)
		if (item->value % 2)
			list_del(&item->link);
	assert_list(&head, "246");
	list_for_each_entry_safe_reverse(item, next, &head, link)
		list_del_init(&item->link);
	ktest_assert_true(list_empty(&head));
	ktest_assert_true(list_empty(&items[1].link));
	ktest_assert_null(list_first_entry_or_null(&head, struct item, link));
	ktest_assert_null(list_last_entry_or_null(&head, struct item, link));
}

static void test_replace_takes_the_place(void **state)
{
	struct item items[3], other = { .value = 9 };
	struct list_head head;

	fill(&head, items, 1, 3);
	list_replace_init(&items[1].link, &other.link);
	assert_list(&head, "193");
	ktest_assert_true(list_empty(&items[1].link));
	ktest_assert_false(list_is_singular(&head));
	ktest_assert_ptr_equal(list_next_entry(&items[0], link), &other);
	ktest_assert_ptr_equal(list_prev_entry_circular(&items[0], &head, link), &items[2]);
	ktest_assert_ptr_equal(list_next_entry_circular(&items[2], &head, link), &items[0]);
}

static void assert_warned(struct svmsim_world *world, const char *text)
{
	struct svmsim_report report;
	bool found = false;

	ktest_assert_int_equal(svmsim_report_get(world, svmsim_report_count(world) - 1, &report),
			       0);
	ktest_assert_string_equal(report.identifier, "warn");
	for (unsigned int i = 0; i < report.line_count; i++)
		if (__builtin_strcmp(report.line[i], text) == 0)
			found = true;
	ktest_context("first line: %s", report.line_count ? report.line[0] : "none");
	ktest_assert_true(found);
}

static void test_second_delete_is_reported(void **state)
{
	struct svmsim_world *world = make_world();
	struct item items[3];
	struct list_head head;

	fill(&head, items, 1, 3);
	list_del(&items[1].link);
	ktest_assert_u64_equal(svmsim_report_count(world), 0);
	list_del(&items[1].link);
	ktest_expect_report(world, "warn", 1);
	assert_warned(world, "list_del corruption, next is LIST_POISON1");
	assert_list(&head, "13");
}

static void test_corrupt_neighbours_are_reported(void **state)
{
	struct svmsim_world *world = make_world();
	struct item items[3];
	struct list_head head, other;

	fill(&head, items, 1, 3);
	INIT_LIST_HEAD(&other);
	list_add(&items[0].link, &head);
	assert_warned(world, "list_add double add.");
	assert_list(&head, "123");
	items[1].link.prev = &other;
	list_add(&items[2].link, &items[0].link);
	assert_warned(world, "list_add corruption. next->prev should be prev.");
	items[1].link.prev = &items[0].link;
	items[0].link.next = &items[2].link;
	list_del_init(&items[1].link);
	assert_warned(world, "list_del corruption. prev->next should be entry");
	ktest_expect_report(world, "warn", 3);
}

static void test_hash_list_links_back(void **state)
{
	struct item items[4], *item;
	struct hlist_head head = HLIST_HEAD_INIT, moved = HLIST_HEAD_INIT;
	struct hlist_node *next;
	int sum = 0;

	for (int i = 0; i < 4; i++)
		items[i].value = 1 << i;
	hlist_add_head(&items[0].hash, &head);
	hlist_add_head(&items[1].hash, &head);
	hlist_add_behind(&items[2].hash, &items[0].hash);
	hlist_add_before(&items[3].hash, &items[0].hash);
	hlist_for_each_entry(item, &head, hash)
		sum = sum * 10 + item->value;
	ktest_assert_int_equal(sum, 2 * 1000 + 8 * 100 + 1 * 10 + 4);
	hlist_del_init(&items[0].hash);
	ktest_assert_true(hlist_unhashed(&items[0].hash));
	hlist_del_init(&items[0].hash);
	hlist_move_list(&head, &moved);
	ktest_assert_true(hlist_empty(&head));
	hlist_for_each_entry_safe(item, next, &moved, hash)
		hlist_del(&item->hash);
	ktest_assert_true(hlist_empty(&moved));
}

static void test_lock_less_list_is_a_stack(void **state)
{
	struct item items[3], *item, *next;
	LLIST_HEAD(head);
	struct llist_node *taken;
	int sum = 0;

	init_llist_node(&items[0].lock_less);
	ktest_assert_false(llist_on_list(&items[0].lock_less));
	for (int i = 0; i < 3; i++) {
		items[i].value = i + 1;
		ktest_assert_int_equal(llist_add(&items[i].lock_less, &head), i == 0);
	}
	ktest_assert_true(llist_on_list(&items[2].lock_less));
	taken = llist_del_all(&head);
	ktest_assert_true(llist_empty(&head));
	ktest_assert_null(llist_del_all(&head));
	ktest_assert_null(llist_del_first(&head));
	taken = llist_reverse_order(taken);
	llist_for_each_entry_safe(item, next, taken, lock_less) {
		sum = sum * 10 + item->value;
		item->lock_less.next = LIST_POISON1;
	}
	ktest_assert_int_equal(sum, 123);
	llist_add(&items[0].lock_less, &head);
	llist_add(&items[1].lock_less, &head);
	ktest_assert_false(llist_del_first_this(&head, &items[0].lock_less));
	ktest_assert_ptr_equal(llist_del_first_init(&head), &items[1].lock_less);
	ktest_assert_false(llist_on_list(&items[1].lock_less));
	ktest_assert_true(llist_del_first_this(&head, &items[0].lock_less));
	ktest_assert_true(llist_empty(&head));
}

static const struct ktest tests[] = {
	KTEST(test_add_and_move_keep_order),
	KTEST(test_corrupt_neighbours_are_reported),
	KTEST(test_hash_list_links_back),
	KTEST(test_iteration_survives_deletion),
	KTEST(test_lock_less_list_is_a_stack),
	KTEST(test_replace_takes_the_place),
	KTEST(test_second_delete_is_reported),
	KTEST(test_splice_and_cut),
};
KTEST_MAIN(tests)
