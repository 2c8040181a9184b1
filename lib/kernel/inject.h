/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Injected failures. Wherever the modelled kernel can fail for reasons of its own, it asks here
 * first; the plan of the run says which of these places fail, and when. Without a plan a question
 * costs one predictable branch.
 *
 * DOC: Vocabulary
 *
 * fault site   a place in the source that can fail (linux/sim_site.h), or a kind of failure by
 *              itself: "iova", "map", and with its order an allocation of pages: "page/9"; on
 *              machines with several nodes also the look into one of them: "page-node/9@1".
 * fault kind   what fails there. A layer defines its own with SIM_FAULT_KIND().
 * question     one time that a site was asked about.
 * injection    one time that a site was made to fail.
 *
 * Sites are listed by name: "devres.c:devres_alloc:kmalloc(size)", or the kind's where there is no
 * place. Where a place is there for more than failing (a lock, a wait), the kind stands in front:
 * "signal@wait.c:wait_one:wait_event_interruptible(q)".
 */
#ifndef KERNEL_INJECT_H
#define KERNEL_INJECT_H

#include <linux/errno.h>
#include <linux/sim_site.h>
#include <linux/types.h>
#include "kernel/world.h"

/**
 * struct sim_fault_kind - what fails; static, one per kind
 * @name: "kmalloc", "page", ...; also a site that stands for all of its kind
 * @errnos: negative errnos that an action can return because of it, ended by 0
 * @swept: part of --fail-nth all
 * @does: one phrase for docs
 */
struct sim_fault_kind {
	const char *name;
	const int *errnos;
	bool swept;
	const char *does;
};

/* The pointers lie side by side in a section, so that all kinds of the program can be listed. */
#define SIM_FAULT_KIND(_symbol, _name, _swept, _does, ...)                                         \
	const struct sim_fault_kind sim_fault_##_symbol = {                                        \
		.name = _name,                                                                     \
		.errnos = (const int[]){ __VA_ARGS__, 0 },                                         \
		.swept = _swept,                                                                   \
		.does = _does,                                                                     \
	};                                                                                         \
	static const struct sim_fault_kind *const sim_fault_entry_##_symbol                        \
		__attribute__((__section__("sim_fault_kinds"), __used__)) = &sim_fault_##_symbol

extern const struct sim_fault_kind sim_fault_kmalloc, sim_fault_percpu, sim_fault_page,
	sim_fault_page_node, sim_fault_iova, sim_fault_map, sim_fault_dma_map, sim_fault_sync,
	sim_fault_bounce, sim_fault_signal, sim_fault_kill, sim_fault_trylock, sim_fault_module,
	sim_fault_unless_zero, sim_fault_ww, sim_fault_deadline, sim_fault_fence;

#define SIM_FAULT_NO_VARIANT (-1)
/* A number up to 255, on a node: "page-node/9@1". */
#define SIM_FAULT_AT_NODE(_variant, _node) ((int)(_variant) | ((int)(_node) + 1) << 8)

/**
 * sim_inject_slow - must this fail now?
 * @kind: what would fail
 * @site: where in the source, from SIM_SITE(SIM_POINT_FAIL, ...); NULL where the kind says it all
 * @variant: tells sites of a kind without a place apart (an order), or SIM_FAULT_NO_VARIANT
 *
 * Counts the question; an injection is an event (fault:inject) and enters the digest.
 * Return: true when the plan of the run says so.
 */
bool sim_inject_slow(const struct sim_fault_kind *kind, const struct sim_site *site, int variant);
/** sim_inject - see sim_inject_slow(); free of charge without a plan */
#define sim_inject(kind, site) \
	(unlikely(sim_world->inject_armed) && sim_inject_slow(kind, site, SIM_FAULT_NO_VARIANT))
/** sim_inject_variant - the same, for a kind that tells its sites apart by a number */
#define sim_inject_variant(kind, variant) \
	(unlikely(sim_world->inject_armed) && sim_inject_slow(kind, NULL, variant))

/**
 * sim_inject_kind - all kinds of the program, by name
 * @index: from 0
 *
 * Return: the kind, NULL past the last.
 */
const struct sim_fault_kind *sim_inject_kind(unsigned int index);
/**
 * sim_inject_kind_nth - make one question of a kind fail, whatever the plan says
 * @world: the world
 * @kind: which
 * @nth: 1 for the next one; 0 for none. Forgets what was asked for before.
 */
void sim_inject_kind_nth(struct svmsim_world *world, const struct sim_fault_kind *kind, u64 nth);
/** sim_inject_kind_failed - did the failure asked for with sim_inject_kind_nth() happen? */
bool sim_inject_kind_failed(const struct svmsim_world *world);

/* Every world has these; called by world.c. */
void sim_inject_finish(struct svmsim_world *world);
void sim_inject_reset(struct svmsim_world *world);
void sim_inject_unmake(struct svmsim_world *world);

#endif
