/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by the files behind svmsim/mm.h. */
#ifndef MACHINE_DRIVE_MM_H
#define MACHINE_DRIVE_MM_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <svmsim/mm.h>
#include "machine/machine_internal.h"

/**
 * struct svmsim_mm - a process
 * @handle: in the world's list
 * @node: in machine_state.processes, by age
 * @name: interned
 * @name_index: of it, for events
 * @mm: its address space, with one user that is the process itself
 * @exited: that user is gone
 */
struct svmsim_mm {
	struct machine_handle handle;
	struct list_head node;
	const char *name;
	u32 name_index;
	struct mm_struct *mm;
	bool exited;
};

/**
 * struct svmsim_file - an open file
 * @handle: in the world's list
 * @node: in machine_state.files, by age
 * @file: it, with one reference
 */
struct svmsim_file {
	struct machine_handle handle;
	struct list_head node;
	struct file *file;
};

/**
 * struct svmsim_pin - pages that a driver holds
 * @handle: in the world's list
 * @name_index: of the process, for events
 * @count: entries of @page, 0 once they are unpinned
 * @page: the pages
 */
struct svmsim_pin {
	struct machine_handle handle;
	u32 name_index;
	unsigned long count;
	struct page *page[];
};

/**
 * machine_mm_begin - the running task becomes a thread of a process
 * @mm: process
 * @outer: set to what it was before
 *
 * Return: 0, -ESRCH with the error set.
 */
int machine_mm_begin(struct svmsim_mm *mm, struct mm_struct **outer);
/**
 * machine_mm_end - the reverse
 * @mm: process
 * @outer: of machine_mm_begin()
 * @result: of what it did
 *
 * Return: @result.
 */
long machine_mm_end(struct svmsim_mm *mm, struct mm_struct *outer, long result);
/* -ESRCH with the error set when the process has exited. */
int machine_mm_check(const struct svmsim_mm *mm);

/* -EIO with the error set, and where, when bytes are not those that a pattern has. */
int machine_compare(struct svmsim_world *world, const u8 *got, const u8 *wanted, u64 done,
		    u64 part);

/* The drivers of devices that mirror, at the beginning and the end of a run. */
void machine_mirrors_build(struct svmsim_world *world);
void machine_mirrors_finish(struct svmsim_world *world);
/* A process has exited: its mirrors are closed. */
void machine_mirrors_close(struct svmsim_mm *mm);
/* Index of the mirroring device whose memory a page of ZONE_DEVICE is, -1 for none. */
int machine_mirror_index(struct svmsim_world *world, const struct page *page);

/* At the end of a run: processes exit and files are closed, oldest first. */
void machine_mm_finish(struct svmsim_world *world);

#endif
