/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_LOCKDEP_TYPES_H
#define _LINUX_LOCKDEP_TYPES_H

#include <linux/types.h>

/* fidelity: simplified: a name and who holds it; order between classes is not recorded yet */
struct lock_class_key {
	char sim_unused;
};

/*
 * All state of a lock. All zero, with a name, is an unlocked lock, so static initialisers work.
 * sim_writers counts exclusive holds (more than one only after a reported double lock).
 */
struct lockdep_map {
	const char *name;
	u32 sim_writers;
	u32 sim_readers;
};

#define STATIC_LOCKDEP_MAP_INIT(_name, _key) { .name = (_name) }

#endif
