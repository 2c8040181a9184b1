/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef DRM_PRINT_H_
#define DRM_PRINT_H_

#include <linux/bug.h>
#include <linux/device.h>
#include <linux/printk.h>
#include <drm/drm_device.h>

/* fidelity: same */
#define __drm_printk(drm, level, type, fmt, ...) \
	dev_##level##type((drm) ? (drm)->dev : NULL, "[drm] " fmt, ##__VA_ARGS__)
#define drm_info(drm, fmt, ...) __drm_printk((drm), info, , fmt, ##__VA_ARGS__)
#define drm_notice(drm, fmt, ...) __drm_printk((drm), notice, , fmt, ##__VA_ARGS__)
#define drm_warn(drm, fmt, ...) __drm_printk((drm), warn, , fmt, ##__VA_ARGS__)
#define drm_err(drm, fmt, ...) __drm_printk((drm), err, , "*ERROR* " fmt, ##__VA_ARGS__)
#define drm_info_once(drm, fmt, ...) __drm_printk((drm), info, _once, fmt, ##__VA_ARGS__)
#define drm_warn_once(drm, fmt, ...) __drm_printk((drm), warn, _once, fmt, ##__VA_ARGS__)
#define drm_err_once(drm, fmt, ...) \
	__drm_printk((drm), err, _once, "*ERROR* " fmt, ##__VA_ARGS__)
#define drm_err_ratelimited(drm, fmt, ...) \
	__drm_printk((drm), err, _ratelimited, "*ERROR* " fmt, ##__VA_ARGS__)

/* fidelity: simplified: debug messages are compiled for their arguments, and dropped */
#define drm_dbg(drm, fmt, ...) \
	dev_no_printk(KERN_DEBUG, (drm) ? (drm)->dev : NULL, fmt, ##__VA_ARGS__)
#define drm_dbg_core(drm, fmt, ...) drm_dbg(drm, fmt, ##__VA_ARGS__)
#define drm_dbg_driver(drm, fmt, ...) drm_dbg(drm, fmt, ##__VA_ARGS__)
#define drm_dbg_kms(drm, fmt, ...) drm_dbg(drm, fmt, ##__VA_ARGS__)

/* fidelity: same */
#define drm_WARN(drm, condition, format, arg...) \
	WARN(condition, "%s %s: [drm] " format, dev_driver_string((drm)->dev), \
	     dev_name((drm)->dev), ##arg)
#define drm_WARN_ONCE(drm, condition, format, arg...) \
	WARN_ONCE(condition, "%s %s: [drm] " format, dev_driver_string((drm)->dev), \
		  dev_name((drm)->dev), ##arg)
#define drm_WARN_ON(drm, x) drm_WARN((drm), (x), "%s", "drm_WARN_ON(" #x ")")
#define drm_WARN_ON_ONCE(drm, x) drm_WARN_ONCE((drm), (x), "%s", "drm_WARN_ON_ONCE(" #x ")")

#endif
