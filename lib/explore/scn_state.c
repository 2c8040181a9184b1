// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a `state` line and `svmsim show` print, and the values of counters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_runner.h"
#include "host/host.h"

/* One line of a translation: a run of leaves that continue one another on both sides. */
struct run {
	struct svmsim_pte first;
	uint64_t bytes;
	int window;
	uint64_t window_page;
	int ram;
	uint64_t ram_page;
};

static struct svmsim_pte *walk_pt(struct scn_runner *runner, int device, long *count)
{
	struct svmsim_pte *records;

	*count = svmsim_walk_pt(runner->world, device, NULL, 0);
	if (*count < 0)
		*count = 0;
	records = host_zalloc(((size_t)*count + 1) * sizeof(*records));
	if (*count)
		svmsim_walk_pt(runner->world, device, records, (size_t)*count);
	return records;
}

static int compare_entries(const void *a, const void *b)
{
	const struct svmsim_pte *left = a, *right = b;

	return left->iova < right->iova ? -1 : left->iova > right->iova;
}

/* IOTLB entries in the form of page-table leaves, by address. */
static struct svmsim_pte *walk_iotlb(struct scn_runner *runner, int device, long *count,
				     struct svmsim_iotlb_entry **entries)
{
	struct svmsim_iotlb_entry *entry;
	struct svmsim_pte *records;
	long i;

	*count = svmsim_walk_iotlb(runner->world, device, NULL, 0);
	if (*count < 0)
		*count = 0;
	entry = host_zalloc(((size_t)*count + 1) * sizeof(*entry));
	records = host_zalloc(((size_t)*count + 1) * sizeof(*records));
	if (*count)
		svmsim_walk_iotlb(runner->world, device, entry, (size_t)*count);
	for (i = 0; i < *count; i++) {
		records[i].iova = entry[i].iova;
		records[i].phys = entry[i].phys;
		records[i].bytes = entry[i].bytes;
		records[i].read = entry[i].read;
		records[i].write = entry[i].write;
	}
	qsort(records, (size_t)*count, sizeof(*records), compare_entries);
	*entries = entry;
	return records;
}

static void size_text(char *text, size_t size, uint64_t bytes)
{
	static const char *const unit[] = { "B", "K", "M", "G", "T" };
	unsigned int i = 0;

	while (bytes && bytes % 1024 == 0 && i + 1 < SCN_ARRAY_SIZE(unit)) {
		bytes /= 1024;
		i++;
	}
	snprintf(text, size, "%llu%s", (unsigned long long)bytes, unit[i]);
}

static const char *access_text(const struct svmsim_pte *pte)
{
	return pte->read ? pte->write ? "rw" : "r" : pte->write ? "w" : "-";
}

static void range_text(const struct scn_runner *runner, struct scn_buf *buf, int symbol,
		       uint64_t page, uint64_t pages)
{
	if (symbol < 0)
		scn_buf_add(buf, "?");
	else if (pages == 1)
		scn_buf_add(buf, "%s[%llu]", runner->plan->symbol[symbol].name,
			    (unsigned long long)page);
	else
		scn_buf_add(buf, "%s[%llu..%llu]", runner->plan->symbol[symbol].name,
			    (unsigned long long)page, (unsigned long long)(page + pages - 1));
}

static void name_run(const struct scn_namer *namer, int device, const struct svmsim_pte *pte,
		     struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->first = *pte;
	run->bytes = pte->bytes;
	run->window = scn_name_iova(namer, device, pte->iova, &run->window_page);
	run->ram = scn_name_phys(namer, pte->phys, &run->ram_page);
}

static bool continues(const struct run *run, const struct run *next)
{
	uint64_t pages = run->bytes / SCN_PAGE_BYTES;

	return next->first.bytes == run->first.bytes && next->first.read == run->first.read &&
	       next->first.write == run->first.write &&
	       next->first.iova == run->first.iova + run->bytes && next->window == run->window &&
	       (run->window < 0 || next->window_page == run->window_page + pages) &&
	       next->ram == run->ram && (run->ram < 0 || next->ram_page == run->ram_page + pages);
}

static void translations_text(const struct scn_namer *namer, int device,
			      const struct svmsim_pte *pte, long count, struct scn_buf *buf)
{
	const struct scn_runner *runner = namer->runner;
	struct run run, next;
	char size[24];
	long i = 0;

	while (i < count) {
		name_run(namer, device, &pte[i++], &run);
		for (; i < count; i++) {
			name_run(namer, device, &pte[i], &next);
			if (!continues(&run, &next))
				break;
			run.bytes += next.bytes;
		}
		size_text(size, sizeof(size), run.first.bytes);
		range_text(runner, buf, run.window, run.window_page, run.bytes / SCN_PAGE_BYTES);
		scn_buf_add(buf, " -> ");
		range_text(runner, buf, run.ram, run.ram_page, run.bytes / SCN_PAGE_BYTES);
		scn_buf_add(buf, " %s %s\n", size, access_text(&run.first));
	}
}

static struct svmsim_iova_range *walk_iova(struct scn_runner *runner, int device, long *count)
{
	struct svmsim_iova_range *records;

	*count = svmsim_walk_iova(runner->world, device, NULL, 0);
	if (*count < 0)
		*count = 0;
	records = host_zalloc(((size_t)*count + 1) * sizeof(*records));
	if (*count)
		svmsim_walk_iova(runner->world, device, records, (size_t)*count);
	return records;
}

static void iova_text(const struct scn_namer *namer, int device, struct scn_buf *buf)
{
	struct svmsim_iova_range *range;
	uint64_t page = 0;
	long count, i;

	range = walk_iova(namer->runner, device, &count);
	for (i = 0; i < count; i++) {
		uint64_t pages = range[i].bytes / SCN_PAGE_BYTES;
		int symbol = scn_name_iova(namer, device, range[i].iova, &page);

		/* The same in every run of the machine, and of no symbol. */
		if (range[i].reserved)
			continue;
		if (symbol < 0)
			scn_buf_add(buf, "? %llup", (unsigned long long)pages);
		else
			range_text(namer->runner, buf, symbol, page, pages);
		scn_buf_add(buf, "%s\n", range[i].cached ? " cached" : "");
	}
	host_free(range);
}

static void counters_text(struct scn_runner *runner, struct scn_buf *buf)
{
	const char *name;
	uint64_t value;
	unsigned int i;

	for (i = 0; (name = svmsim_counter_name(i)); i++) {
		if (!svmsim_counter(runner->world, name, &value) && value)
			scn_buf_add(buf, "%s %llu\n", name, (unsigned long long)value);
	}
}

void scn_state_text(struct scn_runner *runner, int what, int device, struct scn_buf *buf)
{
	const char *name = scn_states[what].name;
	struct svmsim_iotlb_entry *entries = NULL;
	struct svmsim_pte *pte = NULL;
	struct scn_namer namer;
	long count = 0;

	scn_buf_add(buf, "%s", "");
	if (!strcmp(name, "counters")) {
		counters_text(runner, buf);
		return;
	}
	if (!strcmp(name, "locks")) {
		scn_locks_text(runner, buf);
		return;
	}
	if (scn_state_is_mm(what)) {
		scn_mm_text(runner, what, NULL, buf);
		return;
	}
	scn_namer_init(&namer, runner);
	if (!strcmp(name, "iova")) {
		iova_text(&namer, device, buf);
	} else {
		pte = !strcmp(name, "pt") ? walk_pt(runner, device, &count) :
					    walk_iotlb(runner, device, &count, &entries);
		translations_text(&namer, device, pte, count, buf);
	}
	host_free(pte);
	host_free(entries);
	scn_namer_free(&namer);
}

static uint64_t process_counter(const struct scn_runner *runner, const char *name, int process)
{
	static const char *const names[] = {
		[SVMSIM_MM_ANON] = "anon-pages", [SVMSIM_MM_FILE] = "file-pages",
		[SVMSIM_MM_SHMEM] = "shmem-pages", [SVMSIM_MM_SWAP] = "swap-pages",
		[SVMSIM_MM_AREAS] = "areas", [SVMSIM_MM_TABLE_BYTES] = "table-bytes",
	};
	unsigned int i = 0;

	while (strncmp(names[i], name, strlen(names[i])))
		i++;
	return runner->handle[process] ? svmsim_mm_count(runner->handle[process],
							 (enum svmsim_mm_count)i) : 0;
}

uint64_t scn_counter(struct scn_runner *runner, const struct scn_compare *compare, int device)
{
	const char *name = compare->derived < 0 ? "" : scn_derived[compare->derived].name;
	uint64_t value = 0;
	long count, i;

	if (compare->derived < 0) {
		svmsim_counter(runner->world, compare->counter, &value);
	} else if (!strncmp(name, "used-pages", 10)) {
		value = svmsim_mirror_used_pages(runner->world, device);
	} else if (scn_derived_is_mm(compare->derived)) {
		value = process_counter(runner, name, device);
	} else if (!strcmp(name, "findings")) {
		value = svmsim_finding_count(runner->world);
	} else if (!strcmp(name, "notes")) {
		struct svmsim_report report;
		unsigned int k;

		for (k = 0; !svmsim_report_get(runner->world, k, &report); k++)
			value += report.is_note;
	} else if (!strncmp(name, "iova-ranges", 11)) {
		struct svmsim_iova_range *range = walk_iova(runner, device, &count);

		for (i = 0; i < count; i++)
			value += !range[i].cached && !range[i].reserved;
		host_free(range);
	} else if (!strncmp(name, "iotlb-entries", 13)) {
		count = svmsim_walk_iotlb(runner->world, device, NULL, 0);
		value = count > 0 ? (uint64_t)count : 0;
	} else {
		struct svmsim_pte *pte = walk_pt(runner, device, &count);

		for (i = 0; i < count; i++)
			value += !strncmp(name, "leaves", 6) ? 1 : pte[i].bytes / SCN_PAGE_BYTES;
		host_free(pte);
	}
	return value;
}
