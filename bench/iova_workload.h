/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Workloads of bench_iova; the compiler's own headers only, for both sides. */
#ifndef BENCH_IOVA_WORKLOAD_H
#define BENCH_IOVA_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

/* Live ranges: --tiny replaces any number above this by it. */
#define IOVA_TINY_LIVE 100

/* One page from and to a magazine; @param is ignored. */
void *iova_cached_setup(unsigned long param, bool tiny);
void iova_cached_run(void *ctx, uint64_t times);
/* @param windows of 512 pages are live: frees one at random and allocates again. */
void *iova_random_setup(unsigned long param, bool tiny);
void iova_random_run(void *ctx, uint64_t times);
/* As above, but the newest 64 are freed, newest first, and allocated again: 64 operations. */
void *iova_newest_setup(unsigned long param, bool tiny);
void iova_newest_run(void *ctx, uint64_t times);
void iova_teardown(void *ctx);

/**
 * struct iova_fill - what a fill with mixed sizes cost
 * @call_count: calls timed, allocations and frees
 * @mean_ns: per call
 * @worst_ns: of the slowest single call; each call counts with its fastest of several fills, so
 *	that an interruption by the host does not
 * @live_count: ranges live at the end
 * @hash: over all addresses, in order
 */
struct iova_fill {
	uint64_t call_count;
	double mean_ns;
	uint64_t worst_ns;
	uint64_t live_count;
	uint64_t hash;
};

/**
 * iova_mixed_fill - fill a domain with ranges of 33 to 3000 pages, no power of two among them
 * @live_count: live ranges to reach
 * @rounds: fills, all alike
 * @fill: filled
 *
 * For each two allocations one range is freed at random, so that gaps of all kinds stay behind.
 */
void iova_mixed_fill(unsigned long live_count, unsigned int rounds, struct iova_fill *fill);

#endif
