/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Worlds of the public API, judged at the end of a test as ktest_world() does it. */
#ifndef UNIT_MACHINE_FIXTURE_H
#define UNIT_MACHINE_FIXTURE_H

#include <linux/errno.h>
#include <linux/string.h>
#include <svmsim/dma.h>
#include <svmsim/events.h>
#include <svmsim/inspect.h>
#include <svmsim/machine.h>
#include <svmsim/report.h>
#include <svmsim/world.h>
#include "ktest.h"
#include "mm/phys.h"

#define PAGES(n) ((uint64_t)(n) * 4096)

static inline struct svmsim_world *machine_world(const struct svmsim_machine *machine)
{
	struct svmsim_world *world = NULL;
	char message[256];
	int err = svmsim_world_create(machine, NULL, &world, message, sizeof(message));

	if (err)
		ktest_fail("world can't be made: %s", message);
	ktest_world_add(world);
	return world;
}

/* One device "d0" on an IOMMU profile. */
static inline struct svmsim_world *machine_world_of(const char *iommu)
{
	struct svmsim_machine machine = { .device_count = 1, .device = { { .name = "d0" } } };

	strscpy(machine.device[0].iommu, iommu);
	return machine_world(&machine);
}

static inline struct svmsim_ram *make_ram(struct svmsim_world *world, uint64_t pages,
					  bool contiguous, uint64_t align_bytes)
{
	struct svmsim_ram *ram = NULL;

	ktest_assert_int_equal(svmsim_ram_alloc(world, pages, contiguous, align_bytes, &ram), 0);
	return ram;
}

static inline struct svmsim_window *make_window(struct svmsim_world *world, uint64_t pages)
{
	struct svmsim_window *window = NULL;

	ktest_assert_int_equal(svmsim_window_alloc(world, 0, PAGES(pages), &window), 0);
	return window;
}

#endif
