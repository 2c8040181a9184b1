// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The order of locks of a run as text:
 *
 *	class NAME <tab> FILE <tab> FUNCTION
 *	edge FROM TO HELD TAKEN <tab> TASK <tab> FRAME FRAME ...
 *
 * one of each a line, classes first; they are numbered from 0 as they come. At boot there is no
 * task. Frames are addresses, the same in every process of one program that was forked.
 */
#include <svmsim/locks.h>

#include <inttypes.h>
#include <stdlib.h>
#include "explore/scn_util.h"

static void add_edge(struct scn_buf *buf, const struct svmsim_lock_edge *edge)
{
	unsigned int i;

	scn_buf_add(buf, "edge %u %u %u %u\t%s\t", edge->from, edge->to, edge->held, edge->taken,
		    edge->task ? edge->task : "");
	for (i = 0; i < edge->frame_count; i++)
		scn_buf_add(buf, "%s%" PRIxPTR, i ? " " : "", edge->frame[i]);
	scn_buf_add(buf, "\n");
}

char *svmsim_lock_order_text(struct svmsim_world *world)
{
	struct scn_buf buf = { 0 };
	struct svmsim_lock_class class;
	struct svmsim_lock_edge edge;
	bool own = false;
	unsigned int i;

	for (i = 0; !svmsim_lock_edge(world, i, &edge); i++)
		own = own || edge.task;
	if (!own)
		return scn_buf_take(&buf);
	for (i = 0; !svmsim_lock_class(world, i, &class); i++)
		scn_buf_add(&buf, "class %s\t%s\t%s\n", class.name, class.file, class.function);
	for (i = 0; !svmsim_lock_edge(world, i, &edge); i++)
		add_edge(&buf, &edge);
	return scn_buf_take(&buf);
}
