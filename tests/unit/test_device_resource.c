/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "device_fixture.h"

static void test_helpers(void **state)
{
	struct resource a = DEFINE_RES_MEM(0x1000, 0x1000), b = DEFINE_RES_MEM(0x1fff, 1);
	struct resource c = DEFINE_RES_MEM(0x2000, 0x1000);
	struct resource io = DEFINE_RES(0x1800, 1, IORESOURCE_IO);
	struct resource r;

	ktest_assert_u64_equal(resource_size(&a), 0x1000);
	ktest_assert_u64_equal(a.end, 0x1fff);
	ktest_assert_true(resource_contains(&a, &b));
	ktest_assert_false(resource_contains(&b, &a));
	ktest_assert_false(resource_contains(&a, &io));
	ktest_assert_true(resource_overlaps(&a, &b));
	ktest_assert_false(resource_overlaps(&a, &c));
	ktest_assert_true(resource_intersection(&a, &b, &r));
	ktest_assert_u64_equal(r.start, 0x1fff);
	ktest_assert_u64_equal(r.end, 0x1fff);
	ktest_assert_false(resource_intersection(&a, &c, &r));
	b.flags |= IORESOURCE_UNSET;
	ktest_assert_false(resource_contains(&a, &b));
}

static void test_request_refuses_overlap_and_outside(void **state)
{
	struct resource root = DEFINE_RES_MEM(0x1000, 0x10000);
	struct resource low = DEFINE_RES_MEM(0x1000, 0x1000);
	struct resource high = DEFINE_RES_MEM(0x10000, 0x1000);
	struct resource mid = DEFINE_RES_MEM(0x2000, 0xe000), over = DEFINE_RES_MEM(0x1fff, 2);
	struct resource outside = DEFINE_RES_MEM(0x10fff, 2);

	ktest_assert_int_equal(request_resource(&root, &high), 0);
	ktest_assert_int_equal(request_resource(&root, &low), 0);
	ktest_assert_int_equal(request_resource(&root, &outside), -EBUSY);
	ktest_assert_ptr_equal(request_resource_conflict(&root, &outside), &root);
	ktest_assert_ptr_equal(request_resource_conflict(&root, &over), &low);
	ktest_assert_int_equal(request_resource(&root, &mid), 0);
	/* Siblings are in ascending order. */
	ktest_assert_ptr_equal(root.child, &low);
	ktest_assert_ptr_equal(low.sibling, &mid);
	ktest_assert_ptr_equal(mid.sibling, &high);
	ktest_assert_null(high.sibling);
	ktest_assert_int_equal(release_resource(&mid), 0);
	ktest_assert_ptr_equal(low.sibling, &high);
	ktest_assert_int_equal(release_resource(&mid), -EINVAL);
	ktest_assert_int_equal(request_resource(&root, &mid), 0);
}

static const struct ktest tests[] = {
	KTEST(test_helpers),
	KTEST(test_request_refuses_overlap_and_outside),
};
KTEST_MAIN(tests)
