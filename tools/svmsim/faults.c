// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --fail, --fail-nth, --fail-prob and --fail-max: from words to a plan; and the list of sites. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "host/host.h"

#define SWEEP_MAX_DEFAULT 2000

/* Names of everything that can fail, so that the nearest one to a wrong one can be found. */
struct names {
	char **name;
	unsigned int count;
};

static const char *name_known(const void *ctx, unsigned int index)
{
	const struct names *names = ctx;

	return index < names->count ? names->name[index] : NULL;
}

static void say_unknown(const struct cli_args *args, const char *site)
{
	char text[SVMSIM_FAULT_SITE_MAX_BYTES];
	struct names names = { NULL, 0 };

	while (!svmsim_fault_name(names.count, text, sizeof(text))) {
		names.name = host_realloc(names.name, (names.count + 1) * sizeof(*names.name));
		names.name[names.count++] = strdup(text);
	}
	cli_say("svmsim %s: --fail %.200s: nothing that can fail is called so%s",
		args->command->name, site, cli_suggest(site, name_known, &names));
	while (names.count)
		free(names.name[--names.count]);
	host_free(names.name);
}

/* SITE:N; the site has colons of its own. */
static bool parse_fail(const struct cli_args *args, const char *text, struct svmsim_fault *fault)
{
	const char *colon = strrchr(text, ':');
	char *end, *site;

	errno = 0;
	fault->nth = colon ? strtoull(colon + 1, &end, 10) : 0;
	if (!colon || colon == text || colon[1] < '0' || colon[1] > '9' || *end || errno ||
	    !fault->nth) {
		cli_say("svmsim %s: --fail %.200s: expected SITE:N, as in kmalloc:3",
			args->command->name, text);
		return false;
	}
	site = strndup(text, (size_t)(colon - text));
	fault->site = site;
	if (svmsim_fault_known(site))
		return true;
	say_unknown(args, site);
	return false;
}

static bool parse_probability(const struct cli_args *args, struct svmsim_fault_plan *plan)
{
	const char *text = cli_value(args, "fail-prob");
	char *end;

	if (!text)
		return true;
	plan->probability = strtod(text, &end);
	if (end != text && !*end && plan->probability > 0 && plan->probability <= 1)
		return true;
	cli_say("svmsim %s: --fail-prob %.60s: expected a probability above 0, at most 1",
		args->command->name, text);
	return false;
}

static bool parse_nth(const struct cli_args *args, struct cli_faults *faults)
{
	const char *nth = cli_value(args, "fail-nth");
	uint64_t most = SWEEP_MAX_DEFAULT;

	if (cli_has(args, "fail-max") && (!nth || strcmp(nth, "all"))) {
		cli_say("svmsim run: --fail-max is for --fail-nth all");
		return false;
	}
	if (!nth)
		return true;
	/* Of a replay there is one run. */
	if (strcmp(nth, "all") || strcmp(args->command->name, "run"))
		return cli_number(args, "fail-nth", 1, UINT64_MAX, &faults->plan.nth);
	if (!cli_number(args, "fail-max", 1, 1000000, &most))
		return false;
	faults->sweep_max = (unsigned int)most;
	return true;
}

bool cli_faults_parse(const struct cli_args *args, struct cli_faults *faults)
{
	struct svmsim_fault_plan *plan = &faults->plan;
	unsigned int i;

	memset(faults, 0, sizeof(*faults));
	plan->fault = faults->fault;
	for (i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i]->name, "fail"))
			continue;
		if (plan->fault_count == SVMSIM_FAULT_MAX) {
			cli_say("svmsim %s: more than %d --fail", args->command->name,
				SVMSIM_FAULT_MAX);
			return false;
		}
		/* Counted before it is looked at, so that what it took is freed. */
		if (!parse_fail(args, args->value[i],
				&faults->fault[plan->fault_count++]))
			return false;
	}
	plan->swarm = cli_has(args, "fail-swarm");
	if (plan->swarm && !cli_has(args, "fail-prob")) {
		cli_say("svmsim run: --fail-swarm is for --fail-prob");
		return false;
	}
	return parse_probability(args, plan) && parse_nth(args, faults);
}

void cli_faults_free(struct cli_faults *faults)
{
	unsigned int i;

	for (i = 0; i < faults->plan.fault_count; i++)
		free((char *)faults->fault[i].site);
	for (i = 0; i < faults->site_count; i++)
		free((char *)faults->site[i].name);
	host_free(faults->site);
	memset(faults, 0, sizeof(*faults));
}

void cli_faults_apply(struct cli_faults *faults, struct svmsim_scenario_options *options)
{
	const struct svmsim_fault_plan *plan = &faults->plan;

	if (!plan->fault_count && !plan->nth && !(plan->probability > 0) && !faults->sweep_max)
		return;
	options->faults = plan;
	options->sweep_max = faults->sweep_max;
}

static struct svmsim_fault_site *find_site(struct cli_faults *faults,
					   const struct svmsim_fault_site *site)
{
	unsigned int i;

	for (i = 0; i < faults->site_count; i++) {
		if (!strcmp(faults->site[i].name, site->name))
			return &faults->site[i];
	}
	if (!(faults->site_count & (faults->site_count + 1)))
		faults->site = host_realloc(faults->site, (faults->site_count + 1) * 2 *
							  sizeof(*faults->site));
	faults->site[faults->site_count] = (struct svmsim_fault_site){
		.name = strdup(site->name), .swept = site->swept,
	};
	return &faults->site[faults->site_count++];
}

void cli_faults_count(struct cli_faults *faults, const struct svmsim_run *run)
{
	unsigned int i;

	faults->fired |= run->fired;
	faults->injected_count += run->injected_count;
	faults->run_count += run->sweep_count ? run->sweep_count + 1 : 1;
	faults->failed_count += run->failed_count;
	if (run->question_count > faults->question_max)
		faults->question_max = run->question_count;
	for (i = 0; i < run->site_count; i++) {
		struct svmsim_fault_site *site = find_site(faults, &run->site[i]);

		site->question_count += run->site[i].question_count;
		site->injection_count += run->site[i].injection_count;
	}
}

bool cli_faults_fired(const struct cli_args *args, const struct cli_faults *faults)
{
	bool fired = true;
	unsigned int i;

	for (i = 0; i < faults->plan.fault_count; i++) {
		if (faults->fired >> i & 1)
			continue;
		cli_say("svmsim %s: --fail %s:%llu: it never came up", args->command->name,
			faults->fault[i].site, (unsigned long long)faults->fault[i].nth);
		fired = false;
	}
	if (faults->plan.nth && !faults->injected_count) {
		cli_say("svmsim %s: --fail-nth %llu: it never came up, the most is %llu",
			args->command->name, (unsigned long long)faults->plan.nth,
			(unsigned long long)faults->question_max);
		fired = false;
	}
	return fired;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct svmsim_fault_site *)a)->name,
		      ((const struct svmsim_fault_site *)b)->name);
}

static void sort(struct cli_faults *faults)
{
	if (faults->site_count)
		qsort(faults->site, faults->site_count, sizeof(*faults->site), by_name);
}

void cli_faults_print(struct cli_faults *faults, const char *prefix)
{
	unsigned int i;

	sort(faults);
	if (faults->site_count)
		printf("%squestions  injected  site\n", prefix);
	for (i = 0; i < faults->site_count; i++)
		printf("%s%9llu %9llu  %s\n", prefix,
		       (unsigned long long)faults->site[i].question_count,
		       (unsigned long long)faults->site[i].injection_count, faults->site[i].name);
	printf("%s%u site%s, %llu run%s", prefix, faults->site_count,
	       faults->site_count == 1 ? "" : "s", (unsigned long long)faults->run_count,
	       faults->run_count == 1 ? "" : "s");
	if (faults->sweep_max)
		printf(", %llu failed", (unsigned long long)faults->failed_count);
	putchar('\n');
}

struct json_t *cli_faults_json(struct cli_faults *faults)
{
	json_t *list = json_array();
	unsigned int i;

	sort(faults);
	for (i = 0; i < faults->site_count; i++) {
		const struct svmsim_fault_site *site = &faults->site[i];

		json_array_append_new(list, json_pack("{s:o, s:I, s:I}",
						      "site", cli_json_text(site->name),
						      "questions",
						      (json_int_t)site->question_count,
						      "injected",
						      (json_int_t)site->injection_count));
	}
	return json_pack("{s:o, s:I, s:I}", "sites", list, "runs", (json_int_t)faults->run_count,
			 "failed", (json_int_t)faults->failed_count);
}
