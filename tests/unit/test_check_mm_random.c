// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Random programs of several tasks, in a random order of steps, with all oracles of memory on: what
 * CPUs and devices read is what was written last, no report comes up, page tables and counts agree
 * whenever nothing is under way, and in the end nothing is left. A seed is a whole world.
 */
#include "mm_random.h"
#include <svmsim/report.h>

#define TASKS 4
#define STEPS_PER_WORLD 2500
#define STEPS_PER_ROUND 250
#define WORLDS 20

struct bed bed;

static const struct sim_layer *const layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
	SIM_MM_LAYERS,
	&sim_layer_iova_sim,
	&sim_layer_check,
};

static bool another_run(void *ctx, uint64_t number)
{
	return false;
}

static unsigned int choose(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	*quiet = ktest_random(&bed.order) % (ktest_random(&bed.order) % 4 ? 64 : 4);
	if (point->can_go_on && ktest_random(&bed.order) % 2)
		return point->default_index;
	return (unsigned int)(ktest_random(&bed.order) % point->count);
}

static uint64_t draw(void *ctx)
{
	return ktest_random(&bed.order);
}

static const struct svmsim_scheduler scheduler = {
	.name = "test", .start = another_run, .next = choose, .random = draw,
};

/* Fails with the first report as text. */
static void assert_no_report(void)
{
	static char text[1024];
	struct svmsim_report report;
	int at;

	if (svmsim_report_get(bed.world, 0, &report))
		return;
	at = scnprintf(text, sizeof(text), "%s", report.identifier);
	for (unsigned int i = 0; i < report.field_count; i++)
		at += scnprintf(text + at, sizeof(text) - at, " %s=%s", report.key[i],
				report.value[i]);
	for (unsigned int i = 0; i < report.line_count; i++)
		at += scnprintf(text + at, sizeof(text) - at, "\n    %s", report.line[i]);
	ktest_fail("%s", text);
}

static void make_devices(void)
{
	for (unsigned int i = 0; i < DEVICES; i++) {
		const struct sim_mirror_config config = { .chunk_bytes = 4ul << 20,
							  .chunk_max = 2 + i,
							  .no_huge = i };
		struct device *dev = sim_device_add(bed.world,
						    &bed.world->machine->device[i], i);
		struct sim_domain *domain;

		ktest_assert_int_equal(sim_domain_create(bed.world, "generic-pt", NULL, false,
							 &domain), 0);
		ktest_assert_int_equal(sim_dma_attach(dev, domain, &(struct sim_dma_params){ 0 }),
				       0);
		bed.device[i] = sim_mirror_device_create(dev, &config);
		ktest_assert_false(IS_ERR(bed.device[i]));
	}
}

static void bed_make(uint64_t seed, u32 thp_orders)
{
	const struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .ram_bytes = 32ull << 20, .cpu_count = 2 },
			  { .ram_bytes = 32ull << 20, .cpu_count = 2 } },
		.swap_bytes = 16ull << 20,
		.thp_always = thp_orders,
		.thp_never = !thp_orders,
		.device_count = DEVICES,
		.device = { { .name = "d0", .mask_bits = 48, .pci_address = "0000:03:00.0" },
			    { .name = "d1", .mask_bits = 48, .pci_address = "0000:04:00.0" } },
		.preempt = SVMSIM_PREEMPT_FULL,
	};
	unsigned long done[64];
	unsigned long out;

	memcpy(done, bed.done, sizeof(done));
	bed = (struct bed){ .random = seed, .order = seed ^ 0x5eed,
			    .is_private = seed % 4 == 3 };
	memcpy(bed.done, done, sizeof(done));
	bed.world = ktest_world(layers, sizeof(layers) / sizeof(layers[0]), &machine);
	spin_lock_init(&bed.lock);
	make_devices();
	bed.file = sim_file_create(PAGES * PAGE_SIZE, false);
	bed.shmem = sim_file_create(PAGES * PAGE_SIZE, true);
	process_open(&bed.process[0], mm_create());
	ktest_assert_int_equal(sim_mmap(bed.process[0].mm, BASE, PAGES * PAGE_SIZE, RW,
					SIM_MAP_FIXED, 0, NULL, 0, &out), 0);
	svmsim_world_bound(bed.world, ~0ull / 100, ~0ull);
	svmsim_world_schedule(bed.world, &scheduler);
}

static void unpin_all(void)
{
	for (unsigned int i = 0; i < PINS; i++)
		if (bed.pin_count[i])
			unpin_user_pages(bed.pin[i], (unsigned long)bed.pin_count[i]);
}

static void bed_drop(void)
{
	unpin_all();
	for (unsigned int i = 0; i < PROCESSES; i++)
		if (bed.process[i].mm)
			process_put(&bed.process[i]);
	for (unsigned int i = 0; i < DEVICES; i++) {
		ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[i]), 0);
		sim_mirror_device_destroy(bed.device[i]);
	}
	fput(bed.file);
	fput(bed.shmem);
	move_settle(bed.world);
	assert_no_report();
	ktest_assert_true(list_empty(&mm_state()->mms));
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	ktest_assert_true(sim_phys_is_valid(bed.world));
	ktest_world_drop(bed.world);
}

static void task_body(void *arg)
{
	while (bed.steps_left) {
		bed.steps_left--;
		random_action();
	}
}

static void one_round(void)
{
	static const char *const names[TASKS] = { "one", "two", "three", "four" };

	bed.steps_left = STEPS_PER_ROUND;
	for (unsigned int i = 0; i < TASKS; i++)
		ktest_assert_int_equal(svmsim_task_spawn(bed.world, names[i], (int)i, task_body,
							 NULL), 0);
	if (svmsim_tasks_run(bed.world) != SVMSIM_TASKS_DONE) {
		assert_no_report();
		ktest_fail("tasks did not end");
	}
	assert_no_report();
	chk_mm_validate(bed.world);
	chk_mm_settled(bed.world);
	assert_no_report();
}

static void one_world(uint64_t seed, u32 thp_orders)
{
	ktest_context("seed 0x%llx, large folios 0x%x", (unsigned long long)seed, thp_orders);
	bed_make(seed, thp_orders);
	for (unsigned int i = 0; i < STEPS_PER_WORLD / STEPS_PER_ROUND; i++)
		one_round();
	bed_drop();
}

static void run_worlds(u32 thp_orders)
{
	uint64_t seed = ktest_seed(1);

	memset(bed.done, 0, sizeof(bed.done));
	for (unsigned int i = 0; i < WORLDS; i++)
		one_world(seed + i, thp_orders);
	for (unsigned int i = 0; random_action_name(i); i++) {
		if (!bed.done[i] && strcmp(random_action_name(i), "split"))
			ktest_fail("\"%s\" never succeeded", random_action_name(i));
	}
}

static void test_small_pages(void **state)
{
	run_worlds(0);
}

static void test_large_folios(void **state)
{
	run_worlds(BIT(CPT_PMD_ORDER) | BIT(4));
}

static const struct ktest tests[] = {
	KTEST(test_small_pages),
	KTEST(test_large_folios),
};
KTEST_MAIN(tests)
