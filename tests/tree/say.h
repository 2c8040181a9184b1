/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef TREE_SAY_H
#define TREE_SAY_H

/** say - one line of the test's own story, on standard output */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
