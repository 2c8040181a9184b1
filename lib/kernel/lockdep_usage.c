/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Locks and interrupts. A class that is taken in an interrupt ("safe") must never be held with
 * that interrupt enabled ("unsafe"), and no path of the order may lead from a safe class to an
 * unsafe one: the holder of the second could be interrupted by somebody who wants the first, while
 * the holder of the first waits for the second.
 */
#include "kernel/lockdep_internal.h"

/* struct user - looks for a class with one of these uses */
struct user {
	unsigned int uses;
};

/* By a path that ends with a weak edge, only exclusive uses close a circle. */
static unsigned int uses_seen(const struct lockdep_class *class, bool weak)
{
	return weak ? class->uses & LOCKDEP_USES_WRITE : class->uses;
}

static bool has_use(const struct lockdep_class *class, const struct lockdep_node *node, void *ctx)
{
	const struct user *user = ctx;

	return uses_seen(class, node->weak) & user->uses;
}

static const struct lockdep_node *find_user(struct lockdep_state *state, u32 start, bool weak,
					    bool backwards, unsigned int uses)
{
	struct user user = { uses };

	return lockdep_search(state, start,
			      &(struct lockdep_search){
				      .backwards = backwards,
				      .weak = weak,
				      .locks_only = true,
				      .match = has_use,
				      .ctx = &user,
			      });
}

/* The uses of one interrupt and direction, exclusive and shared. */
static unsigned int both(enum lockdep_irq irq, unsigned int direction)
{
	return 1u << LOCKDEP_USE(irq, direction, 0) | 1u << LOCKDEP_USE(irq, direction, 1);
}

/* Number of one of @uses that the class has, exclusive first. */
static unsigned int use_of(const struct lockdep_class *class, unsigned int uses)
{
	return __builtin_ctz(class->uses & uses);
}

static void clash(struct lockdep_state *state, struct lockdep_clash *clash)
{
	clash->safe_use = use_of(&state->class[clash->safe],
				 both(clash->irq, LOCKDEP_USE_IN));
	clash->unsafe_use = use_of(&state->class[clash->unsafe],
				   both(clash->irq, LOCKDEP_USE_ENABLED));
	lockdep_report_clash(state, clash);
}

static void check_use(struct lockdep_state *state, const struct sim_held_lock *lock,
		      unsigned int use)
{
	enum lockdep_irq irq = use / 4;
	bool enabled = use / 2 % 2, read = use % 2;
	unsigned int against = both(irq, !enabled);
	const struct lockdep_node *found;
	struct lockdep_clash at = {
		.irq = irq,
		.safe = lock->class,
		.unsafe = lock->class,
		.ip = lock->ip,
	};

	/* Readers on both sides do not keep each other out. */
	if (read)
		against &= LOCKDEP_USES_WRITE;
	if (state->class[lock->class].uses & against) {
		clash(state, &at);
		return;
	}
	found = find_user(state, lock->class, enabled ? lock->read != 0 : lock->read == 2, enabled,
			  both(irq, !enabled));
	if (!found)
		return;
	if (enabled)
		at.safe = found->class;
	else
		at.unsafe = found->class;
	clash(state, &at);
}

void lockdep_use(struct lockdep_state *state, const struct sim_held_lock *lock, unsigned int uses)
{
	struct lockdep_class *class = &state->class[lock->class];
	u32 trace = lockdep_trace_take(state, lock->ip);

	state->uses_in |= uses & LOCKDEP_USES_IN;
	for (unsigned int use = 0; use < LOCKDEP_USE_COUNT; use++) {
		if (!(uses & ~class->uses & 1u << use))
			continue;
		class->uses |= 1u << use;
		class->use_trace[use] = trace;
		/* With no class used in an interrupt, nothing can go wrong. */
		if (state->uses_in)
			check_use(state, lock, use);
	}
}

bool lockdep_uses_clash(struct lockdep_state *state, const struct sim_held_lock *prev,
			const struct sim_held_lock *next)
{
	for (enum lockdep_irq irq = 0; irq < LOCKDEP_IRQ_COUNT; irq++) {
		struct lockdep_clash at = {
			.irq = irq,
			.first = prev->class,
			.second = next->class,
			.ip = next->ip,
		};
		const struct lockdep_node *node;

		if (!(state->uses_in & both(irq, LOCKDEP_USE_IN)))
			continue;
		node = find_user(state, prev->class, prev->read != 0, true,
				 both(irq, LOCKDEP_USE_IN));
		if (!node)
			continue;
		at.safe = node->class;
		node = find_user(state, next->class, next->read == 2, false,
				 both(irq, LOCKDEP_USE_ENABLED));
		if (!node)
			continue;
		at.unsafe = node->class;
		clash(state, &at);
		return true;
	}
	return false;
}
