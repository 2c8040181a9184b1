/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Waiting for a bit of a word or for a variable to change, and locks that are one bit. A bit has no
 * room for its holder or its queue: both are in the world.
 */
#include <linux/bit_spinlock.h>
#include <linux/jiffies.h>
#include <linux/wait_bit.h>
#include "kernel/lock_state.h"
#include "kernel/time.h"
#include "kernel/warn_internal.h"

static struct sim_bit_hold *hold_find(const unsigned long *word, unsigned int bit)
{
	struct sim_lock_state *state = sim_lock_state();

	for (unsigned int i = state->bit_hold_count; i--;)
		if (state->bit_holds[i].word == word && state->bit_holds[i].bit == bit)
			return &state->bit_holds[i];
	return NULL;
}

/* The hold of this class by which the checker knows the task; or another one of them. */
static struct sim_bit_hold *hold_of_class(const struct sim_task *task,
					  const struct lockdep_map *map)
{
	struct sim_lock_state *state = sim_lock_state();

	for (unsigned int i = 0; i < state->bit_hold_count; i++)
		if (state->bit_holds[i].task == task && state->bit_holds[i].map == map)
			return &state->bit_holds[i];
	return NULL;
}

static void hold_add(const struct sim_bit_hold *hold)
{
	struct sim_lock_state *state = sim_lock_state();

	if (unlikely(state->bit_hold_count == state->bit_hold_capacity))
		state->bit_holds = sim_array_grow(sim_world, state->bit_holds,
						  state->bit_hold_count,
						  &state->bit_hold_capacity,
						  sizeof(*state->bit_holds));
	state->bit_holds[state->bit_hold_count++] = *hold;
}

static void hold_remove(struct sim_bit_hold *hold)
{
	struct sim_lock_state *state = sim_lock_state();

	state->bit_hold_count--;
	for (; hold < state->bit_holds + state->bit_hold_count; hold++)
		*hold = hold[1];
}

void sim_bit_memory_freed(const void *start, size_t bytes)
{
	struct sim_lock_state *state = sim_lock_state();
	struct sim_bit_hold *hold = state->bit_holds;

	while (hold < state->bit_holds + state->bit_hold_count) {
		if ((uintptr_t)hold->word - (uintptr_t)start >= bytes) {
			hold++;
			continue;
		}
		sim_lock_report(hold->name, "freed-held", "its memory was freed while held");
		if (!hold->map && hold->task->preempt_count > 0)
			hold->task->preempt_count--;
		if (hold->checked)
			sim_held_drop(hold->task, hold->map);
		hold_remove(hold);
	}
}

int sim_bit_spinning(const struct sim_task *task)
{
	struct sim_lock_state *state = sim_lock_state();
	int count = 0;

	for (unsigned int i = 0; i < state->bit_hold_count; i++) {
		const struct sim_bit_hold *hold = &state->bit_holds[i];

		if (hold->task != task || hold->map)
			continue;
		sim_lock_report(hold->name, "never-released", "still held at the end of the run");
		count++;
	}
	return count;
}

struct sim_task *sim_bit_owner(const unsigned long *word, unsigned int bit)
{
	const struct sim_bit_hold *hold = hold_find(word, bit);

	return hold ? hold->task : NULL;
}

static bool bit_owner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	const struct sim_bit_waiter *waiter = object;

	if (index || waiter->key.bit_nr < 0)
		return false;
	*owner_task = sim_bit_owner(waiter->key.flags, (unsigned int)waiter->key.bit_nr);
	return *owner_task;
}

/* Exclusive waiters stand behind all others, in order of their coming. */
static void enqueue(struct sim_bit_waiter *waiter)
{
	struct sim_lock_state *state = sim_lock_state();
	struct sim_bit_waiter *before = waiter->exclusive ? NULL : state->bit_first;

	if (waiter->queued)
		return;
	waiter->queued = true;
	waiter->next = before;
	waiter->prev = before ? before->prev : state->bit_last;
	*(waiter->prev ? &waiter->prev->next : &state->bit_first) = waiter;
	*(before ? &before->prev : &state->bit_last) = waiter;
}

static void dequeue(struct sim_bit_waiter *waiter)
{
	struct sim_lock_state *state = sim_lock_state();

	if (!waiter->queued)
		return;
	waiter->queued = false;
	*(waiter->prev ? &waiter->prev->next : &state->bit_first) = waiter->next;
	*(waiter->next ? &waiter->next->prev : &state->bit_last) = waiter->prev;
}

/* Wakes all that wait for this without excluding each other, and one that does. */
static void wake_up_all_for(const void *word, int bit)
{
	struct sim_bit_waiter *waiter = sim_lock_state()->bit_first, *next;

	for (; waiter; waiter = next) {
		next = waiter->next;
		if (waiter->key.flags != word || waiter->key.bit_nr != bit)
			continue;
		dequeue(waiter);
		/* Who spins may have said already how it is going to sleep later. */
		if (waiter->task->state == SIM_TASK_SPINNING)
			sim_task_wake(waiter->task, 0);
		else
			sim_try_to_wake(&waiter->task->task, TASK_NORMAL);
		if (waiter->exclusive)
			return;
	}
}

/* Sleeps in the state that is set; the key is the first member of the waiter that asks. */
static int sleep_on(struct wait_bit_key *key, u64 deadline_ns, const char *verb,
		    const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = verb,
		.name = site->argument,
		.object = key,
		.owner = key->bit_nr < 0 ? NULL : bit_owner,
		.site = site,
	};

	return sim_sleep_waiting(&waiting, deadline_ns);
}

static int wait_for_key(struct wait_bit_key *key, int mode, u64 deadline_ns)
{
	int err = sleep_on(key, deadline_ns, "bit", SIM_BIT_AT("bit_wait", "word"));

	if (err == -EDEADLK)
		return err;
	return sim_task_signal_pending(sim_task_current(), (unsigned int)mode) ? -EINTR : 0;
}

int bit_wait(struct wait_bit_key *key, int mode)
{
	return wait_for_key(key, mode, SIM_NO_DEADLINE);
}

int bit_wait_io(struct wait_bit_key *key, int mode)
{
	return wait_for_key(key, mode, SIM_NO_DEADLINE);
}

int bit_wait_timeout(struct wait_bit_key *key, int mode)
{
	if (time_after_eq(jiffies, key->timeout))
		return -EAGAIN;
	return wait_for_key(key, mode, sim_jiffies_to_ns(key->timeout));
}

/* Until the bit is clear, or @action has had enough; it may be the caller's own. */
static int wait_while_set(struct sim_bit_waiter *waiter, wait_bit_action_f *action,
			  unsigned int mode)
{
	int err = 0;

	while (!err && test_bit((unsigned long)waiter->key.bit_nr, waiter->key.flags)) {
		enqueue(waiter);
		sim_state_set(mode);
		err = action(&waiter->key, (int)mode);
	}
	sim_state_set(TASK_RUNNING);
	dequeue(waiter);
	return err;
}

int sim_wait_on_bit(unsigned long *word, int bit, wait_bit_action_f *action, unsigned int mode,
		    unsigned long timeout, const struct sim_site *site)
{
	struct sim_bit_waiter waiter = {
		.key = { .flags = word, .bit_nr = bit, .timeout = jiffies + timeout },
		.task = sim_task_current(),
	};
	int err;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	if (sim_inject_signal(mode, site))
		return -EINTR;
	err = wait_while_set(&waiter, action, mode);
	sim_order_acquire(word);
	return err == -EDEADLK ? 0 : err;
}

int sim_wait_on_bit_lock(unsigned long *word, int bit, wait_bit_action_f *action,
			 unsigned int mode, const struct sim_site *site)
{
	struct sim_bit_waiter waiter = {
		.key = { .flags = word, .bit_nr = bit },
		.task = sim_task_current(),
		.exclusive = true,
	};
	int err;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	if (sim_inject_signal(mode, site))
		return -EINTR;
	err = wait_while_set(&waiter, action, mode);
	if (test_and_set_bit((unsigned long)bit, word))
		return err == -EDEADLK ? 0 : err;
	sim_order_acquire(word);
	return 0;
}

void sim_wake_up_bit(unsigned long *word, int bit, const struct sim_site *site)
{
	sim_order_release(word);
	if (!test_bit((unsigned long)bit, word))
		wake_up_all_for(word, bit);
	sim_point_here(site);
}

void sim_wake_up_var(void *var, const struct sim_site *site)
{
	sim_order_release(var);
	wake_up_all_for(var, -1);
	sim_point_here(site);
}

void sim_var_wait_begin(struct sim_bit_waiter *waiter, void *var, const struct sim_site *site)
{
	*waiter = (struct sim_bit_waiter){
		.key = { .flags = var, .bit_nr = -1 },
		.task = sim_task_current(),
	};
	sim_lock_may_sleep(site);
}

long sim_var_wait_prepare(struct sim_bit_waiter *waiter, unsigned int mode,
			  const struct sim_site *site)
{
	if (sim_signal_ends(mode, site))
		return -ERESTARTSYS;
	enqueue(waiter);
	sim_state_set(mode);
	return 0;
}

long sim_var_wait(struct sim_bit_waiter *waiter, long timeout, const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = "condition",
		.name = site->argument,
		.object = waiter->key.flags,
		.site = site,
	};

	if (timeout != MAX_SCHEDULE_TIMEOUT)
		return sim_sleep_timeout(&waiting, timeout);
	return sim_sleep_waiting(&waiting, SIM_NO_DEADLINE) == -EDEADLK ? 0 : timeout;
}

void sim_var_wait_end(struct sim_bit_waiter *waiter)
{
	sim_state_set(TASK_RUNNING);
	dequeue(waiter);
	sim_order_acquire(waiter->key.flags);
}

/* Bit spinlocks. */

void sim_bit_spin_lock(int bitnum, unsigned long *addr, const struct sim_site *site)
{
	struct sim_bit_hold hold = {
		.word = addr,
		.name = site->argument,
		.task = sim_task_current(),
		.bit = (unsigned int)bitnum,
	};
	struct sim_bit_waiter waiter = {
		.key = { .flags = addr, .bit_nr = bitnum },
		.task = hold.task,
	};
	const struct sim_waiting waiting = {
		.verb = "bit lock",
		.name = site->argument,
		.object = &waiter,
		.owner = bit_owner,
		.site = site,
	};

	sim_point_here(site);
	hold.task->preempt_count++;
	if (unlikely(sim_bit_owner(addr, hold.bit) == hold.task)) {
		sim_lock_report(site->argument, "held-twice",
				"taken while held by the same task: it would wait for itself");
		hold_find(addr, hold.bit)->depth++;
		return;
	}
	while (unlikely(test_bit(hold.bit, addr))) {
		enqueue(&waiter);
		if (sim_task_block(SIM_TASK_SPINNING, &waiting, SIM_NO_DEADLINE) == -EDEADLK)
			break;
	}
	dequeue(&waiter);
	set_bit(hold.bit, addr);
	hold_add(&hold);
	sim_order_acquire(addr);
}

int sim_bit_spin_trylock(int bitnum, unsigned long *addr, const struct sim_site *site)
{
	struct sim_bit_hold hold = {
		.word = addr,
		.name = site->argument,
		.task = sim_task_current(),
		.bit = (unsigned int)bitnum,
	};

	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || test_and_set_bit(hold.bit, addr))
		return 0;
	hold.task->preempt_count++;
	hold_add(&hold);
	sim_order_acquire(addr);
	return 1;
}

void sim_bit_spin_unlock(int bitnum, unsigned long *addr, const struct sim_site *site)
{
	struct sim_bit_hold *hold = hold_find(addr, (unsigned int)bitnum);

	if (unlikely(!test_bit((unsigned long)bitnum, addr))) {
		sim_lock_report(site->argument, "not-held", "released though it is not held");
		return;
	}
	if (unlikely(hold && hold->depth)) {
		hold->depth--;
		sim_preempt_down(sim_task_current());
		return;
	}
	if (hold)
		hold_remove(hold);
	sim_order_release(addr);
	clear_bit((unsigned long)bitnum, addr);
	wake_up_all_for(addr, bitnum);
	sim_preempt_down(sim_task_current());
	sim_point_here(site);
}

/* Bit locks that sleep, of a class. */

static void class_taken(struct sim_bit_hold *hold)
{
	hold->checked = !hold_of_class(hold->task, hold->map);
	hold_add(hold);
}

int sim_bit_lock(unsigned long *word, unsigned int bit, struct lockdep_map *map,
		 unsigned int kernel_state, const struct sim_site *site)
{
	struct sim_bit_hold hold = {
		.word = word,
		.map = map,
		.name = map->name,
		.task = sim_task_current(),
		.bit = bit,
	};
	struct sim_bit_waiter waiter = {
		.key = { .flags = word, .bit_nr = (int)bit },
		.task = hold.task,
		.exclusive = true,
	};
	bool is_first = !hold_of_class(hold.task, map);
	int err = 0;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	if (unlikely(sim_bit_owner(word, bit) == hold.task)) {
		sim_lock_report_twice(map);
		hold_find(word, bit)->depth++;
		return 0;
	}
	if (is_first)
		lock_acquire_exclusive(map, 0, 0, NULL, _RET_IP_);
	if (sim_inject_signal(kernel_state, site))
		err = -EINTR;
	while (!err && test_bit(bit, word)) {
		enqueue(&waiter);
		sim_state_set(kernel_state);
		err = sim_task_signal_pending(hold.task, kernel_state) ?
			      -EINTR :
			      sleep_on(&waiter.key, SIM_NO_DEADLINE, "lock", site);
	}
	sim_state_set(TASK_RUNNING);
	dequeue(&waiter);
	if (err == -EINTR) {
		if (is_first)
			lock_release(map, _RET_IP_);
		/* A wake-up that this waiter can't use is for the next one. */
		if (!test_bit(bit, word))
			wake_up_all_for(word, (int)bit);
		return err;
	}
	set_bit(bit, word);
	class_taken(&hold);
	sim_order_acquire(word);
	return 0;
}

bool sim_bit_trylock(unsigned long *word, unsigned int bit, struct lockdep_map *map,
		     const struct sim_site *site)
{
	struct sim_bit_hold hold = {
		.word = word,
		.map = map,
		.name = map->name,
		.task = sim_task_current(),
		.bit = bit,
	};

	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || test_and_set_bit(bit, word))
		return false;
	class_taken(&hold);
	if (hold.checked)
		lock_acquire_exclusive(map, 0, 1, NULL, _RET_IP_);
	sim_order_acquire(word);
	return true;
}

void sim_bit_unlock(unsigned long *word, unsigned int bit, const struct sim_site *site)
{
	struct sim_bit_hold *hold = hold_find(word, bit), *other, gone;

	if (unlikely(!test_bit(bit, word))) {
		sim_lock_report(site->argument, "not-held", "released though it is not held");
		return;
	}
	if (unlikely(hold && hold->depth)) {
		hold->depth--;
		return;
	}
	if (hold) {
		gone = *hold;
		hold_remove(hold);
		other = gone.checked ? hold_of_class(gone.task, gone.map) : NULL;
		if (other)
			other->checked = true;
		else if (gone.checked && gone.task == sim_task_current())
			lock_release(gone.map, _RET_IP_);
		else if (gone.checked)
			sim_held_drop(gone.task, gone.map);
	}
	sim_order_release(word);
	clear_bit(bit, word);
	wake_up_all_for(word, (int)bit);
	sim_point_here(site);
}
