// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Bits of each format, and each leaf size at each number of levels. */
#include "iommu_fixture.h"

struct format_row {
	const char *name;
	const char *fmt;
	unsigned int level_count;
	u64 va_last;
};

static const struct format_row format_rows[] = {
	{ "vtdss/3", "vtdss", 3, (1ull << 39) - 1 },
	{ "vtdss/4", "vtdss", 4, (1ull << 48) - 1 },
	{ "vtdss/5", "vtdss", 5, (1ull << 57) - 1 },
	{ "x86-64/4", "x86-64", 4, (1ull << 47) - 1 },
	{ "x86-64/5", "x86-64", 5, (1ull << 56) - 1 },
	{ "arm-lpae/3", "arm-lpae", 3, (1ull << 39) - 1 },
	{ "arm-lpae/4", "arm-lpae", 4, (1ull << 48) - 1 },
	{ "amdv1/3", "amdv1", 3, (1ull << 39) - 1 },
	{ "amdv1/4", "amdv1", 4, (1ull << 48) - 1 },
	{ "amdv1/5", "amdv1", 5, (1ull << 57) - 1 },
	{ "amdv1/6", "amdv1", 6, ~0ull },
	{ "amdv1-2k/3", "amdv1-2k", 3, (1ull << 38) - 1 },
	{ "amdv1-2k/4", "amdv1-2k", 4, (1ull << 47) - 1 },
	{ "amdv1-2k/5", "amdv1-2k", 5, (1ull << 56) - 1 },
};

struct golden_row {
	const char *fmt;
	int prot;
	u64 size;
	u64 raw;
	bool read;
	bool write;
};

/* From the specifications' figures; the leaf leads to 0x1_4000_0000 plus attributes. */
static const struct golden_row golden_rows[] = {
	{ "vtdss", RW, PAGE, 0x140000003, true, true },
	{ "vtdss", IOMMU_READ, PAGE, 0x140000001, true, false },
	{ "vtdss", IOMMU_WRITE | IOMMU_CACHE, PAGE, 0x140000002, false, true },
	{ "vtdss", RW | IOMMU_CACHE | IOMMU_MMIO, MID, 0x140000083, true, true },
	{ "vtdss", IOMMU_READ, BIG, 0x140000081, true, false },
	{ "x86-64", RW, PAGE, 0x140000067, true, true },
	{ "x86-64", IOMMU_READ, PAGE, 0x140000025, true, false },
	{ "x86-64", IOMMU_WRITE, MID, 0x1400000e7, true, true },
	{ "x86-64", RW | IOMMU_CACHE, BIG, 0x1400000e7, true, true },
	/* AF, nG, EL0, inner shareable, write-back, page */
	{ "arm-lpae", RW | IOMMU_CACHE, PAGE, 0x140000f47, true, true },
	/* not coherent: outer shareable, attribute 0 */
	{ "arm-lpae", RW, PAGE, 0x140000e43, true, true },
	{ "arm-lpae", IOMMU_READ | IOMMU_CACHE, PAGE, 0x140000fc7, true, false },
	{ "arm-lpae", IOMMU_WRITE | IOMMU_CACHE, MID, 0x140000f45, true, true },
	{ "arm-lpae", RW | IOMMU_MMIO, MID, 0x140000e49, true, true },
	{ "arm-lpae", RW | IOMMU_PRIV | IOMMU_NOEXEC, BIG, 0x60000140000e01, true, true },
	/* IW, IR, FC, next level 0, PR */
	{ "amdv1", RW, PAGE, 0x7000000140000001, true, true },
	{ "amdv1", IOMMU_READ | IOMMU_CACHE, PAGE, 0x3000000140000001, true, false },
	{ "amdv1", IOMMU_WRITE, PAGE, 0x5000000140000001, false, true },
	{ "amdv1", RW | IOMMU_MMIO, MID, 0x7000000140000001, true, true },
	{ "amdv1", IOMMU_READ, BIG, 0x3000000140000001, true, false },
	/* Next level 7; the size is the string of ones from bit 12. */
	{ "amdv1", RW, 2 * PAGE, 0x7000000140000e01, true, true },
	{ "amdv1", RW, 4 * PAGE, 0x7000000140001e01, true, true },
	{ "amdv1", RW, 16 * PAGE, 0x7000000140007e01, true, true },
	{ "amdv1", IOMMU_READ, MID / 2, 0x300000014007fe01, true, false },
	{ "amdv1", RW, 2 * MID, 0x70000001401ffe01, true, true },
	{ "amdv1", RW, BIG / 2, 0x700000014ffffe01, true, true },
	/* The address is one bit higher, and nothing forces coherence. */
	{ "amdv1-2k", RW, PAGE / 2, 0x6000000280000001, true, true },
	{ "amdv1-2k", IOMMU_READ, PAGE, 0x2000000280000e01, true, false },
	{ "amdv1-2k", IOMMU_WRITE, MID / 2, 0x4000000280000001, false, true },
	{ "amdv1-2k", RW, MID, 0x60000002801ffe01, true, true },
};

static void test_leaf_bits(void **state)
{
	for (size_t i = 0; i < sizeof(golden_rows) / sizeof(golden_rows[0]); i++) {
		const struct golden_row *row = &golden_rows[i];
		struct iommu_fixture f;
		struct iopt_leaf leaf;

		ktest_context("%s prot %x size %llx", row->fmt, row->prot, row->size);
		fixture_make(&f, "generic-pt", row->fmt, false, 0, 0);
		ktest_assert_int_equal(iommu_map(f.domain, 0x80000000, 0x140000000, row->size,
						 row->prot, GFP_ATOMIC), 0);
		ktest_assert_true(iopt_walk(f.sdom, 0x80000000, &leaf));
		ktest_assert_u64_equal(leaf.raw, row->raw);
		ktest_assert_u64_equal(leaf.phys, 0x140000000);
		ktest_assert_u64_equal(leaf.bytes, row->size);
		ktest_assert_int_equal(leaf.read, row->read);
		ktest_assert_int_equal(leaf.write, row->write);
		fixture_drop(&f);
	}
}

static void test_table_bits(void **state)
{
	static const struct {
		const char *fmt;
		u64 bits;
		/* Added for each level above 1. */
		u64 level_bits;
		u64 high;
		u64 tables;
	} rows[] = {
		{ "vtdss", 0x3, 0, 0, 4 },
		{ "x86-64", 0x27, 0, 0, 4 },
		{ "arm-lpae", 0x3, 0, 0, 4 },
		/* PR and the next level; IW and IR; the old top stays when the table grows. */
		{ "amdv1", 0x201, 0x200, 0x6000, 5 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iommu_fixture f;
		u64 *entries;

		ktest_context("%s", rows[i].fmt);
		fixture_make(&f, "generic-pt", rows[i].fmt, false, 0, 0);
		/* Indexes 1, 2, 3 and 4, from the top. */
		do_map(&f, (1ull << 39) + (2ull << 30) + (3ull << 21) + (4ull << 12), 0x5000000,
		       PAGE);
		ktest_assert_u64_equal(sim_phys_of(f.world, f.sdom->table.top),
				       f.sdom->table.top_phys);
		entries = f.sdom->table.top;
		for (unsigned int index = 1; index <= 3; index++) {
			u64 entry = entries[index];

			ktest_assert_u64_equal(entry & 0xfff,
					       rows[i].bits + (3 - index) * rows[i].level_bits);
			ktest_assert_u64_equal(entry >> 48, rows[i].high);
			entry &= 0x0000fffffffff000;
			ktest_assert_true(sim_phys_is_ram(f.world, entry));
			entries = sim_phys_ptr(f.world, entry);
		}
		ktest_assert_u64_equal(entries[4] & 0x0000fffffffff000, 0x5000000);
		ktest_assert_u64_equal(f.sdom->table.table_count, rows[i].tables);
		fixture_drop(&f);
	}
}

/* Each of the entries of a replicated leaf has all of its bits, and their neighbours have none. */
static void test_replicated_leaf_fills_all_of_its_entries(void **state)
{
	static const struct {
		const char *fmt;
		u64 size;
		unsigned int level;
		unsigned int count;
	} rows[] = {
		{ "amdv1", 2 * PAGE, 0, 2 },	  { "amdv1", MID / 2, 0, 256 },
		{ "amdv1", 2 * MID, 1, 2 },	  { "amdv1", BIG / 2, 1, 256 },
		{ "amdv1", 2 * BIG, 2, 2 },	  { "amdv1", 1ull << 40, 3, 2 },
		{ "amdv1-2k", PAGE, 0, 2 },	  { "amdv1-2k", MID / 4, 0, 256 },
		{ "amdv1-2k", MID, 1, 2 },	  { "amdv1-2k", 1ull << 37, 2, 256 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		u64 iova = rows[i].size, step = rows[i].size / rows[i].count;
		struct iommu_fixture f;
		struct iopt_slot slot;

		ktest_context("%s, %llx", rows[i].fmt, rows[i].size);
		fixture_make(&f, "generic-pt", rows[i].fmt, false, 0, 0);
		do_map(&f, iova, 4 * rows[i].size, rows[i].size);
		slot = iopt_find_slot(&f.sdom->table, iova, 0);
		ktest_assert_int_equal(slot.level, rows[i].level);
		for (unsigned int n = 0; n < rows[i].count; n++) {
			struct iopt_leaf leaf;

			ktest_assert_u64_equal(slot.entry[n], slot.entry[0]);
			ktest_assert_true(iopt_walk(f.sdom, iova + n * step, &leaf));
			ktest_assert_u64_equal(leaf.iova, iova);
			ktest_assert_u64_equal(leaf.bytes, rows[i].size);
			ktest_assert_u64_equal(leaf.phys, 4 * rows[i].size);
		}
		ktest_assert_u64_equal(slot.entry[-1], 0);
		ktest_assert_u64_equal(slot.entry[rows[i].count], 0);
		fixture_drop(&f);
	}
}

static void test_sizes_of_each_format(void **state)
{
	static const struct {
		const char *fmt;
		unsigned int level_count;
		u64 sizes;
	} rows[] = {
		{ "vtdss", 3, PAGE | MID | BIG },
		{ "x86-64", 5, PAGE | MID | BIG },
		{ "arm-lpae", 4, PAGE | MID | BIG },
		/* All but 512 GiB, up to half of what the top covers or 2^51. */
		{ "amdv1", 3, 0x0000007ffffff000 },
		{ "amdv1", 4, 0x0000ff7ffffff000 },
		{ "amdv1", 5, 0x000fff7ffffff000 },
		{ "amdv1", 6, 0x000fff7ffffff000 },
		{ "amdv1-2k", 3, 0x0000003ffffff800 },
		{ "amdv1-2k", 4, 0x00007f7ffffff800 },
		{ "amdv1-2k", 5, 0x00007f7ffffff800 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iommu_fixture f;

		ktest_context("%s/%u", rows[i].fmt, rows[i].level_count);
		fixture_make(&f, "generic-pt", rows[i].fmt, false, rows[i].level_count, 0);
		ktest_assert_u64_equal(f.domain->pgsize_bitmap, rows[i].sizes);
		fixture_drop(&f);
	}
}

/* One leaf of each size at both ends of the address space, and what lies beside it. */
static void check_each_leaf_size(const struct format_row *row, const char *profile)
{
	struct iommu_fixture f;

	fixture_make(&f, profile, row->fmt, false, row->level_count, 0);
	ktest_assert_u64_equal(f.domain->geometry.aperture_end, row->va_last);
	ktest_assert_true(f.domain->geometry.force_aperture);
	for (u64 bytes = PAGE / 2; bytes < 1ull << 52; bytes <<= 1) {
		u64 ends[] = { bytes, row->va_last + 1 - bytes };
		u64 phys = bytes < 4 * BIG ? 4 * BIG : bytes;

		for (unsigned int end = 0; end < 2 && (bytes & f.domain->pgsize_bitmap); end++) {
			u64 iova = ends[end];
			struct iopt_leaf leaf;

			ktest_context("%s %s, %llx at %llx", profile, row->name, bytes, iova);
			do_map(&f, iova, phys, bytes);
			ktest_assert_true(iopt_walk(f.sdom, iova + bytes - 1, &leaf));
			ktest_assert_u64_equal(leaf.iova, iova);
			ktest_assert_u64_equal(leaf.bytes, bytes);
			ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, iova + 0x123),
					       phys + 0x123);
			ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, iova - 1), 0);
			ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, iova + bytes), 0);
			ktest_assert_true(iopt_is_valid(&f.sdom->table));
			do_unmap(&f, iova, bytes);
			ktest_assert_string_equal(fixture_leaves(&f), "");
		}
	}
	fixture_drop(&f);
}

static void test_each_leaf_size_at_both_ends(void **state)
{
	for (size_t i = 0; i < sizeof(format_rows) / sizeof(format_rows[0]); i++) {
		const struct format_row *row = &format_rows[i];

		check_each_leaf_size(row, "generic-pt");
		if (!strcmp(row->fmt, "amdv1"))
			check_each_leaf_size(row, "amd-legacy");
		if (!strcmp(row->fmt, "vtdss") || !strcmp(row->fmt, "x86-64"))
			check_each_leaf_size(row, "vtd-legacy");
		if (!strcmp(row->fmt, "arm-lpae"))
			check_each_leaf_size(row, "arm-lpae");
	}
}

static void test_map_outside_returns_erange(void **state)
{
	for (size_t i = 0; i < sizeof(format_rows) / sizeof(format_rows[0]); i++) {
		const struct format_row *row = &format_rows[i];
		u64 beyond = row->va_last + 1;
		struct iommu_fixture f;

		ktest_context("%s", row->name);
		fixture_make(&f, "generic-pt", row->fmt, false, row->level_count, 0);
		ktest_assert_int_equal(iommu_map(f.domain, PAGE,
						 1ull << f.sdom->table.fmt->oa_bits, PAGE, RW,
						 GFP_ATOMIC), -ERANGE);
		if (beyond) {
			ktest_assert_int_equal(iommu_map(f.domain, beyond, PAGE, PAGE, RW,
							 GFP_ATOMIC), -ERANGE);
			ktest_assert_int_equal(iommu_map(f.domain, beyond - PAGE, PAGE, 2 * PAGE,
							 RW, GFP_ATOMIC), -ERANGE);
			ktest_assert_u64_equal(iommu_unmap(f.domain, beyond, PAGE), 0);
			ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, beyond), 0);
		} else {
			/* Nothing lies beyond; what wraps around is told from what does not fit. */
			ktest_assert_int_equal(iommu_map(f.domain, beyond - PAGE, PAGE, 2 * PAGE,
							 RW, GFP_ATOMIC), -EOVERFLOW);
		}
		ktest_assert_string_equal(fixture_leaves(&f), "");
		fixture_drop(&f);
	}
}

/* What is under a table that grows stays where it is. */
static void test_growing_keeps_what_is_mapped(void **state)
{
	static const struct {
		u64 iova;
		unsigned int levels;
		u64 tables;
	} steps[] = {
		/* The first three tables, then a new top with two tables below it for each. */
		{ 0, 3, 3 },		   { (1ull << 39) - PAGE, 3, 5 },
		{ 1ull << 39, 4, 9 },	   { 1ull << 48, 5, 14 },
		{ 1ull << 57, 6, 20 },	   { ~0ull - PAGE + 1, 6, 25 },
		{ (1ull << 57) + PAGE, 6, 25 },
	};
	static const char *const profiles[] = { "generic-pt", "amd-legacy" };

	for (unsigned int p = 0; p < 2; p++) {
		const size_t count = sizeof(steps) / sizeof(steps[0]);
		struct iommu_fixture f;

		fixture_make(&f, profiles[p], "amdv1", false, 0, 0);
		for (size_t i = 0; i < count; i++) {
			ktest_context("%s, step %zu", profiles[p], i);
			do_map(&f, steps[i].iova, (i + 1) * BIG, PAGE);
			ktest_assert_int_equal(f.sdom->table.top_level + 1, steps[i].levels);
			ktest_assert_u64_equal(f.sdom->table.table_count, steps[i].tables);
			ktest_assert_u64_equal(f.sdom->table.top_phys,
					       sim_phys_of(f.world, f.sdom->table.top));
			ktest_assert_true(iopt_is_valid(&f.sdom->table));
			for (size_t j = 0; j <= i; j++)
				ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, steps[j].iova),
						       (j + 1) * BIG);
		}
		for (size_t i = 0; i < count; i++)
			do_unmap(&f, steps[i].iova, PAGE);
		fixture_drop(&f);
	}
}

/* Looking and unmapping do not grow, nor does a map that is refused beforehand. */
static void test_only_maps_grow(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "generic-pt", "amdv1", false, 0, 0);
	ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, 1ull << 60), 0);
	ktest_assert_u64_equal(iommu_unmap(f.domain, 1ull << 60, PAGE), 0);
	ktest_assert_int_equal(iommu_map(f.domain, 1ull << 60, 1ull << 52, PAGE, RW, GFP_ATOMIC),
			       -ERANGE);
	ktest_expect_report(f.world, "warn", 1);
	ktest_assert_int_equal(iommu_map(f.domain, 1ull << 60, PAGE, PAGE, 0, GFP_ATOMIC),
			       -EINVAL);
	ktest_assert_int_equal(f.sdom->table.top_level, 2);
	ktest_assert_u64_equal(f.sdom->table.table_count, 1);
	fixture_drop(&f);
}

/* Takes RAM until @left pages are free; gives it back when @left is ~0. */
static void take_ram(struct iommu_fixture *f, u64 left)
{
	static void *taken[512];
	static unsigned int count;

	while (left != ~0ull && sim_phys_free_pages(f->world) > left) {
		ktest_assert_true(count < 512);
		taken[count++] = sim_phys_table_alloc(f->world);
	}
	while (left == ~0ull && count)
		sim_phys_table_free(f->world, taken[--count]);
}

/* Generic page tables grow at once or not at all; the legacy driver keeps what it got. */
static void test_growing_without_memory(void **state)
{
	for (unsigned int left = 0; left < 6; left++) {
		for (unsigned int legacy = 0; legacy < 2; legacy++) {
			struct iommu_fixture f;
			/* Three tops are needed, and five tables below the last of them. */
			unsigned int kept = left < 3 && !legacy ? 0 : left;

			ktest_context("%u pages, %u", left, legacy);
			fixture_make(&f, legacy ? "amd-legacy" : "generic-pt", "amdv1", false, 0,
				     1 << 20);
			do_map(&f, BIG, 2 * BIG, PAGE);
			take_ram(&f, left);
			ktest_assert_int_equal(iommu_map(f.domain, 1ull << 57, PAGE, PAGE, RW,
							 GFP_ATOMIC), -ENOMEM);
			ktest_assert_u64_equal(f.sdom->table.table_count, 3 + kept);
			ktest_assert_u64_equal(sim_phys_free_pages(f.world), left - kept);
			ktest_assert_int_equal(f.sdom->table.top_level, 2 + min(kept, 3u));
			ktest_assert_string_equal(fixture_leaves(&f),
						  "40000000:1000*1>80000000");
			take_ram(&f, ~0ull);
			do_map(&f, 1ull << 57, PAGE, PAGE);
			fixture_drop(&f);
		}
	}
}

/* The legacy driver knows no -ERANGE: it complains and says that memory is short. */
static void test_growing_beyond_the_last_level(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "amd-legacy", "amdv1", false, 4, 0);
	ktest_expect_report(f.world, "warn", 1);
	ktest_assert_int_equal(iommu_map(f.domain, 1ull << 48, PAGE, PAGE, RW, GFP_ATOMIC),
			       -ENOMEM);
	ktest_assert_int_equal(f.sdom->table.top_level, 3);
	fixture_drop(&f);

	fixture_make(&f, "generic-pt", "amdv1", false, 4, 0);
	ktest_assert_int_equal(iommu_map(f.domain, 1ull << 48, PAGE, PAGE, RW, GFP_ATOMIC),
			       -ERANGE);
	ktest_assert_int_equal(f.sdom->table.top_level, 2);
	fixture_drop(&f);
}

static void test_number_of_levels_is_checked(void **state)
{
	struct iommu_fixture f;
	struct sim_domain *sdom;

	fixture_make(&f, "generic-pt", "vtdss", false, 0, 0);
	ktest_assert_int_equal(sim_domain_create_levels(f.world, "generic-pt", "vtdss", false, 2,
							&sdom), -EINVAL);
	ktest_assert_int_equal(sim_domain_create_levels(f.world, "generic-pt", "vtdss", false, 6,
							&sdom), -EINVAL);
	ktest_assert_int_equal(sim_domain_create_levels(f.world, "generic-pt", "x86-64", false, 3,
							&sdom), -EINVAL);
	ktest_assert_int_equal(sim_domain_create_levels(f.world, "arm-lpae", NULL, false, 5,
							&sdom), -EINVAL);
	ktest_assert_int_equal(sim_domain_create_levels(f.world, "amd-legacy", NULL, false, 2,
							&sdom), -EINVAL);
	ktest_assert_int_equal(sim_domain_create_levels(f.world, "generic-pt", "amdv1", false, 7,
							&sdom), -EINVAL);
	ktest_assert_int_equal(sim_domain_create_levels(f.world, "mock", NULL, false, 6, &sdom),
			       -EINVAL);
	fixture_drop(&f);
}

/* The validator's own test: it must not be one that says yes to everything. */
static void test_validator_sees_damage(void **state)
{
	struct iommu_fixture f;
	struct iopt_slot slot;
	u64 *leaf_table;
	u64 entry;

	fixture_make(&f, "generic-pt", "vtdss", false, 0, 0);
	do_map(&f, BIG, 2 * BIG, PAGE);
	do_map(&f, BIG + MID, 2 * BIG, MID);
	ktest_assert_true(iopt_is_valid(&f.sdom->table));

	slot = iopt_find_slot(&f.sdom->table, BIG, 0);
	entry = *slot.entry;
	*slot.entry = entry | 1ull << 62;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	*slot.entry = entry;
	slot = iopt_find_slot(&f.sdom->table, BIG + MID, 0);
	entry = *slot.entry;
	*slot.entry = entry | PAGE;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	*slot.entry = entry;
	f.sdom->table.table_count++;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	f.sdom->table.table_count--;
	leaf_table = f.sdom->table.leaf_table;
	f.sdom->table.leaf_table = f.sdom->table.top;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	f.sdom->table.leaf_table = leaf_table;
	ktest_assert_true(iopt_is_valid(&f.sdom->table));
	fixture_drop(&f);
}

/* The same for what only AMD's tables have. */
static void test_validator_sees_damage_of_replicas(void **state)
{
	struct iommu_fixture f;
	struct iopt_slot slot;
	u64 entry;

	fixture_make(&f, "generic-pt", "amdv1", false, 0, 0);
	do_map(&f, BIG, 2 * BIG, 4 * PAGE);
	do_map(&f, BIG + 4 * PAGE, 3 * BIG, PAGE);
	do_map(&f, 1ull << 40, BIG, PAGE);
	ktest_assert_true(iopt_is_valid(&f.sdom->table));

	/* One entry of a replicated leaf is missing, then different. */
	slot = iopt_find_slot(&f.sdom->table, BIG + 2 * PAGE, 0);
	entry = *slot.entry;
	*slot.entry = 0;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	*slot.entry = entry ^ 1ull << 62;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	/* That is allowed where a driver has torn a leaf, and each entry is looked at by itself. */
	f.sdom->table.torn = true;
	ktest_assert_true(iopt_is_valid(&f.sdom->table));
	ktest_assert_string_equal(fixture_leaves(&f),
				  "40000000:1000*4>80000000 40004000:1000*1>c0000000 "
				  "10000000000:1000*1>40000000");
	f.sdom->table.torn = false;
	*slot.entry = entry;
	/* A leaf that claims to be larger than half a table. */
	slot.entry += 2;
	entry = *slot.entry;
	*slot.entry = entry | 0xe00 | 0xff000;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	/* Next level neither 0 nor 7 in a leaf table. */
	*slot.entry = entry | 0x200;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	*slot.entry = entry;
	/* A table that says that it is of another level. */
	slot = iopt_find_slot(&f.sdom->table, BIG, 2);
	entry = *slot.entry;
	*slot.entry = entry ^ 0x600;
	ktest_assert_false(iopt_is_valid(&f.sdom->table));
	*slot.entry = entry;
	ktest_assert_true(iopt_is_valid(&f.sdom->table));
	fixture_drop(&f);
}

static void test_next_leaf_goes_in_order(void **state)
{
	struct iommu_fixture f;
	struct iopt_leaf leaf;

	fixture_make(&f, "generic-pt", "vtdss", false, 0, 0);
	do_map(&f, 5 * MID, 3 * BIG, MID);
	do_map(&f, 1ull << 40, 4 * BIG, PAGE);
	do_map(&f, BIG, 5 * BIG, BIG);
	ktest_assert_string_equal(fixture_leaves(&f),
				  "a00000:200000*1>c0000000 40000000:40000000*1>140000000 "
				  "10000000000:1000*1>100000000");
	/* A leaf that begins before the range counts; one after its end does not. */
	ktest_assert_true(iopt_next_leaf(f.sdom, 5 * MID + PAGE, 6 * MID, &leaf));
	ktest_assert_u64_equal(leaf.iova, 5 * MID);
	ktest_assert_false(iopt_next_leaf(f.sdom, 6 * MID, BIG - 1, &leaf));
	ktest_assert_true(iopt_next_leaf(f.sdom, 6 * MID, BIG, &leaf));
	ktest_assert_false(iopt_next_leaf(f.sdom, 2 * MID, MID, &leaf));
	ktest_assert_false(iopt_next_leaf(f.sdom, 1ull << 60, ~0ull, &leaf));
	fixture_drop(&f);
}

static const struct ktest tests[] = {
	KTEST(test_leaf_bits),
	KTEST(test_table_bits),
	KTEST(test_replicated_leaf_fills_all_of_its_entries),
	KTEST(test_sizes_of_each_format),
	KTEST(test_each_leaf_size_at_both_ends),
	KTEST(test_map_outside_returns_erange),
	KTEST(test_growing_keeps_what_is_mapped),
	KTEST(test_only_maps_grow),
	KTEST(test_growing_without_memory),
	KTEST(test_growing_beyond_the_last_level),
	KTEST(test_number_of_levels_is_checked),
	KTEST(test_validator_sees_damage),
	KTEST(test_validator_sees_damage_of_replicas),
	KTEST(test_next_leaf_goes_in_order),
};
KTEST_MAIN(tests)
