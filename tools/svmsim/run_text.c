// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Records of runs as text for people, and in the kernel's test protocol. */
#include <stdio.h>
#include <string.h>
#include "cli.h"

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"

static const char *const verdict_text[] = {
	[SVMSIM_PASSED] = "ok",
	[SVMSIM_FAILED] = "FAILED",
	[SVMSIM_SKIPPED] = "skipped",
	[SVMSIM_INCONCLUSIVE] = "inconclusive",
	[SVMSIM_DEFECT] = "DEFECT",
};

static void print_colored(const struct cli_tally *tally, const char *color, const char *text)
{
	if (tally->color)
		printf("%s%s\033[0m", color, text);
	else
		printf("%s", text);
}

static void print_verdict(const struct cli_tally *tally, const struct cli_task *task,
			  const struct svmsim_run *run)
{
	print_colored(tally, run->verdict == SVMSIM_PASSED  ? GREEN :
			     run->verdict == SVMSIM_SKIPPED ? YELLOW : RED,
		      verdict_text[run->verdict]);
	printf(" %s%s%s", run->file, run->variant[0] ? " " : "", run->variant);
	if (task->seed)
		printf(" seed=%llu", (unsigned long long)task->seed);
	if (run->reason[0])
		printf(": %s", run->reason);
	else if (run->sweep_count)
		printf(": %u runs with a failure, %u failed", run->sweep_count, run->failed_count);
	else if ((run->verdict == SVMSIM_PASSED && tally->twice) ||
		 ((run->verdict == SVMSIM_PASSED || run->verdict == SVMSIM_FAILED) &&
		  task->file->named))
		printf(": digest %016llx%s", (unsigned long long)run->digest,
		       tally->twice && run->verdict == SVMSIM_PASSED ? ", the same in every run" :
								       "");
	putchar('\n');
}

static bool was_unexpected(const struct svmsim_run *run, unsigned int index)
{
	return run->report[index].standing == SVMSIM_UNEXPECTED;
}

static void print_indented(const char *text, const char *prefix)
{
	while (*text) {
		size_t bytes = strcspn(text, "\n");

		/* No space at the end of a line that has nothing else. */
		printf("%.*s%.*s\n", (int)(bytes ? strlen(prefix) : strcspn(prefix, " ")),
		       prefix, (int)bytes, text);
		text += bytes + (text[bytes] == '\n');
	}
}

static bool is_finding(const struct svmsim_run *run)
{
	return run->failure_count || run->verdict == SVMSIM_DEFECT;
}

static void print_injected(const struct svmsim_run *run, const char *prefix)
{
	unsigned int i;

	for (i = 0; i < run->injected_count; i++) {
		printf("%sinjected: %s:%llu", prefix, run->injected[i].site,
		       (unsigned long long)run->injected[i].nth);
		if (run->injected[i].line)
			printf(" in %s:%u", run->injected[i].file, run->injected[i].line);
		putchar('\n');
	}
}

/* Failures first, each with the report that it is about, then the line that runs it again. */
static void print_findings(const struct cli_tally *tally, const struct svmsim_run *run,
			   const char *prefix)
{
	unsigned int i;

	for (i = 0; i < run->failure_count; i++) {
		const struct svmsim_failure *failure = &run->failure[i];

		printf("%s%s:%u: %s: expected %s, got %s\n", prefix, failure->file, failure->line,
		       failure->what, failure->expected, failure->got);
		if (failure->report >= 0 && (unsigned int)failure->report < run->report_count &&
		    was_unexpected(run, (unsigned int)failure->report))
			print_indented(run->report[failure->report].text, prefix);
	}
	if (!is_finding(run))
		return;
	print_injected(run, prefix);
	printf("%sreplay: %s %s\n", prefix, cli_program, run->replay);
}

/* Of a sweep: each run that failed, and how many more did. */
static void print_failed(const struct cli_tally *tally, const struct svmsim_run *run,
			 const char *prefix)
{
	unsigned int i;

	for (i = 0; i < run->failed_count && i < SVMSIM_SWEEP_FAILED_MAX; i++)
		print_findings(tally, run->failed[i], prefix);
	if (run->failed_count > i)
		printf("%s%u more failed\n", prefix, run->failed_count - i);
}

void cli_text_run(struct cli_tally *tally, const struct cli_task *task,
		  const struct svmsim_run *run)
{
	unsigned int i;

	for (i = 0; i < run->report_count && task->file->named; i++) {
		if (!was_unexpected(run, i))
			print_indented(run->report[i].text, "");
	}
	print_findings(tally, run, "");
	print_failed(tally, run, "");
	if (task->file->named && !is_finding(run))
		print_injected(run, "");
	print_indented(run->stopped, "");
	print_verdict(tally, task, run);
	if (run->divergence[0] && run->verdict != SVMSIM_INCONCLUSIVE)
		printf("divergence: %s\n", run->divergence);
	/* What chance chose is worth keeping, whatever came of it. */
	if (run->schedule[0] && task->file->named && !is_finding(run) &&
	    !(run->divergence[0] && run->verdict == SVMSIM_INCONCLUSIVE))
		printf("replay: %s %s\n", cli_program, run->replay);
}

/* What no run had by itself, in the same form as its reports. */
static void print_locks(const struct cli_tally *tally, const char *prefix)
{
	struct svmsim_lock_finding finding;
	unsigned int i;

	for (i = 0; tally->locks && !svmsim_lock_union_finding(tally->locks, i, &finding); i++) {
		printf("%s%s with %s:\n", prefix, finding.file, finding.other_file);
		print_indented(finding.text, prefix);
	}
}

static void print_counts(const struct cli_tally *tally, const char *prefix)
{
	printf("%s%u passed, %u failed, %u skipped", prefix, tally->passed, tally->failed,
	       tally->skipped);
	if (tally->inconclusive)
		printf(", %u inconclusive", tally->inconclusive);
	if (cli_lock_findings(tally))
		printf("; %u wrong only together", cli_lock_findings(tally));
	putchar('\n');
}

void cli_text_end(struct cli_tally *tally)
{
	if (tally->faults)
		cli_faults_print(tally->faults, "");
	print_locks(tally, "");
	print_counts(tally, "");
}

void cli_ktap_run(struct cli_tally *tally, const struct cli_task *task,
		  const struct svmsim_run *run)
{
	unsigned int number = tally->passed + tally->failed + tally->skipped + tally->inconclusive;
	bool fine = run->verdict == SVMSIM_PASSED || run->verdict == SVMSIM_SKIPPED;

	if (number == 1)
		printf("KTAP version 1\n1..%u\n", tally->task_count);
	print_findings(tally, run, "# ");
	print_failed(tally, run, "# ");
	printf("%s %u %s%s%s", fine ? "ok" : "not ok", number, run->file,
	       run->variant[0] ? " " : "", run->variant);
	if (task->seed)
		printf(" seed=%llu", (unsigned long long)task->seed);
	if (run->verdict == SVMSIM_SKIPPED)
		printf(" # SKIP %s", run->reason);
	else if (run->reason[0])
		printf(" # %s", run->reason);
	putchar('\n');
}

void cli_ktap_end(struct cli_tally *tally)
{
	if (tally->faults)
		cli_faults_print(tally->faults, "# ");
	print_locks(tally, "# ");
	print_counts(tally, "# ");
}
