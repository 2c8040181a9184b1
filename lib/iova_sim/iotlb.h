/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The IOMMU's cache of translations: sets and ways from the machine description, entries tagged by
 * domain index. An entry caches a whole leaf of 2 KiB, 4 KiB, 2 MiB or 1 GiB (a larger or odd leaf
 * is cached as the largest of these that fits around the address). A lookup probes one set for each
 * size that has entries at all. A full set replaces its ways in turn, so what is cached depends on
 * nothing but the order of accesses.
 *
 * DOC: Vocabulary
 *
 * class    index of a cached size: 0 for 4 KiB, 1 for 2 MiB, 2 for 1 GiB, 3 for 2 KiB, the leaves
 *          of formats with an odd granule.
 * absent   an entry that says "there is no translation": a hit on it is a fault. Only hardware in
 *          caching mode keeps these, always as 4 KiB.
 * epoch    an entry counts only while its epoch is the cache's: dropping everything is one
 *          increment.
 *
 * DOC: Not modelled
 *
 * PASIDs, and the freedom of real hardware to drop entries at any time or
 * to walk again when a cached permission does not suffice: what is cached here is used until it is
 * invalidated or replaced, which shows missing invalidations most clearly.
 */
#ifndef IOVA_SIM_IOTLB_H
#define IOVA_SIM_IOTLB_H

#include <linux/types.h>

#define IOTLB_CLASS_COUNT 4
#define IOTLB_CLASS_1G 2
#define IOTLB_CLASS_2K 3

/* Low bits of an entry's phys. */
#define IOTLB_READ 1u
#define IOTLB_WRITE 2u
#define IOTLB_PRESENT 4u
#define IOTLB_FLAGS 0x7ffu

/**
 * struct iotlb_entry - one way of one set
 * @tag: IOVA of the entry's start, class in the low bits
 * @owner: domain index in the upper half; the lower one is equal to the cache's epoch while the
 *	entry is valid
 * @phys: physical address it leads to, IOTLB_* in the low bits
 */
struct iotlb_entry {
	u64 tag;
	u64 owner;
	u64 phys;
};

/**
 * struct iotlb - the cache
 * @entries: @set_count times @way_count entries, ways of a set side by side
 * @next_way: for each set, which way is replaced next
 * @set_count: a power of two
 * @way_count: ways
 * @epoch: of valid entries, never 0
 * @class_count: valid entries of each class
 * @hit_count: lookups that found an entry (absent ones too)
 * @miss_count: lookups that did not
 */
struct iotlb {
	struct iotlb_entry *entries;
	u8 *next_way;
	u32 set_count;
	u32 way_count;
	u32 epoch;
	u32 class_count[IOTLB_CLASS_COUNT];
	u64 hit_count;
	u64 miss_count;
};

/**
 * struct iotlb_record - a valid entry, for looking
 * @domain_index: domain
 * @iova: start
 * @phys: start, 0 for an absent entry
 * @bytes: size
 * @flags: IOTLB_READ, IOTLB_WRITE, IOTLB_PRESENT
 */
struct iotlb_record {
	u32 domain_index;
	u64 iova;
	u64 phys;
	u64 bytes;
	unsigned int flags;
};

static __always_inline unsigned int iotlb_class_shift(unsigned int class)
{
	return class == IOTLB_CLASS_2K ? 11 : 12 + 9 * class;
}

static __always_inline u32 iotlb_set_index(const struct iotlb *iotlb, u32 domain_index, u64 iova,
					   unsigned int class)
{
	return ((u32)(iova >> iotlb_class_shift(class)) + domain_index) & (iotlb->set_count - 1);
}

static __always_inline u64 iotlb_tag(u64 iova, unsigned int class)
{
	return (iova >> iotlb_class_shift(class) << iotlb_class_shift(class)) | class;
}

static __always_inline u64 iotlb_owner(const struct iotlb *iotlb, u32 domain_index)
{
	return (u64)domain_index << 32 | iotlb->epoch;
}

static __always_inline struct iotlb_entry *iotlb_set(const struct iotlb *iotlb, u32 set_index)
{
	return iotlb->entries + (size_t)set_index * iotlb->way_count;
}

static __always_inline struct iotlb_entry *iotlb_probe(const struct iotlb *iotlb, u32 domain_index,
						       u64 iova, unsigned int class)
{
	const u64 tag = iotlb_tag(iova, class), owner = iotlb_owner(iotlb, domain_index);
	struct iotlb_entry *entry =
		iotlb_set(iotlb, iotlb_set_index(iotlb, domain_index, iova, class));
	struct iotlb_entry *end = entry + iotlb->way_count;

	for (; entry != end; entry++)
		if (entry->tag == tag && entry->owner == owner)
			return entry;
	return NULL;
}

/**
 * iotlb_lookup - the cached translation of one address
 * @iotlb: cache
 * @domain_index: domain
 * @iova: any address
 * @phys: set to the physical address of @iova on a hit that is present
 * @last: set to the last IOVA that the entry covers
 * @flags: set to the entry's IOTLB_READ, IOTLB_WRITE, IOTLB_PRESENT
 *
 * 4 KiB, 2 MiB and 1 GiB are probed in this order, 2 KiB last. Inline, because each granule of a
 * DMA passes here.
 * Return: whether there is an entry; nothing is set when there is none.
 */
static __always_inline bool iotlb_lookup(struct iotlb *iotlb, u32 domain_index, u64 iova, u64 *phys,
					 u64 *last, unsigned int *flags)
{
	for (unsigned int class = 0; class < IOTLB_CLASS_COUNT; class++) {
		const struct iotlb_entry *entry;
		u64 mask = (1ull << iotlb_class_shift(class)) - 1;

		if (!iotlb->class_count[class])
			continue;
		entry = iotlb_probe(iotlb, domain_index, iova, class);
		if (!entry)
			continue;
		*flags = entry->phys & IOTLB_FLAGS;
		*phys = (entry->phys & ~(u64)IOTLB_FLAGS) + (iova & mask);
		*last = iova | mask;
		iotlb->hit_count++;
		return true;
	}
	iotlb->miss_count++;
	return false;
}

/**
 * iotlb_is_empty - whether an invalidation would have nothing to do
 * @iotlb: cache
 *
 * Return: true when no entry is valid.
 */
static inline bool iotlb_is_empty(const struct iotlb *iotlb)
{
	return !(iotlb->class_count[0] | iotlb->class_count[1] | iotlb->class_count[2] |
		 iotlb->class_count[IOTLB_CLASS_2K]);
}

struct svmsim_world;

/**
 * iotlb_create - make an empty cache
 * @world: whose allocator is used
 * @set_count: a power of two, 1 to 4096
 * @way_count: 1 to 16
 *
 * Return: the cache, never NULL.
 */
struct iotlb *iotlb_create(struct svmsim_world *world, u32 set_count, u32 way_count);
/**
 * iotlb_destroy - free a cache
 * @world: as created
 * @iotlb: cache, or NULL
 */
void iotlb_destroy(struct svmsim_world *world, struct iotlb *iotlb);
/**
 * iotlb_reset - back to the state after iotlb_create(), replacement order and counts included
 * @iotlb: cache
 */
void iotlb_reset(struct iotlb *iotlb);

/**
 * iotlb_insert - cache the leaf around @iova
 * @iotlb: cache
 * @domain_index: domain
 * @iova: the address that was translated
 * @leaf_iova: start of the leaf
 * @leaf_phys: where the leaf starts in physical memory, a multiple of 2 KiB
 * @leaf_bytes: its size, at least 2 KiB
 * @flags: IOTLB_READ, IOTLB_WRITE; presence is implied
 *
 * An entry for the same address and class is replaced in place.
 */
void iotlb_insert(struct iotlb *iotlb, u32 domain_index, u64 iova, u64 leaf_iova, u64 leaf_phys,
		  u64 leaf_bytes, unsigned int flags);
/**
 * iotlb_insert_absent - cache that there is no translation (caching mode)
 * @iotlb: cache
 * @domain_index: domain
 * @iova: any address of the 4 KiB
 */
void iotlb_insert_absent(struct iotlb *iotlb, u32 domain_index, u64 iova);

/**
 * iotlb_invalidate_range - drop the entries of a domain that touch a range, absent ones too
 * @iotlb: cache
 * @domain_index: domain
 * @start: first IOVA
 * @last: last IOVA, inclusive, not below @start
 */
void iotlb_invalidate_range(struct iotlb *iotlb, u32 domain_index, u64 start, u64 last);
/**
 * iotlb_invalidate_domain - drop all entries of a domain
 * @iotlb: cache
 * @domain_index: domain
 */
void iotlb_invalidate_domain(struct iotlb *iotlb, u32 domain_index);
/**
 * iotlb_invalidate_all - drop all entries of all domains
 * @iotlb: cache
 */
void iotlb_invalidate_all(struct iotlb *iotlb);

/**
 * iotlb_record_get - look at one way of one set
 * @iotlb: cache
 * @set_index: below set_count
 * @way_index: below way_count
 * @record: filled when the entry is valid
 *
 * Changes nothing, the hit counters included.
 * Return: whether the entry is valid.
 */
bool iotlb_record_get(const struct iotlb *iotlb, u32 set_index, u32 way_index,
		      struct iotlb_record *record);

/**
 * iotlb_is_valid - check the whole cache
 * @iotlb: cache
 *
 * Invariants: each valid entry sits in the set of its tag, no two valid entries of a set have the
 * same tag and domain, class_count matches, physical starts are aligned to the entry's size unless
 * absent.
 * Return: false when one of them is broken.
 */
bool iotlb_is_valid(const struct iotlb *iotlb);

#endif
