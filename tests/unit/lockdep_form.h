/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One source of kernel code, compiled with and without the checker; see lockdep_form.c. */
#ifndef UNIT_LOCKDEP_FORM_H
#define UNIT_LOCKDEP_FORM_H

#include <linux/types.h>

/**
 * struct lockdep_form - one way of compiling it
 * @lockdep: CONFIG_LOCKDEP was set
 * @prove_locking: CONFIG_PROVE_LOCKING was set
 * @mutex_bytes: size of struct mutex as it saw it
 * @map_offset: where its map is
 * @key_bytes: size of struct lock_class_key
 * @evaluated: times that the argument of an assertion was evaluated for a lock that is held
 * @run: takes and asserts everything, some of it wrong: without a lock held
 */
struct lockdep_form {
	bool lockdep;
	bool prove_locking;
	size_t mutex_bytes;
	size_t map_offset;
	size_t key_bytes;
	int (*evaluated)(void);
	void (*run)(void);
};

extern const struct lockdep_form lockdep_form_full, lockdep_form_no_prove, lockdep_form_none;

#endif
