// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* `machine { ... }` and `set ...`: words into a struct svmsim_machine. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_cursor.h"

bool scn_copy_word(struct scn_cursor *cursor, const struct scn_token *token, char *to)
{
	if (strlen(token->text) >= SVMSIM_NAME_MAX && !token->open)
		return scn_fail_token(cursor, token, "\"%.20s...\" is longer than %d characters",
				      token->text, SVMSIM_NAME_MAX - 1);
	snprintf(to, SVMSIM_NAME_MAX, "%s", token->text);
	return true;
}

int scn_known_word(struct scn_cursor *cursor, const char *what,
		   const char *(*known)(const void *ctx, unsigned int index), const void *ctx)
{
	const struct scn_token *token = scn_word(cursor, what);
	const char *name;
	unsigned int i;

	if (!token)
		return -1;
	for (i = 0; !token->open && (name = known(ctx, i)); i++) {
		if (!strcmp(name, token->text))
			return (int)i;
	}
	if (token->open)
		return 0;
	scn_fail_unknown(cursor, token, what, known, ctx);
	return -1;
}

/* The same, copied. */
static bool known_word(struct scn_cursor *cursor, const char *what,
		       const char *(*known)(const void *ctx, unsigned int index), char *to)
{
	const struct scn_token *token = scn_peek(cursor);

	return scn_known_word(cursor, what, known, NULL) >= 0 && scn_copy_word(cursor, token, to);
}

static bool number_value(struct scn_cursor *cursor, const char *what, uint64_t least,
			 uint64_t most, uint64_t *number)
{
	const struct scn_token *token = scn_word(cursor, what);

	return token && scn_parse_number(cursor, token, what, least, most, number);
}

static bool device_field(struct scn_cursor *cursor, enum scn_field field,
			 struct svmsim_device *device)
{
	const struct scn_token *token;
	uint64_t number = 0;

	switch (field) {
	case SCN_FIELD_IOMMU:
		return known_word(cursor, "IOMMU profile", scn_profile_known, device->iommu);
	case SCN_FIELD_FMT:
		return known_word(cursor, "page-table format", scn_format_known, device->fmt);
	case SCN_FIELD_MASK:
		if (!number_value(cursor, "a mask in bits", 12, 64, &number))
			return false;
		device->mask_bits = (unsigned int)number;
		return true;
	case SCN_FIELD_PCI:
		token = scn_word(cursor, "a PCI address (0000:03:00.0)");
		return token && scn_copy_word(cursor, token, device->pci_address);
	case SCN_FIELD_START_PFN:
		return number_value(cursor, "a page number", 1, UINT64_MAX / SCN_PAGE_BYTES,
				    &device->start_pfn);
	case SCN_FIELD_STRICT:
	case SCN_FIELD_LAZY:
		device->lazy = field == SCN_FIELD_LAZY;
		return true;
	case SCN_FIELD_UNDER:
		token = scn_name(cursor, "a bridge or a switch");
		return token && scn_copy_word(cursor, token, device->parent);
	case SCN_FIELD_BAR:
		token = scn_word(cursor, "a size (64K)");
		return token && scn_parse_size(cursor, token, &device->bar_bytes);
	case SCN_FIELD_MIN_ALIGN:
		token = scn_word(cursor, "a size (4K)");
		if (!token || !scn_parse_size(cursor, token, &number))
			return false;
		device->min_align_bytes = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
		return true;
	case SCN_FIELD_MEMORY:
		return scn_device_memory(cursor, device);
	case SCN_FIELD_NO_HUGE:
		device->no_huge = true;
		return true;
	case SCN_FIELD_TRUSTED:
	case SCN_FIELD_UNTRUSTED:
		device->untrusted = field == SCN_FIELD_UNTRUSTED;
		return true;
	case SCN_FIELD_COHERENT:
	case SCN_FIELD_NONCOHERENT:
		device->noncoherent = field == SCN_FIELD_NONCOHERENT;
		return true;
	case SCN_FIELD_NONPCI:
		device->non_pci = true;
		return true;
	case SCN_FIELD_FORCEDAC:
		device->forcedac = true;
		return true;
	case SCN_FIELD_CACHING_MODE:
		device->caching_mode = true;
		return true;
	default:
		return false;
	}
}

static bool skip_block(struct scn_cursor *cursor)
{
	unsigned int depth = 1;

	while (depth && scn_peek(cursor)) {
		if (scn_accept(cursor, "{")) {
			depth++;
		} else if (scn_accept(cursor, "}")) {
			depth--;
		} else {
			cursor->at++;
		}
	}
	return !depth || scn_expect_punct(cursor, "}");
}

/* Fields between braces. An open word may stand for any field, so it ends the check. */
bool scn_each_field(struct scn_cursor *cursor, enum scn_scope scope,
		    bool (*set)(struct scn_cursor *cursor, enum scn_field field, void *to),
		    void *to, const char *what)
{
	if (!scn_expect_punct(cursor, "{"))
		return false;
	while (!scn_accept(cursor, "}")) {
		const struct scn_token *token = scn_word(cursor, "a field or \"}\"");
		enum scn_field field;

		if (!token)
			return false;
		if (token->open)
			return skip_block(cursor);
		field = scn_field_find(scope, token->text);
		if (field == SCN_FIELD_COUNT)
			return scn_fail_unknown(cursor, token, what, scn_field_name, &scope);
		if (!set(cursor, field, to))
			return false;
	}
	return true;
}

static bool set_device_field(struct scn_cursor *cursor, enum scn_field field, void *to)
{
	return device_field(cursor, field, to);
}

static struct svmsim_device *find_device(struct svmsim_machine *machine, const char *name)
{
	unsigned int i;

	for (i = 0; i < machine->device_count; i++) {
		if (!strcmp(machine->device[i].name, name))
			return &machine->device[i];
	}
	return NULL;
}

static bool machine_device(struct scn_cursor *cursor, bool mirrors,
			   struct svmsim_machine *machine)
{
	const struct scn_token *name = scn_name(cursor, "a device");
	struct svmsim_device *device;

	if (!name)
		return false;
	device = find_device(machine, name->text);
	if (!device) {
		if (machine->device_count == SVMSIM_DEVICE_MAX)
			return scn_fail_token(cursor, name, "more than %d devices",
					      SVMSIM_DEVICE_MAX);
		if (!strcmp(name->text, "ram"))
			return scn_fail_token(cursor, name, "a device can't be named ram: that "
					      "actor is the memory");
		if (!strcmp(name->text, "cpu") || scn_cpu_number(name->text) >= 0)
			return scn_fail_token(cursor, name, "a device can't be named %s: that "
					      "actor is a CPU", name->text);
		device = &machine->device[machine->device_count++];
		if (!scn_copy_word(cursor, name, device->name))
			return false;
	}
	if (mirrors && device->mirror == SVMSIM_MIRROR_NONE)
		device->mirror = SVMSIM_MIRROR_PRIVATE;
	return scn_each_field(cursor, SCN_SCOPE_DEVICE, set_device_field, device,
			  "field of a device");
}

/* SETSxWAYS */
static bool machine_iotlb(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	const struct scn_token *token = scn_word(cursor, "SETSxWAYS (64x4)");
	struct scn_token sets, ways;
	const char *sign;
	uint64_t set_count, way_count;

	if (!token)
		return false;
	if (token->open)
		return true;
	sign = strchr(token->text, 'x');
	if (!sign)
		return scn_fail_token(cursor, token, "\"%.40s\" is no IOTLB size: SETSxWAYS, as "
				      "in 64x4", token->text);
	sets = ways = *token;
	sets.text = scn_strndup(cursor->arena, token->text, (size_t)(sign - token->text));
	ways.text = sign + 1;
	if (!scn_parse_number(cursor, &sets, "IOTLB sets", 1, 4096, &set_count) ||
	    !scn_parse_number(cursor, &ways, "IOTLB ways", 1, 16, &way_count))
		return false;
	if (set_count & (set_count - 1))
		return scn_fail_token(cursor, token, "IOTLB sets are a power of two, %s is not",
				      sets.text);
	machine->iotlb_sets = (unsigned int)set_count;
	machine->iotlb_ways = (unsigned int)way_count;
	return true;
}

static bool machine_preempt(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	int index = scn_known_word(cursor, "word of preempt", scn_named_name, scn_preempts);

	if (index >= 0)
		machine->preempt = (enum svmsim_preempt)index;
	return index >= 0;
}

static bool set_machine_field(struct scn_cursor *cursor, enum scn_field field, void *to)
{
	struct svmsim_machine *machine = to;
	uint64_t number = 0;

	switch (field) {
	case SCN_FIELD_DEVICE:
	case SCN_FIELD_MIRROR:
		return machine_device(cursor, field == SCN_FIELD_MIRROR, machine);
	case SCN_FIELD_NODE:
		return scn_machine_node(cursor, machine);
	case SCN_FIELD_KERNEL:
		return known_word(cursor, "kernel version", scn_kernel_known, machine->kernel);
	case SCN_FIELD_WIDTH:
		if (!number_value(cursor, "a width in bits", 32, 41, &number))
			return false;
		machine->width_bits = (unsigned int)number;
		return true;
	case SCN_FIELD_SEED:
		return number_value(cursor, "a seed", 1, UINT64_MAX, &machine->seed);
	case SCN_FIELD_IOTLB:
		return machine_iotlb(cursor, machine);
	case SCN_FIELD_BRIDGE:
	case SCN_FIELD_SWITCH:
		return scn_machine_bridge(cursor, field == SCN_FIELD_SWITCH, machine);
	case SCN_FIELD_HOST:
		return scn_machine_host(cursor, machine);
	case SCN_FIELD_AREA:
		return scn_machine_area(cursor, machine);
	case SCN_FIELD_SWIOTLB:
		return scn_machine_swiotlb(cursor, machine);
	case SCN_FIELD_QUIRK:
		return scn_machine_quirk(cursor, machine);
	case SCN_FIELD_PREEMPT:
		return machine_preempt(cursor, machine);
	case SCN_FIELD_THP:
		return scn_machine_thp(cursor, machine);
	case SCN_FIELD_SWAP:
		return scn_machine_swap(cursor, machine);
	case SCN_FIELD_CONTENT:
		return scn_machine_content(cursor, machine);
	case SCN_FIELD_P2P_CPU:
		machine->p2p_cpu = true;
		return true;
	case SCN_FIELD_NO_DMA_DEBUG:
		machine->no_dma_debug = true;
		return true;
	default:
		return false;
	}
}

bool scn_machine_block(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	return scn_each_field(cursor, SCN_SCOPE_MACHINE, set_machine_field, machine,
			  "field of the machine") && scn_end(cursor);
}

static const char *device_name(const void *ctx, unsigned int index)
{
	const struct svmsim_machine *machine = ctx;

	return index < machine->device_count ? machine->device[index].name : NULL;
}

/* Fields with braces behind them. */
static bool is_block(enum scn_field field)
{
	return field == SCN_FIELD_DEVICE || field == SCN_FIELD_MIRROR ||
	       field == SCN_FIELD_NODE || field == SCN_FIELD_BRIDGE ||
	       field == SCN_FIELD_SWITCH || field == SCN_FIELD_HOST;
}

bool scn_machine_set(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	enum scn_scope scope = SCN_SCOPE_MACHINE;
	const struct scn_token *token = scn_word(cursor, "a device or a field of the machine");
	struct svmsim_device *device, unknown = { 0 };
	enum scn_field field;
	bool checking;

	if (!token)
		return false;
	field = scn_field_find(scope, token->text);
	if (field != SCN_FIELD_COUNT && !is_block(field))
		return set_machine_field(cursor, field, machine) && scn_end(cursor);
	/* While a file is only checked its devices are not known: they may come by `use`. */
	checking = !machine->device_count;
	device = find_device(machine, token->text);
	if (!device && (checking || token->open))
		device = &unknown;
	if (!device)
		return scn_fail_unknown(cursor, token, "device", device_name, machine);
	token = scn_word(cursor, "a field of the device");
	if (!token || token->open)
		return token != NULL;
	scope = SCN_SCOPE_DEVICE;
	field = scn_field_find(scope, token->text);
	if (field == SCN_FIELD_COUNT)
		return scn_fail_unknown(cursor, token, "field of a device", scn_field_name, &scope);
	return device_field(cursor, field, device) && scn_end(cursor);
}
