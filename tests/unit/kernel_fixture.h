/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the tests of the kernel run time share: a world of its layers, and reports as one text. */
#ifndef UNIT_KERNEL_FIXTURE_H
#define UNIT_KERNEL_FIXTURE_H

#include <svmsim/report.h>
#include "host/host.h"
#include "kernel/layers.h"
#include "kernel/world.h"
#include "ktest.h"

static const struct sim_layer *const kernel_layers[] = { SIM_KERNEL_LAYERS };

static inline struct svmsim_world *kernel_world(void)
{
	return ktest_world(kernel_layers, sizeof(kernel_layers) / sizeof(kernel_layers[0]), NULL);
}

/* "identifier key=value key=value", then each line after a newline. */
static inline const char *report_text(const struct svmsim_world *world, unsigned int index)
{
	static char text[4096];
	struct svmsim_report report;
	int length;

	if (svmsim_report_get(world, index, &report))
		return "no such report";
	length = host_snprintf(text, sizeof(text), "%s", report.identifier);
	for (unsigned int i = 0; i < report.field_count; i++)
		length += host_snprintf(text + length, sizeof(text) - length, " %s=%s",
					report.key[i], report.value[i]);
	for (unsigned int i = 0; i < report.line_count; i++)
		length += host_snprintf(text + length, sizeof(text) - length, "\n%s",
					report.line[i]);
	return text;
}

#define assert_report(world, index, expected) \
	ktest_assert_string_equal(report_text(world, index), expected)

#endif
