/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Formatting with the kernel's extensions %pa (phys_addr_t by reference), %pad (dma_addr_t by
 * reference) and %pV; a bare pointer prints as a constant, so that no host address can reach a
 * trace. The names are macros because the C library has functions of the same names with other
 * contracts.
 */
#ifndef _LINUX_SPRINTF_H
#define _LINUX_SPRINTF_H

#include <stdarg.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* fidelity: simplified: %pa %pad %pap %pV %pe and plain conversions; other %p print a constant */
int sim_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int sim_snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args);
#define vsnprintf sim_vsnprintf
#define snprintf sim_snprintf

#endif
