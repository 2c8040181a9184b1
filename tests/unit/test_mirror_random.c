/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random accesses of CPUs and two devices against a shadow, while other tasks move the pages to the
 * devices and back, evict them, take rights away, and fork; in random schedules.
 */
#include <linux/mutex.h>
#include <svmsim/schedule.h>
#include "mirror_fixture.h"

#define PAGES 24
#define RUNS 60

static struct bed bed;
static uint64_t rng;
static u64 shadow[PAGES];
static struct mutex locks[PAGES];
static char failure[160];
static unsigned int accesses, moves;

static void fail(const char *what, unsigned long page, u64 got, u64 wanted)
{
	if (!failure[0])
		host_snprintf(failure, sizeof(failure), "%s: page %lu: %llx, not %llx", what, page,
			      (unsigned long long)got, (unsigned long long)wanted);
}

static unsigned long draw_page(void)
{
	return ktest_random(&rng) % PAGES;
}

/* By the CPU, or one of the devices. */
static int transfer(unsigned int who, unsigned long page, u64 *word, bool write)
{
	if (who < DEVICES)
		return write ? sim_mirror_write(bed.mirror[who], at(page), word, sizeof(*word)) :
			       sim_mirror_read(bed.mirror[who], at(page), word, sizeof(*word));
	return write ? sim_cpu_write(bed.mm, at(page), word, sizeof(*word)) :
		       sim_cpu_read(bed.mm, at(page), word, sizeof(*word));
}

static void access_once(void)
{
	static const char *const names[] = { "d0", "d1", "CPU" };
	unsigned int who = ktest_random(&rng) % (DEVICES + 1);
	unsigned long page = draw_page();
	bool write = ktest_random(&rng) % 2;
	u64 word = write ? ktest_random(&rng) : 0;
	int err;

	/* One access to a page at a time, so that there is one right answer. */
	mutex_lock(&locks[page]);
	err = transfer(who, page, &word, write);
	/* Rights that another task has just taken away, for a moment. */
	if (err && err != -EBUSY && err != (who < DEVICES ? -EPERM : -EFAULT))
		fail(names[who], page, (u64)err, 0);
	else if (!err && write)
		shadow[page] = word;
	else if (!err && word != shadow[page])
		fail(names[who], page, word, shadow[page]);
	accesses += !err;
	mutex_unlock(&locks[page]);
}

static void accesses_pages(void *arg)
{
	for (unsigned int i = 0; i < 12 && !failure[0]; i++)
		access_once();
}

static void move_once(void)
{
	struct sim_mirror *mirror = bed.mirror[ktest_random(&rng) % DEVICES];
	unsigned long page = draw_page(), moved = 0;
	size_t bytes = (1 + ktest_random(&rng) % (PAGES - page)) * PAGE_SIZE;
	struct mm_struct *child;
	int err = 0;

	switch (ktest_random(&rng) % 8) {
	case 0:
		err = sim_mprotect(bed.mm, at(page), bytes, VM_READ);
		if (!err)
			err = sim_mprotect(bed.mm, at(page), bytes, RW);
		break;
	case 1:
		err = sim_fork(bed.mm, &child);
		if (!err)
			mmput(child);
		break;
	case 2:
		sim_mirror_device_evict(bed.device[ktest_random(&rng) % DEVICES]);
		break;
	case 3:
	case 4:
		err = sim_mirror_to_system(mirror, at(page), bytes, &moved);
		break;
	default:
		err = sim_mirror_to_device(mirror, at(page), bytes, &moved);
		break;
	}
	moves += moved;
	if (err)
		fail("move", page, (u64)err, 0);
}

static void moves_pages(void *arg)
{
	for (unsigned int i = 0; i < 6 && !failure[0]; i++)
		move_once();
}

static unsigned int choose(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	*quiet = ktest_random(&rng) % 8;
	return ktest_random(&rng) % 4 ? point->default_index : ktest_random(&rng) % point->count;
}

static bool one_run(void *ctx, uint64_t run)
{
	return !run;
}

static uint64_t draw(void *ctx)
{
	return ktest_random(&rng);
}

static const struct svmsim_scheduler scheduler = {
	.name = "test", .start = one_run, .next = choose, .random = draw,
};

static void one_schedule(const struct bed_options *options)
{
	static const struct {
		const char *name;
		void (*run)(void *arg);
	} tasks[] = {
		{ "access0", accesses_pages }, { "access1", accesses_pages },
		{ "access2", accesses_pages }, { "move0", moves_pages },
		{ "move1", moves_pages },
	};

	bed = bed_with(options);
	memset(shadow, 0, sizeof(shadow));
	failure[0] = '\0';
	for (unsigned int i = 0; i < PAGES; i++)
		mutex_init(&locks[i]);
	map_pages(&bed, 0, options->thp_always ? HUGE_PAGES : PAGES, RW, 0, NULL);
	svmsim_world_schedule(bed.world, &scheduler);
	for (unsigned int i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		ktest_assert_int_equal(svmsim_task_spawn(bed.world, tasks[i].name, -1, tasks[i].run,
							 NULL), 0);
	ktest_assert_int_equal(svmsim_tasks_run(bed.world), SVMSIM_TASKS_DONE);
	ktest_assert_string_equal(failure, "");
	for (unsigned long page = 0; page < PAGES; page++)
		ktest_assert_u64_equal(cpu_get(bed.mm, page), shadow[page]);
	bed_drop(&bed);
	ktest_world_drop(bed.world);
}

static void run_all(const struct bed_options *options, uint64_t seed)
{
	rng = ktest_seed(seed);
	accesses = moves = 0;
	for (unsigned int run = 0; run < RUNS; run++) {
		ktest_context("run %u", run);
		one_schedule(options);
	}
	ktest_assert_true(accesses > RUNS * 20);
	ktest_assert_true(moves > RUNS);
}

static void test_private_memory(void **state)
{
	run_all(&(struct bed_options){ 0 }, 1);
}

static void test_coherent_memory(void **state)
{
	run_all(&(struct bed_options){ .is_coherent = true }, 2);
}

static void test_huge_pages(void **state)
{
	run_all(&(struct bed_options){ .thp_always = 1 << 9 }, 3);
}

static const struct ktest tests[] = {
	KTEST(test_private_memory),
	KTEST(test_coherent_memory),
	KTEST(test_huge_pages),
};
KTEST_MAIN(tests)
