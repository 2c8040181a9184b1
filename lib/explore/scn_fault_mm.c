// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What lines of processes mean once a failure was injected. */
#include <errno.h>
#include "explore/scn_fault.h"

static bool is_absent(const struct scn_runner *runner, int symbol)
{
	return symbol >= 0 && scn_fault_symbol(runner, symbol)->absent;
}

bool scn_fault_mm_skips(const struct scn_runner *runner, const struct scn_step *step)
{
	unsigned int i;

	/* Where something fails already nothing else is failed on purpose. */
	if (step->action->verb->op == SCN_OP_FAIL_ALLOC || is_absent(runner, step->process))
		return true;
	for (i = 0; i < step->span_count; i++) {
		if (!scn_home_of(runner, step->process, step->span[i].symbol))
			return true;
	}
	return false;
}

static void spans_unknown(struct scn_runner *runner, const struct scn_step *step)
{
	unsigned int i;

	for (i = 0; i < step->span_count; i++)
		scn_fault_unknown(runner, step->span[i].symbol);
}

void scn_fault_mm_missing(struct scn_runner *runner, const struct scn_step *step)
{
	switch (step->action->verb->op) {
	case SCN_OP_PIN:
		scn_fault_symbol(runner, step->ram)->absent = true;
		break;
	case SCN_OP_VMA:
	case SCN_OP_TRUNCATE:
		/* One of this name may be there from an earlier line. */
		scn_fault_unknown(runner, step->symbol);
		break;
	case SCN_OP_MREMAP:
		scn_fault_unknown(runner, step->to);
		spans_unknown(runner, step);
		break;
	case SCN_OP_CPU_READ:
	case SCN_OP_CPU_CHECK:
		break;
	default:
		/* Each of them leaves memory, or a right to it, other than the lines say. */
		spans_unknown(runner, step);
		break;
	}
}

void scn_fault_mm_done(struct scn_runner *runner, const struct scn_step *step, bool injected)
{
	enum scn_op op = step->action->verb->op;

	if (op == SCN_OP_PIN)
		scn_fault_symbol(runner, step->ram)->absent = false;
	/* A call may make do: an area that could not be cut in two is left where it was, empty. */
	if (injected && !scn_is_cpu_access(op))
		spans_unknown(runner, step);
	if (op == SCN_OP_MREMAP && scn_fault_is_unknown(runner, step->symbol))
		scn_fault_unknown(runner, step->to);
}

static bool any_unknown(const struct scn_runner *runner, const struct scn_step *step)
{
	unsigned int i;

	for (i = 0; i < step->span_count; i++) {
		if (scn_fault_is_unknown(runner, step->span[i].symbol))
			return true;
	}
	return false;
}

/* What moves pages depends on how all lines before laid them out. */
static bool is_mover(enum scn_op op)
{
	switch (op) {
	case SCN_OP_RECLAIM:
	case SCN_OP_COMPACT:
	case SCN_OP_NUMA_MIGRATE:
	case SCN_OP_SPLIT:
	case SCN_OP_COLLAPSE:
	case SCN_OP_MADVISE:
	case SCN_OP_MIGRATE:
	case SCN_OP_MIGRATE_BACK:
	case SCN_OP_EXCLUSIVE:
	case SCN_OP_CHECK_EXCLUSIVE:
		return true;
	default:
		return false;
	}
}

bool scn_fault_mirror_may_fail(const struct scn_step *step, int err)
{
	return step->action->verb->actor == SCN_ACTOR_MIRROR &&
	       (err == -EFAULT || err == -EBUSY || err == -EAGAIN);
}

/* A line that is there to find no memory, which a line that was left out should have seen to. */
static bool wants_no_memory(const struct scn_action *action)
{
	return action->result_count && action->result[0].kind == SCN_RESULT_ERRNO &&
	       action->result[0].err == ENOMEM;
}

bool scn_fault_mm_accepts(const struct scn_runner *runner, const struct scn_step *step,
			  const struct scn_outcome *outcome)
{
	enum scn_op op = step->action->verb->op;

	if (is_mover(op) || (!outcome->err && wants_no_memory(step->action)))
		return true;
	if (scn_is_cpu_access(op))
		return any_unknown(runner, step) &&
		       (!outcome->err || outcome->err == -EFAULT || outcome->err == -EIO);
	/* A call that should have been refused, for what an earlier one should have done. */
	return any_unknown(runner, step);
}
