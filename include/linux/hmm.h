/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef LINUX_HMM_H
#define LINUX_HMM_H

#include <linux/bits.h>
#include <linux/mm.h>

struct mmu_interval_notifier;

/* fidelity: simplified: the order lies where v7.0 has it for the older kernels too */
enum hmm_pfn_flags {
	HMM_PFN_VALID = 1UL << (BITS_PER_LONG - 1),
	HMM_PFN_WRITE = 1UL << (BITS_PER_LONG - 2),
	HMM_PFN_ERROR = 1UL << (BITS_PER_LONG - 3),

	/* Sticky: what hmm_range_fault() finds of these in an entry it leaves there. */
	HMM_PFN_DMA_MAPPED = 1UL << (BITS_PER_LONG - 4),
	HMM_PFN_P2PDMA = 1UL << (BITS_PER_LONG - 5),
	HMM_PFN_P2PDMA_BUS = 1UL << (BITS_PER_LONG - 6),

	/* Five bits: order of the CPU's mapping. */
	HMM_PFN_ORDER_SHIFT = (BITS_PER_LONG - 11),

	/* What is asked of it. */
	HMM_PFN_REQ_FAULT = HMM_PFN_VALID,
	HMM_PFN_REQ_WRITE = HMM_PFN_WRITE,

	HMM_PFN_FLAGS = ~((1UL << HMM_PFN_ORDER_SHIFT) - 1),
};

/* fidelity: same */
/* Of a mapping, not of the folio: 0 for each page of a large folio that is mapped by PTEs. */
static inline unsigned int hmm_pfn_to_map_order(unsigned long hmm_pfn)
{
	return (hmm_pfn >> HMM_PFN_ORDER_SHIFT) & 0x1F;
}

static inline struct page *hmm_pfn_to_page(unsigned long hmm_pfn)
{
	return pfn_to_page(hmm_pfn & ~HMM_PFN_FLAGS);
}

static inline phys_addr_t hmm_pfn_to_phys(unsigned long hmm_pfn)
{
	return PFN_PHYS(hmm_pfn & ~HMM_PFN_FLAGS);
}

/*
 * What is asked of a page is (hmm_pfns[i] & pfn_flags_mask) | default_flags. After -EBUSY the slots
 * before the place where it happened hold results, and must be filled in again. No slot holds a
 * reference on its page.
 */
struct hmm_range {
	struct mmu_interval_notifier *notifier;
	unsigned long notifier_seq;
	unsigned long start;
	unsigned long end;
	unsigned long *hmm_pfns;
	unsigned long default_flags;
	unsigned long pfn_flags_mask;
	void *dev_private_owner;
};

int hmm_range_fault(struct hmm_range *range);
/* fidelity: simplified: of v7.3; the report `absent` and -EOPNOTSUPP with an older kernel */
int hmm_range_fault_unlocked_timeout(struct hmm_range *range, unsigned long timeout);

/* fidelity: same */
/* In milliseconds, for a caller that retries. */
#define HMM_RANGE_DEFAULT_TIMEOUT 1000

#endif
