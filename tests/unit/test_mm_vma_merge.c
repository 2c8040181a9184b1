/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Cutting and joining areas: case by case, and in a random walk against one flag word per page. */
#include "mman_fixture.h"
#include "mm/mman_internal.h"

/* "a" hangs the area in an anon_vma of its own, "A" in that of the first "A". */
struct piece {
	unsigned long page;
	unsigned long pages;
	unsigned long prot;
	char anon;
};

/*
 * The range 2-4 is mapped anew, readable and writable.
 *
 *  0  1  2  3  4  5  6
 *  |left |*****|right|
 */
static const struct {
	const char *name;
	struct piece left;
	struct piece right;
	const char *areas;
} fresh[] = {
	{ "alone", {}, {}, "2-4 rw-p" },
	{ "left", { 0, 2, RW }, {}, "0-4 rw-p" },
	{ "right", {}, { 4, 2, RW }, "2-6 rw-p" },
	{ "both", { 0, 2, RW }, { 4, 2, RW }, "0-6 rw-p" },
	{ "gaps", { 0, 1, RW }, { 5, 1, RW }, "0-1 rw-p, 2-4 rw-p, 5-6 rw-p" },
	{ "other flags", { 0, 2, VM_READ }, { 4, 2, VM_READ },
	  "0-2 r--p, 2-4 rw-p, 4-6 r--p" },
	{ "left has pages", { 0, 2, RW, 'a' }, {}, "0-4 rw-p" },
	{ "both have the same anon_vma", { 0, 2, RW, 'A' }, { 4, 2, RW, 'A' }, "0-6 rw-p" },
	{ "both have pages", { 0, 2, RW, 'a' }, { 4, 2, RW, 'a' }, "0-4 rw-p, 4-6 rw-p" },
	{ "right has pages", { 0, 2, RW }, { 4, 2, RW, 'a' }, "0-6 rw-p" },
};

static void put_piece(struct mm_struct *mm, const struct piece *piece)
{
	static struct vm_area_struct *first;
	struct vm_area_struct *vma;

	if (!piece->pages)
		return;
	map_at(mm, piece->page, piece->pages, piece->prot);
	mmap_write_lock(mm);
	vma = vma_lookup(mm, BASE + piece->page * PAGE_SIZE);
	if (piece->anon == 'A' && vma_prev(vma))
		ktest_assert_int_equal(anon_vma_clone(vma, first), 0);
	else if (piece->anon)
		ktest_assert_int_equal(anon_vma_prepare(vma), 0);
	if (piece->anon == 'A' && !vma_prev(vma))
		first = vma;
	mmap_write_unlock(mm);
}

/* Every area with pages is found from its anon_vma under the addresses that it has now. */
static void assert_linked(struct mm_struct *mm)
{
	unsigned int count = 0;

	for (struct vm_area_struct *vma = vma_first(mm); vma; vma = vma_next(vma), count++) {
		ktest_assert_true(vma->vm_start < vma->vm_end);
		ktest_assert_true((!vma->anon_vma) == list_empty(&vma->anon_vma_chain));
	}
	ktest_assert_int_equal(mm->map_count, count);
}

static void test_new_range_joins(void **state)
{
	for (unsigned int i = 0; i < sizeof(fresh) / sizeof(fresh[0]); i++) {
		struct svmsim_world *world = mm_world(NULL);
		struct mm_struct *mm = mm_create();

		ktest_context("%s", fresh[i].name);
		put_piece(mm, &fresh[i].left);
		put_piece(mm, &fresh[i].right);
		map_at(mm, 2, 2, RW);
		assert_areas(mm, fresh[i].areas);
		assert_linked(mm);
		mmput(mm);
		assert_all_free(world);
		ktest_world_drop(world);
	}
}

/* Part of the readable area 2-6 becomes writable. */
static const struct {
	const char *name;
	struct piece left;
	struct piece right;
	char anon;
	unsigned long page;
	unsigned long pages;
	const char *areas;
} changed[] = {
	{ "all, alone", {}, {}, 0, 2, 4, "2-6 rw-p" },
	{ "begin", {}, {}, 0, 2, 1, "2-3 rw-p, 3-6 r--p" },
	{ "middle", {}, {}, 0, 3, 1, "2-3 r--p, 3-4 rw-p, 4-6 r--p" },
	{ "end", {}, {}, 0, 5, 1, "2-5 r--p, 5-6 rw-p" },
	{ "begin, left fits", { 0, 2, RW }, {}, 0, 2, 1, "0-3 rw-p, 3-6 r--p" },
	{ "end, right fits", {}, { 6, 2, RW }, 0, 5, 1, "2-5 r--p, 5-8 rw-p" },
	{ "all, left fits", { 0, 2, RW }, {}, 0, 2, 4, "0-6 rw-p" },
	{ "all, right fits", {}, { 6, 2, RW }, 0, 2, 4, "2-8 rw-p" },
	{ "all, both fit", { 0, 2, RW }, { 6, 2, RW }, 0, 2, 4, "0-8 rw-p" },
	{ "middle, both would fit", { 0, 2, RW }, { 6, 2, RW }, 0, 3, 2,
	  "0-2 rw-p, 2-3 r--p, 3-5 rw-p, 5-6 r--p, 6-8 rw-p" },
	{ "pages go along to the left", { 0, 2, RW }, {}, 'a', 2, 4, "0-6 rw-p" },
	{ "pages go along in part", { 0, 2, RW }, {}, 'a', 2, 2, "0-4 rw-p, 4-6 r--p" },
	{ "pages go along to the right", {}, { 6, 2, RW }, 'a', 4, 2, "2-4 r--p, 4-8 rw-p" },
	/* Neighbours that an mprotect() could have cut share an anon_vma from the start. */
	{ "left has pages, too", { 0, 2, RW, 'a' }, {}, 'a', 2, 4, "0-6 rw-p" },
	{ "only the left has pages", { 0, 2, RW, 'a' }, {}, 0, 2, 4, "0-6 rw-p" },
	{ "both have other pages", { 0, 2, RW, 'a' }, { 6, 2, RW, 'a' }, 0, 2, 4,
	  "0-6 rw-p, 6-8 rw-p" },
};

static void test_changed_range_joins(void **state)
{
	for (unsigned int i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
		const struct piece middle = { 2, 4, VM_READ, changed[i].anon };
		struct svmsim_world *world = mm_world(NULL);
		struct mm_struct *mm = mm_create();

		ktest_context("%s", changed[i].name);
		put_piece(mm, &changed[i].left);
		put_piece(mm, &middle);
		put_piece(mm, &changed[i].right);
		ktest_assert_int_equal(sim_mprotect(mm, BASE + changed[i].page * PAGE_SIZE,
						    changed[i].pages * PAGE_SIZE, RW), 0);
		assert_areas(mm, changed[i].areas);
		assert_linked(mm);
		mmput(mm);
		assert_all_free(world);
		ktest_world_drop(world);
	}
}

static void test_forked_areas_stay_apart(void **state)
{
	struct mm_struct *mm, *child;

	mm_world(NULL);
	mm = mm_create();
	put_piece(mm, &(const struct piece){ 0, 2, RW, 'a' });
	ktest_assert_int_equal(sim_fork(mm, &child), 0);
	/* The child's area hangs in its parent's anon_vma, too. */
	map_at(child, 2, 2, RW);
	assert_areas(child, "0-2 rw-p, 2-4 rw-p");
	map_at(mm, 2, 2, RW);
	assert_areas(mm, "0-4 rw-p");
	mmput(child);
	mmput(mm);
}

static int open_count, close_count;

static void count_open(struct vm_area_struct *vma)
{
	open_count++;
}

static void count_close(struct vm_area_struct *vma)
{
	close_count++;
}

static int refuse_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static void test_driver_hears_of_cuts_and_may_refuse(void **state)
{
	static const struct vm_operations_struct counting = { .open = count_open,
							      .close = count_close };
	static const struct vm_operations_struct refusing = { .may_split = refuse_split };
	struct mm_struct *mm;

	mm_world(NULL);
	mm = mm_create();
	open_count = close_count = 0;
	map_at(mm, 0, 6, RW);
	vma_first(mm)->vm_ops = &counting;
	unmap_at(mm, 2, 2);
	ktest_assert_int_equal(open_count, 2);
	ktest_assert_int_equal(close_count, 1);
	unmap_at(mm, 0, 6);
	ktest_assert_int_equal(close_count, 3);
	map_at(mm, 0, 6, RW);
	vma_first(mm)->vm_ops = &refusing;
	ktest_assert_int_equal(sim_munmap(mm, BASE + PAGE_SIZE, PAGE_SIZE), -EINVAL);
	assert_areas(mm, "0-6 rw-p");
	mmput(mm);
}

#define RANDOM_PAGES 48

struct model {
	bool is_mapped[RANDOM_PAGES];
	vm_flags_t flags[RANDOM_PAGES];
};

/* Areas are the longest runs of equal pages. */
static void assert_model(struct mm_struct *mm, const struct model *model)
{
	struct vm_area_struct *vma = vma_first(mm);

	for (unsigned int i = 0, end; i < RANDOM_PAGES; i = end) {
		end = i + 1;
		if (!model->is_mapped[i])
			continue;
		while (end < RANDOM_PAGES && model->is_mapped[end] &&
		       model->flags[end] == model->flags[i])
			end++;
		ktest_assert_non_null(vma);
		ktest_assert_u64_equal(vma->vm_start, BASE + i * PAGE_SIZE);
		ktest_assert_u64_equal(vma->vm_end, BASE + end * PAGE_SIZE);
		ktest_assert_u64_equal(vma->vm_flags, model->flags[i]);
		ktest_assert_u64_equal(vma->vm_pgoff, vma->vm_start >> PAGE_SHIFT);
		vma = vma_next(vma);
	}
	ktest_assert_null(vma);
	assert_linked(mm);
}

/* Up to the first hole, and whether there was one. */
static int model_protect(struct model *model, unsigned int at, unsigned int end, vm_flags_t prot)
{
	for (; at < end && model->is_mapped[at]; at++)
		model->flags[at] = (model->flags[at] & ~(vm_flags_t)VM_ACCESS_FLAGS) | prot;
	return at < end ? -ENOMEM : 0;
}

static int model_advise(struct model *model, unsigned int at, unsigned int end, int behavior)
{
	int err = 0;

	for (; at < end; at++) {
		if (!model->is_mapped[at])
			err = -ENOMEM;
		else if (behavior == MADV_DONTFORK)
			model->flags[at] |= VM_DONTCOPY;
		else
			model->flags[at] &= ~(vm_flags_t)VM_DONTCOPY;
	}
	return err;
}

static void model_move(struct model *model, unsigned int from, unsigned int to, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++) {
		model->is_mapped[to + i] = model->is_mapped[from + i];
		model->flags[to + i] = model->flags[from + i];
		model->is_mapped[from + i] = false;
	}
}

static void random_step(struct mm_struct *mm, struct model *model, uint64_t *seed)
{
	static const vm_flags_t prots[] = { VM_READ, RW, 0 };
	unsigned int at = ktest_random(seed) % RANDOM_PAGES;
	unsigned int pages = 1 + ktest_random(seed) % 8;
	unsigned int end = at + pages < RANDOM_PAGES ? at + pages : RANDOM_PAGES;
	vm_flags_t prot = prots[ktest_random(seed) % 3];
	unsigned long addr = BASE + at * PAGE_SIZE, out;
	int behavior = ktest_random(seed) % 2 ? MADV_DONTFORK : MADV_DOFORK;
	unsigned int to = ktest_random(seed) % RANDOM_PAGES;

	pages = end - at;
	switch (ktest_random(seed) % 6) {
	case 0:
	case 1:
		map_at(mm, at, pages, prot);
		for (unsigned int i = at; i < end; i++) {
			model->is_mapped[i] = true;
			model->flags[i] = prot | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
		}
		break;
	case 2:
		unmap_at(mm, at, pages);
		for (unsigned int i = at; i < end; i++)
			model->is_mapped[i] = false;
		break;
	case 3:
		ktest_assert_int_equal(sim_mprotect(mm, addr, pages * PAGE_SIZE, prot),
				       model_protect(model, at, end, prot));
		break;
	case 4:
		ktest_assert_int_equal(sim_madvise(mm, addr, pages * PAGE_SIZE, behavior),
				       model_advise(model, at, end, behavior));
		break;
	default:
		if (to + pages > RANDOM_PAGES || (to < end && at < to + pages))
			break;
		for (unsigned int i = at; i < end; i++)
			if (!model->is_mapped[i] || model->flags[i] != model->flags[at])
				return;
		ktest_assert_int_equal(sim_mremap(mm, addr, pages * PAGE_SIZE, pages * PAGE_SIZE,
						  SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED,
						  BASE + to * PAGE_SIZE, &out), 0);
		model_move(model, at, to, pages);
	}
}

static void test_random_calls_against_model(void **state)
{
	uint64_t seed = ktest_seed(1);
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();
	struct model model = {};

	for (unsigned int step = 0; step < 4000; step++) {
		random_step(mm, &model, &seed);
		assert_model(mm, &model);
	}
	mmput(mm);
	assert_all_free(world);
}

static const struct ktest tests[] = {
	KTEST(test_new_range_joins),
	KTEST(test_changed_range_joins),
	KTEST(test_forked_areas_stay_apart),
	KTEST(test_driver_hears_of_cuts_and_may_refuse),
	KTEST(test_random_calls_against_model),
};
KTEST_MAIN(tests)
