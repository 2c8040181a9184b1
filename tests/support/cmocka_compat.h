/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The one place that includes CMocka: 1.1.5 wants these headers first, and 2.x renames a type. */
#ifndef SUPPORT_CMOCKA_COMPAT_H
#define SUPPORT_CMOCKA_COMPAT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#endif
