/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The work that bench_pt measures. A bed has one device with a few windows, or with enough of them
 * that their leaf tables fill 256 MiB. A window is 2 MiB of IOVA; what is linked there are 512
 * physically contiguous pages that start at 2 MiB + 4 KiB, so that they take 512 leaves.
 */
#ifndef BENCH_BENCH_PT_WORK_H
#define BENCH_BENCH_PT_WORK_H

#include <stdbool.h>
#include <stdint.h>

#define PT_WINDOW_PAGES 512
#define PT_TABLE_BYTES 4096

struct svmsim_world;
struct pt_bed;

/* What is done to windows, one after the other. */
enum pt_work {
	PT_FLOOR,
	PT_LINK,
	PT_UNLINK,
	PT_LINK_EACH,
	PT_UNLINK_EACH,
};

/**
 * pt_bed_make - a machine with windows
 * @window_count: windows; as many floor tables are made
 *
 * Return: the bed; the program ends with status 3 when it can't be made.
 */
struct pt_bed *pt_bed_make(uint64_t window_count);
void pt_bed_free(struct pt_bed *bed);
struct svmsim_world *pt_bed_world(struct pt_bed *bed);
/** pt_bed_watch - let the oracles of mappings watch the bed, or not; a new bed is not watched */
void pt_bed_watch(struct pt_bed *bed, bool on);
/** pt_work - do @work to windows @first to @first + @count - 1 (PT_FLOOR: to floor tables) */
void pt_work(struct pt_bed *bed, enum pt_work work, uint64_t first, uint64_t count);
/**
 * pt_translate - let the device translate addresses of window 0, which is linked for it
 * @pages: cycle over that many pages: 1 hits the IOTLB, 512 walks each time
 * @times: number of translations
 */
void pt_translate(struct pt_bed *bed, uint64_t pages, uint64_t times);

/** pt_floor_fill - 512 plain 8-byte stores; in a file of its own, compiled with fixed flags */
void pt_floor_fill(uint64_t *table, uint64_t leaf);

#endif
