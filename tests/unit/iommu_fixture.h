/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests of page tables and the IOMMU core share: a world with one domain, a record of what
 * happened as text, and the table's leaves as text.
 */
#ifndef IOMMU_FIXTURE_H
#define IOMMU_FIXTURE_H

#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "device/sim_device.h"
#include "iova_sim/iopt_internal.h"
#include "iova_sim/profile.h"
#include "iova_sim/layer.h"
#include "kernel/event.h"
#include "kernel/layers.h"
#include "ktest.h"
#include "mm/layers.h"

#define RW (IOMMU_READ | IOMMU_WRITE)
#define PAGE 0x1000ull
#define MID 0x200000ull
#define BIG 0x40000000ull
#define LOG_BYTES 8192

struct iommu_fixture {
	struct svmsim_world *world;
	struct sim_domain *sdom;
	struct iommu_domain *domain;
	struct sim_event_consumer consumer;
	u64 free_pages;
	size_t log_bytes;
	char log[LOG_BYTES];
	char leaves[LOG_BYTES];
};

static const struct sim_layer *const iommu_layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
	SIM_MM_LAYERS,
	&sim_layer_iova_sim,
};

static inline void fixture_log(struct iommu_fixture *f, const char *line)
{
	size_t room = LOG_BYTES - f->log_bytes;

	f->log_bytes += scnprintf(f->log + f->log_bytes, room, "%s\n", line);
}

/* Only what this layer says; allocations of memory are the business of others. */
static inline void fixture_consume(void *ctx, const struct sim_event *event)
{
	struct iommu_fixture *f = ctx;
	char text[256];

	switch (event->id) {
	case SIM_EVENT_CONSOLE:
	case SIM_EVENT_IOMMU_MAP:
	case SIM_EVENT_IOMMU_UNMAP:
	case SIM_EVENT_IOTLB_FLUSH_RANGE:
	case SIM_EVENT_IOTLB_FLUSH_ALL:
	case SIM_EVENT_IOTLB_SYNC_MAP:
	case SIM_EVENT_IO_PAGE_FAULT:
		sim_event_format(f->world, event, text, sizeof(text));
		fixture_log(f, text);
		break;
	default:
		break;
	}
}

/* A world of @ram_bytes (0: the default) with one domain. */
static inline void fixture_make(struct iommu_fixture *f, const char *profile, const char *fmt,
				bool caching_mode, unsigned int level_count, u64 ram_bytes)
{
	struct svmsim_machine machine = { .node[0].ram_bytes = ram_bytes };

	memset(f, 0, sizeof(*f));
	f->world = ktest_world(iommu_layers, sizeof(iommu_layers) / sizeof(iommu_layers[0]),
			       &machine);
	f->free_pages = sim_phys_free_pages(f->world);
	ktest_assert_int_equal(sim_domain_create_levels(f->world, profile, fmt, caching_mode,
							level_count, &f->sdom), 0);
	f->domain = &f->sdom->domain;
	f->consumer.consume = fixture_consume;
	f->consumer.ctx = f;
	sim_event_attach(f->world, &f->consumer);
}

/* Nothing may be left of a domain that is destroyed: all table pages are back. */
static inline void fixture_drop(struct iommu_fixture *f)
{
	if (f->sdom->table.top)
		ktest_assert_true(iopt_is_valid(&f->sdom->table));
	sim_domain_destroy(f->sdom);
	ktest_assert_u64_equal(sim_phys_free_pages(f->world), f->free_pages);
	sim_event_detach(f->world, &f->consumer);
	ktest_world_drop(f->world);
}

static inline void fixture_log_clear(struct iommu_fixture *f)
{
	f->log_bytes = 0;
	f->log[0] = '\0';
}

/*
 * All leaves, "IOVA:SIZE*COUNT>PHYS ...", all hexadecimal: leaves of one size that continue each
 * other in both address spaces count as one run.
 */
static inline const char *fixture_leaves(struct iommu_fixture *f)
{
	struct iopt_leaf leaf, run = {};
	u64 count = 0, at = 0;
	size_t length = 0;
	bool more;

	f->leaves[0] = '\0';
	do {
		more = iopt_next_leaf(f->sdom, at, ~0ull, &leaf);
		if (more && count && leaf.bytes == run.bytes &&
		    leaf.iova == run.iova + count * run.bytes &&
		    leaf.phys == run.phys + count * run.bytes) {
			count++;
		} else {
			if (count)
				length += scnprintf(f->leaves + length, LOG_BYTES - length,
						    "%s%llx:%llx*%llx>%llx", length ? " " : "",
						    run.iova, run.bytes, count, run.phys);
			run = leaf;
			count = 1;
		}
		at = leaf.iova + leaf.bytes;
		/* Nothing lies behind the last address. */
		if (more && !at)
			length += scnprintf(f->leaves + length, LOG_BYTES - length,
					    "%s%llx:%llx*%llx>%llx", length ? " " : "", run.iova,
					    run.bytes, count, run.phys);
	} while (more && at);
	return f->leaves;
}

static inline void do_map(struct iommu_fixture *f, u64 iova, u64 paddr, u64 size)
{
	ktest_assert_int_equal(iommu_map(f->domain, iova, paddr, size, RW, GFP_ATOMIC), 0);
}

static inline void do_unmap(struct iommu_fixture *f, u64 iova, u64 size)
{
	ktest_assert_u64_equal(iommu_unmap(f->domain, iova, size), size);
}

#endif
