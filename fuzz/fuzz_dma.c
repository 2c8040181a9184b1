/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Fuzz target: IOVA and page-table calls that keep to the API's contract, against a slow obvious
 * model. The input is a program: each byte or two is one call. After each call every translation
 * of the device must be one that the model knows, at the end nothing may be left, and no oracle may
 * speak. The model holds what each window page should lead to, in a plain array.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <svmsim/dma.h>
#include <svmsim/inspect.h>
#include <svmsim/report.h>
#include <svmsim/world.h>

#define PAGE 4096ull
#define WINDOW_MAX 6
#define UNIT_MAX 24
#define PAGES_MAX 1200
#define RECORDS_MAX (WINDOW_MAX * PAGES_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct unit - pages linked by one call: they are unlinked by one call too
 * @first: first page in the window
 * @pages: their number
 */
struct unit {
	uint64_t first;
	uint64_t pages;
};

/**
 * struct window - the model of one window
 * @window: the window itself, NULL when there is none
 * @pages: its size
 * @phys: what each page leads to, 0 for nothing
 * @unit: what was linked by which call
 * @unit_count: entries in use
 */
struct window {
	struct svmsim_window *window;
	uint64_t pages;
	uint64_t phys[PAGES_MAX];
	struct unit unit[UNIT_MAX];
	unsigned int unit_count;
};

/**
 * struct program - the input, read byte by byte, and the state that it acts on
 * @data: input
 * @size: bytes left
 * @world: world
 * @scattered: single pages
 * @contiguous: a block of 1200 pages on a 2 MiB boundary
 * @window: windows
 */
struct program {
	const uint8_t *data;
	size_t size;
	struct svmsim_world *world;
	struct svmsim_ram *scattered;
	struct svmsim_ram *contiguous;
	struct window window[WINDOW_MAX];
};

static const struct {
	const char *iommu;
	const char *fmt;
} profiles[] = {
	{ "generic-pt", "" }, { "vtd-legacy", "" },	{ "arm-lpae", "" },
	{ "amd-legacy", "" }, { "generic-pt", "amdv1" }, { "mock", "" },
	{ "generic-pt", "amdv1-2k" },
};

static void fail(const char *what, uint64_t a, uint64_t b)
{
	fprintf(stderr, "fuzz_dma: %s: 0x%" PRIx64 " 0x%" PRIx64 "\n", what, a, b);
	abort();
}

static unsigned int next(struct program *p)
{
	if (!p->size)
		return 0;
	p->size--;
	return *p->data++;
}

static void window_open(struct program *p, struct window *w)
{
	static const uint64_t sizes[] = { 1, 2, 3, 8, 17, 33, 64, 512, 513, 1100 };

	memset(w, 0, sizeof(*w));
	w->pages = sizes[next(p) % (sizeof(sizes) / sizeof(sizes[0]))];
	if (svmsim_window_alloc(p->world, 0, w->pages * PAGE, &w->window))
		fail("no window", w->pages, 0);
	if (svmsim_window_iova(w->window) % PAGE)
		fail("window is not aligned", svmsim_window_iova(w->window), w->pages);
}

static bool is_free(const struct window *w, uint64_t first, uint64_t pages)
{
	for (uint64_t i = first; i < first + pages; i++)
		if (w->phys[i])
			return false;
	return true;
}

static void window_link(struct program *p, struct window *w)
{
	uint64_t first = (next(p) * 8u + next(p) % 8) % w->pages;
	uint64_t pages = next(p) % 4 == 0 ? 512 : 1 + next(p) % 40, from;
	bool contiguous = next(p) % 2;
	struct svmsim_ram *ram = contiguous ? p->contiguous : p->scattered;

	if (first + pages > w->pages)
		pages = w->pages - first;
	if (!contiguous)
		pages = 1;
	from = next(p) % 2 ? 0 : next(p) % 64;
	if (from + pages > svmsim_ram_pages(ram))
		from = 0;
	if (w->unit_count == UNIT_MAX || !is_free(w, first, pages))
		return;
	if (svmsim_window_link(w->window, first * PAGE, ram, from, from + pages - 1,
			       SVMSIM_BIDIRECTIONAL, false))
		fail("link refused", first, pages);
	for (uint64_t i = 0; i < pages; i++)
		w->phys[first + i] = svmsim_ram_phys(ram, from + i);
	w->unit[w->unit_count++] = (struct unit){ first, pages };
}

static void forget(struct window *w, unsigned int index)
{
	struct unit unit = w->unit[index];

	memset(w->phys + unit.first, 0, unit.pages * sizeof(w->phys[0]));
	w->unit[index] = w->unit[--w->unit_count];
}

static void window_unlink(struct program *p, struct window *w)
{
	unsigned int index;

	if (!w->unit_count)
		return;
	index = next(p) % w->unit_count;
	svmsim_window_unlink(w->window, w->unit[index].first * PAGE, w->unit[index].pages * PAGE,
			     SVMSIM_BIDIRECTIONAL);
	forget(w, index);
}

/* In one of three ways: with holes, in one stroke when there is none, or link by link. */
static void window_close(struct program *p, struct window *w)
{
	uint64_t linked = 0;

	while (linked < w->pages && w->phys[linked])
		linked++;
	if (next(p) % 2) {
		svmsim_window_destroy_holes(w->window, SVMSIM_BIDIRECTIONAL);
	} else if (linked == w->pages) {
		svmsim_window_destroy(w->window, w->pages * PAGE, SVMSIM_BIDIRECTIONAL);
	} else {
		while (w->unit_count)
			window_unlink(p, w);
		svmsim_window_free(w->window);
	}
	w->window = NULL;
}

static uint64_t model_phys(const struct program *p, uint64_t iova)
{
	for (unsigned int i = 0; i < WINDOW_MAX; i++) {
		const struct window *w = &p->window[i];
		uint64_t start = w->window ? svmsim_window_iova(w->window) : 0;

		if (w->window && iova >= start && iova < start + w->pages * PAGE)
			return w->phys[(iova - start) / PAGE];
	}
	return 0;
}

static void compare(struct program *p)
{
	static struct svmsim_pte record[RECORDS_MAX];
	long count = svmsim_walk_pt(p->world, 0, record, RECORDS_MAX);
	uint64_t expected = 0, found = 0;

	if (count < 0 || count > RECORDS_MAX)
		fail("leaves", (uint64_t)count, RECORDS_MAX);
	for (long i = 0; i < count; i++) {
		for (uint64_t at = 0; at < record[i].bytes; at += PAGE) {
			if (model_phys(p, record[i].iova + at) != record[i].phys + at)
				fail("translation", record[i].iova + at, record[i].phys + at);
			found++;
		}
	}
	for (unsigned int i = 0; i < WINDOW_MAX; i++)
		for (uint64_t page = 0; page < p->window[i].pages; page++)
			expected += p->window[i].window && p->window[i].phys[page];
	if (found != expected)
		fail("number of translations", found, expected);
}

static void probe(struct program *p, struct window *w)
{
	uint64_t page = (next(p) * 8u) % w->pages;
	uint8_t byte;

	/* A page that is not linked would fault, which is a finding: look at the others. */
	if (w->phys[page] &&
	    svmsim_device_read(p->world, 0, svmsim_window_iova(w->window) + page * PAGE, &byte, 1))
		fail("read of a linked page", page, w->phys[page]);
}

static void step(struct program *p)
{
	unsigned int op = next(p);
	struct window *w = &p->window[op / 8 % WINDOW_MAX];

	if (!w->window)
		window_open(p, w);
	else if (op % 8 < 4)
		window_link(p, w);
	else if (op % 8 < 6)
		window_unlink(p, w);
	else if (op % 8 < 7)
		probe(p, w);
	else
		window_close(p, w);
}

static void check_reports(const struct svmsim_world *world)
{
	struct svmsim_report report;

	for (unsigned int i = 0; svmsim_report_get(world, i, &report) == 0; i++) {
		fprintf(stderr, "fuzz_dma: %s:", report.identifier);
		for (unsigned int k = 0; k < report.field_count; k++)
			fprintf(stderr, " %s=%s", report.key[k], report.value[k]);
		fputc('\n', stderr);
	}
	if (svmsim_finding_count(world))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct svmsim_world *world[sizeof(profiles) / sizeof(profiles[0])];
	struct program p = { .data = data, .size = size };
	unsigned int profile = next(&p) % (sizeof(profiles) / sizeof(profiles[0]));

	if (!world[profile]) {
		struct svmsim_machine machine = { .device_count = 1, .device[0].name = "d0" };

		snprintf(machine.device[0].iommu, sizeof(machine.device[0].iommu), "%s",
			 profiles[profile].iommu);
		snprintf(machine.device[0].fmt, sizeof(machine.device[0].fmt), "%s",
			 profiles[profile].fmt);
		if (svmsim_world_create(&machine, NULL, &world[profile], NULL, 0))
			fail("no world", profile, 0);
	}
	p.world = world[profile];
	if (svmsim_ram_alloc(p.world, 64, false, 0, &p.scattered) ||
	    svmsim_ram_alloc(p.world, PAGES_MAX, true, 1 << 21, &p.contiguous))
		fail("no memory", 0, 0);
	for (unsigned int count = 0; p.size && count < 200; count++) {
		step(&p);
		compare(&p);
	}
	for (unsigned int i = 0; i < WINDOW_MAX; i++)
		if (p.window[i].window)
			window_close(&p, &p.window[i]);
	compare(&p);
	svmsim_world_finish(p.world);
	check_reports(p.world);
	svmsim_world_reset(p.world);
	return 0;
}
