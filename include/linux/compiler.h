/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __packed __attribute__((__packed__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __noreturn __attribute__((__noreturn__))
#define __cold __attribute__((__cold__))
#define __weak __attribute__((__weak__))
#define fallthrough __attribute__((__fallthrough__))
#define barrier() __asm__ __volatile__("" : : : "memory")
#define __user
#define __iomem
#define __force
#define __rcu
#define __percpu
#define __init
#define __exit
#define __read_mostly
#define __bitwise

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) do { *(volatile __typeof__(x) *)&(x) = (val); } while (0)

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#define __UNIQUE_ID_JOIN(a, b) a##b
#define __UNIQUE_ID_EXPAND(a, b) __UNIQUE_ID_JOIN(a, b)
#define __UNIQUE_ID(prefix) __UNIQUE_ID_EXPAND(__UNIQUE_ID_##prefix, __COUNTER__)

#endif
