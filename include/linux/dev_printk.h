/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DEV_PRINTK_H
#define _LINUX_DEV_PRINTK_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

struct device;

/* fidelity: same */
#ifndef dev_fmt
#define dev_fmt(fmt) fmt
#endif

/* fidelity: simplified: one line "driver device: text" in the log, without structured fields */
void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
	__printf(3, 4) __cold;

#define dev_printk(level, dev, fmt, ...) _dev_printk(level, dev, fmt, ##__VA_ARGS__)
#define dev_no_printk(level, dev, fmt, ...)                                                        \
	do {                                                                                       \
		if (0)                                                                             \
			_dev_printk(level, dev, fmt, ##__VA_ARGS__);                               \
	} while (0)
#define dev_emerg(dev, fmt, ...) _dev_printk(KERN_EMERG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_alert(dev, fmt, ...) _dev_printk(KERN_ALERT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...) _dev_printk(KERN_CRIT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...) _dev_printk(KERN_ERR, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...) _dev_printk(KERN_WARNING, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...) _dev_printk(KERN_NOTICE, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_info(dev, fmt, ...) _dev_printk(KERN_INFO, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_dbg(dev, fmt, ...) dev_no_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)

/* fidelity: simplified: once in a world, not once in the life of the program */
#define dev_level_once(dev_level, dev, fmt, ...)                                                   \
	SIM_DO_ONCE(dev_level(dev, fmt, ##__VA_ARGS__))
#define dev_err_once(dev, fmt, ...) dev_level_once(dev_err, dev, fmt, ##__VA_ARGS__)
#define dev_warn_once(dev, fmt, ...) dev_level_once(dev_warn, dev, fmt, ##__VA_ARGS__)
#define dev_notice_once(dev, fmt, ...) dev_level_once(dev_notice, dev, fmt, ##__VA_ARGS__)
#define dev_info_once(dev, fmt, ...) dev_level_once(dev_info, dev, fmt, ##__VA_ARGS__)

/* fidelity: simplified: rate limits count behavioural time */
#define dev_err_ratelimited(dev, fmt, ...) SIM_RATELIMITED(dev_err(dev, fmt, ##__VA_ARGS__))
#define dev_warn_ratelimited(dev, fmt, ...) SIM_RATELIMITED(dev_warn(dev, fmt, ##__VA_ARGS__))
#define dev_notice_ratelimited(dev, fmt, ...) SIM_RATELIMITED(dev_notice(dev, fmt, ##__VA_ARGS__))
#define dev_info_ratelimited(dev, fmt, ...) SIM_RATELIMITED(dev_info(dev, fmt, ##__VA_ARGS__))

/* fidelity: same */
#define dev_WARN(dev, format, arg...)                                                              \
	WARN(1, "%s %s: " format, dev_driver_string(dev), dev_name(dev), ##arg)
#define dev_WARN_ONCE(dev, condition, format, arg...)                                              \
	WARN_ONCE(condition, "%s %s: " format, dev_driver_string(dev), dev_name(dev), ##arg)

/* fidelity: simplified: no deferred-probe reason is kept */
int dev_err_probe(const struct device *dev, int err, const char *fmt, ...) __printf(3, 4);

#endif
