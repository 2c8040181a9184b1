/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Machines with PCI topologies, and words for their parts. */
#ifndef UNIT_PEER_FIXTURE_H
#define UNIT_PEER_FIXTURE_H

#include <linux/pci-p2pdma.h>
#include "device/sim_device.h"
#include "kernel/printk.h"
#include "machine_fixture.h"

#define MIB (1ull << 20)
#define ACS SVMSIM_ACS_REQUEST

#define ROOT_PORT(label, ...) { .name = label, .kind = SVMSIM_ROOT_PORT, ##__VA_ARGS__ }
#define SWITCH(label, above, ...)                                                                  \
	{ .name = label, .kind = SVMSIM_SWITCH, .parent = above, ##__VA_ARGS__ }
#define DOWNSTREAM(label, above, ...)                                                              \
	{ .name = label, .kind = SVMSIM_DOWNSTREAM_PORT, .parent = above, ##__VA_ARGS__ }
#define BRIDGES(count, ...) .bridge_count = (count), .bridge = { __VA_ARGS__ }
/* d0 has the memory. */
#define PROVIDER(...) { .name = "d0", .bar_bytes = MIB, ##__VA_ARGS__ }
#define CLIENT(...) { .name = "d1", ##__VA_ARGS__ }
#define PAIR(below0, below1)                                                                       \
	.device_count = 2, .device = { PROVIDER(.parent = below0), CLIENT(.parent = below1) }
#define LISTED .host_bridge = { { .p2p = SVMSIM_P2P_LISTED } }

static inline struct pci_dev *peer_function(struct svmsim_world *world, unsigned int index)
{
	return to_pci_dev(sim_device_get(world, index));
}

/* Pages of d0's memory. */
static inline struct svmsim_ram *peer_ram(struct svmsim_world *world, uint64_t pages)
{
	struct svmsim_ram *ram = NULL;

	if (!peer_function(world, 0)->p2pdma)
		ktest_assert_int_equal(svmsim_peer_add(world, 0), 0);
	ktest_assert_int_equal(svmsim_peer_alloc(world, 0, pages, &ram), 0);
	return ram;
}

static inline void peer_ram_free(struct svmsim_ram *ram)
{
	ktest_assert_int_equal(svmsim_ram_free(ram, 0, svmsim_ram_pages(ram) - 1), 0);
}

/* The log line with this position counted from the end, 0 being the last. */
static inline const char *log_from_end(const struct svmsim_world *world, u64 position)
{
	u64 count = sim_log_count(world);

	return position < count ? sim_log_line(world, count - 1 - position, NULL) : "none";
}

#endif
