/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A world up to the device layer, and descriptions of devices. */
#ifndef UNIT_DEVICE_FIXTURE_H
#define UNIT_DEVICE_FIXTURE_H

#include <linux/string.h>
#include "device/sim_device.h"
#include "kernel/layers.h"
#include "kernel/printk.h"
#include "ktest.h"

static const struct sim_layer *const device_layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
};

static inline struct svmsim_world *device_world(void)
{
	return ktest_world(device_layers, sizeof(device_layers) / sizeof(device_layers[0]), NULL);
}

/* A PCI function at @address. */
static inline struct device *make_function(struct svmsim_world *world, struct svmsim_device *desc,
					   const char *name, const char *address,
					   unsigned int index)
{
	strscpy(desc->name, name);
	strscpy(desc->pci_address, address);
	if (!desc->mask_bits)
		desc->mask_bits = 48;
	return sim_device_add(world, desc, index);
}

static inline struct device *make_plain(struct svmsim_world *world, struct svmsim_device *desc,
					const char *name, unsigned int index)
{
	strscpy(desc->name, name);
	desc->non_pci = true;
	if (!desc->mask_bits)
		desc->mask_bits = 32;
	return sim_device_add(world, desc, index);
}

#endif
