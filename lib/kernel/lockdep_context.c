/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where code runs: may it sleep, does it leave with something still held or disabled? */
#include <linux/preempt.h>
#include <linux/sim_lockdep.h>
#include "kernel/lock.h"
#include "kernel/lockdep_internal.h"

/* struct atomic_reason - why the running task must not sleep */
struct atomic_reason {
	const char *word;
	const char *text;
	u32 class;
};

/* Innermost spinning lock that the task holds; 0 if there is none. */
static u32 spinning_class(const struct lockdep_state *state, const struct sim_task *task)
{
	for (unsigned int i = task->held_count; i--;) {
		const struct lockdep_map *map = task->held[i].map;

		if (map->wait_type_inner == LD_WAIT_SPIN && !map->lock_type)
			return task->held[i].class;
	}
	return 0;
}

static bool find_reason(const struct lockdep_state *state, const struct sim_task *task,
			struct atomic_reason *reason)
{
	*reason = (struct atomic_reason){};
	if (task->in_hardirq) {
		reason->word = "hardirq";
		reason->text = "in a hardirq";
	} else if (task->in_softirq) {
		reason->word = "softirq";
		reason->text = "in a softirq";
	} else if (task->preempt_count && (reason->class = spinning_class(state, task))) {
		reason->word = "spinlock";
	} else if (task->irqs_disabled) {
		reason->word = "irqs-off";
		reason->text = "with interrupts disabled";
	} else if (task->bh_count) {
		reason->word = "bh-off";
		reason->text = "with softirqs disabled";
	} else if (task->preempt_count) {
		reason->word = "preempt-off";
		reason->text = "with preemption disabled";
	} else if (task->rcu_count) {
		reason->word = "rcu";
		reason->text = "in an RCU read-side section";
	}
	return reason->word;
}

static noinline __cold void report_sleep(struct lockdep_state *state, const struct sim_task *task,
					 uintptr_t ip)
{
	char name[LOCKDEP_NAME_BYTES];
	struct atomic_reason reason;
	struct sim_report *report;

	if (!find_reason(state, task, &reason) ||
	    !lockdep_tell(state, reason.word, reason.class, 0))
		return;
	report = lockdep_report_begin(SIM_REPORT_LOCK_CONTEXT, ip);
	sim_report_field(report, "what", "sleep");
	sim_report_field(report, "in", "%s", reason.word);
	if (reason.class) {
		lockdep_class_name(state, reason.class, name);
		sim_report_field(report, "lock", "%s", name);
		sim_report_line(report, "may sleep while it holds %s, for which others spin", name);
	} else {
		sim_report_line(report, "may sleep %s", reason.text);
	}
	sim_report_raise(report);
}

void lockdep_check_sleep(uintptr_t ip)
{
	const struct sim_task *task = sim_task_current();

	/* One branch for all: this is on the way of each mapping. */
	if (unlikely(task->preempt_count | task->bh_count | task->rcu_count |
		     task->irqs_disabled | task->in_softirq | task->in_hardirq))
		report_sleep(lockdep_state(), task, ip);
}

void __might_sleep(const char *file, int line)
{
	lockdep_check_sleep(_RET_IP_);
}

void sim_might_sleep(const struct sim_site *site)
{
	lockdep_check_sleep(_RET_IP_);
	if (sim_world->machine->preempt == SVMSIM_PREEMPT_VOLUNTARY)
		sim_point_here(site);
}

bool read_lock_is_recursive(void)
{
	const struct sim_task *task = sim_task_current();

	return task->in_hardirq || task->in_softirq || task->bh_count;
}

bool sim_lockdep_irqs_on(void)
{
	const struct sim_task *task = sim_task_current();

	return !task->irqs_disabled && !task->in_hardirq;
}

bool sim_lockdep_in_hardirq(void)
{
	return sim_task_current()->in_hardirq;
}

bool sim_lockdep_in_softirq(void)
{
	const struct sim_task *task = sim_task_current();

	return task->in_softirq || task->bh_count;
}

bool sim_lockdep_preempt_off(void)
{
	return preempt_count() != 0;
}

void lockdep_rcu_suspicious(const char *file, const int line, const char *s)
{
	struct sim_report *report = lockdep_report_begin(SIM_REPORT_LOCK_CONTEXT, _RET_IP_);

	sim_report_field(report, "what", "rcu-usage");
	sim_report_line(report, "suspicious RCU usage: %s", s);
	sim_report_raise(report);
}

static const char *left_on(const struct sim_task *task)
{
	if (task->irqs_disabled)
		return "local_irq_disable";
	if (task->bh_count)
		return "local_bh_disable";
	if (task->rcu_count)
		return "rcu_read_lock";
	if (task->migrate_count)
		return "migrate_disable";
	return task->preempt_count ? "preempt_disable" : NULL;
}

/* What spinning locks disabled goes with them, and is no mistake of its own. */
static void forget_locks(struct lockdep_state *state, struct sim_task *task)
{
	if (spinning_class(state, task)) {
		task->preempt_count = 0;
		task->bh_count = 0;
		task->irqs_disabled = false;
	}
	task->held_count = 0;
	task->chain_key = 0;
}

static noinline __cold void report_left(struct lockdep_state *state, struct sim_task *task,
					const char *what, const char *text)
{
	char name[LOCKDEP_NAME_BYTES];
	const char *left;

	if (task->held_count) {
		struct sim_report *report = sim_report_begin(SIM_REPORT_LOCK_HELD);

		sim_report_field(report, "lock", "%s",
				 lockdep_class_name(state, task->held[0].class, name));
		sim_report_field(report, "what", "%s", what);
		sim_report_field(report, "count", "%u", task->held_count);
		for (unsigned int i = 0; i < task->held_count; i++)
			sim_report_line(report, "%s with %s held", text,
					lockdep_class_name(state, task->held[i].class, name));
		for (unsigned int i = 0; i < task->held_count; i++)
			sim_report_trace(report, &task->held[i].ip, 1, "%s was taken in",
					 lockdep_class_name(state, task->held[i].class, name));
		sim_report_raise(report);
		forget_locks(state, task);
	}
	while ((left = left_on(task))) {
		struct sim_report *report = sim_report_begin(SIM_REPORT_LOCK_CONTEXT);

		sim_report_field(report, "what", "%s", what);
		sim_report_field(report, "left", "%s", left);
		sim_report_line(report, "%s with %s() in force", text, left);
		sim_report_raise(report);
		task->irqs_disabled = false;
		task->bh_count = 0;
		task->rcu_count = 0;
		task->migrate_count = 0;
		task->preempt_count = 0;
	}
}

static bool leaves_nothing(const struct sim_task *task)
{
	return !task->held_count && !task->preempt_count && !task->bh_count && !task->rcu_count &&
	       !task->migrate_count && !task->irqs_disabled;
}

void sim_lockdep_task_exit(struct sim_task *task)
{
	if (unlikely(!leaves_nothing(task)))
		report_left(lockdep_state(), task, "task-exit", "the task ends");
}

void sim_lockdep_entry_exit(void)
{
	struct sim_task *task = sim_task_current();

	if (unlikely(!leaves_nothing(task)))
		report_left(lockdep_state(), task, "entry-exit", "returns from the kernel");
}

void debug_check_no_locks_freed(const void *from, unsigned long len)
{
	sim_lock_memory_freed(from, len);
}

void debug_check_no_locks_held(void)
{
	sim_lockdep_task_exit(sim_task_current());
}
