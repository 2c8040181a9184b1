/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/minmax.h>
#include "check/check.h"

#define DRAW_CELL_MAX 64
#define DRAW_RUN_MAX 6

/* '#' all of the cell, '.' none of it, '+' a part. */
static char cell_char(const struct chk_ledger *ledger, u64 start, u64 bytes)
{
	u64 covered = chk_ledger_sum(ledger, start, start + bytes - 1);

	return covered == bytes ? '#' : covered ? '+' : '.';
}

static void draw_row(char *row, const struct chk_ledger *ledger, u64 iova, u64 bytes, u64 cell)
{
	unsigned int i = 0;

	for (u64 at = 0; at < bytes; at += cell)
		row[i++] = cell_char(ledger, iova + at, min(cell, bytes - at));
	row[i] = '\0';
}

/* "+0p..+1p, +4p..+7p and 3 more", "none" */
static void list_runs(char *text, size_t size, const struct chk_ledger *ledger, u64 iova, u64 last)
{
	size_t used = 0;
	u64 from = iova;
	unsigned int run_count = 0;

	while (from <= last) {
		const struct chk_node *node = chk_ledger_first(ledger, from);
		u64 start, end;

		if (!node || node->start > last)
			break;
		start = max(from, node->start);
		end = chk_ledger_gap(ledger, start, last) - 1;
		if (run_count < DRAW_RUN_MAX)
			used += host_snprintf(text + used, size - used, "%s+%llup",
					      run_count ? ", " : "", (start - iova) >> 12);
		if (run_count < DRAW_RUN_MAX && end - start >= 4096)
			used += host_snprintf(text + used, size - used, "..+%llup",
					      (end - iova) >> 12);
		run_count++;
		if (end >= last)
			break;
		from = end + 1;
	}
	if (!run_count)
		host_snprintf(text, size, "none");
	else if (run_count > DRAW_RUN_MAX)
		host_snprintf(text + used, size - used, " and %u more", run_count - DRAW_RUN_MAX);
}

void chk_draw_window(struct sim_report *report, u64 iova, u64 bytes,
		     const struct chk_ledger *before, const struct chk_ledger *after,
		     u64 stop_iova)
{
	char row[DRAW_CELL_MAX + 1], runs[160];
	u64 cell = 4096, last = iova + bytes - 1;

	while ((bytes + cell - 1) / cell > DRAW_CELL_MAX)
		cell *= 2;
	sim_report_line(report, "the range, %llu page%s a cell (# linked, . not, + in part):",
			cell >> 12, cell == 4096 ? "" : "s");
	draw_row(row, before, iova, bytes, cell);
	sim_report_line(report, "  before |%s|", row);
	draw_row(row, after, iova, bytes, cell);
	sim_report_line(report, "  after  |%s|", row);
	if (stop_iova <= last)
		sim_report_line(report, "          %*s^ stopped at +%llup",
				(int)((stop_iova - iova) / cell), "", (stop_iova - iova) >> 12);
	list_runs(runs, sizeof(runs), before, iova, last);
	sim_report_line(report, "linked before: %s", runs);
	list_runs(runs, sizeof(runs), after, iova, last);
	sim_report_line(report, "still live:    %s", runs);
}
