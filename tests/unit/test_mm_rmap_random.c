/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Families of address spaces with many areas: what rmap finds of each folio is what a look at every
 * entry of every table finds.
 */
#include <linux/align.h>
#include "entries_fixture.h"

#define MMS 6
#define FOLIOS 64
#define PAGES 2048

struct hit {
	struct mm_struct *mm;
	unsigned long addr;
	unsigned int level;
	u64 entry;
};

struct hits {
	unsigned int count;
	struct hit hit[8 * CPT_PMD_PAGES];
};

struct family {
	struct entries e;
	struct mm_struct *mm[MMS];
	/* A reference on each, so that it stays what it is. */
	struct folio *folio[FOLIOS];
	unsigned int folios;
	unsigned int device_used;
	uint64_t random;
	struct hits slow, fast;
};

static u64 below(struct family *f, u64 limit)
{
	return ktest_random(&f->random) % limit;
}

static void hits_add(struct hits *hits, struct mm_struct *mm, unsigned long addr,
		     unsigned int level, u64 entry)
{
	ktest_assert_true(hits->count < sizeof(hits->hit) / sizeof(hits->hit[0]));
	hits->hit[hits->count++] = (struct hit){ mm, addr, level, entry };
}

static bool is_of(const struct folio *folio, u64 entry, bool migration)
{
	bool is_kind = migration ? cpt_is_migration(entry) :
				   cpt_present(entry) || cpt_is_device_private(entry);

	return is_kind && cpt_pfn(entry) >= folio_pfn(folio) &&
	       cpt_pfn(entry) < folio_pfn(folio) + folio_nr_pages(folio);
}

/* Every address of every area. */
static void look_everywhere(struct family *f, struct folio *folio, bool migration)
{
	f->slow.count = 0;
	for (unsigned int i = 0; i < MMS; i++) {
		struct mm_struct *mm = f->mm[i];

		for (struct vm_area_struct *vma = mm ? vma_first(mm) : NULL; vma;
		     vma = vma_next(vma))
			for (unsigned long addr = vma->vm_start, bytes; addr < vma->vm_end;
			     addr += bytes) {
				struct cpt_hit hit;

				bytes = PAGE_SIZE;
				if (!cpt_lookup(mm, addr, &hit))
					continue;
				if (is_of(folio, hit.entry, migration))
					hits_add(&f->slow, mm, addr, hit.level, hit.entry);
				if (hit.level)
					bytes = CPT_PMD_SIZE - (addr & ~CPT_PMD_MASK);
			}
	}
}

struct look {
	struct family *f;
	unsigned int flags;
};

static bool look_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		     void *arg)
{
	struct look *look = arg;
	struct rmap_entries at = {
		.folio = folio,
		.vma = vma,
		.address = addr,
		.flags = look->flags,
	};

	while (rmap_entries_next(&at))
		hits_add(&look->f->fast, vma->vm_mm, at.address, at.pte ? 0 : 1,
			 at.pte ? *at.pte : *at.pmd);
	return true;
}

static const struct hit *find_hit(const struct hits *hits, const struct hit *hit)
{
	for (unsigned int i = 0; i < hits->count; i++)
		if (hits->hit[i].mm == hit->mm && hits->hit[i].addr == hit->addr)
			return &hits->hit[i];
	return NULL;
}

/* The folio is locked. */
static void compare(struct family *f, struct folio *folio, bool migration)
{
	struct look look = { f, (migration ? RMAP_ENTRIES_MIGRATION : 0) |
				     (below(f, 2) ? RMAP_ENTRIES_SYNC : 0) };
	struct rmap_walk_control control = {
		.arg = &look,
		.rmap_one = look_one,
		.only_mapped = !migration,
	};

	look_everywhere(f, folio, migration);
	f->fast.count = 0;
	rmap_walk(folio, &control);
	ktest_assert_int_equal(f->fast.count, f->slow.count);
	for (unsigned int i = 0; i < f->slow.count; i++) {
		const struct hit *hit = find_hit(&f->fast, &f->slow.hit[i]);

		ktest_assert_non_null(hit);
		ktest_assert_u64_equal(hit->entry, f->slow.hit[i].entry);
		ktest_assert_int_equal(hit->level, f->slow.hit[i].level);
	}
	if (!migration) {
		ktest_assert_int_equal(folio_mapcount(folio), f->slow.count);
		/* A mapping each, and that of this test. */
		ktest_assert_int_equal(folio_ref_count(folio), f->slow.count + 1);
	}
}

static struct folio *some_folio(struct family *f)
{
	return f->folios ? f->folio[below(f, f->folios)] : NULL;
}

static void check(struct family *f)
{
	struct folio *folio = some_folio(f);

	if (!folio)
		return;
	folio_lock(folio);
	compare(f, folio, false);
	folio_unlock(folio);
}

/* All entries go and come back, the same ones but for those of pages that are shared. */
static void migrate(struct family *f)
{
	struct folio *folio = some_folio(f);
	bool split = below(f, 2);

	if (!folio || !folio_mapped(folio))
		return;
	folio_lock(folio);
	compare(f, folio, false);
	try_to_migrate(folio, split ? TTU_SPLIT_HUGE_PMD : 0);
	ktest_assert_int_equal(folio_mapcount(folio), 0);
	compare(f, folio, true);
	remove_migration_ptes(folio, folio, 0);
	f->slow.count = 0;
	for (unsigned int i = 0; i < f->fast.count; i++) {
		const struct hit *hit = &f->fast.hit[i];
		u64 entry = entry_at(hit->mm, hit->addr);

		ktest_assert_true(is_of(folio, entry, false));
		ktest_assert_u64_equal(cpt_pfn(entry), cpt_pfn(hit->entry));
		ktest_assert_int_equal(cpt_write(entry), cpt_write(hit->entry));
		ktest_assert_int_equal(PageAnonExclusive(pfn_to_page(cpt_pfn(entry))),
				       cpt_soft(hit->entry) != CPT_MIGRATION_READ);
	}
	compare(f, folio, false);
	folio_unlock(folio);
}

static struct vm_area_struct *some_area(struct family *f, unsigned long *addr)
{
	struct mm_struct *mm = f->mm[below(f, MMS)];
	struct vm_area_struct *vma;

	*addr = AT(below(f, PAGES));
	if (!mm)
		return NULL;
	mmap_read_lock(mm);
	vma = vma_lookup(mm, *addr);
	if (vma)
		ktest_assert_int_equal(anon_vma_prepare(vma), 0);
	mmap_read_unlock(mm);
	return vma;
}

static bool is_empty(struct vm_area_struct *vma, unsigned long addr, unsigned int pages)
{
	if (addr < vma->vm_start || addr + pages * PAGE_SIZE > vma->vm_end)
		return false;
	for (unsigned int i = 0; i < pages; i++)
		if (entry_at(vma->vm_mm, addr + i * PAGE_SIZE))
			return false;
	return true;
}

/* The oldest one is looked at no more. */
static void remember(struct family *f, struct folio *folio)
{
	unsigned int index = f->folios;

	if (f->folios == FOLIOS) {
		index = below(f, FOLIOS);
		folio_put(f->folio[index]);
	} else {
		f->folios++;
	}
	folio_get(folio);
	f->folio[index] = folio;
}

static void map_small(struct family *f)
{
	unsigned int order = below(f, 3) ? 0 : 2;
	unsigned long addr;
	struct vm_area_struct *vma = some_area(f, &addr);

	/* Also at the end of one table and the beginning of the next, as mremap() leaves it. */
	if (vma && !below(f, 4))
		addr = (addr & CPT_PMD_MASK) + CPT_PMD_SIZE - 2 * PAGE_SIZE;
	if (!vma || !is_empty(vma, addr, 1 << order))
		return;
	if (f->device_used < 1024 && below(f, 3) == 0) {
		order = 0;
		remember(f, map_folio(vma, addr, device_folio(&f->e, f->device_used++, 0)));
		return;
	}
	remember(f, map_ram(vma, addr, order));
}

static void map_large(struct family *f)
{
	unsigned long addr;
	struct vm_area_struct *vma = some_area(f, &addr);
	struct cpt_hit hit;

	addr &= CPT_PMD_MASK;
	if (!vma || addr < vma->vm_start || addr + CPT_PMD_SIZE > vma->vm_end)
		return;
	/* A table without entries would do for a fault, but not here. */
	cpt_lookup(vma->vm_mm, addr, &hit);
	if (hit.slot && (!hit.level || !cpt_none(hit.entry)))
		return;
	if (f->device_used < 3072 && below(f, 2)) {
		unsigned int index = ALIGN(f->device_used, CPT_PMD_PAGES);

		f->device_used = index + CPT_PMD_PAGES;
		remember(f, map_huge(vma, addr, device_folio(&f->e, index, CPT_PMD_ORDER)));
		return;
	}
	remember(f, map_huge(vma, addr, folio_alloc(GFP_KERNEL, CPT_PMD_ORDER)));
}

static void family_fork(struct family *f)
{
	struct mm_struct *mm = f->mm[below(f, MMS)];
	unsigned int to = below(f, MMS);

	if (!mm || f->mm[to])
		return;
	f->mm[to] = mm_create();
	for (struct vm_area_struct *vma = vma_first(mm); vma; vma = vma_next(vma)) {
		struct vm_area_struct *copy = fork_area(f->mm[to], vma);

		for (unsigned long addr = vma->vm_start, bytes; addr < vma->vm_end;
		     addr += bytes) {
			struct cpt_hit hit;

			bytes = PAGE_SIZE;
			if (!cpt_lookup(mm, addr, &hit) || cpt_none(hit.entry))
				continue;
			ktest_assert_int_equal(share_entry(copy, vma, addr), 0);
			bytes = hit.level ? CPT_PMD_SIZE : PAGE_SIZE;
		}
	}
}

static void family_exit(struct family *f)
{
	unsigned int index = below(f, MMS), alive = 0;

	for (unsigned int i = 0; i < MMS; i++)
		alive += f->mm[i] != NULL;
	if (!f->mm[index] || alive < 2)
		return;
	mmput(f->mm[index]);
	f->mm[index] = NULL;
}

/* No PMD leaf crosses @addr any more. */
static void split_at(struct mm_struct *mm, unsigned long addr)
{
	u64 *pmd = addr & ~CPT_PMD_MASK ? cpt_pmd(mm, addr, NULL) : NULL;

	if (!pmd)
		return;
	mmap_read_lock(mm);
	if (vma_lookup(mm, addr))
		split_huge_pmd(vma_lookup(mm, addr), pmd, addr);
	mmap_read_unlock(mm);
}

static void unmap_some(struct family *f)
{
	struct mm_struct *mm = f->mm[below(f, MMS)];
	unsigned long addr = AT(below(f, PAGES)), bytes = (1 + below(f, 40)) * PAGE_SIZE;

	if (!mm)
		return;
	split_at(mm, addr);
	split_at(mm, addr + bytes);
	ktest_assert_int_equal(sim_munmap(mm, addr, bytes), 0);
}

static void map_area(struct family *f)
{
	struct mm_struct *mm = f->mm[below(f, MMS)];
	unsigned long bytes = (1 + below(f, below(f, 3) ? 60 : 1200)) * PAGE_SIZE;
	unsigned long addr = AT(below(f, PAGES - 60));

	if (!mm)
		return;
	split_at(mm, addr);
	split_at(mm, addr + bytes);
	ktest_assert_int_equal(sim_mmap(mm, addr, bytes, VM_READ | VM_WRITE, SIM_MAP_FIXED, 0,
					NULL, 0, &addr), 0);
}

static void split(struct family *f)
{
	unsigned long addr;
	struct vm_area_struct *vma = some_area(f, &addr);
	u64 *pmd = vma ? cpt_pmd(vma->vm_mm, addr, NULL) : NULL;

	if (!pmd)
		return;
	mmap_read_lock(vma->vm_mm);
	split_huge_pmd(vma, pmd, addr);
	mmap_read_unlock(vma->vm_mm);
}

static void step(struct family *f)
{
	static void (*const steps[])(struct family *) = {
		map_small, map_small, map_small, map_small, map_large, family_fork,
		family_exit, unmap_some, unmap_some, map_area, split, migrate, migrate,
	};

	steps[below(f, sizeof(steps) / sizeof(steps[0]))](f);
	check(f);
}

static void test_rmap_finds_what_tables_hold(void **state)
{
	static struct family family;
	struct family *f = &family;
	uint64_t seed = ktest_seed(20);

	ktest_context("seed %llu", (unsigned long long)seed);
	*f = (struct family){ .random = seed };
	entries_make(&f->e, 0);
	f->mm[0] = mm_create();
	for (unsigned int i = 0; i < 6; i++)
		area_at(f->mm[0], i * 300, i & 1 ? 300 : 200);
	area_at(f->mm[0], 512, 1024);
	for (unsigned int i = 0; i < 3000; i++)
		step(f);
	for (unsigned int i = 0; i < f->folios; i++) {
		folio_lock(f->folio[i]);
		compare(f, f->folio[i], false);
		folio_unlock(f->folio[i]);
		folio_put(f->folio[i]);
	}
	for (unsigned int i = 0; i < MMS; i++)
		if (f->mm[i])
			mmput(f->mm[i]);
	entries_done(&f->e);
}

static const struct ktest tests[] = {
	KTEST(test_rmap_finds_what_tables_hold),
};
KTEST_MAIN(tests)
