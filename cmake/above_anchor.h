/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Included before each source of svmsim_above(). An archive gives up only objects that somebody
 * refers to by name, and code that is found through a section is referred to by nobody: this name
 * is what the generated table of the target refers to.
 */
extern const char SIM_ABOVE_ANCHOR;
const char SIM_ABOVE_ANCHOR = 0;

/* Functions are inlined, or not, as they are written: what is reported names functions. */
#define inline inline __attribute__((__always_inline__))
