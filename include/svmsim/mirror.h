/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Devices that mirror address spaces: what they read and write there, and the migration of pages to
 * their memory and back. A device is one when its description says so (svmsim_device.mirror); its
 * driver is the simulator's own, correct by the contracts of what it calls.
 *
 * DOC: Vocabulary
 *
 * mirror  (struct svmsim_mirror) what a device has of one process. It is closed when the process
 *         exits, behind its last access; until then it may be used by several tasks at a time.
 *
 * Every function about a mirror gives -ESRCH when the process has exited.
 */
#ifndef SVMSIM_MIRROR_H
#define SVMSIM_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/mm.h>

struct svmsim_mirror;

/**
 * svmsim_mirror_open - have a device mirror a process
 * @mm: process
 * @device: index of a device that mirrors
 * @mirror: set to the mirror, the one that is there already if there is one
 *
 * Return: 0, -ENOMEM, -EINVAL (no such device), -ESRCH.
 */
SVMSIM_API int svmsim_mirror_open(struct svmsim_mm *mm, int device, struct svmsim_mirror **mirror);
/**
 * svmsim_mirror_read - the device reads memory of the process
 * @mirror: mirror
 * @address: start, of any alignment
 * @buffer: filled
 * @bytes: size
 *
 * Return: 0; -EFAULT (no memory there); -EBUSY, -ENOMEM, -ESRCH.
 */
SVMSIM_API int svmsim_mirror_read(struct svmsim_mirror *mirror, uint64_t address, void *buffer,
				  size_t bytes);
/**
 * svmsim_mirror_write - the device writes memory of the process
 * @mirror: mirror
 * @address: start, of any alignment
 * @buffer: bytes
 * @bytes: size
 *
 * Return: as svmsim_mirror_read(), -EPERM where writing is not allowed.
 */
SVMSIM_API int svmsim_mirror_write(struct svmsim_mirror *mirror, uint64_t address,
				   const void *buffer, size_t bytes);
/**
 * svmsim_mirror_fill - the device writes a pattern
 * @mirror: mirror
 * @address: start
 * @bytes: size
 * @pattern: as for svmsim_mm_fill()
 *
 * Return: as svmsim_mirror_write().
 */
SVMSIM_API int svmsim_mirror_fill(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes,
				  uint64_t pattern);
/**
 * svmsim_mirror_check - the device reads and compares with a pattern
 * @mirror: mirror
 * @address: start
 * @bytes: size
 * @pattern: as for svmsim_mm_fill()
 *
 * Return: as svmsim_mirror_read(); -EIO for other bytes.
 */
SVMSIM_API int svmsim_mirror_check(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes,
				   uint64_t pattern);
/**
 * svmsim_mirror_migrate - pages migrate to the device's memory, or back
 * @mirror: mirror
 * @address: start, a multiple of 4096
 * @bytes: size, a multiple of 4096
 * @to_device: where to
 *
 * Return: how many pages moved; -EINVAL (not all of it is memory that can be read), -EFAULT,
 * -ENOMEM, -ESRCH.
 */
SVMSIM_API long svmsim_mirror_migrate(struct svmsim_mirror *mirror, uint64_t address,
				      uint64_t bytes, bool to_device);
/**
 * svmsim_mirror_snapshot - what pages are for the device, without faults
 * @mirror: mirror
 * @address: start, a multiple of 4096
 * @bytes: size, a multiple of 4096
 * @codes: one for each page; svmsim_mirror_code_text() has them as text
 *
 * Return: 0, -EFAULT, -EBUSY, -ENOMEM, -ESRCH.
 */
SVMSIM_API int svmsim_mirror_snapshot(struct svmsim_mirror *mirror, uint64_t address,
				      uint64_t bytes, uint8_t *codes);
/**
 * svmsim_mirror_code_text - a code of a snapshot as text: "none", "write pmd", "private write"
 * @code: code
 * @buf: filled, cut at its end
 * @bytes: size of @buf
 */
SVMSIM_API void svmsim_mirror_code_text(uint8_t code, char *buf, size_t bytes);
/**
 * svmsim_mirror_exclusive - the device takes pages for itself alone, for atomic operations
 * @mirror: mirror
 * @address: start, a multiple of 4096
 * @bytes: size, a multiple of 4096
 *
 * Return: 0, -EFAULT, -EBUSY, -ENOMEM, -ESRCH, or what make_device_exclusive() returned.
 */
SVMSIM_API int svmsim_mirror_exclusive(struct svmsim_mirror *mirror, uint64_t address,
				       uint64_t bytes);
/**
 * svmsim_mirror_check_exclusive - is none of these pages the device's alone any more?
 * @mirror: mirror
 * @address: start, a multiple of 4096
 * @bytes: size, a multiple of 4096
 *
 * Return: 0; -EPERM when one is; -ESRCH.
 */
SVMSIM_API int svmsim_mirror_check_exclusive(struct svmsim_mirror *mirror, uint64_t address,
					     uint64_t bytes);
/**
 * svmsim_mirror_evict - everything that is in a device's memory moves out
 * @world: world
 * @device: index of a device that mirrors
 *
 * Return: 0, -ENOMEM, -EBUSY, -EINVAL (no such device).
 */
SVMSIM_API int svmsim_mirror_evict(struct svmsim_world *world, int device);
/**
 * svmsim_mirror_fail_alloc - the next destination of a migration, either way, is not to be had
 * @world: world
 * @device: index of a device that mirrors
 * @order: 0 for a page, 9 for 2 MiB
 *
 * Return: 0, -EINVAL (no such device or order).
 */
SVMSIM_API int svmsim_mirror_fail_alloc(struct svmsim_world *world, int device,
					unsigned int order);
/**
 * svmsim_mirror_used_pages - pages of a device's memory in use
 * @world: world
 * @device: index
 *
 * Return: their number, 0 for a device that does not mirror.
 */
SVMSIM_API uint64_t svmsim_mirror_used_pages(struct svmsim_world *world, int device);

/* Of a slot of svmsim_collect(). */
#define SVMSIM_SLOT_VALID 0x01u
#define SVMSIM_SLOT_MIGRATE 0x02u
#define SVMSIM_SLOT_WRITE 0x04u
#define SVMSIM_SLOT_COMPOUND 0x08u

/**
 * struct svmsim_slot - an entry of the source array of a migration
 * @flags: SVMSIM_SLOT_*
 * @pfn: page frame of a valid one
 */
struct svmsim_slot {
	uint32_t flags;
	uint64_t pfn;
};

/**
 * svmsim_collect - what migrate_vma_setup() collects; then it is finalized without having moved
 * @mm: process
 * @address: start, a multiple of 4096; all of it in one area
 * @bytes: size, a multiple of 4096
 * @device: index of a device whose memory is collected, -1 for the system's
 * @compound: large folios are collected as such
 * @slots: filled, one for each page
 *
 * Return: 0; what migrate_vma_setup() returned; -EINVAL also where no area is; -ENOMEM, -ESRCH.
 */
SVMSIM_API int svmsim_collect(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, int device,
			      bool compound, struct svmsim_slot *slots);

#endif
