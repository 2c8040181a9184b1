// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The steps of a plan, one after the other, in one world. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "explore/scn_fault.h"
#include "host/host.h"

#define TEXT_MAX 400

void scn_failed(struct scn_runner *runner, const struct scn_stmt *stmt, const char *what,
		const char *expected, const char *got, int report)
{
	const struct scn_source *main_source = &runner->scenario->main->source;
	struct svmsim_failure *failure;

	/* What comes after the end is no failure. */
	if (runner->scheduled.stopped && runner->sched)
		return;
	runner->failure = scn_grow(runner->arena, runner->failure, runner->failure_count,
				   sizeof(*failure));
	failure = &runner->failure[runner->failure_count++];
	failure->file = stmt ? stmt->program->source.path : main_source->path;
	failure->line = stmt ? stmt->line : main_source->line_count;
	failure->what = scn_strdup(runner->arena, what);
	failure->expected = scn_strdup(runner->arena, expected);
	failure->got = scn_strdup(runner->arena, got);
	failure->report = report;
}

bool scn_is_cpu_access(enum scn_op op)
{
	return op == SCN_OP_CPU_READ || op == SCN_OP_CPU_WRITE || op == SCN_OP_CPU_FILL ||
	       op == SCN_OP_CPU_CHECK;
}

bool scn_is_access(enum scn_op op)
{
	return op == SCN_OP_READ || op == SCN_OP_WRITE || op == SCN_OP_FILL ||
	       op == SCN_OP_CHECK || scn_is_cpu_access(op);
}

/* What came out, as the kind of result that a scenario would write. */
static enum scn_result_kind outcome_kind(const struct scn_action *action,
					 const struct scn_outcome *outcome)
{
	if (outcome->blocks)
		return SCN_RESULT_BLOCKS;
	if (!outcome->err)
		return SCN_RESULT_OK;
	if (outcome->err == -EFAULT && scn_is_access(action->verb->op))
		return SCN_RESULT_FAULT;
	if (outcome->err == -EOPNOTSUPP && action->verb->op == SCN_OP_IOVA_ALLOC)
		return SCN_RESULT_UNUSED;
	return SCN_RESULT_ERRNO;
}

/* The alternative that the outcome is, NULL if it is none of them. */
static const struct scn_result *match_result(const struct scn_action *action,
					     const struct scn_outcome *outcome)
{
	static const struct scn_result ok = { .kind = SCN_RESULT_OK };
	enum scn_result_kind kind = outcome_kind(action, outcome);
	unsigned int i;

	if (!action->result_count)
		return kind == SCN_RESULT_OK ? &ok : NULL;
	for (i = 0; i < action->result_count; i++) {
		const struct scn_result *result = &action->result[i];

		if (outcome->hint && !outcome->blocks)
			continue;
		if (result->kind == SCN_RESULT_VALUE && kind == SCN_RESULT_OK &&
		    outcome->has_value && outcome->value == result->value)
			return result;
		if (result->kind == kind &&
		    (kind != SCN_RESULT_ERRNO || result->err == -outcome->err))
			return result;
	}
	return NULL;
}

void scn_fail_result(struct scn_runner *runner, const struct scn_step *step,
		     const struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	enum scn_result_kind kind = outcome_kind(action, outcome);
	const char *why = outcome->hint ? outcome->hint : outcome->detail ? outcome->detail :
			  svmsim_last_error(runner->world);
	char got[TEXT_MAX];
	bool wants_value = action->result_count && action->result[0].kind == SCN_RESULT_VALUE;

	if (kind == SCN_RESULT_OK && outcome->has_value && wants_value)
		snprintf(got, sizeof(got), "0x%llx", (unsigned long long)outcome->value);
	else if (kind == SCN_RESULT_ERRNO || kind == SCN_RESULT_BLOCKS)
		snprintf(got, sizeof(got), "%s%s%s%s",
			 outcome->blocks ? "blocks" : scn_errno_text(-outcome->err),
			 why[0] ? " (" : "", why, why[0] ? ")" : "");
	else
		snprintf(got, sizeof(got), "%s", kind == SCN_RESULT_OK	  ? "ok" :
						 kind == SCN_RESULT_FAULT ? "fault" : "unused");
	scn_failed(runner, step->stmt, step->text, scn_result_text(runner->arena, action), got,
		   -1);
}

/* Reports that a result may stand for: the fault itself, or the errno's own complaint. */
static bool stands_for(const struct scn_result *result, const char *identifier)
{
	if (result->kind == SCN_RESULT_FAULT)
		return !strcmp(identifier, "io-page-fault");
	if (result->kind != SCN_RESULT_ERRNO)
		return false;
	if (result->err == EADDRINUSE || result->err == EEXIST)
		return !strcmp(identifier, "iommu-map-over");
	return !strcmp(identifier, "warn");
}

void scn_consume(struct scn_runner *runner, unsigned int report)
{
	runner->consumed = scn_grow(runner->arena, runner->consumed, runner->consumed_count,
				    sizeof(*runner->consumed));
	runner->consumed[runner->consumed_count++] = report;
}

static void consume_report(struct scn_runner *runner, const struct scn_step *step,
			   const struct scn_result *result, unsigned int from)
{
	unsigned int count = svmsim_report_count(runner->world), i;
	struct svmsim_report report;

	for (i = from; i < count; i++) {
		svmsim_report_get(runner->world, i, &report);
		if (report.is_note || report.attached_to >= 0 ||
		    !stands_for(result, report.identifier) ||
		    (step->label && scn_report_step(runner, &report) != step))
			continue;
		scn_consume(runner, i);
		return;
	}
}

/* Marks move when there are more of them: an index, not a pointer, survives a switch of tasks. */
static unsigned int add_mark(struct scn_runner *runner, const struct scn_step *step)
{
	struct scn_mark *mark;

	runner->mark = scn_grow(runner->arena, runner->mark, runner->mark_count, sizeof(*mark));
	mark = &runner->mark[runner->mark_count];
	mark->world_step = svmsim_world_step(runner->world);
	mark->time_ns = svmsim_world_time_ns(runner->world);
	mark->digest = 0;
	mark->step = step;
	return runner->mark_count++;
}

const char *scn_actor_name(const struct scn_plan *plan, const struct scn_step *step)
{
	switch (step->action->verb->actor) {
	case SCN_ACTOR_DEVICE:
	case SCN_ACTOR_MIRROR:
		return plan->machine.device[step->device].name;
	case SCN_ACTOR_TASK:
		return plan->task[step->target].name;
	case SCN_ACTOR_CPU:
		return step->task >= 0 && scn_cpu_number(plan->task[step->task].name) >= 0 ?
			       plan->task[step->task].name : plan->symbol[step->process].name;
	default:
		return "ram";
	}
}

bool scn_expects_blocks(const struct scn_step *step)
{
	unsigned int i;

	for (i = 0; i < step->action->result_count; i++) {
		if (step->action->result[i].kind == SCN_RESULT_BLOCKS)
			return true;
	}
	return false;
}

void scn_carry_out(struct scn_runner *runner, const struct scn_step *step)
{
	struct scn_task_run *task = step->task < 0 ? NULL : &runner->task[step->task];
	unsigned int from = svmsim_report_count(runner->world), mark;
	const struct scn_result *result;
	struct scn_outcome outcome;
	unsigned int injected = scn_fault_count(runner);

	if (scn_fault_skips(runner, step))
		return;
	svmsim_world_action(runner->world, scn_actor_name(runner->plan, step),
			    step->action->verb->name);
	mark = add_mark(runner, step);
	if (task)
		task->step = step;
	if (runner->progress)
		runner->progress(runner, step);
	if (runner->stack_fill)
		host_stack_paint(runner->stack_fill);
	scn_act(runner, step, &outcome);
	runner->mark[mark].digest = svmsim_world_digest(runner->world);
	if (task)
		task->outcome = outcome;
	scn_cond_look(runner);
	if (task && task->left)
		return;
	result = match_result(step->action, &outcome);
	if (scn_fault_accepts(runner, step, &outcome, result, injected, from))
		return;
	if (result) {
		consume_report(runner, step, result, from);
		return;
	}
	scn_fail_result(runner, step, &outcome);
	runner->broken = true;
}

bool scn_compares(const struct scn_compare *compare, uint64_t value)
{
	const char *op = compare->op;
	uint64_t number = compare->number;

	return !strcmp(op, "=")	 ? value == number :
	       !strcmp(op, "!=") ? value != number :
	       !strcmp(op, "<")	 ? value < number :
	       !strcmp(op, "<=") ? value <= number :
	       !strcmp(op, ">")	 ? value > number :
				   value >= number;
}

static void run_counter(struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_compare *compare = &step->expect->compare;
	int of = scn_derived_is_mm(compare->derived) ? step->process : step->device;
	uint64_t value = scn_counter(runner, compare, of);
	bool equals = !strcmp(compare->op, "=");
	char got[32], wanted[40];

	if (scn_compares(compare, value) || scn_fault_count(runner))
		return;
	snprintf(got, sizeof(got), "%llu", (unsigned long long)value);
	snprintf(wanted, sizeof(wanted), "%s%s%llu", equals ? "" : compare->op, equals ? "" : " ",
		 (unsigned long long)compare->number);
	scn_failed(runner, step->stmt, step->text, wanted, got, -1);
}

/* Pages that should be something, and the first of the conditions that does not hold. */
static void run_pages(struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_expect *expect = step->expect;
	unsigned int i;

	for (i = 0; i < expect->term_count && !scn_fault_count(runner); i++) {
		if (scn_pages_are(runner, &expect->term[i]) != expect->term[i].negated)
			continue;
		scn_failed(runner, step->stmt, step->text, scn_pages_text(runner, &expect->term[i]),
			   scn_pages_got(runner, &expect->term[i]), -1);
		return;
	}
}

static void run_state(struct scn_runner *runner, const struct scn_step *step)
{
	struct scn_buf buf = { 0 };

	if (scn_fault_count(runner))
		return;
	if (scn_state_is_mm(step->state))
		scn_mm_text(runner, step->state, step, &buf);
	else
		scn_state_text(runner, step->state, step->device, &buf);
	/* Some states ask the kernel, which may fail. */
	if (!scn_fault_count(runner))
		scn_golden_check(runner, step, buf.data);
	scn_buf_free(&buf);
}

/* What `show` asks for, of every device. */
static void look(struct scn_runner *runner)
{
	const struct svmsim_machine *machine = &runner->plan->machine;
	int what = scn_named_find(scn_states, runner->options->show);
	bool json = runner->options->show_json, whole = false;
	struct scn_buf buf = { 0 };
	unsigned int i;

	if (what < 0)
		return;
	whole = scn_state_is_whole(what);
	if (json && !whole)
		scn_buf_add(&buf, "{");
	for (i = 0; i < (whole ? 1 : machine->device_count); i++) {
		if (json && !whole)
			scn_buf_add(&buf, "%s\"%s\":", i ? "," : "", machine->device[i].name);
		else if (!whole && machine->device_count > 1)
			scn_buf_add(&buf, "%s:\n", machine->device[i].name);
		if (json)
			scn_state_json(runner, what, (int)i, &buf);
		else
			scn_state_text(runner, what, (int)i, &buf);
	}
	if (json && !whole)
		scn_buf_add(&buf, "}");
	runner->shown = scn_strndup(runner->arena, buf.bytes ? buf.data : "", buf.bytes);
	scn_buf_free(&buf);
}

static bool has_unexpected(struct scn_runner *runner)
{
	unsigned int count = svmsim_report_count(runner->world);
	enum svmsim_standing *standing = host_zalloc((count + 1) * sizeof(*standing));
	unsigned int unexpected_count = scn_judge(runner, standing, count, false);

	host_free(standing);
	return unexpected_count;
}

static void run_step(struct scn_runner *runner, const struct scn_step *step)
{
	scn_run_settle(runner);
	switch (step->kind) {
	case SCN_STEP_ACTION:
		if (step->task < 0)
			scn_carry_out(runner, step);
		else
			scn_run_line(runner, step);
		break;
	case SCN_STEP_ADVANCE:
		svmsim_world_advance(runner->world, step->ns);
		break;
	case SCN_STEP_COUNTER:
		run_counter(runner, step);
		break;
	case SCN_STEP_PAGES:
		run_pages(runner, step);
		break;
	case SCN_STEP_STATE:
		run_state(runner, step);
		break;
	case SCN_STEP_PAR:
		scn_run_par(runner, step);
		break;
	}
}

/* What `show` asks for is looked at once, before anything ends. */
static void look_once(struct scn_runner *runner)
{
	if (runner->options->show && !runner->looked)
		look(runner);
	runner->looked = true;
}

/* The task of all lines that are no other task's. */
static void run_main(void *ctx)
{
	struct scn_runner *runner = ctx;
	const struct scn_plan *plan = runner->plan;
	const struct svmsim_scenario_options *options = runner->options;
	unsigned int i, seen_count = 0;

	for (i = 0; i < plan->step_count && !runner->broken && !runner->stuck; i++) {
		const struct scn_step *step = &plan->step[i];

		run_step(runner, step);
		i += step->par_count;
		if (options->fatal && svmsim_report_count(runner->world) != seen_count) {
			seen_count = svmsim_report_count(runner->world);
			runner->broken = runner->broken || has_unexpected(runner);
		}
		if (options->show && options->show_at && runner->mark_count >= options->show_at)
			break;
	}
	if (!runner->broken && !runner->stuck)
		scn_run_settle(runner);
	look_once(runner);
	runner->main_done = true;
	/* Tasks that are stuck are left as they are: who runs them says why. */
	if (runner->stuck)
		return;
	if (runner->broken || i < plan->step_count)
		svmsim_tasks_stop(runner->world);
	scn_run_end_tasks(runner);
}

void scn_run_steps(struct scn_runner *runner)
{
	if (svmsim_task_spawn(runner->world, "main", -1, run_main, runner)) {
		runner->reason = "the host gives no stack for a task";
		runner->broken = true;
		return;
	}
	switch (svmsim_tasks_run(runner->world)) {
	case SVMSIM_TASKS_STUCK:
		runner->stuck = true;
		break;
	case SVMSIM_TASKS_BOUND:
		runner->broken = true;
		break;
	default:
		/* A BUG ends the task that meets it, and with it what was to come. */
		runner->stuck = runner->stuck || !runner->main_done;
		break;
	}
	look_once(runner);
}
