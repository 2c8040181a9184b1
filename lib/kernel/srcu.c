/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/srcu.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include "kernel/grace.h"
#include "kernel/inject.h"
#include "kernel/race.h"

int sim_init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key,
			 const struct sim_site *site)
{
	*ssp = (struct srcu_struct){ 0 };
	lockdep_init_map(&ssp->dep_map, name, key, 0);
	return sim_inject(&sim_fault_percpu, site) ? -ENOMEM : 0;
}

static struct sim_srcu_reader **find_reader(const struct srcu_struct *ssp,
					    const struct sim_task *task, int idx)
{
	struct sim_srcu_reader **link = &sim_rcu_state()->readers;

	for (; *link; link = &(*link)->next)
		if ((*link)->grace == &ssp->sim_grace && (!task || (*link)->task == task) &&
		    (idx < 0 || ((*link)->started & 1) == (unsigned int)idx))
			return link;
	return NULL;
}

static int enter(struct srcu_struct *ssp)
{
	struct sim_srcu_reader *reader = sim_alloc(sim_world, sizeof(*reader));
	struct sim_rcu_state *state = sim_rcu_state();

	reader->task = sim_task_current();
	reader->grace = &ssp->sim_grace;
	reader->started = sim_grace_enter(&ssp->sim_grace);
	reader->next = state->readers;
	state->readers = reader;
	sim_order_acquire(&ssp->sim_grace.completed);
	return (int)(reader->started & 1);
}

/* The section of this task, or, when it has none with that index, of another. */
static void leave(struct srcu_struct *ssp, int idx)
{
	struct sim_srcu_reader **link, *reader;

	WARN_ON_ONCE(idx & ~0x1);
	link = find_reader(ssp, sim_task_current(), idx & 1);
	if (!link)
		link = find_reader(ssp, NULL, idx & 1);
	if (!link) {
		struct sim_report *report = sim_report_begin(SIM_REPORT_LOCK_IMBALANCE);

		sim_report_field(report, "lock", "%s", ssp->dep_map.name);
		sim_report_field(report, "what", "not-held");
		sim_report_line(report, "%s: no reader has index %d", ssp->dep_map.name, idx);
		sim_report_raise(report);
		return;
	}
	reader = *link;
	*link = reader->next;
	sim_free(sim_world, reader, sizeof(*reader));
	sim_grace_leave(&ssp->sim_grace, (u64)(unsigned int)(idx & 1));
}

int sim_srcu_read_lock(struct srcu_struct *ssp, const struct sim_site *site)
{
	sim_point_here(site);
	lock_map_acquire_read(&ssp->dep_map);
	return enter(ssp);
}

void sim_srcu_read_unlock(struct srcu_struct *ssp, int idx, const struct sim_site *site)
{
	lock_map_release(&ssp->dep_map);
	leave(ssp, idx);
	sim_point_here(site);
}

int (srcu_read_lock)(struct srcu_struct *ssp)
{
	return srcu_read_lock(ssp);
}

void (srcu_read_unlock)(struct srcu_struct *ssp, int idx)
{
	srcu_read_unlock(ssp, idx);
}

int srcu_down_read(struct srcu_struct *ssp)
{
	SIM_POINT(LOCK, "srcu_down_read", "ssp");
	return enter(ssp);
}

void srcu_up_read(struct srcu_struct *ssp, int idx)
{
	leave(ssp, idx);
	SIM_POINT(UNLOCK, "srcu_up_read", "ssp");
}

int srcu_read_lock_held(const struct srcu_struct *ssp)
{
	return find_reader(ssp, sim_task_current(), -1) != NULL;
}

/* The @index-th reader that has to leave; last the task that runs callbacks. */
static bool next_holder(const void *object, unsigned int index, struct sim_task **owner)
{
	const struct sim_grace_waiter *waiter = object;
	const struct sim_srcu_reader *reader = sim_rcu_state()->readers;

	for (; reader; reader = reader->next) {
		if (reader->grace != waiter->grace || reader->started >= waiter->cookie)
			continue;
		*owner = reader->task;
		if (!index--)
			return true;
	}
	*owner = sim_grace_runner();
	return !index && waiter->finished && *owner;
}

static void wait_for(struct srcu_struct *ssp, u64 cookie, u64 finished, const char *verb,
		     const struct sim_site *site)
{
	struct sim_waiting waiting = {
		.verb = verb,
		.name = ssp->dep_map.name,
		.owner = next_holder,
		.site = site,
	};

	sim_grace_wait(&ssp->sim_grace, cookie, finished, &waiting);
}

void sim_synchronize_srcu(struct srcu_struct *ssp, const struct sim_site *site)
{
	u64 cookie;

	might_sleep();
	sim_point_here(site);
	/* A reader that waits for itself is a deadlock, which the wait will find. */
	if (!srcu_read_lock_held(ssp))
		lock_sync(&ssp->dep_map, 0, 0, 1, NULL, _THIS_IP_);
	cookie = sim_grace_cookie(&ssp->sim_grace);
	sim_grace_request(&ssp->sim_grace, cookie);
	wait_for(ssp, cookie, 0, "grace period", site);
	sim_order_release(&ssp->sim_grace.completed);
}

void (synchronize_srcu)(struct srcu_struct *ssp)
{
	synchronize_srcu(ssp);
}

void (synchronize_srcu_expedited)(struct srcu_struct *ssp)
{
	synchronize_srcu_expedited(ssp);
}

void sim_srcu_barrier(struct srcu_struct *ssp, const struct sim_site *site)
{
	struct sim_grace *grace = &ssp->sim_grace;

	might_sleep();
	sim_point_here(site);
	wait_for(ssp, grace->called == grace->finished ? 0 : grace->requested, grace->called,
		 "callbacks", site);
}

void (srcu_barrier)(struct srcu_struct *ssp)
{
	srcu_barrier(ssp);
}

void call_srcu(struct srcu_struct *ssp, struct rcu_head *head, rcu_callback_t func)
{
	sim_grace_call(&ssp->sim_grace, head, func);
}

unsigned long get_state_synchronize_srcu(struct srcu_struct *ssp)
{
	return sim_grace_cookie(&ssp->sim_grace);
}

unsigned long start_poll_synchronize_srcu(struct srcu_struct *ssp)
{
	u64 cookie = sim_grace_cookie(&ssp->sim_grace);

	sim_grace_request(&ssp->sim_grace, cookie);
	return cookie;
}

bool poll_state_synchronize_srcu(struct srcu_struct *ssp, unsigned long cookie)
{
	SIM_POINT(MARKED, "poll_state_synchronize_srcu", "ssp");
	if (ssp->sim_grace.completed < cookie)
		return false;
	sim_order_acquire(&ssp->sim_grace.readers);
	return true;
}

/* With readers left, or callbacks that nobody waited for, the kernel rather leaks its parts. */
void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	struct sim_grace *grace = &ssp->sim_grace;

	if (!WARN_ON(find_reader(ssp, NULL, -1))) {
		u64 waiting_count = 0;

		for (struct rcu_head *head = grace->next.first; head; head = head->next)
			waiting_count++;
		for (struct rcu_head *head = grace->wait.first; head; head = head->next)
			waiting_count++;
		/* Those whose time has come run first. */
		wait_for(ssp, 0, grace->called - waiting_count, "callbacks",
			 SIM_SITE(SIM_POINT_WAIT, "cleanup_srcu_struct", "ssp"));
		WARN_ON(grace->called != grace->finished);
	}
	sim_grace_forget(grace);
}
