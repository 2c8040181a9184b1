/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Workloads of bench_bounce.c that need the kernel's API. The compiler's own headers only. */
#ifndef BENCH_BOUNCE_WORK_H
#define BENCH_BOUNCE_WORK_H

#include <stdbool.h>
#include <stdint.h>

struct bounce_bed;

/**
 * bounce_bed_make - a machine whose device has 4 KiB mapped that bounce
 * @unused: as a setup of struct bench_workload has it
 * @tiny: see there
 *
 * Return: struct bounce_bed, never NULL.
 */
void *bounce_bed_make(unsigned long unused, bool tiny);
/** bounce_bed_free - free what bounce_bed_make() made */
void bounce_bed_free(void *bed);
/** bounce_sync - copy 4 KiB into the bounce buffer, @times times */
void bounce_sync(void *bed, uint64_t times);
/** bounce_memcpy - copy as much from and to the same places by memcpy() */
void bounce_memcpy(void *bed, uint64_t times);
/** bounce_map_unmap - map 4 KiB and unmap them: slots are taken, filled, copied back, given back */
void bounce_map_unmap(void *bed, uint64_t times);
/** bounce_memcpy_twice - copy 4 KiB there and back by memcpy() */
void bounce_memcpy_twice(void *bed, uint64_t times);

#endif
