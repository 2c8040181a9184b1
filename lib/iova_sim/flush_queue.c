// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include "iova_sim/dma_iommu.h"
#include "iova_sim/flush_queue.h"
#include "iova_sim/iopt_internal.h"
#include "iova_sim/iotlb.h"
#include "kernel/task.h"

/**
 * struct sim_fq_entry - IOVA space that waits
 * @pfn: first page
 * @pages: length
 * @freelist: tables that go with it
 * @started: flushes begun before it was queued; the next one covers it
 */
struct sim_fq_entry {
	unsigned long pfn;
	unsigned long pages;
	struct iommu_pages_list freelist;
	u64 started;
};

/**
 * struct sim_fq_ring - entries from @head up to @tail, which is free
 * @lock: protects all of it
 * @head: the oldest
 * @tail: where the next one goes
 * @index_mask: size - 1
 * @entries: a power of two of them
 */
struct sim_fq_ring {
	spinlock_t lock;
	unsigned int head;
	unsigned int tail;
	unsigned int index_mask;
	struct sim_fq_entry entries[];
};

static struct sim_fq_ring *ring_of(const struct sim_fq *fq, unsigned int cpu)
{
	return fq->is_single ? fq->single : per_cpu_ptr(fq->percpu, cpu);
}

static unsigned int ring_count(const struct sim_fq *fq)
{
	if (!fq->domain)
		return 0;
	return fq->is_single ? 1 : sim_cpu_count();
}

static unsigned int ring_length(const struct sim_fq_ring *ring)
{
	return (ring->tail - ring->head) & ring->index_mask;
}

static struct sim_fq_entry *ring_pop(struct sim_fq_ring *ring)
{
	struct sim_fq_entry *entry = &ring->entries[ring->head];

	ring->head = (ring->head + 1) & ring->index_mask;
	return entry;
}

/* Gives back what flushes that have finished cover, oldest first. The ring is locked. */
static void ring_retire(struct sim_fq *fq, struct sim_fq_ring *ring)
{
	u64 finished = (u64)atomic64_read(&fq->flush_finished);

	while (ring->head != ring->tail && ring->entries[ring->head].started < finished) {
		struct sim_fq_entry *entry = ring_pop(ring);

		if (!list_empty(&entry->freelist.pages))
			iopt_pages_free(sim_world, &entry->freelist);
		sim_dma_iova_recycle(fq->domain, entry->pfn, entry->pages);
	}
}

static void flush(struct sim_fq *fq)
{
	atomic64_inc(&fq->flush_started);
	sim_point_here(SIM_SITE(SIM_POINT_MODEL, "fq_flush", ""));
	iommu_flush_iotlb_all(fq->domain);
	atomic64_inc(&fq->flush_finished);
}

static void retire_all(struct sim_fq *fq)
{
	for (unsigned int i = 0; i < ring_count(fq); i++) {
		struct sim_fq_ring *ring = ring_of(fq, i);
		unsigned long flags;

		spin_lock_irqsave(&ring->lock, flags);
		ring_retire(fq, ring);
		spin_unlock_irqrestore(&ring->lock, flags);
	}
}

/* What retires goes to the magazines of the CPU that armed the timer: it runs there. */
static void timeout(struct timer_list *timer)
{
	struct sim_fq *fq = timer_container_of(fq, timer, timer);

	atomic_set(&fq->timer_armed, 0);
	flush(fq);
	retire_all(fq);
}

static void arm_timer(struct sim_fq *fq)
{
	if (atomic_xchg(&fq->timer_armed, 1))
		return;
	mod_timer(&fq->timer, jiffies + msecs_to_jiffies(fq->timeout_ms));
}

void sim_fq_add(struct sim_fq *fq, unsigned long pfn, unsigned long pages,
		struct iommu_pages_list *freelist)
{
	struct sim_fq_ring *ring = ring_of(fq, smp_processor_id());
	struct sim_fq_entry *entry;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	ring_retire(fq, ring);
	if (ring_length(ring) == ring->index_mask) {
		flush(fq);
		ring_retire(fq, ring);
	}
	entry = &ring->entries[ring->tail];
	ring->tail = (ring->tail + 1) & ring->index_mask;
	entry->pfn = pfn;
	entry->pages = pages;
	entry->started = (u64)atomic64_read(&fq->flush_started);
	INIT_LIST_HEAD(&entry->freelist.pages);
	list_splice_init(&freelist->pages, &entry->freelist.pages);
	spin_unlock_irqrestore(&ring->lock, flags);

	arm_timer(fq);
}

static void ring_init(struct sim_fq_ring *ring, unsigned int entry_count)
{
	ring->head = 0;
	ring->tail = 0;
	ring->index_mask = entry_count - 1;
	spin_lock_init(&ring->lock);
}

static int init_single(struct sim_fq *fq)
{
	struct sim_fq_ring *ring;

	ring = kvmalloc(struct_size(ring, entries, SIM_FQ_SINGLE_ENTRY_COUNT), GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	ring_init(ring, SIM_FQ_SINGLE_ENTRY_COUNT);
	fq->single = ring;
	fq->timeout_ms = SIM_FQ_SINGLE_TIMEOUT_MS;
	return 0;
}

static int init_percpu(struct sim_fq *fq)
{
	struct sim_fq_ring __percpu *rings;
	unsigned int cpu;

	rings = __alloc_percpu(struct_size(rings, entries, SIM_FQ_ENTRY_COUNT),
			       __alignof__(*rings));
	if (!rings)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		ring_init(per_cpu_ptr(rings, cpu), SIM_FQ_ENTRY_COUNT);
	fq->percpu = rings;
	fq->timeout_ms = SIM_FQ_TIMEOUT_MS;
	return 0;
}

int sim_fq_init(struct sim_fq *fq, struct iommu_domain *domain, bool is_single)
{
	int err = is_single ? init_single(fq) : init_percpu(fq);

	if (err) {
		pr_warn("iova flush queue initialization failed\n");
		return err;
	}
	fq->is_single = is_single;
	atomic64_set(&fq->flush_started, 0);
	atomic64_set(&fq->flush_finished, 0);
	timer_setup(&fq->timer, timeout, 0);
	atomic_set(&fq->timer_armed, 0);
	fq->domain = domain;
	return 0;
}

static void ring_free_tables(struct sim_fq_ring *ring)
{
	while (ring->head != ring->tail)
		iopt_pages_free(sim_world, &ring_pop(ring)->freelist);
}

void sim_fq_fini(struct sim_fq *fq)
{
	struct sim_domain *sdom;

	if (!fq->domain)
		return;
	timer_delete_sync(&fq->timer);
	sdom = to_sim_domain(fq->domain);
	iotlb_invalidate_domain(sdom->state->iotlb, sdom->index);
	for (unsigned int i = 0; i < ring_count(fq); i++)
		ring_free_tables(ring_of(fq, i));
	if (fq->is_single)
		kvfree(fq->single);
	else
		free_percpu(fq->percpu);
	fq->domain = NULL;
}

void sim_fq_drain(struct sim_fq *fq)
{
	unsigned int length = 0;

	for (unsigned int i = 0; i < ring_count(fq); i++)
		length += ring_length(ring_of(fq, i));
	if (!length)
		return;
	flush(fq);
	retire_all(fq);
}

void sim_fq_forget(struct sim_fq *fq)
{
	for (unsigned int i = 0; i < ring_count(fq); i++)
		ring_of(fq, i)->head = ring_of(fq, i)->tail;
}

unsigned int sim_fq_length(const struct sim_fq *fq, unsigned int cpu)
{
	return fq->domain ? ring_length(ring_of(fq, cpu)) : 0;
}

static bool ring_holds(const struct sim_fq_ring *ring, unsigned long pfn)
{
	for (unsigned int i = ring->head; i != ring->tail; i = (i + 1) & ring->index_mask)
		if (pfn - ring->entries[i].pfn < ring->entries[i].pages)
			return true;
	return false;
}

bool sim_fq_holds(const struct sim_fq *fq, unsigned long pfn)
{
	for (unsigned int i = 0; i < ring_count(fq); i++)
		if (ring_holds(ring_of(fq, i), pfn))
			return true;
	return false;
}
