/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The devices of the machine, and the layer's part in a world. */
#include "device/topology.h"
#include <linux/string.h>

static const struct bus_type plain_bus_type = { .name = "platform" };

/* A device that is no PCI function, with what its struct device points to. */
struct plain_device {
	struct device dev;
	u64 dma_mask;
	struct device_dma_parameters dma_parms;
};

static struct device_chunk *chunk_new(struct svmsim_world *world, size_t bytes)
{
	struct device_chunk *chunk = sim_alloc(world, sizeof(*chunk) + bytes);

	chunk->bytes = bytes;
	return chunk;
}

void *sim_device_alloc(struct svmsim_world *world, size_t bytes)
{
	struct device_state *state = device_state_of(world);
	struct device_chunk *chunk = state->chunk;
	void *ptr;

	bytes = (bytes + 15) & ~(size_t)15;
	if (chunk->bytes - chunk->used < bytes) {
		chunk = chunk_new(world, bytes > DEVICE_CHUNK_BYTES ? bytes : DEVICE_CHUNK_BYTES);
		chunk->next = state->chunk;
		state->chunk = chunk;
	}
	ptr = chunk->data + chunk->used;
	chunk->used += bytes;
	return ptr;
}

const char *device_text(struct svmsim_world *world, const char *fmt, ...)
{
	char buf[64];
	va_list ap;
	char *text;
	int length;

	va_start(ap, fmt);
	length = host_vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	SIM_ASSERT(length >= 0 && (size_t)length < sizeof(buf));
	text = sim_device_alloc(world, length + 1);
	memcpy(text, buf, length + 1);
	return text;
}

/* The memory goes away with the run. */
static void release_nothing(struct device *dev)
{
}

void device_init_owned(struct device *dev, struct device *parent, const char *name)
{
	device_initialize(dev);
	dev->init_name = name;
	dev->parent = parent;
	dev->release = release_nothing;
	dev->is_registered = true;
}

static u64 mask_of_bits(unsigned int bits)
{
	return bits >= 64 ? ~0ull : (1ull << bits) - 1;
}

static struct device *add_function(struct svmsim_world *world, const struct svmsim_device *desc)
{
	unsigned int bus_number, devfn;
	struct pci_dev *pdev;

	SIM_ASSERT(!sim_pci_parse(desc->pci_address, &bus_number, &devfn));
	if (desc->parent[0])
		topo_bus_below(world, desc->parent, bus_number);
	pdev = sim_pci_function(world, bus_number, devfn);
	pdev->driver = &device_state_of(world)->driver;
	pdev->dev.driver = &pdev->driver->driver;
	pdev->dma_mask = mask_of_bits(desc->mask_bits);
	pdev->untrusted = desc->untrusted;
	if (desc->untrusted && pci_upstream_bridge(pdev))
		pci_upstream_bridge(pdev)->external_facing = 1;
	return &pdev->dev;
}

static struct device *add_plain(struct svmsim_world *world, const struct svmsim_device *desc)
{
	struct plain_device *plain = sim_device_alloc(world, sizeof(*plain));

	device_init_owned(&plain->dev, NULL, device_text(world, "%s", desc->name));
	plain->dev.bus = &plain_bus_type;
	plain->dev.driver = &device_state_of(world)->driver.driver;
	plain->dma_mask = mask_of_bits(desc->mask_bits);
	plain->dev.dma_mask = &plain->dma_mask;
	plain->dev.dma_parms = &plain->dma_parms;
	return &plain->dev;
}

struct device *sim_device_add(struct svmsim_world *world, const struct svmsim_device *desc,
			      unsigned int index)
{
	struct device_state *state = device_state_of(world);
	struct sim_device *sim = sim_device_alloc(world, sizeof(*sim));
	struct device *dev;

	SIM_ASSERT(index == state->device_count && index < SVMSIM_DEVICE_MAX);
	dev = desc->non_pci ? add_plain(world, desc) : add_function(world, desc);
	dev->numa_node = 0;
	dev->coherent_dma_mask = mask_of_bits(desc->mask_bits);
	dev->dma_coherent = !desc->noncoherent;
	dev->sim = sim;
	sim->actor = desc->name;
	sim->actor_name = sim_name(desc->name);
	sim->name = sim_name(dev_name(dev));
	sim->index = index;
	sim->desc = desc;
	state->device[index] = dev;
	state->device_count++;
	return dev;
}

struct device *sim_device_get(struct svmsim_world *world, unsigned int index)
{
	const struct device_state *state = device_state_of(world);

	return index < state->device_count ? state->device[index] : NULL;
}

void sim_device_unbind(struct svmsim_world *world, struct device *dev)
{
	struct device_state *state = device_state_of(world);

	if (!dev->driver)
		return;
	devres_release_all(dev);
	dev->driver = NULL;
	dev_set_drvdata(dev, NULL);
	if (dev_is_pci(dev))
		to_pci_dev(dev)->driver = NULL;
	if (state->unbound)
		state->unbound(dev);
}

void sim_device_unbind_all(struct svmsim_world *world)
{
	struct device_state *state = device_state_of(world);

	for (unsigned int i = state->device_count; i--;)
		sim_device_unbind(world, state->device[i]);
}

void sim_device_set_unbound(struct svmsim_world *world, void (*unbound)(struct device *dev))
{
	device_state_of(world)->unbound = unbound;
}

static int device_make(struct svmsim_world *world)
{
	struct device_state *state = sim_alloc(world, sizeof(*state));

	state->chunk = chunk_new(world, DEVICE_CHUNK_BYTES);
	world->slot[SIM_SLOT_DEVICE] = state;
	return 0;
}

static void device_start(struct svmsim_world *world)
{
	struct device_state *state = device_state_of(world);

	state->driver.name = "svmsim";
	state->driver.driver.name = "svmsim";
	state->driver.driver.bus = &pci_bus_type;
	state->unplug_srcu = (struct srcu_struct)__SRCU_STRUCT_INIT(drm_unplug_srcu);
	INIT_LIST_HEAD(&state->shrinkers);
	mutex_init(&state->shrinker_mutex);
}

/* Whoever still holds references, the run's devices go: what they managed is not to leak. */
static void device_finish(struct svmsim_world *world)
{
	struct device_state *state = device_state_of(world);

	sim_device_unbind_all(world);
	for (unsigned int i = state->device_count; i--;)
		devres_release_all(state->device[i]);
}

static void chunk_free(struct svmsim_world *world, struct device_chunk *chunk)
{
	sim_free(world, chunk, sizeof(*chunk) + chunk->bytes);
}

static void device_reset(struct svmsim_world *world)
{
	struct device_state *state = device_state_of(world);
	struct device_chunk *chunk = state->chunk;

	while (chunk->next) {
		struct device_chunk *next = chunk->next;

		chunk_free(world, chunk);
		chunk = next;
	}
	memset(chunk->data, 0, chunk->used);
	chunk->used = 0;
	*state = (struct device_state){ .chunk = chunk };
}

static void device_unmake(struct svmsim_world *world)
{
	struct device_state *state = device_state_of(world);

	device_reset(world);
	chunk_free(world, state->chunk);
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_DEVICE] = NULL;
}

const struct sim_layer sim_layer_device = {
	.name = "device",
	.slot = SIM_SLOT_DEVICE,
	.make = device_make,
	.start = device_start,
	.finish = device_finish,
	.reset = device_reset,
	.unmake = device_unmake,
};
