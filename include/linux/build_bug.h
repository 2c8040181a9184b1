/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_BUILD_BUG_H
#define _LINUX_BUILD_BUG_H

#include <linux/compiler.h>

/* fidelity: same */
#define BUILD_BUG_ON_ZERO(e) ((int)sizeof(struct { int : (-!!(e)); }))
#define BUILD_BUG_ON_INVALID(e) ((void)sizeof((long)(e)))
#define __static_assert(expr, msg, ...) _Static_assert(expr, msg)
#ifndef static_assert
#define static_assert(expr, ...) __static_assert(expr, ##__VA_ARGS__, #expr)
#endif

/* fidelity: simplified: the condition has to be a constant expression of the language */
#define BUILD_BUG_ON_MSG(cond, msg) _Static_assert(!(cond), msg)
#define BUILD_BUG_ON(cond) BUILD_BUG_ON_MSG(cond, "BUILD_BUG_ON failed: " #cond)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n) - 1)) != 0))

/* fidelity: simplified: found at run time, as there may be no optimiser to drop dead calls */
#define BUILD_BUG() __builtin_trap()

#endif
