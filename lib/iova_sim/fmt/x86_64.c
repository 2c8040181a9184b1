// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * x86-64 page tables as the first stage of VT-d. Intel SDM volume 3, chapter "Paging", tables for
 * 4-level and 5-level paging. Accessed and dirty are set beforehand, so that the hardware has no
 * reason to write to the table. Only the lower half of the address space is used.
 */
#include <linux/iommu.h>
#include "iova_sim/fmt/fmt.h"

#define X86_PRESENT (1ull << 0)
#define X86_WRITE (1ull << 1)
#define X86_USER (1ull << 2)
#define X86_ACCESSED (1ull << 5)
#define X86_DIRTY (1ull << 6)
#define X86_PAGE_SIZE (1ull << 7)
#define X86_ADDRESS 0x000ffffffffff000ull
#define X86_LEAF (X86_ADDRESS | X86_PRESENT | X86_WRITE | X86_USER | X86_ACCESSED | X86_DIRTY)

static u64 x86_prot_bits(unsigned int prot)
{
	return X86_USER | X86_ACCESSED | (prot & IOMMU_WRITE ? X86_WRITE | X86_DIRTY : 0);
}

const struct iopt_fmt iopt_fmt_x86_64 = {
	.name = "x86-64",
	.granule_shift = 12,
	.level_count = 4,
	.level_count_min = 4,
	.level_count_max = 5,
	.leaf_level_count = 3,
	.va_bits_unused = 1,
	.oa_bits = 52,
	.address_mask = X86_ADDRESS,
	.present_mask = X86_PRESENT,
	.leaf_mask = X86_PAGE_SIZE,
	.leaf_value = X86_PAGE_SIZE,
	.leaf_bits = {
		X86_PRESENT,
		X86_PRESENT | X86_PAGE_SIZE,
		X86_PRESENT | X86_PAGE_SIZE,
	},
	.replica_value = IOPT_REPLICA_NONE,
	.table_bits = X86_PRESENT | X86_WRITE | X86_USER | X86_ACCESSED,
	.read_mask = X86_PRESENT,
	.read_value = X86_PRESENT,
	.write_mask = X86_WRITE,
	.write_value = X86_WRITE,
	.leaf_zero = { ~X86_LEAF, ~(X86_LEAF | X86_PAGE_SIZE), ~(X86_LEAF | X86_PAGE_SIZE) },
	.table_zero = ~(X86_ADDRESS | X86_PRESENT | X86_WRITE | X86_USER | X86_ACCESSED),
	.prot_bits = x86_prot_bits,
};
