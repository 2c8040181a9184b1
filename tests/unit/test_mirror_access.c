/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Accesses of a device to memory of a process: cases 1 to 11 and 19 to 21 of the kernel's catalogue
 * of HMM's tests, by name.
 */
#include "mirror_fixture.h"

static void test_open_close(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	ktest_assert_int_equal(atomic_read(&bed.mm->mm_count), 1 + DEVICES);
	sim_mirror_close(bed.mirror[1]);
	ktest_assert_int_equal(atomic_read(&bed.mm->mm_count), DEVICES);
	bed.mirror[1] = open_mirror(&bed, 1, bed.mm);
	bed_drop(&bed);
}

static void test_open_without_memory_for_it(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	struct sim_mirror *mirror;

	sim_inject_kind_nth(bed.world, &sim_fault_kmalloc, 1);
	mirror = sim_mirror_open(bed.device[0], bed.mm);
	ktest_assert_int_equal(PTR_ERR(mirror), -ENOMEM);
	bed_drop(&bed);
}

/* None, zero and ordinary pages, by one fault for all. */
static void test_anon_read(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	u8 bytes[64 * 16];

	map_pages(&bed, 0, 64, VM_READ, 0, NULL);
	map_pages(&bed, 32, 32, RW, 0, NULL);
	cpu_get(bed.mm, 1);
	fill_pages(&bed, 40, 8);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 0), 0);
	ktest_assert_u64_equal(fault_count(bed.mirror[0]), 1);
	ktest_assert_int_equal(sim_mirror_read(bed.mirror[1], at(0) + 100, bytes, sizeof(bytes)),
			       0);
	for (unsigned long page = 0; page < 64; page++)
		ktest_assert_u64_equal(dev_get(bed.mirror[0], page),
				       page >= 40 && page < 48 ? word_of(page) : 0);
	bed_drop(&bed);
}

static void test_one_read_of_many_pages_is_one_fault(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	static u8 bytes[64 * PAGE_SIZE];

	map_pages(&bed, 0, 64, RW, 0, NULL);
	fill_pages(&bed, 0, 64);
	ktest_assert_int_equal(sim_mirror_read(bed.mirror[0], at(0), bytes, sizeof(bytes)), 0);
	ktest_assert_u64_equal(fault_count(bed.mirror[0]), 1);
	for (unsigned long page = 0; page < 64; page++)
		ktest_assert_u64_equal(*(u64 *)(bytes + page * PAGE_SIZE), word_of(page));
	bed_drop(&bed);
}

static void test_anon_read_prot(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 4, RW, 0, NULL);
	fill_pages(&bed, 0, 4);
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(0), 4 * PAGE_SIZE, 0), 0);
	ktest_assert_int_equal(dev_read_err(bed.mirror[0], 0), -EFAULT);
	ktest_assert_u64_equal(entry_count(bed.mirror[0]), 0);
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(0), 4 * PAGE_SIZE, RW), 0);
	assert_filled(&bed, 0, 4);
	bed_drop(&bed);
}

static void test_anon_write(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 8, RW, 0, NULL);
	for (unsigned long page = 0; page < 8; page++)
		ktest_assert_int_equal(dev_put(bed.mirror[0], page, word_of(page)), 0);
	assert_filled(&bed, 0, 8);
	bed_drop(&bed);
}

static void test_anon_write_prot(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 2, VM_READ, 0, NULL);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 0), 0);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 0), SIM_MIRROR_ZERO | SIM_MIRROR_READ);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 0, 5), -EPERM);
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(0), 2 * PAGE_SIZE, RW), 0);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 0, 5), 0);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 0), SIM_MIRROR_WRITE);
	ktest_assert_u64_equal(cpu_get(bed.mm, 0), 5);
	ktest_assert_u64_equal(cpu_get(bed.mm, 1), 0);
	bed_drop(&bed);
}

/* A write for the child copies; the parent's page stays. */
static void write_for_child(struct bed *bed, unsigned long pages, bool migrates, u64 parents_word)
{
	struct sim_mirror *mirror;
	struct mm_struct *child;

	fill_pages(bed, 0, pages);
	if (migrates)
		ktest_assert_u64_equal(to_device(bed->mirror[0], 0, pages), pages);
	ktest_assert_int_equal(sim_fork(bed->mm, &child), 0);
	mirror = open_mirror(bed, 0, child);
	ktest_assert_u64_equal(dev_get(mirror, 1), word_of(1));
	ktest_assert_int_equal(dev_put(mirror, 1, 77), 0);
	ktest_assert_u64_equal(cpu_get(child, 1), 77);
	ktest_assert_u64_equal(cpu_get(bed->mm, 1), parents_word);
	/* The parent's mirror hears of its own address space only. */
	ktest_assert_u64_equal(dev_get(bed->mirror[0], 1), parents_word);
	ktest_assert_int_equal(dev_put(bed->mirror[0], 2, 88), 0);
	ktest_assert_u64_equal(cpu_get(child, 2), parents_word == 77 ? 88 : word_of(2));
	mmput(child);
	sim_mirror_close(mirror);
}

static void test_anon_write_child(void **state)
{
	for (unsigned int i = 0; i < 4; i++) {
		const struct bed_options options = { .thp_always = i & 2 ? 1 << 9 : 0 };
		struct bed bed = bed_with(&options);

		ktest_context("%s, %s", i & 1 ? "migrated" : "in RAM", i & 2 ? "huge" : "small");
		map_pages(&bed, 0, HUGE_PAGES, RW, 0, NULL);
		write_for_child(&bed, i & 2 ? HUGE_PAGES : 4, i & 1, word_of(1));
		bed_drop(&bed);
		ktest_world_drop(bed.world);
	}
}

static void test_anon_write_child_shared(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 4, RW, SIM_MAP_SHARED, NULL);
	write_for_child(&bed, 4, false, 77);
	bed_drop(&bed);
}

static void test_anon_write_huge(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ .thp_always = 1 << 9 });

	map_pages(&bed, 0, HUGE_PAGES, RW, 0, NULL);
	for (unsigned long page = 0; page < HUGE_PAGES; page += 100)
		ktest_assert_int_equal(dev_put(bed.mirror[0], page, word_of(page)), 0);
	ktest_assert_u64_equal(code_at(bed.mirror[0], 0), SIM_MIRROR_WRITE | SIM_MIRROR_PMD);
	for (unsigned long page = 0; page < HUGE_PAGES; page += 100)
		assert_filled(&bed, page, 1);
	bed_drop(&bed);
}

static struct file *make_file(unsigned long pages)
{
	struct file *file = sim_file_create(pages * PAGE_SIZE, false);

	ktest_assert_false(IS_ERR(file));
	for (unsigned long page = 0; page < pages; page++) {
		u64 word = word_of(page);

		ktest_assert_int_equal(sim_file_write(file, page * PAGE_SIZE, &word, sizeof(word)),
				       sizeof(word));
	}
	return file;
}

static void test_file_read(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	struct file *file = make_file(4);

	map_pages(&bed, 0, 4, VM_READ, SIM_MAP_SHARED, file);
	for (unsigned long page = 0; page < 4; page++)
		ktest_assert_u64_equal(dev_get(bed.mirror[0], page), word_of(page));
	ktest_assert_int_equal(dev_put(bed.mirror[0], 0, 1), -EPERM);
	bed_drop(&bed);
	fput(file);
}

static void test_file_write(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	struct file *file = make_file(4);
	u64 word;

	map_pages(&bed, 0, 4, RW, SIM_MAP_SHARED, file);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 2, 99), 0);
	ktest_assert_int_equal(sim_file_read(file, 2 * PAGE_SIZE, &word, sizeof(word)),
			       sizeof(word));
	ktest_assert_u64_equal(word, 99);
	ktest_assert_u64_equal(cpu_get(bed.mm, 2), 99);
	bed_drop(&bed);
	fput(file);
}

static void test_anon_read_multiple(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	for (unsigned long round = 0; round < 10; round++) {
		map_pages(&bed, 0, 8, RW, 0, NULL);
		for (unsigned long page = 0; page < 8; page++)
			ktest_assert_int_equal(cpu_put(bed.mm, page, round * 100 + page), 0);
		for (unsigned long page = 0; page < 8; page++)
			ktest_assert_u64_equal(dev_get(bed.mirror[0], page), round * 100 + page);
		ktest_assert_int_equal(sim_munmap(bed.mm, at(0), 8 * PAGE_SIZE), 0);
		ktest_assert_u64_equal(entry_count(bed.mirror[0]), 0);
	}
	bed_drop(&bed);
}

static struct bed *shared_bed;
static int read_errors[8];

static void reads_all(void *arg)
{
	for (unsigned long page = 0; page < 8; page++)
		read_errors[page] = dev_read_err(shared_bed->mirror[0], page);
}

/* Half of the range is unmapped while a device reads it: each page is there or is not. */
static void test_anon_teardown(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	shared_bed = &bed;
	map_pages(&bed, 0, 8, RW, 0, NULL);
	fill_pages(&bed, 0, 8);
	ktest_assert_true(sim_task_create(SIM_TASK_KTHREAD, "reads", 1, reads_all, NULL) != NULL);
	ktest_assert_int_equal(sim_munmap(bed.mm, at(4), 4 * PAGE_SIZE), 0);
	sim_task_settle();
	for (unsigned long page = 0; page < 8; page++)
		ktest_assert_true(!read_errors[page] ||
				  (page >= 4 && read_errors[page] == -EFAULT));
	ktest_assert_int_equal(dev_read_err(bed.mirror[0], 4), -EFAULT);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 3), word_of(3));
	bed_drop(&bed);
}

static void put_entry(struct bed *bed, unsigned long page, u64 entry)
{
	u64 *pmd = cpt_pmd_alloc(bed->mm, at(page)), *pte;
	spinlock_t *ptl;

	ktest_assert_int_equal(cpt_pte_alloc(bed->mm, at(page), pmd), 0);
	pte = cpt_pte_lock(bed->mm, pmd, at(page), &ptl);
	cpt_set(bed->mm, at(page), pte, 0, entry);
	spin_unlock(ptl);
}

static void test_mixedmap(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	struct page *page = alloc_page(GFP_KERNEL);

	/* What a driver's mmap would leave: its own page, in an area that may hold others too. */
	map_pages(&bed, 0, 1, VM_READ, VM_MIXEDMAP, NULL);
	put_entry(&bed, 0, cpt_make_leaf(page_to_pfn(page), CPT_PRESENT));
	ktest_assert_u64_equal(code_at(bed.mirror[0], 0), SIM_MIRROR_READ);
	put_entry(&bed, 0, 0);
	__free_page(page);
	bed_drop(&bed);
}

/* A mirror outlives its process: no memory any more, and nothing of it left in the table. */
static void test_process_ends_under_its_mirror(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 8, RW, 0, NULL);
	fill_pages(&bed, 0, 8);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 3), word_of(3));
	current->mm = NULL;
	mmput(bed.mm);
	bed.mm = NULL;
	ktest_assert_u64_equal(entry_count(bed.mirror[0]), 0);
	ktest_assert_int_equal(dev_read_err(bed.mirror[0], 3), -EFAULT);
	bed_drop(&bed);
}

static void test_injected_failures_of_a_read(void **state)
{
	u64 word;

	for (unsigned int i = 0; sim_inject_kind(i); i++) {
		const struct sim_fault_kind *kind = sim_inject_kind(i);

		for (u64 nth = 1; nth < 50; nth++) {
			struct bed bed = bed_with(&(struct bed_options){ 0 });
			bool failed;
			int err;

			ktest_context("%s %llu", kind->name, (unsigned long long)nth);
			map_pages(&bed, 0, 4, RW, 0, NULL);
			sim_inject_kind_nth(bed.world, kind, nth);
			err = sim_mirror_write(bed.mirror[0], at(0) + 4090, "0123456789", 10);
			failed = sim_inject_kind_failed(bed.world);
			sim_inject_kind_nth(bed.world, kind, 0);
			ktest_assert_true(!err || (failed && err != -EINVAL));
			ktest_assert_int_equal(sim_mirror_write(bed.mirror[0], at(0) + 4090,
								"0123456789", 10), 0);
			ktest_assert_int_equal(sim_cpu_read(bed.mm, at(0) + 4091, &word, 8), 0);
			ktest_assert_memory_equal(&word, "12345678", 8);
			bed_drop(&bed);
			ktest_world_drop(bed.world);
			if (!failed)
				break;
		}
	}
}

static const struct ktest tests[] = {
	KTEST(test_open_close),
	KTEST(test_open_without_memory_for_it),
	KTEST(test_anon_read),
	KTEST(test_one_read_of_many_pages_is_one_fault),
	KTEST(test_anon_read_prot),
	KTEST(test_anon_write),
	KTEST(test_anon_write_prot),
	KTEST(test_anon_write_child),
	KTEST(test_anon_write_child_shared),
	KTEST(test_anon_write_huge),
	KTEST(test_file_read),
	KTEST(test_file_write),
	KTEST(test_anon_read_multiple),
	KTEST(test_anon_teardown),
	KTEST(test_mixedmap),
	KTEST(test_process_ends_under_its_mirror),
	KTEST(test_injected_failures_of_a_read),
};
KTEST_MAIN(tests)
