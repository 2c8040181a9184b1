// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Random programs of several address spaces: each page has one byte, and what a read must find is
 * in plain arrays. Everything that moves, shares, copies and pins pages happens in between.
 */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include "fault_fixture.h"
#include "kernel/inject.h"

#define SPACES 4
#define PAGES 1600ul
#define PINS 12

struct space {
	struct mm_struct *mm;
	/* VM_READ and VM_WRITE, or NOT_MAPPED. */
	u8 prot[PAGES];
	u8 value[PAGES];
};

#define NOT_MAPPED 0xff

/* A pin and what it must see, as long as nobody takes the page away from its space. */
struct pin {
	struct page *page;
	struct space *space;
	unsigned long index;
	bool is_current;
};

static struct {
	u64 seed;
	struct space space[SPACES];
	struct pin pin[PINS];
} program;

static unsigned long draw(unsigned long limit)
{
	program.seed = program.seed * 6364136223846793005ull + 1442695040888963407ull;
	return (program.seed >> 33) % limit;
}

static struct space *any_space(void)
{
	return &program.space[draw(SPACES)];
}

/* Mostly short, sometimes huge pages. */
static unsigned long draw_range(unsigned long *first)
{
	unsigned long count;

	if (draw(4)) {
		*first = draw(PAGES);
		count = 1 + draw(12);
	} else {
		*first = 512 * draw(3);
		count = 512 * (1 + draw(2));
	}
	return min(count, PAGES - *first);
}

static void lose_pins(struct space *space, unsigned long first, unsigned long count)
{
	for (unsigned int i = 0; i < PINS; i++)
		if (program.pin[i].space == space && program.pin[i].index - first < count)
			program.pin[i].is_current = false;
}

static void check_pins(void)
{
	for (unsigned int i = 0; i < PINS; i++) {
		const struct pin *pin = &program.pin[i];
		u8 value;

		if (!pin->page || !pin->is_current)
			continue;
		sim_phys_read(sim_world, page_to_phys(pin->page) + 5, &value, 1);
		ktest_assert_int_equal(value, pin->space->value[pin->index]);
	}
}

static void do_read(struct space *space, unsigned long index)
{
	u8 value;
	int err = read_err(space->mm, index, &value);

	if (space->prot[index] == NOT_MAPPED || !space->prot[index]) {
		ktest_assert_int_equal(err, -EFAULT);
		return;
	}
	ktest_assert_int_equal(err, 0);
	ktest_assert_int_equal(value, space->value[index]);
}

static void do_write(struct space *space, unsigned long index)
{
	u8 value = draw(256);
	int err = write_err(space->mm, index, value);

	if (space->prot[index] == NOT_MAPPED || !(space->prot[index] & VM_WRITE)) {
		ktest_assert_int_equal(err, -EFAULT);
		return;
	}
	ktest_assert_int_equal(err, 0);
	space->value[index] = value;
}

static void touch_some(struct space *space)
{
	unsigned long first, count = draw_range(&first);

	for (unsigned long i = 0; i < count; i += 1 + draw(8)) {
		if (draw(2))
			do_write(space, first + i);
		else
			do_read(space, first + i);
	}
}

static void do_map(struct space *space)
{
	unsigned long first, count = draw_range(&first);
	unsigned long prot = draw(4) ? RW : VM_READ;

	map_at(space->mm, first, count, prot);
	__builtin_memset(space->prot + first, prot, count);
	__builtin_memset(space->value + first, 0, count);
	lose_pins(space, first, count);
}

static void do_unmap(struct space *space)
{
	unsigned long first, count = draw_range(&first);

	unmap_at(space->mm, first, count);
	__builtin_memset(space->prot + first, NOT_MAPPED, count);
	lose_pins(space, first, count);
}

static bool is_mapped(const struct space *space, unsigned long first, unsigned long count)
{
	for (unsigned long i = first; i < first + count; i++)
		if (space->prot[i] == NOT_MAPPED)
			return false;
	return true;
}

static void do_protect(struct space *space)
{
	static const unsigned long prots[] = { 0, VM_READ, RW, RW };
	unsigned long prot = prots[draw(4)];
	unsigned long first, count = draw_range(&first);

	if (!is_mapped(space, first, count))
		return;
	ktest_assert_int_equal(sim_mprotect(space->mm, BASE + first * PAGE_SIZE,
					    count * PAGE_SIZE, prot), 0);
	__builtin_memset(space->prot + first, prot, count);
}

static void do_advise(struct space *space)
{
	static const int advice[] = { MADV_DONTNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_COLD,
				      MADV_NORMAL };
	int behavior = advice[draw(5)];
	unsigned long first, count = draw_range(&first);
	int err;

	if (!is_mapped(space, first, count))
		return;
	err = sim_madvise(space->mm, BASE + first * PAGE_SIZE, count * PAGE_SIZE, behavior);
	ktest_assert_int_equal(err, 0);
	if (behavior != MADV_DONTNEED)
		return;
	__builtin_memset(space->value + first, 0, count);
	lose_pins(space, first, count);
}

/* What nobody may notice. */
static void do_move(struct space *space)
{
	unsigned long first, count = draw_range(&first);
	unsigned long addr = BASE + first * PAGE_SIZE;
	size_t bytes = count * PAGE_SIZE;

	switch (draw(6)) {
	case 0:
		sim_reclaim(space->mm, addr, bytes);
		break;
	case 1:
		sim_compact(space->mm, addr, bytes);
		break;
	case 2:
		sim_split(space->mm, addr, bytes, draw(2) ? 0 : 4);
		break;
	case 3:
		sim_collapse(space->mm, BASE + 512 * draw(3) * PAGE_SIZE, CPT_PMD_SIZE, draw(2));
		break;
	case 4:
		sim_numa_scan(space->mm, addr, bytes);
		break;
	case 5:
		sim_move_pages(space->mm, addr, bytes, draw(2));
		break;
	}
}

static void do_fork(struct space *parent, struct space *child)
{
	struct mm_struct *mm;

	if (parent == child)
		return;
	ktest_assert_int_equal(sim_fork(parent->mm, &mm), 0);
	mmput(child->mm);
	lose_pins(child, 0, PAGES);
	child->mm = mm;
	memcpy(child->prot, parent->prot, sizeof(child->prot));
	memcpy(child->value, parent->value, sizeof(child->value));
}

static void do_pin(struct space *space)
{
	struct pin *pin = &program.pin[draw(PINS)];
	unsigned int flags = FOLL_LONGTERM | (draw(2) ? FOLL_WRITE : 0);
	unsigned long index = draw(PAGES);
	int got, expected = 1;

	if (pin->page) {
		unpin_user_page(pin->page);
		*pin = (struct pin){};
		return;
	}
	if (space->prot[index] == NOT_MAPPED || !(space->prot[index] & VM_READ) ||
	    ((flags & FOLL_WRITE) && !(space->prot[index] & VM_WRITE)))
		expected = -EFAULT;
	current->mm = space->mm;
	got = pin_user_pages_fast(BASE + index * PAGE_SIZE, 1, flags, &pin->page);
	current->mm = NULL;
	ktest_assert_int_equal(got, expected);
	if (got != 1) {
		pin->page = NULL;
		return;
	}
	pin->space = space;
	pin->index = index;
	pin->is_current = true;
}

static void do_exclusive(struct space *space)
{
	unsigned long index = draw(PAGES);
	struct folio *folio;
	struct page *page;

	mmap_read_lock(space->mm);
	page = make_device_exclusive(space->mm, BASE + index * PAGE_SIZE, NULL, &folio);
	mmap_read_unlock(space->mm);
	ktest_assert_int_equal(IS_ERR(page), space->prot[index] == NOT_MAPPED ||
					     !(space->prot[index] & VM_WRITE));
	if (IS_ERR(page))
		return;
	folio_unlock(folio);
	folio_put(folio);
}

static void step(void)
{
	struct space *space = any_space();

	switch (draw(24)) {
	case 0:
		do_map(space);
		break;
	case 1:
		do_unmap(space);
		break;
	case 2:
		do_protect(space);
		break;
	case 3 ... 4:
		do_advise(space);
		break;
	case 5 ... 8:
		do_move(space);
		break;
	case 9:
		if (!draw(4))
			do_fork(any_space(), space);
		break;
	case 10 ... 11:
		do_pin(space);
		break;
	case 12:
		do_exclusive(space);
		break;
	default:
		touch_some(space);
	}
	check_pins();
}

static void start(u64 seed, u32 orders)
{
	const struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .ram_bytes = 96ull << 20, .cpu_count = 1 },
			  { .ram_bytes = 96ull << 20, .cpu_count = 1 } },
		.swap_bytes = 64 << 20,
		.thp_always = orders,
		.thp_madvise = 1 << 9,
	};

	mm_world(&machine);
	__builtin_memset(&program, 0, sizeof(program));
	program.seed = seed;
	for (unsigned int i = 0; i < SPACES; i++) {
		struct space *space = &program.space[i];

		space->mm = mm_create();
		map_at(space->mm, 0, PAGES, RW);
		__builtin_memset(space->prot, RW, PAGES);
	}
}

static void end(void)
{
	struct svmsim_world *world = sim_world;

	for (unsigned int i = 0; i < SPACES; i++)
		for (unsigned long index = 0; index < PAGES; index++)
			do_read(&program.space[i], index);
	for (unsigned int i = 0; i < PINS; i++)
		if (program.pin[i].page)
			unpin_user_page(program.pin[i].page);
	for (unsigned int i = 0; i < SPACES; i++)
		mmput(program.space[i].mm);
	lru_add_drain_all();
	sim_world_finish(world);
	assert_all_free(world);
}

static const struct {
	u64 seed;
	u32 orders;
} runs[] = {
	{ 1, 0 }, { 2, 1 << 9 }, { 3, 1 << 9 | 1 << 4 }, { 4, 1 << 2 | 1 << 4 | 1 << 6 },
	{ 5, 0 }, { 6, 1 << 9 }, { 7, 1 << 9 | 1 << 4 }, { 8, 1 << 3 },
};

static void test_random_programs_read_what_they_wrote(void **state)
{
	for (unsigned int i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		ktest_context("seed %llu, orders 0x%x", runs[i].seed, runs[i].orders);
		start(runs[i].seed, runs[i].orders);
		for (unsigned int count = 0; count < 1500; count++)
			step();
		end();
	}
}

static const struct ktest tests[] = {
	KTEST(test_random_programs_read_what_they_wrote),
};
KTEST_MAIN(tests)
