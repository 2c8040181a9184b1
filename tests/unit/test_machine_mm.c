/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Processes through the public API: svmsim/mm.h. */
#include <svmsim/mm.h>
#include "machine_fixture.h"

#define RW (SVMSIM_PROT_READ | SVMSIM_PROT_WRITE)

static struct svmsim_world *world_of(void)
{
	const struct svmsim_machine machine = { .node_count = 1 };

	return machine_world(&machine);
}

static struct svmsim_mm *make_mm(struct svmsim_world *world)
{
	struct svmsim_mm *mm = NULL;

	ktest_assert_int_equal(svmsim_mm_create(world, "p", &mm), 0);
	return mm;
}

static uint64_t map_anon(struct svmsim_mm *mm, uint64_t pages, uint64_t align_bytes)
{
	const struct svmsim_mmap how = {
		.bytes = PAGES(pages), .prot = RW, .align_bytes = align_bytes,
	};
	uint64_t address = 0;

	ktest_assert_int_equal(svmsim_mmap(mm, &how, &address), 0);
	return address;
}

static void test_bytes_come_back(void **state)
{
	struct svmsim_mm *mm = make_mm(world_of());
	uint64_t address = map_anon(mm, 4, 0);
	char text[6] = "";

	ktest_assert_int_equal(svmsim_mm_write(mm, address + 4094, "hello", 6), 0);
	ktest_assert_int_equal(svmsim_mm_read(mm, address + 4094, text, 6), 0);
	ktest_assert_string_equal(text, "hello");
	ktest_assert_int_equal(svmsim_mm_fill(mm, address + 100, 8000, 3), 0);
	ktest_assert_int_equal(svmsim_mm_check(mm, address + 100, 8000, 3), 0);
	ktest_assert_int_equal(svmsim_mm_check(mm, address + 101, 7999, 3), -EIO);
	ktest_assert_string_equal(svmsim_mm_name(mm), "p");
}

static void test_signal_is_efault_and_a_message(void **state)
{
	struct svmsim_world *world = world_of();
	struct svmsim_mm *mm = make_mm(world);
	uint64_t address = map_anon(mm, 2, 0);
	char byte;

	ktest_assert_int_equal(svmsim_munmap(mm, address + PAGES(1), PAGES(1)), 0);
	ktest_assert_int_equal(svmsim_mm_read(mm, address + PAGES(1), &byte, 1), -EFAULT);
	ktest_assert_true(strlen(svmsim_last_error(world)) > 0);
	/* What comes before the page is done. */
	ktest_assert_int_equal(svmsim_mm_fill(mm, address, PAGES(2), 1), -EFAULT);
	ktest_assert_int_equal(svmsim_mm_check(mm, address, PAGES(1), 1), 0);
}

static void test_wrong_arguments_are_refused(void **state)
{
	struct svmsim_world *world = world_of();
	struct svmsim_mm *mm = make_mm(world);
	struct svmsim_mmap how = { .prot = RW };
	struct svmsim_pin *pin = NULL;
	uint64_t address;

	ktest_assert_int_equal(svmsim_mmap(mm, &how, &address), -EINVAL);
	ktest_assert_string_equal(svmsim_last_error(world), "0 bytes can't be mapped");
	how.bytes = PAGES(1);
	how.align_bytes = 3 * 4096;
	ktest_assert_int_equal(svmsim_mmap(mm, &how, &address), -EINVAL);
	how.align_bytes = 0;
	how.offset_bytes = 5;
	ktest_assert_int_equal(svmsim_mmap(mm, &how, &address), -EINVAL);
	address = map_anon(mm, 1, 0);
	ktest_assert_int_equal(svmsim_madvise(mm, address, PAGES(1), SVMSIM_ADVICE_COUNT),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_pin(mm, address + 1, PAGES(1), false, true, &pin), -EINVAL);
	ktest_assert_int_equal(svmsim_mm_move(mm, address, PAGES(1), 1), -EINVAL);
	ktest_assert_string_equal(svmsim_last_error(world),
				  "there is no node 1, the machine has 1");
	ktest_assert_int_equal(svmsim_mm_split(mm, address, PAGES(1), 9), -EINVAL);
}

static void test_exited_process_does_nothing(void **state)
{
	struct svmsim_world *world = world_of();
	struct svmsim_mm *mm = make_mm(world);
	uint64_t address = map_anon(mm, 2, 0);
	struct svmsim_page page;

	ktest_assert_int_equal(svmsim_mm_fill(mm, address, PAGES(2), 1), 0);
	ktest_assert_u64_equal(svmsim_mm_count(mm, SVMSIM_MM_ANON), 2);
	ktest_assert_true(svmsim_mm_alive(mm));
	ktest_assert_int_equal(svmsim_mm_exit(mm), 0);
	ktest_assert_false(svmsim_mm_alive(mm));
	ktest_assert_int_equal(svmsim_mm_exit(mm), -ESRCH);
	ktest_assert_int_equal(svmsim_mm_fill(mm, address, PAGES(1), 1), -ESRCH);
	ktest_assert_int_equal(svmsim_munmap(mm, address, PAGES(1)), -ESRCH);
	ktest_assert_int_equal(svmsim_mm_page(mm, address, &page), -ESRCH);
	ktest_assert_int_equal(svmsim_mm_areas(mm, NULL, 0), -ESRCH);
	ktest_assert_u64_equal(svmsim_mm_count(mm, SVMSIM_MM_ANON), 0);
	ktest_assert_string_equal(svmsim_last_error(world), "process p has exited");
}

static void test_records_of_a_forked_page(void **state)
{
	struct svmsim_mm *mm = make_mm(world_of()), *child = NULL;
	uint64_t address = map_anon(mm, 3, 0);
	struct svmsim_page page;

	ktest_assert_int_equal(svmsim_mm_page(mm, address, &page), 0);
	ktest_assert_int_equal(page.kind, SVMSIM_PAGE_ABSENT);
	ktest_assert_int_equal(svmsim_mm_fill(mm, address, PAGES(1), 1), 0);
	ktest_assert_int_equal(svmsim_mm_page(mm, address, &page), 0);
	ktest_assert_int_equal(page.kind, SVMSIM_PAGE_ANON);
	ktest_assert_true(page.present && page.readable && page.writable && page.dirty);
	ktest_assert_true(page.is_page && page.exclusive);
	ktest_assert_int_equal(page.maps, 1);
	ktest_assert_int_equal(page.node, 0);
	ktest_assert_int_equal(svmsim_mm_fork(mm, "child", &child), 0);
	ktest_assert_int_equal(svmsim_mm_page(child, address, &page), 0);
	ktest_assert_false(page.writable || page.exclusive);
	ktest_assert_int_equal(page.maps, 2);
	ktest_assert_int_equal(svmsim_mm_check(child, address, PAGES(1), 1), 0);
}

static void test_records_of_areas_and_tables(void **state)
{
	struct svmsim_mm *mm = make_mm(world_of());
	uint64_t address = map_anon(mm, 512, 2 << 20);
	struct svmsim_area_info area[3];
	struct svmsim_cpu_entry entry[2];

	ktest_assert_int_equal(svmsim_madvise(mm, address, PAGES(512), SVMSIM_ADVICE_HUGEPAGE), 0);
	ktest_assert_int_equal(svmsim_mm_fill(mm, address, PAGES(1), 1), 0);
	ktest_assert_int_equal(svmsim_walk_cpu_pt(mm, entry, 2), 1);
	ktest_assert_u64_equal(entry[0].address, address);
	ktest_assert_int_equal(entry[0].level, 1);
	ktest_assert_int_equal(entry[0].kind, SVMSIM_PAGE_ANON);
	ktest_assert_int_equal(svmsim_mprotect(mm, address + PAGES(1), PAGES(1),
					       SVMSIM_PROT_READ), 0);
	ktest_assert_int_equal(svmsim_mm_areas(mm, area, 3), 3);
	ktest_assert_u64_equal(area[1].start, address + PAGES(1));
	ktest_assert_u64_equal(area[1].bytes, PAGES(1));
	ktest_assert_int_equal(area[1].prot, SVMSIM_PROT_READ);
	ktest_assert_true(area[1].hugepage && area[1].has_anon && !area[1].file);
	/* As many as there are, however few there is room for. */
	ktest_assert_int_equal(svmsim_walk_cpu_pt(mm, entry, 2), 512);
	ktest_assert_int_equal(entry[1].level, 0);
	ktest_assert_false(entry[1].writable);
}

static void test_pins_are_counted_and_whole(void **state)
{
	struct svmsim_world *world = world_of();
	struct svmsim_mm *mm = make_mm(world);
	uint64_t address = map_anon(mm, 4, 0);
	struct svmsim_pin *pin = NULL, *none = NULL;
	struct svmsim_page page;

	ktest_assert_int_equal(svmsim_pin(mm, address, PAGES(2), true, true, &pin), 0);
	ktest_assert_int_equal(svmsim_mm_page(mm, address + PAGES(1), &page), 0);
	ktest_assert_int_equal(page.pins, 1);
	ktest_assert_int_equal(svmsim_munmap(mm, address + PAGES(3), PAGES(1)), 0);
	ktest_assert_int_equal(svmsim_pin(mm, address + PAGES(2), PAGES(2), false, true, &none),
			       -EFAULT);
	ktest_assert_null(none);
	ktest_assert_string_equal(svmsim_last_error(world), "1 of 2 pages could be pinned");
	ktest_assert_int_equal(svmsim_mm_page(mm, address + PAGES(2), &page), 0);
	ktest_assert_int_equal(page.pins, 0);
	ktest_assert_int_equal(svmsim_unpin(pin), 0);
	ktest_assert_int_equal(svmsim_unpin(pin), -EINVAL);
	ktest_assert_int_equal(svmsim_mm_page(mm, address, &page), 0);
	ktest_assert_int_equal(page.pins, 0);
}

static void test_files_outlive_nothing(void **state)
{
	struct svmsim_world *world = world_of();
	struct svmsim_mm *mm = make_mm(world);
	struct svmsim_mmap how = { .bytes = PAGES(2), .prot = RW, .shared = true };
	uint64_t address = 0;
	char byte = 0;

	ktest_assert_int_equal(svmsim_file_create(world, PAGES(2), false, &how.file), 0);
	ktest_assert_int_equal(svmsim_mmap(mm, &how, &address), 0);
	ktest_assert_int_equal(svmsim_file_write(how.file, 4097, "x", 1), 0);
	ktest_assert_int_equal(svmsim_mm_read(mm, address + 4097, &byte, 1), 0);
	ktest_assert_int_equal(byte, 'x');
	ktest_assert_int_equal(svmsim_mm_write(mm, address + 4097, "y", 1), 0);
	ktest_assert_int_equal(svmsim_file_read(how.file, 4097, &byte, 1), 0);
	ktest_assert_int_equal(byte, 'y');
	ktest_assert_int_equal(svmsim_file_truncate(how.file, PAGES(1)), 0);
	ktest_assert_int_equal(svmsim_mm_read(mm, address + 4097, &byte, 1), -EFAULT);
}

static void test_end_of_a_run_frees_all_memory(void **state)
{
	struct svmsim_world *world = world_of();
	struct svmsim_mm *first = make_mm(world), *mm, *child = NULL;
	uint64_t address;
	u64 before;

	/* What the kernel has for all processes, the zero page, comes with the first of them. */
	ktest_assert_int_equal(svmsim_mm_exit(first), 0);
	before = sim_phys_free_pages(world);
	mm = make_mm(world);
	address = map_anon(mm, 8, 0);
	ktest_assert_int_equal(svmsim_mm_fill(mm, address, PAGES(8), 1), 0);
	ktest_assert_int_equal(svmsim_mm_fork(mm, "child", &child), 0);
	ktest_assert_int_equal(svmsim_mm_fill(child, address, PAGES(2), 2), 0);
	ktest_assert_true(sim_phys_free_pages(world) < before);
	svmsim_world_finish(world);
	ktest_assert_false(svmsim_mm_alive(mm) || svmsim_mm_alive(child));
	ktest_assert_u64_equal(sim_phys_free_pages(world), before);
}

static void test_names_of_words(void **state)
{
	ktest_assert_string_equal(svmsim_page_kind_name(SVMSIM_PAGE_DEVICE), "device");
	ktest_assert_null(svmsim_page_kind_name(SVMSIM_PAGE_KIND_COUNT));
	ktest_assert_string_equal(svmsim_advice_name(SVMSIM_ADVICE_POPULATE_READ),
				  "populate-read");
	ktest_assert_null(svmsim_advice_name(SVMSIM_ADVICE_COUNT));
	ktest_assert_string_equal(svmsim_page_flag_name(0), "locked");
	ktest_assert_null(svmsim_page_flag_name(32));
}

static const struct ktest tests[] = {
	KTEST(test_bytes_come_back),
	KTEST(test_signal_is_efault_and_a_message),
	KTEST(test_wrong_arguments_are_refused),
	KTEST(test_exited_process_does_nothing),
	KTEST(test_records_of_a_forked_page),
	KTEST(test_records_of_areas_and_tables),
	KTEST(test_pins_are_counted_and_whole),
	KTEST(test_files_outlive_nothing),
	KTEST(test_end_of_a_run_frees_all_memory),
	KTEST(test_names_of_words),
};
KTEST_MAIN(tests)
