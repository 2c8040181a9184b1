// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "iova_sim/iopt_internal.h"
#include "iova_sim/pwc.h"

struct pwc *pwc_create(struct svmsim_world *world)
{
	struct pwc *pwc = sim_alloc(world, sizeof(*pwc));

	pwc->epoch = 1;
	return pwc;
}

void pwc_destroy(struct svmsim_world *world, struct pwc *pwc)
{
	if (pwc)
		sim_free(world, pwc, sizeof(*pwc));
}

void pwc_reset(struct pwc *pwc)
{
	pwc->epoch++;
	/* After 2^32 of these an old entry could come back to life: start from scratch once. */
	if (unlikely(!pwc->epoch)) {
		__builtin_memset(pwc->entry, 0, sizeof(pwc->entry));
		pwc->epoch = 1;
	}
	__builtin_memset(pwc->level_count, 0, sizeof(pwc->level_count));
	pwc->hit_count = 0;
	pwc->miss_count = 0;
}

static __always_inline bool entry_is_valid(const struct pwc *pwc, const struct pwc_entry *entry)
{
	return (u32)entry->owner == pwc->epoch;
}

static __always_inline u64 owner_of(const struct pwc *pwc, const struct sim_domain *sdom)
{
	return (u64)sdom->index << 32 | pwc->epoch;
}

/* log2 of the span of a table of @level. */
static __always_inline unsigned int span_shift(const struct sim_domain *sdom, unsigned int level)
{
	return iopt_level_shift(sdom->table.fmt, level + 1);
}

/* Neighbours and domains spread over the slots. */
static __always_inline unsigned int slot_index(u64 tag, u32 domain_index)
{
	return (tag + domain_index) & (PWC_SLOT_COUNT - 1);
}

static const struct pwc_entry *find(const struct pwc *pwc, const struct sim_domain *sdom, u64 iova,
				    unsigned int level)
{
	u64 tag = iova >> span_shift(sdom, level);
	const struct pwc_entry *entry = &pwc->entry[level][slot_index(tag, sdom->index)];

	return entry->tag == tag && entry->owner == owner_of(pwc, sdom) ? entry : NULL;
}

static void fill(struct pwc *pwc, const struct sim_domain *sdom, u64 iova, unsigned int level,
		 u64 phys)
{
	u64 tag = iova >> span_shift(sdom, level);
	struct pwc_entry *entry = &pwc->entry[level][slot_index(tag, sdom->index)];

	if (!entry_is_valid(pwc, entry))
		pwc->level_count[level]++;
	*entry = (struct pwc_entry){ tag, owner_of(pwc, sdom), phys };
}

/* Where to begin: at the lowest table that is cached, else at the top. */
static u64 begin(struct pwc *pwc, const struct sim_domain *sdom, u64 iova, unsigned int *level,
		 bool *cached)
{
	const struct iopt *table = &sdom->table;

	for (*level = 0; *level < table->top_level; ++*level) {
		const struct pwc_entry *entry;

		if (!pwc->level_count[*level])
			continue;
		entry = find(pwc, sdom, iova, *level);
		if (!entry)
			continue;
		pwc->hit_count++;
		*cached = true;
		return entry->phys;
	}
	pwc->miss_count++;
	*cached = false;
	return table->top_phys;
}

bool pwc_walk(struct pwc *pwc, const struct sim_domain *sdom, u64 iova, struct iopt_leaf *leaf,
	      bool *cached)
{
	const struct iopt_fmt *fmt = sdom->table.fmt;
	unsigned int level;
	u64 phys, entry;

	if (iova > sdom->table.reach_last) {
		*cached = false;
		return false;
	}
	phys = begin(pwc, sdom, iova, &level, cached);
	for (;;) {
		/* What is a table no more is read all the same; what is no RAM reads as empty. */
		if (sim_phys_read(sdom->world, phys + 8 * iopt_index(fmt, iova, level), &entry,
				  sizeof(entry)) ||
		    !iopt_is_present(fmt, entry))
			return false;
		if (iopt_is_leaf(fmt, entry, level)) {
			iopt_entry_leaf(fmt, entry, level, iova, leaf);
			return true;
		}
		phys = iopt_table_phys(fmt, entry);
		level--;
		fill(pwc, sdom, iova, level, phys);
	}
}

static void invalidate_level(struct pwc *pwc, u64 owner, unsigned int level, u64 first_tag,
			     u64 last_tag)
{
	for (unsigned int i = 0; i < PWC_SLOT_COUNT; i++) {
		struct pwc_entry *entry = &pwc->entry[level][i];

		if (entry->owner != owner || entry->tag < first_tag || entry->tag > last_tag)
			continue;
		/* No epoch is 0. */
		entry->owner = 0;
		pwc->level_count[level]--;
	}
}

void pwc_invalidate_range(struct pwc *pwc, const struct sim_domain *sdom, u64 start, u64 last)
{
	for (unsigned int level = 0; level < PWC_LEVEL_COUNT; level++) {
		unsigned int shift;

		if (!pwc->level_count[level])
			continue;
		shift = span_shift(sdom, level);
		invalidate_level(pwc, owner_of(pwc, sdom), level, start >> shift, last >> shift);
	}
}

void pwc_invalidate_domain(struct pwc *pwc, const struct sim_domain *sdom)
{
	for (unsigned int level = 0; level < PWC_LEVEL_COUNT; level++)
		if (pwc->level_count[level])
			invalidate_level(pwc, owner_of(pwc, sdom), level, 0, ~0ull);
}

bool pwc_is_valid(const struct pwc *pwc)
{
	for (unsigned int level = 0; level < PWC_LEVEL_COUNT; level++) {
		u32 count = 0;

		for (unsigned int i = 0; i < PWC_SLOT_COUNT; i++) {
			const struct pwc_entry *entry = &pwc->entry[level][i];

			if (!entry_is_valid(pwc, entry))
				continue;
			if (slot_index(entry->tag, entry->owner >> 32) != i)
				return false;
			count++;
		}
		if (count != pwc->level_count[level])
			return false;
	}
	return true;
}
