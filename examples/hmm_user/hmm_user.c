/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Does a call that unlinks across holes pay off for users other than a GPU?
 *
 * dma_iova_destroy() unlinks a window from its start and stops where nothing is linked; what lies
 * behind the hole stays reachable. In review of a GPU driver that left holes, two ways out were
 * named: pack the pages so that there are none, or teach the IOMMU layer to skip them, in a call of
 * its own (dma_iova_with_holes_destroy() was the name) so that the users of dma_iova_destroy() do
 * not become slower. For the second way the users of HMM's DMA helpers were brought up: on-demand
 * paging adds and removes single pages for as long as a region of memory is registered, so its
 * windows have holes by nature and can't be packed, since a page's place in the window is its place
 * in the region. Such a region is torn down page by page today, each page with an invalidation of
 * the IOTLB. They would like one call.
 *
 * This program is that user (region.c is its kernel side). A region lives through a long run of
 * faults and invalidations in one of several patterns, and is then ended in three ways:
 *
 *   each page    hmm_dma_unmap_pfn() for each page that is mapped: as it is done today
 *   each run     dma_iova_unlink() for each run of pages without a hole: possible today, but the
 *                user has to find the runs
 *   one stroke   dma_iova_with_holes_destroy(): see unmap_in_one_stroke() in region.c
 *
 * The first table counts. `calls` are those of the driver, `unmap` those that reach the page table
 * of the IOMMU (one for each run, whoever finds it), `flush` invalidations of the IOTLB, `sync`
 * maps made visible to an IOMMU that caches what is not there, as a guest's does, `walk` the
 * page-table walks of the device. What comes before the end is the same whatever the end.
 *
 * The second table is what is left behind by two calls that look as if they would do, and so why
 * the user can't have one stroke with what there is.
 *
 * The output is the same on every machine; it is compared with golden.txt as a test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <svmsim/events.h>
#include <svmsim/inspect.h>
#include <svmsim/report.h>
#include <svmsim/world.h>
#include "region.h"

#define STEPS_PER_PAGE 8
#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

/* Which pages of a region are used, and how many of those are there at the end. */
struct pattern {
	const char *name;
	unsigned int stride;
	unsigned int length;
	unsigned int percent;
};

/* @length pages out of each @stride, @percent of them. */
static const struct pattern patterns[] = {
	{ "full", 1, 1, 100 },	  { "every 2nd", 2, 1, 100 }, { "16 of 32", 32, 16, 100 },
	{ "half", 1, 1, 50 },	  { "sparse", 1, 1, 6 },
};

/* Each a multiple of every stride. */
static const uint64_t windows[] = { 64, 512, 4096 };

static const char *const right_ways[] = { "each page", "each run", "one stroke" };

enum count {
	COUNT_MAP,
	COUNT_UNMAP,
	COUNT_FLUSH,
	COUNT_SYNC,
	COUNT_WALK,
	COUNT_COUNT,
};

/**
 * struct life - a region and the counts of its life
 * @world: the world it has to itself
 * @region: region, gone after its end
 * @pattern: where its pages are
 * @pages: size of its window
 * @target: pages that are there at the end, and never more
 * @held: pages that are there
 * @runs: runs of them without a hole, at the end
 * @random: state of the generator
 * @run_count: what was counted up to its end
 * @end_count: what was counted at its end
 * @calls: calls of the driver that took mappings away at its end
 */
struct life {
	struct svmsim_world *world;
	struct region *region;
	const struct pattern *pattern;
	uint64_t pages;
	uint64_t target;
	uint64_t held;
	uint64_t runs;
	uint64_t random;
	uint64_t run_count[COUNT_COUNT];
	uint64_t end_count[COUNT_COUNT];
	uint64_t calls;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "hmm_user: %s\n", what);
	exit(3);
}

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static uint64_t counter(const struct svmsim_world *world, const char *name)
{
	uint64_t value;

	if (svmsim_counter(world, name, &value))
		die("no such counter");
	return value;
}

/* Counts since @before, which may be NULL. */
static void count(const struct svmsim_world *world, const uint64_t *before, uint64_t *now)
{
	now[COUNT_MAP] = counter(world, "iommu:map");
	now[COUNT_UNMAP] = counter(world, "iommu:unmap");
	now[COUNT_FLUSH] = counter(world, "iommu:iotlb_flush_range") +
			   counter(world, "iommu:iotlb_flush_all");
	now[COUNT_SYNC] = counter(world, "iommu:iotlb_sync_map");
	now[COUNT_WALK] = region_walks(world);
	for (unsigned int i = 0; before && i < COUNT_COUNT; i++)
		now[i] -= before[i];
}

static uint64_t used_page(struct life *life)
{
	for (;;) {
		uint64_t page = next_random(&life->random) % life->pages;

		if (page % life->pattern->stride < life->pattern->length)
			return page;
	}
}

/* One fault or one invalidation, then an access. */
static void step(struct life *life, uint64_t page, bool may_leave)
{
	if (!region_holds(life->region, page)) {
		if (life->held == life->target)
			return;
		svmsim_world_action(life->world, "d0", "fault");
		if (region_fault(life->region, page))
			die("a fault failed");
		life->held++;
	} else if (may_leave) {
		svmsim_world_action(life->world, "d0", "invalidate");
		region_invalidate(life->region, page);
		life->held--;
		return;
	}
	svmsim_world_action(life->world, "d0", "access");
	if (region_use(life->region, page))
		die("an access failed");
}

static void live(struct life *life)
{
	const struct pattern *pattern = life->pattern;
	uint64_t used = life->pages / pattern->stride * pattern->length;

	life->target = (used * pattern->percent + 99) / 100;
	for (uint64_t i = 0; i < life->pages * STEPS_PER_PAGE; i++) {
		uint64_t page = used_page(life);

		step(life, page, next_random(&life->random) % 2);
	}
	/* However the last invalidations fell, a pattern ends with as many pages as it says. */
	while (life->held < life->target)
		step(life, used_page(life), false);
	for (uint64_t i = 0; i < life->pages; i++)
		life->runs += region_holds(life->region, i) &&
			      (!i || !region_holds(life->region, i - 1));
}

static struct svmsim_world *world_make(const char *profile, bool caching_mode)
{
	struct svmsim_machine machine = {
		.device_count = 1,
		.device[0] = { .name = "d0", .caching_mode = caching_mode },
	};
	struct svmsim_world *world;
	char message[128];

	snprintf(machine.device[0].iommu, sizeof(machine.device[0].iommu), "%s", profile);
	if (svmsim_world_create(&machine, NULL, &world, message, sizeof(message)))
		die(message);
	return world;
}

/* A whole life in a world of its own, which stays for a look at what is left. */
static struct life live_once(struct svmsim_world *world, uint64_t pages,
			     const struct pattern *pattern, enum region_teardown how)
{
	struct life life = { .world = world, .pattern = pattern, .pages = pages, .random = pages };
	uint64_t before[COUNT_COUNT];

	count(world, NULL, before);
	life.region = region_make(world, pages);
	if (!life.region)
		die("no region");
	live(&life);
	count(world, before, life.run_count);
	count(world, NULL, before);
	svmsim_world_action(world, "d0", "end");
	life.calls = region_end(life.region, how);
	count(world, before, life.end_count);
	return life;
}

static void print_row(const struct life *life, const char *way, bool is_first)
{
	if (is_first) {
		printf("%5llup  %-9s %6llu %5llu", (unsigned long long)life->pages,
		       life->pattern->name, (unsigned long long)life->held,
		       (unsigned long long)life->runs);
		for (unsigned int i = 0; i < COUNT_COUNT; i++)
			printf(" %6llu", (unsigned long long)life->run_count[i]);
	} else {
		printf("%64s", "");
	}
	printf("  %-10s %6llu %6llu %6llu\n", way, (unsigned long long)life->calls,
	       (unsigned long long)life->end_count[COUNT_UNMAP],
	       (unsigned long long)life->end_count[COUNT_FLUSH]);
}

/* Returns whether every way left nothing behind. */
static bool compare(void)
{
	uint64_t flushes[ENTRIES(right_ways)] = { 0 };
	unsigned int findings = 0;

	printf("%64s  at its end\n", "");
	printf("window  pattern   linked  runs %6s %6s %6s %6s %6s  %-10s %6s %6s %6s\n", "map",
	       "unmap", "flush", "sync", "walk", "way", "calls", "unmap", "flush");
	for (unsigned int w = 0; w < ENTRIES(windows); w++)
		for (unsigned int p = 0; p < ENTRIES(patterns); p++) {
			uint64_t run_count[COUNT_COUNT];

			for (unsigned int way = 0; way < ENTRIES(right_ways); way++) {
				struct svmsim_world *world = world_make("generic-pt", true);
				struct life life =
					live_once(world, windows[w], &patterns[p], way);

				if (!way)
					memcpy(run_count, life.run_count, sizeof(run_count));
				else if (memcmp(run_count, life.run_count, sizeof(run_count)))
					die("the same run counts differently");
				print_row(&life, right_ways[way], !way);
				flushes[way] += life.end_count[COUNT_FLUSH];
				svmsim_world_finish(world);
				findings += svmsim_finding_count(world);
				svmsim_world_destroy(world);
			}
		}
	printf("\ninvalidations at the end of all of them: ");
	for (unsigned int way = 0; way < ENTRIES(right_ways); way++)
		printf("%s%s %llu", way ? ", " : "", right_ways[way],
		       (unsigned long long)flushes[way]);
	printf("\nfindings: %u\n", findings);
	return !findings;
}

static void print_findings(const struct svmsim_world *world)
{
	struct svmsim_report report;
	const char *last = "";

	for (unsigned int i = 0; !svmsim_report_get(world, i, &report); i++) {
		if (report.is_note || report.attached_to >= 0 || !strcmp(last, report.identifier))
			continue;
		printf("%s%s", *last ? ", " : "", report.identifier);
		last = report.identifier;
	}
	puts(*last ? "" : "none");
}

static void show_wrong_ways(void)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };
	static const struct {
		enum region_teardown how;
		const char *name;
	} wrong_ways[] = {
		{ REGION_DESTROY, "dma_iova_destroy()" },
		{ REGION_FREE, "hmm_dma_map_free() alone" },
	};

	printf("\n%-11s %-25s %6s  %s\n", "profile", "call", "left", "findings");
	for (unsigned int i = 0; i < ENTRIES(profiles) * ENTRIES(wrong_ways); i++) {
		unsigned int way = i / ENTRIES(profiles);
		struct svmsim_world *world = world_make(profiles[i % ENTRIES(profiles)], false);
		struct life life = live_once(world, 64, &patterns[3], wrong_ways[way].how);

		printf("%-11s %-25s %2ld/%2llu  ", profiles[i % ENTRIES(profiles)],
		       wrong_ways[way].name, svmsim_walk_pt(world, 0, NULL, 0),
		       (unsigned long long)life.held);
		svmsim_world_finish(world);
		print_findings(world);
		svmsim_world_destroy(world);
	}
}

int main(int argc, char **argv)
{
	bool is_fine;

	if (argc > 1) {
		fprintf(stderr, "usage: %s\n", argv[0]);
		return 2;
	}
	is_fine = compare();
	show_wrong_ways();
	return is_fine ? 0 : 1;
}
