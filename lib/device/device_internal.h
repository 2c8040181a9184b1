/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared inside lib/device. */
#ifndef DEVICE_DEVICE_INTERNAL_H
#define DEVICE_DEVICE_INTERNAL_H

#include <linux/mutex.h>
#include <linux/srcu.h>
#include "device/sim_device.h"

#define DEVICE_CHUNK_BYTES (64u << 10)

/* Memory of the run's devices; the first chunk is kept for the next run. */
struct device_chunk {
	struct device_chunk *next;
	size_t bytes;
	size_t used;
	char data[] __aligned(16);
};

/**
 * struct device_state - the layer's slot
 * @chunk: memory, newest first
 * @device: devices of the machine description by position
 * @device_count: how many were added
 * @bridge: host bridges by position, NULL until asked for
 * @port_count: root ports made so far below each
 * @port: of each bridge in the machine description the port whose secondary bus is the bridge's
 * @driver: what all devices of the machine are bound to
 * @unbound: see sim_device_set_unbound()
 * @unplug_srcu: sections that must end before a DRM device counts as unplugged
 * @shrinkers: registered ones, in order
 * @shrinker_mutex: of @shrinkers
 */
struct device_state {
	struct device_chunk *chunk;
	struct device *device[SVMSIM_DEVICE_MAX];
	unsigned int device_count;
	struct pci_host_bridge *bridge[SVMSIM_HOST_BRIDGE_MAX];
	unsigned int port_count[SVMSIM_HOST_BRIDGE_MAX];
	struct pci_dev *port[SVMSIM_BRIDGE_MAX];
	struct pci_driver driver;
	void (*unbound)(struct device *dev);
	struct srcu_struct unplug_srcu;
	struct list_head shrinkers;
	struct mutex shrinker_mutex;
};

static inline struct device_state *device_state_of(struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_DEVICE];
}

/* A device that the layer owns: its name is in the arena, and releasing it frees nothing. */
void device_init_owned(struct device *dev, struct device *parent, const char *name);
/* printf into the arena. */
const char *device_text(struct svmsim_world *world, const char *fmt, ...) __printf(2, 3);

#endif
