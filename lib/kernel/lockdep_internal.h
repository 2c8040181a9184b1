/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the files of the lock checker share: classes, the graph of their order, locks held. See
 * kernel/lockdep.h for the words.
 */
#ifndef KERNEL_LOCKDEP_INTERNAL_H
#define KERNEL_LOCKDEP_INTERNAL_H

#include "kernel/lockdep.h"
#include "kernel/report.h"
#include "kernel/task.h"
#include "kernel/world.h"

/* An index of a class fits the hint in struct lockdep_map; further classes are not checked. */
#define LOCKDEP_CLASS_MAX 65536
#define LOCKDEP_FRAME_MAX 12

/*
 * Uses of a class, a bit each: in an interrupt, or with that interrupt enabled, so that it could
 * come while the lock is held.
 */
enum lockdep_irq {
	LOCKDEP_HARDIRQ,
	LOCKDEP_SOFTIRQ,
	LOCKDEP_IRQ_COUNT,
};
#define LOCKDEP_USE_IN 0
#define LOCKDEP_USE_ENABLED 1
#define LOCKDEP_USE_COUNT 8
/* Number of the bit, @read is 0 or 1. */
#define LOCKDEP_USE(irq, direction, read) ((irq) * 4 + (direction) * 2 + (read))
#define LOCKDEP_USES_IN 0x33u
#define LOCKDEP_USES_ENABLED 0xccu
#define LOCKDEP_USES_WRITE 0x55u

/*
 * Kinds of edges: bit 0 is set when the first lock is held exclusively, bit 1 when the second is
 * taken in a way that can't nest in itself.
 */
#define LOCKDEP_KIND_E 1
#define LOCKDEP_KIND_N 2

/**
 * struct lockdep_trace - who did something, and by which calls
 * @task: name
 * @count: of @frame
 * @frame: addresses, innermost first
 */
struct lockdep_trace {
	const char *task;
	unsigned int count;
	uintptr_t frame[LOCKDEP_FRAME_MAX];
};

/**
 * struct lockdep_class - locks that are alike
 * @key: what makes them so, an address; NULL: the class is gone
 * @name: as given where the lock is initialised, without the subclass
 * @file: where that is, or NULL
 * @function: in @file
 * @subclass: level of nesting
 * @wait_type: enum lockdep_wait_type
 * @lock_type: enum lockdep_lock_type
 * @uses: LOCKDEP_USE_* seen
 * @out_first: oldest edge to another class, 0 if none
 * @out_last: newest
 * @in_first: oldest edge from another class, 0 if none
 * @in_last: newest
 * @use_trace: by number of the use: its first, an index into struct lockdep_state.trace
 * @mark: of the last search that came here
 */
struct lockdep_class {
	const void *key;
	const char *name;
	const char *file;
	const char *function;
	u8 subclass;
	u8 wait_type;
	u8 lock_type;
	u8 uses;
	u32 out_first;
	u32 out_last;
	u32 in_first;
	u32 in_last;
	u32 use_trace[LOCKDEP_USE_COUNT];
	u64 mark;
};

/**
 * struct lockdep_edge - one class was held when another was taken
 * @from: held
 * @to: taken
 * @kind: LOCKDEP_KIND_*
 * @from_read: how @from was held the first time, as for lock_acquire()
 * @to_read: how @to was taken
 * @out_next: next edge of @from, 0 for none
 * @in_next: next edge to @to, 0 for none
 * @trace: where @to was taken, an index
 */
struct lockdep_edge {
	u32 from;
	u32 to;
	u8 kind;
	u8 from_read;
	u8 to_read;
	u32 out_next;
	u32 in_next;
	u32 trace;
};

/**
 * struct lockdep_node - a class that a search has reached
 * @class: class
 * @weak: see struct lockdep_search; of the edge by which it was reached
 * @parent: node before it; itself at the root
 * @edge: by which it was reached
 */
struct lockdep_node {
	u32 class;
	bool weak;
	u32 parent;
	u32 edge;
};

/* Slots of tables that a new generation empties. */
struct lockdep_class_slot {
	u32 generation;
	u32 class;
};
struct lockdep_chain_slot {
	u64 key;
	u64 generation;
};

/**
 * struct sim_held_lock - one lock held
 * @map: which
 * @nest_lock: held lock that orders those of its class, or NULL
 * @ip: where it was taken
 * @chain_before: key of the chain without it
 * @class: its class, 0 if there are too many
 * @read: as for lock_acquire()
 * @trylock: could not have waited
 * @check: takes part in the order
 * @nested: @nest_lock was held
 * @merged: @nested, and the one before it is of the same class: stands behind it
 */
struct sim_held_lock {
	struct lockdep_map *map;
	struct lockdep_map *nest_lock;
	unsigned long ip;
	u64 chain_before;
	u32 class;
	u8 read;
	bool trylock : 1;
	bool check : 1;
	bool nested : 1;
	bool merged : 1;
};

/**
 * struct lockdep_told - what has been reported once in this run
 * @what: literal
 * @first: class or 0
 * @second: class or 0
 */
struct lockdep_told {
	const char *what;
	u32 first;
	u32 second;
};

/**
 * struct lockdep_state - what slot SIM_SLOT_LOCKDEP points to
 * @class: classes; [0] stands for none
 * @class_count: with [0]
 * @class_capacity: room in @class
 * @edge: edges; [0] stands for none
 * @edge_count: with [0]
 * @edge_capacity: room in @edge
 * @trace: traces; [0] is that of the boot training
 * @trace_count: with [0]
 * @trace_capacity: room in @trace
 * @class_table: finds classes by key, name and subclass
 * @class_table_size: a power of two, at least twice @class_count
 * @chain: keys of the chains of held locks that are known to be right
 * @chain_size: a power of two
 * @chain_count: slots in use
 * @generation: of both tables
 * @node: of the running search
 * @node_capacity: room in @node
 * @mark: of the running search
 * @told: what has been reported
 * @told_count: number of @told
 * @told_capacity: room in @told
 * @trained_class: classes after the boot training, to come back to at each start
 * @trained_class_count: their number
 * @trained_edge: edges
 * @trained_edge_count: their number
 * @root_held: array of locks held of the root task, kept over resets
 * @root_held_capacity: room in it
 * @entry_ip: return address of the entry point that runs now
 * @uses_in: LOCKDEP_USES_IN of all classes together
 * @full: a lock was of a class beyond LOCKDEP_CLASS_MAX
 */
struct lockdep_state {
	struct lockdep_class *class;
	unsigned int class_count;
	unsigned int class_capacity;
	struct lockdep_edge *edge;
	unsigned int edge_count;
	unsigned int edge_capacity;
	struct lockdep_trace *trace;
	unsigned int trace_count;
	unsigned int trace_capacity;
	struct lockdep_class_slot *class_table;
	u32 class_table_size;
	struct lockdep_chain_slot *chain;
	u32 chain_size;
	u32 chain_count;
	u32 generation;
	struct lockdep_node *node;
	unsigned int node_capacity;
	u64 mark;
	struct lockdep_told *told;
	unsigned int told_count;
	unsigned int told_capacity;
	struct lockdep_class *trained_class;
	unsigned int trained_class_count;
	struct lockdep_edge *trained_edge;
	unsigned int trained_edge_count;
	struct sim_held_lock *root_held;
	unsigned int root_held_capacity;
	uintptr_t entry_ip;
	u8 uses_in;
	bool full;
};

static __always_inline struct lockdep_state *lockdep_state(void)
{
	return sim_world->slot[SIM_SLOT_LOCKDEP];
}

/* What makes a class: its key, or the lock itself where it was initialised without one. */
static __always_inline const void *lockdep_key(const struct lockdep_map *map)
{
	return map->key ? (const void *)map->key : (const void *)map;
}

/* lockdep_class.c */

/* Class of a map, made if there is none; 0 when there are too many. Sets the map's hint. */
u32 lockdep_class_get(struct lockdep_state *state, struct lockdep_map *map, unsigned int subclass);
u32 lockdep_class_make(struct lockdep_state *state, const void *key, const char *name,
		       unsigned int subclass);
/* All classes with this key are gone, and their edges with them. */
void lockdep_class_forget(struct lockdep_state *state, const void *key);
#define LOCKDEP_NAME_BYTES 96
/* "&x->lock", "&x->lock/1", "&x->lock#2": without blanks, the value of a field. */
const char *lockdep_class_name(const struct lockdep_state *state, u32 class, char *buf);
/* The tables are as they were after the training. */
void lockdep_class_restore(struct lockdep_state *state);

/* lockdep_graph.c */

/**
 * struct lockdep_search - breadth-first, along strong paths only
 * @backwards: against the edges
 * @weak: of the edge that the path continues: its far end is a recursive reader (backwards: a
 *	reader of any kind)
 * @locks_only: pass no class that stands for no lock that an interrupt could wait for
 * @match: ends the search where it returns true
 * @ctx: for @match
 *
 * A path is strong if at none of its classes a recursive reader arrives and a reader goes on:
 * recursive readers wait for writers only, and readers keep out only writers.
 */
struct lockdep_search {
	bool backwards;
	bool weak;
	bool locks_only;
	bool (*match)(const struct lockdep_class *class, const struct lockdep_node *node,
		      void *ctx);
	void *ctx;
};
/* Node of the first match, whose parents lead back to @start; NULL if there is none. */
const struct lockdep_node *lockdep_search(struct lockdep_state *state, u32 start,
					  const struct lockdep_search *search);
/* Does the order so far lead from @next to @prev, so that prev -> next closes a deadlock? */
const struct lockdep_node *lockdep_find_cycle(struct lockdep_state *state, u32 prev, u8 prev_read,
					      u32 next, u8 next_read);
bool lockdep_edge_known(const struct lockdep_state *state, u32 from, u32 to, u8 kind);
void lockdep_edge_add(struct lockdep_state *state, const struct lockdep_edge *edge);
static inline u8 lockdep_kind(u8 from_read, u8 to_read)
{
	return (from_read == 0 ? LOCKDEP_KIND_E : 0) | (to_read != 2 ? LOCKDEP_KIND_N : 0);
}
/* Index of a new trace of the running task; @ip is where its frames may begin. */
u32 lockdep_trace_take(struct lockdep_state *state, uintptr_t ip);

/* lockdep_chain.c */

/* @next is about to be taken by @task in a way that has not been seen before. */
void lockdep_validate(struct lockdep_state *state, const struct sim_task *task,
		      const struct sim_held_lock *next, u64 chain_key);
bool lockdep_chain_known(const struct lockdep_state *state, u64 key);
void lockdep_chain_remember(struct lockdep_state *state, u64 key);

/* lockdep_usage.c */

/* The lock's class is used in these ways for the first time. */
void lockdep_use(struct lockdep_state *state, const struct sim_held_lock *lock, unsigned int uses);
/* Would prev -> next lead from a class used in interrupts to one that they could interrupt? */
bool lockdep_uses_clash(struct lockdep_state *state, const struct sim_held_lock *prev,
			const struct sim_held_lock *next);

/* lockdep_context.c */

/* The running task may sleep here. */
void lockdep_check_sleep(uintptr_t ip);

/* lockdep_report.c */

/* False if this was said before in this run. @what is a literal. */
bool lockdep_tell(struct lockdep_state *state, const char *what, u32 first, u32 second);
/* A report whose call chain begins where the lock was taken. */
struct sim_report *lockdep_report_begin(enum sim_report_id id, uintptr_t ip);
void lockdep_report_cycle(struct lockdep_state *state, const struct sim_held_lock *prev,
			  const struct sim_held_lock *next, const struct lockdep_node *end);
void lockdep_report_recursion(struct lockdep_state *state, const struct sim_held_lock *prev,
			      const struct sim_held_lock *next);
void lockdep_report_edge(const struct lockdep_state *state, struct sim_report *report, u32 edge);
void lockdep_report_nest(struct lockdep_state *state, const struct sim_held_lock *next);
void lockdep_report_depth(struct lockdep_state *state, const struct sim_held_lock *next);
void lockdep_report_unlock(struct lockdep_state *state, const struct lockdep_map *map,
			   uintptr_t ip);

/* lockdep_report_irq.c */

/**
 * struct lockdep_clash - what goes wrong when an interrupt comes
 * @irq: which kind
 * @safe: class that is taken in an interrupt
 * @unsafe: class that is held with that interrupt enabled; may be @safe
 * @safe_use: number of the use that makes it so
 * @unsafe_use: the same
 * @first: of the edge between them that is new, 0 if none is
 * @second: see @first
 * @ip: where the lock was taken
 */
struct lockdep_clash {
	enum lockdep_irq irq;
	u32 safe;
	u32 unsafe;
	unsigned int safe_use;
	unsigned int unsafe_use;
	u32 first;
	u32 second;
	uintptr_t ip;
};
void lockdep_report_clash(struct lockdep_state *state, const struct lockdep_clash *clash);

/* lockdep_train.c */

void lockdep_train(struct lockdep_state *state);

#endif
