/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * kmalloc and object caches. Each allocation knows the place in the source that asked for it, has
 * a red zone behind it, and is poisoned and kept for a while when freed; see kernel/slab.h.
 *
 * As in a kernel with allocation profiling the allocating functions are macros that give each call
 * its own site (linux/sim_site.h), so a call reads the same whatever the compiler inlined, and can
 * be made to fail. None has the attribute malloc: a compiler would drop writes that nobody reads,
 * and with them the overruns that are to be found.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <stdarg.h>
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/sim_site.h>
#include <linux/types.h>

/* fidelity: simplified: memory of the host, without a physical address; no NUMA placement */
struct kmem_cache;
typedef unsigned int slab_flags_t;

/* @what is the size or the type as it is written, so it is made a string before it is expanded. */
#define SIM_ALLOC(call, primitive, what, ...) \
	call(SIM_SITE(SIM_POINT_FAIL, primitive, what), ##__VA_ARGS__)

void *sim_kmalloc(const struct sim_site *site, size_t size, gfp_t flags);
void *sim_kmalloc_array(const struct sim_site *site, size_t n, size_t size, gfp_t flags);
void *sim_krealloc(const struct sim_site *site, const void *p, size_t size, gfp_t flags)
	__must_check;
void *sim_krealloc_array(const struct sim_site *site, void *p, size_t n, size_t size,
			 gfp_t flags) __must_check;
void *sim_kvmalloc(const struct sim_site *site, size_t size, gfp_t flags);
void *sim_kvmalloc_array(const struct sim_site *site, size_t n, size_t size, gfp_t flags);
void *sim_kmemdup(const struct sim_site *site, const void *src, size_t len, gfp_t flags);
char *sim_kstrdup(const struct sim_site *site, const char *s, gfp_t flags);
char *sim_kstrndup(const struct sim_site *site, const char *s, size_t max, gfp_t flags);
char *sim_kasprintf(const struct sim_site *site, gfp_t flags, const char *fmt, ...)
	__printf(3, 4);
char *sim_kvasprintf(const struct sim_site *site, gfp_t flags, const char *fmt,
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

#define kmalloc(size, flags) SIM_ALLOC(sim_kmalloc, "kmalloc", #size, size, flags)
#define kzalloc(size, flags) \
	SIM_ALLOC(sim_kmalloc, "kzalloc", #size, size, (flags) | __GFP_ZERO)
#define kmalloc_node(size, flags, node) \
	((void)(node), SIM_ALLOC(sim_kmalloc, "kmalloc_node", #size, size, flags))
#define kzalloc_node(size, flags, node) \
	((void)(node), SIM_ALLOC(sim_kmalloc, "kzalloc_node", #size, size, (flags) | __GFP_ZERO))
#define kmalloc_array(n, size, flags) \
	SIM_ALLOC(sim_kmalloc_array, "kmalloc_array", #n ", " #size, n, size, flags)
#define kcalloc(n, size, flags) \
	SIM_ALLOC(sim_kmalloc_array, "kcalloc", #n ", " #size, n, size, (flags) | __GFP_ZERO)
#define kmalloc_array_node(n, size, flags, node)                                                \
	((void)(node), SIM_ALLOC(sim_kmalloc_array, "kmalloc_array_node", #n ", " #size, n,      \
				 size, flags))
#define kcalloc_node(n, size, flags, node)                                                      \
	((void)(node), SIM_ALLOC(sim_kmalloc_array, "kcalloc_node", #n ", " #size, n, size,      \
				 (flags) | __GFP_ZERO))
#define krealloc(p, size, flags) SIM_ALLOC(sim_krealloc, "krealloc", #size, p, size, flags)
#define krealloc_array(p, n, size, flags) \
	SIM_ALLOC(sim_krealloc_array, "krealloc_array", #n ", " #size, p, n, size, flags)
#define kvmalloc(size, flags) SIM_ALLOC(sim_kvmalloc, "kvmalloc", #size, size, flags)
#define kvzalloc(size, flags) \
	SIM_ALLOC(sim_kvmalloc, "kvzalloc", #size, size, (flags) | __GFP_ZERO)
#define kvmalloc_node(size, flags, node) \
	((void)(node), SIM_ALLOC(sim_kvmalloc, "kvmalloc_node", #size, size, flags))
#define kvzalloc_node(size, flags, node)                                                        \
	((void)(node), SIM_ALLOC(sim_kvmalloc, "kvzalloc_node", #size, size,                     \
				 (flags) | __GFP_ZERO))
#define kvmalloc_array(n, size, flags) \
	SIM_ALLOC(sim_kvmalloc_array, "kvmalloc_array", #n ", " #size, n, size, flags)
#define kvcalloc(n, size, flags) \
	SIM_ALLOC(sim_kvmalloc_array, "kvcalloc", #n ", " #size, n, size, (flags) | __GFP_ZERO)
#define kmemdup(src, len, flags) SIM_ALLOC(sim_kmemdup, "kmemdup", #src, src, len, flags)
#define kmemdup_array(src, n, size, flags) \
	SIM_ALLOC(sim_kmemdup, "kmemdup_array", #src, src, sim_array_bytes(n, size), flags)
#define kstrdup(s, flags) SIM_ALLOC(sim_kstrdup, "kstrdup", #s, s, flags)
#define kstrdup_const(s, flags) SIM_ALLOC(sim_kstrdup, "kstrdup_const", #s, s, flags)
#define kstrndup(s, max, flags) SIM_ALLOC(sim_kstrndup, "kstrndup", #s, s, max, flags)
#define kasprintf(flags, fmt, ...) \
	SIM_ALLOC(sim_kasprintf, "kasprintf", "", flags, fmt, ##__VA_ARGS__)
#define kvasprintf(flags, fmt, args) SIM_ALLOC(sim_kvasprintf, "kvasprintf", "", flags, fmt, args)

/* The typed forms of v7.0; the flags may be left out and are GFP_KERNEL then. */
#define SIM_ALLOC_OBJS(call, primitive, what, type, n, gfp) \
	((type *)SIM_ALLOC(call, primitive, what, n, sizeof(type), gfp))
#define kmalloc_obj(var_or_type, ...)                                                           \
	SIM_ALLOC_OBJS(sim_kmalloc_array, "kmalloc_obj", #var_or_type, __typeof__(var_or_type),  \
		       1, default_gfp(__VA_ARGS__))
#define kmalloc_objs(var_or_type, count, ...)                                                   \
	SIM_ALLOC_OBJS(sim_kmalloc_array, "kmalloc_objs", #var_or_type ", " #count,              \
		       __typeof__(var_or_type), count, default_gfp(__VA_ARGS__))
#define kzalloc_obj(var_or_type, ...)                                                           \
	SIM_ALLOC_OBJS(sim_kmalloc_array, "kzalloc_obj", #var_or_type, __typeof__(var_or_type),  \
		       1, default_gfp(__VA_ARGS__) | __GFP_ZERO)
#define kzalloc_objs(var_or_type, count, ...)                                                   \
	SIM_ALLOC_OBJS(sim_kmalloc_array, "kzalloc_objs", #var_or_type ", " #count,              \
		       __typeof__(var_or_type), count, default_gfp(__VA_ARGS__) | __GFP_ZERO)
#define kvmalloc_obj(var_or_type, ...)                                                          \
	SIM_ALLOC_OBJS(sim_kvmalloc_array, "kvmalloc_obj", #var_or_type,                         \
		       __typeof__(var_or_type), 1, default_gfp(__VA_ARGS__))
#define kvmalloc_objs(var_or_type, count, ...)                                                  \
	SIM_ALLOC_OBJS(sim_kvmalloc_array, "kvmalloc_objs", #var_or_type ", " #count,            \
		       __typeof__(var_or_type), count, default_gfp(__VA_ARGS__))
#define kvzalloc_obj(var_or_type, ...)                                                          \
	SIM_ALLOC_OBJS(sim_kvmalloc_array, "kvzalloc_obj", #var_or_type,                         \
		       __typeof__(var_or_type), 1, default_gfp(__VA_ARGS__) | __GFP_ZERO)
#define kvzalloc_objs(var_or_type, count, ...)                                                  \
	SIM_ALLOC_OBJS(sim_kvmalloc_array, "kvzalloc_objs", #var_or_type ", " #count,            \
		       __typeof__(var_or_type), count, default_gfp(__VA_ARGS__) | __GFP_ZERO)

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

void *sim_kmem_cache_alloc(const struct sim_site *site, struct kmem_cache *s, gfp_t flags);
#define kmem_cache_alloc(s, flags) \
	SIM_ALLOC(sim_kmem_cache_alloc, "kmem_cache_alloc", #s, s, flags)
#define kmem_cache_zalloc(s, flags) \
	SIM_ALLOC(sim_kmem_cache_alloc, "kmem_cache_zalloc", #s, s, (flags) | __GFP_ZERO)
#define kmem_cache_alloc_node(s, flags, node) \
	((void)(node), SIM_ALLOC(sim_kmem_cache_alloc, "kmem_cache_alloc_node", #s, s, flags))
void kmem_cache_free(struct kmem_cache *s, void *x);

#endif
