/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_XARRAY_H
#define _LINUX_XARRAY_H

#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/sim_absent.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/*
 * A map from index to entry. The low bits of an entry say what it is: 00 a pointer, x1 a value (or
 * a tagged pointer), 10 one of its own: a node, a reserved index, or, returned only, an error.
 */

/* fidelity: same */
#define BITS_PER_XA_VALUE (BITS_PER_LONG - 1)

static inline void *xa_mk_value(unsigned long v)
{
	WARN_ON((long)v < 0);
	return (void *)((v << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

static inline void *xa_tag_pointer(void *p, unsigned long tag)
{
	return (void *)((unsigned long)p | tag);
}

static inline void *xa_untag_pointer(void *entry)
{
	return (void *)((unsigned long)entry & ~3UL);
}

static inline unsigned int xa_pointer_tag(void *entry)
{
	return (unsigned long)entry & 3UL;
}

static inline void *xa_mk_internal(unsigned long v)
{
	return (void *)((v << 2) | 2);
}

static inline unsigned long xa_to_internal(const void *entry)
{
	return (unsigned long)entry >> 2;
}

static inline bool xa_is_internal(const void *entry)
{
	return ((unsigned long)entry & 3) == 2;
}

#define XA_RETRY_ENTRY xa_mk_internal(256)
#define XA_ZERO_ENTRY xa_mk_internal(257)
#define XA_ERROR(errno) xa_mk_internal((unsigned long)(long)(errno))

static inline bool xa_is_zero(const void *entry)
{
	return unlikely(entry == XA_ZERO_ENTRY);
}

static inline bool xa_is_err(const void *entry)
{
	return unlikely(xa_is_internal(entry) && entry >= xa_mk_internal(-MAX_ERRNO));
}

/* A negative errno, or 0 if @entry is no error. */
static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

static inline bool xa_is_node(const void *entry)
{
	return xa_is_internal(entry) && (unsigned long)entry > 4096 && !xa_is_err(entry);
}

static inline bool xa_is_advanced(const void *entry)
{
	return xa_is_internal(entry) && entry <= XA_RETRY_ENTRY;
}

struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(_min, _max) (struct xa_limit) { .min = _min, .max = _max }
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)

typedef unsigned int xa_mark_t;
#define XA_MARK_0 ((xa_mark_t)0U)
#define XA_MARK_1 ((xa_mark_t)1U)
#define XA_MARK_2 ((xa_mark_t)2U)
#define XA_PRESENT ((xa_mark_t)8U)
#define XA_MARK_MAX XA_MARK_2
#define XA_MAX_MARKS 3

enum xa_lock_type {
	XA_LOCK_IRQ = 1,
	XA_LOCK_BH = 2,
};

#define XA_FLAGS_LOCK_IRQ ((gfp_t)XA_LOCK_IRQ)
#define XA_FLAGS_LOCK_BH ((gfp_t)XA_LOCK_BH)
#define XA_FLAGS_TRACK_FREE ((gfp_t)4U)
#define XA_FLAGS_ZERO_BUSY ((gfp_t)8U)
#define XA_FLAGS_ALLOC_WRAPPED ((gfp_t)16U)
#define XA_FLAGS_ACCOUNT ((gfp_t)32U)

/* fidelity: simplified: free indices are searched for, mark 0 does not say where they are */
#define XA_FLAGS_MARK(mark) ((gfp_t)(1U << 24 << (mark)))
#define XA_FLAGS_ALLOC XA_FLAGS_TRACK_FREE
#define XA_FLAGS_ALLOC1 (XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

/* fidelity: same */
struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	void *xa_head;
};

#define XARRAY_INIT(name, flags) { \
	.xa_lock = __SPIN_LOCK_UNLOCKED(name.xa_lock), \
	.xa_flags = flags, \
	.xa_head = NULL, \
}
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name) DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

#define XA_CHUNK_SHIFT 6
#define XA_CHUNK_SIZE (1UL << XA_CHUNK_SHIFT)
#define XA_CHUNK_MASK (XA_CHUNK_SIZE - 1)

void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max,
		    xa_mark_t filter);
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter);
void xa_destroy(struct xarray *xa);

/* With the lock held; it is dropped and taken again to allocate if @gfp allows to block. */
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *__xa_erase(struct xarray *xa, unsigned long index);
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int __must_check __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			    gfp_t gfp);
int __must_check __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry,
				   struct xa_limit limit, u32 *next, gfp_t gfp);
void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	spin_lock_init(&xa->xa_lock);
	xa->xa_flags = flags;
	xa->xa_head = NULL;
}

static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

static inline bool xa_empty(const struct xarray *xa)
{
	return xa->xa_head == NULL;
}

static inline bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	return xa->xa_flags & XA_FLAGS_MARK(mark);
}

#define xa_for_each_range(xa, index, entry, start, last) \
	for (index = start, entry = xa_find(xa, &index, last, XA_PRESENT); entry; \
	     entry = xa_find_after(xa, &index, last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) \
	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter) \
	for (index = 0, entry = xa_find(xa, &index, ULONG_MAX, filter); entry; \
	     entry = xa_find_after(xa, &index, ULONG_MAX, filter))

#define xa_trylock(xa) spin_trylock(&(xa)->xa_lock)
#define xa_lock(xa) spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa) spin_unlock(&(xa)->xa_lock)
#define xa_lock_bh(xa) spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa) spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa) spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa) spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags) spin_lock_irqsave(&(xa)->xa_lock, flags)
#define xa_unlock_irqrestore(xa, flags) spin_unlock_irqrestore(&(xa)->xa_lock, flags)
#define xa_lock_nested(xa, subclass) spin_lock_nested(&(xa)->xa_lock, subclass)

/* The same operation under each kind of lock: SUFFIX is nothing, _bh or _irq. */
#define SIM_XA_LOCKED(SUFFIX) \
static inline int __must_check xa_insert##SUFFIX(struct xarray *xa, unsigned long index, \
						 void *entry, gfp_t gfp) \
{ \
	int err; \
\
	xa_lock##SUFFIX(xa); \
	err = __xa_insert(xa, index, entry, gfp); \
	xa_unlock##SUFFIX(xa); \
	return err; \
} \
static inline void *xa_cmpxchg##SUFFIX(struct xarray *xa, unsigned long index, void *old, \
				       void *entry, gfp_t gfp) \
{ \
	void *found; \
\
	xa_lock##SUFFIX(xa); \
	found = __xa_cmpxchg(xa, index, old, entry, gfp); \
	xa_unlock##SUFFIX(xa); \
	return found; \
} \
static inline int __must_check xa_alloc##SUFFIX(struct xarray *xa, u32 *id, void *entry, \
						struct xa_limit limit, gfp_t gfp) \
{ \
	int err; \
\
	xa_lock##SUFFIX(xa); \
	err = __xa_alloc(xa, id, entry, limit, gfp); \
	xa_unlock##SUFFIX(xa); \
	return err; \
} \
/* As xa_alloc(), at or after *next first; 0 also when the search went on from the start. */ \
static inline int xa_alloc_cyclic##SUFFIX(struct xarray *xa, u32 *id, void *entry, \
					  struct xa_limit limit, u32 *next, gfp_t gfp) \
{ \
	int err; \
\
	xa_lock##SUFFIX(xa); \
	err = __xa_alloc_cyclic(xa, id, entry, limit, next, gfp); \
	xa_unlock##SUFFIX(xa); \
	return err < 0 ? err : 0; \
} \
/* Makes sure that a later store at @index needs no memory; loads still return NULL. */ \
static inline int __must_check xa_reserve##SUFFIX(struct xarray *xa, unsigned long index, \
						  gfp_t gfp) \
{ \
	return xa_err(xa_cmpxchg##SUFFIX(xa, index, NULL, XA_ZERO_ENTRY, gfp)); \
}

/*
 * declares: xa_insert() xa_insert_bh() xa_insert_irq() xa_cmpxchg() xa_cmpxchg_bh()
 * xa_cmpxchg_irq() xa_alloc() xa_alloc_bh() xa_alloc_irq() xa_alloc_cyclic() xa_alloc_cyclic_bh()
 * xa_alloc_cyclic_irq() xa_reserve() xa_reserve_bh() xa_reserve_irq()
 */
SIM_XA_LOCKED()
SIM_XA_LOCKED(_bh)
SIM_XA_LOCKED(_irq)

#define SIM_XA_STORE_LOCKED(SUFFIX) \
static inline void *xa_store##SUFFIX(struct xarray *xa, unsigned long index, void *entry, \
				     gfp_t gfp) \
{ \
	void *old; \
\
	xa_lock##SUFFIX(xa); \
	old = __xa_store(xa, index, entry, gfp); \
	xa_unlock##SUFFIX(xa); \
	return old; \
} \
static inline void *xa_erase##SUFFIX(struct xarray *xa, unsigned long index) \
{ \
	void *old; \
\
	xa_lock##SUFFIX(xa); \
	old = __xa_erase(xa, index); \
	xa_unlock##SUFFIX(xa); \
	return old; \
}

/* declares: xa_store_bh() xa_store_irq() xa_erase_bh() xa_erase_irq() */
SIM_XA_STORE_LOCKED(_bh)
SIM_XA_STORE_LOCKED(_irq)

/* Gives back an index that xa_reserve() took and no store has used. */
static inline void xa_release(struct xarray *xa, unsigned long index)
{
	xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

/* fidelity: absent: entries that cover several indices, and the xas_ interface */
static inline void *xa_store_range(struct xarray *xa, unsigned long first, unsigned long last,
				   void *entry, gfp_t gfp)
{
	SIM_ABSENT("xa_store_range");
	return XA_ERROR(-EINVAL);
}

#endif
