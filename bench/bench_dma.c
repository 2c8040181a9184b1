// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The DMA API: what unmapping costs the simulator when invalidation is lazy, as a ratio to strict,
 * and how many invalidations the hardware would get. A machine of each kind takes turns, sample by
 * sample; mapping is not measured, and neither is the flush by the timer.
 */
#include "bench.h"
#include "bench_dma_work.h"
#include <stdio.h>
#include <stdlib.h>

#define SAMPLE_COUNT 101
#define SAMPLE_COUNT_TINY 3
#define PAGE_BATCH 1000u
#define WINDOW_BATCH 16u
#define BATCH_MAX PAGE_BATCH

/* One kind of mapping: how it is made and undone, @batch at a time. */
struct kind {
	const char *name;
	uint64_t batch;
	void (*map)(struct dma_bed *bed, uint64_t count);
	void (*unmap)(struct dma_bed *bed, uint64_t count);
	double bound;
};

static void *setup(unsigned long param, bool tiny)
{
	return dma_bed_make(param, BATCH_MAX);
}

static void teardown(void *ctx)
{
	dma_bed_free(ctx);
}

static void run_pages(void *ctx, uint64_t times)
{
	while (times--) {
		dma_map_pages(ctx, PAGE_BATCH);
		dma_unmap_pages(ctx, PAGE_BATCH);
	}
}

static void run_windows(void *ctx, uint64_t times)
{
	while (times--) {
		dma_link_windows(ctx, WINDOW_BATCH);
		dma_destroy_windows(ctx, WINDOW_BATCH);
	}
}

static const struct bench_workload workloads[] = {
	{ "map-unmap-strict", setup, run_pages, teardown, 0, 20, PAGE_BATCH },
	{ "map-unmap-lazy", setup, run_pages, teardown, 1, 20, PAGE_BATCH },
	{ "destroy-512-strict", setup, run_windows, teardown, 0, 20,
	  WINDOW_BATCH * DMA_WINDOW_PAGES },
	{ "destroy-512-lazy", setup, run_windows, teardown, 1, 20,
	  WINDOW_BATCH * DMA_WINDOW_PAGES },
};

static const struct kind kinds[] = {
	{ "lazy unmap of a page", PAGE_BATCH, dma_map_pages, dma_unmap_pages, 2 },
	{ "lazy destroy of 512 pages", WINDOW_BATCH, dma_link_windows, dma_destroy_windows, 2 },
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

/* ns for each mapping that is undone. */
static double time_unmap(struct dma_bed *bed, const struct kind *kind)
{
	uint64_t start;
	double ns;

	kind->map(bed, kind->batch);
	start = bench_now_ns();
	kind->unmap(bed, kind->batch);
	ns = (double)(bench_now_ns() - start) / (double)kind->batch;
	dma_rest(bed);
	return ns;
}

static void lazy_rows(struct bench *bench, const struct kind *kind)
{
	static double ratio[SAMPLE_COUNT], strict_ns[SAMPLE_COUNT], lazy_ns[SAMPLE_COUNT];
	struct dma_bed *strict = dma_bed_make(false, BATCH_MAX);
	struct dma_bed *lazy = dma_bed_make(true, BATCH_MAX);
	size_t count = bench->tiny ? SAMPLE_COUNT_TINY : SAMPLE_COUNT;
	struct bench_stats stats;

	/* Everything that is made on first use is made now. */
	time_unmap(strict, kind);
	time_unmap(lazy, kind);
	for (size_t i = 0; i < count; i++) {
		strict_ns[i] = time_unmap(strict, kind);
		lazy_ns[i] = time_unmap(lazy, kind);
		ratio[i] = lazy_ns[i] / (strict_ns[i] > 0 ? strict_ns[i] : 0.001);
	}
	stats = stats_of(ratio, count);
	bench_row(bench, kind->name, &stats, "x strict", kind->bound);
	stats = stats_of(lazy_ns, count);
	bench_row(bench, "  lazy", &stats, "ns", 0);
	stats = stats_of(strict_ns, count);
	bench_row(bench, "  strict", &stats, "ns", 0);
	dma_bed_free(lazy);
	dma_bed_free(strict);
}

/* Counted, not timed: the same on every machine. */
static void flush_row(struct bench *bench, bool lazy, const char *text)
{
	struct dma_bed *bed = dma_bed_make(lazy, BATCH_MAX);

	dma_map_pages(bed, PAGE_BATCH);
	dma_unmap_pages(bed, PAGE_BATCH);
	dma_rest(bed);
	bench_value_row(bench, text, (double)dma_flush_count(bed), "flushes", 0);
	dma_bed_free(bed);
}

int main(int argc, char **argv)
{
	struct bench bench;

	if (bench_start(&bench, argc, argv, workloads, sizeof(workloads) / sizeof(workloads[0])))
		return bench.status;
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++)
		bench_instructions_row(&bench, workloads[i].name, 0);
	if (!bench.instructions_only) {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			lazy_rows(&bench, &kinds[i]);
		flush_row(&bench, false, "1000 unmaps, strict");
		flush_row(&bench, true, "1000 unmaps, lazy");
	}
	return bench_finish(&bench);
}
