// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* PCI topology and special memory of `machine { ... }`. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_cursor.h"

static bool acs_word(struct scn_cursor *cursor, struct svmsim_bridge *bridge)
{
	static const unsigned int bits[] = { SVMSIM_ACS_REQUEST, SVMSIM_ACS_COMPLETION,
					     SVMSIM_ACS_EGRESS };
	int index = scn_known_word(cursor, "word of acs", scn_named_name, scn_acs);

	if (index >= 0)
		bridge->acs |= bits[index];
	return index >= 0;
}

static bool set_bridge_field(struct scn_cursor *cursor, enum scn_field field, void *to)
{
	struct svmsim_bridge *bridge = to;
	const struct scn_token *token;
	uint64_t number;

	switch (field) {
	case SCN_FIELD_BRIDGE_UNDER:
		token = scn_name(cursor, "a bridge or a switch");
		if (!token || !scn_copy_word(cursor, token, bridge->parent))
			return false;
		if (bridge->kind == SVMSIM_ROOT_PORT)
			bridge->kind = SVMSIM_DOWNSTREAM_PORT;
		return true;
	case SCN_FIELD_BRIDGE_HOST:
		token = scn_word(cursor, "the number of a host bridge");
		if (!token || !scn_parse_number(cursor, token, "a host bridge", 0,
						SVMSIM_HOST_BRIDGE_MAX - 1, &number))
			return false;
		bridge->host_bridge = (unsigned int)number;
		return true;
	default:
		return acs_word(cursor, bridge);
	}
}

static struct svmsim_bridge *find_bridge(struct svmsim_machine *machine, const char *name)
{
	unsigned int i;

	for (i = 0; i < machine->bridge_count; i++) {
		if (!strcmp(machine->bridge[i].name, name))
			return &machine->bridge[i];
	}
	return NULL;
}

bool scn_machine_bridge(struct scn_cursor *cursor, bool is_switch, struct svmsim_machine *machine)
{
	const struct scn_token *name = scn_name(cursor, is_switch ? "a switch" : "a bridge");
	struct svmsim_bridge *bridge;

	if (!name)
		return false;
	bridge = find_bridge(machine, name->text);
	if (!bridge) {
		if (machine->bridge_count == SVMSIM_BRIDGE_MAX)
			return scn_fail_token(cursor, name, "more than %d bridges and switches",
					      SVMSIM_BRIDGE_MAX);
		bridge = &machine->bridge[machine->bridge_count++];
		bridge->kind = is_switch ? SVMSIM_SWITCH : SVMSIM_ROOT_PORT;
		if (!scn_copy_word(cursor, name, bridge->name))
			return false;
	}
	return scn_each_field(cursor, SCN_SCOPE_BRIDGE, set_bridge_field, bridge,
			      is_switch ? "field of a switch" : "field of a bridge");
}

static bool set_host_field(struct scn_cursor *cursor, enum scn_field field, void *to)
{
	struct svmsim_host_bridge *host = to;
	const struct scn_token *token;
	int index;

	if (field == SCN_FIELD_HOST_P2P) {
		index = scn_known_word(cursor, "word of p2p", scn_named_name, scn_p2p);
		if (index >= 0)
			host->p2p = (enum svmsim_p2p)index;
		return index >= 0;
	}
	token = scn_word(cursor, "a size (1M)");
	return token && scn_parse_size(cursor, token, &host->offset_bytes);
}

bool scn_machine_host(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	const struct scn_token *token = scn_word(cursor, "the number of a host bridge");
	uint64_t index;

	if (!token || !scn_parse_number(cursor, token, "a host bridge", 0,
					SVMSIM_HOST_BRIDGE_MAX - 1, &index))
		return false;
	if (index > machine->host_bridge_count)
		return scn_fail_token(cursor, token, "host %s comes before host %u: host bridges "
				      "are numbered from 0 without gaps", token->text,
				      machine->host_bridge_count);
	if (index == machine->host_bridge_count)
		machine->host_bridge_count++;
	return scn_each_field(cursor, SCN_SCOPE_HOST, set_host_field,
			      &machine->host_bridge[index], "field of a host bridge");
}

bool scn_machine_area(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	const struct scn_token *size;
	struct svmsim_area *area;
	int kind = scn_known_word(cursor, "kind of area", scn_area_known, NULL);

	if (kind < 0)
		return false;
	size = scn_word(cursor, "a size (1p)");
	if (!size)
		return false;
	if (machine->area_count == SVMSIM_AREA_MAX)
		return scn_fail_token(cursor, size, "more than %d areas", SVMSIM_AREA_MAX);
	area = &machine->area[machine->area_count++];
	area->kind = (enum svmsim_area_kind)kind;
	return scn_parse_size(cursor, size, &area->bytes);
}

bool scn_machine_swiotlb(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	const struct scn_token *token = scn_word(cursor, "a size (64M), force or off");

	if (!token)
		return false;
	if (scn_is(token, "force"))
		machine->swiotlb_force = true;
	else if (scn_is(token, "off"))
		machine->swiotlb_off = true;
	else
		return scn_parse_size(cursor, token, &machine->swiotlb_bytes);
	return true;
}

bool scn_machine_quirk(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	int index = scn_known_word(cursor, "quirk", scn_named_name, scn_quirks);

	if (index >= 0)
		machine->quirks |= 1u << index;
	return index >= 0;
}
