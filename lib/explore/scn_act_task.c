// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Lines of tasks: programs, locks, events, signals. */
#include <errno.h>
#include <svmsim/program.h>
#include "explore/scn_runner.h"

static struct svmsim_lock *lock_of(struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_symbol *symbol = &runner->plan->symbol[step->symbol];

	if (!runner->handle[step->symbol])
		runner->handle[step->symbol] =
			svmsim_lock_create(runner->world, symbol->name,
					   (enum svmsim_lock_kind)symbol->sub);
	return runner->handle[step->symbol];
}

static struct svmsim_wakeup *wakeup_of(struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_symbol *symbol = &runner->plan->symbol[step->symbol];

	if (!runner->handle[step->symbol])
		runner->handle[step->symbol] =
			svmsim_wakeup_create(runner->world, symbol->name,
					     (enum svmsim_wait_kind)symbol->sub);
	return runner->handle[step->symbol];
}

static enum svmsim_mode mode_of(const struct scn_action *action)
{
	return action->read ? SVMSIM_MODE_READ :
	       action->write ? SVMSIM_MODE_WRITE : SVMSIM_MODE_HELD;
}

/* What the line that was left blocked came to, or that it still is. */
static void act_result(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	const struct scn_task_run *run = &runner->task[step->target];
	char what[200];

	if (!run->actor || !run->step) {
		outcome->err = -ENOENT;
		outcome->hint = "the task has carried out no line";
	} else if (svmsim_actor_busy(run->actor)) {
		outcome->blocks = true;
		if (svmsim_actor_blocked(run->actor, what, sizeof(what)))
			outcome->hint = scn_strdup(runner->arena, what);
	} else {
		*outcome = run->outcome;
	}
}

static void act_signal(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	struct svmsim_actor *actor = scn_actor_of(runner, step->target);

	if (actor)
		svmsim_actor_signal(actor, step->action->verb->op == SCN_OP_KILL);
	else
		outcome->err = -ENOMEM;
}

void scn_act_task(struct scn_runner *runner, const struct scn_step *step,
		  struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	enum svmsim_signals signals = (enum svmsim_signals)action->signals;

	switch (action->verb->op) {
	case SCN_OP_CALL:
		outcome->err = svmsim_program_call(runner->world, action->symbol->text);
		break;
	case SCN_OP_LOCK:
		outcome->err = svmsim_lock_take(lock_of(runner, step), mode_of(action), signals,
						action->trylock);
		break;
	case SCN_OP_UNLOCK:
		outcome->err = svmsim_lock_release(lock_of(runner, step), mode_of(action));
		break;
	case SCN_OP_WAKE:
		outcome->err = svmsim_wakeup_wake(wakeup_of(runner, step), action->all);
		break;
	case SCN_OP_WAIT:
		outcome->err = svmsim_wakeup_wait(wakeup_of(runner, step), signals);
		break;
	case SCN_OP_RESULT:
		act_result(runner, step, outcome);
		break;
	default:
		act_signal(runner, step, outcome);
		break;
	}
}
