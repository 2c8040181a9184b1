/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by scn_state_mm.c and scn_state_mm_json.c: looking at processes, with names. */
#ifndef EXPLORE_SCN_MM_VIEW_H
#define EXPLORE_SCN_MM_VIEW_H

#include "explore/scn_runner.h"

/* struct scn_view - one look at a process */
struct scn_view {
	struct scn_runner *runner;
	int what;
	int process;
	int device;
	struct svmsim_mm *mm;
};

/* struct scn_piece - pages that follow one another, also under their name; -1 for none */
struct scn_piece {
	uint64_t address;
	uint64_t pages;
	int symbol;
	uint64_t page;
};

/** scn_name_address - symbol and page of an address of a process, -1 if it has no name */
int scn_name_address(const struct scn_runner *runner, int process, uint64_t address,
		     uint64_t *page);
/** scn_next_piece - the piece at *@address, which moves behind it; false at @end */
bool scn_next_piece(const struct scn_runner *runner, int process, uint64_t *address, uint64_t end,
		    struct scn_piece *piece);
/** scn_areas - areas of a process; host_free() frees them */
struct svmsim_area_info *scn_areas(struct svmsim_mm *mm, long *count);
/** scn_entries - entries of its CPU page table; host_free() frees them */
struct svmsim_cpu_entry *scn_entries(struct svmsim_mm *mm, long *count);

#endif
