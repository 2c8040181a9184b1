// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Memory that the DMA API allocates: coherent, cached, in pieces; with and without an IOMMU. */
#include <linux/irqflags.h>
#include <linux/sizes.h>
#include "kernel/slab.h"
#include "mm/cache.h"
#include "sg_fixture.h"

/* Bit of an entry of ARM's format that lets accesses without privilege through. */
#define UNPRIVILEGED (1ull << 6)

/* A machine whose free pages are counted, after everything that is made on first use is there. */
static struct dma_fixture *alloc_make_with(const struct dma_options *options, u64 *free_pages)
{
	struct dma_fixture *f = dma_make_with(options);
	dma_addr_t addr;
	void *cpu = dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL);

	if (cpu)
		dma_free_coherent(f->dev, P, cpu, addr);
	dma_events_clear(f);
	*free_pages = sim_phys_free_pages(f->world);
	return f;
}

static struct dma_fixture *alloc_make(const char *profile, u64 *free_pages)
{
	return alloc_make_with(&(struct dma_options){ .profile = profile }, free_pages);
}

static u64 taken(const struct dma_fixture *f, u64 free_pages)
{
	return free_pages - sim_phys_free_pages(f->world);
}

static void assert_zero(const void *memory, u64 bytes)
{
	const u8 *byte = memory;

	for (u64 i = 0; i < bytes; i++)
		if (byte[i])
			ktest_fail("byte 0x%llx is 0x%x", i, byte[i]);
}

static void test_coherent_is_mapped_zeroed_and_shared(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	dma_addr_t addr;
	u32 value = 0x12345678;
	u32 *cpu = dma_alloc_coherent(f->dev, 5000, &addr, GFP_KERNEL);
	char text[160];

	ktest_assert_non_null(cpu);
	assert_zero(cpu, 2 * P);
	ktest_assert_u64_equal(addr & (P - 1), 0);
	assert_event(f, IOVA_ALLOC, 0, f->sdom->index, addr / P, 2);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, addr, virt_to_phys(cpu), 2 * P);
	sim_event_format(f->world, dma_event(f, SIM_EVENT_DMA_ALLOC, 0), text, sizeof(text));
	ktest_assert_string_contains(text, "0000:03:00.0 dir=BIDIRECTIONAL dma_addr=");
	ktest_assert_string_contains(text, " size=5000 flags=cc0 attrs=");
	ktest_assert_int_equal(sim_dma_write(f->dev, addr + P + 8, &value, 4), 0);
	ktest_assert_u64_equal(cpu[P / 4 + 2], value);
	cpu[0] = 77;
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, &value, 4), 0);
	ktest_assert_u64_equal(value, 77);
	ktest_assert_u64_equal(taken(f, free_pages), 2);

	dma_free_coherent(f->dev, 5000, cpu, addr);
	ktest_assert_u64_equal(dma_live_bytes(f, addr, 2 * P), 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, addr, 2 * P, 2 * P);
	assert_event_count(f, DMA_FREE, 1);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_granule_of_half_a_page(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make("mock", &free_pages);
	dma_addr_t addr;
	void *cpu = dma_alloc_coherent(f->dev, 5000, &addr, GFP_KERNEL);
	struct sg_table *sgt;

	/* Whole pages of RAM, of which the device sees whole granules. */
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOMMU_MAP, 0)->arg[3], 3 * P / 2);
	ktest_assert_u64_equal(taken(f, free_pages), 2);
	dma_free_coherent(f->dev, 5000, cpu, addr);
	sgt = dma_alloc_noncontiguous(f->dev, 5000, RW, GFP_KERNEL, DMA_ATTR_ALLOC_SINGLE_PAGES);
	ktest_assert_int_equal(sg_dma_len(sgt->sgl), 3 * P / 2);
	dma_free_noncontiguous(f->dev, 5000, sgt, RW);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_large_coherent_gets_large_leaves(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	struct iopt_leaf leaf;
	dma_addr_t addr;
	void *cpu = dma_alloc_coherent(f->dev, 8 * M2, &addr, GFP_KERNEL);

	ktest_assert_non_null(cpu);
	ktest_assert_true(iopt_walk(f->sdom, addr, &leaf));
	ktest_assert_u64_equal(leaf.bytes, M2);
	assert_event_count(f, IOMMU_MAP, 1);
	dma_free_coherent(f->dev, 8 * M2, cpu, addr);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_atomic_and_contiguous_take_a_block(void **state)
{
	static const struct {
		gfp_t gfp;
		unsigned long attrs;
		u64 pages;
	} rows[] = {
		{ GFP_KERNEL, 0, 3 },
		{ GFP_KERNEL, DMA_ATTR_ALLOC_SINGLE_PAGES, 3 },
		{ GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING, 3 },
		{ GFP_KERNEL, DMA_ATTR_FORCE_CONTIGUOUS, 4 },
		{ GFP_ATOMIC, 0, 4 },
		{ GFP_ATOMIC | GFP_DMA32, 0, 4 },
	};
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dma_addr_t addr;
		void *cpu = dma_alloc_attrs(f->dev, 3 * P, &addr, rows[i].gfp, rows[i].attrs);

		ktest_context("row %u", i);
		assert_zero(cpu, 3 * P);
		ktest_assert_u64_equal(taken(f, free_pages), rows[i].pages);
		ktest_assert_u64_equal(iommu_iova_to_phys(&f->sdom->domain, addr + 2 * P),
				       virt_to_phys(cpu) + 2 * P);
		dma_free_attrs(f->dev, 3 * P, cpu, addr, rows[i].attrs);
		ktest_assert_u64_equal(taken(f, free_pages), 0);
	}
}

static void test_block_above_largest_order_fails(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	dma_addr_t addr;

	ktest_assert_null(dma_alloc_coherent(f->dev, SZ_4M + 1, &addr, GFP_ATOMIC | __GFP_NOWARN));
	dma_assert_warns(f, 0);
	ktest_assert_null(dma_alloc_attrs(f->dev, SZ_4M + 1, &addr, GFP_KERNEL,
					  DMA_ATTR_FORCE_CONTIGUOUS));
	dma_assert_warns(f, 1);
	assert_event(f, DMA_ALLOC, 1, f->dev->sim->name, RW, 0, SZ_4M + 1, GFP_KERNEL,
		     DMA_ATTR_FORCE_CONTIGUOUS);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_coherent_mask_limits_the_address(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make_with(
		&(struct dma_options){ .params.no_reserved = true, .params.forcedac = true },
		&free_pages);
	dma_addr_t addr;
	void *cpu;

	ktest_assert_int_equal(dma_set_coherent_mask(f->dev, DMA_BIT_MASK(14)), 0);
	cpu = dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL);
	ktest_assert_u64_equal(addr, 0x3000);
	dma_free_coherent(f->dev, P, cpu, addr);
	/* Page tables down there stay. */
	free_pages = sim_phys_free_pages(f->world);
	/* The streaming mask is another one, and page 0 is nobody's. */
	ktest_assert_null(dma_alloc_coherent(f->dev, 4 * P, &addr, GFP_KERNEL));
	ktest_assert_null(dma_alloc_coherent(f->dev, 4 * P, &addr, GFP_ATOMIC));
	ktest_assert_null(dma_alloc_noncontiguous(f->dev, 4 * P, RW, GFP_KERNEL, 0));
	ktest_assert_u64_equal(taken(f, free_pages), 0);
	ktest_assert_u64_not_equal(dma_map_phys(f->dev, dma_page(f), 4 * P, RW, 0),
				   DMA_MAPPING_ERROR);
}

static void test_refused_flags_warn(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	dma_addr_t addr;

	ktest_assert_null(dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL | __GFP_COMP));
	ktest_assert_null(dma_alloc_pages(f->dev, P, &addr, RW, GFP_KERNEL | __GFP_COMP));
	ktest_assert_null(dma_alloc_pages(f->dev, P, &addr, RW, GFP_KERNEL | GFP_DMA32));
	ktest_assert_null(dma_alloc_noncontiguous(f->dev, P, RW, GFP_KERNEL | __GFP_COMP, 0));
	ktest_assert_null(dma_alloc_noncontiguous(f->dev, P, RW, GFP_KERNEL, DMA_ATTR_MMIO));
	dma_assert_warns(f, 5);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_free_of_nothing_and_with_interrupts_off(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	dma_addr_t addr;
	void *cpu;

	dma_free_coherent(f->dev, P, NULL, 0);
	assert_event_count(f, DMA_FREE, 1);
	assert_event_count(f, IOMMU_UNMAP, 0);
	cpu = dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL);
	local_irq_disable();
	dma_free_coherent(f->dev, P, cpu, addr);
	local_irq_enable();
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"irqs_disabled()\"");
	dma_assert_warns(f, 1);
}

static void test_no_memory_is_null_and_leaves_nothing(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	struct page *page, *last = NULL;
	dma_addr_t addr;

	while ((page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0)))
		last = page;
	ktest_assert_null(dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL));
	ktest_assert_null(dma_alloc_coherent(f->dev, P, &addr, GFP_ATOMIC));
	ktest_assert_null(dma_alloc_pages(f->dev, P, &addr, RW, GFP_KERNEL));
	ktest_assert_null(dma_alloc_noncontiguous(f->dev, P, RW, GFP_KERNEL, 0));
	/* A page, but none for page tables: far from what is mapped already. */
	__free_page(last);
	ktest_assert_null(dma_alloc_noncontiguous(f->dev, 2 * P, RW, GFP_KERNEL, 0));
	ktest_assert_u64_equal(sim_phys_free_pages(f->world), 1);
}

static void check_noncoherent(const char *profile)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make_with(
		&(struct dma_options){ .profile = profile, .noncoherent = true }, &free_pages);
	dma_addr_t addr;
	u32 value = 5, seen;
	void *cpu = dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL);

	sim_cpu_phys_write(f->world, virt_to_phys(cpu), &value, 4);
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, &seen, 4), 0);
	ktest_assert_u64_equal(seen, 5);
	value = 6;
	ktest_assert_int_equal(sim_dma_write(f->dev, addr, &value, 4), 0);
	sim_cpu_phys_read(f->world, virt_to_phys(cpu), &seen, 4);
	ktest_assert_u64_equal(seen, 6);
	dma_free_coherent(f->dev, P, cpu, addr);
	assert_event_count(f, CACHE_CLEAN, 0);
}

/* Memory that is not coherent needs its syncs. */
static void check_noncoherent_pages(const char *profile)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make_with(
		&(struct dma_options){ .profile = profile, .noncoherent = true }, &free_pages);
	dma_addr_t addr;
	u32 value = 5, seen = 0;
	struct page *page = dma_alloc_pages(f->dev, P, &addr, RW, GFP_KERNEL);

	dma_sync_single_for_device(f->dev, addr, P, RW);
	sim_cpu_phys_write(f->world, page_to_phys(page), &value, 4);
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, &seen, 4), 0);
	ktest_assert_u64_equal(seen, 0);
	dma_sync_single_for_device(f->dev, addr, P, RW);
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, &seen, 4), 0);
	ktest_assert_u64_equal(seen, 5);
	dma_free_pages(f->dev, P, page, addr, RW);
}

static void test_noncoherent_device_shares_uncached_memory(void **state)
{
	check_noncoherent("generic-pt");
	check_noncoherent("identity");
	check_noncoherent("none");
}

static void test_noncoherent_pages_need_syncs(void **state)
{
	check_noncoherent_pages("generic-pt");
	check_noncoherent_pages("none");
}

/* Pieces, synced as a list. */
static void test_noncontiguous_of_noncoherent_needs_syncs(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make_with(&(struct dma_options){ .noncoherent = true },
						&free_pages);
	struct sg_table *sgt = dma_alloc_noncontiguous(f->dev, 2 * P, RW, GFP_KERNEL, 0);
	u32 value = 5, seen;

	ktest_assert_int_equal(sim_dma_write(f->dev, sg_dma_address(sgt->sgl), &value, 4), 0);
	sim_cpu_phys_read(f->world, sg_phys(sgt->sgl), &seen, 4);
	ktest_assert_u64_not_equal(seen, 5);
	dma_sync_sgtable_for_cpu(f->dev, sgt, RW);
	sim_cpu_phys_read(f->world, sg_phys(sgt->sgl), &seen, 4);
	ktest_assert_u64_equal(seen, 5);
	dma_free_noncontiguous(f->dev, 2 * P, sgt, RW);
}

static void check_direct(const char *profile)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(profile, &free_pages);
	dma_addr_t addr;
	void *cpu = dma_alloc_coherent(f->dev, 3 * P, &addr, GFP_KERNEL);

	ktest_assert_u64_equal(virt_to_phys(cpu), addr);
	assert_zero(cpu, 3 * P);
	ktest_assert_u64_equal(taken(f, free_pages), 4);
	dma_free_coherent(f->dev, 3 * P, cpu, addr);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
	assert_event_count(f, DMA_ALLOC, 1);
	assert_event_count(f, DMA_FREE, 1);
	assert_event_count(f, IOVA_ALLOC, 0);
}

static void test_direct_addresses_are_physical(void **state)
{
	check_direct("identity");
	check_direct("none");
}

static void test_direct_without_kernel_mapping_is_a_page(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make("identity", &free_pages);
	dma_addr_t addr;
	struct page *page = dma_alloc_attrs(f->dev, P, &addr, GFP_KERNEL,
					    DMA_ATTR_NO_KERNEL_MAPPING);

	ktest_assert_u64_equal(page_to_phys(page), addr);
	dma_free_attrs(f->dev, P, page, addr, DMA_ATTR_NO_KERNEL_MAPPING);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_direct_no_warn(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make("identity", &free_pages);
	dma_addr_t addr;

	ktest_assert_null(dma_alloc_attrs(f->dev, SZ_8M, &addr, GFP_KERNEL, DMA_ATTR_NO_WARN));
	dma_assert_warns(f, 0);
	ktest_assert_null(dma_alloc_attrs(f->dev, SZ_8M, &addr, GFP_KERNEL, 0));
	dma_assert_warns(f, 1);
}

static void test_direct_memory_lies_in_reach(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make("identity", &free_pages);
	dma_addr_t addr;
	void *cpu;

	/* RAM is 16 MiB to 272 MiB. */
	ktest_assert_int_equal(dma_set_coherent_mask(f->dev, DMA_BIT_MASK(26)), 0);
	cpu = dma_alloc_coherent(f->dev, SZ_4M, &addr, GFP_KERNEL);
	ktest_assert_in_range(addr, SZ_16M, SZ_64M - SZ_4M);
	dma_free_coherent(f->dev, SZ_4M, cpu, addr);
	/* Nothing lies below the limit of the lowest zone. */
	ktest_assert_int_equal(dma_set_coherent_mask(f->dev, DMA_BIT_MASK(24)), 0);
	ktest_assert_null(dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL));
	ktest_assert_null(dma_alloc_pages(f->dev, P, &addr, RW, GFP_KERNEL));
	ktest_assert_null(dma_alloc_noncontiguous(f->dev, P, RW, GFP_KERNEL, 0));
	/* A limit of the bus is one for coherent memory too. */
	ktest_assert_int_equal(dma_set_coherent_mask(f->dev, DMA_BIT_MASK(48)), 0);
	f->dev->bus_dma_limit = SZ_16M - 1;
	ktest_assert_null(dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL));
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void check_pages(const char *profile)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(profile, &free_pages);
	dma_addr_t addr;
	struct page *page = dma_alloc_pages(f->dev, 2 * P + 1, &addr, DMA_TO_DEVICE, GFP_KERNEL);
	u8 byte;

	ktest_context("%s", profile);
	ktest_assert_non_null(page);
	assert_zero(page_address(page), 3 * P);
	ktest_assert_int_equal(sim_dma_read(f->dev, addr + 2 * P, &byte, 1), 0);
	if (f->dev->dma_iommu)
		ktest_assert_int_equal(sim_dma_write(f->dev, addr, &byte, 1), -EFAULT);
	assert_event(f, DMA_ALLOC_PAGES, 0, f->dev->sim->name, DMA_TO_DEVICE, addr, 2 * P + 1,
		     GFP_KERNEL, 0);
	dma_free_pages(f->dev, 2 * P + 1, page, addr, DMA_TO_DEVICE);
	assert_event(f, DMA_FREE_PAGES, 0, f->dev->sim->name, DMA_TO_DEVICE, addr, 2 * P + 1, 0);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_pages_have_a_direction(void **state)
{
	check_pages("generic-pt");
	check_pages("identity");
}

static void test_pages_by_address(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	dma_addr_t addr;
	void *cpu = dma_alloc_noncoherent(f->dev, P, &addr, RW, GFP_KERNEL);

	ktest_assert_u64_equal(iommu_iova_to_phys(&f->sdom->domain, addr), virt_to_phys(cpu));
	dma_free_noncoherent(f->dev, P, cpu, addr, RW);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

/* Leaves no two free pages next to one another; returns how many there are. */
static u64 shatter(struct dma_fixture *f)
{
	u64 even = 0;
	struct page *page, *list = NULL;

	while ((page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0))) {
		page->private = (unsigned long)list;
		list = page;
	}
	while ((page = list)) {
		list = (struct page *)page->private;
		page->private = 0;
		if (page_to_pfn(page) & 1)
			continue;
		__free_page(page);
		even++;
	}
	dma_events_clear(f);
	return even;
}

static void test_noncontiguous_is_made_of_what_is_there(void **state)
{
	u64 free_pages, even;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	struct scatterlist *sg;
	struct sg_table *sgt;
	dma_addr_t addr;
	unsigned int i;

	even = shatter(f);
	ktest_assert_null(dma_alloc_coherent(f->dev, 2 * P, &addr, GFP_KERNEL));
	sgt = dma_alloc_noncontiguous(f->dev, 200 * P, RW, GFP_KERNEL, 0);
	ktest_assert_non_null(sgt);
	ktest_assert_int_equal(sgt->orig_nents, 200);
	ktest_assert_int_equal(sgt->nents, 1);
	ktest_assert_int_equal(sg_dma_len(sgt->sgl), 200 * P);
	sg_assert_translations(f, sgt);
	assert_event(f, DMA_ALLOC_SGT, 0, f->dev->sim->name, RW, sg_dma_address(sgt->sgl), 200 * P,
		     GFP_KERNEL, 0);
	assert_event_count(f, SG_ENTRY, 200);
	for_each_sgtable_sg(sgt, sg, i)
		ktest_assert_int_equal(page_count(sg_page(sg)), 1);
	dma_free_noncontiguous(f->dev, 200 * P, sgt, RW);
	assert_event_count(f, DMA_FREE_SGT, 1);
	ktest_assert_u64_equal(sim_phys_free_pages(f->world), even);
}

static void test_noncontiguous_takes_sizes_of_the_page_table(void **state)
{
	static const struct {
		u64 pages;
		unsigned long attrs;
		unsigned int orders[4];
	} rows[] = {
		{ 1, 0, { 0 } },
		/* 4 KiB and 2 MiB are sizes of a leaf, nothing in between. */
		{ 3, 0, { 0, 0, 0 } },
		{ 512, 0, { 9 } },
		{ 514, 0, { 9, 0, 0 } },
		{ 1026, 0, { 9, 9, 0, 0 } },
		{ 2, DMA_ATTR_ALLOC_SINGLE_PAGES, { 0, 0 } },
	};
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_table *sgt;
		u64 pages = 0;

		ktest_context("row %u", i);
		dma_events_clear(f);
		sgt = dma_alloc_noncontiguous(f->dev, rows[i].pages * P, RW, GFP_KERNEL,
					      rows[i].attrs);
		ktest_assert_non_null(sgt);
		for (unsigned int n = 0; pages < rows[i].pages; n++) {
			ktest_assert_u64_equal(dma_event(f, SIM_EVENT_PAGE_ALLOC, n)->arg[1],
					       rows[i].orders[n]);
			pages += 1 << rows[i].orders[n];
		}
		dma_free_noncontiguous(f->dev, rows[i].pages * P, sgt, RW);
	}
}

static void test_noncontiguous_address_when_contiguous(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(NULL, &free_pages);
	struct sg_table *sgt = dma_alloc_noncontiguous(f->dev, M2, RW, GFP_KERNEL, 0);
	void *cpu = dma_vmap_noncontiguous(f->dev, M2, sgt);

	ktest_assert_u64_equal(virt_to_phys(cpu), sg_phys(sgt->sgl));
	dma_vunmap_noncontiguous(f->dev, cpu);
	dma_free_noncontiguous(f->dev, M2, sgt, RW);
	shatter(f);
	sgt = dma_alloc_noncontiguous(f->dev, 2 * P, RW, GFP_KERNEL, 0);
	ktest_assert_null(dma_vmap_noncontiguous(f->dev, 2 * P, sgt));
	ktest_expect_report(f->world, "absent", 1);
	dma_free_noncontiguous(f->dev, 2 * P, sgt, RW);
}

static void test_noncontiguous_without_iommu_is_one_entry(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make("identity", &free_pages);
	struct sg_table *sgt = dma_alloc_noncontiguous(f->dev, 5000, RW, GFP_KERNEL, 0);

	ktest_assert_int_equal(sgt->orig_nents, 1);
	ktest_assert_int_equal(sg_dma_len(sgt->sgl), 2 * P);
	ktest_assert_u64_equal(sg_dma_address(sgt->sgl), sg_phys(sgt->sgl));
	dma_free_noncontiguous(f->dev, 5000, sgt, RW);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void check_failures(const char *profile)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(profile, &free_pages);
	struct sg_table *sgt;
	unsigned int nth = 0;

	do {
		ktest_context("%s, allocation %u fails", profile, ++nth);
		sim_slab_fail_nth(f->world, nth);
		sgt = dma_alloc_noncontiguous(f->dev, 3 * P, RW, GFP_KERNEL, 0);
		if (!sgt)
			ktest_assert_u64_equal(taken(f, free_pages), 0);
	} while (!sgt && nth < 20);
	sim_slab_fail_nth(f->world, 0);
	/* The handle, the array of pages, the table. */
	ktest_assert_in_range(nth, 3, 6);
	assert_event_count(f, DMA_ALLOC_SGT_ERR, nth - 1);
	dma_free_noncontiguous(f->dev, 3 * P, sgt, RW);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static void test_noncontiguous_every_failure(void **state)
{
	check_failures("generic-pt");
	check_failures("identity");
}

static void check_sgtable(const char *profile, unsigned long attrs, unsigned int length)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make(profile, &free_pages);
	struct sg_table sgt;
	dma_addr_t addr;
	void *cpu = dma_alloc_attrs(f->dev, 5000, &addr, GFP_KERNEL, attrs);

	ktest_assert_int_equal(dma_get_sgtable(f->dev, &sgt, cpu, addr, 5000), 0);
	ktest_assert_int_equal(sgt.orig_nents, 1);
	ktest_assert_u64_equal(sg_phys(sgt.sgl), virt_to_phys(cpu));
	ktest_assert_int_equal(sgt.sgl->length, length);
	sg_free_table(&sgt);
	dma_free_attrs(f->dev, 5000, cpu, addr, attrs);
}

static void test_table_of_coherent_memory(void **state)
{
	check_sgtable("generic-pt", 0, 5000);
	check_sgtable("generic-pt", DMA_ATTR_FORCE_CONTIGUOUS, 2 * P);
	check_sgtable("identity", 0, 2 * P);
}

/* What attributes and directions are in the page table. */
static void test_attributes_are_permissions(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make("arm-lpae", &free_pages);
	struct iopt_leaf leaf;
	struct sg_table sgt;
	dma_addr_t addr;
	void *cpu;

	cpu = dma_alloc_attrs(f->dev, P, &addr, GFP_KERNEL, DMA_ATTR_PRIVILEGED);
	ktest_assert_true(iopt_walk(f->sdom, addr, &leaf));
	ktest_assert_true(leaf.read && leaf.write && !(leaf.raw & UNPRIVILEGED));
	dma_free_attrs(f->dev, P, cpu, addr, DMA_ATTR_PRIVILEGED);
	cpu = dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL);
	ktest_assert_true(iopt_walk(f->sdom, addr, &leaf));
	ktest_assert_true(leaf.raw & UNPRIVILEGED);
	dma_free_coherent(f->dev, P, cpu, addr);

	sg_fill_pages(f, &sgt, 1);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, DMA_TO_DEVICE, DMA_ATTR_PRIVILEGED),
			       0);
	ktest_assert_true(iopt_walk(f->sdom, sg_dma_address(sgt.sgl), &leaf));
	ktest_assert_true(leaf.read && !leaf.write && !(leaf.raw & UNPRIVILEGED));
	dma_unmap_sgtable(f->dev, &sgt, DMA_TO_DEVICE, DMA_ATTR_PRIVILEGED);
	sg_free_table(&sgt);
}

static void test_lazy_free_keeps_no_pages(void **state)
{
	u64 free_pages;
	struct dma_fixture *f = alloc_make_with(&(struct dma_options){ .params.lazy = true },
						&free_pages);
	dma_addr_t addr;
	void *cpu = dma_alloc_coherent(f->dev, P, &addr, GFP_KERNEL);

	dma_free_coherent(f->dev, P, cpu, addr);
	assert_event_count(f, IOVA_QUEUE, 1);
	ktest_assert_u64_equal(taken(f, free_pages), 0);
}

static const struct ktest tests[] = {
	KTEST(test_coherent_is_mapped_zeroed_and_shared),
	KTEST(test_granule_of_half_a_page),
	KTEST(test_large_coherent_gets_large_leaves),
	KTEST(test_atomic_and_contiguous_take_a_block),
	KTEST(test_block_above_largest_order_fails),
	KTEST(test_coherent_mask_limits_the_address),
	KTEST(test_refused_flags_warn),
	KTEST(test_free_of_nothing_and_with_interrupts_off),
	KTEST(test_no_memory_is_null_and_leaves_nothing),
	KTEST(test_noncoherent_device_shares_uncached_memory),
	KTEST(test_noncoherent_pages_need_syncs),
	KTEST(test_noncontiguous_of_noncoherent_needs_syncs),
	KTEST(test_direct_addresses_are_physical),
	KTEST(test_direct_without_kernel_mapping_is_a_page),
	KTEST(test_direct_no_warn),
	KTEST(test_direct_memory_lies_in_reach),
	KTEST(test_pages_have_a_direction),
	KTEST(test_pages_by_address),
	KTEST(test_noncontiguous_is_made_of_what_is_there),
	KTEST(test_noncontiguous_takes_sizes_of_the_page_table),
	KTEST(test_noncontiguous_address_when_contiguous),
	KTEST(test_noncontiguous_without_iommu_is_one_entry),
	KTEST(test_noncontiguous_every_failure),
	KTEST(test_table_of_coherent_memory),
	KTEST(test_attributes_are_permissions),
	KTEST(test_lazy_free_keeps_no_pages),
};
KTEST_MAIN(tests)
