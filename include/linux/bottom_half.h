/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* local_bh_disable() and local_bh_enable() are in linux/preempt.h. */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

#include <linux/preempt.h>

#endif
