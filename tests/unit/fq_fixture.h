/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the tests of lazy invalidation share: single pages that are mapped and unmapped. */
#ifndef UNIT_FQ_FIXTURE_H
#define UNIT_FQ_FIXTURE_H

#include <linux/errno.h>
#include <linux/jiffies.h>
#include "dma_fixture.h"
#include "iova_sim/flush_queue.h"
#include "kernel/time.h"

#define RW DMA_BIDIRECTIONAL
#define MS 1000000ull

/* Entries that a CPU's ring holds before one more makes it flush. */
#define USABLE (SIM_FQ_ENTRY_COUNT - 1)

static inline struct dma_fixture *fq_make(unsigned int cpu_count)
{
	return dma_make_with(&(struct dma_options){ .cpu_count = cpu_count, .params.lazy = true });
}

static inline struct sim_fq *fq_of(struct dma_fixture *f)
{
	return &f->sdom->domain.iova_cookie->fq;
}

static inline dma_addr_t fq_map(struct dma_fixture *f, u64 phys)
{
	dma_addr_t addr = dma_map_phys(f->dev, phys, P, RW, 0);

	ktest_assert_int_equal(dma_mapping_error(f->dev, addr), 0);
	return addr;
}

static inline void fq_unmap(struct dma_fixture *f, dma_addr_t addr)
{
	dma_unmap_phys(f->dev, addr, P, RW, 0);
}

/* Queues @count pages on the current CPU, all mapped to @phys; their addresses go to @addr. */
static inline void fq_queue(struct dma_fixture *f, u64 phys, unsigned int count, dma_addr_t *addr)
{
	for (unsigned int i = 0; i < count; i++) {
		dma_addr_t at = fq_map(f, phys);

		fq_unmap(f, at);
		if (addr)
			addr[i] = at;
	}
}

static inline u64 fq_count(const struct dma_fixture *f, enum sim_event_id id)
{
	return f->world->events.count[id];
}

#define fq_flush_count(f) fq_count(f, SIM_EVENT_IOTLB_FLUSH_ALL)
#define fq_free_count(f) fq_count(f, SIM_EVENT_IOVA_FREE)

#endif
