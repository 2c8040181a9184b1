/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/inject.h"
#include "rmap_fixture.h"

static void test_prepare_makes_a_root(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = hand_mm(1);
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4);

	(void)world;
	ktest_assert_int_equal(hand_prepare(vma), 0);
	ktest_assert_ptr_equal(vma->anon_vma->root, vma->anon_vma);
	ktest_assert_u64_equal(vma->anon_vma->num_children, 1);
	ktest_assert_u64_equal(vma->anon_vma->num_active_vmas, 1);
	ktest_assert_int_equal(hand_prepare(vma), 0);
	ktest_assert_true(list_is_singular(&vma->anon_vma_chain));
	hand_area_free(vma);
	hand_mm_free(mm);
}

static void test_prepare_takes_a_neighbours(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = hand_mm(1);
	struct vm_area_struct *left = hand_anon(mm, BASE, 4);
	struct vm_area_struct *mid = hand_anon(mm, BASE + 4 * PAGE_SIZE, 4);
	struct vm_area_struct *right = hand_anon(mm, BASE + 8 * PAGE_SIZE, 4);
	struct vm_area_struct *away = hand_anon(mm, BASE + 16 * PAGE_SIZE, 4);

	(void)world;
	mid->__vm_flags &= ~VM_WRITE;
	ktest_assert_int_equal(hand_prepare(left), 0);
	ktest_assert_int_equal(hand_prepare(mid), 0);
	ktest_assert_ptr_equal(mid->anon_vma, left->anon_vma);
	ktest_assert_u64_equal(left->anon_vma->num_active_vmas, 2);
	/* Not the same kind of area, and not a neighbour. */
	right->__vm_flags |= VM_NOHUGEPAGE;
	ktest_assert_int_equal(hand_prepare(right), 0);
	ktest_assert_ptr_not_equal(right->anon_vma, mid->anon_vma);
	ktest_assert_int_equal(hand_prepare(away), 0);
	ktest_assert_ptr_not_equal(away->anon_vma, right->anon_vma);
	hand_area_free(left);
	ktest_assert_u64_equal(mid->anon_vma->num_active_vmas, 1);
	hand_area_free(mid);
	hand_area_free(right);
	hand_area_free(away);
	hand_mm_free(mm);
}

static void test_clone_shares_all_of_the_chain(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = hand_mm(1), *child = hand_mm(2);
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4), *forked = NULL, *moved = NULL;

	(void)world;
	ktest_assert_int_equal(hand_prepare(vma), 0);
	ktest_assert_int_equal(hand_copy(vma, child, true, &forked), 0);
	ktest_assert_int_equal(hand_copy(forked, child, false, &moved), 0);
	ktest_assert_ptr_equal(moved->anon_vma, forked->anon_vma);
	ktest_assert_u64_equal(forked->anon_vma->num_active_vmas, 2);
	ktest_assert_u64_equal(list_count_nodes(&moved->anon_vma_chain), 2);
	hand_area_free(forked);
	ktest_assert_u64_equal(moved->anon_vma->num_active_vmas, 1);
	hand_area_free(moved);
	hand_area_free(vma);
	hand_mm_free(mm);
	hand_mm_free(child);
}

static void test_fork_makes_a_child_below_the_root(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = hand_mm(1), *child = hand_mm(2);
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4), *forked = NULL;

	(void)world;
	ktest_assert_int_equal(hand_prepare(vma), 0);
	ktest_assert_int_equal(hand_copy(vma, child, true, &forked), 0);
	ktest_assert_ptr_not_equal(forked->anon_vma, vma->anon_vma);
	ktest_assert_ptr_equal(forked->anon_vma->root, vma->anon_vma);
	ktest_assert_ptr_equal(forked->anon_vma->parent, vma->anon_vma);
	ktest_assert_u64_equal(vma->anon_vma->num_children, 2);
	ktest_assert_int_equal(vma->anon_vma->refcount.counter, 2);
	/* The parent goes first: its anon_vma stays for the child's area and for its lock. */
	hand_area_free(vma);
	ktest_assert_u64_equal(forked->anon_vma->root->num_active_vmas, 0);
	hand_area_free(forked);
	hand_mm_free(mm);
	hand_mm_free(child);
}

static void test_fork_of_an_untouched_area_has_none(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = hand_mm(1), *child = hand_mm(2);
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4), *forked = NULL;

	(void)world;
	ktest_assert_int_equal(hand_copy(vma, child, true, &forked), 0);
	ktest_assert_null(forked->anon_vma);
	hand_area_free(forked);
	hand_area_free(vma);
	hand_mm_free(mm);
	hand_mm_free(child);
}

/* Each generation forks and then exits: the chains stay short since the next one reuses. */
static void test_generations_reuse_what_the_dead_left(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = hand_mm(1), *child;
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4), *forked = NULL;
	size_t longest = 0;

	(void)world;
	ktest_assert_int_equal(hand_prepare(vma), 0);
	for (unsigned int i = 2; i < 20; i++) {
		child = hand_mm(i);
		ktest_assert_int_equal(hand_copy(vma, child, true, &forked), 0);
		hand_area_free(vma);
		hand_mm_free(mm);
		vma = forked;
		mm = child;
		if (list_count_nodes(&vma->anon_vma_chain) > longest)
			longest = list_count_nodes(&vma->anon_vma_chain);
	}
	/* The root, one that lives and one that was left behind. */
	ktest_assert_in_range(longest, 2, 3);
	hand_area_free(vma);
	hand_mm_free(mm);
}

/* Two children of one parent: its anon_vma has too many of them to be taken over. */
static void test_fork_does_not_reuse_with_two_children(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm[4] = { hand_mm(1), hand_mm(2), hand_mm(3), hand_mm(4) };
	struct vm_area_struct *vma = hand_anon(mm[0], BASE, 4), *first = NULL;
	struct vm_area_struct *second = NULL, *third = NULL;
	struct anon_vma *root;

	(void)world;
	ktest_assert_int_equal(hand_prepare(vma), 0);
	root = vma->anon_vma;
	ktest_assert_int_equal(hand_copy(vma, mm[1], true, &first), 0);
	ktest_assert_int_equal(hand_copy(vma, mm[2], true, &second), 0);
	hand_area_free(vma);
	ktest_assert_u64_equal(root->num_active_vmas, 0);
	ktest_assert_u64_equal(root->num_children, 3);
	ktest_assert_int_equal(hand_copy(first, mm[3], true, &third), 0);
	ktest_assert_ptr_not_equal(third->anon_vma, root);
	hand_area_free(first);
	hand_area_free(second);
	hand_area_free(third);
	for (unsigned int i = 0; i < 4; i++)
		hand_mm_free(mm[i]);
}

/* Every allocation fails once: each error leaves everything as it was. */
static void test_failed_allocations_change_nothing(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = hand_mm(1), *child = hand_mm(2);
	struct vm_area_struct *vma = hand_anon(mm, BASE, 4), *forked = NULL;
	struct vm_area_struct *moved = NULL;
	unsigned int failed = 0;

	for (u64 nth = 2; nth < 20; nth++) {
		int err;

		sim_inject_kind_nth(world, &sim_fault_kmalloc, nth - 1);
		err = hand_prepare(vma);
		if (!err)
			err = hand_copy(vma, child, true, &forked);
		else
			ktest_assert_null(vma->anon_vma);
		if (!err) {
			err = hand_copy(forked, child, false, &moved);
			if (!err)
				hand_area_free(moved);
			hand_area_free(forked);
		}
		failed += err == -ENOMEM;
		if (vma->anon_vma)
			ktest_assert_u64_equal(vma->anon_vma->num_children, 1);
		if (!sim_inject_kind_failed(world)) {
			ktest_assert_int_equal(err, 0);
			break;
		}
	}
	sim_inject_kind_nth(world, &sim_fault_kmalloc, 0);
	ktest_assert_in_range(failed, 5, 12);
	hand_area_free(vma);
	hand_mm_free(mm);
	hand_mm_free(child);
}

static const struct ktest tests[] = {
	KTEST(test_clone_shares_all_of_the_chain),
	KTEST(test_failed_allocations_change_nothing),
	KTEST(test_fork_does_not_reuse_with_two_children),
	KTEST(test_fork_makes_a_child_below_the_root),
	KTEST(test_fork_of_an_untouched_area_has_none),
	KTEST(test_generations_reuse_what_the_dead_left),
	KTEST(test_prepare_makes_a_root),
	KTEST(test_prepare_takes_a_neighbours),
};
KTEST_MAIN(tests)
