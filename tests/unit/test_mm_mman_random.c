/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random system calls and accesses in address spaces that fork, against one byte and one flag word
 * per page. With and without large folios.
 */
#include "mm_ops_fixture.h"

#define PAGES 1536u
#define SPACES 3u

struct space {
	struct mm_struct *mm;
	bool is_mapped[PAGES];
	vm_flags_t prot[PAGES];
	u8 byte[PAGES];
};

static struct space spaces[SPACES];
static uint64_t seed;

static unsigned int below(unsigned int limit)
{
	return (unsigned int)(ktest_random(&seed) % limit);
}

static void check_page(const struct space *space, unsigned int page)
{
	bool readable = space->is_mapped[page] && (space->prot[page] & VM_READ);
	u8 value = 0;

	ktest_assert_int_equal(sim_cpu_read(space->mm, at_page(page), &value, 1),
			       readable ? 0 : -EFAULT);
	if (readable)
		ktest_assert_u64_equal(value, space->byte[page]);
}

static void write_page(struct space *space, unsigned int page)
{
	bool writable = space->is_mapped[page] && (space->prot[page] & VM_WRITE);
	u8 value = (u8)(1 + below(255));

	ktest_assert_int_equal(sim_cpu_write(space->mm, at_page(page), &value, 1),
			       writable ? 0 : -EFAULT);
	if (writable)
		space->byte[page] = value;
}

static void map_range(struct space *space, unsigned int page, unsigned int pages, vm_flags_t prot)
{
	map_at(space->mm, page, pages, prot);
	for (unsigned int i = page; i < page + pages; i++) {
		space->is_mapped[i] = true;
		space->prot[i] = prot;
		space->byte[i] = 0;
	}
}

static void protect_range(struct space *space, unsigned int page, unsigned int pages,
			  vm_flags_t prot)
{
	unsigned int i = page;

	while (i < page + pages && space->is_mapped[i])
		space->prot[i++] = prot;
	ktest_assert_int_equal(sim_mprotect(space->mm, at_page(page), pages * PAGE_SIZE, prot),
			       i < page + pages ? -ENOMEM : 0);
}

static void clear_range(struct space *space, unsigned int page, unsigned int pages)
{
	bool hole = false;

	for (unsigned int i = page; i < page + pages; i++) {
		hole |= !space->is_mapped[i];
		space->byte[i] = 0;
	}
	ktest_assert_int_equal(sim_madvise(space->mm, at_page(page), pages * PAGE_SIZE,
					   MADV_DONTNEED), hole ? -ENOMEM : 0);
}

/* Holes do not move: what is mapped where they would get to stays. */
static void move_range(struct space *space, unsigned int from, unsigned int to, unsigned int pages)
{
	unsigned long out;
	int err;

	if (to + pages > PAGES || (from < to + pages && to < from + pages))
		return;
	err = sim_mremap(space->mm, at_page(from), pages * PAGE_SIZE, pages * PAGE_SIZE,
			 SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED, at_page(to), &out);
	ktest_assert_int_equal(err, space->is_mapped[from] ? 0 : -EFAULT);
	if (err)
		return;
	for (unsigned int i = 0; i < pages; i++) {
		if (!space->is_mapped[from + i])
			continue;
		space->is_mapped[to + i] = true;
		space->prot[to + i] = space->prot[from + i];
		space->byte[to + i] = space->byte[from + i];
		space->is_mapped[from + i] = false;
	}
}

static void fork_space(struct space *parent)
{
	struct space *child = &spaces[below(SPACES)];

	if (child == parent)
		return;
	if (child->mm)
		mmput(child->mm);
	*child = *parent;
	ktest_assert_int_equal(sim_fork(parent->mm, &child->mm), 0);
}

static void step(void)
{
	static const vm_flags_t prots[] = { RW, RW, VM_READ, 0 };
	struct space *space = &spaces[below(SPACES)];
	unsigned int page = below(PAGES);
	unsigned int pages = 1 + below(below(3) ? 12 : 700);
	vm_flags_t prot = prots[below(4)];

	if (!space->mm)
		return;
	pages = page + pages > PAGES ? PAGES - page : pages;
	switch (below(16)) {
	case 0:
	case 1:
		map_range(space, page, pages, prot);
		break;
	case 2:
		unmap_at(space->mm, page, pages);
		for (unsigned int i = page; i < page + pages; i++)
			space->is_mapped[i] = false;
		break;
	case 3:
	case 4:
		protect_range(space, page, pages, prot);
		break;
	case 5:
		clear_range(space, page, pages);
		break;
	case 6:
		move_range(space, page, below(PAGES), pages);
		break;
	case 7:
		fork_space(space);
		break;
	default:
		for (unsigned int i = 0; i < pages; i++)
			write_page(space, page + i);
	}
	for (unsigned int i = 0; i < 16; i++)
		check_page(space, below(PAGES));
}

static void run(bool huge)
{
	const struct svmsim_machine machine = {
		.thp_always = huge ? 1 << CPT_PMD_ORDER | 1 << 4 : 0,
	};
	struct svmsim_world *world = mm_world(&machine);

	seed = ktest_seed(1);
	for (unsigned int i = 0; i < SPACES; i++)
		spaces[i] = (struct space){};
	spaces[0].mm = mm_create();
	map_range(&spaces[0], 0, PAGES, RW);
	for (unsigned int i = 0; i < 3000; i++)
		step();
	for (unsigned int i = 0; i < SPACES; i++) {
		if (!spaces[i].mm)
			continue;
		for (unsigned int page = 0; page < PAGES; page++)
			check_page(&spaces[i], page);
		mmput(spaces[i].mm);
	}
	lru_add_drain_all();
	sim_world_finish(world);
	assert_all_free(world);
}

static void test_small_pages(void **state)
{
	run(false);
}

static void test_large_folios(void **state)
{
	run(true);
}

static const struct ktest tests[] = {
	KTEST(test_small_pages),
	KTEST(test_large_folios),
};
KTEST_MAIN(tests)
