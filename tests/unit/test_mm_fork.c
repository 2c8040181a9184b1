/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* fork(): what parent and child have afterwards, entry by entry. */
#include <linux/rmap.h>
#include "mm_ops_fixture.h"

static struct mm_struct *fork_of(struct mm_struct *mm)
{
	struct mm_struct *child = NULL;

	ktest_assert_int_equal(sim_fork(mm, &child), 0);
	return child;
}

static void test_pages_are_shared_until_written(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create(), *child;

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 1);
	write_byte(mm, 1, 2);
	listen(mm);
	child = fork_of(mm);
	assert_heard("protect-page 0-4");
	assert_areas(child, "0-4 rw-p");
	assert_entry(mm, 0, "read");
	assert_entry(child, 0, "read");
	ktest_assert_u64_equal(cpt_pfn(entry_at(mm, 0)), cpt_pfn(entry_at(child, 0)));
	ktest_assert_int_equal(rss(child), 2);
	write_byte(mm, 0, 3);
	write_byte(child, 1, 4);
	ktest_assert_int_equal(read_byte(child, 0), 1);
	ktest_assert_int_equal(read_byte(mm, 1), 2);
	ktest_assert_int_equal(read_byte(child, 1), 4);
	mmu_notifier_unregister(&listener, mm);
	mmput(child);
	ops_world_end(world, mm);
}

static void test_areas_without_pages_are_not_told_of(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create(), *child;
	unsigned long addr;

	map_at(mm, 0, 4, RW);
	ktest_assert_int_equal(sim_mmap(mm, at_page(8), 4 * PAGE_SIZE, RW,
					SIM_MAP_SHARED | SIM_MAP_FIXED, 0, NULL, 0, &addr), 0);
	write_byte(mm, 8, 1);
	listen(mm);
	child = fork_of(mm);
	/* Shared memory is found again by a fault. */
	assert_heard("");
	ktest_assert_u64_equal(atomic_long_read(&child->pgtables_bytes), PAGE_SIZE);
	assert_areas(child, "0-4 rw-p, 8-12 rw-s");
	ktest_assert_int_equal(read_byte(child, 8), 1);
	write_byte(child, 8, 2);
	ktest_assert_int_equal(read_byte(mm, 8), 2);
	mmu_notifier_unregister(&listener, mm);
	mmput(child);
	ops_world_end(world, mm);
}

static const struct {
	const char *name;
	bool write;
	unsigned int order;
} device_rows[] = {
	{ "writable page", true, 0 },
	{ "readable page", false, 0 },
	{ "writable PMD", true, 9 },
	{ "readable PMD", false, 9 },
};

/* Readable in both, one more reference and map count, exclusive to neither. */
static void test_device_entries(void **state)
{
	for (unsigned int i = 0; i < sizeof(device_rows) / sizeof(device_rows[0]); i++) {
		struct svmsim_world *world = ops_world();
		struct mm_struct *mm = mm_create(), *child;
		struct folio *folio;

		ktest_context("%s", device_rows[i].name);
		map_at(mm, 0, 512, RW);
		folio = put_private(mm, 0, device_rows[i].order, device_rows[i].write);
		ktest_assert_true(PageAnonExclusive(&folio->page));
		child = fork_of(mm);
		assert_entry(mm, 0, "device-read");
		assert_entry(child, 0, "device-read");
		ktest_assert_u64_equal(cpt_pfn(entry_at(child, 0)), folio_pfn(folio));
		ktest_assert_int_equal(folio_ref_count(folio), 2);
		ktest_assert_false(PageAnonExclusive(&folio->page));
		ktest_assert_int_equal(rss(child), 1l << device_rows[i].order);
		mmput(child);
		ktest_assert_int_equal(folio_ref_count(folio), 1);
		ktest_assert_int_equal(freed_count, 0);
		ops_world_end(world, mm);
		ktest_assert_int_equal(freed_count, 1);
		ktest_world_drop(world);
	}
}

static void set_entry(struct mm_struct *mm, unsigned long page, u64 entry)
{
	struct cpt_hit hit;

	cpt_lookup(mm, at_page(page), &hit);
	cpt_set(mm, at_page(page), hit.slot, hit.level, entry);
}

/* A migration entry holds neither reference nor map count; it is put back by hand. */
static void test_migration_entries(void **state)
{
	static const struct {
		enum cpt_soft before;
		const char *after;
	} rows[] = {
		{ CPT_MIGRATION_WRITE, "migration-read" },
		{ CPT_MIGRATION_READ_EXCLUSIVE, "migration-read" },
		{ CPT_MIGRATION_READ, "migration-read" },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_world *world = ops_world();
		struct mm_struct *mm = mm_create(), *child;
		u64 before;

		map_at(mm, 0, 2, RW);
		write_byte(mm, 0, 1);
		before = entry_at(mm, 0);
		set_entry(mm, 0, cpt_make_soft(rows[i].before, cpt_pfn(before), CPT_SOFT_YOUNG));
		child = fork_of(mm);
		assert_entry(mm, 0, rows[i].after);
		assert_entry(child, 0, rows[i].after);
		ktest_assert_true(entry_at(child, 0) & CPT_SOFT_YOUNG);
		ktest_assert_int_equal(rss(child), 1);
		mmput(child);
		set_entry(mm, 0, before);
		ops_world_end(world, mm);
		ktest_world_drop(world);
	}
}

static void test_pinned_page_is_copied_at_once(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create(), *child;
	struct folio *folio;

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 1);
	write_byte(mm, 1, 2);
	folio = pfn_folio(cpt_pfn(entry_at(mm, 1)));
	/* As pin_user_pages() does. */
	folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
	child = fork_of(mm);
	assert_entry(mm, 0, "read");
	assert_entry(mm, 1, "write");
	assert_entry(child, 1, "write");
	ktest_assert_u64_not_equal(cpt_pfn(entry_at(child, 1)), folio_pfn(folio));
	ktest_assert_int_equal(read_byte(child, 1), 2);
	write_byte(mm, 1, 3);
	ktest_assert_u64_equal(cpt_pfn(entry_at(mm, 1)), folio_pfn(folio));
	ktest_assert_int_equal(read_byte(child, 1), 2);
	folio_put_refs(folio, GUP_PIN_COUNTING_BIAS);
	mmput(child);
	ops_world_end(world, mm);
}

static void test_dontfork(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create(), *child;

	map_at(mm, 0, 6, RW);
	write_byte(mm, 3, 1);
	ktest_assert_int_equal(sim_madvise(mm, at_page(2), 2 * PAGE_SIZE, MADV_DONTFORK), 0);
	child = fork_of(mm);
	assert_areas(child, "0-2 rw-p, 4-6 rw-p");
	ktest_assert_int_equal(rss(child), 0);
	mmput(child);
	ops_world_end(world, mm);
}

static void test_grandchildren(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create(), *child, *grandchild;

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 1);
	child = fork_of(mm);
	write_byte(child, 1, 2);
	grandchild = fork_of(child);
	mmput(child);
	write_byte(mm, 0, 3);
	ktest_assert_int_equal(read_byte(grandchild, 0), 1);
	ktest_assert_int_equal(read_byte(grandchild, 1), 2);
	mmput(mm);
	write_byte(grandchild, 0, 4);
	ops_world_end(world, grandchild);
}

/* Without memory at any place there is no child, and the parent has lost nothing. */
static void test_without_memory(void **state)
{
	static const struct sim_fault_kind *const kinds[] = { &sim_fault_kmalloc, &sim_fault_page };

	for (unsigned int kind = 0; kind < 2; kind++) {
		bool failed = true;

		for (u64 nth = 1; failed; nth++) {
			struct svmsim_world *world = ops_world();
			struct mm_struct *mm = mm_create(), *child = NULL;
			struct folio *folio;
			int err;

			map_at(mm, 0, 4, RW);
			map_at(mm, 512, 512, RW);
			write_byte(mm, 0, 1);
			write_byte(mm, 1, 2);
			put_private(mm, 2, 0, true);
			put_private(mm, 512, 9, true);
			folio = pfn_folio(cpt_pfn(entry_at(mm, 1)));
			folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
			sim_inject_kind_nth(world, kinds[kind], nth);
			err = sim_fork(mm, &child);
			failed = sim_inject_kind_failed(world);
			sim_inject_kind_nth(world, kinds[kind], 0);
			ktest_assert_int_equal(err, failed ? -ENOMEM : 0);
			if (child)
				mmput(child);
			write_byte(mm, 0, 3);
			ktest_assert_int_equal(read_byte(mm, 1), 2);
			ktest_assert_int_equal(rss(mm), 3 + 512);
			folio_put_refs(folio, GUP_PIN_COUNTING_BIAS);
			ops_world_end(world, mm);
			ktest_world_drop(world);
		}
	}
}

static const struct ktest tests[] = {
	KTEST(test_pages_are_shared_until_written),
	KTEST(test_areas_without_pages_are_not_told_of),
	KTEST(test_device_entries),
	KTEST(test_migration_entries),
	KTEST(test_pinned_page_is_copied_at_once),
	KTEST(test_dontfork),
	KTEST(test_grandchildren),
	KTEST(test_without_memory),
};
KTEST_MAIN(tests)
