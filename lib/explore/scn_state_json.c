// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* `svmsim show --json`: the walkers' records with addresses, and the names beside them. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_runner.h"
#include "host/host.h"

static json_t *hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	return json_string(text);
}

/* "w[3]", or null */
static json_t *place(const struct scn_runner *runner, int symbol, uint64_t page)
{
	char text[64];

	if (symbol < 0)
		return json_null();
	snprintf(text, sizeof(text), "%.40s[%llu]", runner->plan->symbol[symbol].name,
		 (unsigned long long)page);
	return json_string(text);
}

static void add_translation(json_t *object, const struct scn_namer *namer, int device,
			    uint64_t iova, uint64_t phys, uint64_t bytes, bool read, bool write)
{
	uint64_t page = 0;
	int symbol = scn_name_iova(namer, device, iova, &page);

	json_object_set_new(object, "iova", hex(iova));
	json_object_set_new(object, "window", place(namer->runner, symbol, page));
	symbol = scn_name_phys(namer, phys, &page);
	json_object_set_new(object, "phys", hex(phys));
	json_object_set_new(object, "ram", place(namer->runner, symbol, page));
	json_object_set_new(object, "bytes", json_integer((json_int_t)bytes));
	json_object_set_new(object, "read", json_boolean(read));
	json_object_set_new(object, "write", json_boolean(write));
}

static void pt_json(const struct scn_namer *namer, int device, json_t *list)
{
	struct svmsim_world *world = namer->runner->world;
	long count = svmsim_walk_pt(world, device, NULL, 0), i;
	struct svmsim_pte *pte;

	if (count <= 0)
		return;
	pte = host_zalloc((size_t)count * sizeof(*pte));
	svmsim_walk_pt(world, device, pte, (size_t)count);
	for (i = 0; i < count; i++) {
		json_t *object = json_object();

		add_translation(object, namer, device, pte[i].iova, pte[i].phys, pte[i].bytes,
				pte[i].read, pte[i].write);
		json_object_set_new(object, "level", json_integer(pte[i].level));
		json_object_set_new(object, "raw", hex(pte[i].raw));
		json_array_append_new(list, object);
	}
	host_free(pte);
}

static void iotlb_json(const struct scn_namer *namer, int device, json_t *list)
{
	struct svmsim_world *world = namer->runner->world;
	long count = svmsim_walk_iotlb(world, device, NULL, 0), i;
	struct svmsim_iotlb_entry *entry;

	if (count <= 0)
		return;
	entry = host_zalloc((size_t)count * sizeof(*entry));
	svmsim_walk_iotlb(world, device, entry, (size_t)count);
	for (i = 0; i < count; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "set", json_integer(entry[i].set));
		json_object_set_new(object, "way", json_integer(entry[i].way));
		add_translation(object, namer, device, entry[i].iova, entry[i].phys,
				entry[i].bytes, entry[i].read, entry[i].write);
		json_array_append_new(list, object);
	}
	host_free(entry);
}

static void iova_json(const struct scn_namer *namer, int device, json_t *list)
{
	struct svmsim_world *world = namer->runner->world;
	long count = svmsim_walk_iova(world, device, NULL, 0), i;
	struct svmsim_iova_range *range;
	uint64_t page = 0;

	if (count <= 0)
		return;
	range = host_zalloc((size_t)count * sizeof(*range));
	svmsim_walk_iova(world, device, range, (size_t)count);
	for (i = 0; i < count; i++) {
		json_t *object = json_object();
		int symbol = scn_name_iova(namer, device, range[i].iova, &page);

		json_object_set_new(object, "iova", hex(range[i].iova));
		json_object_set_new(object, "window", place(namer->runner, symbol, page));
		json_object_set_new(object, "bytes", json_integer((json_int_t)range[i].bytes));
		json_object_set_new(object, "cached", json_boolean(range[i].cached));
		json_object_set_new(object, "reserved", json_boolean(range[i].reserved));
		json_array_append_new(list, object);
	}
	host_free(range);
}

static json_t *counters_json(struct scn_runner *runner)
{
	json_t *object = json_object();
	const char *name;
	uint64_t value;
	unsigned int i;

	for (i = 0; (name = svmsim_counter_name(i)); i++) {
		if (!svmsim_counter(runner->world, name, &value))
			json_object_set_new(object, name, json_integer((json_int_t)value));
	}
	return object;
}

void scn_state_json(struct scn_runner *runner, int what, int device, struct scn_buf *buf)
{
	const char *name = scn_states[what].name;
	struct scn_namer namer;
	json_t *value;
	char *text;

	scn_namer_init(&namer, runner);
	if (!strcmp(name, "counters")) {
		value = counters_json(runner);
	} else if (!strcmp(name, "locks")) {
		value = scn_locks_json(runner);
	} else if (scn_state_is_mm(what)) {
		value = scn_mm_json(runner, what);
	} else {
		value = json_array();
		if (!strcmp(name, "pt"))
			pt_json(&namer, device, value);
		else if (!strcmp(name, "iotlb"))
			iotlb_json(&namer, device, value);
		else
			iova_json(&namer, device, value);
	}
	text = json_dumps(value, JSON_COMPACT);
	scn_buf_add(buf, "%s", text ? text : "null");
	free(text);
	json_decref(value);
	scn_namer_free(&namer);
}
