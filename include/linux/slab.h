/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * kmalloc and object caches. Each allocation knows the place in the source that asked for it, has
 * a red zone behind it, and is poisoned and kept for a while when freed; see kernel/slab.h.
 *
 * As in a kernel with allocation profiling the allocating functions are macros that give each call
 * its own static record of file and function, so a call site reads the same whatever the compiler
 * inlined. None has the attribute malloc: a compiler would drop writes that nobody reads, and with
 * them the overruns that are to be found.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <stdarg.h>
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/types.h>

/* fidelity: simplified: memory of the host, without a physical address; no NUMA placement */
struct sim_alloc_site {
	const char *file;
	const char *function;
};

struct kmem_cache;
typedef unsigned int slab_flags_t;

#define SIM_ALLOC(call, ...)                                                                   \
	({                                                                                     \
		static const struct sim_alloc_site __sim_alloc_site = { __FILE_NAME__,         \
								       __func__ };             \
		call(&__sim_alloc_site, ##__VA_ARGS__);                                        \
	})

void *sim_kmalloc(const struct sim_alloc_site *site, size_t size, gfp_t flags);
void *sim_kmalloc_array(const struct sim_alloc_site *site, size_t n, size_t size, gfp_t flags);
void *sim_krealloc(const struct sim_alloc_site *site, const void *p, size_t size, gfp_t flags)
	__must_check;
void *sim_krealloc_array(const struct sim_alloc_site *site, void *p, size_t n, size_t size,
			 gfp_t flags) __must_check;
void *sim_kvmalloc(const struct sim_alloc_site *site, size_t size, gfp_t flags);
void *sim_kvmalloc_array(const struct sim_alloc_site *site, size_t n, size_t size, gfp_t flags);
void *sim_kmemdup(const struct sim_alloc_site *site, const void *src, size_t len, gfp_t flags);
char *sim_kstrdup(const struct sim_alloc_site *site, const char *s, gfp_t flags);
char *sim_kstrndup(const struct sim_alloc_site *site, const char *s, size_t max, gfp_t flags);
char *sim_kasprintf(const struct sim_alloc_site *site, gfp_t flags, const char *fmt, ...)
	__printf(3, 4);
char *sim_kvasprintf(const struct sim_alloc_site *site, gfp_t flags, const char *fmt,
		     va_list args);

/* Saturates, so that an array too large for a size_t is refused like any other too large. */
static inline size_t sim_array_bytes(size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? ~0ul : bytes;
}

#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)
#define ARCH_KMALLOC_MINALIGN 8
#define KMALLOC_MAX_SIZE (1ul << 22)
#define KMALLOC_MAX_CACHE_SIZE (1ul << 13)

#define kmalloc(size, flags) SIM_ALLOC(sim_kmalloc, size, flags)
#define kzalloc(size, flags) SIM_ALLOC(sim_kmalloc, size, (flags) | __GFP_ZERO)
#define kmalloc_node(size, flags, node) ((void)(node), kmalloc(size, flags))
#define kzalloc_node(size, flags, node) ((void)(node), kzalloc(size, flags))
#define kmalloc_array(n, size, flags) SIM_ALLOC(sim_kmalloc_array, n, size, flags)
#define kcalloc(n, size, flags) SIM_ALLOC(sim_kmalloc_array, n, size, (flags) | __GFP_ZERO)
#define kcalloc_node(n, size, flags, node) ((void)(node), kcalloc(n, size, flags))
#define kmalloc_array_node(n, size, flags, node) ((void)(node), kmalloc_array(n, size, flags))
#define krealloc(p, size, flags) SIM_ALLOC(sim_krealloc, p, size, flags)
#define krealloc_array(p, n, size, flags) SIM_ALLOC(sim_krealloc_array, p, n, size, flags)
#define kvmalloc(size, flags) SIM_ALLOC(sim_kvmalloc, size, flags)
#define kvzalloc(size, flags) SIM_ALLOC(sim_kvmalloc, size, (flags) | __GFP_ZERO)
#define kvmalloc_node(size, flags, node) ((void)(node), kvmalloc(size, flags))
#define kvzalloc_node(size, flags, node) ((void)(node), kvzalloc(size, flags))
#define kvmalloc_array(n, size, flags) SIM_ALLOC(sim_kvmalloc_array, n, size, flags)
#define kvcalloc(n, size, flags) SIM_ALLOC(sim_kvmalloc_array, n, size, (flags) | __GFP_ZERO)
#define kmemdup(src, len, flags) SIM_ALLOC(sim_kmemdup, src, len, flags)
#define kmemdup_array(src, n, size, flags) \
	SIM_ALLOC(sim_kmemdup, src, sim_array_bytes(n, size), flags)
#define kstrdup(s, flags) SIM_ALLOC(sim_kstrdup, s, flags)
#define kstrdup_const(s, flags) SIM_ALLOC(sim_kstrdup, s, flags)
#define kstrndup(s, max, flags) SIM_ALLOC(sim_kstrndup, s, max, flags)
#define kasprintf(flags, fmt, ...) SIM_ALLOC(sim_kasprintf, flags, fmt, ##__VA_ARGS__)
#define kvasprintf(flags, fmt, args) SIM_ALLOC(sim_kvasprintf, flags, fmt, args)

/* The typed forms of v7.0; the flags may be left out and are GFP_KERNEL then. */
#define SIM_ALLOC_OBJS(array, gfp, type, count) ((type *)array((count), sizeof(type), gfp))
#define kmalloc_obj(var_or_type, ...) \
	SIM_ALLOC_OBJS(kmalloc_array, default_gfp(__VA_ARGS__), __typeof__(var_or_type), 1)
#define kmalloc_objs(var_or_type, count, ...) \
	SIM_ALLOC_OBJS(kmalloc_array, default_gfp(__VA_ARGS__), __typeof__(var_or_type), count)
#define kzalloc_obj(var_or_type, ...) \
	SIM_ALLOC_OBJS(kcalloc, default_gfp(__VA_ARGS__), __typeof__(var_or_type), 1)
#define kzalloc_objs(var_or_type, count, ...) \
	SIM_ALLOC_OBJS(kcalloc, default_gfp(__VA_ARGS__), __typeof__(var_or_type), count)
#define kvmalloc_obj(var_or_type, ...) \
	SIM_ALLOC_OBJS(kvmalloc_array, default_gfp(__VA_ARGS__), __typeof__(var_or_type), 1)
#define kvmalloc_objs(var_or_type, count, ...) \
	SIM_ALLOC_OBJS(kvmalloc_array, default_gfp(__VA_ARGS__), __typeof__(var_or_type), count)
#define kvzalloc_obj(var_or_type, ...) \
	SIM_ALLOC_OBJS(kvcalloc, default_gfp(__VA_ARGS__), __typeof__(var_or_type), 1)
#define kvzalloc_objs(var_or_type, count, ...) \
	SIM_ALLOC_OBJS(kvcalloc, default_gfp(__VA_ARGS__), __typeof__(var_or_type), count)

/* NULL and ZERO_SIZE_PTR are fine for all of these. */
void kfree(const void *object);
void kfree_sensitive(const void *object);
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);
void kfree_const(const void *object);
size_t ksize(const void *object);
size_t kmalloc_size_roundup(size_t size);

/* fidelity: simplified: cache objects are constructed at each allocation; flags are kept only */
#define SLAB_CONSISTENCY_CHECKS 0x1u
#define SLAB_RED_ZONE 0x2u
#define SLAB_POISON 0x4u
#define SLAB_HWCACHE_ALIGN 0x10u
#define SLAB_CACHE_DMA 0x20u
#define SLAB_CACHE_DMA32 0x40u
#define SLAB_STORE_USER 0x80u
#define SLAB_PANIC 0x100u
#define SLAB_TYPESAFE_BY_RCU 0x200u
#define SLAB_RECLAIM_ACCOUNT 0x400u
#define SLAB_TEMPORARY SLAB_RECLAIM_ACCOUNT
#define SLAB_ACCOUNT 0x800u
#define SLAB_NO_MERGE 0x1000u
/*
 * Ours: objects of the model's own. Neither poisoned nor judged as leaks; the cache and its memory
 * survive a reset of the world, its objects don't. Create such a cache in a layer's make.
 */
#define SLAB_SIM_INTERNAL 0x80000000u

struct kmem_cache *sim_kmem_cache_create(const char *name, unsigned int size, unsigned int align,
					 slab_flags_t flags, void (*ctor)(void *));
#define kmem_cache_create(name, size, align, flags, ctor) \
	sim_kmem_cache_create(name, size, align, flags, ctor)
#define KMEM_CACHE(__struct, __flags) \
	sim_kmem_cache_create(#__struct, sizeof(struct __struct), __alignof__(struct __struct), \
			      __flags, NULL)
void kmem_cache_destroy(struct kmem_cache *s);
unsigned int kmem_cache_size(struct kmem_cache *s);
int kmem_cache_shrink(struct kmem_cache *s);

void *sim_kmem_cache_alloc(const struct sim_alloc_site *site, struct kmem_cache *s, gfp_t flags);
#define kmem_cache_alloc(s, flags) SIM_ALLOC(sim_kmem_cache_alloc, s, flags)
#define kmem_cache_zalloc(s, flags) SIM_ALLOC(sim_kmem_cache_alloc, s, (flags) | __GFP_ZERO)
#define kmem_cache_alloc_node(s, flags, node) ((void)(node), kmem_cache_alloc(s, flags))
void kmem_cache_free(struct kmem_cache *s, void *x);

#endif
