/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Host memory for worlds, for the tool and the tests: one jemalloc arena for each world, from a
 * pool. When a world is destroyed its arena is emptied at once and waits for the next world. In
 * sanitizer builds there are no arenas and the C library is used, so that ASan sees every block.
 * For one thread, as worlds are.
 */
#ifndef SUPPORT_ARENA_H
#define SUPPORT_ARENA_H

#include <svmsim/world.h>

/**
 * svmsim_arena_get - an allocator for one world
 *
 * To be passed to svmsim_world_create(), which hands it back through its destroy callback. A world
 * that could not be made leaves it in use; its destroy may then be called by hand.
 * Return: the allocator, never NULL: ends the program with status 3 when there is no memory.
 */
const struct svmsim_allocator *svmsim_arena_get(void);
/** svmsim_arena_count - number of arenas made so far, in use or waiting; 0 without jemalloc */
unsigned int svmsim_arena_count(void);
/** svmsim_arena_provider - "jemalloc 5.3.0" or "C library", for reports about the build */
const char *svmsim_arena_provider(void);

#endif
