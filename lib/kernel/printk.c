/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/printk.h>
#include <linux/sprintf.h>
#include "kernel/warn_internal.h"

#define TEXT_BYTES 2048
#define RATELIMIT_INTERVAL_NS 5000000000ull
#define RATELIMIT_BURST 10

static void finish_line(struct sim_warn_state *state)
{
	struct sim_log_entry *entry = &state->log[state->log_count % SIM_LOG_LINE_MAX];

	state->partial[state->partial_length] = '\0';
	state->partial_length = 0;
	entry->name = sim_name(state->partial);
	entry->level = state->partial_level;
	state->log_count++;
	sim_event(CONSOLE, entry->name);
}

static void add_text(struct sim_warn_state *state, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			finish_line(state);
		else if (state->partial_length < SIM_PRINTK_LINE_BYTES - 1)
			state->partial[state->partial_length++] = *text;
	}
}

/* Text that does not continue a line completes the one that was left open. */
static void emit(int level, bool is_continuation, const char *fmt, va_list args)
{
	struct sim_warn_state *state = sim_warn_state(sim_world);
	char text[TEXT_BYTES];

	if (state->partial_length && !is_continuation)
		finish_line(state);
	if (!state->partial_length)
		state->partial_level = level;
	sim_vsnprintf(text, sizeof(text), fmt, args);
	add_text(state, text);
}

void sim_vprintk(int level, const char *fmt, va_list args)
{
	emit(level, false, fmt, args);
}

void sim_printk(int level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit(level, false, fmt, args);
	va_end(args);
}

int vprintk(const char *fmt, va_list args)
{
	int level = LOGLEVEL_WARNING;
	bool is_continuation = false;

	while (fmt[0] == KERN_SOH[0] && fmt[1]) {
		if (fmt[1] == 'c')
			is_continuation = true;
		else if (fmt[1] >= '0' && fmt[1] <= '7')
			level = fmt[1] - '0';
		fmt += 2;
	}
	emit(level, is_continuation, fmt, args);
	return 0;
}

int _printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	return 0;
}

bool sim_ratelimit(const void *key, const char *function)
{
	struct sim_warn_state *state = sim_warn_state(sim_world);
	struct sim_ratelimit *rate = NULL;

	for (unsigned int i = 0; i < state->rate_count && !rate; i++)
		if (state->rate[i].key == key)
			rate = &state->rate[i];
	if (!rate) {
		state->rate = sim_array_grow(sim_world, state->rate, state->rate_count,
					     &state->rate_capacity, sizeof(*state->rate));
		rate = &state->rate[state->rate_count++];
		*rate = (struct sim_ratelimit){ .key = key, .begin_ns = sim_world->now_ns };
	}
	if (sim_world->now_ns - rate->begin_ns > RATELIMIT_INTERVAL_NS) {
		if (rate->missed_count)
			sim_printk(LOGLEVEL_WARNING, "%s: %u callbacks suppressed\n", function,
				   rate->missed_count);
		rate->begin_ns = sim_world->now_ns;
		rate->printed_count = 0;
		rate->missed_count = 0;
	}
	if (rate->printed_count < RATELIMIT_BURST) {
		rate->printed_count++;
		return true;
	}
	rate->missed_count++;
	return false;
}

void sim_log_flush(struct svmsim_world *world)
{
	if (sim_warn_state(world)->partial_length)
		finish_line(sim_warn_state(world));
}

u64 sim_log_count(const struct svmsim_world *world)
{
	return sim_warn_state(world)->log_count;
}

const char *sim_log_line(const struct svmsim_world *world, u64 index, int *level)
{
	const struct sim_warn_state *state = sim_warn_state(world);
	const struct sim_log_entry *entry = &state->log[index % SIM_LOG_LINE_MAX];

	if (index >= state->log_count || state->log_count - index > SIM_LOG_LINE_MAX)
		return NULL;
	if (level)
		*level = entry->level;
	return sim_name_text(world, entry->name);
}
