/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The layer: where RAM lies, the page map, what a run touched. */
#include "mm/cache.h"
#include "mm/phys_internal.h"
#include <linux/errno.h>
#include <linux/string.h>

#define DEFAULT_WIDTH_BITS 40
#define DEFAULT_RAM_BYTES (256ull << 20)
#define DEFAULT_FILL 0xa5
#define TOUCHED_START 256

static u64 round_up_to(u64 value, u64 size)
{
	return (value + size - 1) & ~(size - 1);
}

static u64 node_bytes(const struct svmsim_machine *machine, unsigned int node)
{
	return machine->node[node].ram_bytes ? machine->node[node].ram_bytes : DEFAULT_RAM_BYTES;
}

/* The two ranges of a node that has @bytes of RAM and may start at @start; returns their end. */
static u64 place_node(u64 start, u64 bytes, u64 first[2], u64 end[2])
{
	u64 low = 0;

	if (start < SIM_PHYS_HOLE_START) {
		low = SIM_PHYS_HOLE_START - start < bytes ? SIM_PHYS_HOLE_START - start : bytes;
		first[0] = start;
		end[0] = start + low;
		start = bytes > low ? SIM_PHYS_HOLE_END : start + low;
	} else {
		if (start < SIM_PHYS_HOLE_END)
			start = SIM_PHYS_HOLE_END;
		first[0] = start;
		end[0] = start + bytes;
		start += bytes;
		low = bytes;
	}
	first[1] = start;
	end[1] = start + (bytes - low);
	return end[1];
}

static u64 node_start(unsigned int node, u64 end_of_previous)
{
	return node ? round_up_to(end_of_previous, 1ull << SIM_PHYS_CHUNK_SHIFT) :
		      SIM_PHYS_RAM_START;
}

static unsigned int node_count(const struct svmsim_machine *machine)
{
	return machine->node_count ? machine->node_count : 1;
}

u64 sim_phys_layout_end(const struct svmsim_machine *machine)
{
	u64 first[2], end[2], last = 0;

	for (unsigned int i = 0; i < node_count(machine); i++)
		last = place_node(node_start(i, last), node_bytes(machine, i), first, end);
	return last;
}

static void add_chunks(struct sim_phys *state, int node, u64 first, u64 end)
{
	while (first < end) {
		u64 index = first >> SIM_PHYS_CHUNK_SHIFT;
		u64 chunk_end = (index + 1) << SIM_PHYS_CHUNK_SHIFT;
		struct sim_phys_chunk *chunk = &state->chunks[index];

		SIM_ASSERT(!chunk->bytes);
		chunk->first = first;
		chunk->bytes = (end < chunk_end ? end : chunk_end) - first;
		chunk->node = node;
		first += chunk->bytes;
	}
}

static void place_ram(struct svmsim_world *world, struct sim_phys *state)
{
	u64 end_of_ram = sim_phys_layout_end(world->machine);
	u64 first[2], end[2], last = 0;

	state->chunk_count = round_up_to(end_of_ram, 1ull << SIM_PHYS_CHUNK_SHIFT) >>
			     SIM_PHYS_CHUNK_SHIFT;
	state->chunks = sim_alloc(world, state->chunk_count * sizeof(*state->chunks));
	state->ram_pfn_end = PHYS_PFN(end_of_ram);
	state->node_count = node_count(world->machine);
	for (unsigned int i = 0; i < state->node_count; i++) {
		struct sim_phys_node *node = &state->node[i];

		last = place_node(node_start(i, last), node_bytes(world->machine, i), first, end);
		for (int r = 0; r < 2; r++) {
			add_chunks(state, i, first[r], end[r]);
			node->range[r].first_pfn = PHYS_PFN(first[r]);
			node->range[r].end_pfn = PHYS_PFN(end[r]);
			node->ram_pages += PHYS_PFN(end[r] - first[r]);
		}
	}
}

static size_t map_bytes(const struct sim_phys *state)
{
	return state->pfn_end * sizeof(struct page);
}

static size_t stored_bytes(const struct sim_phys *state)
{
	return state->pfn_end / 8;
}

static size_t tags_bytes(const struct sim_phys *state)
{
	return state->pfn_end * sizeof(*state->tags);
}

static size_t touched_bytes(const struct sim_phys *state)
{
	return PAGE_ALIGN((state->pfn_end >> GROUP_SHIFT) / 8);
}

u64 sim_phys_overhead_bytes(const struct svmsim_world *world)
{
	const struct sim_phys *state = sim_phys_of_world(world);

	return map_bytes(state) + 2 * stored_bytes(state) + touched_bytes(state);
}

static void phys_unmake(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);

	sim_cache_free(world);
	for (u64 i = 0; i < state->chunk_count; i++)
		if (state->chunks[i].base)
			host_release(state->chunks[i].base, state->chunks[i].bytes);
	phys_windows_release(state);
	sim_free(world, state->pgmaps, state->pgmap_capacity * sizeof(*state->pgmaps));
	sim_free(world, state->chunks, state->chunk_count * sizeof(*state->chunks));
	sim_free(world, state->touched_groups, state->touched_max * sizeof(u32));
	host_release(state->pages, map_bytes(state));
	host_release(state->stored, stored_bytes(state));
	host_release(state->raw, stored_bytes(state));
	host_release(state->tags, tags_bytes(state));
	host_release(state->touched, touched_bytes(state));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_PHYS] = NULL;
}

static int phys_make(struct svmsim_world *world)
{
	const struct svmsim_machine *machine = world->machine;
	struct sim_phys *state = sim_alloc(world, sizeof(*state));
	unsigned int width = machine->width_bits ? machine->width_bits : DEFAULT_WIDTH_BITS;

	world->slot[SIM_SLOT_PHYS] = state;
	state->fill = machine->fill ? machine->fill : DEFAULT_FILL;
	state->keeps_tags = machine->content == SVMSIM_CONTENT_TAG;
	state->pfn_end = 1ull << (width - PAGE_SHIFT);
	SIM_ASSERT(PHYS_PFN(sim_phys_layout_end(machine)) <= state->pfn_end);
	state->pages = host_reserve(map_bytes(state));
	state->stored = host_reserve(stored_bytes(state));
	state->raw = host_reserve(stored_bytes(state));
	state->tags = host_reserve(tags_bytes(state));
	state->touched = host_reserve(touched_bytes(state));
	if (!state->pages || !state->stored || !state->raw || !state->tags || !state->touched) {
		phys_unmake(world);
		return -ENOMEM;
	}
	state->touched_max = TOUCHED_START;
	state->touched_groups = sim_alloc(world, state->touched_max * sizeof(u32));
	place_ram(world, state);
	phys_nodes_make(state, machine);
	return 0;
}

static void touch_group(struct svmsim_world *world, struct sim_phys *state, u64 group)
{
	u64 *word = &state->touched[group / 64];
	u64 bit = 1ull << (group % 64);

	if (*word & bit)
		return;
	*word |= bit;
	if (state->touched_count == state->touched_max) {
		u32 *larger = sim_alloc(world, 2 * state->touched_max * sizeof(u32));

		memcpy(larger, state->touched_groups, state->touched_max * sizeof(u32));
		sim_free(world, state->touched_groups, state->touched_max * sizeof(u32));
		state->touched_groups = larger;
		state->touched_max *= 2;
	}
	state->touched_groups[state->touched_count++] = group;
}

void sim_phys_touch(struct svmsim_world *world, u64 pfn, u64 count)
{
	struct sim_phys *state = sim_phys_of_world(world);
	u64 last_group = (pfn + count - 1) >> GROUP_SHIFT;

	SIM_ASSERT(count && pfn + count <= state->pfn_end);
	for (u64 group = pfn >> GROUP_SHIFT; group <= last_group; group++)
		touch_group(world, state, group);
}

static void phys_reset(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);

	sim_cache_free(world);
	for (u32 i = 0; i < state->touched_count; i++) {
		u64 group = state->touched_groups[i];

		memset(&state->pages[group << GROUP_SHIFT], 0, GROUP_PAGES * sizeof(struct page));
		phys_forget_bytes(state, group << GROUP_SHIFT, GROUP_PAGES);
		state->touched[group / 64] = 0;
	}
	state->touched_count = 0;
	state->pgmap_count = 0;
	phys_windows_reset(state);
	state->scattered_is_set = false;
}

void sim_phys_set_watch(struct svmsim_world *world, const struct mm_watch *watch)
{
	sim_phys_of_world(world)->watch = watch;
}

static void phys_start(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);

	for (unsigned int i = 0; i < SIM_FOLIO_QUEUES; i++)
		INIT_LIST_HEAD(&state->folio_queue[i]);
	phys_iomem_start(world);
	phys_alloc_start(world);
}

const struct sim_layer sim_layer_phys = {
	.name = "phys",
	.slot = SIM_SLOT_PHYS,
	.make = phys_make,
	.start = phys_start,
	.reset = phys_reset,
	.unmake = phys_unmake,
};
