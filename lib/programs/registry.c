/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Programs by name: include/svmsim/program.h. */
#include <linux/errno.h>
#include <linux/sim_program.h>
#include <svmsim/program.h>
#include "kernel/lockdep.h"
#include "kernel/world.h"

/* Provided by the linker where the section exists. */
#define SECTION_BOUND __weak __attribute__((__visibility__("hidden")))

extern const struct sim_program *const __start_sim_programs[] SECTION_BOUND;
extern const struct sim_program *const __stop_sim_programs[] SECTION_BOUND;

/* What makes the linker take the programs out of an archive. */
extern const char *const sim_above_programs[];
static const char *const *const anchors __used = sim_above_programs;

bool svmsim_instrumented(void)
{
#ifdef SIM_INSTRUMENTED
	return true;
#else
	return false;
#endif
}

unsigned int svmsim_program_count(void)
{
	return __stop_sim_programs - __start_sim_programs;
}

/* The linker's order is that of its command line, so that of the names is asked for each time. */
static const struct sim_program *at(unsigned int index)
{
	for (unsigned int i = 0; i < svmsim_program_count(); i++) {
		const struct sim_program *program = __start_sim_programs[i];
		unsigned int smaller = 0;

		for (unsigned int j = 0; j < svmsim_program_count(); j++)
			smaller += __builtin_strcmp(__start_sim_programs[j]->name,
						    program->name) < 0;
		if (smaller == index)
			return program;
	}
	return NULL;
}

static const struct sim_program *find(const char *name)
{
	for (unsigned int i = 0; i < svmsim_program_count(); i++)
		if (!__builtin_strcmp(__start_sim_programs[i]->name, name))
			return __start_sim_programs[i];
	return NULL;
}

int svmsim_program_get(unsigned int index, struct svmsim_program *program)
{
	const struct sim_program *found = at(index);

	if (!found)
		return -EINVAL;
	*program = (struct svmsim_program){ .name = found->name, .about = found->about };
	return 0;
}

bool svmsim_program_known(const char *name)
{
	return find(name) != NULL;
}

int svmsim_program_call(struct svmsim_world *world, const char *name)
{
	const struct sim_program *program = find(name);
	int err;

	sim_world_enter(world);
	if (!program)
		return sim_set_error(world, -ENOENT, "there is no program '%s'", name);
	sim_scope_begin();
	err = program->run();
	/* A task is looked at when it ends; the program's own stack has no such moment. */
	if (sim_task_current()->class == SIM_TASK_ROOT)
		sim_lockdep_entry_exit();
	sim_scope_end();
	return err;
}
