/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PFN_H
#define _LINUX_PFN_H

/* The conversions between page frame numbers and physical addresses are in asm/page.h. */
#include <asm/page.h>

#endif
