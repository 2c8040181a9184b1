// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a device's IOVA space leaves out: windows and DMA ranges of its host bridge, interrupts. */
#include <linux/errno.h>
#include <linux/pci.h>
#include "dma_fixture.h"

struct span {
	u64 start, end, offset;
	bool is_io;
};

struct entry {
	struct resource_entry entry;
	struct resource res;
};

/* Attaches the device anew after its bridge got other windows or ranges; returns what that says. */
static int attach_with(struct dma_fixture *f, bool windows, const struct span *ranges,
		       unsigned int count)
{
	static struct entry entries[8];
	struct pci_host_bridge *bridge = pci_find_host_bridge(to_pci_dev(f->dev)->bus);
	struct list_head *list = windows ? &bridge->windows : &bridge->dma_ranges;

	sim_dma_detach(f->dev);
	for (unsigned int i = 0; i < count; i++) {
		entries[i].res = (struct resource){
			.start = ranges[i].start,
			.end = ranges[i].end,
			.flags = ranges[i].is_io ? IORESOURCE_IO : IORESOURCE_MEM,
		};
		entries[i].entry.res = &entries[i].res;
		entries[i].entry.offset = ranges[i].offset;
		resource_list_add_tail(&entries[i].entry, list);
	}
	return sim_dma_attach(f->dev, f->sdom, NULL);
}

static bool is_reserved(struct dma_fixture *f, u64 addr)
{
	return find_iova(sim_dma_iovad(f->sdom), addr / P);
}

static void test_space_between_dma_ranges_is_reserved(void **state)
{
	/* In no order, as firmware may list them. */
	static const struct span ranges[] = {
		{ 0x40000000, 0x4fffffff },
		{ 0x10000000, 0x1fffffff },
		{ 0x8060000000, 0x806fffffff, 0x8000000000 },
	};
	static const u64 inside[] = { 0x10001000, 0x1ffff000, 0x40001000, 0x4ffff000, 0x60001000,
				      0x6ffff000 };
	/* The kernel gives up the first page of each range too. */
	static const u64 outside[] = { 0x1000,	   0xffff000,  0x10000000, 0x20000000, 0x3ffff000,
				       0x40000000, 0x60000000, 0x70000000 };
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_int_equal(attach_with(f, false, ranges, 3), 0);
	for (unsigned int i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		if (is_reserved(f, inside[i]))
			ktest_fail("0x%llx is reserved", inside[i]);
	for (unsigned int i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		if (!is_reserved(f, outside[i]))
			ktest_fail("0x%llx is not reserved", outside[i]);
	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0x6ffff000);
	dma_iova_free(f->dev, &f->state);
}

static void test_overlapping_dma_ranges_are_refused(void **state)
{
	static const struct span ranges[] = {
		{ 0x10000000, 0x1fffffff },
		{ 0x1f000000, 0x2fffffff },
	};
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_int_equal(attach_with(f, false, ranges, 2), -EINVAL);
	ktest_assert_string_contains(sim_log_line(f->world, sim_log_count(f->world) - 2, NULL),
				     "Failed to reserve IOVA [0x");
	ktest_assert_false(f->dev->dma_iommu);
	/* Without the translations of the DMA API, but not without a way to RAM. */
	ktest_assert_u64_equal(dma_map_phys(f->dev, 0x1000000, P, DMA_TO_DEVICE, 0), 0x1000000);
}

static void test_windows_are_reserved_by_bus_address(void **state)
{
	static const struct span windows[] = {
		{ 0x9000000000, 0x90000fffff, 0x8f80000000 },
		{ 0x70000000, 0x7000ffff, 0, true },
	};
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_int_equal(attach_with(f, true, windows, 2), 0);
	ktest_assert_true(is_reserved(f, 0x80000000));
	ktest_assert_true(is_reserved(f, 0x800ff000));
	ktest_assert_false(is_reserved(f, 0x80100000));
	ktest_assert_false(is_reserved(f, 0x7ffff000));
	ktest_assert_false(is_reserved(f, 0x9000000000));
	/* Ports are no memory. */
	ktest_assert_false(is_reserved(f, 0x70000000));
}

static void test_interrupts_by_architecture(void **state)
{
	static const struct {
		const char *profile, *fmt;
		bool msi, ht;
	} rows[] = {
		{ "generic-pt", "vtdss", true, false },
		{ "generic-pt", "x86-64", true, false },
		{ "generic-pt", "amdv1", true, true },
		{ "vtd-legacy", "vtdss", true, false },
		{ "amd-legacy", "amdv1", true, true },
		{ "arm-lpae", "arm-lpae", false, false },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dma_fixture *f = dma_make_with(&(struct dma_options){
			.profile = rows[i].profile, .fmt = rows[i].fmt });

		ktest_context("%s/%s", rows[i].profile, rows[i].fmt);
		ktest_assert_int_equal(is_reserved(f, 0xfee00000), rows[i].msi);
		ktest_assert_int_equal(is_reserved(f, 0xfeeff000), rows[i].msi);
		ktest_assert_false(is_reserved(f, 0xfef00000));
		/* Interrupts of processors, in the last 12 GiB below 1 TiB. */
		ktest_assert_int_equal(is_reserved(f, 0xfd00000000), rows[i].ht);
		ktest_assert_int_equal(is_reserved(f, 0xfffffff000), rows[i].ht);
		ktest_assert_false(is_reserved(f, 0x10000000000));
	}
}

static void test_other_devices_have_no_windows(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .non_pci = true });

	ktest_assert_false(is_reserved(f, 0xe0000000));
	ktest_assert_true(is_reserved(f, 0xfee00000));
}

static const struct ktest tests[] = {
	KTEST(test_space_between_dma_ranges_is_reserved),
	KTEST(test_overlapping_dma_ranges_are_refused),
	KTEST(test_windows_are_reserved_by_bus_address),
	KTEST(test_interrupts_by_architecture),
	KTEST(test_other_devices_have_no_windows),
};
KTEST_MAIN(tests)
