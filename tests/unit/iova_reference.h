/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The slow, obvious model of the IOVA allocator: a sorted array that is scanned range by range, as
 * the kernel's tree is, and magazines as plain stacks. It knows nothing of gaps and keys.
 */
#ifndef TEST_IOVA_REFERENCE_H
#define TEST_IOVA_REFERENCE_H

#include "ktest.h"

#define REF_RANGE_MAX 8192
#define REF_CPU_MAX 8
#define REF_ORDER_MAX 6
#define REF_MAG 127
#define REF_DEPOT_MAX 64
#define REF_ANCHOR (~0ul)
#define REF_TRIM_MS 100

struct ref_range {
	unsigned long lo, last;
	unsigned long id;
	bool reserved;
};

struct ref_mag {
	unsigned int count;
	unsigned long pfn[REF_MAG];
};

struct ref_order {
	struct ref_mag loaded[REF_CPU_MAX], prev[REF_CPU_MAX];
	struct ref_mag depot[REF_DEPOT_MAX];
	unsigned int depot_count;
	bool armed;
	uint64_t due_ms, armed_seq;
};

struct ref {
	struct ref_range range[REF_RANGE_MAX];
	unsigned long count, next_id;
	unsigned long cached_id, cached32_id;
	unsigned long start, end_32bit, max32_size;
	struct ref_order order[REF_ORDER_MAX];
	unsigned int cpu, cpu_count;
	uint64_t now_ms, seq;
};

/* The anchor has id 0 and is the last range. */
static inline void ref_init(struct ref *ref, unsigned long start, unsigned int cpu_count)
{
	__builtin_memset(ref, 0, sizeof(*ref));
	ref->range[0] = (struct ref_range){ REF_ANCHOR, REF_ANCHOR, 0, false };
	ref->count = 1;
	ref->next_id = 1;
	ref->start = start;
	ref->end_32bit = 0x100000;
	ref->max32_size = ref->end_32bit;
	ref->cpu_count = cpu_count;
}

static inline unsigned long ref_index(const struct ref *ref, unsigned long id)
{
	unsigned long i = 0;

	while (ref->range[i].id != id)
		i++;
	return i;
}

static inline struct ref_range *ref_find(struct ref *ref, unsigned long pfn)
{
	for (unsigned long i = 0; i < ref->count; i++)
		if (ref->range[i].lo <= pfn && pfn <= ref->range[i].last)
			return &ref->range[i];
	return NULL;
}

static inline unsigned long ref_insert(struct ref *ref, unsigned long lo, unsigned long last,
				       bool reserved)
{
	unsigned long i = ref->count;

	if (ref->count == REF_RANGE_MAX)
		ktest_fail("the reference model is full");
	for (; i > 0 && ref->range[i - 1].lo > lo; i--)
		ref->range[i] = ref->range[i - 1];
	ref->range[i] = (struct ref_range){ lo, last, ref->next_id, reserved };
	ref->count++;
	return ref->next_id++;
}

/* One scan from range @i down; where it ends decides. */
static inline bool ref_scan(const struct ref *ref, unsigned long i, unsigned long high,
			    unsigned long low, unsigned long size, unsigned long mask,
			    unsigned long *pfn)
{
	for (;;) {
		const struct ref_range *range = &ref->range[i];

		if (range->lo < high)
			high = range->lo;
		*pfn = (high - size) & mask;
		if (i == 0)
			break;
		i--;
		if (*pfn > ref->range[i].last || *pfn < low)
			break;
	}
	return high >= size && *pfn >= low;
}

static inline unsigned long ref_align_mask(unsigned long size)
{
	unsigned long mask = ~0ul;

	for (unsigned long rest = size - 1; rest; rest >>= 1)
		mask <<= 1;
	return mask;
}

/* Returns the id of the new range, 0 when there is no space. @limit is inclusive. */
static inline unsigned long ref_alloc(struct ref *ref, unsigned long size, unsigned long limit,
				      bool aligned)
{
	unsigned long end = limit + 1, mask = aligned ? ref_align_mask(size) : ~0ul;
	unsigned long first, pfn, id;

	if (end <= ref->end_32bit && size >= ref->max32_size)
		return 0;
	first = ref_index(ref, end <= ref->end_32bit ? ref->cached32_id : ref->cached_id);
	if (!ref_scan(ref, first, end, ref->start, size, mask, &pfn)) {
		unsigned long retry = ref->range[first].last;

		if (retry >= end ||
		    !ref_scan(ref, ref->count - 1, end, retry + 1, size, mask, &pfn)) {
			ref->max32_size = size;
			return 0;
		}
	}
	id = ref_insert(ref, pfn, pfn + size - 1, false);
	if (pfn + size - 1 < ref->end_32bit)
		ref->cached32_id = id;
	else
		ref->cached_id = id;
	return id;
}

static inline void ref_remove(struct ref *ref, struct ref_range *range)
{
	unsigned long i = range - ref->range;
	unsigned long cached_lo = ref->range[ref_index(ref, ref->cached_id)].lo;
	unsigned long cached32_lo = ref->range[ref_index(ref, ref->cached32_id)].lo;
	unsigned long next_id = ref->range[i + 1].id;

	if (range->id == ref->cached32_id ||
	    (range->last < ref->end_32bit && range->lo >= cached32_lo))
		ref->cached32_id = next_id;
	if (range->lo < ref->end_32bit)
		ref->max32_size = ref->end_32bit;
	if (range->lo >= cached_lo)
		ref->cached_id = next_id;
	for (ref->count--; i < ref->count; i++)
		ref->range[i] = ref->range[i + 1];
}

static inline void ref_free(struct ref *ref, unsigned long pfn)
{
	struct ref_range *range = ref_find(ref, pfn);

	if (range)
		ref_remove(ref, range);
}

static inline void ref_reserve(struct ref *ref, unsigned long lo, unsigned long last)
{
	bool overlapped = false;

	for (unsigned long i = 0; i < ref->count; i++) {
		struct ref_range *range = &ref->range[i];

		if (range->last < lo || range->lo > last) {
			if (overlapped)
				break;
			continue;
		}
		overlapped = true;
		if (lo < range->lo)
			range->lo = lo;
		if (last <= range->last)
			return;
		lo = range->last + 1;
	}
	ref_insert(ref, lo, last, true);
}

static inline unsigned int ref_order_of(unsigned long size)
{
	unsigned int order = 0;

	while ((1ul << order) < size)
		order++;
	return order;
}

static inline void ref_arm(struct ref *ref, struct ref_order *order)
{
	if (order->armed)
		return;
	order->armed = true;
	order->due_ms = ref->now_ms + REF_TRIM_MS;
	order->armed_seq = ref->seq++;
}

static inline void ref_swap(struct ref_order *order, unsigned int cpu)
{
	struct ref_mag mag = order->loaded[cpu];

	order->loaded[cpu] = order->prev[cpu];
	order->prev[cpu] = mag;
}

static inline void ref_free_fast(struct ref *ref, unsigned long pfn, unsigned long size)
{
	struct ref_order *order;
	struct ref_mag *loaded;

	if (ref_order_of(size) >= REF_ORDER_MAX) {
		ref_free(ref, pfn);
		return;
	}
	order = &ref->order[ref_order_of(size)];
	loaded = &order->loaded[ref->cpu];
	if (loaded->count == REF_MAG) {
		if (order->prev[ref->cpu].count < REF_MAG) {
			ref_swap(order, ref->cpu);
		} else {
			if (order->depot_count == REF_DEPOT_MAX)
				ktest_fail("the reference model's depot is full");
			order->depot[order->depot_count++] = *loaded;
			loaded->count = 0;
			ref_arm(ref, order);
		}
	}
	loaded->pfn[loaded->count++] = pfn;
}

static inline unsigned long ref_cache_get(struct ref *ref, unsigned long size, unsigned long limit)
{
	unsigned long highest = limit + 1 - size, pfn;
	struct ref_order *order;
	struct ref_mag *loaded;

	if (ref_order_of(size) >= REF_ORDER_MAX)
		return 0;
	order = &ref->order[ref_order_of(size)];
	loaded = &order->loaded[ref->cpu];
	if (!loaded->count) {
		if (order->prev[ref->cpu].count)
			ref_swap(order, ref->cpu);
		else if (order->depot_count)
			*loaded = order->depot[--order->depot_count];
	}
	for (unsigned int i = loaded->count; i-- > 0;) {
		pfn = loaded->pfn[i];
		if (pfn <= highest) {
			loaded->pfn[i] = loaded->pfn[--loaded->count];
			return pfn;
		}
	}
	return 0;
}

static inline void ref_drain(struct ref *ref, struct ref_mag *mag)
{
	for (unsigned int i = 0; i < mag->count; i++)
		ref_free(ref, mag->pfn[i]);
	mag->count = 0;
}

static inline void ref_flush(struct ref *ref)
{
	for (unsigned int cpu = 0; cpu < ref->cpu_count; cpu++) {
		for (unsigned int i = 0; i < REF_ORDER_MAX; i++) {
			ref_drain(ref, &ref->order[i].loaded[cpu]);
			ref_drain(ref, &ref->order[i].prev[cpu]);
		}
	}
	for (unsigned int i = 0; i < REF_ORDER_MAX; i++)
		while (ref->order[i].depot_count)
			ref_drain(ref, &ref->order[i].depot[--ref->order[i].depot_count]);
}

/* Returns the pfn, 0 when there is no space. */
static inline unsigned long ref_alloc_fast(struct ref *ref, unsigned long size,
					   unsigned long limit, bool flush)
{
	unsigned long pfn, id;

	if (size < 32)
		size = 1ul << ref_order_of(size);
	pfn = ref_cache_get(ref, size, limit);
	if (pfn)
		return pfn;
	id = ref_alloc(ref, size, limit, true);
	if (!id && flush) {
		ref_flush(ref);
		id = ref_alloc(ref, size, limit, true);
	}
	return id ? ref->range[ref_index(ref, id)].lo : 0;
}

/* Trims come due in order of time, then of arming. */
static inline void ref_advance(struct ref *ref, uint64_t ms)
{
	uint64_t until = ref->now_ms + ms;

	for (;;) {
		struct ref_order *due = NULL;

		for (unsigned int i = 0; i < REF_ORDER_MAX; i++) {
			struct ref_order *order = &ref->order[i];

			if (!order->armed || order->due_ms > until)
				continue;
			if (!due || order->due_ms < due->due_ms ||
			    (order->due_ms == due->due_ms && order->armed_seq < due->armed_seq))
				due = order;
		}
		if (!due)
			break;
		ref->now_ms = due->due_ms;
		due->armed = false;
		if (due->depot_count > ref->cpu_count) {
			ref_drain(ref, &due->depot[--due->depot_count]);
			ref_arm(ref, due);
		}
	}
	ref->now_ms = until;
}

#endif
