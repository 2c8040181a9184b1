// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The plan of failures of a run, and what its record says of them. */
#include <string.h>
#include "explore/scn_fault.h"

/* First whoever has to know before a crash, then whose plan it is. */
static void injected(void *ctx, const struct svmsim_injection *injection)
{
	struct scn_runner *runner = ctx;
	const struct svmsim_fault_plan *plan = runner->options->faults;

	if (runner->injected)
		runner->injected(runner, injection);
	if (plan->injected)
		plan->injected(plan->ctx, injection);
}

bool scn_fault_begin(struct scn_runner *runner)
{
	const struct svmsim_fault_plan *plan = runner->options->faults;
	struct svmsim_fault_plan watched;

	if (!plan)
		return true;
	watched = *plan;
	watched.injected = injected;
	watched.ctx = runner;
	runner->faults = scn_alloc(runner->arena, sizeof(*runner->faults));
	runner->faults->symbol = scn_alloc(runner->arena, (runner->plan->symbol_count + 1) *
							  sizeof(*runner->faults->symbol));
	if (!svmsim_world_faults(runner->world, &watched))
		return true;
	runner->reason = scn_strdup(runner->arena, svmsim_last_error(runner->world));
	return false;
}

static const struct scn_step *step_at(const struct scn_runner *runner, uint64_t world_step)
{
	unsigned int i;

	for (i = runner->mark_count; i--;) {
		if (runner->mark[i].world_step == world_step)
			return runner->mark[i].step;
	}
	return NULL;
}

static void record_injected(struct scn_runner *runner)
{
	struct scn_faults *faults = runner->faults;
	struct svmsim_injection injection;
	struct svmsim_injected *injected;
	const struct scn_step *step;
	unsigned int i, count = svmsim_injection_count(runner->world);

	faults->injected_count = count;
	faults->injected = scn_alloc(runner->arena, (count + 1) * sizeof(*injected));
	for (i = 0; i < count; i++) {
		svmsim_fault_injection(runner->world, i, &injection);
		step = step_at(runner, injection.step);
		injected = &faults->injected[i];
		injected->site = scn_strdup(runner->arena, injection.site);
		injected->nth = injection.nth;
		injected->file = scn_strdup(runner->arena,
					    step ? step->stmt->program->source.path : "");
		injected->line = step ? step->stmt->line : 0;
	}
}

static void record_sites(struct scn_runner *runner, struct svmsim_run *run)
{
	struct svmsim_fault_site site, *copy = NULL;
	unsigned int count;

	for (count = 0; !svmsim_fault_site(runner->world, count, &site); count++) {
		copy = scn_grow(runner->arena, copy, count, sizeof(*copy));
		copy[count] = site;
		copy[count].name = scn_strdup(runner->arena, site.name);
		copy[count].kind = scn_strdup(runner->arena, site.kind);
	}
	run->site = copy;
	run->site_count = count;
}

void scn_fault_record(struct scn_runner *runner, struct svmsim_run *run)
{
	unsigned int i;

	if (!runner->faults)
		return;
	if (!runner->faults->injected && runner->world)
		record_injected(runner);
	if (runner->world)
		record_sites(runner, run);
	run->question_count = runner->world ? svmsim_fault_questions(runner->world) : 0;
	for (i = 0; runner->world && i < runner->options->faults->fault_count; i++)
		run->fired |= (uint64_t)svmsim_fault_fired(runner->world, i) << i;
	run->injected = runner->faults->injected;
	run->injected_count = runner->faults->injected_count;
}

static void replay_plan(const struct svmsim_fault_plan *plan, struct scn_buf *text)
{
	unsigned int i;

	for (i = 0; i < plan->fault_count; i++) {
		struct scn_buf word = { 0 };

		scn_buf_add(&word, "%s:%llu", plan->fault[i].site,
			    (unsigned long long)plan->fault[i].nth);
		scn_buf_add(text, " --fail ");
		scn_shell_word(text, word.data);
		scn_buf_free(&word);
	}
	if (plan->nth)
		scn_buf_add(text, " --fail-nth %llu", (unsigned long long)plan->nth);
	if (plan->probability > 0)
		scn_buf_add(text, " --fail-prob %.17g", plan->probability);
	if (plan->swarm)
		scn_buf_add(text, " --fail-swarm");
}

void scn_fault_replay(const struct scn_runner *runner, struct scn_buf *text)
{
	const struct scn_faults *faults = runner->faults;
	struct svmsim_fault fault[SVMSIM_FAULT_MAX];
	struct svmsim_fault_plan plan = { .fault = fault };

	if (!runner->options->faults)
		return;
	if (!faults || !faults->injected_count || faults->injected_count > SVMSIM_FAULT_MAX) {
		replay_plan(runner->options->faults, text);
		return;
	}
	/* By name: that holds after edits that a number of the whole run does not survive. */
	for (; plan.fault_count < faults->injected_count; plan.fault_count++) {
		fault[plan.fault_count].site = faults->injected[plan.fault_count].site;
		fault[plan.fault_count].nth = faults->injected[plan.fault_count].nth;
	}
	replay_plan(&plan, text);
}
