/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Random use of a ledger against an array with one entry for each address. */
#include "check/ledger.h"
#include "kernel/layers.h"
#include "kernel/world.h"
#include "ktest.h"

#define SPACE 192

static const struct sim_layer *const layers[] = { SIM_KERNEL_LAYERS };
static u64 gone_bytes;

static void gone(u64 value, u64 bytes)
{
	gone_bytes += bytes;
}

static void compare(const struct chk_ledger *ledger, const u64 *model)
{
	u64 covered = 0;

	for (u64 at = 0; at < SPACE; at++) {
		const struct chk_node *node = chk_ledger_find(ledger, at);

		ktest_assert_int_equal(node != NULL, model[at] != 0);
		if (node)
			ktest_assert_u64_equal(chk_ledger_value(ledger, node, at), model[at]);
		covered += model[at] != 0;
	}
	ktest_assert_u64_equal(chk_ledger_sum(ledger, 0, SPACE - 1), covered);
}

static u64 model_gap(const u64 *model, u64 start, u64 last)
{
	while (start <= last && model[start])
		start++;
	return start;
}

static void test_ledger_matches_array(void **state)
{
	u64 model[SPACE] = {}, next_value = 1000;
	uint64_t seed = ktest_seed(20261122);
	struct chk_ledger ledger = { .moving = true };

	ktest_world(layers, sizeof(layers) / sizeof(layers[0]), NULL);
	for (unsigned int step = 0; step < 4000; step++) {
		u64 start = ktest_random(&seed) % SPACE;
		u64 last = start + ktest_random(&seed) % (SPACE - start);
		u64 expected = 0;

		for (u64 at = start; at <= last; at++)
			expected += model[at] != 0;
		ktest_assert_u64_equal(chk_ledger_sum(&ledger, start, last), expected);
		ktest_assert_u64_equal(chk_ledger_gap(&ledger, start, last),
				       model_gap(model, start, last));
		gone_bytes = 0;
		ktest_assert_u64_equal(chk_ledger_cut(&ledger, start, last, gone), expected);
		ktest_assert_u64_equal(gone_bytes, expected);
		for (u64 at = start; at <= last; at++)
			model[at] = 0;
		if (ktest_random(&seed) % 3) {
			/* Sometimes the value goes on where the one before ended: they join. */
			u64 value = start && model[start - 1] && ktest_random(&seed) % 2
					    ? model[start - 1] + 1 : (next_value += 1000);

			chk_ledger_add(&ledger, start, last, value, NULL);
			for (u64 at = start; at <= last; at++)
				model[at] = value + (at - start);
		}
		if (step % 16 == 0)
			compare(&ledger, model);
	}
	compare(&ledger, model);
	chk_ledger_clear(&ledger);
	ktest_assert_null(chk_ledger_first(&ledger, 0));
}

static void test_ledger_joins_what_continues(void **state)
{
	struct chk_ledger moving = { .moving = true }, fixed = {};

	ktest_world(layers, sizeof(layers) / sizeof(layers[0]), NULL);
	chk_ledger_add(&moving, 0, 9, 100, NULL);
	chk_ledger_add(&moving, 10, 19, 110, NULL);
	ktest_assert_u64_equal(chk_ledger_find(&moving, 0)->last, 19);
	chk_ledger_add(&moving, 20, 29, 999, NULL);
	ktest_assert_u64_equal(chk_ledger_find(&moving, 0)->last, 19);
	/* Windows next to one another stay two. */
	chk_ledger_add(&fixed, 0, 9, 5, NULL);
	chk_ledger_add(&fixed, 10, 19, 5, NULL);
	ktest_assert_u64_equal(chk_ledger_find(&fixed, 0)->last, 9);
	chk_ledger_clear(&moving);
	chk_ledger_clear(&fixed);
}

static void test_ledger_copy_takes_the_part_inside(void **state)
{
	struct chk_ledger from = { .moving = true }, to = { .moving = true };

	ktest_world(layers, sizeof(layers) / sizeof(layers[0]), NULL);
	chk_ledger_add(&from, 0, 9, 100, NULL);
	chk_ledger_add(&from, 20, 29, 300, NULL);
	chk_ledger_copy(&to, &from, 5, 24);
	ktest_assert_u64_equal(chk_ledger_sum(&to, 0, ~0ull), 10);
	ktest_assert_u64_equal(chk_ledger_first(&to, 0)->start, 5);
	ktest_assert_u64_equal(chk_ledger_first(&to, 0)->value, 105);
	ktest_assert_u64_equal(chk_ledger_find(&to, 24)->last, 24);
	chk_ledger_clear(&from);
	chk_ledger_clear(&to);
}

static const struct ktest tests[] = {
	KTEST(test_ledger_matches_array),
	KTEST(test_ledger_joins_what_continues),
	KTEST(test_ledger_copy_takes_the_part_inside),
};
KTEST_MAIN(tests)
