/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_INJECT_INTERNAL_H
#define KERNEL_INJECT_INTERNAL_H

#include <svmsim/fault.h>
#include "kernel/inject.h"

/**
 * struct sim_fault_site - a site that came up
 * @kind: its kind
 * @site: its place, NULL where there is none
 * @variant: or this number
 * @name: as it is listed
 * @rules: bit i: failure i of the plan is about it
 * @question_count: how often it was asked
 * @injection_count: how often it failed
 */
struct sim_fault_site {
	const struct sim_fault_kind *kind;
	const struct sim_site *site;
	int variant;
	char name[SVMSIM_FAULT_SITE_MAX_BYTES];
	u64 rules;
	u64 question_count;
	u64 injection_count;
};

/**
 * struct sim_fault_rule - one failure of the plan
 * @name: site or kind
 * @nth: which question fails
 * @seen: questions so far
 */
struct sim_fault_rule {
	char name[SVMSIM_FAULT_SITE_MAX_BYTES];
	u64 nth;
	u64 seen;
};

/**
 * struct sim_injection - one that happened
 * @site: index of its site
 * @nth: question of the site
 * @step: of the world
 */
struct sim_injection {
	unsigned int site;
	u64 nth;
	u64 step;
};

/**
 * struct sim_inject_state - what slot SIM_SLOT_INJECT points to once there was a plan
 * @rule: failures of the plan, @rule_count of them
 * @rule_count: number of @rule
 * @nth: question of the run that fails
 * @threshold: a drawn value below this fails; 0 for none
 * @swarm: see struct svmsim_fault_plan
 * @random: state of the plan's own source
 * @planned: a plan is set
 * @injected: see struct svmsim_fault_plan
 * @ctx: passed to it
 * @question_count: questions of swept kinds
 * @kind: of sim_inject_kind_nth()
 * @kind_countdown: of the same
 * @kind_failed: of the same
 * @site: sites met, @site_count of @site_capacity
 * @site_count: in use
 * @site_capacity: room
 * @injection: what happened, @injection_count of @injection_capacity
 * @injection_count: in use
 * @injection_capacity: room
 */
struct sim_inject_state {
	struct sim_fault_rule rule[SVMSIM_FAULT_MAX];
	unsigned int rule_count;
	u64 nth;
	u64 threshold;
	bool swarm;
	u64 random;
	bool planned;
	void (*injected)(void *ctx, const struct svmsim_injection *injection);
	void *ctx;
	u64 question_count;
	const struct sim_fault_kind *kind;
	u64 kind_countdown;
	bool kind_failed;
	struct sim_fault_site *site;
	unsigned int site_count;
	unsigned int site_capacity;
	struct sim_injection *injection;
	unsigned int injection_count;
	unsigned int injection_capacity;
};

/** sim_inject_state - the state, made if there is none yet */
struct sim_inject_state *sim_inject_state(struct svmsim_world *world);
/**
 * sim_fault_site_text - name of a site
 * @kind: what fails
 * @site: where, or NULL
 * @variant: or this number
 * @buf: filled, cut at its end
 * @size: of @buf
 */
void sim_fault_site_text(const struct sim_fault_kind *kind, const struct sim_site *site,
			 int variant, char *buf, size_t size);
/** sim_fault_named - does a name of a plan mean this site, whose listed name is @text? */
bool sim_fault_named(const char *name, const struct sim_fault_kind *kind, const char *text);

#endif
