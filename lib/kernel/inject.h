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
 * fault site   a place in the source that can fail (linux/sim_site.h, kind SIM_POINT_FAIL), or a
 *              kind of failure by itself: "iova", "map", with the order of a page allocation.
 * fault kind   what fails there: a row of sim_fault_kinds. Layers above register theirs.
 * injection    one time that a site was made to fail.
 */
#ifndef KERNEL_INJECT_H
#define KERNEL_INJECT_H

#include <linux/sim_site.h>
#include <linux/types.h>

struct svmsim_world;

/**
 * struct sim_fault_kind - what fails; static, one per kind
 * @name: "kmalloc", "page", "iova", "map", "dma-map", "sync", "bounce", "signal", "kill", "trylock",
 *	"module", "unless-zero", "ww", "deadline", "fence"
 * @errnos: negative errnos that an action can return because of it, ended by 0
 * @swept: part of --fail-nth all
 * @does: one phrase for --help and docs
 * @next: used by the registry
 */
struct sim_fault_kind {
	const char *name;
	const int *errnos;
	bool swept;
	const char *does;
	struct sim_fault_kind *next;
};

extern struct sim_fault_kind sim_fault_kmalloc, sim_fault_page, sim_fault_iova, sim_fault_map,
	sim_fault_dma_map, sim_fault_sync, sim_fault_bounce, sim_fault_signal, sim_fault_kill,
	sim_fault_trylock, sim_fault_module, sim_fault_unless_zero, sim_fault_ww,
	sim_fault_deadline, sim_fault_fence;

/**
 * sim_inject - must this fail now?
 * @kind: what would fail
 * @site: where in the source, from SIM_SITE(SIM_POINT_FAIL, ...); NULL where the kind says it all
 *
 * Counts the question; an injection is an event (fault:inject) and enters the digest.
 * Return: true when the plan of the run says so.
 */
bool sim_inject_slow(struct sim_fault_kind *kind, const struct sim_site *site);
/** sim_inject - see sim_inject_slow(); free of charge without a plan */
#define sim_inject(kind, site) (unlikely(sim_world->inject_armed) && sim_inject_slow(kind, site))

#endif
