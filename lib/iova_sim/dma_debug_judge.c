// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What DMA debugging says of unmaps and syncs. Models kernel/dma/debug.c, v7.0, and for attributes
 * v7.x.
 */
#include <linux/string.h>
#include "iova_sim/dma_debug_internal.h"
#include "kernel/version.h"

#define WORDING_BYTES 320

/* What an unmap has to undo depends on these. */
#define UNMAP_ATTRS                                                                                \
	(DMA_ATTR_NO_KERNEL_MAPPING | DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_MMIO |                  \
	 DMA_ATTR_REQUIRE_COHERENT | DMA_ATTR_PRIVILEGED)

static const char *const type_names[DMA_DEBUG_TYPE_COUNT] = {
	[DMA_DEBUG_SINGLE] = "single",
	[DMA_DEBUG_SG] = "scatter-gather",
	[DMA_DEBUG_COHERENT] = "coherent",
	[DMA_DEBUG_NONCOHERENT] = "noncoherent",
	[DMA_DEBUG_PHYS] = "phy",
};

/* The kernel's name and ours. */
static const char *const direction_names[][2] = {
	[DMA_BIDIRECTIONAL] = { "DMA_BIDIRECTIONAL", "bidir" },
	[DMA_TO_DEVICE] = { "DMA_TO_DEVICE", "to-device" },
	[DMA_FROM_DEVICE] = { "DMA_FROM_DEVICE", "from-device" },
	[DMA_NONE] = { "DMA_NONE", "none" },
};

bool dma_debug_has(enum sim_report_id id)
{
	static const char *const since[SIM_REPORT_ID_COUNT] = {
#define SINCE(symbol, slug, since, title, meaning) [SIM_REPORT_DMA_DEBUG_##symbol] = since,
		SIM_DMA_DEBUG_TABLE(SINCE)
#undef SINCE
	};

	/* Classes of v7.0 are older than all profiles. */
	return !strcmp(since[id], "v7.0") || sim_kernel_at_least(sim_world, since[id]);
}

const char *dma_debug_type_name(enum dma_debug_type type)
{
	return type_names[type];
}

const char *dma_debug_direction(int direction)
{
	return direction_names[direction][0];
}

const char *dma_debug_direction_word(int direction)
{
	return direction_names[direction][1];
}

struct sim_report *dma_debug_begin(enum sim_report_id id, const struct device *dev)
{
	struct sim_report *report = sim_report_begin(id);

	sim_report_field(report, "dev", "%s", dev->sim ? dev->sim->actor : dev_name(dev));
	return report;
}

void dma_debug_raise(struct sim_report *report, struct device *dev,
		     const struct dma_debug_entry *entry, const char *fmt, ...)
{
	char text[WORDING_BYTES];
	va_list ap;

	va_start(ap, fmt);
	host_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sim_report_line(report, "DMA-API: %s %s: %s", dev_driver_string(dev), dev_name(dev), text);
	if (entry)
		sim_report_line(report, "mapped in step %llu", entry->step);
	sim_report_raise(report);
}

static void report_unknown(const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (ref->dev_addr == DMA_MAPPING_ERROR) {
		report = dma_debug_report_begin(FREE_INVALID, ref->dev);
		sim_report_pages(report, "size", ref->size);
		dma_debug_report_raise(report, ref->dev, NULL, FREE_INVALID);
		return;
	}
	report = dma_debug_report_begin(FREE_UNALLOCATED, ref->dev);
	sim_report_pages(report, "size", ref->size);
	sim_report_field(report, "unmapped", "%s", dma_debug_type_name(ref->type));
	dma_debug_report_raise(report, ref->dev, NULL, FREE_UNALLOCATED, ref->dev_addr, ref->size);
}

static void check_free_size(const struct dma_debug_entry *entry, const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (ref->size == entry->size)
		return;
	report = dma_debug_report_begin(FREE_SIZE, ref->dev);
	sim_report_pages(report, "mapped", entry->size);
	sim_report_pages(report, "unmapped", ref->size);
	dma_debug_report_raise(report, ref->dev, entry, FREE_SIZE, ref->dev_addr, entry->size,
			       ref->size);
}

static void check_free_function(const struct dma_debug_entry *entry,
				const struct dma_debug_entry *ref)
{
	const char *mapped = dma_debug_type_name(entry->type);
	const char *unmapped = dma_debug_type_name(ref->type);
	struct sim_report *report;

	if (ref->type != entry->type) {
		report = dma_debug_report_begin(FREE_FUNCTION, ref->dev);
		sim_report_pages(report, "size", ref->size);
		sim_report_field(report, "mapped", "%s", mapped);
		sim_report_field(report, "unmapped", "%s", unmapped);
		dma_debug_report_raise(report, ref->dev, entry, FREE_FUNCTION, ref->dev_addr,
				       ref->size, mapped, unmapped);
		return;
	}
	if (entry->type != DMA_DEBUG_COHERENT && entry->type != DMA_DEBUG_NONCOHERENT)
		return;
	if (ref->paddr == entry->paddr)
		return;
	report = dma_debug_report_begin(FREE_CPU_ADDRESS, ref->dev);
	sim_report_pages(report, "size", ref->size);
	sim_report_field(report, "mapped", "%s", mapped);
	dma_debug_report_raise(report, ref->dev, entry, FREE_CPU_ADDRESS, ref->dev_addr, ref->size,
			       entry->paddr, ref->paddr);
}

static bool is_sg_count_wrong(const struct dma_debug_entry *entry,
			      const struct dma_debug_entry *ref)
{
	return ref->sg_call_ents && ref->type == DMA_DEBUG_SG &&
	       ref->sg_call_ents != entry->sg_call_ents;
}

static void check_free_sg_count(const struct dma_debug_entry *entry,
				const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (!is_sg_count_wrong(entry, ref))
		return;
	report = dma_debug_report_begin(FREE_SG_COUNT, ref->dev);
	sim_report_field(report, "mapped", "%d", entry->sg_call_ents);
	sim_report_field(report, "unmapped", "%d", ref->sg_call_ents);
	dma_debug_report_raise(report, ref->dev, entry, FREE_SG_COUNT, entry->sg_call_ents,
			       ref->sg_call_ents);
}

static void check_free_direction(const struct dma_debug_entry *entry,
				 const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (ref->direction == entry->direction)
		return;
	report = dma_debug_report_begin(FREE_DIRECTION, ref->dev);
	sim_report_pages(report, "size", ref->size);
	sim_report_field(report, "mapped", "%s", dma_debug_direction_word(entry->direction));
	sim_report_field(report, "unmapped", "%s", dma_debug_direction_word(ref->direction));
	dma_debug_report_raise(report, ref->dev, entry, FREE_DIRECTION, ref->dev_addr, ref->size,
			       dma_debug_direction(entry->direction),
			       dma_debug_direction(ref->direction));
}

static void check_checked(const struct dma_debug_entry *entry, const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (entry->check != DMA_DEBUG_NOT_CHECKED)
		return;
	report = dma_debug_report_begin(MAP_UNCHECKED, ref->dev);
	sim_report_pages(report, "size", ref->size);
	sim_report_field(report, "mapped", "%s", dma_debug_type_name(entry->type));
	dma_debug_report_raise(report, ref->dev, entry, MAP_UNCHECKED, ref->dev_addr, ref->size,
			       dma_debug_type_name(entry->type));
}

static void check_free_attributes(const struct dma_debug_entry *entry,
				  const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (!((ref->attrs ^ entry->attrs) & UNMAP_ATTRS) ||
	    !dma_debug_has(SIM_REPORT_DMA_DEBUG_FREE_ATTRIBUTES))
		return;
	report = dma_debug_report_begin(FREE_ATTRIBUTES, ref->dev);
	sim_report_pages(report, "size", ref->size);
	sim_report_field(report, "mapped", "0x%lx", entry->attrs);
	sim_report_field(report, "unmapped", "0x%lx", ref->attrs);
	dma_debug_report_raise(report, ref->dev, entry, FREE_ATTRIBUTES, ref->dev_addr, ref->size,
			       entry->attrs, ref->attrs);
}

void dma_debug_unmap(struct dma_debug *debug, const struct dma_debug_entry *ref)
{
	struct dma_debug_entry *entry = dma_debug_find(debug, ref);

	if (!entry) {
		report_unknown(ref);
		return;
	}
	check_free_size(entry, ref);
	check_free_function(entry, ref);
	check_free_sg_count(entry, ref);
	check_free_direction(entry, ref);
	check_checked(entry, ref);
	check_free_attributes(entry, ref);
	dma_debug_remove(debug, entry);
}

/* A range that leaves its mapping has none in the kernel's eyes; people want to know which. */
static void name_left_mapping(struct sim_report *report, struct dma_debug *debug,
			      const struct dma_debug_entry *ref)
{
	struct dma_debug_entry first_byte = *ref;
	const struct dma_debug_entry *entry;

	first_byte.size = 1;
	entry = dma_debug_find_covering(debug, &first_byte);
	if (entry)
		sim_report_line(report, "it begins in byte %llu of a mapping of %llu bytes "
				"(step %llu)",
				ref->dev_addr - entry->dev_addr, entry->size, entry->step);
}

static void report_sync_unknown(struct dma_debug *debug, const struct dma_debug_entry *ref,
				bool to_cpu)
{
	struct sim_report *report = dma_debug_report_begin(SYNC_UNALLOCATED, ref->dev);

	sim_report_pages(report, "size", ref->size);
	sim_report_field(report, "for", "%s", to_cpu ? "cpu" : "device");
	name_left_mapping(report, debug, ref);
	dma_debug_report_raise(report, ref->dev, NULL, SYNC_UNALLOCATED, ref->dev_addr, ref->size);
}

static void check_sync_size(const struct dma_debug_entry *entry, const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (ref->size <= entry->size)
		return;
	report = dma_debug_report_begin(SYNC_OUTSIDE, ref->dev);
	sim_report_pages(report, "mapped", entry->size);
	sim_report_field(report, "synced", "%llu", ref->size);
	dma_debug_report_raise(report, ref->dev, entry, SYNC_OUTSIDE, entry->dev_addr, entry->size,
			       ref->size);
}

/* The three messages about directions have the same shape. */
static void report_sync_direction(enum sim_report_id id, const char *wording,
				  const struct dma_debug_entry *entry,
				  const struct dma_debug_entry *ref)
{
	struct sim_report *report = dma_debug_begin(id, ref->dev);

	sim_report_pages(report, "size", entry->size);
	sim_report_field(report, "mapped", "%s", dma_debug_direction_word(entry->direction));
	sim_report_field(report, "synced", "%s", dma_debug_direction_word(ref->direction));
	dma_debug_raise(report, ref->dev, entry, wording, ref->dev_addr, entry->size,
			dma_debug_direction(entry->direction),
			dma_debug_direction(ref->direction));
}

#define SYNC_DIRECTION_REPORT(symbol, entry, ref)                                                  \
	report_sync_direction(SIM_REPORT_DMA_DEBUG_##symbol, SIM_DMA_DEBUG_TEXT_##symbol, entry,   \
			      ref)

static void check_sync_sg_count(const struct dma_debug_entry *entry,
				const struct dma_debug_entry *ref)
{
	struct sim_report *report;

	if (!is_sg_count_wrong(entry, ref))
		return;
	report = dma_debug_report_begin(SYNC_SG_COUNT, ref->dev);
	sim_report_field(report, "mapped", "%d", entry->sg_call_ents);
	sim_report_field(report, "synced", "%d", ref->sg_call_ents);
	dma_debug_report_raise(report, ref->dev, entry, SYNC_SG_COUNT, entry->sg_call_ents,
			       ref->sg_call_ents);
}

void dma_debug_sync(struct dma_debug *debug, const struct dma_debug_entry *ref, bool to_cpu)
{
	const struct dma_debug_entry *entry = dma_debug_find_covering(debug, ref);

	if (!entry) {
		report_sync_unknown(debug, ref, to_cpu);
		return;
	}
	check_sync_size(entry, ref);
	if (entry->direction == DMA_BIDIRECTIONAL)
		return;
	if (ref->direction != entry->direction)
		SYNC_DIRECTION_REPORT(SYNC_DIRECTION, entry, ref);
	if (to_cpu && entry->direction != DMA_FROM_DEVICE && ref->direction != DMA_TO_DEVICE)
		SYNC_DIRECTION_REPORT(SYNC_CPU_READ_ONLY, entry, ref);
	if (!to_cpu && entry->direction != DMA_TO_DEVICE && ref->direction != DMA_FROM_DEVICE)
		SYNC_DIRECTION_REPORT(SYNC_DEVICE_WRITE_ONLY, entry, ref);
	check_sync_sg_count(entry, ref);
}
