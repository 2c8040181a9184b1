/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The parts of the mm layer that a world is made of, lowest first, as in enum sim_slot. */
#ifndef MM_LAYERS_H
#define MM_LAYERS_H

#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/mman.h"
#include "mm/move.h"
#include "mm/notifier.h"
#include "mm/phys.h"
#include "mm/rmap.h"
#include "mm/tlb.h"

#define SIM_MM_LAYERS \
	&sim_layer_phys, &sim_layer_tlb, &sim_layer_rmap, &sim_layer_move, &sim_layer_filemap, \
		&sim_layer_fault, &sim_layer_notifier, &sim_layer_mm

#endif
