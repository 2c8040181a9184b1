/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the tests of the scenario language share: load from text, run, look at the record. */
#ifndef SCN_FIXTURE_H
#define SCN_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <svmsim/scenario.h>

#define SCN_HEAD "svm 1\n# a rule\nmachine { device d0 { iommu ${IOMMU:generic-pt} } }\n"

/* Loads @body behind the usual head; the test fails when it is refused. */
static inline struct svmsim_scenario *load_body(const char *body,
						const struct svmsim_scenario_options *options)
{
	struct svmsim_scenario *scenario = NULL;
	char message[SVMSIM_MESSAGE_MAX] = "";
	char text[8192];
	int bytes = snprintf(text, sizeof(text), SCN_HEAD "%s", body);

	assert_true(bytes > 0 && (size_t)bytes < sizeof(text));
	if (svmsim_scenario_parse("t.svm", text, (size_t)bytes, options, &scenario, message,
				  sizeof(message)))
		fail_msg("refused: %s", message);
	return scenario;
}

/* Loads the whole of @text, which has to be refused with exactly @message. */
static inline void assert_refused(const char *text, const char *expected)
{
	struct svmsim_scenario *scenario = NULL;
	char message[SVMSIM_MESSAGE_MAX] = "";

	assert_int_equal(svmsim_scenario_parse("t.svm", text, strlen(text), NULL, &scenario,
					       message, sizeof(message)), -EINVAL);
	assert_string_equal(message, expected);
	assert_null(scenario);
}

static inline void assert_body_refused(const char *body, const char *expected)
{
	char text[8192];

	snprintf(text, sizeof(text), SCN_HEAD "%s", body);
	assert_refused(text, expected);
}

/* Loads and runs the first repetition. */
static inline struct svmsim_run *run_body(const char *body,
					  const struct svmsim_scenario_options *options)
{
	struct svmsim_scenario *scenario = load_body(body, options);
	struct svmsim_run *run = NULL;

	assert_int_equal(svmsim_scenario_run(scenario, 0, options, &run), 0);
	svmsim_scenario_free(scenario);
	return run;
}

/* Runs @body, which has to pass. */
static inline void assert_passes(const char *body)
{
	struct svmsim_run *run = run_body(body, NULL);

	if (run->verdict != SVMSIM_PASSED)
		fail_msg("%s: expected %s, got %s",
			 run->failure_count ? run->failure[0].what : "?",
			 run->failure_count ? run->failure[0].expected : "?",
			 run->failure_count ? run->failure[0].got : run->reason);
	svmsim_run_free(run);
}

/* Runs @body, which has to fail first at @line with exactly these texts. */
static inline void assert_fails(const char *body, unsigned int line, const char *what,
				const char *expected, const char *got)
{
	struct svmsim_run *run = run_body(body, NULL);

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_true(run->failure_count >= 1);
	assert_string_equal(run->failure[0].what, what);
	assert_string_equal(run->failure[0].expected, expected);
	assert_string_equal(run->failure[0].got, got);
	assert_int_equal(run->failure[0].line, line);
	svmsim_run_free(run);
}

#endif
