/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Marked accesses, atomics and barriers of code that is modelled: switch points, and what they
 * order for the race checker. Only where SIM_MARKED_POINTS is defined, which cmake/above.cmake does
 * for code above the kernel-API seam and a lower layer may do for itself: elsewhere these names are
 * what they are in C, and cost nothing.
 */
#ifndef _LINUX_SIM_MARKED_H
#define _LINUX_SIM_MARKED_H

/* sim_data_race_begin - accesses of this task race with nothing until sim_data_race_end() */
void sim_data_race_begin(void);
void sim_data_race_end(void);
/* sim_marked_dependency - what follows depends on the pointer that was read from an address */
void sim_marked_dependency(const volatile void *address);
/* sim_marked_fence - a barrier: 1 orders reads, 2 writes, 3 all */
void sim_marked_fence(unsigned int order);

#ifdef SIM_MARKED_POINTS

#include <linux/sim_site.h>

/* #define f(...) SIM_POINT_CALL(f, #__VA_ARGS__, __VA_ARGS__): a point, then the function. */
#define SIM_POINT_CALL(function, text, ...)                                                        \
	({                                                                                         \
		SIM_POINT(ATOMIC, #function, text);                                                \
		function(__VA_ARGS__);                                                             \
	})
#define SIM_FENCE(name, order)                                                                     \
	do {                                                                                       \
		SIM_POINT(FENCE, name, "");                                                        \
		barrier();                                                                         \
		sim_marked_fence(order);                                                           \
	} while (0)
#define SIM_READ_ONCE(x)                                                                           \
	({                                                                                         \
		const volatile __typeof__(x) *__sim_read_ptr = &(x);                               \
		const __typeof__(x) __sim_read_value = *__sim_read_ptr;                            \
                                                                                                   \
		if (SIM_IS_POINTER(__sim_read_value))                                              \
			sim_marked_dependency(__sim_read_ptr);                                     \
		__sim_read_value;                                                                  \
	})
/* pointer_type_class */
#define SIM_IS_POINTER(x) (__builtin_classify_type(x) == 5)

#endif
#endif
