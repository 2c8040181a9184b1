/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Devices and their mirrors: coming and going, invalidations, accesses and the faults of these. */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sim_hw.h>
#include <linux/slab.h>
#include "mirror.h"

#define CHUNK_BYTES (16ul << 20)
#define CHUNK_MAX 16
/* Pages of one fault. */
#define FAULT_PAGES 64
/* Faults of one page after which an access is given up. */
#define ACCESS_TRIES 1000

static bool config_is_valid(const struct sim_mirror_config *config)
{
	return !(config->chunk_bytes % BLOCK_BYTES) && !(config->coherent_first % BLOCK_BYTES);
}

struct sim_mirror_device *sim_mirror_device_create(struct device *dev,
						   const struct sim_mirror_config *config)
{
	struct sim_mirror_device *device;
	int err = 0;

	if (config && !config_is_valid(config))
		return ERR_PTR(-EINVAL);
	device = kzalloc_obj(*device);
	if (!device)
		return ERR_PTR(-ENOMEM);
	device->dev = dev;
	if (config)
		device->config = *config;
	if (!device->config.chunk_bytes)
		device->config.chunk_bytes = CHUNK_BYTES;
	if (!device->config.chunk_max)
		device->config.chunk_max = CHUNK_MAX;
	if (mirror_is_coherent(device))
		device->config.chunk_max = 1;
	mutex_init(&device->chunk_lock);
	spin_lock_init(&device->lock);
	INIT_LIST_HEAD(&device->chunks);
	INIT_LIST_HEAD(&device->free_blocks);
	INIT_LIST_HEAD(&device->partial_blocks);
	device->fail_order = -1;
	if (mirror_is_coherent(device))
		err = mirror_add_chunk(device);
	if (err) {
		kfree(device);
		return ERR_PTR(err);
	}
	return device;
}

void sim_mirror_device_destroy(struct sim_mirror_device *device)
{
	WARN_ON(sim_mirror_device_evict(device));
	mirror_remove_chunks(device);
	kfree(device);
}

u64 sim_mirror_device_used_pages(struct sim_mirror_device *device)
{
	u64 used;

	spin_lock(&device->lock);
	used = device->used;
	spin_unlock(&device->lock);
	return used;
}

void sim_mirror_device_fail_alloc(struct sim_mirror_device *device, unsigned int order)
{
	spin_lock(&device->lock);
	WRITE_ONCE(device->fail_order, order);
	spin_unlock(&device->lock);
}

/*
 * All events alike, those of its own migrations too: whoever has read the table before, and not
 * used yet what it read, has to know of them. Only what it asked for itself in order to use a page
 * by atomic operations leaves that page where it is.
 */
static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	struct sim_mirror *mirror = container_of(notifier, struct sim_mirror, notifier);

	if (range->event == MMU_NOTIFY_EXCLUSIVE && range->owner == mirror->device)
		return true;
	if (mmu_notifier_range_blockable(range))
		mutex_lock(&mirror->lock);
	else if (!mutex_trylock(&mirror->lock))
		return false;
	mmu_interval_set_seq(notifier, cur_seq);
	mirror_clear(mirror, range->start, range->end - 1);
	mutex_unlock(&mirror->lock);
	return true;
}

static const struct mmu_interval_notifier_ops notifier_ops = { .invalidate = invalidate };

struct sim_mirror *sim_mirror_open(struct sim_mirror_device *device, struct mm_struct *mm)
{
	struct sim_mirror *mirror = kzalloc_obj(*mirror);
	int err;

	if (!mirror)
		return ERR_PTR(-ENOMEM);
	mirror->device = device;
	mutex_init(&mirror->window_lock);
	mutex_init(&mirror->lock);
	xa_init(&mirror->windows);
	err = mmu_interval_notifier_insert(&mirror->notifier, mm, 0, ULONG_MAX & PAGE_MASK,
					   &notifier_ops);
	if (err) {
		kfree(mirror);
		return ERR_PTR(err);
	}
	return mirror;
}

void sim_mirror_close(struct sim_mirror *mirror)
{
	mmu_interval_notifier_remove(&mirror->notifier);
	mutex_lock(&mirror->lock);
	mirror_free_windows(mirror);
	mutex_unlock(&mirror->lock);
	kfree(mirror);
}

void sim_mirror_get_stats(struct sim_mirror *mirror, struct sim_mirror_stats *stats)
{
	mutex_lock(&mirror->lock);
	*stats = mirror->stats;
	mutex_unlock(&mirror->lock);
}

/**
 * struct fault - pages that an access needs
 * @mirror: whose
 * @range: for hmm_range_fault()
 * @pfns: results
 * @is_unlocked: by way of the form without mmap_lock
 */
struct fault {
	struct sim_mirror *mirror;
	struct hmm_range range;
	unsigned long pfns[FAULT_PAGES];
	bool is_unlocked;
};

static int read_pages(struct fault *fault)
{
	struct mm_struct *mm = mirror_mm(fault->mirror);
	int err;

	mutex_lock(&fault->mirror->lock);
	fault->mirror->stats.faults++;
	mutex_unlock(&fault->mirror->lock);
	if (fault->is_unlocked)
		return hmm_range_fault_unlocked_timeout(
			&fault->range, msecs_to_jiffies(HMM_RANGE_DEFAULT_TIMEOUT));
	fault->range.notifier_seq = mmu_interval_read_begin(&fault->mirror->notifier);
	mmap_read_lock(mm);
	err = hmm_range_fault(&fault->range);
	mmap_read_unlock(mm);
	return err;
}

/*
 * A page of its own memory that must not be written as it is, shared after a fork for one, is never
 * faulted: it has to leave the device, so that the CPU's rules apply. -EAGAIN when one has been
 * sent away.
 */
static int release_read_only(struct fault *fault)
{
	const struct hmm_range *range = &fault->range;

	if (!(range->default_flags & HMM_PFN_REQ_WRITE))
		return 0;
	for (unsigned long addr = range->start, i = 0; addr < range->end; addr += PAGE_SIZE, i++) {
		unsigned long moved;
		int err;

		if (fault->pfns[i] & HMM_PFN_WRITE)
			continue;
		err = sim_mirror_to_system(fault->mirror, addr, PAGE_SIZE, &moved);
		return err ?: -EAGAIN;
	}
	return 0;
}

/* Puts what was read into the table. -EAGAIN when it is out of date. */
static int commit(struct fault *fault)
{
	struct sim_mirror *mirror = fault->mirror;
	const struct hmm_range *range = &fault->range;
	int err = 0;

	mutex_lock(&mirror->lock);
	if (mmu_interval_read_retry(range->notifier, range->notifier_seq)) {
		mirror->stats.retries++;
		err = -EAGAIN;
	}
	for (unsigned long addr = range->start, i = 0; addr < range->end && !err;
	     addr += PAGE_SIZE, i++)
		err = mirror_set(mirror, addr, fault->pfns[i], 0);
	mutex_unlock(&mirror->lock);
	return err;
}

static int fault_once(struct fault *fault)
{
	int err = read_pages(fault);

	if (err == -EBUSY)
		return -EAGAIN;
	if (!err)
		err = release_read_only(fault);
	if (!err)
		err = commit(fault);
	return err;
}

static int fault_until(struct fault *fault)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(HMM_RANGE_DEFAULT_TIMEOUT);
	int err;

	err = mirror_make_windows(fault->mirror, fault->range.start, fault->range.end);
	while (!err) {
		err = fault_once(fault);
		if (err != -EAGAIN)
			break;
		err = time_after(jiffies, deadline) ? -EBUSY : 0;
	}
	return err;
}

/* Pages from @addr on, as many as one fault takes. */
static int fault_in(struct sim_mirror *mirror, unsigned long addr, unsigned long end, bool write,
		    bool is_unlocked)
{
	struct fault fault = {
		.mirror = mirror,
		.range = {
			.notifier = &mirror->notifier,
			.start = addr & PAGE_MASK,
			.default_flags = HMM_PFN_REQ_FAULT | (write ? HMM_PFN_REQ_WRITE : 0),
			.dev_private_owner = mirror->device,
		},
		.is_unlocked = is_unlocked,
	};
	int err;

	fault.range.end = min(PAGE_ALIGN(end), fault.range.start + FAULT_PAGES * PAGE_SIZE);
	fault.range.hmm_pfns = fault.pfns;
	if (!mmget_not_zero(mirror_mm(mirror)))
		return -EFAULT;
	err = fault_until(&fault);
	mmput(mirror_mm(mirror));
	return err;
}

/* The hardware: within one page, through its entry. */
static int access_page(struct sim_mirror *mirror, u64 entry, void *buf, unsigned int offset,
		       unsigned int bytes, bool write)
{
	dma_addr_t addr = (entry & PAGE_MASK) + offset;
	struct page *page;

	if (!(entry & ENTRY_OWN))
		return write ? sim_hw_write(mirror->device->dev, addr, buf, bytes) :
			       sim_hw_read(mirror->device->dev, addr, buf, bytes);
	page = mirror_data_page(mirror->device, phys_to_page(entry & PAGE_MASK));
	if (write) {
		sim_hw_reached(mirror->device->dev, addr, buf, bytes, true);
		memcpy_to_page(page, offset, buf, bytes);
	} else {
		memcpy_from_page(buf, page, offset, bytes);
		sim_hw_reached(mirror->device->dev, addr, buf, bytes, false);
	}
	return 0;
}

/* -ENOENT when the table does not allow it. */
static int try_access(struct sim_mirror *mirror, unsigned long addr, void *buf, unsigned int bytes,
		      bool write)
{
	const u64 wanted = ENTRY_PRESENT | (write ? ENTRY_WRITE : 0);
	int err = -ENOENT;
	u64 entry;

	/* Who takes a page out of the table waits until nobody uses it: for this lock. */
	mutex_lock(&mirror->lock);
	entry = mirror_entry(mirror, addr);
	if ((entry & wanted) == wanted) {
		if (write)
			mirror_set_dirty(mirror, addr);
		err = access_page(mirror, entry, buf, addr & ~PAGE_MASK, bytes, write);
	}
	mutex_unlock(&mirror->lock);
	return err;
}

static int access_range(struct sim_mirror *mirror, unsigned long addr, void *buf, size_t bytes,
			bool write, bool is_unlocked)
{
	unsigned long end = addr + bytes;
	unsigned int tries = 0;
	int err = 0;

	if (end < addr)
		return -EFAULT;
	while (addr < end && !err) {
		unsigned int count = min(end - addr, PAGE_SIZE - (addr & ~PAGE_MASK));

		err = try_access(mirror, addr, buf, count, write);
		if (!err) {
			addr += count;
			buf = (char *)buf + count;
			tries = 0;
		} else if (err == -ENOENT) {
			err = tries++ == ACCESS_TRIES ?
				      -EBUSY :
				      fault_in(mirror, addr, end, write, is_unlocked);
		}
	}
	return err;
}

int sim_mirror_read(struct sim_mirror *mirror, unsigned long addr, void *buf, size_t bytes)
{
	return access_range(mirror, addr, buf, bytes, false, false);
}

int sim_mirror_read_unlocked(struct sim_mirror *mirror, unsigned long addr, void *buf,
			     size_t bytes)
{
	return access_range(mirror, addr, buf, bytes, false, true);
}

int sim_mirror_write(struct sim_mirror *mirror, unsigned long addr, const void *buf, size_t bytes)
{
	return access_range(mirror, addr, (void *)buf, bytes, true, false);
}
