/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What code above the seam asks before something that can fail for reasons of somebody else's: see
 * kernel/inject.h. Code below the seam asks nothing here, its own references do not go away.
 */
#ifndef _LINUX_SIM_FAULT_H
#define _LINUX_SIM_FAULT_H

#include <linux/sim_site.h>

/** sim_fails_unless_zero - must this find that the last reference is gone? */
bool sim_fails_unless_zero(const struct sim_site *site);
/** sim_fails_module - must this find that the module is on its way out? */
bool sim_fails_module(const struct sim_site *site);

/* A call that takes a reference unless the last one is gone; @text is what it is called with. */
#define SIM_UNLESS_ZERO(function, text, ...)                                                     \
	(!sim_fails_unless_zero(SIM_SITE(SIM_POINT_FAIL, #function, text)) &&                     \
	 SIM_POINT_CALL(function, text, __VA_ARGS__))

#endif
