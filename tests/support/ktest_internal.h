/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between the two halves of ktest: ktest.c knows CMocka, ktest_world.c knows worlds. */
#ifndef SUPPORT_KTEST_INTERNAL_H
#define SUPPORT_KTEST_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

struct svmsim_allocator;

/* An allocator for one more world; its destroy is called with the world's. */
const struct svmsim_allocator *ktest_allocator(void);

/* Prints to the test's output. */
void ktest_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Finishes, judges and frees all worlds of the test that has ended. @judge is false when it failed
 * already. Returns true when every finding was expected and every expected one came.
 */
bool ktest_worlds_end(bool judge);

#endif
