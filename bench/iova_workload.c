/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/iova.h>
#include "bench.h"
#include "iova_sim/layer.h"
#include "iova_workload.h"
#include "kernel/layers.h"

#define WINDOW_PAGES 512
#define NEWEST_COUNT 64
#define LIMIT_48BIT 0xffffffffful

struct iova_bench {
	struct svmsim_world *world;
	struct iova_domain iovad;
	u64 random;
	unsigned long live_count;
	unsigned long *pfn;
};

static const struct sim_layer *const bench_layers[] = { SIM_KERNEL_LAYERS, &sim_layer_iova_sim };

static u64 next_random(struct iova_bench *bench)
{
	u64 z = (bench->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	return z ^ (z >> 29);
}

static unsigned long random_below(struct iova_bench *bench, unsigned long limit)
{
	return (unsigned long)(((unsigned __int128)next_random(bench) * limit) >> 64);
}

static struct iova_bench *make_bench(unsigned long live_count)
{
	struct svmsim_machine machine = {
		.node = { { .ram_bytes = 256ull << 20, .cpu_count = 1 } },
		.node_count = 1,
		.kernel = "v7.0",
		.width_bits = 40,
		.seed = 1,
		.iotlb_sets = 64,
		.iotlb_ways = 4,
		.fill = 0xa5,
	};
	struct iova_bench *bench = host_zalloc(sizeof(*bench));

	if (sim_world_make(&machine, NULL, bench_layers,
			   sizeof(bench_layers) / sizeof(bench_layers[0]), &bench->world))
		host_defect(__FILE_NAME__, __LINE__, "no world");
	init_iova_domain(&bench->iovad, 4096, 1);
	if (iova_domain_init_rcaches(&bench->iovad))
		host_defect(__FILE_NAME__, __LINE__, "no magazines");
	bench->random = 1;
	bench->pfn = host_zalloc((live_count + 1) * sizeof(*bench->pfn));
	return bench;
}

void iova_teardown(void *ctx)
{
	struct iova_bench *bench = ctx;

	sim_world_enter(bench->world);
	put_iova_domain(&bench->iovad);
	sim_world_unmake(bench->world);
	host_free(bench->pfn);
	host_free(bench);
}

void *iova_cached_setup(unsigned long param, bool tiny)
{
	return make_bench(0);
}

void iova_cached_run(void *ctx, uint64_t times)
{
	struct iova_bench *bench = ctx;

	sim_world_enter(bench->world);
	for (uint64_t i = 0; i < times; i++) {
		unsigned long pfn = alloc_iova_fast(&bench->iovad, 1, LIMIT_48BIT, true);

		free_iova_fast(&bench->iovad, pfn, 1);
	}
}

void *iova_random_setup(unsigned long param, bool tiny)
{
	unsigned long live_count = tiny && param > IOVA_TINY_LIVE ? IOVA_TINY_LIVE : param;
	struct iova_bench *bench = make_bench(live_count);

	bench->live_count = live_count;
	for (unsigned long i = 0; i < live_count; i++)
		bench->pfn[i] = alloc_iova_fast(&bench->iovad, WINDOW_PAGES, LIMIT_48BIT, true);
	return bench;
}

void iova_random_run(void *ctx, uint64_t times)
{
	struct iova_bench *bench = ctx;

	sim_world_enter(bench->world);
	for (uint64_t i = 0; i < times; i++) {
		unsigned long *pfn = &bench->pfn[random_below(bench, bench->live_count)];

		free_iova_fast(&bench->iovad, *pfn, WINDOW_PAGES);
		*pfn = alloc_iova_fast(&bench->iovad, WINDOW_PAGES, LIMIT_48BIT, true);
	}
}

void *iova_newest_setup(unsigned long param, bool tiny)
{
	return iova_random_setup(param, tiny);
}

void iova_newest_run(void *ctx, uint64_t times)
{
	struct iova_bench *bench = ctx;
	unsigned long *newest = &bench->pfn[bench->live_count - NEWEST_COUNT];

	sim_world_enter(bench->world);
	for (uint64_t i = 0; i < times; i++) {
		for (unsigned int n = NEWEST_COUNT; n-- > 0;)
			free_iova_fast(&bench->iovad, newest[n], WINDOW_PAGES);
		for (unsigned int n = 0; n < NEWEST_COUNT; n++)
			newest[n] = alloc_iova_fast(&bench->iovad, WINDOW_PAGES, LIMIT_48BIT,
						    true);
	}
}

static unsigned long mixed_size(struct iova_bench *bench)
{
	unsigned long pages = 33 + random_below(bench, 2968);

	return pages & (pages - 1) ? pages : pages + 1;
}

/* Keeps the fastest time of each call over the rounds; returns the number of calls. */
static unsigned long fill_round(struct iova_bench *bench, unsigned long live_count,
				uint64_t *call_ns, uint64_t *hash)
{
	unsigned long *pages = host_zalloc(live_count * sizeof(*pages));
	unsigned long live = 0, call = 0;

	*hash = 0;
	for (unsigned long turn = 0; live < live_count; turn++) {
		bool frees = turn % 3 == 2;
		unsigned long i = frees ? random_below(bench, live) : live;
		uint64_t start, ns;

		if (!frees)
			pages[i] = mixed_size(bench);
		start = bench_now_ns();
		if (frees)
			free_iova_fast(&bench->iovad, bench->pfn[i], pages[i]);
		else
			bench->pfn[i] = alloc_iova_fast(&bench->iovad, pages[i], LIMIT_48BIT,
							true);
		ns = bench_now_ns() - start;
		if (!call_ns[call] || ns < call_ns[call])
			call_ns[call] = ns;
		call++;
		if (frees) {
			bench->pfn[i] = bench->pfn[--live];
			pages[i] = pages[live];
		} else {
			*hash = (*hash ^ bench->pfn[live++]) * 0x100000001b3ull;
		}
	}
	host_free(pages);
	return call;
}

void iova_mixed_fill(unsigned long live_count, unsigned int rounds, struct iova_fill *fill)
{
	/* Three calls leave one range more. */
	uint64_t *call_ns = host_zalloc((3 * live_count + 3) * sizeof(*call_ns));
	uint64_t total_ns = 0;

	*fill = (struct iova_fill){ .live_count = live_count };
	for (unsigned int i = 0; i < rounds; i++) {
		struct iova_bench *bench = make_bench(live_count);

		fill->call_count = fill_round(bench, live_count, call_ns, &fill->hash);
		iova_teardown(bench);
	}
	for (uint64_t i = 0; i < fill->call_count; i++) {
		total_ns += call_ns[i];
		if (call_ns[i] > fill->worst_ns)
			fill->worst_ns = call_ns[i];
	}
	fill->mean_ns = (double)total_ns / fill->call_count;
	host_free(call_ns);
}
