/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The graph of the order of classes: edges, and searches along its strong paths. */
#include "kernel/lockdep_internal.h"
#include "kernel/warn_internal.h"

/* Marks of one search, on top of its number: a class may be passed again, better than before. */
#define MARK_WEAK 1
#define MARK_STRONG 2
#define MARK_STEP 4

static struct lockdep_node *nodes_prepare(struct lockdep_state *state)
{
	unsigned int want = 2 * state->class_count;

	if (state->node_capacity < want) {
		unsigned int capacity = 2 * want;

		sim_free(sim_world, state->node, state->node_capacity * sizeof(*state->node));
		state->node = sim_alloc(sim_world, capacity * sizeof(*state->node));
		state->node_capacity = capacity;
	}
	state->mark += MARK_STEP;
	return state->node;
}

/* Is the class to be looked at (again)? */
static bool mark(struct lockdep_state *state, u32 class, bool weak)
{
	u64 mark = state->mark + (weak ? MARK_WEAK : MARK_STRONG);

	if (state->class[class].mark >= mark)
		return false;
	state->class[class].mark = mark;
	return true;
}

static bool passes(const struct lockdep_state *state, u32 class,
		   const struct lockdep_search *search)
{
	const struct lockdep_class *at = &state->class[class];

	return at->key && !(search->locks_only && at->lock_type != LD_LOCK_NORMAL);
}

const struct lockdep_node *lockdep_search(struct lockdep_state *state, u32 start,
					  const struct lockdep_search *search)
{
	struct lockdep_node *node = nodes_prepare(state);
	u8 near = search->backwards ? LOCKDEP_KIND_N : LOCKDEP_KIND_E;
	u8 far = search->backwards ? LOCKDEP_KIND_E : LOCKDEP_KIND_N;
	unsigned int tail = 0;

	if (!passes(state, start, search))
		return NULL;
	mark(state, start, search->weak);
	node[tail++] = (struct lockdep_node){ .class = start, .weak = search->weak };
	for (unsigned int head = 0; head < tail; head++) {
		const struct lockdep_class *class = &state->class[node[head].class];
		u32 next = search->backwards ? class->in_first : class->out_first;

		if (search->match(class, &node[head], search->ctx))
			return &node[head];
		while (next) {
			const struct lockdep_edge *edge = &state->edge[next];
			u32 to = search->backwards ? edge->from : edge->to;
			bool weak = !(edge->kind & far);

			if ((!node[head].weak || edge->kind & near) && passes(state, to, search) &&
			    mark(state, to, weak))
				node[tail++] = (struct lockdep_node){
					.class = to,
					.weak = weak,
					.parent = head,
					.edge = next,
				};
			next = search->backwards ? edge->in_next : edge->out_next;
		}
	}
	return NULL;
}

/* struct closing - the class at which a new edge begins, and how it is held there */
struct closing {
	u32 class;
	u8 read;
};

static bool closes(const struct lockdep_class *class, const struct lockdep_node *node, void *ctx)
{
	const struct closing *closing = ctx;

	return node->class == closing->class && (closing->read == 0 || !node->weak);
}

const struct lockdep_node *lockdep_find_cycle(struct lockdep_state *state, u32 prev, u8 prev_read,
					      u32 next, u8 next_read)
{
	struct closing closing = { prev, prev_read };

	return lockdep_search(state, next,
			      &(struct lockdep_search){
				      .weak = next_read == 2,
				      .match = closes,
				      .ctx = &closing,
			      });
}

bool lockdep_edge_known(const struct lockdep_state *state, u32 from, u32 to, u8 kind)
{
	u32 next = state->class[from].out_first;

	while (next && (state->edge[next].to != to || state->edge[next].kind != kind))
		next = state->edge[next].out_next;
	return next;
}

void lockdep_edge_add(struct lockdep_state *state, const struct lockdep_edge *edge)
{
	struct lockdep_class *from = &state->class[edge->from], *to = &state->class[edge->to];
	u32 index = state->edge_count;

	if (unlikely(index == state->edge_capacity))
		state->edge = sim_array_grow(sim_world, state->edge, index, &state->edge_capacity,
					     sizeof(*state->edge));
	state->edge[index] = *edge;
	state->edge_count++;
	if (from->out_last)
		state->edge[from->out_last].out_next = index;
	else
		from->out_first = index;
	from->out_last = index;
	if (to->in_last)
		state->edge[to->in_last].in_next = index;
	else
		to->in_first = index;
	to->in_last = index;
}

/* What lies below the caller of a lock's function is the checker's and the lock's own. */
static unsigned int find_frame(const uintptr_t *frame, unsigned int count, uintptr_t ip)
{
	for (unsigned int i = 0; i < count; i++)
		if (frame[i] == ip)
			return i;
	return 0;
}

u32 lockdep_trace_take(struct lockdep_state *state, uintptr_t ip)
{
	uintptr_t frame[LOCKDEP_FRAME_MAX + 8];
	unsigned int count = host_backtrace(frame, LOCKDEP_FRAME_MAX + 8, 1);
	unsigned int first = find_frame(frame, count, ip);
	struct lockdep_trace *trace;

	if (!first)
		first = find_frame(frame, count, state->entry_ip);
	if (unlikely(state->trace_count == state->trace_capacity))
		state->trace = sim_array_grow(sim_world, state->trace, state->trace_count,
					      &state->trace_capacity, sizeof(*state->trace));
	trace = &state->trace[state->trace_count];
	trace->task = sim_world->task_name;
	trace->count = 0;
	while (first < count && trace->count < LOCKDEP_FRAME_MAX)
		trace->frame[trace->count++] = frame[first++];
	return state->trace_count++;
}
