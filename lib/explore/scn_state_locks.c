// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What `state locks` and `svmsim show locks` print: classes, their order, who has and who waits. */
#include <jansson.h>
#include <string.h>
#include <svmsim/locks.h>
#include "explore/scn_runner.h"

static const char *const modes[] = { "exclusive", "shared", "shared-recursive" };

/* Neither only initialised nor only taught to the checker at boot: held now, or in an order. */
static bool is_used(struct svmsim_world *world, unsigned int index,
		    const struct svmsim_lock_class *class)
{
	struct svmsim_lock_edge edge;
	struct svmsim_lock_held held;
	unsigned int i;

	for (i = 0; !svmsim_lock_edge(world, i, &edge); i++) {
		if (edge.task && (edge.from == index || edge.to == index))
			return true;
	}
	for (i = 0; !svmsim_lock_held(world, i, &held); i++) {
		if (!strcmp(held.name, class->name))
			return true;
	}
	return false;
}

static void class_name(struct svmsim_world *world, unsigned int index,
		       struct svmsim_lock_class *class)
{
	if (svmsim_lock_class(world, index, class))
		class->name[0] = '\0';
}

void scn_locks_text(struct scn_runner *runner, struct scn_buf *buf)
{
	struct svmsim_world *world = runner->world;
	struct svmsim_lock_class class, to;
	struct svmsim_lock_waiter waiter;
	struct svmsim_lock_edge edge;
	struct svmsim_lock_held held;
	unsigned int i;

	for (i = 0; !svmsim_lock_class(world, i, &class); i++) {
		if (is_used(world, i, &class))
			scn_buf_add(buf, "class %s %s%s%s\n", class.name, class.kind,
				    class.file[0] ? " of " : "", class.file);
	}
	for (i = 0; !svmsim_lock_edge(world, i, &edge); i++) {
		if (!edge.task)
			continue;
		class_name(world, edge.from, &class);
		class_name(world, edge.to, &to);
		scn_buf_add(buf, "order %s -> %s first by %s\n", class.name, to.name, edge.task);
	}
	for (i = 0; !svmsim_lock_held(world, i, &held); i++)
		scn_buf_add(buf, "held %s %s by %s\n", held.name, modes[held.mode], held.task);
	for (i = 0; !svmsim_lock_waiter(world, i, &waiter); i++)
		scn_buf_add(buf, "waiting %s for %s\n", waiter.task, waiter.what);
}

static json_t *chain(const uintptr_t *frame, unsigned int count)
{
	json_t *list = json_array();
	char name[200];
	unsigned int i;

	for (i = 0; i < count; i++) {
		svmsim_frame_function(frame[i], name, sizeof(name));
		if (scn_is_own_frame(name))
			break;
		json_array_append_new(list, json_string(name));
	}
	return list;
}

static json_t *classes_json(struct svmsim_world *world)
{
	struct svmsim_lock_class class;
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; !svmsim_lock_class(world, i, &class); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "name",
						      class.name, "kind", class.kind, "file",
						      class.file, "function", class.function,
						      "used", is_used(world, i, &class)));
	return list;
}

static json_t *edges_json(struct svmsim_world *world)
{
	struct svmsim_lock_class from, to;
	struct svmsim_lock_edge edge;
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; !svmsim_lock_edge(world, i, &edge); i++) {
		class_name(world, edge.from, &from);
		class_name(world, edge.to, &to);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o}", "from",
						      from.name, "to", to.name, "held",
						      modes[edge.held], "taken",
						      modes[edge.taken], "task", edge.task,
						      "frames", chain(edge.frame,
								      edge.frame_count)));
	}
	return list;
}

void *scn_locks_json(struct scn_runner *runner)
{
	json_t *holders = json_array(), *waiters = json_array();
	struct svmsim_world *world = runner->world;
	struct svmsim_lock_waiter waiter;
	struct svmsim_lock_held held;
	unsigned int i;

	for (i = 0; !svmsim_lock_held(world, i, &held); i++)
		json_array_append_new(holders,
				      json_pack("{s:s, s:s, s:s, s:b, s:o}", "lock", held.name,
						"task", held.task, "mode", modes[held.mode],
						"trylock", held.trylock, "frames",
						chain(&held.frame, held.frame ? 1 : 0)));
	for (i = 0; !svmsim_lock_waiter(world, i, &waiter); i++)
		json_array_append_new(waiters, json_pack("{s:s, s:s}", "task", waiter.task,
							 "what", waiter.what));
	return json_pack("{s:o, s:o, s:o, s:o}", "classes", classes_json(world), "orders",
			 edges_json(world), "held", holders, "waiting", waiters);
}
