/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_WARN_INTERNAL_H
#define KERNEL_WARN_INTERNAL_H

#include "kernel/printk.h"
#include "kernel/warn.h"
#include "kernel/world.h"

#define SIM_PRINTK_LINE_BYTES 1024

/**
 * struct sim_ratelimit - one site whose messages are limited
 * @key: which
 * @begin_ns: start of its interval
 * @printed_count: messages in the interval that were printed
 * @missed_count: messages that were not
 */
struct sim_ratelimit {
	const void *key;
	u64 begin_ns;
	unsigned int printed_count;
	unsigned int missed_count;
};

/**
 * struct sim_log_entry - a line
 * @name: its interned text
 * @level: its level
 */
struct sim_log_entry {
	u32 name;
	int level;
};

/**
 * struct sim_warn_state - what slot SIM_SLOT_WARN points to
 * @once: keys that have been asked for
 * @once_count: their number
 * @once_capacity: room in @once
 * @rate: sites with a rate limit
 * @rate_count: their number
 * @rate_capacity: room in @rate
 * @log: ring of lines; line number i is at i modulo its size
 * @log_count: lines printed so far
 * @partial: text of a line that is not complete yet
 * @partial_length: its length
 * @partial_level: its level
 * @bug_handler: see sim_set_bug_handler()
 * @bug_ctx: passed to it
 */
struct sim_warn_state {
	const void **once;
	unsigned int once_count;
	unsigned int once_capacity;
	struct sim_ratelimit *rate;
	unsigned int rate_count;
	unsigned int rate_capacity;
	struct sim_log_entry log[SIM_LOG_LINE_MAX];
	u64 log_count;
	char partial[SIM_PRINTK_LINE_BYTES];
	unsigned int partial_length;
	int partial_level;
	sim_bug_handler_t bug_handler;
	void *bug_ctx;
};

static inline struct sim_warn_state *sim_warn_state(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_WARN];
}

/**
 * sim_log_flush - complete a line that was left open
 * @world: whose log
 */
void sim_log_flush(struct svmsim_world *world);

/**
 * sim_array_grow - make room for one more element in an array of the model's own
 * @world: whose memory
 * @array: the array, replaced when it is full
 * @count: elements in use
 * @capacity: elements there is room for, updated
 * @element_bytes: size of one
 *
 * Return: the array.
 */
void *sim_array_grow(struct svmsim_world *world, void *array, unsigned int count,
		     unsigned int *capacity, size_t element_bytes);

#endif
