/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the checker says about the order of locks. Functions are named by the call chains only. */
#include "kernel/lockdep_internal.h"
#include "kernel/warn_internal.h"

/* Cycles with more steps, or with names too long for it, are drawn by their two ends. */
#define DRAWN_MAX 4
#define DRAWN_COLUMNS 90
/* Steps of which the known edges are listed. */
#define LISTED_MAX 12
#define COLUMN_MIN 16

bool lockdep_tell(struct lockdep_state *state, const char *what, u32 first, u32 second)
{
	for (unsigned int i = 0; i < state->told_count; i++)
		if (state->told[i].what == what && state->told[i].first == first &&
		    state->told[i].second == second)
			return false;
	if (state->told_count == state->told_capacity)
		state->told = sim_array_grow(sim_world, state->told, state->told_count,
					     &state->told_capacity, sizeof(*state->told));
	state->told[state->told_count++] = (struct lockdep_told){ what, first, second };
	return true;
}

struct sim_report *lockdep_report_begin(enum sim_report_id id, uintptr_t ip)
{
	uintptr_t origin = sim_world->reports.origin;
	struct sim_report *report;

	sim_world->reports.origin = ip;
	report = sim_report_begin(id);
	sim_world->reports.origin = origin;
	return report;
}

/**
 * struct step - one task of a deadlock: it holds one class and wants the next
 * @from: class held
 * @to: class wanted
 * @from_read: as for lock_acquire()
 * @to_read: as for lock_acquire()
 * @edge: that says so; 0 for the new one
 */
struct step {
	u32 from;
	u32 to;
	u8 from_read;
	u8 to_read;
	u32 edge;
};

/* The step of the new edge first, then those of the path, in order. Return: their number. */
static unsigned int collect(const struct lockdep_state *state, const struct sim_held_lock *prev,
			    const struct sim_held_lock *next, const struct lockdep_node *end,
			    struct step **steps)
{
	unsigned int count = 1, at;

	for (const struct lockdep_node *node = end; node->edge; node = &state->node[node->parent])
		count++;
	*steps = sim_alloc(sim_world, count * sizeof(**steps));
	(*steps)[0] = (struct step){ prev->class, next->class, prev->read, next->read, 0 };
	at = count;
	for (const struct lockdep_node *node = end; node->edge;
	     node = &state->node[node->parent]) {
		const struct lockdep_edge *edge = &state->edge[node->edge];

		(*steps)[--at] = (struct step){ edge->from, edge->to, edge->from_read,
						edge->to_read, node->edge };
	}
	return count;
}

static unsigned int column_width(const struct lockdep_state *state, const struct step *steps,
				 unsigned int count)
{
	unsigned int width = COLUMN_MIN;
	char name[LOCKDEP_NAME_BYTES];

	for (unsigned int i = 0; i < count; i++) {
		unsigned int want =
			__builtin_strlen(lockdep_class_name(state, steps[i].from, name)) + 10;

		width = width < want ? want : width;
	}
	return width;
}

static void draw_lock(const struct lockdep_state *state, struct sim_report *report,
		      unsigned int indent, u32 class, u8 read)
{
	char name[LOCKDEP_NAME_BYTES];

	sim_report_line(report, "  %*s%s(%s);", (int)indent, "", read ? "rlock" : "lock",
			lockdep_class_name(state, class, name));
}

/* As the kernel draws it: everybody holds one, then everybody wants the next one. */
static void draw(const struct lockdep_state *state, struct sim_report *report,
		 const struct step *steps, unsigned int count)
{
	unsigned int width = column_width(state, steps, count);
	char head[DRAWN_MAX * (LOCKDEP_NAME_BYTES + 16)], rule[sizeof(head)];
	unsigned int length = 0, ruled = 0;

	for (unsigned int i = 0; i < count; i++) {
		int pad = i + 1 < count ? (int)width : 0;

		length += host_snprintf(head + length, sizeof(head) - length, "CPU%u%*s", i,
					pad ? pad - 4 : 0, "");
		ruled += host_snprintf(rule + ruled, sizeof(rule) - ruled, "----%*s",
				       pad ? pad - 4 : 0, "");
	}
	sim_report_line(report, "  %s", head);
	sim_report_line(report, "  %s", rule);
	for (unsigned int i = 0; i < count; i++)
		draw_lock(state, report, i * width, steps[i].from, steps[i].from_read);
	for (unsigned int i = 1; i < count; i++)
		draw_lock(state, report, i * width, steps[i].to, steps[i].to_read);
	draw_lock(state, report, 0, steps[0].to, steps[0].to_read);
	sim_report_line(report, "  each waits for the next: deadlock");
}

static void draw_cycle(const struct lockdep_state *state, struct sim_report *report,
		       const struct step *steps, unsigned int count)
{
	struct step two[2] = { steps[0], steps[count - 1] };

	if (count <= DRAWN_MAX && count * column_width(state, steps, count) <= DRAWN_COLUMNS) {
		draw(state, report, steps, count);
		return;
	}
	/* What the others hold in between is in the list above. */
	two[1].from = steps[1].from;
	two[1].from_read = steps[1].from_read;
	draw(state, report, two, 2);
}

void lockdep_report_edge(const struct lockdep_state *state, struct sim_report *report, u32 index)
{
	const struct lockdep_edge *edge = &state->edge[index];
	const struct lockdep_trace *trace = &state->trace[edge->trace];
	char from[LOCKDEP_NAME_BYTES], to[LOCKDEP_NAME_BYTES];

	lockdep_class_name(state, edge->from, from);
	lockdep_class_name(state, edge->to, to);
	if (!trace->task) {
		sim_report_line(report, "  %s -> %s, by the kernel at boot", from, to);
		return;
	}
	sim_report_line(report, "  %s -> %s, by %s", from, to, trace->task);
	sim_report_trace(report, trace->frame, trace->count, "%s -> %s, by %s", from, to,
			 trace->task);
}

/* The known edges in order; of very many only those near the two ends. */
static void add_path(const struct lockdep_state *state, struct sim_report *report,
		     const struct step *steps, unsigned int count)
{
	for (unsigned int i = 1; i < count; i++) {
		if (count > LISTED_MAX && i == LISTED_MAX / 2) {
			sim_report_line(report, "  ... and %u more", count - LISTED_MAX);
			i += count - LISTED_MAX;
		}
		lockdep_report_edge(state, report, steps[i].edge);
	}
}

/* Is it memory reclaim, an invalidation or a fence that the cycle passes? */
static const char *via(const struct lockdep_state *state, const struct step *steps,
		       unsigned int count)
{
	static const struct lockdep_map *const maps[] = {
		&sim_fs_reclaim_map,
		&__mmu_notifier_invalidate_range_start_map,
		&sim_dma_fence_map,
	};

	for (unsigned int m = 0; m < sizeof(maps) / sizeof(maps[0]); m++)
		for (unsigned int i = 0; i < count; i++)
			if (state->class[steps[i].from].key == maps[m])
				return maps[m]->name;
	return NULL;
}

void lockdep_report_cycle(struct lockdep_state *state, const struct sim_held_lock *prev,
			  const struct sim_held_lock *next, const struct lockdep_node *end)
{
	char first[LOCKDEP_NAME_BYTES], second[LOCKDEP_NAME_BYTES];
	struct sim_report *report;
	struct step *steps;
	unsigned int count;
	const char *by;

	if (!lockdep_tell(state, "cycle", prev->class, next->class))
		return;
	count = collect(state, prev, next, end, &steps);
	report = lockdep_report_begin(SIM_REPORT_LOCK_ORDER, next->ip);
	sim_report_field(report, "first", "%s", lockdep_class_name(state, prev->class, first));
	sim_report_field(report, "second", "%s", lockdep_class_name(state, next->class, second));
	sim_report_field(report, "cycle", "%u", count);
	by = via(state, steps, count);
	if (by)
		sim_report_field(report, "via", "%s", by);
	sim_report_line(report, "takes %s while it holds %s; the order so far is", second, first);
	add_path(state, report, steps, count);
	draw_cycle(state, report, steps, count);
	sim_report_trace(report, &prev->ip, 1, "%s was taken in", first);
	sim_report_raise(report);
	sim_free(sim_world, steps, count * sizeof(*steps));
}

static const char *recursion_text(const struct sim_held_lock *prev,
				  const struct sim_held_lock *next)
{
	if (prev->nested)
		return "is taken without the context that orders the one held: "
		       "it can't be told to back off";
	if (prev->read && next->read)
		return prev->map == next->map
			       ? "is taken for reading again: with a writer that waits in between, "
				 "neither goes on"
			       : "is taken for reading with another of its class held for reading: "
				 "with writers that wait in between, nobody goes on";
	if (prev->map == next->map)
		return "is taken again by its holder: it waits for itself";
	return "is taken with another of its class held: tasks that take the two in "
	       "different order wait for each other";
}

void lockdep_report_recursion(struct lockdep_state *state, const struct sim_held_lock *prev,
			      const struct sim_held_lock *next)
{
	const char *what = prev->nested ? "ww-no-context"
			   : prev->read && next->read ? "recursive-read" : "recursive";
	char name[LOCKDEP_NAME_BYTES];
	struct sim_report *report;

	if (!lockdep_tell(state, what, prev->class, next->class))
		return;
	lockdep_class_name(state, next->class, name);
	report = lockdep_report_begin(SIM_REPORT_LOCK_ORDER, next->ip);
	sim_report_field(report, "first", "%s", name);
	sim_report_field(report, "second", "%s", name);
	sim_report_field(report, "what", "%s", what);
	sim_report_line(report, "%s %s", name, recursion_text(prev, next));
	sim_report_trace(report, &prev->ip, 1, "the one held was taken in");
	sim_report_raise(report);
}

void lockdep_report_nest(struct lockdep_state *state, const struct sim_held_lock *next)
{
	const char *nest = next->nest_lock->name ? next->nest_lock->name : "?";
	char name[LOCKDEP_NAME_BYTES];
	struct sim_report *report;

	if (!lockdep_tell(state, "nest-lock", next->class, 0))
		return;
	report = lockdep_report_begin(SIM_REPORT_LOCK_ORDER, next->ip);
	sim_report_field(report, "second", "%s", lockdep_class_name(state, next->class, name));
	sim_report_field(report, "what", "nest-lock-not-held");
	sim_report_line(report, "%s is taken under %s, which orders such locks and is not held",
			name, nest);
	sim_report_raise(report);
}

void lockdep_report_depth(struct lockdep_state *state, const struct sim_held_lock *next)
{
	char name[LOCKDEP_NAME_BYTES];
	struct sim_report *report;

	if (!lockdep_tell(state, "depth", 0, 0))
		return;
	report = lockdep_report_begin(SIM_REPORT_LOCK_HELD, next->ip);
	sim_report_field(report, "lock", "%s", lockdep_class_name(state, next->class, name));
	sim_report_field(report, "what", "too-many");
	sim_report_line(report, "%s is one more than the %lu locks that a task can hold", name,
			MAX_LOCK_DEPTH);
	sim_report_raise(report);
}

void lockdep_report_unlock(struct lockdep_state *state, const struct lockdep_map *map,
			   uintptr_t ip)
{
	const char *name = map->name ? map->name : "?";
	struct sim_report *report = lockdep_report_begin(SIM_REPORT_LOCK_IMBALANCE, ip);

	sim_report_field(report, "lock", "%s", name);
	sim_report_field(report, "what", "not-held");
	sim_report_line(report, "%s: released though it is not held", name);
	sim_report_raise(report);
}
