/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A driver that has memory without addresses for the CPU, as small as one can be. */
#ifndef UNIT_DEVICE_MEMORY_FIXTURE_H
#define UNIT_DEVICE_MEMORY_FIXTURE_H

#include <linux/memremap.h>
#include <linux/pagemap.h>
#include "lock_fixture.h"
#include "mm/folio.h"
#include "mm_fixture.h"

#define MEMORY_BYTES (128ull << 20)

static struct folio *freed[16];
static unsigned int freed_count;

static __maybe_unused void folio_freed(struct folio *folio)
{
	freed[freed_count++ % 16] = folio;
}

static __maybe_unused vm_fault_t to_ram(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static __maybe_unused const struct dev_pagemap_ops private_ops = {
	.folio_free = folio_freed,
	.migrate_to_ram = to_ram,
};

static int owner;

static __maybe_unused struct dev_pagemap private_map(u64 start, u64 bytes)
{
	return (struct dev_pagemap){
		.type = MEMORY_DEVICE_PRIVATE,
		.ops = &private_ops,
		.owner = &owner,
		.nr_range = 1,
		.range = { start, start + bytes - 1 },
	};
}

static __maybe_unused struct svmsim_world *device_memory_world(uint32_t quirks)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 16 << 20, .cpu_count = 4 } },
		.preempt = SVMSIM_PREEMPT_FULL,
		.quirks = quirks,
	};

	said_length = 0;
	freed_count = 0;
	return mm_world(&machine);
}

#endif
