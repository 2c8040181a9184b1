/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The text of events: expands the templates of kernel/event_table.h. Looking only; nothing here may
 * raise an event.
 */
#include "kernel/world.h"

/**
 * struct writer - text under construction
 * @buf: always terminated
 * @size: of @buf
 * @used: characters in @buf; stops at @size - 1
 */
struct writer {
	char *buf;
	size_t size;
	size_t used;
};

static void put(struct writer *writer, const char *text, size_t bytes)
{
	size_t room = writer->size - 1 - writer->used;

	if (bytes > room)
		bytes = room;
	__builtin_memcpy(writer->buf + writer->used, text, bytes);
	writer->used += bytes;
	writer->buf[writer->used] = '\0';
}

static void put_text(struct writer *writer, const char *text)
{
	put(writer, text, __builtin_strlen(text));
}

static void put_number(struct writer *writer, const char *fmt, int width, u64 value)
{
	char text[32];

	host_snprintf(text, sizeof(text), fmt, width, value);
	put_text(writer, text);
}

/* Number of the argument called @name, which must be in the list: the table is ours. */
static unsigned int argument_index(const char *arguments, const char *name, size_t length)
{
	for (unsigned int index = 0;; index++) {
		const char *end = arguments;

		while (*end && *end != ' ')
			end++;
		if (end - arguments == length && !__builtin_memcmp(arguments, name, length))
			return index;
		SIM_ASSERT(*end);
		arguments = end + 1;
	}
}

static const char *direction_name(u64 direction)
{
	static const char *const names[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE" };

	return direction < sizeof(names) / sizeof(names[0]) ? names[direction] : "?";
}

/* As the kernel's trace prints them: known bits by name, then what is left in hexadecimal. */
static void put_attributes(struct writer *writer, u64 attrs)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} known[] = {
		{ 1, "WEAK_ORDERING" },	    { 2, "WRITE_COMBINE" },
		{ 4, "NO_KERNEL_MAPPING" }, { 5, "SKIP_CPU_SYNC" },
		{ 6, "FORCE_CONTIGUOUS" },  { 7, "ALLOC_SINGLE_PAGES" },
		{ 8, "NO_WARN" },	    { 9, "PRIVILEGED" },
		{ 10, "MMIO" },		    { 11, "CACHELINES_OVERLAP" },
		{ 12, "REQUIRE_COHERENT" },
	};
	const char *between = "";

	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!(attrs & (1ull << known[i].bit)))
			continue;
		attrs &= ~(1ull << known[i].bit);
		put_text(writer, between);
		put_text(writer, known[i].name);
		between = "|";
	}
	if (attrs) {
		put_text(writer, between);
		put_number(writer, "0x%0*llx", 0, attrs);
	}
}

static bool word_is(const char *word, size_t length, const char *text)
{
	return length == __builtin_strlen(text) && !__builtin_memcmp(word, text, length);
}

static void put_value(struct writer *writer, const struct svmsim_world *world, u64 value,
		      const char *form, size_t length)
{
	if (!length) {
		put_number(writer, "%0*llu", 0, value);
	} else if (word_is(form, length, "s")) {
		put_text(writer, sim_name_text(world, value));
	} else if (word_is(form, length, "d")) {
		put_number(writer, "%0*lld", 0, value);
	} else if (word_is(form, length, "dir")) {
		put_text(writer, direction_name(value));
	} else if (word_is(form, length, "attrs")) {
		put_attributes(writer, value);
	} else {
		int width = 0;

		SIM_ASSERT(form[0] == 'x');
		for (size_t i = 1; i < length; i++)
			width = width * 10 + (form[i] - '0');
		put_number(writer, "%0*llx", width, value);
	}
}

/* Expands one {...}, whose inside is @field. */
static void put_field(struct writer *writer, const struct svmsim_world *world,
		      const struct sim_event *event, const char *field, size_t length)
{
	const char *arguments = sim_event_types[event->id].arguments;
	size_t name = 0, form = 0;
	u64 value = 0;

	while (form < length && field[form] != ':')
		form++;
	for (size_t at = 0; at <= form; at++) {
		unsigned int index;

		if (at < form && field[at] != '+')
			continue;
		index = argument_index(arguments, field + name, at - name);
		value += index < event->arg_count ? event->arg[index] : 0;
		name = at + 1;
	}
	if (form == length)
		put_value(writer, world, value, "", 0);
	else
		put_value(writer, world, value, field + form + 1, length - form - 1);
}

void sim_event_format(const struct svmsim_world *world, const struct sim_event *event, char *buf,
		      size_t size)
{
	struct writer writer = { .buf = buf, .size = size };
	const char *at = sim_event_types[event->id].text;

	buf[0] = '\0';
	while (*at) {
		const char *end = at;

		if (*at == '{') {
			while (*end != '}') {
				SIM_ASSERT(*end);
				end++;
			}
			put_field(&writer, world, event, at + 1, end - at - 1);
			at = end + 1;
			continue;
		}
		while (*end && *end != '{')
			end++;
		put(&writer, at, end - at);
		at = end;
	}
}

void sim_event_line(const struct sim_event *event, const char *text, char *buf, size_t size)
{
	host_snprintf(buf, size, "%16s-%-7d [%03u] d..1. %6llu.%06llu: %s: %s", event->task_name,
		      event->task_pid, event->cpu, event->time_ns / 1000000000,
		      event->time_ns / 1000 % 1000000, sim_event_types[event->id].name, text);
}
