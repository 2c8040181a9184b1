/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Pages that the device has for itself, for atomic operations. */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "mirror.h"

/* As long as the folio is locked nobody takes the page back. */
static int enter_exclusive(struct sim_mirror *mirror, unsigned long addr, unsigned long seq,
			   const struct page *page)
{
	int err;

	mutex_lock(&mirror->lock);
	if (mmu_interval_read_retry(&mirror->notifier, seq))
		err = -EAGAIN;
	else
		err = mirror_set(mirror, addr, page_to_pfn(page) | HMM_PFN_VALID | HMM_PFN_WRITE,
				 ENTRY_EXCLUSIVE);
	mutex_unlock(&mirror->lock);
	return err;
}

/*
 * What make_device_exclusive() would have to fault in first counts as an invalidation, and so would
 * every further attempt: done before, it finds nothing to do. Own memory is foreign here, since it
 * has to go.
 */
static int fault_for_writing(struct sim_mirror *mirror, unsigned long addr, unsigned long seq)
{
	unsigned long pfn = 0;
	struct hmm_range range = {
		.notifier = &mirror->notifier,
		.notifier_seq = seq,
		.start = addr,
		.end = addr + PAGE_SIZE,
		.hmm_pfns = &pfn,
		.default_flags = HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE,
	};

	return hmm_range_fault(&range);
}

static int exclusive_once(struct sim_mirror *mirror, unsigned long addr)
{
	unsigned long seq = mmu_interval_read_begin(&mirror->notifier);
	struct mm_struct *mm = mirror_mm(mirror);
	struct page *page = NULL;
	struct folio *folio;
	int err;

	mmap_read_lock(mm);
	err = fault_for_writing(mirror, addr, seq);
	if (!err)
		page = make_device_exclusive(mm, addr, mirror->device, &folio);
	mmap_read_unlock(mm);
	if (!err && IS_ERR(page))
		err = PTR_ERR(page);
	if (err)
		return err == -EBUSY ? -EAGAIN : err;
	err = enter_exclusive(mirror, addr, seq, page);
	folio_unlock(folio);
	folio_put(folio);
	return err;
}

static int exclusive_page(struct sim_mirror *mirror, unsigned long addr)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(HMM_RANGE_DEFAULT_TIMEOUT);
	int err;

	do {
		err = exclusive_once(mirror, addr);
	} while (err == -EAGAIN && !time_after(jiffies, deadline));
	return err == -EAGAIN ? -EBUSY : err;
}

int sim_mirror_exclusive(struct sim_mirror *mirror, unsigned long addr, size_t bytes)
{
	int err;

	if (!mmget_not_zero(mirror_mm(mirror)))
		return -EFAULT;
	err = mirror_make_windows(mirror, addr, addr + bytes);
	for (unsigned long end = addr + bytes; addr < end && !err; addr += PAGE_SIZE)
		err = exclusive_page(mirror, addr);
	mmput(mirror_mm(mirror));
	return err;
}

int sim_mirror_check_exclusive(struct sim_mirror *mirror, unsigned long addr, size_t bytes)
{
	int err = 0;

	mutex_lock(&mirror->lock);
	for (unsigned long end = addr + bytes; addr < end; addr += PAGE_SIZE)
		if (mirror_entry(mirror, addr) & ENTRY_EXCLUSIVE)
			err = -EPERM;
	mutex_unlock(&mirror->lock);
	return err;
}
