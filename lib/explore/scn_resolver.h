/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by the files that turn names of an action into symbols. */
#ifndef EXPLORE_SCN_RESOLVER_H
#define EXPLORE_SCN_RESOLVER_H

#include "explore/scn_program.h"

/* struct scn_resolver - an action whose names are looked up */
struct scn_resolver {
	struct scn_plan *plan;
	struct scn_cursor *cursor;
	struct scn_arena *arena;
	struct scn_step *step;
};

/** scn_find_symbol - index of a symbol, -1 if there is none */
int scn_find_symbol(const struct scn_plan *plan, const char *name);
/** scn_symbol_known - names of the struct scn_plan at @ctx */
const char *scn_symbol_known(const void *ctx, unsigned int index);
/** scn_fail_kind - fail with "NAME is a window, not @wanted" */
bool scn_fail_kind(struct scn_resolver *resolver, const struct scn_token *token,
		   const struct scn_symbol *symbol, const char *wanted);
/** scn_declare - the symbol of a name that comes with this line, or comes again */
bool scn_declare(struct scn_resolver *resolver, const struct scn_token *token,
		 enum scn_symbol_kind kind, int *index);
/** scn_kind_text - "a window" */
const char *scn_kind_text(enum scn_symbol_kind kind);
/** scn_resolve_mm - one operand of a verb of a process */
bool scn_resolve_mm(struct scn_resolver *resolver, enum scn_operand operand);
/** scn_thread_of - whose threads an actor `cpu` or `cpuN` runs; made if need be */
struct scn_thread *scn_thread_of(struct scn_plan *plan, struct scn_arena *arena,
				 const char *actor);
/** scn_process_name - can a process be called so? */
bool scn_process_name(struct scn_cursor *cursor, const struct scn_plan *plan,
		      const struct scn_token *token);
/** scn_check_place - are pages within an area, as far as the file says? */
bool scn_check_place(struct scn_cursor *cursor, const struct scn_plan *plan,
		     const struct scn_place_text *place, int *index);

#endif
