// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>
#include "host/host.h"

__attribute__((noinline)) void host_stack_paint(unsigned char byte)
{
	unsigned char area[HOST_STACK_PAINT_BYTES];

	memset(area, byte, sizeof(area));
	/* Nobody reads it here; the compiler must believe that somebody will. */
	__asm__ volatile("" : : "r"(area) : "memory");
}
