/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Lazy invalidation. What a driver unmaps leaves the page table at once, but its IOVA space and the
 * tables that became empty wait in a ring until the IOTLB of the whole domain has been flushed: one
 * flush for many unmaps. Until then the device can still get through by a stale IOTLB entry.
 *
 * A ring is flushed when it has no room for one more entry, and all of them by a timer that the
 * first entry after a flush arms. An entry retires when a flush that began after it was queued has
 * finished; entries of one ring retire in the order in which they were queued. A ring is looked
 * through whenever something is added to it, so entries that another CPU's flush covered retire
 * then, or at the next timer.
 *
 * Normally each CPU has a ring. Where a flush is what keeps shadow tables in step, as under a
 * hypervisor, flushing is so dear that all CPUs share one large ring with a long timer.
 *
 * DOC: Not modelled
 *
 * Other CPUs run nothing while one flushes, so no entry is ever queued between the start and the
 * end of a flush. Both are counted all the same.
 */
#ifndef IOVA_SIM_FLUSH_QUEUE_H
#define IOVA_SIM_FLUSH_QUEUE_H

#include <linux/atomic.h>
#include <linux/iommu.h>
#include <linux/percpu.h>
#include <linux/timer.h>
#include <linux/types.h>

/* One entry always stays free, so that a full ring differs from an empty one. */
#define SIM_FQ_ENTRY_COUNT 256
#define SIM_FQ_TIMEOUT_MS 10
#define SIM_FQ_SINGLE_ENTRY_COUNT 32768
#define SIM_FQ_SINGLE_TIMEOUT_MS 1000

struct sim_fq_ring;

/**
 * struct sim_fq - flush queue of a domain
 * @domain: whose IOTLB entries are flushed; NULL while invalidation is strict
 * @single: the one ring that all CPUs share, if @is_single
 * @percpu: each CPU's ring, otherwise
 * @is_single: see @single
 * @timeout_ms: how long an entry waits at most
 * @flush_started: flushes begun so far
 * @flush_finished: flushes finished so far
 * @timer: flushes everything
 * @timer_armed: it will
 */
struct sim_fq {
	struct iommu_domain *domain;
	struct sim_fq_ring *single;
	struct sim_fq_ring __percpu *percpu;
	bool is_single;
	unsigned int timeout_ms;
	atomic64_t flush_started;
	atomic64_t flush_finished;
	struct timer_list timer;
	atomic_t timer_armed;
};

/**
 * sim_fq_init - make the rings: from now on invalidation is lazy
 * @fq: all zero
 * @domain: domain with a cookie of DMA mapping
 * @is_single: one large ring and a long timer (shadow_on_flush)
 *
 * Models: iommu_dma_init_fq(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: 0, or -ENOMEM after a line in the log; then @fq->domain is NULL.
 */
int sim_fq_init(struct sim_fq *fq, struct iommu_domain *domain, bool is_single);
/**
 * sim_fq_fini - free the rings and the tables that wait in them
 * @fq: flush queue, strict or lazy; strict afterwards
 *
 * The IOVA space that waits goes with its allocator, which the caller is about to free. No event
 * tells of it.
 *
 * Models: iommu_dma_free_fq(); drivers/iommu/dma-iommu.c, v7.0.
 * Differs: drops what the IOTLB has of the domain; in the kernel, detaching has done so before.
 */
void sim_fq_fini(struct sim_fq *fq);
/**
 * sim_fq_add - queue IOVA space for the time after the next flush
 * @fq: lazy
 * @pfn: first page
 * @pages: length, as the driver believes
 * @freelist: tables to be freed with it; empty afterwards
 *
 * Models: queue_iova(); drivers/iommu/dma-iommu.c, v7.0.
 */
void sim_fq_add(struct sim_fq *fq, unsigned long pfn, unsigned long pages,
		struct iommu_pages_list *freelist);
/**
 * sim_fq_drain - flush and retire everything now, if anything waits
 * @fq: flush queue, strict or lazy
 *
 * The timer stays as it is. The kernel has no such function: this is for the end of a run.
 */
void sim_fq_drain(struct sim_fq *fq);
/** sim_fq_forget - empty the rings and free nothing: all simulated RAM is being forgotten */
void sim_fq_forget(struct sim_fq *fq);
/**
 * sim_fq_length - entries that wait in the ring of a CPU
 * @fq: flush queue, strict or lazy
 * @cpu: which; any for a single ring
 *
 * Return: their number.
 */
unsigned int sim_fq_length(const struct sim_fq *fq, unsigned int cpu);
/**
 * sim_fq_holds - whether a page of IOVA space waits in one of the rings
 * @fq: flush queue, strict or lazy
 * @pfn: page
 *
 * Return: true if so.
 */
bool sim_fq_holds(const struct sim_fq *fq, unsigned long pfn);

#endif
