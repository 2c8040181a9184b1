/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* in_hardirq() and its kin are in linux/preempt.h. */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/irqflags.h>
#include <linux/preempt.h>

#endif
