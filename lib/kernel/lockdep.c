/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Who holds what: the part of the lock checker that every lock operation passes. */
#include "kernel/lockdep.h"
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include "kernel/warn_internal.h"
#include "kernel/world.h"

struct lock_class_key __lockdep_no_validate__;
struct lock_class_key __lockdep_no_track__;

/**
 * struct sim_held_lock - one lock held
 * @map: which
 * @nest_lock: held lock that orders those of its class, or NULL
 * @ip: where it was taken
 * @read: as for lock_acquire()
 */
struct sim_held_lock {
	struct lockdep_map *map;
	struct lockdep_map *nest_lock;
	unsigned long ip;
	u8 read;
};

struct lockdep_state {
	struct sim_held_lock *held;
	unsigned int held_count;
	unsigned int held_capacity;
};

static struct lockdep_state *lockdep_state(void)
{
	return sim_world->slot[SIM_SLOT_LOCKDEP];
}

void lockdep_init_map_type(struct lockdep_map *lock, const char *name, struct lock_class_key *key,
			   int subclass, u8 inner, u8 outer, u8 lock_type)
{
	*lock = (struct lockdep_map){
		.key = key,
		.name = name ? name : "?",
		.wait_type_inner = inner,
		.wait_type_outer = outer,
		.lock_type = lock_type,
	};
}

void lockdep_register_key(struct lock_class_key *key)
{
	*key = (struct lock_class_key){};
}

void lockdep_unregister_key(struct lock_class_key *key)
{
}

static struct sim_held_lock *find_held(const struct lockdep_map *lock)
{
	struct lockdep_state *state = lockdep_state();

	for (unsigned int i = state->held_count; i--;)
		if (state->held[i].map == lock)
			return &state->held[i];
	return NULL;
}

void lock_acquire(struct lockdep_map *lock, unsigned int subclass, int trylock, int read, int check,
		  struct lockdep_map *nest_lock, unsigned long ip)
{
	struct lockdep_state *state = lockdep_state();

	if (unlikely(state->held_count == state->held_capacity))
		state->held = sim_array_grow(sim_world, state->held, state->held_count,
					     &state->held_capacity, sizeof(*state->held));
	state->held[state->held_count++] = (struct sim_held_lock){
		.map = lock,
		.nest_lock = nest_lock,
		.ip = ip,
		.read = read,
	};
}

void lock_release(struct lockdep_map *lock, unsigned long ip)
{
	struct lockdep_state *state = lockdep_state();
	struct sim_held_lock *held = find_held(lock);

	if (!held)
		return;
	state->held_count--;
	for (; held < state->held + state->held_count; held++)
		*held = held[1];
}

void lock_sync(struct lockdep_map *lock, unsigned int subclass, int read, int check,
	       struct lockdep_map *nest_lock, unsigned long ip)
{
	lock_acquire(lock, subclass, 0, read, check, nest_lock, ip);
	lock_release(lock, ip);
}

void lock_set_class(struct lockdep_map *lock, const char *name, struct lock_class_key *key,
		    unsigned int subclass, unsigned long ip)
{
	lock->name = name;
	lock->key = key;
}

void lock_downgrade(struct lockdep_map *lock, unsigned long ip)
{
	struct sim_held_lock *held = find_held(lock);

	if (held)
		held->read = 1;
}

int lock_is_held_type(const struct lockdep_map *lock, int read)
{
	const struct sim_held_lock *held = find_held(lock);

	if (!held)
		return LOCK_STATE_NOT_HELD;
	return read < 0 || !!read == !!held->read;
}

unsigned int sim_lock_held_count(void)
{
	return lockdep_state()->held_count;
}

bool read_lock_is_recursive(void)
{
	return in_interrupt();
}

bool sim_lockdep_irqs_on(void)
{
	return !irqs_disabled();
}

bool sim_lockdep_in_hardirq(void)
{
	return in_hardirq();
}

bool sim_lockdep_in_softirq(void)
{
	return in_softirq();
}

bool sim_lockdep_preempt_off(void)
{
	return preempt_count() != 0;
}

static int lockdep_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_LOCKDEP] = sim_alloc(world, sizeof(struct lockdep_state));
	return 0;
}

static void lockdep_reset(struct svmsim_world *world)
{
	lockdep_state()->held_count = 0;
}

static void lockdep_unmake(struct svmsim_world *world)
{
	struct lockdep_state *state = lockdep_state();

	sim_free(world, state->held, state->held_capacity * sizeof(*state->held));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_LOCKDEP] = NULL;
}

const struct sim_layer sim_layer_lockdep = {
	.name = "lockdep",
	.slot = SIM_SLOT_LOCKDEP,
	.make = lockdep_make,
	.reset = lockdep_reset,
	.unmake = lockdep_unmake,
};
