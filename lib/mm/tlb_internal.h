/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a world keeps of its CPUs' TLBs; for tests to look at. */
#ifndef MM_TLB_INTERNAL_H
#define MM_TLB_INTERNAL_H

#include "mm/tlb.h"

/**
 * struct tlb_cpu - one CPU's TLB
 * @entry: by set and way
 * @next: the way of a set that was replaced last
 * @has_large: an entry for a large page was made in this run
 * @is_used: any entry was
 */
struct tlb_cpu {
	struct tlb_entry entry[TLB_SETS][TLB_WAYS];
	u8 next[TLB_SETS];
	bool has_large;
	bool is_used;
};

/**
 * struct tlb_state - of sim_layer_tlb
 * @cpu: by number
 * @sets: in use, a power of two up to TLB_SETS; tests make it less
 * @ways: in use, up to TLB_WAYS
 */
struct tlb_state {
	struct tlb_cpu *cpu;
	unsigned int sets;
	unsigned int ways;
};

#endif
