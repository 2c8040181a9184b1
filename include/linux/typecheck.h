/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_TYPECHECK_H
#define _LINUX_TYPECHECK_H

/* fidelity: same */

/* Always 1; a warning (so an error) if @x is not of @type. */
#define typecheck(type, x) ({ \
	type __tc_type; \
	__typeof__(x) __tc_x; \
	(void)(&__tc_type == &__tc_x); \
	1; })
#define typecheck_pointer(x) ({ \
	__typeof__(x) __tc_ptr; \
	(void)sizeof(*__tc_ptr); \
	1; })

#endif
