// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A record as bytes, to cross from a worker to its parent. Both are the same program, so numbers
 * keep their form; lengths are checked all the same, since a worker may die while it writes. */
#include <stdlib.h>
#include <string.h>
#include "explore/scn_runner.h"
#include "host/host.h"

#define PACK_MAGIC 0x6e7572766d735332ull
#define COUNT_MAX 1000000u

/* Writes or reads, so that both directions are one list of fields. */
struct packer {
	struct scn_buf *out;
	struct scn_arena *arena;
	const char *at;
	const char *end;
	bool damaged;
	bool inner;
};

static void pack_bytes(struct packer *packer, void *data, size_t bytes)
{
	if (packer->out) {
		scn_buf_bytes(packer->out, data, bytes);
	} else if (packer->damaged || (size_t)(packer->end - packer->at) < bytes) {
		packer->damaged = true;
		memset(data, 0, bytes);
	} else {
		memcpy(data, packer->at, bytes);
		packer->at += bytes;
	}
}

static void pack_u64(struct packer *packer, uint64_t *value)
{
	pack_bytes(packer, value, sizeof(*value));
}

static void pack_uint(struct packer *packer, unsigned int *value)
{
	pack_bytes(packer, value, sizeof(*value));
	if (*value > COUNT_MAX) {
		packer->damaged = true;
		*value = 0;
	}
}

static void pack_text(struct packer *packer, const char **text)
{
	uint64_t bytes = packer->out ? strlen(*text) : 0;

	pack_u64(packer, &bytes);
	if (packer->out) {
		scn_buf_bytes(packer->out, *text, bytes);
		return;
	}
	if (packer->damaged || (uint64_t)(packer->end - packer->at) < bytes) {
		packer->damaged = true;
		*text = "";
		return;
	}
	*text = scn_strndup(packer->arena, packer->at, bytes);
	packer->at += bytes;
}

static void pack_judged(struct packer *packer, struct svmsim_judged *judged)
{
	struct svmsim_report *report = &judged->report;
	unsigned int i;

	pack_text(packer, &report->identifier);
	pack_text(packer, &report->title);
	pack_text(packer, &report->meaning);
	pack_text(packer, &report->task);
	pack_bytes(packer, &report->index, sizeof(report->index));
	pack_u64(packer, &report->step);
	pack_u64(packer, &report->time_ns);
	pack_bytes(packer, &report->is_note, sizeof(report->is_note));
	pack_bytes(packer, &report->attached_to, sizeof(report->attached_to));
	pack_uint(packer, &report->field_count);
	if (report->field_count > SVMSIM_REPORT_FIELD_MAX) {
		packer->damaged = true;
		report->field_count = 0;
	}
	for (i = 0; i < report->field_count; i++) {
		pack_text(packer, &report->key[i]);
		pack_text(packer, &report->value[i]);
	}
	pack_bytes(packer, &judged->standing, sizeof(judged->standing));
	pack_text(packer, &judged->file);
	pack_uint(packer, &judged->line);
	pack_text(packer, &judged->text);
	pack_text(packer, &judged->json);
}

static void pack_failure(struct packer *packer, struct svmsim_failure *failure)
{
	pack_text(packer, &failure->file);
	pack_uint(packer, &failure->line);
	pack_text(packer, &failure->what);
	pack_text(packer, &failure->expected);
	pack_text(packer, &failure->got);
	pack_bytes(packer, &failure->report, sizeof(failure->report));
}

static void pack_golden(struct packer *packer, struct svmsim_golden *golden)
{
	pack_text(packer, &golden->file);
	pack_uint(packer, &golden->line);
	pack_text(packer, &golden->text);
	pack_bytes(packer, &golden->holds, sizeof(golden->holds));
}

/* Number of entries and, when reading, room for them. */
static void *pack_array(struct packer *packer, unsigned int *count, const void *array, size_t bytes)
{
	pack_uint(packer, count);
	/* An entry takes at least eight bytes, so a count beyond that is damage, not memory. */
	if (!packer->out && *count > (size_t)(packer->end - packer->at) / 8) {
		packer->damaged = true;
		*count = 0;
	}
	return packer->out ? (void *)array : scn_alloc(packer->arena, (*count + 1) * bytes);
}

static void pack_injected(struct packer *packer, struct svmsim_injected *injected)
{
	pack_text(packer, &injected->site);
	pack_u64(packer, &injected->nth);
	pack_text(packer, &injected->file);
	pack_uint(packer, &injected->line);
}

static void pack_site(struct packer *packer, struct svmsim_fault_site *site)
{
	pack_text(packer, &site->name);
	pack_text(packer, &site->kind);
	pack_u64(packer, &site->question_count);
	pack_u64(packer, &site->injection_count);
	pack_bytes(packer, &site->swept, sizeof(site->swept));
}

static void pack_faults(struct packer *packer, struct svmsim_run *run)
{
	struct svmsim_fault_site *site;
	struct svmsim_injected *injected;
	unsigned int i;

	injected = pack_array(packer, &run->injected_count, run->injected, sizeof(*injected));
	for (i = 0; i < run->injected_count; i++)
		pack_injected(packer, &injected[i]);
	site = pack_array(packer, &run->site_count, run->site, sizeof(*site));
	for (i = 0; i < run->site_count; i++)
		pack_site(packer, &site[i]);
	run->injected = injected;
	run->site = site;
	pack_u64(packer, &run->fired);
	pack_u64(packer, &run->question_count);
	pack_uint(packer, &run->sweep_count);
	pack_uint(packer, &run->failed_count);
}

static void pack_run(struct packer *packer, struct svmsim_run *run);

/* Records within a record belong to its arena; they have none within themselves. */
static void pack_failed(struct packer *packer, struct svmsim_run *run)
{
	unsigned int i, count = run->failed_count < SVMSIM_SWEEP_FAILED_MAX ?
				run->failed_count : SVMSIM_SWEEP_FAILED_MAX;
	struct svmsim_run **failed, copy;

	if (packer->out) {
		for (i = 0; i < count; i++) {
			copy = *run->failed[i];
			copy.failed_count = 0;
			pack_run(packer, &copy);
		}
		return;
	}
	failed = scn_alloc(packer->arena, (count + 1) * sizeof(struct svmsim_run *));
	for (i = 0; i < count && !packer->damaged; i++) {
		failed[i] = scn_alloc(packer->arena, sizeof(*failed[i]));
		packer->inner = true;
		pack_run(packer, failed[i]);
		packer->inner = false;
	}
	run->failed = failed;
}

static void pack_run(struct packer *packer, struct svmsim_run *run)
{
	struct svmsim_failure *failure;
	struct svmsim_judged *judged;
	struct svmsim_golden *golden;
	unsigned int i;

	pack_text(packer, &run->file);
	pack_text(packer, &run->variant);
	pack_bytes(packer, &run->verdict, sizeof(run->verdict));
	pack_text(packer, &run->reason);
	pack_text(packer, &run->replay);
	pack_u64(packer, &run->digest);
	pack_u64(packer, &run->step_count);
	judged = pack_array(packer, &run->report_count, run->report, sizeof(*judged));
	for (i = 0; i < run->report_count; i++)
		pack_judged(packer, &judged[i]);
	failure = pack_array(packer, &run->failure_count, run->failure, sizeof(*failure));
	for (i = 0; i < run->failure_count; i++)
		pack_failure(packer, &failure[i]);
	golden = pack_array(packer, &run->golden_count, run->golden, sizeof(*golden));
	for (i = 0; i < run->golden_count; i++)
		pack_golden(packer, &golden[i]);
	run->report = judged;
	run->failure = failure;
	run->golden = golden;
	pack_text(packer, &run->shown);
	pack_text(packer, &run->locks);
	pack_text(packer, &run->schedule);
	pack_u64(packer, &run->switch_count);
	pack_u64(packer, &run->point_count);
	pack_text(packer, &run->divergence);
	pack_text(packer, &run->stopped);
	pack_faults(packer, run);
	if (packer->inner && run->failed_count)
		packer->damaged = true;
	else if (!packer->inner)
		pack_failed(packer, run);
}

void *svmsim_run_pack(const struct svmsim_run *run, size_t *bytes)
{
	struct scn_buf buf = { 0 };
	struct packer packer = { .out = &buf };
	struct svmsim_run copy = *run;
	uint64_t magic = PACK_MAGIC;

	pack_u64(&packer, &magic);
	pack_run(&packer, &copy);
	*bytes = buf.bytes;
	return scn_buf_take(&buf);
}

struct svmsim_run *svmsim_run_unpack(const void *data, size_t bytes)
{
	struct scn_arena *arena = host_zalloc(sizeof(*arena));
	struct packer packer = {
		.arena = arena, .at = data, .end = (const char *)data + bytes,
	};
	struct svmsim_run *run = scn_alloc(arena, sizeof(*run));
	uint64_t magic = 0;

	run->arena = arena;
	pack_u64(&packer, &magic);
	if (magic != PACK_MAGIC)
		packer.damaged = true;
	pack_run(&packer, run);
	if (packer.damaged || packer.at != packer.end) {
		svmsim_run_free(run);
		return NULL;
	}
	return run;
}
