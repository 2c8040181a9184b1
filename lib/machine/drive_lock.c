/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Plain locks and events for tasks to use (svmsim/task.h). */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include "kernel/task.h"
#include "machine/drive_task.h"

static u32 actor_name(void)
{
	return sim_name(sim_task_current()->name);
}

static struct svmsim_actor *current_actor(void)
{
	return sim_task_current()->private;
}

struct svmsim_lock *svmsim_lock_create(struct svmsim_world *world, const char *name,
				       enum svmsim_lock_kind kind)
{
	struct svmsim_lock *lock;

	sim_world_enter(world);
	lock = machine_handle_new(world, sizeof(*lock));
	lock->name = sim_name_text(world, sim_name(name));
	lock->kind = kind;
	lockdep_register_key(&lock->key);
	switch (kind) {
	case SVMSIM_LOCK_MUTEX:
		mutex_init(&lock->u.mutex);
		lockdep_set_class_and_name(&lock->u.mutex, &lock->key, lock->name);
		break;
	case SVMSIM_LOCK_SPIN:
		spin_lock_init(&lock->u.spin);
		lockdep_set_class_and_name(&lock->u.spin, &lock->key, lock->name);
		break;
	default:
		init_rwsem(&lock->u.rwsem);
		lockdep_set_class_and_name(&lock->u.rwsem, &lock->key, lock->name);
		break;
	}
	return lock;
}

static void hold_add(struct svmsim_lock *lock, bool read)
{
	struct lock_hold *hold = machine_handle_new(lock->handle.world, sizeof(*hold));

	hold->task = sim_task_current();
	hold->read = read;
	hold->next = lock->hold;
	lock->hold = hold;
}

/* Of the running task; failing that, of whoever has it in this mode, as the lock itself sees it. */
static void hold_remove(struct svmsim_lock *lock, bool read)
{
	struct lock_hold **link, **found = NULL, *hold;

	for (link = &lock->hold; *link; link = &(*link)->next) {
		if ((*link)->read != read)
			continue;
		found = link;
		if ((*link)->task == sim_task_current())
			break;
	}
	if (!found)
		return;
	hold = *found;
	*found = hold->next;
	machine_handle_drop(&hold->handle);
}

static bool holds_for_reading(const struct svmsim_lock *lock)
{
	const struct lock_hold *hold;
	bool read = false;

	for (hold = lock->hold; hold; hold = hold->next) {
		if (hold->task == sim_task_current() && !hold->read)
			return false;
		read = read || hold->task == sim_task_current();
	}
	return read;
}

static int take_mutex(struct mutex *mutex, enum svmsim_signals signals, bool trylock)
{
	if (trylock)
		return mutex_trylock(mutex) ? 0 : -EBUSY;
	if (signals == SVMSIM_INTERRUPTIBLE)
		return mutex_lock_interruptible(mutex);
	if (signals == SVMSIM_KILLABLE)
		return mutex_lock_killable(mutex);
	mutex_lock(mutex);
	return 0;
}

static int take_spin(spinlock_t *spin, bool trylock)
{
	if (trylock)
		return spin_trylock(spin) ? 0 : -EBUSY;
	spin_lock(spin);
	return 0;
}

static int take_read(struct rw_semaphore *rwsem, enum svmsim_signals signals, bool trylock)
{
	if (trylock)
		return down_read_trylock(rwsem) ? 0 : -EBUSY;
	if (signals == SVMSIM_INTERRUPTIBLE)
		return down_read_interruptible(rwsem);
	if (signals == SVMSIM_KILLABLE)
		return down_read_killable(rwsem);
	down_read(rwsem);
	return 0;
}

static int take_write(struct rw_semaphore *rwsem, enum svmsim_signals signals, bool trylock)
{
	if (trylock)
		return down_write_trylock(rwsem) ? 0 : -EBUSY;
	if (signals == SVMSIM_KILLABLE)
		return down_write_killable(rwsem);
	down_write(rwsem);
	return 0;
}

static int take(struct svmsim_lock *lock, bool read, enum svmsim_signals signals, bool trylock)
{
	switch (lock->kind) {
	case SVMSIM_LOCK_MUTEX:
		return take_mutex(&lock->u.mutex, signals, trylock);
	case SVMSIM_LOCK_SPIN:
		return take_spin(&lock->u.spin, trylock);
	default:
		return read ? take_read(&lock->u.rwsem, signals, trylock) :
			      take_write(&lock->u.rwsem, signals, trylock);
	}
}

int svmsim_lock_take(struct svmsim_lock *lock, enum svmsim_mode mode, enum svmsim_signals signals,
		     bool trylock)
{
	bool read = mode == SVMSIM_MODE_READ, is_rwsem = lock->kind == SVMSIM_LOCK_RWSEM;
	struct svmsim_actor *actor;
	int err;

	if ((read && !is_rwsem) || (signals && lock->kind == SVMSIM_LOCK_SPIN) ||
	    (signals == SVMSIM_INTERRUPTIBLE && is_rwsem && !read))
		return sim_set_error(lock->handle.world, -EINVAL, "%s can't be taken like this",
				     lock->name);
	machine_begin(lock->handle.world);
	actor = current_actor();
	if (actor)
		actor->wants = lock;
	err = take(lock, read, signals, trylock);
	if (actor)
		actor->wants = NULL;
	if (!err)
		hold_add(lock, read);
	return machine_end(actor_name(), err);
}

int svmsim_lock_release(struct svmsim_lock *lock, enum svmsim_mode mode)
{
	bool read = mode == SVMSIM_MODE_READ;

	if (mode != SVMSIM_MODE_HELD && lock->kind != SVMSIM_LOCK_RWSEM)
		return sim_set_error(lock->handle.world, -EINVAL, "%s has no modes", lock->name);
	machine_begin(lock->handle.world);
	if (mode == SVMSIM_MODE_HELD)
		read = holds_for_reading(lock);
	/* The release is a switch point, behind which the lock is somebody else's. */
	hold_remove(lock, read);
	switch (lock->kind) {
	case SVMSIM_LOCK_MUTEX:
		mutex_unlock(&lock->u.mutex);
		break;
	case SVMSIM_LOCK_SPIN:
		spin_unlock(&lock->u.spin);
		break;
	default:
		if (read)
			up_read(&lock->u.rwsem);
		else
			up_write(&lock->u.rwsem);
		break;
	}
	return machine_end(actor_name(), 0);
}

bool svmsim_lock_holds(const struct svmsim_lock *lock, const struct svmsim_actor *actor)
{
	const struct lock_hold *hold = lock->hold;

	while (hold && hold->task != actor->task)
		hold = hold->next;
	return hold;
}

bool svmsim_lock_awaited(const struct svmsim_lock *lock, const struct svmsim_actor *actor)
{
	return actor->wants == lock && svmsim_actor_blocked((struct svmsim_actor *)actor, NULL, 0);
}

struct svmsim_wakeup *svmsim_wakeup_create(struct svmsim_world *world, const char *name,
					   enum svmsim_wait_kind kind)
{
	struct svmsim_wakeup *wakeup;

	sim_world_enter(world);
	wakeup = machine_handle_new(world, sizeof(*wakeup));
	wakeup->name = sim_name_text(world, sim_name(name));
	wakeup->kind = kind;
	init_completion(&wakeup->completion);
	init_waitqueue_head(&wakeup->queue);
	return wakeup;
}

static int wait_completion(struct completion *completion, enum svmsim_signals signals)
{
	if (signals == SVMSIM_INTERRUPTIBLE)
		return wait_for_completion_interruptible(completion);
	if (signals == SVMSIM_KILLABLE)
		return wait_for_completion_killable(completion);
	wait_for_completion(completion);
	return 0;
}

/* A wake-up that came before is lost, which is what this kind is for. */
static int wait_queue(struct svmsim_wakeup *wakeup, enum svmsim_signals signals)
{
	unsigned long before = wakeup->wake_count;

	if (signals == SVMSIM_INTERRUPTIBLE)
		return wait_event_interruptible(wakeup->queue, wakeup->wake_count != before);
	if (signals == SVMSIM_KILLABLE)
		return wait_event_killable(wakeup->queue, wakeup->wake_count != before);
	wait_event(wakeup->queue, wakeup->wake_count != before);
	return 0;
}

int svmsim_wakeup_wait(struct svmsim_wakeup *wakeup, enum svmsim_signals signals)
{
	struct svmsim_actor *actor;
	int err;

	machine_begin(wakeup->handle.world);
	actor = current_actor();
	if (actor)
		actor->awaits = wakeup;
	err = wakeup->kind == SVMSIM_WAIT_COMPLETION ?
		      wait_completion(&wakeup->completion, signals) :
		      wait_queue(wakeup, signals);
	if (actor)
		actor->awaits = NULL;
	return machine_end(actor_name(), err ? -EINTR : 0);
}

int svmsim_wakeup_wake(struct svmsim_wakeup *wakeup, bool all)
{
	machine_begin(wakeup->handle.world);
	if (wakeup->kind == SVMSIM_WAIT_QUEUE) {
		wakeup->wake_count++;
		if (all)
			wake_up_all(&wakeup->queue);
		else
			wake_up(&wakeup->queue);
	} else if (all) {
		complete_all(&wakeup->completion);
	} else {
		complete(&wakeup->completion);
	}
	return machine_end(actor_name(), 0);
}
