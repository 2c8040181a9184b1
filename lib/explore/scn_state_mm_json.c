// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* `svmsim show vma|pages|strip|cpu-pt --json`: records with addresses, and names beside them. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "explore/scn_mm_view.h"
#include "host/host.h"

static json_t *hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	return json_string(text);
}

/* "buf[3]", or null */
static json_t *name_of(const struct scn_view *view, uint64_t address)
{
	char text[64];
	uint64_t page;
	int symbol = scn_name_address(view->runner, view->process, address, &page);

	if (symbol < 0)
		return json_null();
	snprintf(text, sizeof(text), "%.40s[%llu]", view->runner->plan->symbol[symbol].name,
		 (unsigned long long)page);
	return json_string(text);
}

static json_t *flags_json(uint32_t flags)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; svmsim_page_flag_name(i); i++) {
		if (flags >> i & 1)
			json_array_append_new(list, json_string(svmsim_page_flag_name(i)));
	}
	return list;
}

static json_t *page_json(const struct scn_view *view, uint64_t address,
			 const struct svmsim_page *page)
{
	const struct svmsim_machine *machine = &view->runner->plan->machine;
	json_t *object;

	object = json_pack("{s:o, s:o, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:o}", "address",
			   hex(address), "page", name_of(view, address), "kind",
			   svmsim_page_kind_name(page->kind), "huge", page->huge, "present",
			   page->present, "readable", page->readable, "writable", page->writable,
			   "accessed", page->accessed, "dirty", page->dirty, "pfn",
			   hex(page->pfn));
	if (!page->is_page)
		return object;
	json_object_set_new(object, "folio", hex(page->folio_pfn));
	json_object_set_new(object, "order", json_integer(page->order));
	json_object_set_new(object, "refs", json_integer(page->refs));
	json_object_set_new(object, "maps", json_integer(page->maps));
	json_object_set_new(object, "pins", json_integer(page->pins));
	json_object_set_new(object, "node", page->node < 0 ? json_null() :
							     json_integer(page->node));
	json_object_set_new(object, "device", page->device < 0 ? json_null() :
			    json_string(machine->device[page->device].name));
	json_object_set_new(object, "exclusive", json_boolean(page->exclusive));
	json_object_set_new(object, "flags", flags_json(page->flags));
	return object;
}

/* Pages that something is behind. */
static void pages_json(const struct scn_view *view, const struct svmsim_area_info *area,
		       json_t *list)
{
	uint64_t at;

	for (at = area->start; at < area->start + area->bytes; at += SCN_PAGE_BYTES) {
		struct svmsim_page page;

		svmsim_mm_page(view->mm, at, &page);
		if (page.kind != SVMSIM_PAGE_ABSENT)
			json_array_append_new(list, page_json(view, at, &page));
	}
}

static json_t *area_json(const struct scn_view *view, const struct svmsim_area_info *area)
{
	return json_pack("{s:o, s:o, s:I, s:b, s:b, s:b, s:b, s:I, s:b, s:b, s:b, s:b, s:b, s:b}",
			 "start", hex(area->start), "page", name_of(view, area->start), "bytes",
			 (json_int_t)area->bytes, "read", !!(area->prot & SVMSIM_PROT_READ),
			 "write", !!(area->prot & SVMSIM_PROT_WRITE), "shared", area->shared,
			 "file", area->file, "offset", (json_int_t)area->offset_bytes, "hugepage",
			 area->hugepage, "nohugepage", area->nohugepage, "pfnmap", area->pfnmap,
			 "mixedmap", area->mixedmap, "dontfork", area->dontcopy, "has_anon",
			 area->has_anon);
}

static void entries_json(const struct scn_view *view, json_t *list)
{
	struct svmsim_cpu_entry *entry;
	long count, i;

	entry = scn_entries(view->mm, &count);
	for (i = 0; i < count; i++)
		json_array_append_new(list, json_pack(
			"{s:o, s:o, s:i, s:s, s:b, s:b, s:b, s:b, s:b, s:o, s:o}", "address",
			hex(entry[i].address), "page", name_of(view, entry[i].address), "level",
			(int)entry[i].level, "kind", svmsim_page_kind_name(entry[i].kind),
			"present", entry[i].present, "writable", entry[i].writable, "accessed",
			entry[i].accessed, "dirty", entry[i].dirty, "protnone", entry[i].protnone,
			"pfn", hex(entry[i].pfn), "raw", hex(entry[i].raw)));
	host_free(entry);
}

static json_t *process_json(const struct scn_view *view)
{
	const char *name = scn_states[view->what].name;
	struct svmsim_area_info *area;
	json_t *list = json_array();
	long count, i;

	if (!strcmp(name, "cpu-pt")) {
		entries_json(view, list);
		return list;
	}
	area = scn_areas(view->mm, &count);
	for (i = 0; i < count; i++) {
		if (!strcmp(name, "vma"))
			json_array_append_new(list, area_json(view, &area[i]));
		else
			pages_json(view, &area[i], list);
	}
	host_free(area);
	return list;
}

void *scn_mm_json(struct scn_runner *runner, int what)
{
	const struct scn_plan *plan = runner->plan;
	struct scn_view view = { .runner = runner, .what = what };
	json_t *object = json_object();
	unsigned int i;

	for (i = 0; i < plan->symbol_count; i++) {
		if (plan->symbol[i].kind != SCN_SYMBOL_PROCESS || !runner->handle[i] ||
		    !svmsim_mm_alive(runner->handle[i]))
			continue;
		view.process = (int)i;
		view.mm = runner->handle[i];
		json_object_set_new(object, plan->symbol[i].name, process_json(&view));
	}
	return object;
}
