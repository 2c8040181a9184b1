/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Memory of the simulated code: kmalloc, kvmalloc and caches. Every object lies in a chunk of its
 * own from the world's allocator: a record, the object, a red zone. Fresh memory is filled with
 * the machine's fill byte. A freed object is poisoned and waits in the quarantine, so that a late
 * write or a second free is seen; when it leaves, its poison is checked.
 *
 * DOC: Vocabulary
 *
 * live table   all objects not yet freed, in order of allocation.
 * quarantine   the last SIM_QUARANTINE_MAX freed objects, oldest first.
 * internal     caches with SLAB_SIM_INTERNAL, for the model's own metadata: a free list over slabs,
 *              no checks, no events; a reset takes all objects back at once.
 *
 * DOC: Reports
 *
 * mem-leak         site=FILE:FUNCTION bytes=TOTAL count=OBJECTS [cache=NAME], one per call site
 * mem-uaf          site= bytes= at=+OFFSET of the first changed byte; what=read or what=write when
 *                  instrumented code was seen to do it
 * mem-overrun      the same
 * mem-double-free  what=freed-before site= bytes=, what=inside-object site= bytes= at=+OFFSET, or
 *                  what=no-object
 */
#ifndef KERNEL_SLAB_H
#define KERNEL_SLAB_H

#include <linux/slab.h>
#include <linux/types.h>

#define SIM_QUARANTINE_MAX 256

struct svmsim_world;
struct sim_layer;

/** sim_layer_slab - the layer of slot SIM_SLOT_SLAB */
extern const struct sim_layer sim_layer_slab;

/** sim_slab_watch - from now on objects are to be found by addresses inside them */
void sim_slab_watch(struct svmsim_world *world);
/**
 * struct sim_slab_place - an address in an object, or right beside it
 * @file: where it was allocated
 * @function: the same
 * @bytes: size of the object
 * @offset: of the address in it
 * @number: of the object, in order of allocation
 */
struct sim_slab_place {
	const char *file;
	const char *function;
	size_t bytes;
	size_t offset;
	u64 number;
};
/** sim_slab_find_place - the object around an address, live or freed; in a watched world */
bool sim_slab_find_place(const void *address, struct sim_slab_place *place);
/**
 * sim_slab_access - instrumented code is about to access memory: is it all right?
 * @address: first byte
 * @bytes: size
 * @is_write: kind
 * @pc: return address into the accessing function
 */
void sim_slab_access(const volatile void *address, size_t bytes, bool is_write, uintptr_t pc);
/**
 * sim_slab_live_count - objects that are allocated now
 * @world: the world
 *
 * Return: their number; those of internal caches are not counted.
 */
u64 sim_slab_live_count(const struct svmsim_world *world);
/**
 * sim_slab_fail_nth - make one allocation to come fail
 * @world: the world
 * @nth: 1 for the next one; 0 for none. Allocations with __GFP_NOFAIL and those of internal caches
 *	are not counted.
 */
void sim_slab_fail_nth(struct svmsim_world *world, u64 nth);
/**
 * sim_slab_failed - did the failure asked for with sim_slab_fail_nth() happen?
 * @world: the world
 *
 * Return: true if it did.
 */
bool sim_slab_failed(const struct svmsim_world *world);

#endif
