// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The grammar page's tables, printed from the tables that the parser reads. */
#include <string.h>
#include <svmsim/program.h>
#include "explore/scn_planner.h"

static void statements(struct scn_buf *buf)
{
	unsigned int i;

	scn_buf_add(buf, "### Statements\n\n| statement | does |\n| --- | --- |\n");
	for (i = 0; i < SCN_KEY_COUNT; i++) {
		const char *at = scn_statements[i].syntax;

		scn_buf_add(buf, "| `");
		for (; *at; at++) {
			if (!strncmp(at, " | ", 3)) {
				scn_buf_add(buf, "` <br> `");
				at += 2;
			} else {
				scn_buf_bytes(buf, at, 1);
			}
		}
		scn_buf_add(buf, "` | %s |\n", scn_statements[i].does);
	}
}

static void verbs(struct scn_buf *buf, enum scn_actor actor, const char *title)
{
	const struct scn_verb *verb;
	unsigned int i;

	scn_buf_add(buf, "\n### Verbs of %s\n\n| verb | operands | does |\n| --- | --- | --- |\n",
		    title);
	for (verb = scn_verbs; verb->name; verb++) {
		if (verb->actor != actor)
			continue;
		scn_buf_add(buf, "| `%s` | ", verb->name);
		for (i = 0; i < SCN_OPERAND_MAX && verb->operand[i]; i++) {
			const char *at = scn_operand_text(verb->operand[i]);

			scn_buf_add(buf, "%s`", i ? " " : "");
			for (; *at; at++)
				scn_buf_add(buf, *at == '|' ? "\\|" : "%c", *at);
			scn_buf_add(buf, "`");
		}
		scn_buf_add(buf, " | %s |\n", verb->does);
	}
}

static void named(struct scn_buf *buf, const char *title, const char *column,
		  const struct scn_named *rows)
{
	scn_buf_add(buf, "\n### %s\n\n| %s | means |\n| --- | --- |\n", title, column);
	for (; rows->name; rows++)
		scn_buf_add(buf, "| `%s` | %s |\n", rows->name, rows->does);
}

static void conditions(struct scn_buf *buf)
{
	unsigned int i;

	scn_buf_add(buf, "\n### Conditions\n\n| condition | holds when |\n| --- | --- |\n");
	for (i = 0; i < SCN_COND_COUNT; i++)
		scn_buf_add(buf, "| `%s` | %s |\n", scn_conds[i].syntax, scn_conds[i].does);
	scn_buf_add(buf, "| `not COND` | COND does not |\n");
}

static void field_row(struct scn_buf *buf, const struct scn_field_row *row)
{
	const char *at;

	scn_buf_add(buf, "| `%s%s", row->name, row->value[0] ? " " : "");
	for (at = row->value; *at; at++)
		scn_buf_add(buf, *at == '|' ? "\\|" : "%c", *at);
	scn_buf_add(buf, "` | %s |\n", row->does);
}

static void fields(struct scn_buf *buf, enum scn_scope scope, const char *title)
{
	unsigned int i;

	scn_buf_add(buf, "\n### %s\n\n| field | means |\n| --- | --- |\n", title);
	for (i = 0; i < SCN_FIELD_COUNT; i++) {
		const struct scn_field_row *row = &scn_fields[i];

		if (row->scope == scope)
			field_row(buf, row);
	}
}

static void words(struct scn_buf *buf, const char *title,
		  const char *(*known)(const void *ctx, unsigned int index))
{
	const char *word;
	unsigned int i;

	scn_buf_add(buf, "\n### %s\n\n", title);
	for (i = 0; (word = known(NULL, i)); i++)
		scn_buf_add(buf, "%s`%s`", i ? ", " : "", word);
	scn_buf_add(buf, "\n");
}

static void programs(struct scn_buf *buf)
{
	struct svmsim_program program;
	unsigned int i;

	scn_buf_add(buf, "\n### Programs of `call`\n\n| name | does |\n| --- | --- |\n");
	for (i = 0; !svmsim_program_get(i, &program); i++)
		scn_buf_add(buf, "| `%s` | %s |\n", program.name, program.about);
}

static void limits(struct scn_buf *buf)
{
	scn_buf_add(buf, "\n### Bounds\n\n| what | at most |\n| --- | --- |\n");
	scn_buf_add(buf, "| size of a file | %u KiB |\n", SCN_FILE_MAX_BYTES / 1024);
	scn_buf_add(buf, "| lines of a file, bytes of a line | %d, %d |\n", SCN_LINE_MAX_COUNT,
		    SCN_LINE_MAX_BYTES);
	scn_buf_add(buf, "| blocks in one another | %d |\n", SCN_NEST_MAX);
	scn_buf_add(buf, "| files by `use`, in one another | %d, %d |\n", SCN_USE_MAX_COUNT,
		    SCN_USE_MAX_DEPTH);
	scn_buf_add(buf, "| repetitions of a file | %d |\n", SCN_REPETITION_MAX);
	scn_buf_add(buf, "| steps of a repetition | %d |\n", SCN_STEP_MAX);
	scn_buf_add(buf, "| lines, with loops, `use` and repetitions unrolled | %d |\n",
		    SCN_VISIT_MAX);
	scn_buf_add(buf, "| variables, symbols, expected reports | %d, %d, %d |\n",
		    SCN_VARIABLE_MAX, SCN_SYMBOL_MAX, SCN_JUDGE_MAX);
	scn_buf_add(buf, "| tasks, labels of a `par` block, pins | %d, %d, %d |\n", SCN_TASK_MAX,
		    SCN_LANE_MAX, SCN_PIN_MAX);
	scn_buf_add(buf, "| a word with variables filled in | %d bytes |\n", SCN_VALUE_MAX_BYTES);
	scn_buf_add(buf, "| pages of a memory symbol | %llu |\n", SCN_RAM_MAX_PAGES);
}

char *svmsim_scenario_grammar(void)
{
	struct scn_buf buf = { 0 };

	statements(&buf);
	verbs(&buf, SCN_ACTOR_DEVICE, "a device");
	verbs(&buf, SCN_ACTOR_RAM, "`ram:`");
	verbs(&buf, SCN_ACTOR_CPU, "`cpu:`, `cpuN:` and processes");
	verbs(&buf, SCN_ACTOR_MIRROR, "a device that mirrors");
	named(&buf, "Kinds of areas of a process", "word", scn_vma_kinds);
	named(&buf, "Protections", "word", scn_prots);
	named(&buf, "Advices", "word", scn_advices);
	named(&buf, "What pages can be", "word", scn_page_words);
	verbs(&buf, SCN_ACTOR_TASK, "a task");
	named(&buf, "Kinds of locks", "word", scn_lock_kinds);
	named(&buf, "Kinds of events", "word", scn_event_kinds);
	named(&buf, "Waits", "word", scn_signals);
	conditions(&buf);
	named(&buf, "Directions", "word", scn_directions);
	named(&buf, "Calls of `as=`", "word", scn_calls);
	named(&buf, "Results", "result", scn_results);
	words(&buf, "Words for results", scn_result_name);
	named(&buf, "States", "what", scn_states);
	words(&buf, "Counters", scn_counter_known);
	named(&buf, "Derived counters", "counter", scn_derived);
	words(&buf, "Reports", scn_report_name);
	fields(&buf, SCN_SCOPE_MACHINE, "Fields of `machine { ... }`");
	fields(&buf, SCN_SCOPE_DEVICE, "Fields of `device NAME { ... }`");
	fields(&buf, SCN_SCOPE_NODE, "Fields of `node N { ... }`");
	fields(&buf, SCN_SCOPE_BRIDGE, "Fields of `bridge NAME { ... }` and `switch NAME { ... }`");
	fields(&buf, SCN_SCOPE_HOST, "Fields of `host N { ... }`");
	named(&buf, "Words of `acs`", "word", scn_acs);
	named(&buf, "Words of `p2p`", "word", scn_p2p);
	named(&buf, "Quirks", "name", scn_quirks);
	named(&buf, "Words of `preempt`", "word", scn_preempts);
	named(&buf, "Words of `thp`", "word", scn_thps);
	named(&buf, "Kinds of `memory`", "word", scn_memories);
	named(&buf, "Words of `content`", "word", scn_contents);
	words(&buf, "Kinds of areas of a machine", scn_area_known);
	programs(&buf);
	words(&buf, "Kernel versions", scn_kernel_known);
	words(&buf, "IOMMU profiles", scn_profile_known);
	words(&buf, "Page-table formats", scn_format_known);
	limits(&buf);
	return scn_buf_take(&buf);
}
