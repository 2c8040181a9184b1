/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What pages are, without touching them. */
#include <linux/err.h>
#include <linux/huge_mm.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "mirror.h"

/* 1 GiB of 4 KiB pages. */
#define PUD_ORDER 18

static u8 code_of(const struct sim_mirror_device *device, unsigned long hmm_pfn)
{
	const struct page *page;
	u8 code;

	if (hmm_pfn & HMM_PFN_ERROR)
		return SIM_MIRROR_ERROR;
	if (!(hmm_pfn & HMM_PFN_VALID))
		return SIM_MIRROR_NONE;
	page = hmm_pfn_to_page(hmm_pfn);
	if (is_device_private_page(page))
		code = mirror_owns(device, page) ? SIM_MIRROR_PRIVATE_LOCAL :
						   SIM_MIRROR_PRIVATE_REMOTE;
	else if (is_device_coherent_page(page))
		code = mirror_owns(device, page) ? SIM_MIRROR_COHERENT_LOCAL :
						   SIM_MIRROR_COHERENT_REMOTE;
	else
		code = is_zero_page(page) ? SIM_MIRROR_ZERO : SIM_MIRROR_NONE;
	code |= hmm_pfn & HMM_PFN_WRITE ? SIM_MIRROR_WRITE : SIM_MIRROR_READ;
	switch (hmm_pfn_to_map_order(hmm_pfn)) {
	case HPAGE_PMD_ORDER:
		return code | SIM_MIRROR_PMD;
	case PUD_ORDER:
		return code | SIM_MIRROR_PUD;
	default:
		return code;
	}
}

/* -EAGAIN when something was invalidated meanwhile. */
static int look_once(struct sim_mirror *mirror, struct hmm_range *range, u8 *codes)
{
	unsigned long count = (range->end - range->start) >> PAGE_SHIFT;
	struct mm_struct *mm = mirror_mm(mirror);
	int err;

	range->notifier_seq = mmu_interval_read_begin(&mirror->notifier);
	mmap_read_lock(mm);
	err = hmm_range_fault(range);
	mmap_read_unlock(mm);
	if (err)
		return err == -EBUSY ? -EAGAIN : err;
	/* Pages are looked at, too: they must not go meanwhile. */
	mutex_lock(&mirror->lock);
	if (mmu_interval_read_retry(&mirror->notifier, range->notifier_seq))
		err = -EAGAIN;
	for (unsigned long i = 0; i < count && !err; i++)
		codes[i] = code_of(mirror->device, range->hmm_pfns[i]);
	mutex_unlock(&mirror->lock);
	return err;
}

static int look(struct sim_mirror *mirror, struct hmm_range *range, u8 *codes)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(HMM_RANGE_DEFAULT_TIMEOUT);
	int err;

	do {
		err = look_once(mirror, range, codes);
	} while (err == -EAGAIN && !time_after(jiffies, deadline));
	return err == -EAGAIN ? -EBUSY : err;
}

int sim_mirror_snapshot(struct sim_mirror *mirror, unsigned long addr, size_t bytes, u8 *codes)
{
	struct hmm_range range = {
		.notifier = &mirror->notifier,
		.start = addr,
		.end = addr + bytes,
		.dev_private_owner = mirror->device,
	};
	int err;

	if (!mmget_not_zero(mirror_mm(mirror)))
		return -EFAULT;
	range.hmm_pfns = kvcalloc(bytes >> PAGE_SHIFT, sizeof(*range.hmm_pfns), GFP_KERNEL);
	err = range.hmm_pfns ? look(mirror, &range, codes) : -ENOMEM;
	kvfree(range.hmm_pfns);
	mmput(mirror_mm(mirror));
	return err;
}
