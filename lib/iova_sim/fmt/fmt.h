/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IOVA_SIM_FMT_FMT_H
#define IOVA_SIM_FMT_FMT_H

#include "iova_sim/iopt.h"

/** iopt_fmt_vtdss - VT-d second stage: 3, 4 or 5 levels */
extern const struct iopt_fmt iopt_fmt_vtdss;
/** iopt_fmt_x86_64 - x86-64, the first stage of VT-d and AMD: 4 or 5 levels */
extern const struct iopt_fmt iopt_fmt_x86_64;
/** iopt_fmt_arm_lpae - ARM long descriptors, stage 1, 4 KiB granule: 3 or 4 levels */
extern const struct iopt_fmt iopt_fmt_arm_lpae;
/** iopt_fmt_amdv1 - AMD host tables: 3 levels, which grow to 6; leaves of any power of two */
extern const struct iopt_fmt iopt_fmt_amdv1;
/** iopt_fmt_amdv1_2k - the same with a granule of 2 KiB, for tests: 3 to 5 levels */
extern const struct iopt_fmt iopt_fmt_amdv1_2k;

#endif
