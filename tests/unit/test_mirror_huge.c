/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* 2 MiB at once, to a device and back: cases 30 to 37 of the kernel's catalogue, by name. */
#include "mirror_fixture.h"
#include "mm/move.h"

#define HALF (HUGE_PAGES / 2)

static const struct bed_options huge_pages = { .thp_always = 1 << 9 };
static const struct bed_options small_pages = { 0 };

static void use_huge(void **state)
{
	*state = (void *)&huge_pages;
}

static void use_small(void **state)
{
	*state = (void *)&small_pages;
}

static struct bed huge_bed(unsigned long prot)
{
	struct bed bed = bed_with(&huge_pages);

	map_pages(&bed, 0, HUGE_PAGES, prot, 0, NULL);
	return bed;
}

static struct cpt_hit hit_at(struct bed *bed, unsigned long page)
{
	struct cpt_hit hit;

	cpt_lookup(bed->mm, at(page), &hit);
	return hit;
}

/* The CPU's table has one entry for all of it: the device's. */
static void assert_on_device_as_one(struct bed *bed, u8 rights)
{
	struct cpt_hit hit = hit_at(bed, 0);

	ktest_assert_u64_equal(hit.level, 1);
	ktest_assert_true(cpt_is_device_private(hit.entry));
	ktest_assert_u64_equal(code_at(bed->mirror[0], 17),
			       SIM_MIRROR_PRIVATE_LOCAL | SIM_MIRROR_PMD | rights);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed->device[0]), HUGE_PAGES);
	ktest_assert_u64_equal(entry_count(bed->mirror[0]), HUGE_PAGES);
}

static void assert_in_ram(struct bed *bed)
{
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed->device[0]), 0);
}

static void test_migrate_anon_huge_empty(void **state)
{
	struct bed bed = huge_bed(VM_READ);

	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	assert_on_device_as_one(&bed, SIM_MIRROR_READ);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 100), 0);
	ktest_assert_u64_equal(cpu_get(bed.mm, 100), 0);
	assert_in_ram(&bed);
	bed_drop(&bed);
}

static void test_migrate_anon_huge_zero(void **state)
{
	struct bed bed = huge_bed(RW);

	ktest_assert_u64_equal(cpu_get(bed.mm, 3), 0);
	ktest_assert_true(is_huge_zero_pfn(cpt_pfn(hit_at(&bed, 0).entry)));
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	assert_on_device_as_one(&bed, SIM_MIRROR_WRITE);
	for (unsigned long page = 0; page < HUGE_PAGES; page += 50)
		ktest_assert_u64_equal(cpu_get(bed.mm, page), 0);
	assert_in_ram(&bed);
	bed_drop(&bed);
}

static void test_migrate_anon_huge_free(void **state)
{
	struct bed bed = huge_bed(RW);

	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_int_equal(sim_madvise(bed.mm, at(0), HUGE_PAGES * PAGE_SIZE, MADV_FREE), 0);
	assert_filled(&bed, 0, HUGE_PAGES);
	assert_in_ram(&bed);
	bed_drop(&bed);
}

static void test_migrate_anon_huge_fault(void **state)
{
	struct bed bed = huge_bed(RW);
	struct cpt_hit hit;

	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	assert_on_device_as_one(&bed, SIM_MIRROR_WRITE);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 300), word_of(300));
	/* One access brings back all of it. */
	assert_filled(&bed, 100, 1);
	assert_in_ram(&bed);
	hit = hit_at(&bed, 0);
	ktest_assert_u64_equal(hit.level, 1);
	assert_filled(&bed, 0, HUGE_PAGES);
	bed_drop(&bed);
}

static void test_migrate_anon_huge_to_system(void **state)
{
	struct bed bed = huge_bed(RW);

	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_u64_equal(to_system(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_u64_equal(hit_at(&bed, 0).level, 1);
	assert_in_ram(&bed);
	/* A part of what is there as one. */
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_u64_equal(to_system(bed.mirror[0], 8, 8), 8);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), HUGE_PAGES - 8);
	assert_filled(&bed, 0, HUGE_PAGES);
	bed_drop(&bed);
}

static void test_migrate_anon_huge_evict(void **state)
{
	struct bed bed = huge_bed(RW);

	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_int_equal(sim_mirror_device_evict(bed.device[0]), 0);
	ktest_assert_u64_equal(hit_at(&bed, 0).level, 1);
	assert_in_ram(&bed);
	/* Without room for it as a whole it falls apart first. */
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	sim_mirror_device_fail_alloc(bed.device[0], 9);
	ktest_assert_int_equal(sim_mirror_device_evict(bed.device[0]), 0);
	ktest_assert_u64_equal(hit_at(&bed, 0).level, 0);
	assert_in_ram(&bed);
	assert_filled(&bed, 0, HUGE_PAGES);
	bed_drop(&bed);
}

/* A hole of 1 MiB at three places; what is left comes back. */
static void test_migrate_partial_unmap_fault(void **state)
{
	static const unsigned long holes[] = { 0, 128, 256 };

	for (unsigned int i = 0; i < 3; i++) {
		struct bed bed = bed_with(*state);

		ktest_context("hole at page %lu", holes[i]);
		map_pages(&bed, 0, HUGE_PAGES, RW, 0, NULL);
		fill_pages(&bed, 0, HUGE_PAGES);
		ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
		ktest_assert_int_equal(sim_munmap(bed.mm, at(holes[i]), HALF * PAGE_SIZE), 0);
		/* As long as a part of a folio is mapped, all of it is in use. */
		ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]),
				       *state == &huge_pages ? HUGE_PAGES : HALF);
		ktest_assert_u64_equal(dev_get(bed.mirror[0], holes[i] ? 0 : HALF),
				       word_of(holes[i] ? 0 : HALF));
		assert_filled(&bed, 0, holes[i]);
		assert_filled(&bed, holes[i] + HALF, HALF - holes[i]);
		assert_in_ram(&bed);
		bed_drop(&bed);
		ktest_world_drop(bed.world);
	}
}

/* Moved before or after it went to the device, to an aligned place or not, keeping the old area. */
static void test_migrate_remap_fault(void **state)
{
	for (unsigned int i = 0; i < 8; i++) {
		bool moves_first = i & 1, is_aligned = i & 2, keeps = i & 4;
		unsigned long to = 4 * HUGE_PAGES + (is_aligned ? 0 : 16), from, out;
		struct bed bed = bed_with(*state);

		ktest_context("%s, %s, %s", moves_first ? "moved first" : "migrated first",
			      is_aligned ? "aligned" : "unaligned", keeps ? "kept" : "gone");
		map_pages(&bed, 0, HUGE_PAGES, RW, 0, NULL);
		fill_pages(&bed, 0, HUGE_PAGES);
		if (!moves_first)
			ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES),
					       HUGE_PAGES);
		ktest_assert_int_equal(sim_mremap(bed.mm, at(0), HUGE_PAGES * PAGE_SIZE,
						  HUGE_PAGES * PAGE_SIZE,
						  SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED |
							  (keeps ? SIM_MREMAP_DONTUNMAP : 0),
						  at(to), &out), 0);
		from = moves_first ? to_device(bed.mirror[0], to, HUGE_PAGES) : HUGE_PAGES;
		ktest_assert_u64_equal(from, HUGE_PAGES);
		if (!moves_first)
			ktest_assert_u64_equal(entry_count(bed.mirror[0]), 0);
		for (unsigned long page = 0; page < HUGE_PAGES; page += 7)
			ktest_assert_u64_equal(dev_get(bed.mirror[0], to + page), word_of(page));
		for (unsigned long page = 0; page < HUGE_PAGES; page++)
			ktest_assert_u64_equal(cpu_get(bed.mm, to + page), word_of(page));
		if (keeps)
			ktest_assert_u64_equal(cpu_get(bed.mm, 5), 0);
		assert_in_ram(&bed);
		bed_drop(&bed);
		ktest_world_drop(bed.world);
	}
}

static void test_migrate_anon_huge_err(void **state)
{
	struct bed bed = huge_bed(RW);

	fill_pages(&bed, 0, HUGE_PAGES);
	sim_mirror_device_fail_alloc(bed.device[0], 9);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 0),
			       SIM_MIRROR_PRIVATE_LOCAL | SIM_MIRROR_WRITE);
	ktest_assert_u64_equal(entry_count(bed.mirror[0]), HUGE_PAGES);
	assert_filled(&bed, 0, HUGE_PAGES);
	bed_drop(&bed);
	bed = huge_bed(RW);
	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	sim_mirror_device_fail_alloc(bed.device[0], 9);
	ktest_assert_u64_equal(to_system(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_u64_equal(hit_at(&bed, 0).level, 0);
	assert_in_ram(&bed);
	assert_filled(&bed, 0, HUGE_PAGES);
	bed_drop(&bed);
}

static void test_migrate_anon_huge_fault_err(void **state)
{
	struct bed bed = huge_bed(RW);

	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	sim_mirror_device_fail_alloc(bed.device[0], 9);
	assert_filled(&bed, 0, HUGE_PAGES);
	assert_in_ram(&bed);
	bed_drop(&bed);
}

static void test_migrate_anon_huge_zero_err(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct bed bed = huge_bed(RW);

		ktest_context("%s", i ? "zero" : "empty");
		if (i)
			ktest_assert_u64_equal(cpu_get(bed.mm, 0), 0);
		sim_mirror_device_fail_alloc(bed.device[0], 9);
		ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
		ktest_assert_u64_equal(code_at(bed.mirror[0], 9),
				       SIM_MIRROR_PRIVATE_LOCAL | SIM_MIRROR_WRITE);
		ktest_assert_u64_equal(dev_get(bed.mirror[0], 9), 0);
		for (unsigned long page = 0; page < HUGE_PAGES; page += 50)
			ktest_assert_u64_equal(cpu_get(bed.mm, page), 0);
		bed_drop(&bed);
		ktest_world_drop(bed.world);
	}
}

/* A device without huge pages: the CPU's falls apart. */
static void test_device_without_huge_pages(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ .thp_always = 1 << 9, .no_huge = true });

	map_pages(&bed, 0, HUGE_PAGES, RW, 0, NULL);
	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 0),
			       SIM_MIRROR_PRIVATE_LOCAL | SIM_MIRROR_WRITE);
	assert_filled(&bed, 0, HUGE_PAGES);
	assert_in_ram(&bed);
	bed_drop(&bed);
}

/* Several empty 2 MiB without a table above: one slot of the request stands for the first only. */
static void test_hole_of_several_huge_pages(void **state)
{
	struct bed bed = bed_with(&huge_pages);

	map_pages(&bed, 0, 3 * HUGE_PAGES, RW, 0, NULL);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 3 * HUGE_PAGES), 3 * HUGE_PAGES);
	for (unsigned long page = 0; page < 3 * HUGE_PAGES; page += 100)
		ktest_assert_u64_equal(cpu_get(bed.mm, page), 0);
	assert_in_ram(&bed);
	bed_drop(&bed);
}

/* After a fork both have the device's huge page; a write of one leaves the other's as it was. */
static void test_huge_page_of_a_device_after_fork(void **state)
{
	struct bed bed = huge_bed(RW);
	struct mm_struct *child;

	fill_pages(&bed, 0, HUGE_PAGES);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, HUGE_PAGES), HUGE_PAGES);
	ktest_assert_int_equal(sim_fork(bed.mm, &child), 0);
	ktest_assert_int_equal(cpu_put(child, 7, 1), 0);
	ktest_assert_u64_equal(cpu_get(bed.mm, 7), word_of(7));
	ktest_assert_int_equal(dev_put(bed.mirror[0], 8, 2), 0);
	ktest_assert_u64_equal(cpu_get(child, 8), word_of(8));
	ktest_assert_u64_equal(cpu_get(bed.mm, 8), 2);
	mmput(child);
	bed_drop(&bed);
}

#define BOTH(function)                                             \
	KTEST_ROW(#function "/huge", function, use_huge, NULL), \
		KTEST_ROW(#function "/small", function, use_small, NULL)

static const struct ktest tests[] = {
	KTEST(test_migrate_anon_huge_empty),
	KTEST(test_migrate_anon_huge_zero),
	KTEST(test_migrate_anon_huge_free),
	KTEST(test_migrate_anon_huge_fault),
	KTEST(test_migrate_anon_huge_to_system),
	KTEST(test_migrate_anon_huge_evict),
	BOTH(test_migrate_partial_unmap_fault),
	BOTH(test_migrate_remap_fault),
	KTEST(test_migrate_anon_huge_err),
	KTEST(test_migrate_anon_huge_fault_err),
	KTEST(test_migrate_anon_huge_zero_err),
	KTEST(test_device_without_huge_pages),
	KTEST(test_hole_of_several_huge_pages),
	KTEST(test_huge_page_of_a_device_after_fork),
};
KTEST_MAIN(tests)
