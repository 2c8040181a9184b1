/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The IOVA allocator. One budget in instructions gates; all times inform. The same work done by a
 * linear scan takes 100 to 200 us with 100,000 live ranges.
 */
#include "bench.h"
#include "iova_workload.h"
#include <stdio.h>

#define CACHED "alloc-free-1-cached"
#define RANDOM_1K "alloc-free-512-random-1000"
#define RANDOM_10K "alloc-free-512-random-10000"
#define RANDOM_100K "alloc-free-512-random-100000"
#define NEWEST "alloc-free-512-newest-100000"

static const struct bench_workload workloads[] = {
	{ CACHED, iova_cached_setup, iova_cached_run, iova_teardown, 0, 20000, 1 },
	{ RANDOM_1K, iova_random_setup, iova_random_run, iova_teardown, 1000, 5000, 1 },
	{ RANDOM_10K, iova_random_setup, iova_random_run, iova_teardown, 10000, 5000, 1 },
	{ RANDOM_100K, iova_random_setup, iova_random_run, iova_teardown, 100000, 5000, 1 },
	{ NEWEST, iova_newest_setup, iova_newest_run, iova_teardown, 100000, 100, 64 },
};

int main(int argc, char **argv)
{
	struct bench_stats stats, ratio, small;
	struct bench bench;
	struct iova_fill fill;

	if (bench_start(&bench, argc, argv, workloads, sizeof(workloads) / sizeof(workloads[0])))
		return bench.status;

	bench_instructions_row(&bench, RANDOM_10K, 1600);
	bench_instructions_row(&bench, CACHED, 0);
	if (bench.instructions_only)
		return bench_finish(&bench);
	stats = bench_measure(&bench, CACHED);
	bench_row(&bench, CACHED, &stats, "ns", 40);
	bench_measure_pair(&bench, RANDOM_100K, RANDOM_1K, &ratio, &stats, &small);
	bench_row(&bench, RANDOM_1K, &small, "ns", 0);
	bench_row(&bench, RANDOM_100K, &stats, "ns", 2000);
	bench_row(&bench, "  growth from 1000 to 100000 live", &ratio, "ratio", 5);
	stats = bench_measure(&bench, NEWEST);
	bench_row(&bench, NEWEST, &stats, "ns", 900);

	iova_mixed_fill(bench.tiny ? 200 : 100000, bench.tiny ? 1 : 5, &fill);
	bench_value_row(&bench, "mixed fill, no powers of two: mean call", fill.mean_ns, "ns", 0);
	bench_value_row(&bench, "mixed fill, no powers of two: worst call", (double)fill.worst_ns,
			"ns", 0);
	printf("mixed fill: %llu calls, %llu live at the end, addresses hash to %016llx\n",
	       (unsigned long long)fill.call_count, (unsigned long long)fill.live_count,
	       (unsigned long long)fill.hash);
	return bench_finish(&bench);
}
