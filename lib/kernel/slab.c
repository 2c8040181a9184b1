/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kmalloc family.
 */
#include <linux/bug.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include "kernel/inject.h"
#include "kernel/slab_internal.h"

#define PAGE_BYTES 4096ul
#define INT_MAX_BYTES 0x7ffffffful

static size_t page_round(size_t size)
{
	return (size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static size_t power_of_two_round(size_t size)
{
	return size <= 1 ? 1 : 1ul << (64 - __builtin_clzl(size - 1));
}

/* The sizes of the kernel's kmalloc caches: powers of two from 8, and 96 and 192. */
size_t kmalloc_size_roundup(size_t size)
{
	if (!size)
		return 0;
	if (size > KMALLOC_MAX_SIZE)
		return size;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return power_of_two_round(page_round(size));
	if (size <= 8)
		return 8;
	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	return power_of_two_round(size);
}

/* Objects whose size is a power of two are aligned to it, as the kernel promises. */
static size_t kmalloc_align(size_t size)
{
	if (size & (size - 1))
		return ARCH_KMALLOC_MINALIGN;
	if (size < ARCH_KMALLOC_MINALIGN)
		return ARCH_KMALLOC_MINALIGN;
	return size < PAGE_BYTES ? size : PAGE_BYTES;
}

static void *allocate(const struct sim_site *site, size_t size, size_t bytes_alloc,
		      gfp_t flags)
{
	void *object = sim_chunk_alloc(site, NULL, size, kmalloc_align(size), flags);

	if (object)
		sim_event(KMALLOC, size, bytes_alloc, flags);
	return object;
}

void *sim_kmalloc(const struct sim_site *site, size_t size, gfp_t flags)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_SIZE) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	return allocate(site, size, kmalloc_size_roundup(size), flags);
}

void *sim_kvmalloc(const struct sim_site *site, size_t size, gfp_t flags)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (size <= KMALLOC_MAX_SIZE)
		return allocate(site, size, kmalloc_size_roundup(size), flags);
	if (size > INT_MAX_BYTES) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	return allocate(site, size, page_round(size), flags);
}

void *sim_kmalloc_array(const struct sim_site *site, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return sim_kmalloc(site, bytes, flags);
}

void *sim_kvmalloc_array(const struct sim_site *site, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return sim_kvmalloc(site, bytes, flags);
}

static void free_object(const void *object, uintptr_t free_pc)
{
	const struct sim_chunk *chunk = sim_chunk_find(object);
	size_t size = chunk && !chunk->is_free && !chunk->cache ? chunk->size_bytes : 0;

	sim_chunk_free(object, free_pc);
	if (size)
		sim_event(KFREE, size);
}

void kfree(const void *object)
{
	if (!ZERO_OR_NULL_PTR(object))
		free_object(object, (uintptr_t)__builtin_return_address(0));
}

void kvfree(const void *addr)
{
	if (!ZERO_OR_NULL_PTR(addr))
		free_object(addr, (uintptr_t)__builtin_return_address(0));
}

/* A freed object is overwritten anyway. */
void kfree_sensitive(const void *object)
{
	if (!ZERO_OR_NULL_PTR(object))
		free_object(object, (uintptr_t)__builtin_return_address(0));
}

void kvfree_sensitive(const void *addr, size_t len)
{
	if (!ZERO_OR_NULL_PTR(addr))
		free_object(addr, (uintptr_t)__builtin_return_address(0));
}

/* kstrdup_const() always copies here, so there is no read-only original to spare. */
void kfree_const(const void *object)
{
	if (!ZERO_OR_NULL_PTR(object))
		free_object(object, (uintptr_t)__builtin_return_address(0));
}

size_t ksize(const void *object)
{
	const struct sim_chunk *chunk;

	if (ZERO_OR_NULL_PTR(object))
		return 0;
	chunk = sim_chunk_find(object);
	if (WARN_ON(!chunk || chunk->is_free))
		return 0;
	return chunk->cache ? chunk->size_bytes : kmalloc_size_roundup(chunk->size_bytes);
}

/* Growing always moves: who keeps the old address is found out. */
void *sim_krealloc(const struct sim_site *site, const void *p, size_t size, gfp_t flags)
{
	struct sim_chunk *chunk;
	void *moved;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (ZERO_OR_NULL_PTR(p))
		return sim_kmalloc(site, size, flags);
	chunk = sim_chunk_find(p);
	if (!chunk || chunk->is_free) {
		sim_report_bad_free(p, chunk);
		return NULL;
	}
	if (size <= chunk->size_bytes) {
		sim_chunk_shrink(chunk, size);
		return (void *)p;
	}
	moved = sim_kmalloc(site, size, flags);
	if (!moved)
		return NULL;
	__builtin_memcpy(moved, p, chunk->size_bytes);
	free_object(p, (uintptr_t)__builtin_return_address(0));
	return moved;
}

void *sim_krealloc_array(const struct sim_site *site, void *p, size_t n, size_t size,
			 gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return sim_krealloc(site, p, bytes, flags);
}

void *sim_kmemdup(const struct sim_site *site, const void *src, size_t len, gfp_t flags)
{
	void *copy = sim_kmalloc(site, len, flags);

	if (copy && len)
		__builtin_memcpy(copy, src, len);
	return copy;
}

char *sim_kstrndup(const struct sim_site *site, const char *s, size_t max, gfp_t flags)
{
	size_t length = 0;
	char *copy;

	if (!s)
		return NULL;
	while (length < max && s[length])
		length++;
	copy = sim_kmalloc(site, length + 1, flags);
	if (copy) {
		__builtin_memcpy(copy, s, length);
		copy[length] = '\0';
	}
	return copy;
}

char *sim_kstrdup(const struct sim_site *site, const char *s, gfp_t flags)
{
	return sim_kstrndup(site, s, ~0ul, flags);
}

char *sim_kvasprintf(const struct sim_site *site, gfp_t flags, const char *fmt,
		     va_list args)
{
	int length = sim_vsnprintf(NULL, 0, fmt, args);
	char *text = sim_kmalloc(site, length + 1, flags);

	if (text)
		sim_vsnprintf(text, length + 1, fmt, args);
	return text;
}

char *sim_kasprintf(const struct sim_site *site, gfp_t flags, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = sim_kvasprintf(site, flags, fmt, args);
	va_end(args);
	return text;
}

u64 sim_slab_live_count(const struct svmsim_world *world)
{
	return sim_slab_state(world)->live.count;
}

void sim_slab_fail_nth(struct svmsim_world *world, u64 nth)
{
	sim_inject_kind_nth(world, &sim_fault_kmalloc, nth);
}

bool sim_slab_failed(const struct svmsim_world *world)
{
	return sim_inject_kind_failed(world);
}

static int slab_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_SLAB] = sim_alloc(world, sizeof(struct sim_slab_state));
	return 0;
}

static void slab_reset(struct svmsim_world *world)
{
	sim_chunks_forget(world);
	sim_caches_reset(world);
}

static void slab_unmake(struct svmsim_world *world)
{
	sim_chunks_forget(world);
	sim_caches_unmake(world);
	sim_free(world, world->slot[SIM_SLOT_SLAB], sizeof(struct sim_slab_state));
	world->slot[SIM_SLOT_SLAB] = NULL;
}

const struct sim_layer sim_layer_slab = {
	.name = "slab",
	.slot = SIM_SLOT_SLAB,
	.make = slab_make,
	.finish = sim_chunks_judge,
	.reset = slab_reset,
	.unmake = slab_unmake,
};
