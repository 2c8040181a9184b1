/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_BITS_H
#define _LINUX_BITS_H

#include <linux/const.h>
#include <linux/types.h>

/* fidelity: same */
#define BITS_PER_BYTE 8
#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#define BIT(nr) (UL(1) << (nr))
#define BIT_ULL(nr) (ULL(1) << (nr))
#define BIT_MASK(nr) (UL(1) << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BIT_ULL_MASK(nr) (ULL(1) << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_U64(nr) (((nr) + 63) / 64)
#define BITS_TO_U32(nr) (((nr) + 31) / 32)
#define BITS_TO_BYTES(nr) (((nr) + BITS_PER_BYTE - 1) / BITS_PER_BYTE)

/* fidelity: simplified: a low bit above the high bit is not refused at compile time */
#define GENMASK(h, l) ((~UL(0) << (l)) & (~UL(0) >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) ((~ULL(0) << (l)) & (~ULL(0) >> (BITS_PER_LONG_LONG - 1 - (h))))
#define GENMASK_U64(h, l) ((u64)GENMASK_ULL(h, l))
#define GENMASK_U32(h, l) ((u32)GENMASK_ULL(h, l))
#define GENMASK_U16(h, l) ((u16)GENMASK_ULL(h, l))
#define GENMASK_U8(h, l) ((u8)GENMASK_ULL(h, l))
#define BIT_U64(nr) ((u64)BIT_ULL(nr))
#define BIT_U32(nr) ((u32)BIT(nr))
#define BIT_U16(nr) ((u16)BIT(nr))
#define BIT_U8(nr) ((u8)BIT(nr))

#endif
