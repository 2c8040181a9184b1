/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests of the DMA API share: a machine with one device under a chosen IOMMU profile, the
 * events of the run, and its WARNs.
 */
#ifndef UNIT_DMA_FIXTURE_H
#define UNIT_DMA_FIXTURE_H

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <svmsim/report.h>
#include "device/sim_device.h"
#include "iova_sim/dma_iommu.h"
#include "iova_sim/engine.h"
#include "iova_sim/iotlb.h"
#include "kernel/layers.h"
#include "kernel/printk.h"
#include "ktest.h"
#include "mm/layers.h"

#define P 4096ull
#define M2 0x200000ull
#define EVENT_MAX 4096
#define FIXTURE_MAX 8

/* How a test wants its machine; zero is one PCI device, 48 bits, under generic-pt. */
struct dma_options {
	const char *profile;
	const char *fmt;
	unsigned int mask_bits;
	bool non_pci;
	bool noncoherent;
	bool untrusted;
	bool caching_mode;
	unsigned int iotlb_sets;
	unsigned int iotlb_ways;
	unsigned int cpu_count;
	struct sim_dma_params params;
};

/**
 * struct dma_fixture - a machine with one device
 * @world: world
 * @dev: device "d0", 0000:03:00.0
 * @sdom: its domain
 * @state: a window
 * @options: what it was made with
 * @consumer: fills @event
 * @event: events since the last dma_events_clear()
 * @event_count: their number
 */
struct dma_fixture {
	struct svmsim_world *world;
	struct device *dev;
	struct sim_domain *sdom;
	struct dma_iova_state state;
	struct dma_options options;
	struct sim_event_consumer consumer;
	struct sim_event event[EVENT_MAX];
	unsigned int event_count;
};

static const struct sim_layer *const dma_layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
	SIM_MM_LAYERS,
	&sim_layer_iova_sim,
};

static inline void dma_record(void *ctx, const struct sim_event *event)
{
	struct dma_fixture *f = ctx;

	/* More than a test looks at; the end of a run has many. */
	if (f->event_count < EVENT_MAX)
		f->event[f->event_count++] = *event;
}

/* Makes the device and its domain; also after a reset of the world. */
static inline void dma_rebuild(struct dma_fixture *f)
{
	const struct dma_options *options = &f->options;

	f->dev = sim_device_add(f->world, &f->world->machine->device[0], 0);
	if (options->profile && !__builtin_strcmp(options->profile, "none")) {
		sim_dma_setup_direct(f->dev);
	} else {
		ktest_assert_int_equal(sim_domain_create(f->world, options->profile, options->fmt,
							 options->caching_mode, &f->sdom), 0);
		ktest_assert_int_equal(sim_dma_attach(f->dev, f->sdom, &options->params), 0);
	}
	f->consumer = (struct sim_event_consumer){ .consume = dma_record, .ctx = f };
	f->event_count = 0;
	sim_event_attach(f->world, &f->consumer);
}

static inline struct dma_fixture *dma_make_with(const struct dma_options *options)
{
	/* Too large for a stack, and used until the world is finished after the test. */
	static struct dma_fixture fixtures[FIXTURE_MAX];
	static unsigned int next;
	struct svmsim_machine machine = {
		.node = { { .cpu_count = options->cpu_count } },
		.device_count = 1,
		.device[0] = { .name = "d0",
			       .mask_bits = options->mask_bits ? options->mask_bits : 48,
			       .non_pci = options->non_pci,
			       .noncoherent = options->noncoherent,
			       .untrusted = options->untrusted },
		.iotlb_sets = options->iotlb_sets,
		.iotlb_ways = options->iotlb_ways,
	};
	struct dma_fixture *f = &fixtures[next++ % FIXTURE_MAX];

	__builtin_memset(f, 0, sizeof(*f));
	f->options = *options;
	strscpy(machine.device[0].pci_address, "0000:03:00.0",
		sizeof(machine.device[0].pci_address));
	f->world = ktest_world(dma_layers, sizeof(dma_layers) / sizeof(dma_layers[0]), &machine);
	dma_rebuild(f);
	return f;
}

static inline struct dma_fixture *dma_make(const char *profile)
{
	return dma_make_with(&(struct dma_options){ .profile = profile });
}

static inline void dma_events_clear(struct dma_fixture *f)
{
	f->event_count = 0;
}

static inline unsigned int dma_event_count(const struct dma_fixture *f, enum sim_event_id id)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < f->event_count; i++)
		count += f->event[i].id == id;
	return count;
}

/* The event of a type with this position among those of its type. */
static inline const struct sim_event *dma_event(const struct dma_fixture *f, enum sim_event_id id,
						unsigned int position)
{
	for (unsigned int i = 0; i < f->event_count; i++)
		if (f->event[i].id == id && !position--)
			return &f->event[i];
	ktest_fail("no such event");
}

#define assert_event(f, symbol, position, ...)                                                     \
	dma_assert_event(f, SIM_EVENT_##symbol, position, #symbol, (const u64[]){ __VA_ARGS__ },   \
			 sizeof((const u64[]){ __VA_ARGS__ }) / sizeof(u64))
static inline void dma_assert_event(const struct dma_fixture *f, enum sim_event_id id,
				    unsigned int position, const char *name, const u64 *arg,
				    unsigned int count)
{
	const struct sim_event *event = dma_event(f, id, position);

	for (unsigned int i = 0; i < count; i++)
		if (event->arg[i] != arg[i])
			ktest_fail("event %s %u: argument %u is 0x%llx, expected 0x%llx", name,
				   position, i, event->arg[i], arg[i]);
}

#define assert_event_count(f, symbol, n)                                                           \
	ktest_assert_int_equal(dma_event_count(f, SIM_EVENT_##symbol), n)

/* The WARN with this position in the run: its message, or else its expression in quotes. */
static inline const char *dma_warn_text(const struct dma_fixture *f, unsigned int position)
{
	struct svmsim_report report;

	for (unsigned int i = 0; !svmsim_report_get(f->world, i, &report); i++) {
		if (__builtin_strcmp(report.identifier, "warn") || position--)
			continue;
		if (report.line_count > 1)
			return report.line[1];
		for (unsigned int key = 0; key < report.field_count; key++)
			if (!__builtin_strcmp(report.key[key], "expr"))
				return report.value[key];
	}
	return "none";
}

/* All WARNs so far, expected ones for the end of the test. */
static inline void dma_assert_warns(struct dma_fixture *f, unsigned int count)
{
	ktest_assert_int_equal(ktest_report_count(f->world, "warn"), count);
	if (count)
		ktest_expect_report(f->world, "warn", count);
}

/* Last line of the kernel log, or "none". */
static inline const char *dma_log_last(const struct dma_fixture *f)
{
	u64 count = sim_log_count(f->world);

	return count ? sim_log_line(f->world, count - 1, NULL) : "none";
}

static inline void dma_window(struct dma_fixture *f, u64 bytes)
{
	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, 0, bytes));
}

/* A page of its own, never next to the one before. */
static inline u64 dma_page(struct dma_fixture *f)
{
	struct page *page = sim_phys_alloc_scattered(f->world);

	ktest_assert_non_null(page);
	return page_to_phys(page);
}

/* A contiguous block, aligned to 2 MiB if it is that large. */
static inline u64 dma_block(struct dma_fixture *f, u64 bytes)
{
	struct page *page = sim_phys_alloc_contig(f->world, bytes / P, bytes >= M2 ? M2 : 0);

	ktest_assert_non_null(page);
	return page_to_phys(page);
}

static inline int dma_link_err(struct dma_fixture *f, u64 phys, u64 offset, u64 bytes)
{
	return dma_iova_link(f->dev, &f->state, phys, offset, bytes, DMA_BIDIRECTIONAL, 0);
}

/* Links page @first to @last of the window to pages of their own. */
static inline void dma_link_pages(struct dma_fixture *f, u64 first, u64 last)
{
	for (u64 i = first; i <= last; i++)
		ktest_assert_int_equal(dma_link_err(f, dma_page(f), i * P, P), 0);
}

/* Bytes that translate in [@iova, @iova + @bytes). */
static inline u64 dma_live_bytes(struct dma_fixture *f, u64 iova, u64 bytes)
{
	struct iopt_leaf leaf;
	u64 live = 0;

	for (u64 at = iova; at < iova + bytes; at += P)
		live += iopt_walk(f->sdom, at, &leaf) ? P : 0;
	return live;
}

#endif
