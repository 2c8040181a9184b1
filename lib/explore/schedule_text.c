// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/schedule_text.h"

#include <stdio.h>
#include <string.h>
#include <svmsim/scheduler.h>
#include "host/host.h"

/* struct reader - a schedule under way; what is read is a copy, cut into words in place */
struct reader {
	struct schedule *schedule;
	char *at;
	char *message;
	size_t message_bytes;
};

/* The word at fault, without what follows it. */
static bool fail(struct reader *reader, const char *at, const char *expected)
{
	size_t bytes = strcspn(at, ",");
	char word[48], quoted[80];

	snprintf(word, sizeof(word), "%.*s", (int)(bytes < 40 ? bytes : 40), at);
	snprintf(reader->message, reader->message_bytes, "column %zu: expected %s, got %s%s%s%s",
		 (size_t)(at - reader->schedule->text) + 1, expected, bytes ? "\"" : "",
		 bytes ? scn_quote(quoted, sizeof(quoted), word) : *at ? "a comma" : "the end",
		 bytes > 40 ? "..." : "", bytes ? "\"" : "");
	return false;
}

static bool is_name(const char *at, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++) {
		if ((unsigned char)at[i] <= ' ' || at[i] == 0x7f)
			return false;
	}
	return bytes;
}

static size_t key_digits(const char *at)
{
	return *at == 'k' ? strspn(at + 1, "0123456789abcdef") : 0;
}

static bool parse_key(struct reader *reader, uint32_t *key)
{
	const char *at = reader->at;
	size_t bytes = key_digits(at), i;

	if (!bytes || bytes > 8)
		return fail(reader, at, "a site: k and 1 to 8 hexadecimal digits");
	*key = 0;
	for (i = 1; i <= bytes; i++)
		*key = *key << 4 | (uint32_t)(at[i] <= '9' ? at[i] - '0' : at[i] - 'a' + 10);
	reader->at += 1 + bytes;
	return true;
}

static bool parse_occurrence(struct reader *reader, uint32_t *occurrence)
{
	const char *at = ++reader->at;
	uint64_t value = 0;

	for (; *reader->at >= '0' && *reader->at <= '9' && value <= UINT32_MAX; reader->at++)
		value = value * 10 + (uint64_t)(*reader->at - '0');
	if (*at == '0' || !value || value > UINT32_MAX)
		return fail(reader, at, "a number from 1 to 4294967295");
	*occurrence = (uint32_t)value;
	return true;
}

/* Names of tasks may have colons and `>` of their own: the colon is the first before a site. */
static char *find_colon(char *from, const char *end)
{
	char *colon = memchr(from, ':', (size_t)(end - from)), *last = colon;

	for (; colon; colon = memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
		const char *at = colon + 1;
		size_t digits = key_digits(at);

		at += digits ? 1 + digits : 0;
		if (digits && (*at == '>' || *at == '*'))
			return colon;
		last = colon;
	}
	return last;
}

/* TASK:kKEY*OCCURRENCE>TASK */
static bool parse_choice(struct reader *reader, struct schedule_choice *choice)
{
	char *from = reader->at, *end = from + strcspn(from, ",");
	char *colon = find_colon(from, end);
	bool counted;

	if (!colon || !is_name(from, (size_t)(colon - from)))
		return fail(reader, from, "a choice as in t0:k3f9a2c1*2>t1");
	reader->at = colon + 1;
	choice->occurrence = 1;
	if (!parse_key(reader, &choice->key))
		return false;
	counted = *reader->at == '*';
	if (counted && !parse_occurrence(reader, &choice->occurrence))
		return false;
	if (*reader->at != '>')
		return fail(reader, reader->at, counted ? ">TASK" : "*OCCURRENCE or >TASK");
	choice->to = reader->at + 1;
	if (!is_name(choice->to, (size_t)(end - choice->to)))
		return fail(reader, choice->to, "the name of a task");
	reader->at = end;
	*colon = '\0';
	choice->task = from;
	return true;
}

static bool parse_choices(struct reader *reader)
{
	struct schedule *schedule = reader->schedule;

	if (strncmp(reader->at, "s1", 2) || (reader->at[2] && reader->at[2] != ','))
		return fail(reader, reader->at, "a schedule: s1 and its choices");
	reader->at += 2;
	while (*reader->at) {
		char *comma = reader->at++;

		if (schedule->count == SCHEDULE_CHOICE_MAX)
			return fail(reader, reader->at, "1000000 choices at most");
		if (!(schedule->count & (schedule->count + 1)))
			schedule->choice = host_realloc(schedule->choice,
							(schedule->count + 1) * 2 *
							sizeof(*schedule->choice));
		if (!parse_choice(reader, &schedule->choice[schedule->count]))
			return false;
		schedule->count++;
		*comma = '\0';
	}
	return true;
}

bool schedule_parse(const char *text, struct schedule *schedule, char *message,
		    size_t message_bytes)
{
	struct reader reader = {
		.schedule = schedule, .message = message, .message_bytes = message_bytes,
	};
	size_t bytes = strlen(text);

	while (bytes && strchr(" \t\r\n", text[bytes - 1]))
		bytes--;
	memset(schedule, 0, sizeof(*schedule));
	schedule->text = host_malloc(bytes + 1);
	memcpy(schedule->text, text, bytes);
	schedule->text[bytes] = '\0';
	reader.at = schedule->text;
	if (parse_choices(&reader))
		return true;
	schedule_free(schedule);
	return false;
}

void schedule_free(struct schedule *schedule)
{
	host_free(schedule->choice);
	host_free(schedule->text);
	memset(schedule, 0, sizeof(*schedule));
}

void schedule_choice_print(const struct schedule_choice *choice, struct scn_buf *buf)
{
	scn_buf_add(buf, "%s:k%08x", choice->task, choice->key);
	if (choice->occurrence > 1)
		scn_buf_add(buf, "*%u", choice->occurrence);
	scn_buf_add(buf, ">%s", choice->to);
}

char *svmsim_schedule_canonical(const char *text, char *message, size_t message_bytes)
{
	struct schedule schedule;
	struct scn_buf buf = { 0 };
	unsigned int i;

	if (!schedule_parse(text, &schedule, message, message_bytes))
		return NULL;
	scn_buf_add(&buf, "s1");
	for (i = 0; i < schedule.count; i++) {
		scn_buf_add(&buf, ",");
		schedule_choice_print(&schedule.choice[i], &buf);
	}
	schedule_free(&schedule);
	return scn_buf_take(&buf);
}
