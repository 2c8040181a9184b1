// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The page cache: reads, writes, truncation, shared and private areas, shared memory in swap. */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include "fault_fixture.h"
#include "kernel/inject.h"
#include "mm/filemap.h"
#include "mm/move_internal.h"

static struct svmsim_world *file_world(void)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = 64ull << 20,
							    .cpu_count = 1 } },
						.swap_bytes = 1 << 20 };

	return fault_world(&machine);
}

static struct file *make_file(unsigned long pages, bool is_shmem)
{
	struct file *file = sim_file_create(pages * PAGE_SIZE, is_shmem);

	ktest_assert_false(IS_ERR(file));
	return file;
}

static void map_file(struct mm_struct *mm, unsigned long page, unsigned long pages,
		     struct file *file, unsigned long pgoff, bool shared)
{
	unsigned long flags = SIM_MAP_FIXED | (shared ? SIM_MAP_SHARED : 0);
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(mm, BASE + page * PAGE_SIZE, pages * PAGE_SIZE, RW, flags,
					0, file, pgoff, &addr), 0);
}

static u8 file_byte(struct file *file, unsigned long page)
{
	u8 value = 0x5a;

	ktest_assert_int_equal(sim_file_read(file, page * PAGE_SIZE + 5, &value, 1), 1);
	return value;
}

static void put_file_byte(struct file *file, unsigned long page, u8 value)
{
	ktest_assert_int_equal(sim_file_write(file, page * PAGE_SIZE + 5, &value, 1), 1);
}

static void test_read_and_write_meet_the_end_of_file(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(0, false);
	u8 buf[3 * PAGE_SIZE];

	ktest_assert_int_equal(sim_file_read(file, 0, buf, 10), 0);
	memset(buf, 7, sizeof(buf));
	ktest_assert_int_equal(sim_file_write(file, PAGE_SIZE - 1, buf, PAGE_SIZE + 2),
			       PAGE_SIZE + 2);
	ktest_assert_u64_equal(file_inode(file)->i_size, 2 * PAGE_SIZE + 1);
	ktest_assert_int_equal(sim_file_read(file, 0, buf, sizeof(buf)), 2 * PAGE_SIZE + 1);
	ktest_assert_int_equal(buf[PAGE_SIZE - 2], 0);
	ktest_assert_int_equal(buf[PAGE_SIZE - 1], 7);
	ktest_assert_int_equal(buf[2 * PAGE_SIZE], 7);
	ktest_assert_u64_equal(file->f_mapping->nrpages, 3);
	fput(file);
	lru_add_drain_all();
	assert_all_free(world);
}

static void test_shared_area_and_file_are_the_same_bytes(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(4, false);
	struct mm_struct *mm = mm_create();
	struct mm_struct *other = mm_create();

	map_file(mm, 0, 4, file, 0, true);
	map_file(other, 0, 2, file, 1, true);
	put_file_byte(file, 1, 3);
	ktest_assert_int_equal(read_at(mm, 1), 3);
	/* A shared page is writable as soon as the area is. */
	ktest_assert_true(cpt_write(entry_at(mm, 1)));
	ktest_assert_false(entry_at(mm, 1) & CPT_SPECIAL);
	write_at(mm, 1, 4);
	ktest_assert_int_equal(file_byte(file, 1), 4);
	ktest_assert_int_equal(read_at(other, 0), 4);
	write_at(other, 1, 5);
	ktest_assert_int_equal(read_at(mm, 2), 5);
	ktest_assert_int_equal(folio_mapcount(folio_at(mm, 1)), 2);
	ktest_assert_true(rss_of(mm, MM_FILEPAGES) >= 2);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 0);
	assert_ranges("");
	mmput(other);
	fput(file);
	mm_end(world, mm);
}

static void test_read_fault_maps_what_is_cached_around(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(40, false);
	struct mm_struct *mm = mm_create();

	for (unsigned long page = 0; page < 40; page += 2)
		put_file_byte(file, page, page);
	map_file(mm, 0, 40, file, 0, false);
	ktest_assert_int_equal(read_at(mm, 18), 18);
	/* 16 pages around it, aligned, half of which are cached. */
	ktest_assert_int_equal(rss_of(mm, MM_FILEPAGES), 8);
	ktest_assert_true(cpt_present(entry_at(mm, 16)) && cpt_present(entry_at(mm, 30)));
	ktest_assert_true(cpt_none(entry_at(mm, 17)) && cpt_none(entry_at(mm, 32)));
	ktest_assert_false(cpt_write(entry_at(mm, 16)));
	fput(file);
	mm_end(world, mm);
}

static void test_private_write_makes_a_copy_at_once(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(2, false);
	struct mm_struct *mm = mm_create();

	put_file_byte(file, 1, 3);
	map_file(mm, 0, 2, file, 0, false);
	write_at(mm, 1, 9);
	assert_ranges("");
	ktest_assert_true(folio_test_anon(folio_at(mm, 1)));
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1);
	ktest_assert_int_equal(file_byte(file, 1), 3);
	/* What was only read first is replaced. */
	ktest_assert_int_equal(read_at(mm, 0), 0);
	write_at(mm, 0, 8);
	assert_ranges("CLEAR 0-1");
	ktest_assert_int_equal(file_byte(file, 0), 0);
	ktest_assert_int_equal(rss_of(mm, MM_FILEPAGES), 0);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 2);
	fput(file);
	mm_end(world, mm);
}

static void test_beyond_the_end_is_a_sigbus(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(1, false);
	struct mm_struct *mm = mm_create();
	u8 value;

	map_file(mm, 0, 4, file, 0, true);
	map_file(mm, 4, 4, file, 0, false);
	ktest_assert_int_equal(read_at(mm, 0), 0);
	ktest_assert_int_equal(read_err(mm, 1, &value), -EIO);
	ktest_assert_int_equal(write_err(mm, 1, 1), -EIO);
	ktest_assert_int_equal(write_err(mm, 5, 1), -EIO);
	ktest_assert_int_equal(sim_file_truncate(file, 2 * PAGE_SIZE), 0);
	write_at(mm, 1, 1);
	ktest_assert_int_equal(file_byte(file, 1), 1);
	fput(file);
	mm_end(world, mm);
}

static void test_truncation_takes_pages_from_everybody(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(4, false);
	struct mm_struct *mm = mm_create();
	u8 value;

	map_file(mm, 0, 4, file, 0, true);
	map_file(mm, 8, 4, file, 0, false);
	for (unsigned long page = 0; page < 4; page++) {
		write_at(mm, page, 1 + page);
		write_at(mm, 8 + page, 11 + page);
	}
	ranges_clear();
	ktest_assert_int_equal(sim_file_truncate(file, 2 * PAGE_SIZE + 3), 0);
	ktest_assert_int_equal(read_at(mm, 1), 2);
	/* The rest of the last page is zero, in the file and not in the private copy. */
	ktest_assert_int_equal(read_at(mm, 2), 0);
	ktest_assert_int_equal(read_at(mm, 10), 13);
	ktest_assert_int_equal(read_err(mm, 3, &value), -EIO);
	ktest_assert_int_equal(read_err(mm, 11, &value), -EIO);
	ktest_assert_u64_equal(file->f_mapping->nrpages, 3);
	ktest_assert_non_null(strstr(ranges.text, "CLEAR 3-4"));
	ktest_assert_non_null(strstr(ranges.text, "CLEAR 11-12"));
	/* Grown again, it is as new. */
	ktest_assert_int_equal(sim_file_truncate(file, 4 * PAGE_SIZE), 0);
	ktest_assert_int_equal(read_at(mm, 3), 0);
	ktest_assert_int_equal(read_at(mm, 11), 0);
	fput(file);
	mm_end(world, mm);
}

static void test_area_keeps_the_file(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(2, false);
	struct mm_struct *mm = mm_create();

	map_file(mm, 0, 2, file, 0, true);
	put_file_byte(file, 1, 6);
	fput(file);
	ktest_assert_int_equal(read_at(mm, 1), 6);
	mm_end(world, mm);
}

static void test_shared_anonymous_memory_is_shmem(void **state)
{
	struct svmsim_world *world = file_world();
	struct mm_struct *mm = mm_create();
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(mm, BASE, 2 * PAGE_SIZE, RW,
					SIM_MAP_FIXED | SIM_MAP_SHARED, 0, NULL, 0, &addr), 0);
	ktest_assert_int_equal(read_at(mm, 0), 0);
	/* There is no zero page: who reads first and who writes must meet in one page. */
	ktest_assert_false(is_zero_pfn(cpt_pfn(entry_at(mm, 0))));
	ktest_assert_int_equal(rss_of(mm, MM_SHMEMPAGES), 1);
	write_at(mm, 1, 4);
	ktest_assert_int_equal(rss_of(mm, MM_SHMEMPAGES), 2);
	ktest_assert_true(folio_test_swapbacked(folio_at(mm, 1)));
	mm_end(world, mm);
}

static void test_shmem_goes_to_swap_and_comes_back(void **state)
{
	struct svmsim_world *world = file_world();
	struct file *file = make_file(2, true);
	struct folio *folio;

	put_file_byte(file, 0, 5);
	put_file_byte(file, 1, 6);
	folio = filemap_get(file->f_mapping, 1);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	shmem_to_swap(folio);
	swap_write(folio);
	folio_free_swap(folio);
	folio_unlock(folio);
	folio_put(folio);
	ktest_assert_u64_equal(file->f_mapping->nrpages, 1);
	lru_add_drain_all();
	ktest_assert_int_equal(file_byte(file, 1), 6);
	ktest_assert_u64_equal(file->f_mapping->nrpages, 2);
	/* Once more, and gone with the file. */
	folio = filemap_get(file->f_mapping, 0);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	shmem_to_swap(folio);
	swap_write(folio);
	folio_unlock(folio);
	folio_put(folio);
	fput(file);
	lru_add_drain_all();
	assert_all_free(world);
	sim_phys_set_watch(world, NULL);
}

/* Each allocation fails once; what was asked for comes with the next try. */
static void test_failing_allocations_leave_nothing(void **state)
{
	struct svmsim_world *world = file_world();
	const struct sim_fault_kind *const kinds[] = { &sim_fault_page, &sim_fault_kmalloc };

	for (unsigned int kind = 0; kind < 2; kind++) {
		bool failed = true;

		for (u64 nth = 1; failed; nth++) {
			struct file *file = make_file(4, false);
			u8 value = 1;
			int err;

			ktest_assert_true(nth < 30);
			sim_inject_kind_nth(world, kinds[kind], nth);
			err = sim_file_write(file, 2 * PAGE_SIZE, &value, 1);
			if (err > 0)
				err = sim_file_read(file, PAGE_SIZE, &value, 1);
			failed = sim_inject_kind_failed(world);
			sim_inject_kind_nth(world, kinds[kind], 0);
			ktest_assert_int_equal(err, failed ? -ENOMEM : 1);
			put_file_byte(file, 2, 4);
			ktest_assert_int_equal(file_byte(file, 2), 4);
			fput(file);
		}
	}
	lru_add_drain_all();
	assert_all_free(world);
	sim_phys_set_watch(world, NULL);
}

static const struct ktest tests[] = {
	KTEST(test_read_and_write_meet_the_end_of_file),
	KTEST(test_shared_area_and_file_are_the_same_bytes),
	KTEST(test_read_fault_maps_what_is_cached_around),
	KTEST(test_private_write_makes_a_copy_at_once),
	KTEST(test_beyond_the_end_is_a_sigbus),
	KTEST(test_truncation_takes_pages_from_everybody),
	KTEST(test_area_keeps_the_file),
	KTEST(test_shared_anonymous_memory_is_shmem),
	KTEST(test_shmem_goes_to_swap_and_comes_back),
	KTEST(test_failing_allocations_leave_nothing),
};
KTEST_MAIN(tests)
