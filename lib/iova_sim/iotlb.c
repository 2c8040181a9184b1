// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "iova_sim/iotlb.h"
#include "kernel/world.h"

#define CLASS_BITS 0x3u

struct iotlb *iotlb_create(struct svmsim_world *world, u32 set_count, u32 way_count)
{
	struct iotlb *iotlb = sim_alloc(world, sizeof(*iotlb));

	iotlb->set_count = set_count;
	iotlb->way_count = way_count;
	iotlb->entries = sim_alloc(world, (size_t)set_count * way_count * sizeof(*iotlb->entries));
	iotlb->next_way = sim_alloc(world, set_count);
	iotlb->epoch = 1;
	return iotlb;
}

void iotlb_destroy(struct svmsim_world *world, struct iotlb *iotlb)
{
	if (!iotlb)
		return;
	sim_free(world, iotlb->next_way, iotlb->set_count);
	sim_free(world, iotlb->entries,
		 (size_t)iotlb->set_count * iotlb->way_count * sizeof(*iotlb->entries));
	sim_free(world, iotlb, sizeof(*iotlb));
}

void iotlb_invalidate_all(struct iotlb *iotlb)
{
	iotlb->epoch++;
	/* After 2^32 of these an old entry could come back to life: start from scratch once. */
	if (unlikely(!iotlb->epoch)) {
		__builtin_memset(iotlb->entries, 0,
				 (size_t)iotlb->set_count * iotlb->way_count *
					 sizeof(*iotlb->entries));
		iotlb->epoch = 1;
	}
	for (unsigned int class = 0; class < IOTLB_CLASS_COUNT; class++)
		iotlb->class_count[class] = 0;
}

void iotlb_reset(struct iotlb *iotlb)
{
	iotlb_invalidate_all(iotlb);
	__builtin_memset(iotlb->next_way, 0, iotlb->set_count);
	iotlb->hit_count = 0;
	iotlb->miss_count = 0;
}

static __always_inline bool entry_is_valid(const struct iotlb *iotlb,
					   const struct iotlb_entry *entry)
{
	return (u32)entry->owner == iotlb->epoch;
}

static unsigned int entry_class(const struct iotlb_entry *entry)
{
	return entry->tag & CLASS_BITS;
}

static u32 entry_domain(const struct iotlb_entry *entry)
{
	return entry->owner >> 32;
}

static u64 entry_iova(const struct iotlb_entry *entry)
{
	return entry->tag & ~(u64)CLASS_BITS;
}

static u64 entry_last(const struct iotlb_entry *entry)
{
	return entry_iova(entry) + ((1ull << iotlb_class_shift(entry_class(entry))) - 1);
}

/* No epoch is 0. */
static void entry_drop(struct iotlb *iotlb, struct iotlb_entry *entry)
{
	iotlb->class_count[entry_class(entry)]--;
	entry->owner = 0;
}

static struct iotlb_entry *entry_replace(struct iotlb *iotlb, u32 set_index)
{
	struct iotlb_entry *entry = iotlb_set(iotlb, set_index) + iotlb->next_way[set_index];

	if (++iotlb->next_way[set_index] == iotlb->way_count)
		iotlb->next_way[set_index] = 0;
	entry_drop(iotlb, entry);
	return entry;
}

/* Fills the entry of the same address if it is cached, else a free way, else the next in turn. */
static __always_inline void entry_fill(struct iotlb *iotlb, u32 domain_index, u64 iova,
				       unsigned int class, u64 phys)
{
	const u64 tag = iotlb_tag(iova, class), owner = iotlb_owner(iotlb, domain_index);
	const u32 set_index = iotlb_set_index(iotlb, domain_index, iova, class);
	struct iotlb_entry *entry = iotlb_set(iotlb, set_index), *chosen = NULL;
	struct iotlb_entry *end = entry + iotlb->way_count;

	for (; entry != end; entry++) {
		if (entry->tag == tag && entry->owner == owner) {
			entry->phys = phys;
			return;
		}
		if (!chosen && !entry_is_valid(iotlb, entry))
			chosen = entry;
	}
	if (!chosen)
		chosen = entry_replace(iotlb, set_index);
	*chosen = (struct iotlb_entry){ tag, owner, phys };
	iotlb->class_count[class]++;
}

static noinline void insert_large(struct iotlb *iotlb, u32 domain_index, u64 iova, u64 leaf_iova,
				  u64 leaf_phys, u64 leaf_bytes, unsigned int flags)
{
	unsigned int class = IOTLB_CLASS_1G;
	u64 start, mask;

	for (;; class--) {
		mask = (1ull << iotlb_class_shift(class)) - 1;
		start = iova & ~mask;
		if (class == IOTLB_CLASS_2K)
			break;
		if (start >= leaf_iova && start + mask <= leaf_iova + (leaf_bytes - 1) &&
		    !((leaf_phys + (start - leaf_iova)) & mask))
			break;
		/* Last comes the class that every leaf is a multiple of. */
		if (!class)
			class = IOTLB_CLASS_2K + 1;
	}
	entry_fill(iotlb, domain_index, iova, class,
		   (leaf_phys + (start - leaf_iova)) | flags | IOTLB_PRESENT);
}

void iotlb_insert(struct iotlb *iotlb, u32 domain_index, u64 iova, u64 leaf_iova, u64 leaf_phys,
		  u64 leaf_bytes, unsigned int flags)
{
	if (likely(leaf_bytes == 1ull << iotlb_class_shift(0)))
		entry_fill(iotlb, domain_index, iova, 0, leaf_phys | flags | IOTLB_PRESENT);
	else
		insert_large(iotlb, domain_index, iova, leaf_iova, leaf_phys, leaf_bytes, flags);
}

void iotlb_insert_absent(struct iotlb *iotlb, u32 domain_index, u64 iova)
{
	entry_fill(iotlb, domain_index, iova, 0, 0);
}

/* Look at every entry: right for wide ranges, whose addresses would outnumber the entries. */
static void invalidate_scan(struct iotlb *iotlb, u32 domain_index, u64 start, u64 last)
{
	const u64 owner = iotlb_owner(iotlb, domain_index);
	struct iotlb_entry *entry = iotlb->entries;
	struct iotlb_entry *end = entry + (size_t)iotlb->set_count * iotlb->way_count;

	for (; entry != end; entry++)
		if (entry->owner == owner && entry_iova(entry) <= last &&
		    entry_last(entry) >= start)
			entry_drop(iotlb, entry);
}

static void invalidate_class(struct iotlb *iotlb, u32 domain_index, u64 start, u64 last,
			     unsigned int class)
{
	unsigned int shift = iotlb_class_shift(class);

	for (u64 unit = start >> shift; unit <= last >> shift; unit++) {
		struct iotlb_entry *entry = iotlb_probe(iotlb, domain_index, unit << shift, class);

		if (entry)
			entry_drop(iotlb, entry);
	}
}

void iotlb_invalidate_range(struct iotlb *iotlb, u32 domain_index, u64 start, u64 last)
{
	if (iotlb_is_empty(iotlb))
		return;
	if ((last >> 12) - (start >> 12) >= iotlb->set_count) {
		invalidate_scan(iotlb, domain_index, start, last);
		return;
	}
	for (unsigned int class = 0; class < IOTLB_CLASS_COUNT; class++)
		if (iotlb->class_count[class])
			invalidate_class(iotlb, domain_index, start, last, class);
}

void iotlb_invalidate_domain(struct iotlb *iotlb, u32 domain_index)
{
	if (!iotlb_is_empty(iotlb))
		invalidate_scan(iotlb, domain_index, 0, ~0ull);
}

bool iotlb_record_get(const struct iotlb *iotlb, u32 set_index, u32 way_index,
		      struct iotlb_record *record)
{
	const struct iotlb_entry *entry = iotlb_set(iotlb, set_index) + way_index;

	if (!entry_is_valid(iotlb, entry))
		return false;
	record->domain_index = entry_domain(entry);
	record->iova = entry_iova(entry);
	record->phys = entry->phys & ~(u64)IOTLB_FLAGS;
	record->bytes = 1ull << iotlb_class_shift(entry_class(entry));
	record->flags = entry->phys & IOTLB_FLAGS;
	return true;
}

static bool set_is_valid(const struct iotlb *iotlb, u32 set_index, u32 *class_count)
{
	const struct iotlb_entry *set = iotlb_set(iotlb, set_index);

	for (u32 way = 0; way < iotlb->way_count; way++) {
		const struct iotlb_entry *entry = &set[way];
		unsigned int class;

		if (!entry_is_valid(iotlb, entry))
			continue;
		class = entry_class(entry);
		if (class >= IOTLB_CLASS_COUNT)
			return false;
		if (iotlb_set_index(iotlb, entry_domain(entry), entry_iova(entry), class) !=
		    set_index)
			return false;
		if ((entry->phys & ~(u64)IOTLB_FLAGS) & (entry_last(entry) - entry_iova(entry)))
			return false;
		for (u32 other = 0; other < way; other++)
			if (set[other].tag == entry->tag && set[other].owner == entry->owner)
				return false;
		class_count[class]++;
	}
	return true;
}

bool iotlb_is_valid(const struct iotlb *iotlb)
{
	u32 class_count[IOTLB_CLASS_COUNT] = { 0 };

	for (u32 set_index = 0; set_index < iotlb->set_count; set_index++)
		if (!set_is_valid(iotlb, set_index, class_count))
			return false;
	for (unsigned int class = 0; class < IOTLB_CLASS_COUNT; class++)
		if (class_count[class] != iotlb->class_count[class])
			return false;
	return true;
}
