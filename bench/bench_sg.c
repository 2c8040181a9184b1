// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Streaming maps: a scatterlist of 512 entries, and as many single pages beside it. */
#include "bench.h"
#include "bench_sg_work.h"

static void *setup(unsigned long param, bool tiny)
{
	return sg_bed_make();
}

static void teardown(void *ctx)
{
	sg_bed_free(ctx);
}

static void run_sg(void *ctx, uint64_t times)
{
	sg_bed_sg(ctx, times);
}

static void run_each(void *ctx, uint64_t times)
{
	sg_bed_each(ctx, times);
}

static const struct bench_workload workloads[] = {
	{ "sg-512", setup, run_sg, teardown, 0, 100, SG_BED_PAGES },
	{ "map-512-each", setup, run_each, teardown, 0, 20, SG_BED_PAGES },
};

int main(int argc, char **argv)
{
	struct bench_stats stats;
	struct bench bench;

	if (bench_start(&bench, argc, argv, workloads, sizeof(workloads) / sizeof(workloads[0])))
		return bench.status;
	bench_instructions_row(&bench, "sg-512", 560);
	bench_instructions_row(&bench, "map-512-each", 0);
	stats = bench_measure(&bench, "sg-512");
	bench_row(&bench, "scatterlist of 512 pages, a page", &stats, "ns", 0);
	stats = bench_measure(&bench, "map-512-each");
	bench_row(&bench, "512 pages one by one, a page", &stats, "ns", 0);
	return bench_finish(&bench);
}
