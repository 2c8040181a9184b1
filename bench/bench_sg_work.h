/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The work that bench_sg measures: 512 pages behind an IOMMU, no two of them neighbours, mapped as
 * one scatterlist or page by page. No oracle watches, and DMA debugging is off.
 */
#ifndef BENCH_BENCH_SG_WORK_H
#define BENCH_BENCH_SG_WORK_H

#include <stdint.h>

#define SG_BED_PAGES 512

struct sg_bed;

/** sg_bed_make - a machine with the pages; the program ends with status 3 when it can't be made */
struct sg_bed *sg_bed_make(void);
void sg_bed_free(struct sg_bed *bed);
/** sg_bed_sg - map all pages as a list and unmap them, @times times */
void sg_bed_sg(struct sg_bed *bed, uint64_t times);
/** sg_bed_each - map each page, then unmap each, @times times */
void sg_bed_each(struct sg_bed *bed, uint64_t times);

#endif
