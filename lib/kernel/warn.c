/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/bug.h>
#include <linux/printk.h>
#include <linux/sim_absent.h>
#include <linux/sprintf.h>
#include "kernel/task.h"
#include "kernel/warn_internal.h"

#define WARN_TEXT_BYTES 512

void *sim_array_grow(struct svmsim_world *world, void *array, unsigned int count,
		     unsigned int *capacity, size_t element_bytes)
{
	unsigned int larger = *capacity ? 2 * *capacity : 16;
	void *copy;

	if (count < *capacity)
		return array;
	copy = sim_alloc(world, larger * element_bytes);
	if (array) {
		__builtin_memcpy(copy, array, count * element_bytes);
		sim_free(world, array, *capacity * element_bytes);
	}
	*capacity = larger;
	return copy;
}

bool sim_once(const void *key)
{
	struct sim_warn_state *state = sim_warn_state(sim_world);

	for (unsigned int i = 0; i < state->once_count; i++)
		if (state->once[i] == key)
			return false;
	state->once = sim_array_grow(sim_world, state->once, state->once_count,
				     &state->once_capacity, sizeof(*state->once));
	state->once[state->once_count++] = key;
	return true;
}

static struct sim_report *begin(enum sim_report_id id, const struct sim_warn_site *site)
{
	struct sim_report *report = sim_report_begin(id);

	sim_report_field(report, "site", "%s:%s", site->file, site->function);
	sim_report_field(report, "expr", "\"%s\"", site->expr);
	return report;
}

static void raise_warn(const struct sim_warn_site *site, const char *text)
{
	struct sim_report *report = begin(SIM_REPORT_WARN, site);

	sim_report_line(report, "WARNING: %s at %s", site->file, site->function);
	if (text)
		sim_report_line(report, "%s", text);
	sim_report_raise(report);
}

void sim_warn(const struct sim_warn_site *site)
{
	raise_warn(site, NULL);
}

void sim_warn_once(const struct sim_warn_site *site)
{
	if (sim_once(site))
		raise_warn(site, NULL);
}

void sim_warn_fmt(const struct sim_warn_site *site, const char *fmt, ...)
{
	char text[WARN_TEXT_BYTES];
	va_list args;

	va_start(args, fmt);
	sim_vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	raise_warn(site, text);
}

void sim_warn_fmt_once(const struct sim_warn_site *site, const char *fmt, ...)
{
	char text[WARN_TEXT_BYTES];
	va_list args;

	if (!sim_once(site))
		return;
	va_start(args, fmt);
	sim_vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	raise_warn(site, text);
}

void sim_bug(const struct sim_warn_site *site)
{
	struct sim_warn_state *state = sim_warn_state(sim_world);
	struct sim_report *report = begin(SIM_REPORT_BUG, site);

	sim_report_line(report, "kernel BUG at %s in %s!", site->file, site->function);
	sim_report_raise(report);
	if (state->bug_handler)
		state->bug_handler(sim_world, state->bug_ctx);
	/* The kernel ends the task; the program's own stack can only crash. */
	if (sim_world->running->class != SIM_TASK_ROOT)
		sim_task_exit();
	__builtin_trap();
}

void sim_set_bug_handler(struct svmsim_world *world, sim_bug_handler_t handler, void *ctx)
{
	sim_warn_state(world)->bug_handler = handler;
	sim_warn_state(world)->bug_ctx = ctx;
}

void sim_absent(const char *name)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_ABSENT);

	sim_report_field(report, "name", "%s", name);
	sim_report_line(report, "%s() is declared so that code compiles, but not modelled", name);
	sim_report_raise(report);
}

static int warn_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_WARN] = sim_alloc(world, sizeof(struct sim_warn_state));
	return 0;
}

static void warn_finish(struct svmsim_world *world)
{
	sim_log_flush(world);
}

static void warn_reset(struct svmsim_world *world)
{
	struct sim_warn_state *state = sim_warn_state(world);

	state->once_count = 0;
	state->rate_count = 0;
	state->log_count = 0;
	state->partial_length = 0;
}

static void warn_unmake(struct svmsim_world *world)
{
	struct sim_warn_state *state = sim_warn_state(world);

	sim_free(world, state->once, state->once_capacity * sizeof(*state->once));
	sim_free(world, state->rate, state->rate_capacity * sizeof(*state->rate));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_WARN] = NULL;
}

const struct sim_layer sim_layer_warn = {
	.name = "warn",
	.slot = SIM_SLOT_WARN,
	.make = warn_make,
	.finish = warn_finish,
	.reset = warn_reset,
	.unmake = warn_unmake,
};
