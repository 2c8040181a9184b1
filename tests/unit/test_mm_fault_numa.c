// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Faults on entries that were made inaccessible to see from which node they are used. */
#include <linux/pagemap.h>
#include "fault_fixture.h"
#include "kernel/task.h"

static struct svmsim_world *numa_world(u32 orders)
{
	const struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .ram_bytes = 64ull << 20, .cpu_count = 1 },
			  { .ram_bytes = 64ull << 20, .cpu_count = 1 } },
		.thp_always = orders,
	};

	return fault_world(&machine);
}

static struct mm_struct *toucher_mm;
static u8 toucher_value;
static int toucher_err;

static void touch(void *arg)
{
	toucher_err = read_err(toucher_mm, 1, &toucher_value);
}

static void touch_from(struct mm_struct *mm, int cpu)
{
	toucher_mm = mm;
	toucher_err = 1;
	sim_task_create(SIM_TASK_KTHREAD, "toucher", cpu, touch, NULL);
	sim_task_settle();
	ktest_assert_int_equal(toucher_err, 0);
	ktest_assert_int_equal(toucher_value, 7);
}

static const struct {
	const char *name;
	u32 orders;
	int cpu;
	bool pinned;
	bool moves;
} rows[] = {
	{ "from the same node", 0, 0, false, false },
	{ "from another node", 0, 1, false, true },
	{ "somebody has a reference", 0, 1, true, false },
	{ "a folio of four pages, same node", 1 << 2, 0, false, false },
	{ "a folio of four pages", 1 << 2, 1, false, true },
	{ "a folio of four pages that somebody has", 1 << 2, 1, true, false },
	{ "a huge page, same node", 1 << 9, 0, false, false },
	{ "a huge page", 1 << 9, 1, false, true },
	{ "a huge page that somebody has", 1 << 9, 1, true, false },
};

static void test_hinting_fault_moves_or_restores(void **state)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_world *world = numa_world(rows[i].orders);
		struct mm_struct *mm = mm_create();
		struct folio *folio;

		ktest_context("%s", rows[i].name);
		map_at(mm, 0, 512, RW);
		write_at(mm, 1, 7);
		lru_add_drain_all();
		folio = folio_at(mm, 1);
		ktest_assert_int_equal(folio_nid(folio), 0);
		if (rows[i].pinned)
			folio_get(folio);
		ktest_assert_true(sim_numa_scan(mm, BASE, 512 * PAGE_SIZE) > 0);
		ktest_assert_true(cpt_protnone(entry_at(mm, 1)));
		touch_from(mm, rows[i].cpu);
		ktest_assert_true(cpt_present(entry_at(mm, 1)) && !cpt_protnone(entry_at(mm, 1)));
		ktest_assert_int_equal(folio_nid(folio_at(mm, 1)), rows[i].moves);
		if (rows[i].pinned) {
			ktest_assert_ptr_equal(folio_at(mm, 1), folio);
			folio_put(folio);
		}
		if (rows[i].orders == 1 << 2 && !rows[i].moves)
			ktest_assert_false(cpt_protnone(entry_at(mm, 3)));
		/* What was tried to be moved has to fault again to be written to. */
		ktest_assert_int_equal(cpt_write(entry_at(mm, 1)), !rows[i].cpu);
		write_at(mm, 1, 7);
		mm_end(world, mm);
	}
}

static const struct ktest tests[] = {
	KTEST(test_hinting_fault_moves_or_restores),
};
KTEST_MAIN(tests)
