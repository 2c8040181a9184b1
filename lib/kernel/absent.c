/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/sim_absent.h>
#include "kernel/report.h"

void sim_absent(const char *name)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_ABSENT);

	sim_report_field(report, "function", "%s", name);
	sim_report_line(report, "%s() exists in the kernel, but the model does not have it", name);
	sim_report_raise(report);
}
