/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The configuration of the modelled kernel. Included before everything else in each kernel-side
 * file, as the kernel's build does it.
 */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

/* fidelity: simplified: fixed; the options that code of this kind asks for */
#define CONFIG_64BIT 1
#define CONFIG_MMU 1
#define CONFIG_SMP 1
#define CONFIG_NUMA 1
#define CONFIG_IOMMU_API 1
#define CONFIG_IOMMU_DMA 1
#define CONFIG_SWIOTLB 1
#define CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC 1
#define CONFIG_PCI 1
#define CONFIG_PCI_P2PDMA 1
#define CONFIG_ZONE_DEVICE 1
#define CONFIG_DEVICE_PRIVATE 1
#define CONFIG_TRANSPARENT_HUGEPAGE 1
#define CONFIG_MMU_NOTIFIER 1
#define CONFIG_PREEMPT_COUNT 1

/* Code above the seam may be built without: -DSIM_NO_LOCKDEP, -DSIM_NO_PROVE_LOCKING. */
#ifndef SIM_NO_LOCKDEP
#define CONFIG_LOCKDEP 1
#define CONFIG_DEBUG_LOCK_ALLOC 1
#ifndef SIM_NO_PROVE_LOCKING
#define CONFIG_PROVE_LOCKING 1
#endif
#endif

/* fidelity: same */
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(__ignored, val, ...) val
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) __is_defined(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

#include <linux/sim_marked.h>

#endif
