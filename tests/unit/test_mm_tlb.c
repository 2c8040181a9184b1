/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "mm/tlb_internal.h"
#include "rmap_fixture.h"

#define LEAF(pfn) cpt_make_leaf(pfn, CPT_PRESENT | CPT_WRITE | CPT_ACCESSED | CPT_DIRTY)
#define AT(page) (BASE + (page) * PAGE_SIZE)

static struct svmsim_world *world_of_cpus(unsigned int cpus)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 64ull << 20, .cpu_count = cpus } },
	};

	return mm_world(&machine);
}

static void test_a_filled_entry_is_found(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1), *other = hand_mm(2);

	(void)world;
	ktest_assert_null(tlb_find(mm, AT(3), false));
	tlb_fill(mm, AT(3), LEAF(77), 0);
	ktest_assert_u64_equal(tlb_find(mm, AT(3) + 5, true)->pfn, 77);
	ktest_assert_null(tlb_find(mm, AT(4), false));
	ktest_assert_null(tlb_find(other, AT(3), false));
	tlb_fill(mm, AT(3), LEAF(78), 0);
	ktest_assert_u64_equal(tlb_find(mm, AT(3), false)->pfn, 78);
	hand_mm_free(mm);
	hand_mm_free(other);
}

static void test_write_needs_a_writable_dirty_entry(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1);

	(void)world;
	tlb_fill(mm, AT(0), cpt_make_leaf(5, CPT_PRESENT | CPT_ACCESSED), 0);
	tlb_fill(mm, AT(1), cpt_make_leaf(6, CPT_PRESENT | CPT_WRITE | CPT_ACCESSED), 0);
	ktest_assert_non_null(tlb_find(mm, AT(0), false));
	ktest_assert_null(tlb_find(mm, AT(0), true));
	ktest_assert_non_null(tlb_find(mm, AT(1), false));
	ktest_assert_null(tlb_find(mm, AT(1), true));
	hand_mm_free(mm);
}

static void test_large_entry_covers_2_mib(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1);

	(void)world;
	tlb_fill(mm, BASE + 0x12345, LEAF(512) | CPT_HUGE, 1);
	ktest_assert_u64_equal(tlb_find(mm, BASE, true)->order, CPT_PMD_ORDER);
	ktest_assert_non_null(tlb_find(mm, BASE + CPT_PMD_SIZE - 1, true));
	ktest_assert_null(tlb_find(mm, BASE + CPT_PMD_SIZE, false));
	/* Any of its pages takes it away. */
	flush_tlb_mm_range(mm, AT(100), AT(101));
	ktest_assert_null(tlb_find(mm, BASE, false));
	hand_mm_free(mm);
}

static void test_full_set_replaces_in_turn(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct tlb_state *tlb = world->slot[SIM_SLOT_TLB];
	struct mm_struct *mm = hand_mm(1);
	unsigned int found = 0;

	tlb->sets = 1;
	tlb->ways = 2;
	for (unsigned int i = 0; i < 5; i++)
		tlb_fill(mm, AT(i), LEAF(100 + i), 0);
	for (unsigned int i = 0; i < 5; i++)
		found += tlb_find(mm, AT(i), false) != NULL;
	ktest_assert_int_equal(found, 2);
	ktest_assert_non_null(tlb_find(mm, AT(4), false));
	hand_mm_free(mm);
}

static void test_flush_reaches_every_cpu(void **state)
{
	struct svmsim_world *world = world_of_cpus(3);
	struct mm_struct *mm = hand_mm(1), *other = hand_mm(2);

	for (unsigned int cpu = 0; cpu < 3; cpu++) {
		world->cpu = cpu;
		tlb_fill(mm, AT(1), LEAF(7), 0);
		tlb_fill(mm, AT(2), LEAF(8), 0);
		tlb_fill(other, AT(1), LEAF(9), 0);
	}
	world->cpu = 0;
	flush_tlb_mm_range(mm, AT(1), AT(2));
	for (unsigned int cpu = 0; cpu < 3; cpu++) {
		world->cpu = cpu;
		ktest_assert_null(tlb_find(mm, AT(1), false));
		ktest_assert_non_null(tlb_find(mm, AT(2), false));
		ktest_assert_non_null(tlb_find(other, AT(1), false));
	}
	flush_tlb_mm(mm);
	ktest_assert_u64_equal(mm->sim_cpus, 0);
	ktest_assert_non_null(tlb_find(other, AT(1), false));
	world->cpu = 0;
	hand_mm_free(mm);
	hand_mm_free(other);
}

static void test_reset_forgets(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct tlb_state *tlb = world->slot[SIM_SLOT_TLB];
	struct mm_struct *mm = hand_mm(1);

	tlb_fill(mm, AT(1), LEAF(7), 0);
	hand_mm_free(mm);
	sim_world_reset(world);
	for (unsigned int set = 0; set < TLB_SETS; set++)
		for (unsigned int way = 0; way < TLB_WAYS; way++)
			ktest_assert_int_equal(tlb->cpu[0].entry[set][way].mm_number, 0);
}

static void test_clear_flush_clears_and_flushes(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1);
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4);
	u64 *slot = hand_pte(mm, AT(1));

	(void)world;
	cpt_set(mm, AT(1), slot, 0, LEAF(7));
	tlb_fill(mm, AT(1), LEAF(7), 0);
	ktest_assert_u64_equal(cpt_clear_flush(vma, AT(1), slot, 0), LEAF(7));
	ktest_assert_u64_equal(*slot, 0);
	ktest_assert_null(tlb_find(mm, AT(1), false));
	ktest_assert_false(tlb_change_open(mm));
	hand_area_free(vma);
	hand_mm_free(mm);
}

static void test_protnone_is_flushed_while_a_change_is_open(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1);
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4);
	u64 *slot = hand_pte(mm, AT(1));

	(void)world;
	tlb_fill(mm, AT(1), LEAF(7), 0);
	cpt_set(mm, AT(1), slot, 0, cpt_make_leaf(7, CPT_PROTNONE));
	tlb_change_begin(mm);
	cpt_clear_flush(vma, AT(1), slot, 0);
	ktest_assert_null(tlb_find(mm, AT(1), false));
	ktest_assert_true(tlb_change_open(mm));
	tlb_change_end(mm);
	hand_area_free(vma);
	hand_mm_free(mm);
}

/* What a gather saw at the moment that a page went back. */
struct seen {
	struct mm_struct *mm;
	unsigned int frees;
	bool was_cached;
};

static void see_free(void *ctx, unsigned long pfn, unsigned long count)
{
	struct seen *seen = ctx;

	seen->frees++;
	seen->was_cached |= tlb_find(seen->mm, AT(1), false) != NULL;
}

static void test_gather_frees_after_the_flush(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1);
	struct seen seen = { .mm = mm };
	const struct mm_watch watch = { .ctx = &seen, .page_free = see_free };
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);
	struct mmu_gather tlb;

	tlb_fill(mm, AT(1), LEAF(folio_pfn(folio)), 0);
	sim_phys_set_watch(world, &watch);
	tlb_gather_mmu(&tlb, mm);
	ktest_assert_true(tlb_change_open(mm));
	tlb_remove_tlb_entry(&tlb, AT(1), PAGE_SIZE);
	tlb_remove_folio(&tlb, folio, 1);
	ktest_assert_int_equal(seen.frees, 0);
	tlb_finish_mmu(&tlb);
	ktest_assert_int_equal(seen.frees, 1);
	ktest_assert_false(seen.was_cached);
	ktest_assert_false(tlb_change_open(mm));
	sim_phys_set_watch(world, NULL);
	hand_mm_free(mm);
}

static void test_gather_merges_pages_of_a_folio_and_flushes_when_full(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1);
	struct folio *large = folio_alloc(GFP_KERNEL, 2);
	struct folio *small[TLB_GATHER_PAGES];
	struct mmu_gather tlb;

	folio_ref_add(large, 3);
	tlb_gather_mmu(&tlb, mm);
	for (unsigned int i = 0; i < 4; i++)
		tlb_remove_folio(&tlb, large, 1);
	ktest_assert_int_equal(tlb.count, 1);
	for (unsigned int i = 0; i < TLB_GATHER_PAGES; i++)
		small[i] = folio_alloc(GFP_KERNEL, 0);
	for (unsigned int i = 0; i < TLB_GATHER_PAGES - 1; i++)
		tlb_remove_folio(&tlb, small[i], 1);
	ktest_assert_true(tlb_is_full(&tlb));
	tlb_remove_folio(&tlb, small[TLB_GATHER_PAGES - 1], 1);
	ktest_assert_int_equal(tlb.count, 1);
	tlb_finish_mmu(&tlb);
	hand_mm_free(mm);
	assert_all_free(world);
}

static void test_nested_gather_flushes_the_whole_mm(void **state)
{
	struct svmsim_world *world = world_of_cpus(1);
	struct mm_struct *mm = hand_mm(1);
	struct mmu_gather first, second;

	(void)world;
	tlb_fill(mm, AT(1), LEAF(7), 0);
	tlb_gather_mmu(&first, mm);
	tlb_gather_mmu(&second, mm);
	tlb_finish_mmu(&second);
	ktest_assert_null(tlb_find(mm, AT(1), false));
	tlb_finish_mmu(&first);
	hand_mm_free(mm);
}

static const struct ktest tests[] = {
	KTEST(test_a_filled_entry_is_found),
	KTEST(test_clear_flush_clears_and_flushes),
	KTEST(test_flush_reaches_every_cpu),
	KTEST(test_full_set_replaces_in_turn),
	KTEST(test_gather_frees_after_the_flush),
	KTEST(test_gather_merges_pages_of_a_folio_and_flushes_when_full),
	KTEST(test_large_entry_covers_2_mib),
	KTEST(test_nested_gather_flushes_the_whole_mm),
	KTEST(test_protnone_is_flushed_while_a_change_is_open),
	KTEST(test_reset_forgets),
	KTEST(test_write_needs_a_writable_dirty_entry),
};
KTEST_MAIN(tests)
