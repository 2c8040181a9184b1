/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

/* fidelity: same */
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __used __attribute__((__used__))
#define __packed __attribute__((__packed__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __noreturn __attribute__((__noreturn__))
#define __cold __attribute__((__cold__))
#define __weak __attribute__((__weak__))
#define __pure __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __malloc __attribute__((__malloc__))
#define __cleanup(func) __attribute__((__cleanup__(func)))
#define fallthrough __attribute__((__fallthrough__))
#define barrier() __asm__ __volatile__("" : : : "memory")
#define unreachable() __builtin_unreachable()
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)

#ifdef SIM_MARKED_POINTS
#define READ_ONCE(x) ({ SIM_POINT(MARKED, "READ_ONCE", #x); SIM_READ_ONCE(x); })
#define WRITE_ONCE(x, val) \
	do { \
		SIM_POINT(MARKED, "WRITE_ONCE", #x); \
		*(volatile __typeof__(x) *)&(x) = (val); \
	} while (0)
#define data_race(expr) ({ \
	sim_data_race_begin(); \
	__auto_type __sim_racy = (expr); \
	sim_data_race_end(); \
	__sim_racy; })
#else
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) do { *(volatile __typeof__(x) *)&(x) = (val); } while (0)
#define data_race(expr) (expr)
#endif
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r" (var) : "0" (var))

#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define is_signed_type(type) (((type)(-1)) < (type)1)

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#define SIM_JOIN(a, b) a##b
#define SIM_JOIN_EXPANDED(a, b) SIM_JOIN(a, b)
#define __UNIQUE_ID(prefix) SIM_JOIN_EXPANDED(__UNIQUE_ID_##prefix, __COUNTER__)

/* fidelity: simplified: marks for a static checker or a linker section, empty here */
#define __user
#define __kernel
#define __iomem
#define __force
#define __rcu
#define __percpu
#define __bitwise
#define __private
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __read_mostly
#define __ro_after_init
#define __randomize_layout
#define __no_sanitize_address
#define __counted_by(member)

#endif
