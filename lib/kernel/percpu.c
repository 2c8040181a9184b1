/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/percpu.h"
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/smp.h>
#include "kernel/inject.h"
#include "kernel/race.h"
#include "kernel/warn_internal.h"
#include "kernel/world.h"

#define PERCPU_ALIGN_MAX 4096ul
#define PERCPU_UNIT_BYTES 16ul

/**
 * struct area - an allocation, or one that was freed and waits for another of the same size
 * @site: who allocated it; NULL when free
 * @offset: in each CPU's memory
 * @bytes: size
 */
struct area {
	const struct sim_site *site;
	u32 offset;
	u32 bytes;
};

/**
 * struct percpu_state - what slot SIM_SLOT_PERCPU points to
 * @base: memory of CPU 0, the others' follow; NULL until it is needed
 * @used_bytes: how far it has been handed out
 * @areas: in order of their offsets, @area_count of @area_capacity
 */
struct percpu_state {
	char *base;
	u32 used_bytes;
	struct area *areas;
	unsigned int area_count;
	unsigned int area_capacity;
};

static struct percpu_state *percpu_state(void)
{
	return sim_world->slot[SIM_SLOT_PERCPU];
}

unsigned int sim_cpu(void)
{
	return sim_world->cpu;
}

unsigned int sim_cpu_count(void)
{
	return sim_world->cpu_count;
}

static bool reserve(struct percpu_state *state)
{
	if (!state->base)
		state->base = host_reserve(sim_world->cpu_count * SIM_PERCPU_STRIDE_BYTES);
	return state->base != NULL;
}

static struct area *find_free(struct percpu_state *state, size_t bytes, size_t align)
{
	for (unsigned int i = 0; i < state->area_count; i++) {
		struct area *area = &state->areas[i];

		if (!area->site && area->bytes == bytes && !(area->offset & (align - 1)))
			return area;
	}
	return NULL;
}

static struct area *append(struct percpu_state *state, size_t bytes, size_t align)
{
	u64 offset = (state->used_bytes + align - 1) & ~(align - 1);

	if (offset + bytes > SIM_PERCPU_STRIDE_BYTES)
		return NULL;
	state->areas = sim_array_grow(sim_world, state->areas, state->area_count,
				      &state->area_capacity, sizeof(*state->areas));
	state->areas[state->area_count] = (struct area){ .offset = (u32)offset,
							 .bytes = (u32)bytes };
	state->used_bytes = (u32)(offset + bytes);
	return &state->areas[state->area_count++];
}

void *sim_alloc_percpu(const struct sim_site *site, size_t size, size_t align, gfp_t gfp)
{
	struct percpu_state *state = percpu_state();
	struct area *area;
	char *object;

	if (WARN_ON_ONCE(!size || size > SIM_PERCPU_STRIDE_BYTES / 2 ||
			 align > PERCPU_ALIGN_MAX || (align & (align - 1))))
		return NULL;
	if (!(gfp & __GFP_NOFAIL) && sim_inject(&sim_fault_percpu, site))
		return NULL;
	if (!reserve(state))
		return NULL;
	if (align < PERCPU_UNIT_BYTES)
		align = PERCPU_UNIT_BYTES;
	size = (size + PERCPU_UNIT_BYTES - 1) & ~(PERCPU_UNIT_BYTES - 1);
	area = find_free(state, size, align);
	if (!area)
		area = append(state, size, align);
	if (!area)
		return NULL;
	area->site = site;
	object = state->base + area->offset;
	for (unsigned int cpu = 0; cpu < sim_world->cpu_count; cpu++) {
		__builtin_memset(per_cpu_ptr(object, cpu), 0, size);
		if (sim_world->race_armed)
			sim_race_memory_new(per_cpu_ptr(object, cpu), size);
	}
	return object;
}

void free_percpu(void *pdata)
{
	struct percpu_state *state = percpu_state();
	u64 offset = (u64)((uintptr_t)pdata - (uintptr_t)state->base);
	struct sim_report *report;

	if (!pdata)
		return;
	for (unsigned int i = 0; i < state->area_count; i++) {
		if (state->areas[i].offset == offset && state->areas[i].site) {
			state->areas[i].site = NULL;
			return;
		}
	}
	report = sim_report_begin(SIM_REPORT_MEM_DOUBLE_FREE);
	sim_report_field(report, "what", "no-object");
	sim_report_field(report, "cache", "percpu");
	sim_report_line(report, "no live per-CPU object is at this address");
	sim_report_raise(report);
}

bool sim_percpu_holds(const void *address)
{
	struct percpu_state *state = percpu_state();

	return state && state->base && (uintptr_t)address - (uintptr_t)state->base <
	       sim_world->cpu_count * SIM_PERCPU_STRIDE_BYTES;
}

static int percpu_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_PERCPU] = sim_alloc(world, sizeof(struct percpu_state));
	return 0;
}

static void percpu_finish(struct svmsim_world *world)
{
	struct percpu_state *state = percpu_state();

	for (unsigned int i = 0; i < state->area_count; i++) {
		const struct area *area = &state->areas[i];
		struct sim_report *report;

		if (!area->site)
			continue;
		report = sim_report_begin(SIM_REPORT_MEM_LEAK);
		sim_report_field(report, "site", "%s:%s", area->site->file, area->site->function);
		sim_report_field(report, "bytes", "%u", area->bytes);
		sim_report_field(report, "count", "1");
		sim_report_field(report, "cache", "percpu");
		sim_report_line(report, "%u bytes on each CPU, allocated in %s() (%s)",
				area->bytes, area->site->function, area->site->file);
		sim_report_raise(report);
	}
}

/* The memory is cleared when it is handed out again. */
static void percpu_reset(struct svmsim_world *world)
{
	percpu_state()->area_count = 0;
	percpu_state()->used_bytes = 0;
}

static void percpu_unmake(struct svmsim_world *world)
{
	struct percpu_state *state = percpu_state();

	host_release(state->base, world->cpu_count * SIM_PERCPU_STRIDE_BYTES);
	sim_free(world, state->areas, state->area_capacity * sizeof(*state->areas));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_PERCPU] = NULL;
}

const struct sim_layer sim_layer_percpu = {
	.name = "percpu",
	.slot = SIM_SLOT_PERCPU,
	.make = percpu_make,
	.finish = percpu_finish,
	.reset = percpu_reset,
	.unmake = percpu_unmake,
};
