// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Compiled with the same flags in every build: what the other figures are measured against. */
#include "bench_pt_work.h"

void pt_floor_fill(uint64_t *table, uint64_t leaf)
{
	for (unsigned int i = 0; i < PT_WINDOW_PAGES; i++, leaf += PT_TABLE_BYTES)
		table[i] = leaf;
}
