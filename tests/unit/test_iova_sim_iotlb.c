/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "iova_sim/iotlb.h"
#include "kernel/world.h"
#include "ktest.h"

#define RW (IOTLB_READ | IOTLB_WRITE)
#define SIZE_4K 0x1000ull
#define SIZE_2M 0x200000ull
#define SIZE_1G 0x40000000ull

static const struct sim_layer *const layers[] = { &sim_layer_names };

static struct iotlb *make_iotlb(u32 set_count, u32 way_count)
{
	struct svmsim_world *world = ktest_world(layers, 1, NULL);

	return iotlb_create(world, set_count, way_count);
}

static void drop_iotlb(struct iotlb *iotlb)
{
	ktest_assert_true(iotlb_is_valid(iotlb));
	iotlb_destroy(sim_world, iotlb);
}

/* Physical address that @iova leads to; 0 for a miss, 1 for an absent entry. */
static u64 look(struct iotlb *iotlb, u32 domain_index, u64 iova)
{
	unsigned int flags;
	u64 phys, last;

	if (!iotlb_lookup(iotlb, domain_index, iova, &phys, &last, &flags))
		return 0;
	return flags & IOTLB_PRESENT ? phys : 1;
}

static void put(struct iotlb *iotlb, u32 domain_index, u64 iova, u64 phys)
{
	iotlb_insert(iotlb, domain_index, iova, iova, phys, SIZE_4K, RW);
}

static void test_lookup_of_empty_cache_misses(void **state)
{
	struct iotlb *iotlb = make_iotlb(64, 4);

	ktest_assert_u64_equal(look(iotlb, 0, 0), 0);
	ktest_assert_u64_equal(look(iotlb, 0, ~0ull), 0);
	ktest_assert_u64_equal(iotlb->miss_count, 2);
	ktest_assert_u64_equal(iotlb->hit_count, 0);
	drop_iotlb(iotlb);
}

static void test_hit_gives_address_end_and_flags(void **state)
{
	struct iotlb *iotlb = make_iotlb(64, 4);
	unsigned int flags = 0;
	u64 phys = 0, last = 0;

	iotlb_insert(iotlb, 3, 0x12345678, 0x12345000, 0xabcde000, SIZE_4K, IOTLB_READ);
	ktest_assert_true(iotlb_lookup(iotlb, 3, 0x12345010, &phys, &last, &flags));
	ktest_assert_u64_equal(phys, 0xabcde010);
	ktest_assert_u64_equal(last, 0x12345fff);
	ktest_assert_int_equal(flags, IOTLB_READ | IOTLB_PRESENT);
	ktest_assert_u64_equal(look(iotlb, 3, 0x12344fff), 0);
	ktest_assert_u64_equal(look(iotlb, 3, 0x12346000), 0);
	drop_iotlb(iotlb);
}

static void test_large_leaf_is_one_entry(void **state)
{
	static const u64 sizes[] = { SIZE_4K, SIZE_2M, SIZE_1G };

	for (unsigned int i = 0; i < 3; i++) {
		struct iotlb *iotlb = make_iotlb(64, 4);
		u64 iova = 5 * SIZE_1G, phys = 9 * SIZE_1G, bytes = sizes[i];

		iotlb_insert(iotlb, 0, iova + bytes / 2, iova, phys, bytes, RW);
		ktest_assert_int_equal(iotlb->class_count[i], 1);
		ktest_assert_u64_equal(look(iotlb, 0, iova), phys);
		ktest_assert_u64_equal(look(iotlb, 0, iova + bytes - 1), phys + bytes - 1);
		ktest_assert_u64_equal(look(iotlb, 0, iova + bytes), 0);
		ktest_assert_u64_equal(look(iotlb, 0, iova - 1), 0);
		drop_iotlb(iotlb);
	}
}

static void test_odd_leaf_is_cached_by_largest_class_that_fits(void **state)
{
	struct iotlb *iotlb = make_iotlb(64, 4);

	/* A run of 64 KiB, one of 4 MiB that is only 64 KiB aligned in physical memory, 512 GiB. */
	iotlb_insert(iotlb, 0, 0x1f123, 0x10000, 0x50000, 0x10000, RW);
	ktest_assert_int_equal(iotlb->class_count[0], 1);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1f000), 0x5f000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1e000), 0);
	iotlb_insert(iotlb, 0, 0x600000, 0x400000, 0x10000, 0x400000, RW);
	ktest_assert_int_equal(iotlb->class_count[0], 2);
	ktest_assert_u64_equal(look(iotlb, 0, 0x600000), 0x210000);
	iotlb_insert(iotlb, 0, 0x8000000001ull, 0x8000000000ull, 0, 0x8000000000ull, RW);
	ktest_assert_int_equal(iotlb->class_count[2], 1);
	ktest_assert_u64_equal(look(iotlb, 0, 0x8000000001ull), 1);
	drop_iotlb(iotlb);
}

/* Granules of 2 KiB have a class of their own; a leaf of two of them fits the one of 4 KiB. */
static void test_half_page_is_one_entry(void **state)
{
	struct iotlb *iotlb = make_iotlb(64, 4);

	iotlb_insert(iotlb, 0, 0x1900, 0x1800, 0xa800, 0x800, RW);
	ktest_assert_int_equal(iotlb->class_count[IOTLB_CLASS_2K], 1);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1801), 0xa801);
	ktest_assert_u64_equal(look(iotlb, 0, 0x17ff), 0);
	ktest_assert_u64_equal(look(iotlb, 0, 0x2000), 0);
	iotlb_insert(iotlb, 0, 0x3900, 0x3000, 0xc000, 0x1000, RW);
	ktest_assert_int_equal(iotlb->class_count[0], 1);
	ktest_assert_u64_equal(look(iotlb, 0, 0x3000), 0xc000);
	iotlb_invalidate_range(iotlb, 0, 0x1000, 0x17ff);
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x1800), 0);
	iotlb_invalidate_range(iotlb, 0, 0x1000, 0x1800);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1800), 0);
	iotlb_invalidate_range(iotlb, 0, 0, ~0ull);
	ktest_assert_true(iotlb_is_empty(iotlb));
	drop_iotlb(iotlb);
}

static void test_domains_do_not_share_entries(void **state)
{
	struct iotlb *iotlb = make_iotlb(1, 4);

	put(iotlb, 1, 0x1000, 0xa000);
	put(iotlb, 2, 0x1000, 0xb000);
	ktest_assert_u64_equal(look(iotlb, 1, 0x1000), 0xa000);
	ktest_assert_u64_equal(look(iotlb, 2, 0x1000), 0xb000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	drop_iotlb(iotlb);
}

static void test_insert_of_cached_address_replaces_in_place(void **state)
{
	struct iotlb *iotlb = make_iotlb(1, 2);

	put(iotlb, 0, 0x1000, 0xa000);
	put(iotlb, 0, 0x2000, 0xb000);
	put(iotlb, 0, 0x1000, 0xc000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0xc000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x2000), 0xb000);
	ktest_assert_int_equal(iotlb->class_count[0], 2);
	drop_iotlb(iotlb);
}

static void test_full_set_replaces_ways_in_turn(void **state)
{
	struct iotlb *iotlb = make_iotlb(1, 3);

	for (u64 page = 1; page <= 3; page++)
		put(iotlb, 0, page << 12, page << 16);
	/* A hit does not protect an entry: this is no LRU. */
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x1000), 0);
	put(iotlb, 0, 0x4000, 0x40000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	put(iotlb, 0, 0x5000, 0x50000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x2000), 0);
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x3000), 0);
	/* A free way is taken before anything is replaced, and does not move the turn. */
	iotlb_invalidate_range(iotlb, 0, 0x4000, 0x4fff);
	put(iotlb, 0, 0x6000, 0x60000);
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x3000), 0);
	put(iotlb, 0, 0x7000, 0x70000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x3000), 0);
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x5000), 0);
	drop_iotlb(iotlb);
}

static void test_range_invalidation_has_inclusive_end(void **state)
{
	struct iotlb *iotlb = make_iotlb(64, 4);

	for (u64 page = 1; page <= 5; page++)
		put(iotlb, 0, page << 12, page << 16);
	put(iotlb, 1, 0x3000, 0x30000);
	iotlb_invalidate_range(iotlb, 0, 0x2fff, 0x4000);
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x1000), 0);
	ktest_assert_u64_equal(look(iotlb, 0, 0x2000), 0);
	ktest_assert_u64_equal(look(iotlb, 0, 0x3000), 0);
	ktest_assert_u64_equal(look(iotlb, 0, 0x4000), 0);
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x5000), 0);
	ktest_assert_u64_not_equal(look(iotlb, 1, 0x3000), 0);
	/* The same for a range of more pages than the cache has sets. */
	iotlb_invalidate_range(iotlb, 0, 0x1fff, 0x4fffff);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	put(iotlb, 0, 0x500000, 0x1000);
	put(iotlb, 0, 0x501000, 0x1000);
	iotlb_invalidate_range(iotlb, 0, 0x1000, 0x500000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x500000), 0);
	ktest_assert_u64_not_equal(look(iotlb, 0, 0x501000), 0);
	drop_iotlb(iotlb);
}

static void test_range_invalidation_drops_large_entries_it_touches(void **state)
{
	struct iotlb *iotlb = make_iotlb(4, 4);

	for (unsigned int wide = 0; wide < 2; wide++) {
		iotlb_insert(iotlb, 0, SIZE_2M, SIZE_2M, SIZE_2M, SIZE_2M, RW);
		iotlb_insert(iotlb, 0, SIZE_1G, SIZE_1G, SIZE_1G, SIZE_1G, RW);
		iotlb_insert(iotlb, 0, 3 * SIZE_1G, 3 * SIZE_1G, SIZE_1G, SIZE_1G, RW);
		/* One page, and a range of more pages than the cache has sets. */
		iotlb_invalidate_range(iotlb, 0, SIZE_2M + 0x5000,
				       SIZE_2M + (wide ? 0x1effff : 0x5fff));
		ktest_assert_u64_equal(look(iotlb, 0, SIZE_2M), 0);
		ktest_assert_u64_not_equal(look(iotlb, 0, SIZE_1G), 0);
		iotlb_invalidate_range(iotlb, 0, SIZE_1G - 1, wide ? 2 * SIZE_1G - 1 : SIZE_1G);
		ktest_assert_u64_equal(look(iotlb, 0, SIZE_1G), 0);
		ktest_assert_u64_not_equal(look(iotlb, 0, 3 * SIZE_1G), 0);
	}
	drop_iotlb(iotlb);
}

static void test_range_invalidation_of_all_addresses(void **state)
{
	struct iotlb *iotlb = make_iotlb(64, 4);

	put(iotlb, 0, 0, 0x5000);
	put(iotlb, 0, ~0xfffull, 0x6000);
	iotlb_invalidate_range(iotlb, 0, 0, ~0ull);
	ktest_assert_true(iotlb_is_empty(iotlb));
	put(iotlb, 0, ~0xfffull, 0x6000);
	iotlb_invalidate_range(iotlb, 0, ~0ull, ~0ull);
	ktest_assert_true(iotlb_is_empty(iotlb));
	drop_iotlb(iotlb);
}

static void test_domain_invalidation_leaves_other_domains(void **state)
{
	struct iotlb *iotlb = make_iotlb(2, 4);

	put(iotlb, 0, 0x1000, 0x5000);
	put(iotlb, 1, 0x1000, 0x6000);
	iotlb_insert_absent(iotlb, 0, 0x2000);
	iotlb_invalidate_domain(iotlb, 0);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	ktest_assert_u64_equal(look(iotlb, 0, 0x2000), 0);
	ktest_assert_u64_equal(look(iotlb, 1, 0x1000), 0x6000);
	drop_iotlb(iotlb);
}

static void test_global_invalidation_and_epoch_wrap(void **state)
{
	struct iotlb *iotlb = make_iotlb(2, 2);

	put(iotlb, 0, 0x1000, 0x5000);
	iotlb_invalidate_all(iotlb);
	ktest_assert_true(iotlb_is_empty(iotlb));
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	put(iotlb, 0, 0x2000, 0x5000);
	/* The entry of epoch 1 must not come back when the counter wraps to 1. */
	iotlb->epoch = ~0u;
	iotlb_invalidate_all(iotlb);
	ktest_assert_int_equal(iotlb->epoch, 1);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	put(iotlb, 0, 0x3000, 0x7000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	drop_iotlb(iotlb);
}

static void test_reset_restores_replacement_order(void **state)
{
	struct iotlb *iotlb = make_iotlb(1, 2);

	for (unsigned int run = 0; run < 2; run++) {
		put(iotlb, 0, 0x1000, 0x5000);
		put(iotlb, 0, 0x2000, 0x6000);
		put(iotlb, 0, 0x3000, 0x7000);
		ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
		ktest_assert_u64_not_equal(look(iotlb, 0, 0x2000), 0);
		ktest_assert_u64_equal(iotlb->hit_count, 1);
		iotlb_reset(iotlb);
		ktest_assert_u64_equal(iotlb->hit_count, 0);
	}
	drop_iotlb(iotlb);
}

static void test_absent_entry_hits_until_invalidated(void **state)
{
	struct iotlb *iotlb = make_iotlb(64, 4);

	iotlb_insert_absent(iotlb, 0, 0x1234);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1fff), 1);
	/* It stands in front of a large entry around it. */
	iotlb_insert(iotlb, 0, 0, 0, SIZE_2M, SIZE_2M, RW);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 1);
	ktest_assert_u64_equal(look(iotlb, 0, 0x2000), SIZE_2M + 0x2000);
	iotlb_invalidate_range(iotlb, 0, 0x1000, 0x1000);
	ktest_assert_u64_equal(look(iotlb, 0, 0x1000), 0);
	drop_iotlb(iotlb);
}

static void test_record_shows_entry_and_changes_nothing(void **state)
{
	struct iotlb *iotlb = make_iotlb(4, 2);
	struct iotlb_record record;
	unsigned int found = 0;

	iotlb_insert(iotlb, 7, SIZE_2M + 5, SIZE_2M, 3 * SIZE_2M, SIZE_2M, IOTLB_WRITE);
	for (u32 set = 0; set < 4; set++)
		for (u32 way = 0; way < 2; way++)
			found += iotlb_record_get(iotlb, set, way, &record);
	ktest_assert_int_equal(found, 1);
	/* Set: number of the 2 MiB unit plus domain index. */
	ktest_assert_true(iotlb_record_get(iotlb, (1 + 7) & 3, 0, &record));
	ktest_assert_int_equal(record.domain_index, 7);
	ktest_assert_u64_equal(record.iova, SIZE_2M);
	ktest_assert_u64_equal(record.phys, 3 * SIZE_2M);
	ktest_assert_u64_equal(record.bytes, SIZE_2M);
	ktest_assert_int_equal(record.flags, IOTLB_WRITE | IOTLB_PRESENT);
	ktest_assert_u64_equal(iotlb->hit_count + iotlb->miss_count, 0);
	drop_iotlb(iotlb);
}

/* The slow model: a plain list per set, ways replaced in turn, looked through from end to end. */
#define MODEL_SETS 8
#define MODEL_WAYS 3

struct model_entry {
	bool valid;
	bool absent;
	u32 domain_index;
	u64 iova;
	u64 bytes;
	u64 phys;
};

struct model {
	struct model_entry entry[MODEL_SETS][MODEL_WAYS];
	unsigned int turn[MODEL_SETS];
};

static void model_insert(struct model *model, u32 domain_index, u64 iova, u64 phys, u64 bytes,
			 bool absent)
{
	unsigned int set = (iova / bytes + domain_index) % MODEL_SETS;
	struct model_entry *entry = NULL;

	for (unsigned int way = 0; way < MODEL_WAYS && !entry; way++) {
		struct model_entry *e = &model->entry[set][way];

		if (e->valid && e->domain_index == domain_index && e->iova == iova &&
		    e->bytes == bytes)
			entry = e;
	}
	for (unsigned int way = 0; way < MODEL_WAYS && !entry; way++)
		if (!model->entry[set][way].valid)
			entry = &model->entry[set][way];
	if (!entry) {
		entry = &model->entry[set][model->turn[set]];
		model->turn[set] = (model->turn[set] + 1) % MODEL_WAYS;
	}
	*entry = (struct model_entry){ true, absent, domain_index, iova, bytes, phys };
}

static u64 model_look(const struct model *model, u32 domain_index, u64 iova)
{
	const struct model_entry *best = NULL;

	for (unsigned int i = 0; i < MODEL_SETS * MODEL_WAYS; i++) {
		const struct model_entry *e = &model->entry[i / MODEL_WAYS][i % MODEL_WAYS];

		if (e->valid && e->domain_index == domain_index && iova >= e->iova &&
		    iova - e->iova < e->bytes && (!best || e->bytes < best->bytes))
			best = e;
	}
	if (!best)
		return 0;
	return best->absent ? 1 : best->phys + (iova - best->iova);
}

static void model_invalidate(struct model *model, u32 domain_index, u64 start, u64 last)
{
	for (unsigned int i = 0; i < MODEL_SETS * MODEL_WAYS; i++) {
		struct model_entry *e = &model->entry[i / MODEL_WAYS][i % MODEL_WAYS];

		if (e->domain_index == domain_index && e->iova <= last &&
		    e->iova + (e->bytes - 1) >= start)
			e->valid = false;
	}
}

static void random_step(struct iotlb *iotlb, struct model *model, uint64_t *seed)
{
	static const u64 sizes[] = { SIZE_4K, SIZE_4K, SIZE_2M, SIZE_1G };
	u64 r = ktest_random(seed);
	u32 domain_index = r & 1;
	u64 bytes = sizes[(r >> 1) & 3];
	u64 iova = ((r >> 8) & 0x1f) * SIZE_4K + ((r >> 16) & 7) * SIZE_2M +
		   ((r >> 24) & 1) * SIZE_1G;
	u64 span = ktest_random(seed) % 3 ? SIZE_4K : 1 + ktest_random(seed) % (4 * SIZE_2M);
	u64 last = iova + span - 1;
	u64 phys = (r >> 32) * SIZE_1G % (1ull << 40) + SIZE_1G;

	switch ((r >> 3) & 7) {
	case 0:
	case 1:
	case 2:
		iova &= ~(bytes - 1);
		iotlb_insert(iotlb, domain_index, iova + bytes - 1, iova, phys, bytes, RW);
		model_insert(model, domain_index, iova, phys, bytes, false);
		break;
	case 3:
		iotlb_insert_absent(iotlb, domain_index, iova);
		model_insert(model, domain_index, iova, 0, SIZE_4K, true);
		break;
	case 4:
		iotlb_invalidate_range(iotlb, domain_index, iova, last);
		model_invalidate(model, domain_index, iova, last);
		break;
	default:
		ktest_assert_u64_equal(look(iotlb, domain_index, iova),
				       model_look(model, domain_index, iova));
		break;
	}
	if (!(r >> 52)) {
		iotlb_invalidate_domain(iotlb, domain_index);
		model_invalidate(model, domain_index, 0, ~0ull);
	}
}

static void test_random_operations_match_slow_model(void **state)
{
	struct iotlb *iotlb = make_iotlb(MODEL_SETS, MODEL_WAYS);
	const uint64_t first_seed = ktest_seed(0x10718);
	uint64_t seed = first_seed;
	struct model model = {};

	for (unsigned int step = 0; step < 200000; step++) {
		ktest_context("seed 0x%lx, step %u", first_seed, step);
		random_step(iotlb, &model, &seed);
		if (!(step % 64))
			ktest_assert_true(iotlb_is_valid(iotlb));
	}
	drop_iotlb(iotlb);
}

static const struct ktest tests[] = {
	KTEST(test_lookup_of_empty_cache_misses),
	KTEST(test_hit_gives_address_end_and_flags),
	KTEST(test_large_leaf_is_one_entry),
	KTEST(test_odd_leaf_is_cached_by_largest_class_that_fits),
	KTEST(test_half_page_is_one_entry),
	KTEST(test_domains_do_not_share_entries),
	KTEST(test_insert_of_cached_address_replaces_in_place),
	KTEST(test_full_set_replaces_ways_in_turn),
	KTEST(test_range_invalidation_has_inclusive_end),
	KTEST(test_range_invalidation_drops_large_entries_it_touches),
	KTEST(test_range_invalidation_of_all_addresses),
	KTEST(test_domain_invalidation_leaves_other_domains),
	KTEST(test_global_invalidation_and_epoch_wrap),
	KTEST(test_reset_restores_replacement_order),
	KTEST(test_absent_entry_hits_until_invalidated),
	KTEST(test_record_shows_entry_and_changes_nothing),
	KTEST(test_random_operations_match_slow_model),
};
KTEST_MAIN(tests)
