/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef __LINUX_CACHE_H
#define __LINUX_CACHE_H

/* fidelity: same: as on x86-64 */
#define L1_CACHE_SHIFT 6
#define L1_CACHE_BYTES (1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES L1_CACHE_BYTES

#endif
