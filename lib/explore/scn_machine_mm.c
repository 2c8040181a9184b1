// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What `machine { ... }` says about memory: nodes, swap, large folios. */
#include <ctype.h>
#include <string.h>
#include "explore/scn_cursor.h"

/* Of anonymous memory, as in sysfs: an order of 2 to that of a PMD. */
#define THP_BYTES_MIN (4 * SCN_PAGE_BYTES)
#define THP_BYTES_MAX (512 * SCN_PAGE_BYTES)

/* `distance M=D`, and more pairs behind it. */
static bool node_distance(struct scn_cursor *cursor, struct svmsim_node *node)
{
	const struct scn_token *token = scn_word(cursor, "a node and its distance (1=20)");
	uint64_t index, distance;

	do {
		if (!token)
			return false;
		if (token->open)
			return true;
		if (!scn_parse_number(cursor, token, "a node", 0, SVMSIM_NODE_MAX - 1, &index) ||
		    !scn_expect_punct(cursor, "="))
			return false;
		token = scn_word(cursor, "a distance (20)");
		if (!token || !scn_parse_number(cursor, token, "a distance", 10, 254, &distance))
			return false;
		node->distance[index] = (unsigned int)distance;
		token = scn_peek(cursor);
		if (!token || !isdigit((unsigned char)token->text[0]))
			return true;
		cursor->at++;
	} while (true);
}

static bool set_node_field(struct scn_cursor *cursor, enum scn_field field, void *to)
{
	struct svmsim_node *node = to;
	const struct scn_token *token;
	uint64_t number = 0;

	if (field == SCN_FIELD_DISTANCE)
		return node_distance(cursor, node);
	if (field == SCN_FIELD_CPUS) {
		token = scn_word(cursor, "a number of CPUs");
		if (!token ||
		    !scn_parse_number(cursor, token, "a number of CPUs", 1, 64, &number))
			return false;
		node->cpu_count = (unsigned int)number;
		return true;
	}
	token = scn_word(cursor, "a size (256M)");
	return token && scn_parse_size(cursor, token, &node->ram_bytes);
}

bool scn_machine_node(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	const struct scn_token *token = scn_word(cursor, "the number of a node");
	uint64_t index;

	if (!token || !scn_parse_number(cursor, token, "a node", 0, SVMSIM_NODE_MAX - 1, &index))
		return false;
	if (index > machine->node_count)
		return scn_fail_token(cursor, token, "node %s comes before node %u: nodes are "
				      "numbered from 0 without gaps", token->text,
				      machine->node_count);
	if (index == machine->node_count)
		machine->node_count++;
	return scn_each_field(cursor, SCN_SCOPE_NODE, set_node_field, &machine->node[index],
			      "field of a node");
}

static bool thp_order(struct scn_cursor *cursor, const struct scn_token *token, uint32_t *orders)
{
	unsigned int order = 0;
	uint64_t bytes;

	if (!scn_parse_size(cursor, token, &bytes))
		return false;
	if (token->open)
		return true;
	if (bytes & (bytes - 1) || bytes < THP_BYTES_MIN || bytes > THP_BYTES_MAX)
		return scn_fail_token(cursor, token, "a large folio of anonymous memory is a power "
				      "of two, 16K to 2M, not %s", token->text);
	while (SCN_PAGE_BYTES << order < bytes)
		order++;
	*orders |= 1u << order;
	return true;
}

/* `thp never`, or `thp always 2M 64K`: sizes, 2M without any. */
bool scn_machine_thp(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	int index = scn_known_word(cursor, "word of thp", scn_named_name, scn_thps);
	uint32_t *orders = index == 1 ? &machine->thp_madvise : &machine->thp_always;
	const struct scn_token *token = scn_peek(cursor);
	bool any = false;

	if (index < 0)
		return false;
	if (!index) {
		machine->thp_never = true;
		machine->thp_madvise = machine->thp_always = 0;
		return true;
	}
	machine->thp_never = false;
	for (; token && isdigit((unsigned char)token->text[0]); token = scn_peek(cursor)) {
		cursor->at++;
		if (!thp_order(cursor, token, orders))
			return false;
		any = true;
	}
	if (!any)
		*orders |= 1u << 9;
	return true;
}

bool scn_machine_swap(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	const struct scn_token *token = scn_word(cursor, "a size (16M)");

	if (!token || !scn_parse_size(cursor, token, &machine->swap_bytes))
		return false;
	if (machine->swap_bytes % SCN_PAGE_BYTES)
		return scn_fail_token(cursor, token, "swap comes in whole pages: a multiple of 4K");
	return true;
}

bool scn_machine_content(struct scn_cursor *cursor, struct svmsim_machine *machine)
{
	int index = scn_known_word(cursor, "word of content", scn_named_name, scn_contents);

	if (index >= 0)
		machine->content = (enum svmsim_content)index;
	return index >= 0;
}

bool scn_device_memory(struct scn_cursor *cursor, struct svmsim_device *device)
{
	const struct scn_token *token = scn_peek(cursor);
	int kind = token && token->kind == SCN_TOKEN_WORD ?
			   scn_named_find(scn_memories, token->text) : -1;

	/* A word that is open may be either; what follows tells. */
	if (kind >= 0 || (token && token->open && cursor->at + 1 < cursor->count &&
			  isdigit((unsigned char)token[1].text[0])))
		cursor->at++;
	device->mirror = kind < 0 ? SVMSIM_MIRROR_PRIVATE : (enum svmsim_mirror_kind)(kind + 1);
	token = scn_word(cursor, "a size (64M), or private or coherent before it");
	if (!token || !scn_parse_size(cursor, token, &device->memory_bytes))
		return false;
	if (!token->open && (!device->memory_bytes || device->memory_bytes % THP_BYTES_MAX))
		return scn_fail_token(cursor, token, "memory of a device comes in pieces of 2M");
	return true;
}
