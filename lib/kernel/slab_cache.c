/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Object caches. Those of simulated code put each object into a chunk; internal ones carve objects
 * from slabs and keep the free ones on a list.
 */
#include <linux/bug.h>
#include <linux/slab.h>
#include "kernel/slab_internal.h"

#define SLAB_BYTES 16384
#define HWCACHE_BYTES 64

#ifdef SVMSIM_ASAN
void __asan_poison_memory_region(const volatile void *addr, size_t bytes);
void __asan_unpoison_memory_region(const volatile void *addr, size_t bytes);
#define object_hide(cache, object) __asan_poison_memory_region(object, (cache)->stride)
#define object_show(cache, object) __asan_unpoison_memory_region(object, (cache)->stride)
#else
#define object_hide(cache, object) do { } while (0)
#define object_show(cache, object) do { } while (0)
#endif

/** struct slab - memory of an internal cache; the objects follow */
struct slab {
	struct slab *next;
	size_t bytes;
};

/**
 * struct kmem_cache - a cache
 * @free_list: free objects of an internal cache, linked through their first word
 * @flags: as created
 * @stride: distance of objects in a slab
 * @carve: next object never handed out since the reset
 * @carve_end: end of the slab that @carve is in
 * @current: that slab
 * @slabs: all slabs, in order of allocation
 * @size: of an object
 * @align: of an object
 * @live_count: objects of a cache of simulated code
 * @ctor: run on each object when it is allocated, or NULL
 * @next: in the world's list
 * @is_destroyed: waits for the reset, since objects that were left behind refer to it
 * @name: a copy
 */
struct kmem_cache {
	void *free_list;
	slab_flags_t flags;
	unsigned int stride;
	char *carve;
	char *carve_end;
	struct slab *current;
	struct slab *slabs;
	unsigned int size;
	unsigned int align;
	u64 live_count;
	void (*ctor)(void *);
	struct kmem_cache *next;
	bool is_destroyed;
	char name[48];
};

const char *sim_cache_name(const struct kmem_cache *cache)
{
	return cache->name;
}

void sim_cache_object_gone(struct kmem_cache *cache)
{
	cache->live_count--;
}

struct kmem_cache *sim_kmem_cache_create(const char *name, unsigned int size, unsigned int align,
					 slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = sim_alloc(sim_world, sizeof(*cache));

	SIM_ASSERT(size && !(align & (align - 1)) && !(ctor && (flags & SLAB_SIM_INTERNAL)));
	if (align < sizeof(void *))
		align = sizeof(void *);
	if ((flags & SLAB_HWCACHE_ALIGN) && align < HWCACHE_BYTES)
		align = HWCACHE_BYTES;
	cache->flags = flags;
	cache->size = size;
	cache->align = align;
	cache->stride = (size + align - 1) & ~(align - 1);
	cache->ctor = ctor;
	host_snprintf(cache->name, sizeof(cache->name), "%s", name);
	cache->next = sim_slab_state(sim_world)->caches;
	sim_slab_state(sim_world)->caches = cache;
	return cache;
}

static void carve_from(struct kmem_cache *cache, struct slab *slab)
{
	uintptr_t first = ((uintptr_t)(slab + 1) + cache->align - 1) &
			  ~(uintptr_t)(cache->align - 1);

	cache->current = slab;
	cache->carve = (char *)first;
	cache->carve_end = (char *)slab + slab->bytes;
#ifdef SVMSIM_ASAN
	__asan_poison_memory_region(slab + 1, slab->bytes - sizeof(*slab));
#endif
}

/* A slab kept from before a reset is used again before a new one is made. */
static bool next_slab(struct kmem_cache *cache)
{
	struct svmsim_world *world = sim_world;
	struct slab *slab = cache->current ? cache->current->next : cache->slabs;
	size_t bytes = sizeof(*slab) + cache->align + cache->stride;

	if (!slab) {
		if (bytes < SLAB_BYTES)
			bytes = SLAB_BYTES;
		slab = world->allocator.alloc(world->allocator.ctx, bytes);
		if (!slab)
			return false;
		slab->next = NULL;
		slab->bytes = bytes;
		if (cache->current)
			cache->current->next = slab;
		else
			cache->slabs = slab;
	}
	carve_from(cache, slab);
	return true;
}

static noinline void *internal_alloc(struct kmem_cache *cache, gfp_t flags)
{
	char *object;

	if (cache->carve_end - cache->carve < (ptrdiff_t)cache->stride && !next_slab(cache))
		return NULL;
	object = cache->carve;
	cache->carve += cache->stride;
	object_show(cache, object);
	if (flags & __GFP_ZERO)
		__builtin_memset(object, 0, cache->size);
	return object;
}

static noinline void *checked_alloc(const struct sim_site *site, struct kmem_cache *cache,
				    gfp_t flags)
{
	void *object = sim_chunk_alloc(site, cache, cache->size, cache->align, flags);

	if (!object)
		return NULL;
	cache->live_count++;
	if (cache->ctor)
		cache->ctor(object);
	return object;
}

void *sim_kmem_cache_alloc(const struct sim_site *site, struct kmem_cache *s, gfp_t flags)
{
	void *object = s->free_list;

	if (unlikely(!object)) {
		if (s->flags & SLAB_SIM_INTERNAL)
			return internal_alloc(s, flags);
		return checked_alloc(site, s, flags);
	}
	object_show(s, object);
	s->free_list = *(void **)object;
	if (unlikely(flags & __GFP_ZERO))
		__builtin_memset(object, 0, s->size);
	return object;
}

static noinline void checked_free(struct kmem_cache *cache, void *object, uintptr_t free_pc)
{
	const struct sim_chunk *chunk = sim_chunk_find(object);

	if (chunk && !chunk->is_free) {
		struct kmem_cache *owner = chunk->cache;

		WARN(owner != cache, "%s: Wrong slab cache. %s but object is from %s\n",
		     "cache_from_obj", cache->name, owner ? owner->name : "kmalloc");
	}
	sim_chunk_free(object, free_pc);
}

void kmem_cache_free(struct kmem_cache *s, void *x)
{
	if (likely(s->flags & SLAB_SIM_INTERNAL)) {
		*(void **)x = s->free_list;
		s->free_list = x;
		object_hide(s, x);
		return;
	}
	checked_free(s, x, (uintptr_t)__builtin_return_address(0));
}

unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return s->size;
}

int kmem_cache_shrink(struct kmem_cache *s)
{
	return 0;
}

static void free_slabs(struct svmsim_world *world, struct kmem_cache *cache)
{
	for (struct slab *slab = cache->slabs, *next; slab; slab = next) {
		next = slab->next;
#ifdef SVMSIM_ASAN
		__asan_unpoison_memory_region(slab, slab->bytes);
#endif
		world->allocator.free(world->allocator.ctx, slab, slab->bytes);
	}
	cache->slabs = NULL;
	cache->current = NULL;
	cache->carve = NULL;
	cache->carve_end = NULL;
	cache->free_list = NULL;
}

static void unlink_cache(struct svmsim_world *world, struct kmem_cache *cache)
{
	struct kmem_cache **link = &sim_slab_state(world)->caches;

	while (*link != cache)
		link = &(*link)->next;
	*link = cache->next;
	free_slabs(world, cache);
	sim_free(world, cache, sizeof(*cache));
}

void kmem_cache_destroy(struct kmem_cache *s)
{
	if (!s)
		return;
	if (s->flags & SLAB_SIM_INTERNAL) {
		unlink_cache(sim_world, s);
		return;
	}
	WARN(s->live_count, "kmem_cache_destroy %s: Slab cache still has objects\n", s->name);
	s->is_destroyed = true;
}

void sim_caches_reset(struct svmsim_world *world)
{
	struct kmem_cache *next;

	for (struct kmem_cache *cache = sim_slab_state(world)->caches; cache; cache = next) {
		next = cache->next;
		if (!(cache->flags & SLAB_SIM_INTERNAL)) {
			unlink_cache(world, cache);
			continue;
		}
		cache->free_list = NULL;
		if (cache->slabs)
			carve_from(cache, cache->slabs);
	}
}

void sim_caches_unmake(struct svmsim_world *world)
{
	while (sim_slab_state(world)->caches)
		unlink_cache(world, sim_slab_state(world)->caches);
}
