/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Pages of a process on their way to a device and back: cases 12 to 18, 24, 28 and 29 of the
 * kernel's catalogue of HMM's tests, by name, with private and with coherent memory.
 */
#include "mirror_fixture.h"
#include "mm/move.h"

static const struct bed_options private_memory = { 0 };
static const struct bed_options coherent_memory = { .is_coherent = true };

static void use_private(void **state)
{
	*state = (void *)&private_memory;
}

static void use_coherent(void **state)
{
	*state = (void *)&coherent_memory;
}

static u8 local_code(const struct bed_options *options)
{
	return options->is_coherent ? SIM_MIRROR_COHERENT_LOCAL : SIM_MIRROR_PRIVATE_LOCAL;
}

static void test_migrate(void **state)
{
	struct bed bed = bed_with(*state);

	map_pages(&bed, 0, 16, RW, 0, NULL);
	fill_pages(&bed, 0, 16);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 16), 16);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 16);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 15), local_code(*state) | SIM_MIRROR_WRITE);
	/* The device has them in its table already. */
	ktest_assert_u64_equal(entry_count(bed.mirror[0]), 16);
	for (unsigned long page = 0; page < 16; page++)
		ktest_assert_u64_equal(dev_get(bed.mirror[0], page), word_of(page));
	ktest_assert_u64_equal(fault_count(bed.mirror[0]), 0);
	assert_filled(&bed, 0, 16);
	bed_drop(&bed);
}

static void test_migrate_fault(void **state)
{
	const struct bed_options *options = *state;
	struct bed bed = bed_with(options);

	map_pages(&bed, 0, 16, RW, 0, NULL);
	fill_pages(&bed, 0, 16);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 16), 16);
	/* Half of it comes back; coherent memory only where it is told to. */
	assert_filled(&bed, 0, 8);
	if (options->is_coherent)
		ktest_assert_u64_equal(to_system(bed.mirror[0], 0, 8), 8);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 8);
	ktest_assert_u64_equal(entry_count(bed.mirror[0]), 8);
	/* A range of which a part is there already. */
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 16), 8);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 16);
	assert_filled(&bed, 0, 16);
	bed_drop(&bed);
}

static void test_migrate_release(void **state)
{
	struct bed_options options = *(struct bed_options *)*state;
	struct bed bed;

	options.chunk_bytes = 2 << 20;
	bed = bed_with(&options);
	/* More than a piece of the device's memory. */
	map_pages(&bed, 0, 1000, RW, 0, NULL);
	fill_pages(&bed, 0, 1000);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 1000), 1000);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 7, word_of(7)), 0);
	ktest_assert_int_equal(sim_mirror_device_evict(bed.device[0]), 0);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 0);
	ktest_assert_u64_equal(entry_count(bed.mirror[0]), 0);
	assert_filled(&bed, 0, 1000);
	bed_drop(&bed);
}

static void test_migrate_shared(void **state)
{
	struct bed bed = bed_with(*state);

	map_pages(&bed, 0, 8, RW, SIM_MAP_SHARED, NULL);
	fill_pages(&bed, 0, 8);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 8), 0);
	assert_filled(&bed, 0, 8);
	bed_drop(&bed);
}

static void test_migrate_file_private(void **state)
{
	struct file *file;
	struct bed bed;
	u64 word = 5;

	bed = bed_with(*state);
	file = sim_file_create(4 * PAGE_SIZE, false);
	ktest_assert_int_equal(sim_file_write(file, 0, &word, 8), 8);
	map_pages(&bed, 0, 4, RW, 0, file);
	ktest_assert_u64_equal(cpu_get(bed.mm, 0), 5);
	ktest_assert_int_equal(cpu_put(bed.mm, 1, 6), 0);
	ktest_assert_int_equal(cpu_put(bed.mm, 2, 7), 0);
	/* The file's own page stays, and what was never touched is no hole of anonymous memory. */
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 4), 2);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 1) & 0xf0, local_code(*state));
	ktest_assert_u64_equal(cpu_get(bed.mm, 1), 6);
	ktest_assert_u64_equal(cpu_get(bed.mm, 0), 5);
	/* Nobody thought of private memory in such an area when it goes: v7.0 warns. */
	if (local_code(*state) == SIM_MIRROR_PRIVATE_LOCAL)
		ktest_expect_report(bed.world, "warn", 1);
	bed_drop(&bed);
	fput(file);
}

static int to_device_err(struct sim_mirror *mirror, unsigned long page, unsigned long pages)
{
	unsigned long moved;

	return sim_mirror_to_device(mirror, at(page), pages * PAGE_SIZE, &moved);
}

static void test_migrate_mixed(void **state)
{
	struct bed bed = bed_with(*state);

	map_pages(&bed, 0, 6, RW, 0, NULL);
	map_pages(&bed, 0, 1, 0, 0, NULL);
	/* No rights, then a gap. */
	ktest_assert_int_equal(to_device_err(bed.mirror[0], 0, 1), -EINVAL);
	ktest_assert_int_equal(sim_munmap(bed.mm, at(1), PAGE_SIZE), 0);
	ktest_assert_int_equal(to_device_err(bed.mirror[0], 1, 1), -EINVAL);
	/* Zero page, read-only, ordinary. */
	ktest_assert_u64_equal(cpu_get(bed.mm, 2), 0);
	fill_pages(&bed, 3, 3);
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(3), PAGE_SIZE, VM_READ), 0);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 2, 3), 3);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 3), local_code(*state) | SIM_MIRROR_READ);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 4), local_code(*state) | SIM_MIRROR_WRITE);
	/* What another device has is not taken. */
	ktest_assert_u64_equal(to_device(bed.mirror[1], 5, 1), 1);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 5, 1), 0);
	ktest_assert_u64_equal(cpu_get(bed.mm, 2), 0);
	assert_filled(&bed, 3, 3);
	bed_drop(&bed);
}

static void test_migrate_multiple(void **state)
{
	const struct bed_options *options = *state;
	struct bed bed = bed_with(options);

	map_pages(&bed, 0, 8, RW, 0, NULL);
	fill_pages(&bed, 0, 8);
	for (unsigned int round = 0; round < 10; round++) {
		ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 8), 8);
		if (options->is_coherent)
			ktest_assert_u64_equal(to_system(bed.mirror[0], 0, 8), 8);
		assert_filled(&bed, 0, 8);
		ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 0);
	}
	bed_drop(&bed);
}

static void test_double_map(void **state)
{
	const struct bed_options *options = *state;
	struct bed bed = bed_with(options);

	map_pages(&bed, 0, 8, RW, 0, NULL);
	fill_pages(&bed, 0, 8);
	for (unsigned long page = 0; page < 8; page++) {
		ktest_assert_u64_equal(dev_get(bed.mirror[0], page), word_of(page));
		ktest_assert_u64_equal(dev_get(bed.mirror[1], page), word_of(page));
	}
	/* Both lose it when one takes it. */
	ktest_assert_u64_equal(to_device(bed.mirror[1], 0, 8), 8);
	ktest_assert_u64_equal(entry_count(bed.mirror[0]), 0);
	ktest_assert_u64_equal(dev_get(bed.mirror[1], 3), word_of(3));
	if (!options->is_coherent) {
		ktest_assert_u64_equal(dev_get(bed.mirror[0], 3), word_of(3));
		ktest_assert_u64_equal(code_at(bed.mirror[1], 3), SIM_MIRROR_WRITE);
	}
	bed_drop(&bed);
}

/* A parent's write after a fork, of pages that both have on the device. */
static void test_hmm_cow_in_device(void **state)
{
	struct bed bed = bed_with(*state);
	struct mm_struct *child;

	map_pages(&bed, 0, 8, RW, 0, NULL);
	fill_pages(&bed, 0, 8);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 8), 8);
	ktest_assert_int_equal(sim_fork(bed.mm, &child), 0);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 0), local_code(*state) | SIM_MIRROR_READ);
	for (unsigned long page = 0; page < 8; page++)
		ktest_assert_int_equal(cpu_put(bed.mm, page, 1000 + page), 0);
	for (unsigned long page = 0; page < 8; page++) {
		ktest_assert_u64_equal(cpu_get(child, page), word_of(page));
		ktest_assert_u64_equal(dev_get(bed.mirror[0], page), 1000 + page);
		ktest_assert_u64_equal(code_at(bed.mirror[0], page), SIM_MIRROR_WRITE);
	}
	mmput(child);
	bed_drop(&bed);
}

/* One process faults a page that both have on the device: it is in RAM for both. */
static void test_fault_of_a_page_that_two_processes_share(void **state)
{
	struct bed bed = bed_with(&private_memory);
	struct mm_struct *child;

	map_pages(&bed, 0, 4, RW, 0, NULL);
	fill_pages(&bed, 0, 4);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 4), 4);
	ktest_assert_int_equal(sim_fork(bed.mm, &child), 0);
	ktest_assert_u64_equal(cpu_get(child, 1), word_of(1));
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 3);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 1), SIM_MIRROR_READ);
	ktest_assert_u64_equal(cpu_get(bed.mm, 1), word_of(1));
	mmput(child);
	bed_drop(&bed);
}

/* Own memory that must not be written is never faulted: the device sends it away itself. */
static void test_write_to_own_read_only_page(void **state)
{
	struct bed bed = bed_with(&private_memory);
	struct mm_struct *child;

	map_pages(&bed, 0, 4, RW, 0, NULL);
	fill_pages(&bed, 0, 4);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 4), 4);
	ktest_assert_int_equal(sim_fork(bed.mm, &child), 0);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 2, 5), 0);
	ktest_assert_u64_equal(cpu_get(bed.mm, 2), 5);
	ktest_assert_u64_equal(cpu_get(child, 2), word_of(2));
	/* Neither is it where the area can't be written. */
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(0), 4 * PAGE_SIZE, VM_READ), 0);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 1, 5), -EPERM);
	assert_filled(&bed, 1, 1);
	mmput(child);
	bed_drop(&bed);
}

/* A page behind a hole in the same 2 MiB comes back when the device faults the hole. */
static void test_fault_of_a_hole_takes_the_rest_back(void **state)
{
	struct bed bed = bed_with(&private_memory);

	map_pages(&bed, 0, 8, RW, 0, NULL);
	fill_pages(&bed, 4, 2);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 4, 2), 2);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 5), word_of(5));
	ktest_assert_int_equal(dev_put(bed.mirror[0], 0, 1), 0);
	/* Asked for page 0 alone. */
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 2);
	{
		u8 bytes[2 * PAGE_SIZE];

		/* From a hole to what it has. */
		ktest_assert_int_equal(sim_mirror_read(bed.mirror[0], at(3), bytes, sizeof(bytes)),
				       0);
	}
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 1);
	assert_filled(&bed, 4, 2);
	bed_drop(&bed);
}

/* A reference that nobody accounts for keeps a page on the device; the CPU waits for its end. */
static void test_stray_reference_on_a_page_of_the_device(void **state)
{
	struct bed bed = bed_with(&private_memory);
	struct cpt_hit hit;
	struct folio *folio;

	map_pages(&bed, 0, 1, RW, 0, NULL);
	fill_pages(&bed, 0, 1);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 1), 1);
	ktest_assert_true(cpt_lookup(bed.mm, at(0), &hit));
	folio = pfn_folio(cpt_pfn(hit.entry));
	folio_get(folio);
	ktest_assert_u64_equal(to_system(bed.mirror[0], 0, 1), 0);
	ktest_assert_int_equal(sim_mirror_device_evict(bed.device[0]), -EBUSY);
	folio_put(folio);
	assert_filled(&bed, 0, 1);
	bed_drop(&bed);
}

static void test_device_memory_runs_out(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ .chunk_bytes = 2 << 20 });
	unsigned long moved;

	/* 16 pieces of 2 MiB. */
	map_pages(&bed, 0, 17 * HUGE_PAGES, RW, 0, NULL);
	fill_pages(&bed, 0, 1);
	for (unsigned long block = 0; block < 17; block++)
		fill_pages(&bed, block * HUGE_PAGES, 1);
	ktest_assert_int_equal(sim_mirror_to_device(bed.mirror[0], at(0),
						    17 * HUGE_PAGES * PAGE_SIZE, &moved), 0);
	ktest_assert_true(moved <= 16 * HUGE_PAGES);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), moved);
	for (unsigned long block = 0; block < 17; block++)
		assert_filled(&bed, block * HUGE_PAGES, 1);
	bed_drop(&bed);
}

static void test_injected_failures_of_a_round_trip(void **state)
{
	for (unsigned int i = 0; sim_inject_kind(i); i++) {
		const struct sim_fault_kind *kind = sim_inject_kind(i);

		for (u64 nth = 1; nth < 60; nth++) {
			struct bed bed = bed_with(*state);
			unsigned long moved;
			bool failed;

			ktest_context("%s %llu", kind->name, (unsigned long long)nth);
			map_pages(&bed, 0, 4, RW, 0, NULL);
			fill_pages(&bed, 0, 4);
			sim_inject_kind_nth(bed.world, kind, nth);
			sim_mirror_to_device(bed.mirror[0], at(0), 4 * PAGE_SIZE, &moved);
			sim_mirror_to_system(bed.mirror[0], at(0), 2 * PAGE_SIZE, &moved);
			sim_mirror_device_evict(bed.device[0]);
			failed = sim_inject_kind_failed(bed.world);
			sim_inject_kind_nth(bed.world, kind, 0);
			assert_filled(&bed, 0, 4);
			bed_drop(&bed);
			ktest_world_drop(bed.world);
			if (!failed)
				break;
		}
	}
}

static struct bed *shared_bed;
static unsigned int wrong;

static void reads(void *arg)
{
	for (unsigned long page = 0; page < 4; page++) {
		u64 word = 0;

		if (sim_cpu_read(shared_bed->mm, at(page), &word, sizeof(word)) ||
		    word != word_of(page))
			wrong++;
	}
}

/* Several tasks fault the same pages of a device: all see them. */
static void test_concurrent_faults_of_one_page(void **state)
{
	struct bed bed = bed_with(&private_memory);

	shared_bed = &bed;
	wrong = 0;
	map_pages(&bed, 0, 4, RW, 0, NULL);
	fill_pages(&bed, 0, 4);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 4), 4);
	for (int cpu = 1; cpu < 4; cpu++)
		ktest_assert_true(sim_task_create(SIM_TASK_KTHREAD, "reads", cpu, reads, NULL) !=
				  NULL);
	sim_task_settle();
	ktest_assert_u64_equal(wrong, 0);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), 0);
	bed_drop(&bed);
}

#define BOTH(function)                                                 \
	KTEST_ROW(#function "/private", function, use_private, NULL), \
		KTEST_ROW(#function "/coherent", function, use_coherent, NULL)

static const struct ktest tests[] = {
	BOTH(test_migrate),
	BOTH(test_migrate_fault),
	BOTH(test_migrate_release),
	BOTH(test_migrate_shared),
	BOTH(test_migrate_file_private),
	BOTH(test_migrate_mixed),
	BOTH(test_migrate_multiple),
	BOTH(test_double_map),
	BOTH(test_hmm_cow_in_device),
	KTEST(test_fault_of_a_page_that_two_processes_share),
	KTEST(test_write_to_own_read_only_page),
	KTEST(test_fault_of_a_hole_takes_the_rest_back),
	KTEST(test_stray_reference_on_a_page_of_the_device),
	KTEST(test_device_memory_runs_out),
	BOTH(test_injected_failures_of_a_round_trip),
	KTEST(test_concurrent_faults_of_one_page),
};
KTEST_MAIN(tests)
