/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Make what can fail in a kernel fail: a plan says which question of which site is answered with a
 * failure. Without a plan everything that the machine has room for succeeds.
 *
 * DOC: Vocabulary
 *
 * kind        what fails: "kmalloc", "page", "iova", ...
 * site        a place in the source, or a kind where there is no place, by name:
 *             "devres.c:devres_alloc:kmalloc(size)", "iova", "page/9" (pages of order 9),
 *             "page-node/9@1" (node 1 has none of them, others may),
 *             "signal@FILE:FUNCTION:CALL(ARGUMENT)" where a place is there for more than failing.
 * question    one time that a site could have failed. Allocations with __GFP_NOFAIL ask none.
 * injection   one time that it did.
 */
#ifndef SVMSIM_FAULT_H
#define SVMSIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/world.h>

#define SVMSIM_FAULT_MAX 64
#define SVMSIM_FAULT_SITE_MAX_BYTES 256

/**
 * struct svmsim_fault - one failure to inject
 * @site: name of a site as it is listed, the same without "KIND@", or a kind for all its sites
 * @nth: which of its questions fails, from 1
 */
struct svmsim_fault {
	const char *site;
	uint64_t nth;
};

struct svmsim_injection;

/**
 * struct svmsim_fault_plan - what fails in a run
 * @fault: failures, at most SVMSIM_FAULT_MAX
 * @fault_count: number of @fault
 * @nth: the question of the whole run that fails, from 1, counting kinds that are swept; 0 for none
 * @probability: of each question of a swept kind to fail, 0 to 1; drawn from a source of its own
 *	that starts from the machine's seed
 * @swarm: with @probability: a run turns some kinds off and weights the others differently
 * @count: count questions even if nothing can fail
 * @injected: called at each injection, before anything comes of it; it must not call back into the
 *	world; may be NULL
 * @ctx: passed to @injected
 */
struct svmsim_fault_plan {
	const struct svmsim_fault *fault;
	unsigned int fault_count;
	uint64_t nth;
	double probability;
	bool swarm;
	bool count;
	void (*injected)(void *ctx, const struct svmsim_injection *injection);
	void *ctx;
};

/**
 * struct svmsim_fault_site - a site that came up in the run
 * @name: as a plan can name it
 * @kind: what fails there
 * @question_count: how often it was asked
 * @injection_count: how often it failed
 * @swept: its kind is swept
 */
struct svmsim_fault_site {
	const char *name;
	const char *kind;
	uint64_t question_count;
	uint64_t injection_count;
	bool swept;
};

/**
 * struct svmsim_injection - a failure that was injected
 * @site: name of its site
 * @kind: what failed
 * @nth: question of the site, from 1
 * @step: step of the world in which it happened
 * @err: negative errnos that a call can return because of it, ended by 0
 */
struct svmsim_injection {
	const char *site;
	const char *kind;
	uint64_t nth;
	uint64_t step;
	const int *err;
};

/**
 * struct svmsim_fault_kind - a kind of failure
 * @name: name
 * @does: what fails, a phrase
 * @swept: part of a sweep
 * @err: negative errnos that a call can return because of it, ended by 0
 */
struct svmsim_fault_kind {
	const char *name;
	const char *does;
	bool swept;
	const int *err;
};

/**
 * svmsim_world_faults - set what fails from now on
 * @world: world; the plan ends with its reset or with svmsim_world_finish()
 * @plan: copied; NULL ends a plan. Counts and injections so far are forgotten.
 *
 * Return: 0, -EINVAL (a site that no kind and no place of this program has, a @nth of 0, a
 * probability outside of 0 to 1), -E2BIG (more than SVMSIM_FAULT_MAX failures).
 */
SVMSIM_API int svmsim_world_faults(struct svmsim_world *world,
				   const struct svmsim_fault_plan *plan);
/** svmsim_fault_questions - questions of swept kinds since the plan was set */
SVMSIM_API uint64_t svmsim_fault_questions(const struct svmsim_world *world);
/**
 * svmsim_fault_site - a site that came up since the plan was set
 * @world: world
 * @index: from 0, in order of first questions
 * @site: filled; valid until the plan ends
 *
 * Return: 0, -ENOENT past the last.
 */
SVMSIM_API int svmsim_fault_site(const struct svmsim_world *world, unsigned int index,
				 struct svmsim_fault_site *site);
/**
 * svmsim_fault_injection - a failure that was injected
 * @world: world
 * @index: from 0, in order
 * @injection: filled; valid until the plan ends
 *
 * Return: 0, -ENOENT past the last.
 */
SVMSIM_API int svmsim_fault_injection(const struct svmsim_world *world, unsigned int index,
				      struct svmsim_injection *injection);
/**
 * svmsim_fault_fired - was a failure of the plan injected?
 * @world: world
 * @index: position in the plan, from 0
 */
SVMSIM_API bool svmsim_fault_fired(const struct svmsim_world *world, unsigned int index);
/** svmsim_injection_count - number of failures injected since the plan was set */
SVMSIM_API unsigned int svmsim_injection_count(const struct svmsim_world *world);
/**
 * svmsim_fault_kind - all kinds of failure, by name
 * @index: from 0
 * @kind: filled
 *
 * Return: 0, -ENOENT past the last.
 */
SVMSIM_API int svmsim_fault_kind(unsigned int index, struct svmsim_fault_kind *kind);
/**
 * svmsim_fault_known - does a site or a kind with this name exist in the program?
 * @name: as in struct svmsim_fault
 */
SVMSIM_API bool svmsim_fault_known(const char *name);
/**
 * svmsim_fault_name - names that svmsim_fault_known() knows: kinds, then places
 * @index: from 0
 * @buf: filled, cut at its end
 * @bytes: size of @buf
 *
 * Return: 0, -ENOENT past the last.
 */
SVMSIM_API int svmsim_fault_name(unsigned int index, char *buf, size_t bytes);

#endif
