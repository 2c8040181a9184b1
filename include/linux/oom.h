/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef __INCLUDE_LINUX_OOM_H
#define __INCLUDE_LINUX_OOM_H

#include <linux/mm.h>
#include <linux/mm_types.h>

/* fidelity: same */
static inline vm_fault_t check_stable_address_space(struct mm_struct *mm)
{
	return unlikely(mm_flags_test(MMF_UNSTABLE, mm)) ? VM_FAULT_SIGBUS : 0;
}

#endif
