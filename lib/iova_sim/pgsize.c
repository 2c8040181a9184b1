// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/bug.h>
#include "iova_sim/pgsize.h"

/* All bits up to and including the one at @index. */
static unsigned long bits_through(unsigned int index)
{
	return ~0ul >> (63 - index);
}

size_t iopt_pgsize(unsigned long bitmap, unsigned long iova, u64 paddr, size_t size, size_t *count)
{
	unsigned long addresses = iova | paddr;
	unsigned long fitting = bitmap & bits_through(63 - __builtin_clzl(size));
	unsigned long larger, next, to_boundary, through_next;
	unsigned int shift;

	if (addresses)
		fitting &= bits_through(__builtin_ctzl(addresses));
	BUG_ON(!fitting);
	shift = 63 - __builtin_clzl(fitting);

	larger = bitmap & ~bits_through(shift);
	if (larger) {
		next = larger & -larger;
		to_boundary = next - (addresses & (next - 1));
		/* A larger leaf helps only where both addresses reach its boundary together. */
		if (!((iova ^ paddr) & (next - 1)) &&
		    !__builtin_add_overflow(to_boundary, next, &through_next) &&
		    through_next <= size)
			size = to_boundary;
	}
	*count = size >> shift;
	return 1ul << shift;
}

u64 iopt_best_pgsize(unsigned long bitmap, u64 iova, u64 last, u64 paddr)
{
	u64 span = last - iova + 1;
	/* A range of all 2^64 bytes has no length in 64 bits; any size fits into it. */
	u64 longest = span ? 1ull << (63 - __builtin_clzll(span)) : 1ull << 63;
	u64 limit = iova | paddr | longest;
	unsigned long fitting = bitmap & bits_through(__builtin_ctzll(limit));

	return fitting ? 1ull << (63 - __builtin_clzl(fitting)) : 0;
}
