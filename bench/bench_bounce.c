// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Bounce buffers: a bounce of 4 KiB as a ratio to memcpy() of as much, without and with what it
 * takes to find slots and give them back. Without an IOMMU, so that no page table is in the figure.
 * Slots are picked in turn, so each map copies to another place of the pool than the one before.
 */
#include "bench.h"
#include "bench_bounce_work.h"

#define TIMES 1000

static const struct bench_workload workloads[] = {
	{ "sync-4k", bounce_bed_make, bounce_sync, bounce_bed_free, 0, TIMES, 1 },
	{ "memcpy-4k", bounce_bed_make, bounce_memcpy, bounce_bed_free, 0, TIMES, 1 },
	{ "map-unmap-4k", bounce_bed_make, bounce_map_unmap, bounce_bed_free, 0, TIMES, 1 },
	{ "memcpy-4k-twice", bounce_bed_make, bounce_memcpy_twice, bounce_bed_free, 0, TIMES, 1 },
};

static void ratio_row(struct bench *bench, const char *name, const char *floor, const char *text,
		      double bound)
{
	struct bench_stats ratio, stats, floor_stats;

	bench_measure_pair(bench, name, floor, &ratio, &stats, &floor_stats);
	bench_row(bench, text, &ratio, "x memcpy", bound);
	bench_row(bench, "  bounce", &stats, "ns", 0);
	bench_row(bench, "  memcpy", &floor_stats, "ns", 0);
}

int main(int argc, char **argv)
{
	struct bench bench;

	if (bench_start(&bench, argc, argv, workloads, sizeof(workloads) / sizeof(workloads[0])))
		return bench.status;
	bench_instructions_row(&bench, "sync-4k", 0);
	bench_instructions_row(&bench, "map-unmap-4k", 0);
	if (!bench.instructions_only) {
		ratio_row(&bench, "sync-4k", "memcpy-4k", "sync of 4 KiB", 3);
		ratio_row(&bench, "map-unmap-4k", "memcpy-4k-twice", "map and unmap of 4 KiB", 8);
	}
	return bench_finish(&bench);
}
