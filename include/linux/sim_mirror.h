/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * A device for tests of memory management: it mirrors address spaces page by page, and has memory
 * of its own to which pages of these can migrate. No engines, no queues: an access is a call. It is
 * what a driver of HMM is at least, and correct by the contracts of what it calls.
 *
 * DOC: Vocabulary
 *
 * mirror  what a device has of one address space: a table of its pages, and a notifier over all of
 *         it that takes pages out again.
 * window  2 MiB of an address space: what the table is made of, with the DMA addresses of its
 *         pages.
 * block   2 MiB of the device's memory, given out whole or page by page.
 *
 * DOC: Memory
 *
 * Private memory has no bytes of its own: behind each page stands a page of RAM that nobody else
 * uses. Coherent memory lies where the caller says, and the CPU reaches it.
 *
 * DOC: Locking
 *
 * All functions sleep and take mmap_lock by themselves.
 */
#ifndef _LINUX_SIM_MIRROR_H
#define _LINUX_SIM_MIRROR_H

#include <linux/types.h>

struct device;
struct mm_struct;
struct sim_mirror;
struct sim_mirror_device;

/**
 * struct sim_mirror_config - what a device has
 * @chunk_bytes: its memory is added in pieces of this size, a multiple of 2 MiB; 0 for 16 MiB
 * @chunk_max: at most so many; 0 for 16
 * @coherent_first: 0: private memory. Else physical address of memory with bytes that no driver
 *	has claimed, of @chunk_bytes: coherent memory, one piece
 * @no_huge: migrates page by page, never 2 MiB as one folio
 */
struct sim_mirror_config {
	u64 chunk_bytes;
	unsigned int chunk_max;
	phys_addr_t coherent_first;
	bool no_huge;
};

/**
 * struct sim_mirror_stats - what happened to a mirror
 * @faults: times that it called hmm_range_fault()
 * @retries: times that what it had read was out of date
 * @entries: pages in its table
 */
struct sim_mirror_stats {
	u64 faults;
	u64 retries;
	u64 entries;
};

/* What a page is for the device: a kind, or rights with the order of the CPU's mapping. */
#define SIM_MIRROR_NONE 0x00
#define SIM_MIRROR_READ 0x01
#define SIM_MIRROR_WRITE 0x02
#define SIM_MIRROR_PMD 0x04
#define SIM_MIRROR_PUD 0x08
#define SIM_MIRROR_ZERO 0x10
#define SIM_MIRROR_PRIVATE_LOCAL 0x20
#define SIM_MIRROR_PRIVATE_REMOTE 0x30
#define SIM_MIRROR_COHERENT_LOCAL 0x40
#define SIM_MIRROR_COHERENT_REMOTE 0x50
#define SIM_MIRROR_ERROR 0xff

/**
 * sim_mirror_device_create - bind the driver to a device
 * @dev: device, with its DMA set up
 * @config: copied; NULL for all defaults
 *
 * Return: it, or an ERR_PTR: -ENOMEM, -EINVAL, or what registering coherent memory returned.
 */
struct sim_mirror_device *sim_mirror_device_create(struct device *dev,
						   const struct sim_mirror_config *config);
/** sim_mirror_device_destroy - unbind it: its mirrors are closed; evicts all memory first */
void sim_mirror_device_destroy(struct sim_mirror_device *device);
/** sim_mirror_device_evict - move every page out of the device's memory; 0, -ENOMEM, -EBUSY */
int sim_mirror_device_evict(struct sim_mirror_device *device);
/** sim_mirror_device_used_pages - pages of its memory in use */
u64 sim_mirror_device_used_pages(struct sim_mirror_device *device);
/**
 * sim_mirror_device_fail_alloc - the next destination of a migration is not to be had
 * @device: in either direction
 * @order: of a page (0) or 2 MiB (9)
 */
void sim_mirror_device_fail_alloc(struct sim_mirror_device *device, unsigned int order);

/**
 * sim_mirror_open - mirror an address space
 * @device: for which device
 * @mm: with a user; may end while the mirror is open
 *
 * Return: the mirror, or an ERR_PTR.
 */
struct sim_mirror *sim_mirror_open(struct sim_mirror_device *device, struct mm_struct *mm);
/** sim_mirror_close - the reverse; memory that migrated to the device stays there */
void sim_mirror_close(struct sim_mirror *mirror);
void sim_mirror_get_stats(struct sim_mirror *mirror, struct sim_mirror_stats *stats);

/**
 * sim_mirror_read - the device reads memory of the address space
 * @mirror: mirror
 * @addr: any alignment
 * @buf: filled
 * @bytes: size; what lies before an error has been read
 *
 * Return: 0; -EFAULT: no memory there, or no user of it any more; -EBUSY: did not come to an end;
 * -ENOMEM.
 */
int sim_mirror_read(struct sim_mirror *mirror, unsigned long addr, void *buf, size_t bytes);
/** sim_mirror_write - it writes; see sim_mirror_read(); -EPERM where that is not allowed */
int sim_mirror_write(struct sim_mirror *mirror, unsigned long addr, const void *buf, size_t bytes);
/** sim_mirror_read_unlocked - reads by way of hmm_range_fault_unlocked_timeout() (v7.3) */
int sim_mirror_read_unlocked(struct sim_mirror *mirror, unsigned long addr, void *buf,
			     size_t bytes);

/**
 * sim_mirror_to_device - migrate pages to the device's memory
 * @mirror: mirror
 * @addr: page aligned
 * @bytes: page aligned
 * @moved: set to the pages that have moved; with an error, up to it
 *
 * Return: 0, also when none could; -EINVAL: not all of it is memory that can be read; -EFAULT: no
 * user of it any more; -ENOMEM.
 */
int sim_mirror_to_device(struct sim_mirror *mirror, unsigned long addr, size_t bytes,
			 unsigned long *moved);
/** sim_mirror_to_system - migrate pages of the device's memory back; see sim_mirror_to_device() */
int sim_mirror_to_system(struct sim_mirror *mirror, unsigned long addr, size_t bytes,
			 unsigned long *moved);

/**
 * sim_mirror_snapshot - what pages are, without faults
 * @mirror: mirror
 * @addr: page aligned
 * @bytes: page aligned
 * @codes: one SIM_MIRROR_* for each page
 *
 * Return: 0, -EFAULT, -EBUSY, -ENOMEM.
 */
int sim_mirror_snapshot(struct sim_mirror *mirror, unsigned long addr, size_t bytes, u8 *codes);

/**
 * sim_mirror_exclusive - take pages for the device alone, for atomic operations on them
 * @mirror: mirror
 * @addr: page aligned
 * @bytes: page aligned
 *
 * An access of the CPU takes them back.
 * Return: 0, -EFAULT, -EBUSY, -ENOMEM, or what make_device_exclusive() returned.
 */
int sim_mirror_exclusive(struct sim_mirror *mirror, unsigned long addr, size_t bytes);
/** sim_mirror_check_exclusive - 0 when no page of a range is exclusive any more, else -EPERM */
int sim_mirror_check_exclusive(struct sim_mirror *mirror, unsigned long addr, size_t bytes);

#endif
