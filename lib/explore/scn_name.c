// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Addresses back into symbols of the scenario, so that what is shown does not depend on where
 * things lie. */
#include <stdlib.h>
#include <string.h>
#include "explore/scn_runner.h"
#include "host/host.h"

struct scn_named_page {
	uint64_t phys;
	uint64_t page;
	int symbol;
};

static int compare_pages(const void *a, const void *b)
{
	const struct scn_named_page *left = a, *right = b;

	if (left->phys != right->phys)
		return left->phys < right->phys ? -1 : 1;
	/* A page that was freed and handed out again has the name that it got last. */
	return left->symbol < right->symbol ? -1 : left->symbol > right->symbol;
}

void scn_namer_init(struct scn_namer *namer, struct scn_runner *runner)
{
	const struct scn_plan *plan = runner->plan;
	size_t count = 0, at = 0;
	unsigned int i;
	uint64_t page;

	memset(namer, 0, sizeof(*namer));
	namer->runner = runner;
	for (i = 0; i < plan->symbol_count; i++) {
		if (plan->symbol[i].kind == SCN_SYMBOL_RAM && runner->handle[i])
			count += svmsim_ram_pages(runner->handle[i]);
	}
	namer->page_count = count;
	namer->page = host_zalloc((count + 1) * sizeof(*namer->page));
	for (i = 0; i < plan->symbol_count; i++) {
		struct svmsim_ram *ram = runner->handle[i];

		if (plan->symbol[i].kind != SCN_SYMBOL_RAM || !ram)
			continue;
		for (page = 0; page < svmsim_ram_pages(ram); page++) {
			namer->page[at].phys = svmsim_ram_phys(ram, page);
			namer->page[at].page = page;
			namer->page[at++].symbol = (int)i;
		}
	}
	qsort(namer->page, count, sizeof(*namer->page), compare_pages);
}

void scn_namer_free(struct scn_namer *namer)
{
	host_free(namer->page);
	namer->page = NULL;
}

int scn_name_iova(const struct scn_namer *namer, int device, uint64_t iova, uint64_t *page)
{
	const struct scn_runner *runner = namer->runner;
	unsigned int i;

	for (i = runner->binding_count; i--;) {
		const struct scn_binding *binding = &runner->binding[i];
		uint64_t pages = binding->bytes / SCN_PAGE_BYTES +
				 (binding->bytes % SCN_PAGE_BYTES != 0);

		if (binding->device != device || iova < binding->iova ||
		    (iova - binding->iova) / SCN_PAGE_BYTES >= pages)
			continue;
		*page = binding->page + (iova - binding->iova) / SCN_PAGE_BYTES;
		return binding->symbol;
	}
	return -1;
}

int scn_name_phys(const struct scn_namer *namer, uint64_t phys, uint64_t *page)
{
	size_t low = 0, high = namer->page_count;

	/* The last entry that is not above the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (namer->page[middle].phys <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || namer->page[low - 1].phys != (phys & ~(SCN_PAGE_BYTES - 1)))
		return -1;
	*page = namer->page[low - 1].page;
	return namer->page[low - 1].symbol;
}
