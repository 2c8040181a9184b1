/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Locks of a world, as the lock checker sees them: which classes there are, in what order they
 * were taken, who holds what now, who waits. And the union of such orders over many runs: a
 * scenario that takes a before b and another that takes b before a are wrong together, though each
 * alone is right.
 *
 * DOC: Vocabulary
 *
 * class     locks that are alike: initialised at one place, of one level of nesting.
 * edge      a class was taken with another held.
 * boot      the order that the kernel teaches its checker before anything runs.
 */
#ifndef SVMSIM_LOCKS_H
#define SVMSIM_LOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>

struct svmsim_world;

#define SVMSIM_LOCK_NAME_MAX 96

/**
 * struct svmsim_lock_class - one class
 * @name: "&x->lock", "&x->lock/1"; "#2" tells a second of that name from the first
 * @file: where such locks are initialised, a basename; "" where that is not known
 * @function: in it
 * @kind: "sleeping", "spinning", or "map" for what stands for no lock
 */
struct svmsim_lock_class {
	char name[SVMSIM_LOCK_NAME_MAX];
	const char *file;
	const char *function;
	const char *kind;
};

/**
 * struct svmsim_lock_edge - one class was held when another was taken
 * @from: index of the class held
 * @to: index of the class taken
 * @held: how: 0 exclusively, 1 shared, 2 shared in a way that may nest in itself
 * @taken: how, the same
 * @task: who was the first; NULL at boot
 * @frame_count: call chain by which @to was taken
 * @frame: addresses, innermost first; svmsim_frame_name() names one
 */
struct svmsim_lock_edge {
	unsigned int from;
	unsigned int to;
	unsigned int held;
	unsigned int taken;
	const char *task;
	unsigned int frame_count;
	const uintptr_t *frame;
};

/**
 * struct svmsim_lock_held - a lock that a task holds now
 * @task: who
 * @name: its class
 * @mode: as struct svmsim_lock_edge.held
 * @trylock: it was taken by a trylock
 * @frame: where it was taken, an address
 */
struct svmsim_lock_held {
	const char *task;
	char name[SVMSIM_LOCK_NAME_MAX];
	unsigned int mode;
	bool trylock;
	uintptr_t frame;
};

/**
 * struct svmsim_lock_waiter - a task that can't go on
 * @task: who
 * @what: "lock b, held by t1"
 */
struct svmsim_lock_waiter {
	const char *task;
	char what[256];
};

/**
 * svmsim_lock_class - one class
 * @world: world
 * @index: from 0, in the order of first use; those of the boot come first
 * @record: filled
 *
 * Return: 0, or -ENOENT past the last.
 */
SVMSIM_API int svmsim_lock_class(struct svmsim_world *world, unsigned int index,
				 struct svmsim_lock_class *record);
/**
 * svmsim_lock_edge - one edge
 * @world: world
 * @index: from 0, in the order of first coming
 * @record: filled
 *
 * Return: 0, or -ENOENT past the last.
 */
SVMSIM_API int svmsim_lock_edge(struct svmsim_world *world, unsigned int index,
				struct svmsim_lock_edge *record);
/**
 * svmsim_lock_held - one lock held now
 * @world: world
 * @index: from 0, by task and then in order of taking
 * @record: filled
 *
 * Return: 0, or -ENOENT past the last.
 */
SVMSIM_API int svmsim_lock_held(struct svmsim_world *world, unsigned int index,
				struct svmsim_lock_held *record);
/**
 * svmsim_lock_waiter - one task that waits now
 * @world: world
 * @index: from 0, by number of the task
 * @record: filled
 *
 * Return: 0, or -ENOENT past the last.
 */
SVMSIM_API int svmsim_lock_waiter(struct svmsim_world *world, unsigned int index,
				  struct svmsim_lock_waiter *record);

/**
 * svmsim_lock_order_text - classes and edges as text, for a process of the same program
 * @world: world
 *
 * Return: text that free() frees; "" when the run added nothing to the order of the boot.
 */
SVMSIM_API char *svmsim_lock_order_text(struct svmsim_world *world);

struct svmsim_lock_union;

/**
 * struct svmsim_lock_finding - an order that no run had by itself
 * @first: class held
 * @second: class taken, though it comes before @first elsewhere
 * @cycle: number of classes in it
 * @file: where @first was held
 * @other_file: where @second came before: the first file of those that say so
 * @text: the report as a block of text
 */
struct svmsim_lock_finding {
	const char *first;
	const char *second;
	unsigned int cycle;
	const char *file;
	const char *other_file;
	const char *text;
};

/** svmsim_lock_union_make - an empty union */
SVMSIM_API struct svmsim_lock_union *svmsim_lock_union_make(void);
/**
 * svmsim_lock_union_add - add the order of a run
 * @locks: union
 * @file: what to call it
 * @text: of svmsim_lock_order_text()
 *
 * Classes are the same when their names and the places where they are initialised are; where a run
 * has two such, they are left out. An edge that closes a cycle is a finding, and not added.
 * Return: 0, -EINVAL when the text is damaged.
 */
SVMSIM_API int svmsim_lock_union_add(struct svmsim_lock_union *locks, const char *file,
				     const char *text);
/**
 * svmsim_lock_union_finding - what was found so far
 * @locks: union
 * @index: from 0, in the order of finding
 * @finding: filled; its texts live as long as the union
 *
 * Return: 0, or -ENOENT past the last.
 */
SVMSIM_API int svmsim_lock_union_finding(const struct svmsim_lock_union *locks, unsigned int index,
					 struct svmsim_lock_finding *finding);
/**
 * svmsim_lock_union_free - free a union
 * @locks: union; NULL is fine
 */
SVMSIM_API void svmsim_lock_union_free(struct svmsim_lock_union *locks);

#endif
