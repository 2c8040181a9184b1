/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * WARN and BUG. Each use is a site: file, function, line and expression, in a static const struct.
 * The "once" forms remember per world which sites have spoken. The value of the condition is kept
 * and the condition is always evaluated exactly once, as in the kernel.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* fidelity: simplified: raises a report instead of printing registers and a stack */
struct sim_warn_site {
	const char *file;
	const char *function;
	const char *expr;
	unsigned int line;
};

void sim_warn(const struct sim_warn_site *site) __cold;
void sim_warn_once(const struct sim_warn_site *site) __cold;
void sim_warn_fmt(const struct sim_warn_site *site, const char *fmt, ...) __printf(2, 3) __cold;
void sim_warn_fmt_once(const struct sim_warn_site *site, const char *fmt, ...)
	__printf(2, 3) __cold;
void sim_bug(const struct sim_warn_site *site) __noreturn __cold;

#define SIM_WARN_SITE(name, text) \
	static const struct sim_warn_site name = { __FILE_NAME__, __func__, text, __LINE__ }

#define SIM_WARN_IF(condition, text, raise, ...)                                  \
	({                                                                        \
		int __ret_warn_on = !!(condition);                                \
		if (unlikely(__ret_warn_on)) {                                    \
			SIM_WARN_SITE(__sim_site, text);                          \
			raise(&__sim_site, ##__VA_ARGS__);                        \
		}                                                                 \
		unlikely(__ret_warn_on);                                          \
	})

#define WARN_ON(condition) SIM_WARN_IF(condition, #condition, sim_warn)
#define WARN_ON_ONCE(condition) SIM_WARN_IF(condition, #condition, sim_warn_once)
#define WARN(condition, format...) SIM_WARN_IF(condition, #condition, sim_warn_fmt, format)
#define WARN_ONCE(condition, format...) \
	SIM_WARN_IF(condition, #condition, sim_warn_fmt_once, format)
#define WARN_TAINT(condition, taint, format...) WARN(condition, format)
#define WARN_TAINT_ONCE(condition, taint, format...) WARN_ONCE(condition, format)
#define __WARN() WARN_ON(1)
#define WARN_ON_SMP(condition) WARN_ON(condition)

/* fidelity: simplified: raises a report, then the world's handler ends the run */
#define BUG()                                     \
	do {                                      \
		SIM_WARN_SITE(__sim_site, "BUG"); \
		sim_bug(&__sim_site);             \
	} while (0)
#define BUG_ON(condition)                                        \
	do {                                                     \
		if (unlikely(condition)) {                       \
			SIM_WARN_SITE(__sim_site, #condition);   \
			sim_bug(&__sim_site);                    \
		}                                                \
	} while (0)

#endif
