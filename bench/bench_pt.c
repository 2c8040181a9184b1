// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Page tables: link, unlink, translation, and what watching costs.
 *
 * The times of links and unlinks are ratios to a floor that is measured beside them: as many plain
 * stores into as many tables. Tables rotate over 256 MiB, so that both sides miss the caches.
 */
#include "bench.h"
#include "bench_pt_work.h"
#include <stdio.h>
#include <stdlib.h>
#include <svmsim/dma.h>
#include <svmsim/events.h>
#include <svmsim/world.h>

#define COLD_WINDOWS 65536u
#define COLD_WINDOWS_TINY 64u
#define SAMPLE_WINDOWS 256u
#define SAMPLE_WINDOWS_TINY 16u
#define SAMPLE_MAX (COLD_WINDOWS / SAMPLE_WINDOWS)
#define WARM_WINDOWS 16u

/* A bed with a watcher, or none. */
struct warm {
	struct pt_bed *bed;
	uint64_t sum;
};

static void *setup_warm(unsigned long param, bool tiny)
{
	struct warm *warm = calloc(1, sizeof(*warm));

	if (!warm)
		abort();
	warm->bed = pt_bed_make(WARM_WINDOWS);
	/* Everything that is made on first use is made now. */
	pt_work(warm->bed, PT_LINK, 0, WARM_WINDOWS);
	pt_work(warm->bed, PT_UNLINK, 0, WARM_WINDOWS);
	if (param)
		pt_work(warm->bed, PT_LINK, 0, 1);
	return warm;
}

static void teardown_warm(void *ctx)
{
	struct warm *warm = ctx;

	pt_bed_free(warm->bed);
	free(warm);
}

static void run_link_unlink(void *ctx, uint64_t times)
{
	struct warm *warm = ctx;

	for (uint64_t i = 0; i < times; i++) {
		pt_work(warm->bed, PT_LINK, i % WARM_WINDOWS, 1);
		pt_work(warm->bed, PT_UNLINK, i % WARM_WINDOWS, 1);
	}
}

static void run_link_each_unlink(void *ctx, uint64_t times)
{
	struct warm *warm = ctx;

	for (uint64_t i = 0; i < times; i++) {
		pt_work(warm->bed, PT_LINK_EACH, i % WARM_WINDOWS, 1);
		pt_work(warm->bed, PT_UNLINK, i % WARM_WINDOWS, 1);
	}
}

static void run_link_each_unlink_each(void *ctx, uint64_t times)
{
	struct warm *warm = ctx;

	for (uint64_t i = 0; i < times; i++) {
		pt_work(warm->bed, PT_LINK_EACH, i % WARM_WINDOWS, 1);
		pt_work(warm->bed, PT_UNLINK_EACH, i % WARM_WINDOWS, 1);
	}
}

static void run_floor_warm(void *ctx, uint64_t times)
{
	struct warm *warm = ctx;

	while (times--)
		pt_work(warm->bed, PT_FLOOR, 0, 1);
}

static void run_hit(void *ctx, uint64_t times)
{
	pt_translate(((struct warm *)ctx)->bed, 1, times);
}

static void run_walk(void *ctx, uint64_t times)
{
	pt_translate(((struct warm *)ctx)->bed, PT_WINDOW_PAGES, times);
}

/* A small scenario: eight pages through a window. Then the next one. */
static void run_reset(void *ctx, uint64_t times)
{
	struct svmsim_world *world = pt_bed_world(((struct warm *)ctx)->bed);
	struct svmsim_window *window;
	struct svmsim_ram *ram;

	while (times--) {
		svmsim_world_reset(world);
		if (svmsim_ram_alloc(world, 8, true, 0, &ram) ||
		    svmsim_window_alloc(world, 0, 8 * 4096, &window) ||
		    svmsim_window_link(window, 0, ram, 0, 7, SVMSIM_BIDIRECTIONAL, true) ||
		    svmsim_window_destroy(window, 8 * 4096, SVMSIM_BIDIRECTIONAL) ||
		    svmsim_ram_free(ram, 0, 7))
			abort();
	}
}

static void consume(void *ctx, const struct svmsim_event *event)
{
	struct warm *warm = ctx;

	warm->sum += (unsigned char)event->line[0];
}

static void *setup_traced(unsigned long param, bool tiny)
{
	struct warm *warm = setup_warm(param, tiny);

	if (!svmsim_watch(pt_bed_world(warm->bed), consume, warm))
		abort();
	return warm;
}

static void *setup_watched(unsigned long param, bool tiny)
{
	struct warm *warm = setup_warm(param, tiny);

	pt_bed_watch(warm->bed, true);
	return warm;
}

/* As many looks at the counters as a step of a scenario would take. */
static void run_counters(void *ctx, uint64_t times)
{
	struct warm *warm = ctx;
	uint64_t value;

	for (uint64_t i = 0; i < times; i++) {
		run_link_each_unlink(ctx, 1);
		for (unsigned int index = 0; svmsim_counter_name(index); index++)
			if (!svmsim_counter(pt_bed_world(warm->bed), svmsim_counter_name(index),
					    &value))
				warm->sum += value;
	}
}

static const struct bench_workload workloads[] = {
	{ "link-512", setup_warm, run_link_unlink, teardown_warm, 0, 400, PT_WINDOW_PAGES },
	{ "link-512-each", setup_warm, run_link_each_unlink, teardown_warm, 0, 100,
	  PT_WINDOW_PAGES },
	{ "link-512-each-unlink-each", setup_warm, run_link_each_unlink_each, teardown_warm, 0, 100,
	  PT_WINDOW_PAGES },
	{ "link-512-each-traced", setup_traced, run_link_each_unlink, teardown_warm, 0, 20,
	  PT_WINDOW_PAGES },
	{ "link-512-each-counted", setup_warm, run_counters, teardown_warm, 0, 20,
	  PT_WINDOW_PAGES },
	{ "link-512-each-watched", setup_watched, run_link_each_unlink, teardown_warm, 0, 20,
	  PT_WINDOW_PAGES },
	{ "floor-hot", setup_warm, run_floor_warm, teardown_warm, 0, 10000, PT_WINDOW_PAGES },
	{ "translate-hit", setup_warm, run_hit, teardown_warm, 1, 100000, 1 },
	{ "translate-walk", setup_warm, run_walk, teardown_warm, 1, 100000, 1 },
	{ "world-reset", setup_warm, run_reset, teardown_warm, 0, 1000, 1 },
};

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct bench_stats stats_of(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), compare_doubles);
	return (struct bench_stats){ samples[count / 2], samples[count / 10],
				     samples[count * 9 / 10] };
}

static double timed(struct pt_bed *bed, enum pt_work work, uint64_t first, uint64_t count)
{
	uint64_t start = bench_now_ns();

	pt_work(bed, work, first, count);
	return (double)(bench_now_ns() - start) / ((double)count * PT_WINDOW_PAGES);
}

/* Goes over all windows once, the floor's tables in turn with them, sample by sample. */
static void measure_cold(struct bench *bench, struct pt_bed *bed, enum pt_work work,
			 uint64_t window_count, const char *name, double bound)
{
	static double ns[SAMPLE_MAX], floor_ns[SAMPLE_MAX], ratio[SAMPLE_MAX];
	uint64_t step = bench->tiny ? SAMPLE_WINDOWS_TINY : SAMPLE_WINDOWS;
	struct bench_stats stats, floor_stats, ratio_stats;
	size_t count = 0;
	char text[64];

	for (uint64_t first = 0; first < window_count; first += step, count++) {
		floor_ns[count] = timed(bed, PT_FLOOR, first, step);
		ns[count] = timed(bed, work, first, step);
		ratio[count] = ns[count] / (floor_ns[count] > 0 ? floor_ns[count] : 0.001);
	}
	ratio_stats = stats_of(ratio, count);
	stats = stats_of(ns, count);
	floor_stats = stats_of(floor_ns, count);
	bench_row(bench, name, &ratio_stats, "x floor", bound);
	snprintf(text, sizeof(text), "  %s, a page", name);
	bench_row(bench, text, &stats, "ns", 0);
	bench_row(bench, "  floor beside it, a store", &floor_stats, "ns", 0);
}

static void cold_rows(struct bench *bench)
{
	uint64_t count = bench->tiny ? COLD_WINDOWS_TINY : COLD_WINDOWS;
	struct pt_bed *bed = pt_bed_make(count);

	/* Host memory is there before anything is measured. */
	pt_work(bed, PT_FLOOR, 0, count);
	pt_work(bed, PT_LINK, 0, count);
	pt_work(bed, PT_UNLINK, 0, count);
	measure_cold(bench, bed, PT_LINK, count, "link 512 pages in one call", 2.5);
	measure_cold(bench, bed, PT_UNLINK, count, "unlink 512 pages in one call", 1.5);
	measure_cold(bench, bed, PT_LINK_EACH, count, "link 512 pages one by one", 12);
	measure_cold(bench, bed, PT_UNLINK_EACH, count, "unlink 512 pages one by one", 12);
	pt_bed_free(bed);
}

static void ratio_row(struct bench *bench, const char *name, const char *floor, const char *text)
{
	struct bench_stats ratio, stats, floor_stats;

	bench_measure_pair(bench, name, floor, &ratio, &stats, &floor_stats);
	bench_row(bench, text, &ratio, "x off", 0);
}

static void ns_row(struct bench *bench, const char *name, const char *text, double bound)
{
	struct bench_stats stats = bench_measure(bench, name);

	bench_row(bench, text, &stats, "ns", bound);
}

int main(int argc, char **argv)
{
	struct bench bench;

	if (bench_start(&bench, argc, argv, workloads, sizeof(workloads) / sizeof(workloads[0])))
		return bench.status;
	bench_instructions_row(&bench, "link-512", 30);
	bench_instructions_row(&bench, "link-512-each", 160);
	bench_instructions_row(&bench, "link-512-each-unlink-each", 0);
	cold_rows(&bench);
	ns_row(&bench, "floor-hot", "floor, hot, a store", 0);
	ns_row(&bench, "translate-hit", "translation, IOTLB hit", 15);
	ns_row(&bench, "translate-walk", "translation, walk of 4 levels", 40);
	ns_row(&bench, "world-reset", "world reset and a small scenario", 10000);
	ratio_row(&bench, "link-512-each-counted", "link-512-each", "counters read each window");
	ratio_row(&bench, "link-512-each-watched", "link-512-each", "oracles");
	ratio_row(&bench, "link-512-each-traced", "link-512-each", "text trace");
	return bench_finish(&bench);
}
