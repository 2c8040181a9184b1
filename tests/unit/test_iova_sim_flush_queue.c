/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Flush queues at their limits: rings, the timer, order, several CPUs, degradation. */
#include "fq_fixture.h"

static dma_addr_t addrs[4 * SIM_FQ_ENTRY_COUNT];

/* The IOVA_FREE events from @position on are those of @addr, in this order; domain 0 is the one. */
static void assert_freed(const struct dma_fixture *f, unsigned int position, const dma_addr_t *addr,
			 unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		assert_event(f, IOVA_FREE, position + i, 0, addr[i] >> 12, 1);
}

static void test_unmap_queues_and_does_not_flush(void **state)
{
	struct dma_fixture *f = fq_make(1);
	dma_addr_t addr = fq_map(f, dma_page(f));

	ktest_assert_int_equal(f->sdom->domain.type, IOMMU_DOMAIN_DMA_FQ);
	fq_unmap(f, addr);
	ktest_assert_u64_equal(dma_live_bytes(f, addr, P), 0);
	assert_event(f, IOVA_QUEUE, 0, f->sdom->index, addr >> 12, 1);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 0);
	assert_event_count(f, IOTLB_FLUSH_ALL, 0);
	assert_event_count(f, IOVA_FREE, 0);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 1);
	ktest_assert_true(sim_fq_holds(fq_of(f), addr >> 12));
	ktest_assert_false(sim_fq_holds(fq_of(f), (addr >> 12) - 1));
	ktest_assert_false(sim_fq_holds(fq_of(f), (addr >> 12) + 1));
}

static void test_strict_has_no_queue(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_int_equal(f->sdom->domain.type, IOMMU_DOMAIN_DMA);
	fq_unmap(f, fq_map(f, dma_page(f)));
	assert_event_count(f, IOVA_QUEUE, 0);
	assert_event_count(f, IOVA_FREE, 1);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 1);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 0);
	ktest_assert_false(sim_fq_holds(fq_of(f), 1));
}

static void test_full_ring_flushes_and_retires_in_order(void **state)
{
	struct dma_fixture *f = fq_make(1);
	u64 phys = dma_page(f);

	fq_queue(f, phys, USABLE, addrs);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), USABLE);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	ktest_assert_u64_equal(fq_free_count(f), 0);
	fq_queue(f, phys, 1, addrs + USABLE);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	ktest_assert_u64_equal(fq_free_count(f), USABLE);
	assert_freed(f, 0, addrs, USABLE);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 1);
	ktest_assert_true(sim_fq_holds(fq_of(f), addrs[USABLE] >> 12));
}

static void test_ring_wraps(void **state)
{
	struct dma_fixture *f = fq_make(1);
	u64 phys = dma_page(f);

	for (unsigned int i = 0; i < 3 * USABLE + 2; i++) {
		fq_queue(f, phys, 1, &addrs[i]);
		ktest_assert_u64_equal(fq_flush_count(f), i / USABLE);
		ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), i % USABLE + 1);
		ktest_assert_true(sim_fq_holds(fq_of(f), addrs[i] >> 12));
		/* What is queued can't be handed out, so that within the ring nothing repeats. */
		for (unsigned int j = i - i % USABLE; j < i; j++)
			ktest_assert_u64_not_equal(addrs[i], addrs[j]);
	}
	/* The fixture keeps only the first events. */
	dma_events_clear(f);
	sim_time_advance(f->world, 10 * MS);
	ktest_assert_u64_equal(fq_free_count(f), 3 * USABLE + 2);
	assert_freed(f, 0, &addrs[3 * USABLE], 2);
}

/* Locks are switch points and take time, so an interval does not say when it ends. */
static void advance_to(struct dma_fixture *f, u64 ns)
{
	sim_time_advance(f->world, ns - f->world->now_ns);
}

static void test_timer_is_armed_by_the_first_entry(void **state)
{
	struct dma_fixture *f = fq_make(1);
	u64 phys = dma_page(f);

	advance_to(f, 100 * MS);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	fq_queue(f, phys, 1, addrs);
	advance_to(f, 105 * MS);
	fq_queue(f, phys, 1, addrs + 1);
	advance_to(f, 110 * MS - 1);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 2);
	advance_to(f, 110 * MS);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 0);
	assert_freed(f, 0, addrs, 2);
}

static void test_timer_rests_until_something_is_queued(void **state)
{
	struct dma_fixture *f = fq_make(1);
	u64 phys = dma_page(f), next_ns;

	fq_queue(f, phys, 1, NULL);
	advance_to(f, 10 * MS);
	ktest_assert_false(sim_time_next(f->world, &next_ns));
	advance_to(f, 110 * MS);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	fq_queue(f, phys, 1, NULL);
	advance_to(f, 120 * MS - 1);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	advance_to(f, 120 * MS);
	ktest_assert_u64_equal(fq_flush_count(f), 2);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 0);
}

/* Jiffies are what timers count in: the rest of the current one is not waited for. */
static void test_timer_counts_in_jiffies(void **state)
{
	struct dma_fixture *f = fq_make(1);

	advance_to(f, MS / 4);
	fq_queue(f, dma_page(f), 1, NULL);
	advance_to(f, 10 * MS - 1);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	advance_to(f, 10 * MS);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
}

static void test_full_ring_leaves_the_timer_alone(void **state)
{
	struct dma_fixture *f = fq_make(1);
	u64 phys = dma_page(f);

	fq_queue(f, phys, 1, NULL);
	sim_time_advance(f->world, 9 * MS);
	fq_queue(f, phys, USABLE, NULL);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 1);
	sim_time_advance(f->world, MS);
	ktest_assert_u64_equal(fq_flush_count(f), 2);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 0);
}

static void test_each_cpu_has_its_ring(void **state)
{
	struct dma_fixture *f = fq_make(2);
	u64 phys = dma_page(f);

	fq_queue(f, phys, USABLE, NULL);
	f->world->cpu = 1;
	fq_queue(f, phys, USABLE, NULL);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), USABLE);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 1), USABLE);
}

static void test_flush_of_one_cpu_retires_the_others_later(void **state)
{
	struct dma_fixture *f = fq_make(2);
	u64 phys = dma_page(f);

	fq_queue(f, phys, 3, addrs);
	f->world->cpu = 1;
	fq_queue(f, phys, USABLE + 1, NULL);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	/* Flushed, but nobody has looked at this ring since. */
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 3);
	f->world->cpu = 0;
	dma_events_clear(f);
	fq_queue(f, phys, 1, addrs + 3);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	assert_event_count(f, IOVA_FREE, 3);
	assert_freed(f, 0, addrs, 3);
	/* This one came after the flush. */
	fq_queue(f, phys, 1, addrs + 4);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 2);
	assert_event_count(f, IOVA_FREE, 3);
}

static void test_timer_retires_all_cpus_on_the_one_that_armed_it(void **state)
{
	struct dma_fixture *f = fq_make(3);
	u64 phys = dma_page(f);

	f->world->cpu = 2;
	fq_queue(f, phys, 1, addrs + 2);
	f->world->cpu = 1;
	fq_queue(f, phys, 1, addrs + 1);
	f->world->cpu = 0;
	fq_queue(f, phys, 1, addrs);
	sim_time_advance(f->world, 10 * MS);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	assert_freed(f, 0, addrs, 3);
	ktest_assert_int_equal(f->world->cpu, 0);
	/* The magazines of CPU 2 have them, last in first out. */
	ktest_assert_u64_equal(fq_map(f, phys), addrs[0] - P);
	f->world->cpu = 2;
	ktest_assert_u64_equal(fq_map(f, phys), addrs[2]);
	ktest_assert_u64_equal(fq_map(f, phys), addrs[1]);
	ktest_assert_u64_equal(fq_map(f, phys), addrs[0]);
}

static struct dma_fixture *make_single(unsigned int cpu_count)
{
	return dma_make_with(&(struct dma_options){
		.cpu_count = cpu_count,
		.params = { .lazy = true, .shadow_on_flush = true } });
}

static void test_single_ring_is_large_and_shared(void **state)
{
	struct dma_fixture *f = make_single(2);
	u64 phys = dma_page(f);

	fq_queue(f, phys, SIM_FQ_SINGLE_ENTRY_COUNT - 2, NULL);
	f->world->cpu = 1;
	fq_queue(f, phys, 1, NULL);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 32767);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 1), 32767);
	fq_queue(f, phys, 1, NULL);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	ktest_assert_u64_equal(fq_free_count(f), 32767);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0), 1);
}

static void test_single_ring_waits_a_second(void **state)
{
	struct dma_fixture *f = make_single(1);

	fq_queue(f, dma_page(f), 1, addrs);
	advance_to(f, 1000 * MS - 1);
	ktest_assert_u64_equal(fq_flush_count(f), 0);
	advance_to(f, 1000 * MS);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	assert_freed(f, 0, addrs, 1);
}

static struct dma_fixture *make_strict_then_detach(void)
{
	struct dma_fixture *f = dma_make(NULL);

	sim_dma_detach(f->dev);
	return f;
}

static const struct sim_dma_params lazy = { .lazy = true };

static void test_driver_without_deferred_flush_stays_strict(void **state)
{
	struct dma_fixture *f = make_strict_then_detach();
	struct sim_iommu_profile profile = *f->sdom->profile;

	profile.deferred_flush = false;
	f->sdom->profile = &profile;
	ktest_assert_int_equal(sim_dma_attach(f->dev, f->sdom, &lazy), 0);
	ktest_assert_false(device_iommu_capable(f->dev, IOMMU_CAP_DEFERRED_FLUSH));
	ktest_assert_int_equal(f->sdom->domain.type, IOMMU_DOMAIN_DMA);
	fq_unmap(f, fq_map(f, dma_page(f)));
	assert_event_count(f, IOVA_FREE, 1);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 1);
	sim_world_finish(f->world);
}

static void test_without_memory_for_rings_it_stays_strict(void **state)
{
	struct dma_fixture *f = make_strict_then_detach();
	void *most = __alloc_percpu(SIM_PERCPU_STRIDE_BYTES / 2, 16);
	void *rest = __alloc_percpu(SIM_PERCPU_STRIDE_BYTES / 2 - 4096, 16);

	ktest_assert_non_null(most);
	ktest_assert_non_null(rest);
	ktest_assert_int_equal(sim_dma_attach(f->dev, f->sdom, &lazy), 0);
	ktest_assert_string_equal(dma_log_last(f), "iova flush queue initialization failed");
	ktest_assert_int_equal(f->sdom->domain.type, IOMMU_DOMAIN_DMA);
	fq_unmap(f, fq_map(f, dma_page(f)));
	assert_event_count(f, IOVA_FREE, 1);
	free_percpu(rest);
	free_percpu(most);
}

static void test_identity_takes_no_notice(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .profile = "identity",
								     .params.lazy = true });

	ktest_assert_int_equal(f->sdom->domain.type, IOMMU_DOMAIN_IDENTITY);
	fq_unmap(f, fq_map(f, dma_page(f)));
	assert_event_count(f, IOVA_QUEUE, 0);
}

static void test_finish_drains(void **state)
{
	struct dma_fixture *f = fq_make(2);
	u64 phys = dma_page(f);

	fq_queue(f, phys, 2, addrs);
	f->world->cpu = 1;
	fq_queue(f, phys, 1, addrs + 2);
	sim_world_finish(f->world);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
	assert_freed(f, 0, addrs, 3);
}

static void test_finish_with_empty_queues_does_not_flush(void **state)
{
	struct dma_fixture *f = fq_make(1);

	fq_queue(f, dma_page(f), 1, NULL);
	sim_time_advance(f->world, 10 * MS);
	sim_world_finish(f->world);
	ktest_assert_u64_equal(fq_flush_count(f), 1);
}

static void test_detach_ends_the_queue(void **state)
{
	struct dma_fixture *f = fq_make(1);
	u64 block = dma_block(f, M2), free_pages, next_ns;
	u8 byte;

	free_pages = sim_phys_free_pages(f->world);
	dma_window(f, M2);
	ktest_assert_int_equal(dma_link_err(f, block, 0, M2 - P), 0);
	ktest_assert_int_equal(dma_link_err(f, block, M2 - P, P), 0);
	ktest_assert_int_equal(sim_dma_read(f->dev, f->state.addr, &byte, 1), 0);
	dma_iova_destroy(f->dev, &f->state, M2, RW, 0);
	ktest_assert_true(sim_phys_free_pages(f->world) < free_pages);
	sim_dma_detach(f->dev);
	ktest_assert_false(sim_time_next(f->world, &next_ns));
	ktest_assert_true(iotlb_is_empty(f->sdom->state->iotlb));
	/* All that is left are the tables above the leaf table. */
	ktest_assert_u64_equal(free_pages - sim_phys_free_pages(f->world),
			       f->sdom->table.table_count - 1);
	ktest_assert_int_equal(sim_dma_attach(f->dev, f->sdom, NULL), 0);
}

/* Nothing is freed one by one when all of RAM is forgotten. */
static void test_reset_forgets_the_queue(void **state)
{
	struct dma_fixture *f = fq_make(2);
	u64 first, next_ns, free_pages = sim_phys_free_pages(f->world);
	u64 block = dma_block(f, M2);

	first = fq_map(f, dma_page(f));
	fq_unmap(f, first);
	f->world->cpu = 1;
	fq_queue(f, dma_page(f), 7, NULL);
	dma_window(f, M2);
	ktest_assert_int_equal(dma_link_err(f, block, 0, M2 - P), 0);
	ktest_assert_int_equal(dma_link_err(f, block, M2 - P, P), 0);
	dma_iova_destroy(f->dev, &f->state, M2, RW, 0);
	dma_events_clear(f);
	sim_world_reset(f->world);
	assert_event_count(f, PAGE_FREE, 0);
	sim_event_detach(f->world, &f->consumer);
	ktest_assert_false(sim_time_next(f->world, &next_ns));
	dma_rebuild(f);
	ktest_assert_u64_equal(sim_phys_free_pages(f->world), free_pages);
	ktest_assert_int_equal(sim_fq_length(fq_of(f), 0) + sim_fq_length(fq_of(f), 1), 0);
	ktest_assert_u64_equal(fq_map(f, dma_page(f)), first);
}

static const struct ktest tests[] = {
	KTEST(test_unmap_queues_and_does_not_flush),
	KTEST(test_strict_has_no_queue),
	KTEST(test_full_ring_flushes_and_retires_in_order),
	KTEST(test_ring_wraps),
	KTEST(test_timer_is_armed_by_the_first_entry),
	KTEST(test_timer_rests_until_something_is_queued),
	KTEST(test_timer_counts_in_jiffies),
	KTEST(test_full_ring_leaves_the_timer_alone),
	KTEST(test_each_cpu_has_its_ring),
	KTEST(test_flush_of_one_cpu_retires_the_others_later),
	KTEST(test_timer_retires_all_cpus_on_the_one_that_armed_it),
	KTEST(test_single_ring_is_large_and_shared),
	KTEST(test_single_ring_waits_a_second),
	KTEST(test_driver_without_deferred_flush_stays_strict),
	KTEST(test_without_memory_for_rings_it_stays_strict),
	KTEST(test_identity_takes_no_notice),
	KTEST(test_finish_drains),
	KTEST(test_finish_with_empty_queues_does_not_flush),
	KTEST(test_detach_ends_the_queue),
	KTEST(test_reset_forgets_the_queue),
};
KTEST_MAIN(tests)
