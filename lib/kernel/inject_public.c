/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Plans of failures, and what came of them: svmsim/fault.h. */
#include <linux/errno.h>
#include <svmsim/fault.h>
#include "kernel/inject_internal.h"
#include "kernel/site.h"

static const char *skip_digits(const char *at)
{
	while (*at >= '0' && *at <= '9')
		at++;
	return at;
}

static bool kind_named(const char *name)
{
	const struct sim_fault_kind *kind;

	for (unsigned int i = 0; (kind = sim_inject_kind(i)); i++) {
		size_t length = __builtin_strlen(kind->name);

		if (__builtin_strncmp(name, kind->name, length))
			continue;
		if (!name[length])
			return true;
		/* An order, or whatever number a kind tells its sites apart by. */
		if (name[length] == '/' && name[length + 1]) {
			const char *at = skip_digits(name + length + 1);

			/* On a node. */
			if (*at == '@' && at > name + length + 1 && at[1])
				at = skip_digits(at + 1);
			if (!*at)
				return true;
		}
		/* Of a place whose kind stands in front. */
		if (name[length] == '@')
			return svmsim_fault_known(name + length + 1);
	}
	return false;
}

bool svmsim_fault_known(const char *name)
{
	char text[SVMSIM_FAULT_SITE_MAX_BYTES];

	if (kind_named(name))
		return true;
	for (u32 id = 1; id <= sim_site_count(); id++) {
		sim_site_text(sim_site_at(id), text, sizeof(text));
		if (!__builtin_strcmp(name, text))
			return true;
	}
	return false;
}

int svmsim_fault_name(unsigned int index, char *buf, size_t bytes)
{
	const struct sim_fault_kind *kind;
	unsigned int kinds = 0;

	while ((kind = sim_inject_kind(kinds)) && kinds++ < index)
		;
	if (kind) {
		host_snprintf(buf, bytes, "%s", kind->name);
		return 0;
	}
	if (index - kinds >= sim_site_count())
		return -ENOENT;
	sim_site_text(sim_site_at(index - kinds + 1), buf, bytes);
	return 0;
}

int svmsim_fault_kind(unsigned int index, struct svmsim_fault_kind *kind)
{
	const struct sim_fault_kind *from = sim_inject_kind(index);

	if (!from)
		return -ENOENT;
	*kind = (struct svmsim_fault_kind){
		.name = from->name, .does = from->does, .swept = from->swept, .err = from->errnos,
	};
	return 0;
}

static int check_plan(struct svmsim_world *world, const struct svmsim_fault_plan *plan)
{
	if (plan->fault_count > SVMSIM_FAULT_MAX)
		return sim_set_error(world, -E2BIG, "a plan has at most %d failures",
				     SVMSIM_FAULT_MAX);
	if (!(plan->probability >= 0 && plan->probability <= 1))
		return sim_set_error(world, -EINVAL, "a probability is from 0 to 1");
	for (unsigned int i = 0; i < plan->fault_count; i++) {
		if (!svmsim_fault_known(plan->fault[i].site))
			return sim_set_error(world, -EINVAL, "nothing that can fail is called %s",
					     plan->fault[i].site);
		if (!plan->fault[i].nth)
			return sim_set_error(world, -EINVAL, "questions of %s count from 1",
					     plan->fault[i].site);
	}
	return 0;
}

int svmsim_world_faults(struct svmsim_world *world, const struct svmsim_fault_plan *plan)
{
	struct sim_inject_state *state;
	int err = plan ? check_plan(world, plan) : 0;

	if (err)
		return err;
	sim_inject_reset(world);
	if (!plan)
		return 0;
	state = sim_inject_state(world);
	state->rule_count = plan->fault_count;
	for (unsigned int i = 0; i < plan->fault_count; i++) {
		host_snprintf(state->rule[i].name, sizeof(state->rule[i].name), "%s",
			      plan->fault[i].site);
		state->rule[i].nth = plan->fault[i].nth;
	}
	state->nth = plan->nth;
	/* 2^64 itself is no value, and one draw in 2^64 more or less is none that counts. */
	state->threshold = plan->probability >= 1 ? ~0ull :
			   (u64)(plan->probability * 18446744073709551616.0);
	state->swarm = plan->swarm;
	state->injected = plan->injected;
	state->ctx = plan->ctx;
	/* Any constant does that keeps this apart from the world's own source. */
	state->random = world->machine->seed ^ 0x6661756c74ull;
	state->planned = plan->fault_count || plan->nth || state->threshold || plan->count;
	world->inject_armed = state->planned;
	return 0;
}

static const struct sim_inject_state *state_of(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_INJECT];
}

uint64_t svmsim_fault_questions(const struct svmsim_world *world)
{
	return state_of(world) ? state_of(world)->question_count : 0;
}

bool svmsim_fault_fired(const struct svmsim_world *world, unsigned int index)
{
	const struct sim_inject_state *state = state_of(world);

	return state && index < state->rule_count &&
	       state->rule[index].seen >= state->rule[index].nth;
}

unsigned int svmsim_injection_count(const struct svmsim_world *world)
{
	return state_of(world) ? state_of(world)->injection_count : 0;
}

int svmsim_fault_site(const struct svmsim_world *world, unsigned int index,
		      struct svmsim_fault_site *site)
{
	const struct sim_fault_site *from;

	if (!state_of(world) || index >= state_of(world)->site_count)
		return -ENOENT;
	from = &state_of(world)->site[index];
	*site = (struct svmsim_fault_site){
		.name = from->name,
		.kind = from->kind->name,
		.question_count = from->question_count,
		.injection_count = from->injection_count,
		.swept = from->kind->swept,
	};
	return 0;
}

int svmsim_fault_injection(const struct svmsim_world *world, unsigned int index,
			   struct svmsim_injection *injection)
{
	const struct sim_inject_state *state = state_of(world);
	const struct sim_injection *from;

	if (!state || index >= state->injection_count)
		return -ENOENT;
	from = &state->injection[index];
	*injection = (struct svmsim_injection){
		.site = state->site[from->site].name,
		.kind = state->site[from->site].kind->name,
		.nth = from->nth,
		.step = from->step,
		.err = state->site[from->site].kind->errnos,
	};
	return 0;
}
