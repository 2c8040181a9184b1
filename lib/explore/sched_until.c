// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a run or a part of a pin goes on until: an event, or a switch point, by name. */
#include <stdio.h>
#include <string.h>
#include <svmsim/events.h>
#include <svmsim/program.h>
#include "explore/sched.h"
#include "explore/scn_util.h"

bool sched_is_event(const char *until, const char *system, const char *name)
{
	size_t bytes = strlen(system);

	if (!strncmp(until, system, bytes) && until[bytes] == ':')
		return !strcmp(until + bytes + 1, name);
	return !strcmp(until, name);
}

static unsigned int event_count(void)
{
	unsigned int count = 0;

	while (svmsim_counter_name(count))
		count++;
	return count;
}

/* Events, then the primitives of all sites. */
static const char *known(const void *ctx, unsigned int index)
{
	unsigned int events = event_count();
	struct svmsim_site site;

	if (index < events)
		return svmsim_counter_name(index);
	return svmsim_site_get(index - events, &site) ? site.primitive : NULL;
}

static bool is_known_event(const char *until)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = svmsim_counter_name(i)); i++) {
		const char *colon = strchr(name, ':');

		if (!strcmp(name, until) || (colon && !strcmp(colon + 1, until)))
			return true;
	}
	return false;
}

static bool is_known_point(const char *until)
{
	struct svmsim_site site;
	uint32_t i;

	for (i = 0; svmsim_site_get(i, &site); i++) {
		const struct svmsim_point point = {
			.site = site.name, .primitive = site.primitive,
		};

		if (site.is_point && svmsim_point_matches(&point, until))
			return true;
	}
	return false;
}

bool sched_is_of_function(const char *until)
{
	const char *colon = strrchr(until, ':');

	return colon && (!strcmp(colon, ":return") || !strcmp(colon, ":call"));
}

/* One of the functions that are called by name, or that have a site. */
static bool is_known_function(const char *name)
{
	size_t bytes = strlen(name);
	struct svmsim_site site;
	uint32_t i;

	if (svmsim_program_known(name))
		return true;
	for (i = 0; svmsim_site_get(i, &site); i++) {
		const char *function = strchr(site.name, ':');

		if (function && !strncmp(function + 1, name, bytes) && function[1 + bytes] == ':')
			return true;
	}
	return false;
}

static bool check_function(const char *until, char *message, size_t message_bytes)
{
	char name[80];

	snprintf(name, sizeof(name), "%.*s", (int)(strrchr(until, ':') - until), until);
	if (!is_known_function(name))
		snprintf(message, message_bytes, "%.80s: no program, and no function with a switch "
			 "point, is called %s", until, name);
	else if (!svmsim_instrumented())
		snprintf(message, message_bytes, "%.80s: calls of functions are not seen in a "
			 "build with sanitizers or coverage", until);
	else
		return true;
	return false;
}

bool svmsim_until_check(const char *until, char *message, size_t message_bytes)
{
	char suggestion[200];

	if (is_known_event(until) || is_known_point(until))
		return true;
	if (sched_is_of_function(until))
		return check_function(until, message, message_bytes);
	scn_suggest(suggestion, sizeof(suggestion), until, known, NULL);
	snprintf(message, message_bytes, "no event and no switch point is called \"%.80s\"%s",
		 until, suggestion);
	return false;
}
