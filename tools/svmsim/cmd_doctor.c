// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim doctor: what this host and this build give the simulator. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "arena.h"
#include "cli.h"
#include "host/host.h"

#define RESERVE_BYTES (32ull << 30)

static const struct cli_option options[] = {
	{ "json", NULL, "as JSON" },
	{ NULL, NULL, NULL },
};

struct finding {
	const char *what;
	char text[160];
	bool fine;
};

static const char *sanitizers(void)
{
#ifdef SVMSIM_ASAN
	return "address and undefined behaviour";
#else
	return "none";
#endif
}

static void check_numa(struct finding *finding)
{
	int count = host_numa_nodes();

	if (count > 1)
		snprintf(finding->text, sizeof(finding->text),
			 "%d nodes; memory of simulated node N is bound to host node N mod %d",
			 count, count);
	else
		snprintf(finding->text, sizeof(finding->text),
			 "one node; nothing is bound, which changes speed only");
}

/* The largest reservation that a world asks for. */
static void check_reservation(struct finding *finding)
{
	void *start = host_reserve(RESERVE_BYTES);

	finding->fine = start != NULL;
	snprintf(finding->text, sizeof(finding->text), "%s",
		 start ? "32 GiB of address space can be reserved" :
			 "32 GiB of address space can't be reserved: see ulimit -v");
	if (start)
		host_release(start, RESERVE_BYTES);
}

static int crash(void *ctx)
{
	return raise(SIGSEGV);
}

/* That a crash in a worker comes back as one, which `oops` reports rest on. */
static void check_worker(struct finding *finding)
{
	struct host_crash caught = { 0 };
	int status;

	fflush(stdout);
	status = host_worker_run(crash, NULL, NULL, NULL, 10, &caught);
	finding->fine = status == -1 && caught.signal;
	snprintf(finding->text, sizeof(finding->text), "%s%s",
		 finding->fine ? "a crash in a worker is caught: " : "a crash was not caught",
		 finding->fine ? caught.signal_name : "");
}

static void check_symbols(struct finding *finding)
{
	uintptr_t pc[4];
	unsigned int count = host_backtrace(pc, 4, 0);
	char name[120] = "?";

	if (count)
		host_symbolize(pc[0], name, sizeof(name));
	finding->fine = count && strstr(name, "(cmd_doctor.c:");
	snprintf(finding->text, sizeof(finding->text), "%s", finding->fine ?
		 "backtraces have names" : "backtraces have no names: is the binary stripped?");
}

static unsigned int examine(struct finding *finding)
{
	unsigned int i, count = 0;

	for (i = 0; i < 7; i++)
		finding[i].fine = true;
	finding[count].what = "compiler";
	snprintf(finding[count++].text, sizeof(finding->text), "%s, %s", CLI_COMPILER,
		 CLI_BUILD_TYPE);
	finding[count].what = "sanitizers";
	snprintf(finding[count++].text, sizeof(finding->text), "%s", sanitizers());
	finding[count].what = "allocator";
	snprintf(finding[count++].text, sizeof(finding->text), "%s", svmsim_arena_provider());
	finding[count].what = "numa";
	check_numa(&finding[count++]);
	finding[count].what = "memory";
	check_reservation(&finding[count++]);
	finding[count].what = "workers";
	check_worker(&finding[count++]);
	finding[count].what = "symbols";
	check_symbols(&finding[count++]);
	return count;
}

static int run(const struct cli_args *args)
{
	struct finding finding[7];
	json_t *object = json_object();
	unsigned int count, i;
	bool fine = true;

	if (args->operand_count) {
		cli_say("svmsim doctor: takes no operands");
		json_decref(object);
		return CLI_USAGE;
	}
	count = examine(finding);
	for (i = 0; i < count; i++) {
		fine = fine && finding[i].fine;
		json_object_set_new(object, finding[i].what,
				    json_pack("{s:b, s:s}", "ok", finding[i].fine, "text",
					      finding[i].text));
		if (!cli_has(args, "json"))
			printf("%-4s %-11s %s\n", finding[i].fine ? "ok" : "BAD",
			       finding[i].what, finding[i].text);
	}
	if (cli_has(args, "json"))
		cli_print_json(object);
	else
		json_decref(object);
	return fine ? CLI_HELD : CLI_FINDING;
}

const struct cli_command cli_cmd_doctor = {
	.name = "doctor",
	.operands = "",
	.does = "examine this host and this build",
	.detail = "Says what this host and this build give the simulator: compiler, sanitizers, "
		  "allocator,\nNUMA nodes, address space, crash handling, symbols.",
	.example = { "svmsim doctor", "svmsim doctor --json" },
	.option = options,
	.run = run,
};
