/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests of oracles share: a machine with one device under a chosen IOMMU profile, driven
 * through the kernel's API, and the reports of the run as text.
 */
#ifndef UNIT_CHECK_FIXTURE_H
#define UNIT_CHECK_FIXTURE_H

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <svmsim/report.h>
#include "check/check.h"
#include "device/sim_device.h"
#include "iova_sim/dma_iommu.h"
#include "iova_sim/engine.h"
#include "kernel/layers.h"
#include "ktest.h"
#include "mm/layers.h"

#define P 4096ull

/**
 * struct fixture - a machine with one device
 * @world: world
 * @dev: device "d0"
 * @sdom: its domain
 * @state: a window
 */
struct fixture {
	struct svmsim_world *world;
	struct device *dev;
	struct sim_domain *sdom;
	struct dma_iova_state state;
};

static const struct sim_layer *const fixture_layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
	SIM_MM_LAYERS,
	&sim_layer_iova_sim,
	&sim_layer_check,
};

static inline struct fixture fixture_make(const char *profile, bool caching_mode)
{
	struct svmsim_machine machine = {
		.device_count = 1,
		.device[0] = { .name = "d0", .mask_bits = 48, .caching_mode = caching_mode },
	};
	struct fixture f = {};

	strscpy(machine.device[0].iommu, profile, sizeof(machine.device[0].iommu));
	strscpy(machine.device[0].pci_address, "0000:03:00.0",
		sizeof(machine.device[0].pci_address));
	f.world = ktest_world(fixture_layers, sizeof(fixture_layers) / sizeof(fixture_layers[0]),
			      &machine);
	f.dev = sim_device_add(f.world, &f.world->machine->device[0], 0);
	ktest_assert_int_equal(sim_domain_create(f.world, profile, NULL, caching_mode, &f.sdom), 0);
	ktest_assert_int_equal(sim_dma_attach(f.dev, f.sdom, NULL), 0);
	return f;
}

static inline void fixture_window(struct fixture *f, u64 pages)
{
	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, 0, pages * P));
}

/* A page of its own, never next to the one before. */
static inline struct page *fixture_page(struct fixture *f)
{
	struct page *page = sim_phys_alloc_scattered(f->world);

	ktest_assert_non_null(page);
	return page;
}

static inline void fixture_link_page(struct fixture *f, u64 at_page, struct page *page)
{
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page_to_phys(page), at_page * P, P,
					     DMA_BIDIRECTIONAL, 0), 0);
}

static inline void fixture_link(struct fixture *f, u64 first, u64 last)
{
	for (u64 i = first; i <= last; i++)
		fixture_link_page(f, i, fixture_page(f));
}

static inline void fixture_destroy(struct fixture *f, u64 pages)
{
	dma_iova_destroy(f->dev, &f->state, pages * P, DMA_BIDIRECTIONAL, 0);
}

/* "identifier key=value ...", with "note " or "attached " in front where it applies. */
static inline const char *fixture_report(const struct fixture *f, unsigned int index)
{
	static char text[512];
	struct svmsim_report report;
	int used;

	if (svmsim_report_get(f->world, index, &report))
		return "none";
	used = host_snprintf(text, sizeof(text), "%s%s",
			     report.is_note ? "note " : report.attached_to >= 0 ? "attached " : "",
			     report.identifier);
	for (unsigned int i = 0; i < report.field_count && used < (int)sizeof(text); i++)
		used += host_snprintf(text + used, sizeof(text) - used, " %s=%s", report.key[i],
				      report.value[i]);
	return text;
}

static inline const char *fixture_line(const struct fixture *f, unsigned int index,
				       unsigned int line)
{
	struct svmsim_report report;

	if (svmsim_report_get(f->world, index, &report) || line >= report.line_count)
		return "none";
	return report.line[line];
}

#define assert_report(f, index, text) ktest_assert_string_equal(fixture_report(f, index), text)
#define assert_line(f, index, line, text)                                                          \
	ktest_assert_string_equal(fixture_line(f, index, line), text)
#define assert_report_count(f, n) ktest_assert_int_equal(svmsim_report_count((f)->world), n)

#endif
