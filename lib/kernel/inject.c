/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Questions and their answers. A plan belongs to a run: it ends with the reset of the world.
 */
#include "kernel/inject.h"
#include <linux/sim_fault.h>
#include "kernel/inject_internal.h"
#include "kernel/site.h"
#include "kernel/warn_internal.h"

/* Provided by the linker for a section that exists. */
#define SECTION_BOUND __weak __attribute__((__visibility__("hidden")))

extern const struct sim_fault_kind *const __start_sim_fault_kinds[] SECTION_BOUND;
extern const struct sim_fault_kind *const __stop_sim_fault_kinds[] SECTION_BOUND;

static const struct sim_fault_kind *kind_after(const struct sim_fault_kind *last)
{
	const struct sim_fault_kind *const *entry, *next = NULL;

	for (entry = __start_sim_fault_kinds; entry < __stop_sim_fault_kinds; entry++) {
		if (last && __builtin_strcmp((*entry)->name, last->name) <= 0)
			continue;
		if (!next || __builtin_strcmp((*entry)->name, next->name) < 0)
			next = *entry;
	}
	return next;
}

/* By name, so that the order of the linker shows nowhere. */
const struct sim_fault_kind *sim_inject_kind(unsigned int index)
{
	const struct sim_fault_kind *kind = kind_after(NULL);

	while (kind && index--)
		kind = kind_after(kind);
	return kind;
}

struct sim_inject_state *sim_inject_state(struct svmsim_world *world)
{
	if (!world->slot[SIM_SLOT_INJECT])
		world->slot[SIM_SLOT_INJECT] = sim_alloc(world, sizeof(struct sim_inject_state));
	return world->slot[SIM_SLOT_INJECT];
}

void sim_fault_site_text(const struct sim_fault_kind *kind, const struct sim_site *site,
			 int variant, char *buf, size_t size)
{
	int length = 0;

	if (!site) {
		length = host_snprintf(buf, size, variant < 0 ? "%s" : "%s/%d", kind->name,
				       variant & 0xff);
		if (variant > 0xff)
			host_snprintf(buf + length, size - length, "@%d", (variant >> 8) - 1);
		return;
	}
	if (site->kind != SIM_POINT_FAIL)
		length = host_snprintf(buf, size, "%s@", kind->name);
	sim_site_text(site, buf + length, size - length);
}

bool sim_fault_named(const char *name, const struct sim_fault_kind *kind, const char *text)
{
	const char *at = __builtin_strchr(text, '@');

	if (!__builtin_strcmp(name, kind->name) || !__builtin_strcmp(name, text))
		return true;
	return at && !__builtin_strcmp(name, at + 1);
}

static struct sim_fault_site *find_site(struct sim_inject_state *state,
					const struct sim_fault_kind *kind,
					const struct sim_site *place, int variant)
{
	struct sim_fault_site *site;

	for (unsigned int i = 0; i < state->site_count; i++) {
		site = &state->site[i];
		if (site->kind == kind && site->variant == variant &&
		    (site->site == place || (place && place->id && site->site->id == place->id)))
			return site;
	}
	state->site = sim_array_grow(sim_world, state->site, state->site_count,
				     &state->site_capacity, sizeof(*state->site));
	site = &state->site[state->site_count++];
	*site = (struct sim_fault_site){
		.kind = kind, .site = place, .variant = variant,
	};
	sim_fault_site_text(kind, place, variant, site->name, sizeof(site->name));
	for (unsigned int i = 0; i < state->rule_count; i++)
		if (sim_fault_named(state->rule[i].name, kind, site->name))
			site->rules |= 1ull << i;
	return site;
}

static u64 mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static u64 threshold_of(const struct sim_inject_state *state, const struct sim_fault_kind *kind)
{
	u64 hash = sim_world->machine->seed;

	if (!state->swarm)
		return state->threshold;
	for (const char *at = kind->name; *at; at++)
		hash = mix(hash + 0x9e3779b97f4a7c15ull + (unsigned char)*at);
	/* A quarter of the kinds never fails, the others a quarter to four times as often. */
	if (!(hash & 3))
		return 0;
	switch (hash >> 2 & 3) {
	case 0:
		return state->threshold >> 2;
	case 1:
		return state->threshold;
	case 2:
		return state->threshold >> 62 ? ~0ull : state->threshold << 2;
	default:
		return state->threshold >> 1;
	}
}

static bool drawn(struct sim_inject_state *state, const struct sim_fault_kind *kind)
{
	state->random += 0x9e3779b97f4a7c15ull;
	return mix(state->random) < threshold_of(state, kind);
}

static bool planned(struct sim_inject_state *state, const struct sim_fault_site *site)
{
	bool fails = false;

	for (u64 rules = site->rules; rules; rules &= rules - 1) {
		struct sim_fault_rule *rule = &state->rule[__builtin_ctzll(rules)];

		if (++rule->seen == rule->nth)
			fails = true;
	}
	if (!site->kind->swept)
		return fails;
	if (++state->question_count == state->nth)
		fails = true;
	if (state->threshold && drawn(state, site->kind))
		fails = true;
	return fails;
}

static bool counted_down(struct sim_inject_state *state, const struct sim_fault_kind *kind)
{
	if (state->kind != kind || !state->kind_countdown || --state->kind_countdown)
		return false;
	state->kind_failed = true;
	return true;
}

static void announce(const struct svmsim_world *world, const struct sim_inject_state *state)
{
	struct svmsim_injection injection;

	svmsim_fault_injection(world, state->injection_count - 1, &injection);
	state->injected(state->ctx, &injection);
}

bool sim_inject_slow(const struct sim_fault_kind *kind, const struct sim_site *place, int variant)
{
	struct sim_inject_state *state = sim_inject_state(sim_world);
	struct sim_fault_site *site = find_site(state, kind, place, variant);
	bool fails = counted_down(state, kind);

	site->question_count++;
	if (planned(state, site))
		fails = true;
	if (!fails)
		return false;
	site->injection_count++;
	state->injection = sim_array_grow(sim_world, state->injection, state->injection_count,
					  &state->injection_capacity, sizeof(*state->injection));
	state->injection[state->injection_count++] = (struct sim_injection){
		.site = (unsigned int)(site - state->site),
		.nth = site->question_count,
		.step = sim_world->step,
	};
	if (state->injected)
		announce(sim_world, state);
	sim_event(FAULT_INJECT, sim_name(kind->name), sim_name(site->name), site->question_count);
	return true;
}

bool sim_fails_unless_zero(const struct sim_site *site)
{
	return sim_inject(&sim_fault_unless_zero, site);
}

bool sim_fails_module(const struct sim_site *site)
{
	return sim_inject(&sim_fault_module, site);
}

static void arm(struct svmsim_world *world, const struct sim_inject_state *state)
{
	world->inject_armed = state->planned || state->kind_countdown;
}

void sim_inject_kind_nth(struct svmsim_world *world, const struct sim_fault_kind *kind, u64 nth)
{
	struct sim_inject_state *state = sim_inject_state(world);

	state->kind = kind;
	state->kind_countdown = nth;
	state->kind_failed = false;
	arm(world, state);
}

bool sim_inject_kind_failed(const struct svmsim_world *world)
{
	const struct sim_inject_state *state = world->slot[SIM_SLOT_INJECT];

	return state && state->kind_failed;
}

/* What the model itself does to take the machine apart can't fail; the lists stay readable. */
void sim_inject_finish(struct svmsim_world *world)
{
	world->inject_armed = false;
}

void sim_inject_reset(struct svmsim_world *world)
{
	struct sim_inject_state *state = world->slot[SIM_SLOT_INJECT];

	world->inject_armed = false;
	if (!state)
		return;
	sim_free(world, state->site, state->site_capacity * sizeof(*state->site));
	sim_free(world, state->injection, state->injection_capacity * sizeof(*state->injection));
	__builtin_memset(state, 0, sizeof(*state));
}

void sim_inject_unmake(struct svmsim_world *world)
{
	struct sim_inject_state *state = world->slot[SIM_SLOT_INJECT];

	if (!state)
		return;
	sim_inject_reset(world);
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_INJECT] = NULL;
}
