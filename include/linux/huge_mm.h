/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_HUGE_MM_H
#define _LINUX_HUGE_MM_H

#include <linux/mm.h>
#include <linux/mm_types.h>

/* fidelity: same */
#define HPAGE_PMD_SHIFT 21
#define HPAGE_PMD_SIZE (1UL << HPAGE_PMD_SHIFT)
#define HPAGE_PMD_MASK (~(HPAGE_PMD_SIZE - 1))
#define HPAGE_PMD_ORDER (HPAGE_PMD_SHIFT - PAGE_SHIFT)
#define HPAGE_PMD_NR (1 << HPAGE_PMD_ORDER)

/* The folio is locked and the caller has one reference: 0, -EAGAIN, -EBUSY, -ENOMEM. */
int split_folio(struct folio *folio);

static inline bool folio_test_pmd_mappable(struct folio *folio)
{
	return folio_order(folio) >= HPAGE_PMD_ORDER;
}

/* fidelity: simplified: there is no setting beside the orders that a machine allows */
static inline bool thp_migration_supported(void)
{
	return true;
}

static inline bool thp_disabled_by_hw(void)
{
	return false;
}

#endif
