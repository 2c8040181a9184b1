/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What every lock operation passes: which class, held by whom, and is this chain known? */
#include "kernel/lockdep.h"
#include "kernel/lockdep_fast.h"
#include "kernel/warn_internal.h"

struct lock_class_key __lockdep_no_validate__;
struct lock_class_key __lockdep_no_track__;

static __always_inline u32 class_of(struct lockdep_state *state, struct lockdep_map *map,
				    unsigned int subclass)
{
	if (likely(subclass < NR_LOCKDEP_CACHING_CLASSES)) {
		u32 index = map->sim_class[subclass];
		const struct lockdep_class *class = &state->class[index];
		unsigned int level = subclass ? subclass : map->sim_subclass;

		if (likely(index < state->class_count && class->key == lockdep_key(map) &&
			   class->subclass == level))
			return index;
	}
	return lockdep_class_get(state, map, subclass);
}

/* In which ways is a lock used that is taken now? */
static __always_inline unsigned int uses_now(const struct sim_task *task, bool read, bool trylock)
{
	unsigned int uses = 0;

	if (unlikely((task->in_hardirq || task->in_softirq) && !trylock)) {
		if (task->in_hardirq)
			uses |= 1u << LOCKDEP_USE(LOCKDEP_HARDIRQ, LOCKDEP_USE_IN, 0);
		if (task->in_softirq)
			uses |= 1u << LOCKDEP_USE(LOCKDEP_SOFTIRQ, LOCKDEP_USE_IN, 0);
	}
	if (!task->irqs_disabled && !task->in_hardirq) {
		uses |= 1u << LOCKDEP_USE(LOCKDEP_HARDIRQ, LOCKDEP_USE_ENABLED, 0);
		if (!task->bh_count && !task->in_softirq)
			uses |= 1u << LOCKDEP_USE(LOCKDEP_SOFTIRQ, LOCKDEP_USE_ENABLED, 0);
	}
	return uses << read;
}

static int held_index(const struct sim_task *task, const struct lockdep_map *map)
{
	for (unsigned int i = task->held_count; i--;)
		if (task->held[i].map == map)
			return (int)i;
	return -1;
}

/* The chain with one lock more; what is new about it is looked at. */
static __always_inline void extend(struct lockdep_state *state, struct sim_task *task,
				   struct sim_held_lock *lock)
{
	u64 key;

	lock->chain_before = task->chain_key;
	lock->merged = unlikely(lock->nested) && task->held_count &&
		       task->held[task->held_count - 1].class == lock->class;
	if (lock->merged)
		return;
	key = lockdep_chain_add(task->chain_key, lockdep_chain_id(lock));
	if (task->held_count && !lock->trylock && lock->check && lock->class &&
	    !lockdep_chain_known(state, key))
		lockdep_validate(state, task, lock, key);
	task->chain_key = key;
}

static noinline __cold void held_grow(struct lockdep_state *state, struct sim_task *task)
{
	task->held = sim_array_grow(sim_world, task->held, task->held_count, &task->held_capacity,
				    sizeof(*task->held));
	if (task->class != SIM_TASK_ROOT)
		return;
	state->root_held = task->held;
	state->root_held_capacity = task->held_capacity;
}

/* Locks that stand behind another of their class take no room in the kernel's array. */
static noinline __cold void check_depth(struct lockdep_state *state, const struct sim_task *task,
					const struct sim_held_lock *next)
{
	unsigned int depth = 0;

	for (unsigned int i = 0; i < task->held_count; i++)
		depth += !task->held[i].merged;
	if (depth >= MAX_LOCK_DEPTH && !next->merged)
		lockdep_report_depth(state, next);
}

static __always_inline struct sim_held_lock prepare(struct lockdep_state *state,
						    const struct sim_task *task,
						    struct lockdep_map *map, unsigned int subclass,
						    int trylock, int read, int check,
						    struct lockdep_map *nest_lock,
						    unsigned long ip)
{
	struct sim_held_lock lock = {
		.map = map,
		.nest_lock = nest_lock,
		.ip = ip,
		.class = class_of(state, map, subclass),
		.read = (u8)read,
		.trylock = trylock,
		.check = check && map->key != &__lockdep_no_validate__,
	};

	if (unlikely(nest_lock)) {
		lock.nested = held_index(task, nest_lock) >= 0;
		if (!lock.nested)
			lockdep_report_nest(state, &lock);
	}
	return lock;
}

void lock_acquire(struct lockdep_map *map, unsigned int subclass, int trylock, int read, int check,
		  struct lockdep_map *nest_lock, unsigned long ip)
{
	struct lockdep_state *state = lockdep_state();
	struct sim_task *task = sim_task_current();
	struct sim_held_lock lock;
	unsigned int uses;

	if (unlikely(map->key == &__lockdep_no_track__))
		return;
	if (DEBUG_LOCKS_WARN_ON(subclass >= MAX_LOCKDEP_SUBCLASSES))
		return;
	state->entry_ip = _RET_IP_;
	lock = prepare(state, task, map, subclass, trylock, read, check, nest_lock, ip);
	uses = uses_now(task, read != 0, trylock) & ~state->class[lock.class].uses;
	if (unlikely(uses) && lock.check && lock.class)
		lockdep_use(state, &lock, uses);
	extend(state, task, &lock);
	if (unlikely(task->held_count >= MAX_LOCK_DEPTH))
		check_depth(state, task, &lock);
	if (unlikely(task->held_count == task->held_capacity))
		held_grow(state, task);
	task->held[task->held_count++] = lock;
}

bool lockdep_acquire_behind(struct sim_task *task, struct lockdep_map *map, u32 index,
			    unsigned int read, unsigned long ip)
{
	const struct sim_held_lock like = { .class = index, .read = (u8)read, .check = true };
	u64 key = lockdep_chain_add(task->chain_key, lockdep_chain_id(&like));

	if (task->held_count >= task->held_capacity || task->held_count >= LOCKDEP_FAST_DEPTH ||
	    !lockdep_chain_known(lockdep_state(), key))
		return false;
	lockdep_held_add(task, map, index, read, ip, key);
	return true;
}

/* Locks from @index on are taken as they were, after something changed below them. */
static void take_again(struct lockdep_state *state, struct sim_task *task, unsigned int index,
		       u64 chain_key)
{
	unsigned int count = task->held_count;

	task->chain_key = chain_key;
	for (task->held_count = index; task->held_count < count; task->held_count++)
		extend(state, task, &task->held[task->held_count]);
}

static void held_remove(struct lockdep_state *state, struct sim_task *task, unsigned int index)
{
	u64 chain_key = task->held[index].chain_before;

	task->held_count--;
	for (unsigned int i = index; i < task->held_count; i++)
		task->held[i] = task->held[i + 1];
	take_again(state, task, index, chain_key);
}

void lock_release(struct lockdep_map *map, unsigned long ip)
{
	struct lockdep_state *state = lockdep_state();
	struct sim_task *task = sim_task_current();
	unsigned int count = task->held_count;
	int index;

	if (likely(count && task->held[count - 1].map == map)) {
		task->held_count = count - 1;
		task->chain_key = task->held[count - 1].chain_before;
		return;
	}
	if (unlikely(map->key == &__lockdep_no_track__))
		return;
	state->entry_ip = _RET_IP_;
	index = held_index(task, map);
	if (index < 0)
		lockdep_report_unlock(state, map, ip);
	else
		held_remove(state, task, index);
}

void lock_sync(struct lockdep_map *map, unsigned int subclass, int read, int check,
	       struct lockdep_map *nest_lock, unsigned long ip)
{
	struct lockdep_state *state = lockdep_state();
	struct sim_task *task = sim_task_current();
	struct sim_held_lock lock;
	u64 chain_key = task->chain_key;
	unsigned int uses;

	state->entry_ip = _RET_IP_;
	lock = prepare(state, task, map, subclass, 0, read, check, nest_lock, ip);
	/* Nothing is held afterwards, so it does not matter what interrupts are enabled. */
	uses = uses_now(task, read != 0, false) & LOCKDEP_USES_IN;
	uses &= ~state->class[lock.class].uses;
	if (uses && lock.check && lock.class)
		lockdep_use(state, &lock, uses);
	extend(state, task, &lock);
	task->chain_key = chain_key;
}

void lock_set_class(struct lockdep_map *map, const char *name, struct lock_class_key *key,
		    unsigned int subclass, unsigned long ip)
{
	struct lockdep_state *state = lockdep_state();
	struct sim_task *task = sim_task_current();
	int index = held_index(task, map);

	state->entry_ip = _RET_IP_;
	if (index < 0) {
		lockdep_report_unlock(state, map, ip);
		return;
	}
	lockdep_init_map_type(map, name, key, 0, map->wait_type_inner, map->wait_type_outer,
			      map->lock_type);
	task->held[index].class = class_of(state, map, subclass);
	take_again(state, task, index, task->held[index].chain_before);
}

void lock_downgrade(struct lockdep_map *map, unsigned long ip)
{
	struct lockdep_state *state = lockdep_state();
	struct sim_task *task = sim_task_current();
	int index = held_index(task, map);

	state->entry_ip = _RET_IP_;
	if (index < 0) {
		lockdep_report_unlock(state, map, ip);
		return;
	}
	task->held[index].read = 1;
	task->held[index].ip = ip;
	take_again(state, task, index, task->held[index].chain_before);
}

int lock_is_held_type(const struct lockdep_map *map, int read)
{
	const struct sim_task *task = sim_task_current();
	int index = held_index(task, map);

	if (index < 0)
		return LOCK_STATE_NOT_HELD;
	return read < 0 || !!read == !!task->held[index].read;
}

void lockdep_init_map_type(struct lockdep_map *map, const char *name, struct lock_class_key *key,
			   int subclass, u8 inner, u8 outer, u8 lock_type)
{
	*map = (struct lockdep_map){
		.key = key,
		.name = name ? name : "?",
		.wait_type_inner = inner,
		.wait_type_outer = outer,
		.lock_type = lock_type,
		.sim_subclass = (u8)subclass,
	};
}

void lockdep_register_key(struct lock_class_key *key)
{
	*key = (struct lock_class_key){};
}

void lockdep_unregister_key(struct lock_class_key *key)
{
	lockdep_class_forget(lockdep_state(), key);
}

void sim_held_drop(struct sim_task *task, const struct lockdep_map *map)
{
	int index = held_index(task, map);

	if (index >= 0)
		held_remove(lockdep_state(), task, index);
}

static void held_mark(struct sim_task *task)
{
	struct lockdep_state *state = lockdep_state();

	for (unsigned int i = 0; i < task->held_count; i++) {
		const struct sim_held_lock *lock = &task->held[i];
		unsigned int uses = uses_now(task, lock->read != 0, true);

		uses &= ~state->class[lock->class].uses;
		if (unlikely(uses) && lock->check && lock->class)
			lockdep_use(state, lock, uses);
	}
}

void sim_lockdep_irqs_enabled(void)
{
	struct sim_task *task = sim_task_current();

	if (unlikely(task->held_count)) {
		lockdep_state()->entry_ip = _RET_IP_;
		held_mark(task);
	}
}
