/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include "kernel/report.h"

static const char *saturation_text(enum refcount_saturation_type type)
{
	switch (type) {
	case REFCOUNT_ADD_NOT_ZERO_OVF:
	case REFCOUNT_ADD_OVF:
		return "saturated; leaking memory";
	case REFCOUNT_ADD_UAF:
		return "addition on 0; use-after-free";
	case REFCOUNT_SUB_UAF:
		return "underflow; use-after-free";
	case REFCOUNT_DEC_LEAK:
		return "decrement hit 0; leaking memory";
	}
	return "unknown saturation event!?";
}

static const char *saturation_name(enum refcount_saturation_type type)
{
	switch (type) {
	case REFCOUNT_ADD_NOT_ZERO_OVF:
	case REFCOUNT_ADD_OVF:
		return "overflow";
	case REFCOUNT_ADD_UAF:
		return "add-on-zero";
	case REFCOUNT_SUB_UAF:
		return "underflow";
	case REFCOUNT_DEC_LEAK:
		return "dec-to-zero";
	}
	return "unknown";
}

/* As in the kernel's log, without the file, line and registers around it. */
static void report_saturation(enum refcount_saturation_type type)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_REFCOUNT);

	sim_report_field(report, "event", "%s", saturation_name(type));
	sim_report_line(report, "refcount_t: %s.", saturation_text(type));
	sim_report_raise(report);
}

void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type t)
{
	/* Far from both ends, so that later gets and puts neither free the object nor wrap. */
	refcount_set(r, REFCOUNT_SATURATED);
	report_saturation(t);
}
EXPORT_SYMBOL(refcount_warn_saturate);

bool refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return atomic_try_cmpxchg(&r->refs, &one, 0);
}
EXPORT_SYMBOL(refcount_dec_if_one);

bool refcount_dec_not_one(refcount_t *r)
{
	int count = atomic_read(&r->refs);

	if (count == REFCOUNT_SATURATED)
		return true;
	if (count == 1)
		return false;
	/* As in the kernel: nothing to take, so the count stays and only the report tells. */
	if (count == 0) {
		report_saturation(REFCOUNT_SUB_UAF);
		return true;
	}
	atomic_set(&r->refs, count - 1);
	return true;
}
EXPORT_SYMBOL(refcount_dec_not_one);

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (!refcount_dec_and_test(r)) {
		mutex_unlock(lock);
		return false;
	}
	return true;
}
EXPORT_SYMBOL(refcount_dec_and_mutex_lock);
