/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel log of the simulated machine. A complete line becomes a `console` event and stays in
 * a bounded log of its world; see kernel/printk.h for reading it.
 */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <linux/compiler.h>
#include <linux/sprintf.h>
#include <linux/types.h>

/* fidelity: same */
#define KERN_SOH "\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_DEFAULT ""
#define KERN_CONT KERN_SOH "c"

#define LOGLEVEL_DEFAULT -1
#define LOGLEVEL_EMERG 0
#define LOGLEVEL_ALERT 1
#define LOGLEVEL_CRIT 2
#define LOGLEVEL_ERR 3
#define LOGLEVEL_WARNING 4
#define LOGLEVEL_NOTICE 5
#define LOGLEVEL_INFO 6
#define LOGLEVEL_DEBUG 7

/* fidelity: simplified: the log holds whole lines; no console level, no rate by wall clock */
struct va_format {
	const char *fmt;
	va_list *va;
};

int _printk(const char *fmt, ...) __printf(1, 2) __cold;
int vprintk(const char *fmt, va_list args) __cold;
#define printk(fmt, ...) _printk(fmt, ##__VA_ARGS__)

/**
 * sim_printk - add text to the log at a level, with the kernel's format extensions
 * @level: LOGLEVEL_EMERG to LOGLEVEL_DEBUG
 * @fmt: format without a level prefix; a line is complete at its newline or at the next call
 */
void sim_printk(int level, const char *fmt, ...) __printf(2, 3) __cold;
void sim_vprintk(int level, const char *fmt, va_list args) __cold;

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define no_printk(fmt, ...)                            \
	({                                             \
		if (0)                                 \
			_printk(fmt, ##__VA_ARGS__);   \
		0;                                     \
	})

#define pr_emerg(fmt, ...) printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...) printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...) printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...) printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...) printk(KERN_CONT fmt, ##__VA_ARGS__)
/* Debug messages are compiled out, as in a kernel without DEBUG and dynamic debug. */
#define pr_devel(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)

/** sim_once - true the first time that a world asks with this key, a static const object */
bool sim_once(const void *key);

#define SIM_DO_ONCE(statement)                       \
	({                                           \
		static const char __sim_once_key = 0; \
		bool __sim_first = sim_once(&__sim_once_key); \
		if (__sim_first)                     \
			statement;                   \
		unlikely(__sim_first);               \
	})

#define printk_once(fmt, ...) SIM_DO_ONCE(printk(fmt, ##__VA_ARGS__))
#define pr_emerg_once(fmt, ...) printk_once(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert_once(fmt, ...) printk_once(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit_once(fmt, ...) printk_once(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once(fmt, ...) printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_once(fmt, ...) printk_once(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...) printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

/*
 * Rate limits count behavioural time: at most 10 messages of one site in 5 seconds, as by default
 * in the kernel.
 */
/** sim_ratelimit - may the site with this key, in this function, speak now? */
bool sim_ratelimit(const void *key, const char *function);

#define SIM_RATELIMITED(statement)                   \
	({                                           \
		static const char __sim_rate_key = 0; \
		if (sim_ratelimit(&__sim_rate_key, __func__)) \
			statement;                   \
	})

#define printk_ratelimited(fmt, ...) SIM_RATELIMITED(printk(fmt, ##__VA_ARGS__))
#define pr_emerg_ratelimited(fmt, ...) printk_ratelimited(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert_ratelimited(fmt, ...) printk_ratelimited(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit_ratelimited(fmt, ...) printk_ratelimited(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_ratelimited(fmt, ...) printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...) printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_ratelimited(fmt, ...) printk_ratelimited(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...) printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

/* fidelity: simplified: no stack is printed; reports carry backtraces */
static inline void dump_stack(void)
{
}

#endif
