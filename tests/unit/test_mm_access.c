// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a CPU's access does: TLB, bits of entries, oracles' callbacks, and bytes against a model. */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include "fault_fixture.h"
#include "kernel/task.h"

static struct {
	unsigned int accesses;
	unsigned int hits;
	unsigned int unjustified;
	unsigned long addr;
	unsigned long pfn;
	size_t bytes;
	bool write;
} seen;

static void note_access(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned long pfn,
			const void *bytes, size_t count, bool write)
{
	seen.accesses++;
	seen.addr = addr;
	seen.pfn = pfn;
	seen.bytes = count;
	seen.write = write;
}

static void note_hit(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned long pfn,
		     bool write, bool is_justified)
{
	seen.hits++;
	seen.unjustified += !is_justified;
}

static const struct mm_watch access_watch = { .cpu_access = note_access, .tlb_hit = note_hit };

static struct svmsim_world *access_world(void)
{
	struct svmsim_world *world = mm_world_of(64ull << 20);

	__builtin_memset(&seen, 0, sizeof(seen));
	sim_phys_set_watch(world, &access_watch);
	return world;
}

static void test_second_access_comes_from_the_tlb(void **state)
{
	struct svmsim_world *world = access_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	write_at(mm, 1, 3);
	ktest_assert_int_equal(seen.hits, 0);
	ktest_assert_int_equal(seen.accesses, 1);
	ktest_assert_u64_equal(seen.addr, BASE + PAGE_SIZE + 5);
	ktest_assert_u64_equal(seen.pfn, cpt_pfn(entry_at(mm, 1)));
	ktest_assert_true(seen.write);
	read_at(mm, 1);
	write_at(mm, 1, 4);
	ktest_assert_int_equal(seen.hits, 2);
	ktest_assert_int_equal(seen.unjustified, 0);
	flush_tlb_mm(mm);
	read_at(mm, 1);
	ktest_assert_int_equal(seen.hits, 2);
	mm_end(world, mm);
}

static void test_access_over_pages_reaches_each_in_turn(void **state)
{
	struct svmsim_world *world = access_world();
	struct mm_struct *mm = mm_create();
	u8 buf[3 * PAGE_SIZE], back[3 * PAGE_SIZE];

	map_at(mm, 0, 4, RW);
	for (unsigned int i = 0; i < sizeof(buf); i++)
		buf[i] = i * 7 + i / 256;
	ktest_assert_int_equal(sim_cpu_write(mm, BASE + 100, buf, sizeof(buf)), 0);
	ktest_assert_int_equal(seen.accesses, 4);
	ktest_assert_u64_equal(seen.bytes, 100);
	ktest_assert_int_equal(sim_cpu_read(mm, BASE + 100, back, sizeof(back)), 0);
	ktest_assert_int_equal(memcmp(buf, back, sizeof(buf)), 0);
	ktest_assert_int_equal(sim_cpu_read(mm, BASE, back, 0), 0);
	mm_end(world, mm);
}

static void test_walk_sets_accessed_and_dirty(void **state)
{
	struct svmsim_world *world = access_world();
	struct mm_struct *mm = mm_create();
	u64 entry;

	map_at(mm, 0, 1, RW);
	write_at(mm, 0, 3);
	entry = entry_at(mm, 0) & ~(CPT_ACCESSED | CPT_DIRTY | CPT_SOFT_DIRTY);
	set_entry_at(mm, 0, entry);
	read_at(mm, 0);
	ktest_assert_u64_equal(entry_at(mm, 0), entry | CPT_ACCESSED);
	/* The TLB has the page as clean: the write walks again. */
	write_at(mm, 0, 4);
	ktest_assert_u64_equal(entry_at(mm, 0),
			       entry | CPT_ACCESSED | CPT_DIRTY | CPT_SOFT_DIRTY);
	ktest_assert_int_equal(seen.hits, 0);
	mm_end(world, mm);
}

static void test_stale_translation_is_told_from_one_that_is_being_changed(void **state)
{
	struct svmsim_world *world = access_world();
	struct mm_struct *mm = mm_create();
	unsigned long addr = BASE;
	u64 entry;

	map_at(mm, 0, 1, RW);
	write_at(mm, 0, 3);
	entry = entry_at(mm, 0);
	/* Write-protected without a flush. */
	cpt_set(mm, addr, cpt_pte(cpt_pmd(mm, addr, NULL), addr), 0, entry & ~CPT_WRITE);
	tlb_change_begin(mm);
	write_at(mm, 0, 4);
	ktest_assert_int_equal(seen.unjustified, 0);
	tlb_change_end(mm);
	read_at(mm, 0);
	ktest_assert_int_equal(seen.unjustified, 0);
	write_at(mm, 0, 5);
	ktest_assert_int_equal(seen.unjustified, 1);
	mm_end(world, mm);
}

/* A handler that never gets anywhere does not hang the simulator. */
static vm_fault_t no_progress(struct vm_fault *vmf)
{
	return VM_FAULT_NOPAGE;
}

static const struct vm_operations_struct no_progress_ops = { .fault = no_progress };

static void test_fault_without_progress_ends(void **state)
{
	struct svmsim_world *world = access_world();
	struct mm_struct *mm = mm_create();
	u8 value;

	map_at(mm, 0, 1, RW);
	vma_first(mm)->vm_ops = &no_progress_ops;
	ktest_assert_int_equal(read_err(mm, 0, &value), -ELOOP);
	mm_end(world, mm);
}

struct waiting {
	struct mm_struct *mm;
	int err;
	bool done;
};

static void read_page(void *arg)
{
	struct waiting *waiting = arg;
	u8 value;

	waiting->err = read_err(waiting->mm, 0, &value);
	waiting->done = true;
}

static void test_fault_on_a_migration_entry_waits_for_the_folio(void **state)
{
	struct svmsim_world *world = access_world();
	struct mm_struct *mm = mm_create();
	struct waiting waiting = { .mm = mm };
	struct folio *folio;
	u64 entry;

	map_at(mm, 0, 1, RW);
	write_at(mm, 0, 3);
	lru_add_drain();
	entry = entry_at(mm, 0);
	folio = folio_at(mm, 0);
	folio_lock(folio);
	set_entry_at(mm, 0, cpt_make_soft(CPT_MIGRATION_WRITE, folio_pfn(folio), 0));
	sim_task_create(SIM_TASK_KTHREAD, "reader", -1, read_page, &waiting);
	sim_task_settle();
	ktest_assert_false(waiting.done);
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	set_entry_at(mm, 0, entry);
	folio_unlock(folio);
	sim_task_settle();
	ktest_assert_true(waiting.done);
	ktest_assert_int_equal(waiting.err, 0);
	mm_end(world, mm);
}

/* Random accesses of several address spaces against plain arrays. */
#define SPACES 3
#define PAGES 24

static u64 random_u64(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 16;
}

static void test_random_accesses_read_what_was_written(void **state)
{
	static u8 model[SPACES][PAGES * PAGE_SIZE];
	static u8 buf[3 * PAGE_SIZE];
	struct svmsim_world *world = access_world();
	struct mm_struct *mm[SPACES];
	u64 seed = 20;

	ktest_context("seed %llu", seed);
	__builtin_memset(model, 0, sizeof(model));
	for (unsigned int i = 0; i < SPACES; i++) {
		mm[i] = mm_create();
		map_at(mm[i], 0, PAGES, RW);
	}
	for (unsigned int step = 0; step < 20000; step++) {
		unsigned int who = random_u64(&seed) % SPACES;
		size_t bytes = 1 + random_u64(&seed) % (step % 16 ? 16 : sizeof(buf));
		unsigned long at = random_u64(&seed) % (PAGES * PAGE_SIZE - bytes);
		unsigned long page = random_u64(&seed) % (PAGES - 2);

		switch (random_u64(&seed) % 16) {
		case 0:
			unmap_at(mm[who], page, 2);
			map_at(mm[who], page, 2, RW);
			__builtin_memset(model[who] + page * PAGE_SIZE, 0, 2 * PAGE_SIZE);
			break;
		case 1 ... 7:
			for (size_t i = 0; i < bytes; i++)
				buf[i] = model[who][at + i] = random_u64(&seed);
			ktest_assert_int_equal(sim_cpu_write(mm[who], BASE + at, buf, bytes), 0);
			break;
		default:
			ktest_assert_int_equal(sim_cpu_read(mm[who], BASE + at, buf, bytes), 0);
			ktest_assert_int_equal(memcmp(buf, model[who] + at, bytes), 0);
		}
	}
	ktest_assert_int_equal(seen.unjustified, 0);
	for (unsigned int i = 1; i < SPACES; i++)
		mmput(mm[i]);
	mm_end(world, mm[0]);
}

static const struct ktest tests[] = {
	KTEST(test_second_access_comes_from_the_tlb),
	KTEST(test_access_over_pages_reaches_each_in_turn),
	KTEST(test_walk_sets_accessed_and_dirty),
	KTEST(test_stale_translation_is_told_from_one_that_is_being_changed),
	KTEST(test_fault_without_progress_ends),
	KTEST(test_fault_on_a_migration_entry_waits_for_the_folio),
	KTEST(test_random_accesses_read_what_was_written),
};
KTEST_MAIN(tests)
