// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* How many runs ended how, and what that means for the exit status. */
#include "cli.h"

void cli_count(struct cli_tally *tally, const struct svmsim_run *run)
{
	enum svmsim_verdict verdict = run->verdict;

	tally->passed += verdict == SVMSIM_PASSED;
	tally->failed += verdict == SVMSIM_FAILED || verdict == SVMSIM_DEFECT;
	tally->skipped += verdict == SVMSIM_SKIPPED;
	tally->inconclusive += verdict == SVMSIM_INCONCLUSIVE;
	tally->defect += verdict == SVMSIM_DEFECT;
	if (tally->locks && (verdict == SVMSIM_PASSED || verdict == SVMSIM_INCONCLUSIVE))
		svmsim_lock_union_add(tally->locks, run->file, run->locks);
}

unsigned int cli_lock_findings(const struct cli_tally *tally)
{
	struct svmsim_lock_finding finding;
	unsigned int count = 0;

	while (tally->locks && !svmsim_lock_union_finding(tally->locks, count, &finding))
		count++;
	return count;
}

enum cli_status cli_status(const struct cli_tally *tally)
{
	if (tally->defect)
		return CLI_DEFECT;
	if (tally->failed || cli_lock_findings(tally))
		return CLI_FINDING;
	if (tally->inconclusive)
		return CLI_INCONCLUSIVE;
	return tally->passed ? CLI_HELD : CLI_SKIPPED;
}
