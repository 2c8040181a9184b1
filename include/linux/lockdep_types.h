/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_LOCKDEP_TYPES_H
#define _LINUX_LOCKDEP_TYPES_H

#include <linux/types.h>

/* fidelity: same */
#define MAX_LOCKDEP_SUBCLASSES 8UL
#define NR_LOCKDEP_CACHING_CLASSES 2

enum lockdep_wait_type {
	LD_WAIT_INV = 0,
	LD_WAIT_FREE,
	LD_WAIT_SPIN,
	LD_WAIT_CONFIG = LD_WAIT_SPIN,
	LD_WAIT_SLEEP,
	LD_WAIT_MAX,
};

enum lockdep_lock_type {
	LD_LOCK_NORMAL = 0,
	LD_LOCK_PERCPU,
	LD_LOCK_WAIT_OVERRIDE,
	LD_LOCK_MAX,
};

struct lockdep_map;

/* fidelity: simplified: the address is the class; says where the lock is initialised, or nothing */
struct lock_class_key {
	u64 sim_magic;
	const char *sim_file;
	const char *sim_function;
};

/* What macros that initialise locks give their static keys. Other keys may be any memory. */
#define SIM_LOCK_KEY_MAGIC 0x79656b206b636f6cull
#define SIM_LOCK_CLASS_KEY \
	{ .sim_magic = SIM_LOCK_KEY_MAGIC, .sim_file = __FILE_NAME__, .sim_function = __func__ }
/* For static initialisers, which may stand outside of functions. */
#define SIM_LOCK_FILE_KEY { .sim_magic = SIM_LOCK_KEY_MAGIC, .sim_file = __FILE_NAME__ }

extern struct lock_class_key __lockdep_no_validate__;
extern struct lock_class_key __lockdep_no_track__;

/*
 * fidelity: simplified: the same size with and without CONFIG_LOCKDEP. sim_class is a hint that is
 * compared with the world's class before use: locks outlive worlds. All zero, with a name, is a
 * lock of a class of its own, so static initialisers work. A lock of a kind that waits has a
 * wait_type_inner; a map that stands for no lock has LD_WAIT_INV.
 */
struct lockdep_map {
	struct lock_class_key *key;
	const char *name;
	u16 sim_class[NR_LOCKDEP_CACHING_CLASSES];
	u8 wait_type_outer;
	u8 wait_type_inner;
	u8 lock_type;
	u8 sim_subclass;
};

#define STATIC_LOCKDEP_MAP_INIT(_name, _key) { .name = (_name), .key = (void *)(_key) }

#endif
