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
	} rows[] = { { "vtdss", 0x3 }, { "x86-64", 0x27 }, { "arm-lpae", 0x3 } };

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

			ktest_assert_u64_equal(entry & 0xfff, rows[i].bits);
			ktest_assert_u64_equal(entry >> 48, 0);
			ktest_assert_true(sim_phys_is_ram(f.world, entry & ~0xfffull));
			entries = sim_phys_ptr(f.world, entry & ~0xfffull);
		}
		ktest_assert_u64_equal(entries[4] & ~0xfffull, 0x5000000);
		ktest_assert_u64_equal(f.sdom->table.table_count, 4);
		fixture_drop(&f);
	}
}

/* One leaf of each size at both ends of the address space, and what lies beside it. */
static void test_each_leaf_size_at_both_ends(void **state)
{
	for (size_t i = 0; i < sizeof(format_rows) / sizeof(format_rows[0]); i++) {
		const struct format_row *row = &format_rows[i];
		struct iommu_fixture f;

		fixture_make(&f, "generic-pt", row->fmt, false, row->level_count, 0);
		ktest_assert_u64_equal(f.domain->geometry.aperture_end, row->va_last);
		ktest_assert_true(f.domain->geometry.force_aperture);
		for (u64 bytes = PAGE; bytes <= BIG; bytes <<= 9) {
			u64 ends[] = { bytes, row->va_last + 1 - bytes };

			for (unsigned int end = 0; end < 2; end++) {
				u64 iova = ends[end];
				struct iopt_leaf leaf;

				ktest_context("%s %llx at %llx", row->name, bytes, iova);
				do_map(&f, iova, 3 * BIG, bytes);
				ktest_assert_true(iopt_walk(f.sdom, iova + bytes - 1, &leaf));
				ktest_assert_u64_equal(leaf.iova, iova);
				ktest_assert_u64_equal(leaf.bytes, bytes);
				ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, iova + 0x123),
						       3 * BIG + 0x123);
				ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, iova - 1), 0);
				ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, iova + bytes),
						       0);
				ktest_assert_true(iopt_is_valid(&f.sdom->table));
				do_unmap(&f, iova, bytes);
				ktest_assert_string_equal(fixture_leaves(&f), "");
			}
		}
		fixture_drop(&f);
	}
}

static void test_map_outside_returns_erange(void **state)
{
	for (size_t i = 0; i < sizeof(format_rows) / sizeof(format_rows[0]); i++) {
		const struct format_row *row = &format_rows[i];
		struct iommu_fixture f;

		ktest_context("%s", row->name);
		fixture_make(&f, "generic-pt", row->fmt, false, row->level_count, 0);
		ktest_assert_int_equal(iommu_map(f.domain, row->va_last + 1, PAGE, PAGE, RW,
						 GFP_ATOMIC), -ERANGE);
		ktest_assert_int_equal(iommu_map(f.domain, row->va_last + 1 - PAGE, PAGE, 2 * PAGE,
						 RW, GFP_ATOMIC), -ERANGE);
		ktest_assert_int_equal(iommu_map(f.domain, PAGE,
						 1ull << f.sdom->table.fmt->oa_bits, PAGE, RW,
						 GFP_ATOMIC), -ERANGE);
		ktest_assert_u64_equal(iommu_unmap(f.domain, row->va_last + 1, PAGE), 0);
		ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, row->va_last + 1), 0);
		ktest_assert_string_equal(fixture_leaves(&f), "");
		fixture_drop(&f);
	}
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
	KTEST(test_each_leaf_size_at_both_ends),
	KTEST(test_map_outside_returns_erange),
	KTEST(test_number_of_levels_is_checked),
	KTEST(test_validator_sees_damage),
	KTEST(test_next_leaf_goes_in_order),
};
KTEST_MAIN(tests)
