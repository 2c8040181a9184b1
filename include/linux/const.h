/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_CONST_H
#define _LINUX_CONST_H

/* fidelity: same */
#define SIM_AC_JOIN(X, Y) X##Y
#define _AC(X, Y) SIM_AC_JOIN(X, Y)
#define _AT(T, X) ((T)(X))
#define _UL(x) _AC(x, UL)
#define _ULL(x) _AC(x, ULL)
#define UL(x) _UL(x)
#define ULL(x) _ULL(x)
#define _BITUL(x) (_UL(1) << (x))
#define _BITULL(x) (_ULL(1) << (x))

#endif
