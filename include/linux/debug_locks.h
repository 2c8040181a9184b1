/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DEBUG_LOCKS_H
#define _LINUX_DEBUG_LOCKS_H

#include <linux/bug.h>
#include <linux/types.h>

struct task_struct;

/* fidelity: simplified: a report never turns the checker off */
#define debug_locks 1
#define DEBUG_LOCKS_WARN_ON(c) WARN_ON(c)
#define SMP_DEBUG_LOCKS_WARN_ON(c) DEBUG_LOCKS_WARN_ON(c)

#ifdef CONFIG_LOCKDEP
/* fidelity: same */
void debug_check_no_locks_freed(const void *from, unsigned long len);
void debug_check_no_locks_held(void);
#else
static inline void debug_check_no_locks_freed(const void *from, unsigned long len)
{
}

static inline void debug_check_no_locks_held(void)
{
}
#endif

#endif
