/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/statics.h"
#include "kernel/world.h"

/* Provided by the linker where the sections exist. */
#define SECTION_BOUND __weak __attribute__((__visibility__("hidden")))

extern char __start_sim_above_data[] SECTION_BOUND;
extern char __stop_sim_above_data[] SECTION_BOUND;
extern char __start_sim_above_bss[] SECTION_BOUND;
extern char __stop_sim_above_bss[] SECTION_BOUND;

struct svmsim_world *sim_statics_owner;

/* As the program was loaded; a fact of the program, not of a run. */
static char *loaded;

static size_t data_bytes(void)
{
	return __stop_sim_above_data - __start_sim_above_data;
}

static size_t bss_bytes(void)
{
	return __stop_sim_above_bss - __start_sim_above_bss;
}

static size_t all_bytes(void)
{
	return data_bytes() + bss_bytes();
}

typedef u64 __attribute__((__may_alias__, __aligned__(1))) any_u64;

/* With sanitizers there are forbidden zones between variables, which are copied all the same. */
__attribute__((__no_sanitize_address__)) static void copy(char *to, const char *from, size_t bytes)
{
	size_t i = 0;

	for (; i + 8 <= bytes; i += 8)
		*(volatile any_u64 *)(to + i) = *(const volatile any_u64 *)(from + i);
	for (; i < bytes; i++)
		*(volatile char *)(to + i) = from[i];
}

static void save(char *image)
{
	copy(image, __start_sim_above_data, data_bytes());
	copy(image + data_bytes(), __start_sim_above_bss, bss_bytes());
}

static void load(const char *image)
{
	copy(__start_sim_above_data, image, data_bytes());
	copy(__start_sim_above_bss, image + data_bytes(), bss_bytes());
}

/* All constructors have run, and nothing that is modelled. */
static void keep_loaded(void)
{
	if (loaded)
		return;
	loaded = host_malloc(all_bytes() + 1);
	save(loaded);
}

__attribute__((__destructor__)) static void forget_loaded(void)
{
	host_free(loaded);
	loaded = NULL;
}

static void leave(struct svmsim_world *world)
{
	if (!world)
		return;
	if (!world->statics)
		world->statics = sim_alloc(world, all_bytes() + 1);
	save(world->statics);
}

void sim_statics_enter(struct svmsim_world *world)
{
	keep_loaded();
	if (all_bytes()) {
		leave(sim_statics_owner);
		load(world->statics ? world->statics : loaded);
	}
	sim_statics_owner = world;
}

void sim_statics_restore(struct svmsim_world *world)
{
	keep_loaded();
	if (sim_statics_owner != world)
		leave(sim_statics_owner);
	load(loaded);
	sim_statics_owner = world;
}

void sim_statics_forget(struct svmsim_world *world)
{
	sim_free(world, world->statics, all_bytes() + 1);
	world->statics = NULL;
	if (sim_statics_owner == world)
		sim_statics_owner = NULL;
}

bool sim_statics_find(const void *address, u64 *offset)
{
	uintptr_t in_data = (uintptr_t)address - (uintptr_t)__start_sim_above_data;
	uintptr_t in_bss = (uintptr_t)address - (uintptr_t)__start_sim_above_bss;

	if (in_data >= data_bytes() && in_bss >= bss_bytes())
		return false;
	if (offset)
		*offset = in_data < data_bytes() ? in_data : data_bytes() + in_bss;
	return true;
}
