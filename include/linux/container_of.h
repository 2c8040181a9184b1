/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/stddef.h>

/* fidelity: same */
#define container_of(ptr, type, member) ({ \
	void *__member_ptr = (void *)(ptr); \
	_Static_assert(__same_type(*(ptr), ((type *)0)->member) || __same_type(*(ptr), void), \
		       "pointer type mismatch in container_of()"); \
	((type *)(__member_ptr - offsetof(type, member))); })

/* Keeps the qualifier of the pointer that it is given. */
#define container_of_const(ptr, type, member) \
	_Generic(ptr, \
		 const __typeof__(*(ptr)) *: ((const type *)container_of(ptr, type, member)), \
		 default: ((type *)container_of(ptr, type, member)))

#endif
