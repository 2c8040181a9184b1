/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The DMA API under lazy invalidation: what waits, what does not, addresses, stale access. */
#include "fq_fixture.h"

static struct dma_fixture *make(const char *profile, bool is_lazy)
{
	return dma_make_with(&(struct dma_options){ .profile = profile, .params.lazy = is_lazy });
}

static int read_byte(struct dma_fixture *f, u64 addr)
{
	u8 byte;

	return sim_dma_read(f->dev, addr, &byte, 1);
}

static void test_destroy_of_what_is_mapped_is_queued(void **state)
{
	struct dma_fixture *f = make(NULL, true);

	dma_window(f, 8 * P);
	dma_link_pages(f, 0, 4);
	dma_iova_destroy(f->dev, &f->state, 5 * P, RW, 0);
	/* The length is that of what was mapped, as in strict mode. */
	assert_event(f, IOVA_QUEUE, 0, f->sdom->index, f->state.addr >> 12, 5);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 0);
	assert_event_count(f, IOVA_FREE, 0);
	sim_time_advance(f->world, 10 * MS);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, f->state.addr >> 12, 5);
}

static void test_destroy_of_nothing_frees_at_once(void **state)
{
	struct dma_fixture *f = make(NULL, true);

	dma_window(f, 8 * P);
	dma_iova_destroy(f->dev, &f->state, 0, RW, 0);
	assert_event_count(f, IOVA_QUEUE, 0);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, f->state.addr >> 12, 8);
}

static void test_unlink_is_strict_and_free_immediate(void **state)
{
	struct dma_fixture *f = make(NULL, true);

	dma_window(f, 4 * P);
	dma_link_pages(f, 0, 3);
	ktest_assert_int_equal(read_byte(f, f->state.addr), 0);
	dma_iova_unlink(f->dev, &f->state, 0, 4 * P, RW, 0);
	assert_event(f, IOTLB_FLUSH_RANGE, 0, f->sdom->index, f->state.addr,
		     f->state.addr + 4 * P - 1);
	ktest_assert_int_equal(read_byte(f, f->state.addr), -EFAULT);
	dma_iova_free(f->dev, &f->state);
	assert_event_count(f, IOVA_QUEUE, 0);
	assert_event_count(f, IOVA_FREE, 1);
	assert_event_count(f, IOTLB_FLUSH_ALL, 0);
}

static void test_destroy_with_holes_is_queued_whole(void **state)
{
	struct dma_fixture *f = make(NULL, true);

	dma_window(f, 8 * P);
	dma_link_pages(f, 1, 2);
	dma_link_pages(f, 5, 5);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 8 * P), 0);
	assert_event(f, IOVA_QUEUE, 0, f->sdom->index, f->state.addr >> 12, 8);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 0);
	assert_event_count(f, IOVA_FREE, 0);
}

static void test_failed_map_frees_at_once(void **state)
{
	struct dma_fixture *f = make(NULL, true);

	/* Beyond what a page table can lead to. */
	ktest_assert_u64_equal(dma_map_phys(f->dev, 1ull << 60, P, RW, DMA_ATTR_MMIO),
			       DMA_MAPPING_ERROR);
	assert_event_count(f, IOVA_QUEUE, 0);
	assert_event_count(f, IOVA_FREE, 1);
}

/* A hole stops a driver as ever; what was asked for is queued, and the WARN is the same. */
static void test_unmap_over_a_hole_queues_all(void **state)
{
	struct dma_fixture *f = make(NULL, true);

	dma_window(f, 8 * P);
	dma_link_pages(f, 0, 3);
	dma_link_pages(f, 5, 7);
	dma_iova_destroy(f->dev, &f->state, 8 * P, RW, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 8 * P), 3 * P);
	assert_event(f, IOVA_QUEUE, 0, f->sdom->index, f->state.addr >> 12, 8);
	dma_assert_warns(f, 1);
}

static void test_tables_wait_with_their_entry(void **state)
{
	struct dma_fixture *f = make(NULL, true);
	u64 block = dma_block(f, M2), free_pages;

	dma_window(f, M2);
	ktest_assert_int_equal(dma_link_err(f, block, 0, M2 - P), 0);
	ktest_assert_int_equal(dma_link_err(f, block, M2 - P, P), 0);
	free_pages = sim_phys_free_pages(f->world);
	dma_iova_destroy(f->dev, &f->state, M2, RW, 0);
	/* Out of the tree, but the hardware may still be walking it. */
	ktest_assert_u64_equal(f->sdom->table.table_count, 3);
	ktest_assert_u64_equal(sim_phys_free_pages(f->world), free_pages);
	sim_time_advance(f->world, 10 * MS);
	ktest_assert_u64_equal(sim_phys_free_pages(f->world), free_pages + 1);
}

static void test_exhausted_space_does_not_flush(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){
		.mask_bits = 14, .params = { .lazy = true, .no_reserved = true } });
	u64 phys = dma_page(f);

	fq_queue(f, phys, 3, NULL);
	ktest_assert_u64_equal(dma_map_phys(f->dev, phys, P, RW, 0), DMA_MAPPING_ERROR);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	sim_time_advance(f->world, 10 * MS);
	ktest_assert_u64_equal(fq_map(f, phys), P);
}

static void test_strict_hands_the_address_out_again_lazy_does_not(void **state)
{
	struct dma_fixture *strict = make(NULL, false), *lazy;
	dma_addr_t addr[4];
	u64 phys = dma_page(strict);

	fq_queue(strict, phys, 4, addr);
	for (unsigned int i = 0; i < 4; i++)
		ktest_assert_u64_equal(addr[i], 0xfffff000);

	lazy = make(NULL, true);
	phys = dma_page(lazy);
	fq_queue(lazy, phys, 4, addr);
	for (unsigned int i = 0; i < 4; i++)
		ktest_assert_u64_equal(addr[i], 0xfffff000 - i * P);
	sim_time_advance(lazy->world, 10 * MS);
	/* Queued first in first out, then kept last in first out. */
	for (unsigned int i = 4; i--;)
		ktest_assert_u64_equal(fq_map(lazy, phys), addr[i]);
	ktest_assert_u64_equal(fq_map(lazy, phys), 0xfffff000 - 4 * P);
}

/* The short destroy of a large window: the queue keeps the length that destroy passed. */
static void test_short_destroy_leaves_the_wrong_magazine(void **state)
{
	struct dma_fixture *f = make(NULL, true);
	dma_addr_t window;

	dma_window(f, M2);
	window = f->state.addr;
	dma_link_pages(f, 0, 0);
	dma_iova_destroy(f->dev, &f->state, P, RW, 0);
	sim_time_advance(f->world, 10 * MS);
	ktest_assert_u64_equal(fq_map(f, dma_page(f)), window);
	dma_window(f, M2);
	ktest_assert_u64_not_equal(f->state.addr, window);
}

static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };

static void test_stale_entries_reach_memory_until_the_flush(void **state)
{
	for (unsigned int i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		struct dma_fixture *f = make(profiles[i], true);
		u64 block = dma_block(f, M2);

		dma_window(f, 2 * M2);
		ktest_assert_int_equal(dma_link_err(f, block, 0, M2), 0);
		dma_link_pages(f, 512, 515);
		ktest_assert_int_equal(read_byte(f, f->state.addr + 7), 0);
		ktest_assert_int_equal(read_byte(f, f->state.addr + M2), 0);
		dma_iova_destroy(f->dev, &f->state, M2 + 4 * P, RW, 0);
		assert_event_count(f, IOTLB_FLUSH_RANGE, 0);
		ktest_assert_int_equal(read_byte(f, f->state.addr + 7), 0);
		ktest_assert_int_equal(read_byte(f, f->state.addr + M2), 0);
		/* Never cached, so gone at once. */
		ktest_assert_int_equal(read_byte(f, f->state.addr + M2 + P), -EFAULT);
		sim_time_advance(f->world, 10 * MS);
		ktest_assert_int_equal(read_byte(f, f->state.addr + 7), -EFAULT);
		ktest_assert_int_equal(read_byte(f, f->state.addr + M2), -EFAULT);
	}
}

/* Other domains keep their entries. */
static void test_flush_is_for_one_domain(void **state)
{
	struct dma_fixture *f = make(NULL, true);
	struct sim_domain *other;
	u64 page = dma_page(f);

	ktest_assert_int_equal(sim_domain_create(f->world, NULL, NULL, false, &other), 0);
	iotlb_insert(f->sdom->state->iotlb, other->index, 0x5000, 0x5000, page, P, IOTLB_READ);
	fq_queue(f, page, 1, NULL);
	sim_time_advance(f->world, 10 * MS);
	ktest_assert_false(iotlb_is_empty(f->sdom->state->iotlb));
	iotlb_invalidate_domain(f->sdom->state->iotlb, other->index);
	ktest_assert_true(iotlb_is_empty(f->sdom->state->iotlb));
}

static const struct ktest tests[] = {
	KTEST(test_destroy_of_what_is_mapped_is_queued),
	KTEST(test_destroy_of_nothing_frees_at_once),
	KTEST(test_unlink_is_strict_and_free_immediate),
	KTEST(test_destroy_with_holes_is_queued_whole),
	KTEST(test_failed_map_frees_at_once),
	KTEST(test_unmap_over_a_hole_queues_all),
	KTEST(test_tables_wait_with_their_entry),
	KTEST(test_exhausted_space_does_not_flush),
	KTEST(test_strict_hands_the_address_out_again_lazy_does_not),
	KTEST(test_short_destroy_leaves_the_wrong_magazine),
	KTEST(test_stale_entries_reach_memory_until_the_flush),
	KTEST(test_flush_is_for_one_domain),
};
KTEST_MAIN(tests)
