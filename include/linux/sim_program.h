/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Small programs of kernel code that a scenario can call by name: `t0: call abba_one`. They keep
 * what they share in static variables, as a driver does; a world begins with these as the source
 * says, whatever ran before.
 */
#ifndef _LINUX_SIM_PROGRAM_H
#define _LINUX_SIM_PROGRAM_H

#include <linux/compiler.h>

/**
 * struct sim_program - one program
 * @name: as scenarios call it
 * @about: one line of what it does
 * @run: returns 0 or a negative errno
 */
struct sim_program {
	const char *name;
	const char *about;
	int (*run)(void);
};

/* SIM_PROGRAM(abba_one, "takes a, then b") { ...; return 0; } */
#define SIM_PROGRAM(_name, _about)                                                                 \
	static int _name(void);                                                                    \
	static const struct sim_program __sim_program_##_name = {                                  \
		.name = #_name,                                                                    \
		.about = _about,                                                                   \
		.run = _name,                                                                      \
	};                                                                                         \
	static const struct sim_program *const __sim_program_entry_##_name                         \
		__attribute__((__section__("sim_programs"), __used__)) = &__sim_program_##_name;   \
	static int _name(void)

#endif
