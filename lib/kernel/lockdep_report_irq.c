/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the checker says about locks and interrupts. */
#include "kernel/lockdep_internal.h"

static const char *const irq_names[LOCKDEP_IRQ_COUNT] = {
	[LOCKDEP_HARDIRQ] = "hardirq",
	[LOCKDEP_SOFTIRQ] = "softirq",
};

static const char *const irq_off[LOCKDEP_IRQ_COUNT] = {
	[LOCKDEP_HARDIRQ] = "local_irq_disable();",
	[LOCKDEP_SOFTIRQ] = "local_bh_disable();",
};

static void add_use(const struct lockdep_state *state, struct sim_report *report, u32 class,
		    unsigned int use, enum lockdep_irq irq)
{
	const struct lockdep_trace *trace = &state->trace[state->class[class].use_trace[use]];
	bool enabled = use / 2 % 2;
	char name[LOCKDEP_NAME_BYTES];

	lockdep_class_name(state, class, name);
	sim_report_line(report, "  %s is taken%s %s a %s%s, by %s", name,
			use % 2 ? " for reading" : "", enabled ? "where" : "in", irq_names[irq],
			enabled ? " can come" : "", trace->task);
	sim_report_trace(report, trace->frame, trace->count, "%s, taken by %s", name, trace->task);
}

/* One class both ways: its holder is interrupted by somebody who wants it. */
static void draw_one(struct sim_report *report, const char *name, enum lockdep_irq irq)
{
	sim_report_line(report, "  CPU0");
	sim_report_line(report, "  ----");
	sim_report_line(report, "  lock(%s);", name);
	sim_report_line(report, "  <%s>", irq_names[irq]);
	sim_report_line(report, "    lock(%s);", name);
}

static void draw_two(struct sim_report *report, const char *safe, const char *unsafe,
		     enum lockdep_irq irq)
{
	unsigned int width = __builtin_strlen(unsafe) + 10, least = __builtin_strlen(safe) + 12;

	width = width < least ? least : width;
	width = width < 16 ? 16 : width;
	sim_report_line(report, "  %-*sCPU1", (int)width, "CPU0");
	sim_report_line(report, "  %-*s----", (int)width, "----");
	sim_report_line(report, "  lock(%s);", unsafe);
	sim_report_line(report, "  %*s%s", (int)width, "", irq_off[irq]);
	sim_report_line(report, "  %*slock(%s);", (int)width, "", safe);
	sim_report_line(report, "  %*slock(%s);", (int)width, "", unsafe);
	sim_report_line(report, "  <%s>", irq_names[irq]);
	sim_report_line(report, "    lock(%s);", safe);
}

void lockdep_report_clash(struct lockdep_state *state, const struct lockdep_clash *clash)
{
	char safe[LOCKDEP_NAME_BYTES], unsafe[LOCKDEP_NAME_BYTES];
	struct sim_report *report;

	if (!lockdep_tell(state, irq_names[clash->irq], clash->safe, clash->unsafe))
		return;
	lockdep_class_name(state, clash->safe, safe);
	lockdep_class_name(state, clash->unsafe, unsafe);
	report = lockdep_report_begin(SIM_REPORT_LOCK_CONTEXT, clash->ip);
	sim_report_field(report, "what", "%s",
			 clash->safe == clash->unsafe ? "irq-unsafe" : "irq-order");
	sim_report_field(report, "irq", "%s", irq_names[clash->irq]);
	if (clash->safe == clash->unsafe) {
		sim_report_field(report, "lock", "%s", safe);
		sim_report_line(report, "a %s can come while its CPU holds %s, and wants it too:",
				irq_names[clash->irq], safe);
	} else {
		sim_report_field(report, "safe", "%s", safe);
		sim_report_field(report, "unsafe", "%s", unsafe);
		sim_report_line(report, "%s is taken while %s is held, directly or by others:",
				unsafe, safe);
	}
	add_use(state, report, clash->safe, clash->safe_use, clash->irq);
	add_use(state, report, clash->unsafe, clash->unsafe_use, clash->irq);
	if (clash->safe == clash->unsafe)
		draw_one(report, safe, clash->irq);
	else
		draw_two(report, safe, unsafe, clash->irq);
	sim_report_raise(report);
}
