/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Memory that the DMA API allocates, and dma_map_resource(), through the public interface. */
#include "peer_fixture.h"

#define P 4096u

static void check_shared(const char *iommu, bool noncoherent, unsigned int attributes)
{
	struct svmsim_machine machine = {
		.device_count = 1, .device = { { .name = "d0", .noncoherent = noncoherent } }
	};
	struct svmsim_coherent *coherent = NULL;
	struct svmsim_world *world;
	struct svmsim_ram *ram;
	uint64_t addr;

	ktest_context("%s, noncoherent %d, attributes 0x%x", iommu, noncoherent, attributes);
	strscpy(machine.device[0].iommu, iommu);
	world = machine_world(&machine);
	ktest_assert_int_equal(svmsim_alloc_coherent(world, 0, PAGES(3) - 100, attributes,
						     &coherent), 0);
	addr = svmsim_coherent_address(coherent);
	ram = svmsim_coherent_ram(coherent);
	ktest_assert_u64_equal(svmsim_ram_pages(ram), 3);
	/* Neither side asks for a sync. */
	ktest_assert_int_equal(svmsim_ram_fill(ram, 0, 2, 5), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, addr, PAGES(3), 5), 0);
	ktest_assert_int_equal(svmsim_device_fill(world, 0, addr, PAGES(3), 6), 0);
	ktest_assert_int_equal(svmsim_ram_check(ram, 0, 2, 6), 0);
	ktest_assert_int_equal(svmsim_free_coherent(coherent), 0);
}

static void test_cpu_and_device_share_memory(void **state)
{
	check_shared("generic-pt", false, 0);
	check_shared("generic-pt", true, 0);
	check_shared("generic-pt", false, SVMSIM_ATTR_FORCE_CONTIGUOUS);
	check_shared("arm-lpae", false, SVMSIM_ATTR_PRIVILEGED);
	check_shared("identity", false, 0);
	check_shared("identity", true, 0);
	check_shared("identity", false, SVMSIM_ATTR_NO_KERNEL_MAPPING);
	check_shared("none", true, SVMSIM_ATTR_NO_KERNEL_MAPPING);
}

static void test_wrong_sizes_and_devices_are_einval(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_coherent *coherent;

	ktest_assert_int_equal(svmsim_alloc_coherent(world, 1, 1, 0, &coherent), -EINVAL);
	ktest_assert_int_equal(svmsim_alloc_coherent(world, 0, 0, 0, &coherent), -EINVAL);
	ktest_assert_int_equal(svmsim_alloc_coherent(world, 0, (1ull << 32) + 1, 0, &coherent),
			       -EINVAL);
}

static void test_more_than_there_is_is_enomem(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_coherent *coherent;

	ktest_assert_int_equal(svmsim_alloc_coherent(world, 0, 1ull << 30, 0, &coherent), -ENOMEM);
	ktest_assert_string_contains(svmsim_last_error(world), "dma_alloc_attrs() failed");
}

static void test_memory_that_is_not_freed_is_a_leak(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_coherent *coherent;

	ktest_assert_int_equal(svmsim_alloc_coherent(world, 0, 100, 0, &coherent), 0);
	ktest_expect_report(world, "dma-debug:leak", 1);
}

/* As long as it has only the mask for it, a device without an IOMMU gets memory that it reaches. */
static void test_narrow_mask_without_iommu(void **state)
{
	struct svmsim_machine machine = {
		.node = { { .ram_bytes = 5ull << 30 } },
		.device_count = 1,
		.device = { { .name = "d0", .iommu = "none", .mask_bits = 32 } },
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_coherent *coherent;

	ktest_assert_int_equal(svmsim_alloc_coherent(world, 0, PAGES(4), 0, &coherent), 0);
	ktest_assert_in_range(svmsim_coherent_address(coherent), 1 << 24, 0xffffffff);
	ktest_assert_int_equal(svmsim_free_coherent(coherent), 0);
}

static void check_resource(const char *iommu)
{
	struct svmsim_machine machine = { PAIR("", ""), LISTED };
	struct svmsim_mapping *mapping = NULL;
	struct svmsim_world *world;
	uint64_t addr, phys;

	ktest_context("%s", iommu);
	strscpy(machine.device[1].iommu, iommu);
	world = machine_world(&machine);
	phys = pci_resource_start(peer_function(world, 0), SIM_PCI_MEMORY_BAR);
	ktest_assert_int_equal(svmsim_map_resource(world, 1, 0, P + 0x10, 0x20, SVMSIM_TO_DEVICE,
						   &mapping), 0);
	addr = svmsim_mapping_address(mapping);
	ktest_assert_u64_equal(addr & (P - 1), 0x10);
	if (!strcmp(iommu, "identity"))
		ktest_assert_u64_equal(addr, phys + P + 0x10);
	ktest_assert_int_equal(svmsim_device_read(world, 1, addr, &(uint8_t){ 0 }, 1), 0);
	ktest_assert_int_equal(svmsim_unmap(mapping), 0);
}

static void test_resource_is_mapped(void **state)
{
	check_resource("generic-pt");
	check_resource("amd-legacy");
	check_resource("identity");
}

static void test_resource_that_is_not_there_is_einval(void **state)
{
	static const struct svmsim_machine machine = { PAIR("", ""), LISTED };
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_mapping *mapping;

	ktest_assert_int_equal(svmsim_map_resource(world, 1, 0, MIB, 1, SVMSIM_TO_DEVICE, &mapping),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_resource(world, 1, 0, MIB - 1, 2, SVMSIM_TO_DEVICE,
						   &mapping), -EINVAL);
	ktest_assert_int_equal(svmsim_map_resource(world, 0, 1, 0, 1, SVMSIM_TO_DEVICE, &mapping),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_resource(world, 1, 0, 0, 1, SVMSIM_NONE, &mapping),
			       -EINVAL);
}

static const struct ktest tests[] = {
	KTEST(test_cpu_and_device_share_memory),
	KTEST(test_wrong_sizes_and_devices_are_einval),
	KTEST(test_more_than_there_is_is_enomem),
	KTEST(test_memory_that_is_not_freed_is_a_leak),
	KTEST(test_narrow_mask_without_iommu),
	KTEST(test_resource_is_mapped),
	KTEST(test_resource_that_is_not_there_is_einval),
};
KTEST_MAIN(tests)
