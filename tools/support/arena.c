/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef SVMSIM_ARENA_JEMALLOC

#include <string.h>
#include <jemalloc/jemalloc.h>

/*
 * A cache of its own goes with each arena: the thread's would keep blocks of one world after its
 * arena has been emptied.
 */
struct arena {
	struct svmsim_allocator allocator;
	struct arena *next_free;
	unsigned int index;
	unsigned int cache;
	int flags;
	size_t reset_mib[3];
	size_t reset_mib_count;
};

static struct arena *pool;
static unsigned int arena_count;

static void fail(const char *what)
{
	fprintf(stderr, "svmsim: jemalloc: %s failed\n", what);
	exit(3);
}

static void *arena_alloc(void *ctx, size_t bytes)
{
	struct arena *arena = ctx;

	return mallocx(bytes, arena->flags | MALLOCX_ALIGN(16));
}

static void arena_free(void *ctx, void *ptr, size_t bytes)
{
	struct arena *arena = ctx;

	sdallocx(ptr, bytes, arena->flags | MALLOCX_ALIGN(16));
}

static void arena_reset(void *ctx)
{
	struct arena *arena = ctx;

	if (mallctl("tcache.flush", NULL, NULL, &arena->cache, sizeof(arena->cache)))
		fail("tcache.flush");
	if (mallctlbymib(arena->reset_mib, arena->reset_mib_count, NULL, NULL, NULL, 0))
		fail("arena.reset");
}

/* The world has called arena_reset() before. */
static void arena_destroy(void *ctx)
{
	struct arena *arena = ctx;

	arena->next_free = pool;
	pool = arena;
}

static struct arena *arena_make(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));
	size_t bytes = sizeof(arena->index);

	if (!arena)
		fail("calloc");
	if (mallctl("arenas.create", &arena->index, &bytes, NULL, 0))
		fail("arenas.create");
	if (mallctl("tcache.create", &arena->cache, &bytes, NULL, 0))
		fail("tcache.create");
	arena->reset_mib_count = 3;
	if (mallctlnametomib("arena.0.reset", arena->reset_mib, &arena->reset_mib_count))
		fail("arena.reset");
	arena->reset_mib[1] = arena->index;
	arena->flags = MALLOCX_ARENA(arena->index) | MALLOCX_TCACHE(arena->cache);
	arena->allocator = (struct svmsim_allocator){
		.alloc = arena_alloc,
		.free = arena_free,
		.reset = arena_reset,
		.destroy = arena_destroy,
		.ctx = arena,
	};
	arena_count++;
	return arena;
}

const struct svmsim_allocator *svmsim_arena_get(void)
{
	struct arena *arena = pool;

	if (!arena)
		return &arena_make()->allocator;
	pool = arena->next_free;
	return &arena->allocator;
}

unsigned int svmsim_arena_count(void)
{
	return arena_count;
}

const char *svmsim_arena_provider(void)
{
	static char text[64];
	const char *version;
	size_t bytes = sizeof(version);

	if (mallctl("version", &version, &bytes, NULL, 0))
		return "jemalloc";
	/* "5.3.0-0-g54eaed..." : the commit says nothing to a reader. */
	snprintf(text, sizeof(text), "jemalloc %.*s", (int)strcspn(version, "-"), version);
	return text;
}

#else

static void *library_alloc(void *ctx, size_t bytes)
{
	return malloc(bytes);
}

static void library_free(void *ctx, void *ptr, size_t bytes)
{
	free(ptr);
}

const struct svmsim_allocator *svmsim_arena_get(void)
{
	static const struct svmsim_allocator allocator = {
		.alloc = library_alloc,
		.free = library_free,
	};

	return &allocator;
}

unsigned int svmsim_arena_count(void)
{
	return 0;
}

const char *svmsim_arena_provider(void)
{
	return "C library";
}

#endif
