/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is said about objects: overrun, use after free, bad frees, leaks.
 */
#include "kernel/slab_internal.h"
#include "kernel/warn_internal.h"

#define FUNCTION_BYTES 128

static void add_object(struct sim_report *report, const struct sim_chunk *chunk)
{
	sim_report_field(report, "site", "%s:%s", chunk->site->file, chunk->site->function);
	sim_report_field(report, "bytes", "%zu", chunk->size_bytes);
}

static void add_object_line(struct sim_report *report, const struct sim_chunk *chunk)
{
	char function[FUNCTION_BYTES];

	sim_report_line(report, "object of %zu bytes%s%s, allocated in %s() (%s)",
			chunk->size_bytes, chunk->cache ? " of cache " : "",
			chunk->cache ? sim_cache_name(chunk->cache) : "", chunk->site->function,
			chunk->site->file);
	if (!chunk->is_free)
		return;
	host_symbol_function(chunk->free_pc, function, sizeof(function));
	sim_report_line(report, "freed in %s()", function);
}

static void report_change(enum sim_report_id id, const struct sim_chunk *chunk, size_t offset,
			  const unsigned char *byte)
{
	struct sim_report *report = sim_report_begin(id);

	add_object(report, chunk);
	sim_report_field(report, "at", "+%zu", offset);
	add_object_line(report, chunk);
	sim_report_line(report, "byte %zu was overwritten with 0x%02x", offset, *byte);
	sim_report_raise(report);
}

/* Index of the first byte from @i to @end that is not @value, @end if there is none. */
static size_t first_unlike(const unsigned char *object, size_t i, size_t end, unsigned char value)
{
	u64 pattern = value * 0x0101010101010101ull;

	while (i < end && (i & 7)) {
		if (object[i] != value)
			return i;
		i++;
	}
	while (i + 8 <= end && *(const u64 *)(object + i) == pattern)
		i += 8;
	while (i < end && object[i] == value)
		i++;
	return i;
}

void sim_chunk_check_red(struct sim_chunk *chunk)
{
	unsigned char *object = sim_chunk_object(chunk);
	size_t end = chunk->size_bytes + sim_chunk_red_bytes(chunk);
	size_t at = first_unlike(object, chunk->size_bytes, end, SLAB_RED_ACTIVE);

	if (likely(at == end))
		return;
	if (!chunk->is_told)
		report_change(SIM_REPORT_MEM_OVERRUN, chunk, at, &object[at]);
	__builtin_memset(object + chunk->size_bytes, SLAB_RED_ACTIVE, end - chunk->size_bytes);
}

void sim_chunk_check_poison(struct sim_chunk *chunk)
{
	const unsigned char *object = sim_chunk_object(chunk);
	size_t last = chunk->size_bytes - 1;
	size_t at = first_unlike(object, 0, last, SLAB_POISON_FREE);

	if (chunk->is_told)
		return;
	if (unlikely(at < last || object[last] != SLAB_POISON_END))
		report_change(SIM_REPORT_MEM_UAF, chunk, at, &object[at]);
}

static void add_access_line(struct sim_report *report, long offset, size_t bytes, bool is_write,
			    uintptr_t pc)
{
	char function[FUNCTION_BYTES], line[FUNCTION_BYTES];

	host_symbol_function(pc, function, sizeof(function));
	if (!host_symbol_line(pc, line, sizeof(line)))
		line[0] = '\0';
	sim_report_line(report, "%s %s %zu byte%s at %+ld in %s()%s%s%s", sim_world->task_name,
			is_write ? "writes" : "reads", bytes, bytes == 1 ? "" : "s", offset,
			function, line[0] ? " (" : "", line, line[0] ? ")" : "");
}

void sim_chunk_bad_access(struct sim_chunk *chunk, long offset, size_t bytes, bool is_write,
			  uintptr_t pc)
{
	struct sim_report *report;

	if (chunk->is_told)
		return;
	chunk->is_told = true;
	sim_world->reports.origin = pc;
	report = sim_report_begin(chunk->is_free ? SIM_REPORT_MEM_UAF : SIM_REPORT_MEM_OVERRUN);
	add_object(report, chunk);
	sim_report_field(report, "at", "%+ld", offset);
	sim_report_field(report, "what", "%s", is_write ? "write" : "read");
	add_object_line(report, chunk);
	add_access_line(report, offset, bytes, is_write, pc);
	sim_report_raise(report);
}

/* Only on the way to a report, so a walk over all objects does not matter. */
static const struct sim_chunk *find_around(const void *address)
{
	const struct sim_chunk *chunk = sim_slab_state(sim_world)->live.first;

	for (; chunk; chunk = chunk->next)
		if ((uintptr_t)address - (uintptr_t)sim_chunk_object(chunk) < chunk->size_bytes)
			return chunk;
	return NULL;
}

void sim_report_bad_free(const void *object, const struct sim_chunk *chunk)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_MEM_DOUBLE_FREE);
	const struct sim_chunk *around = chunk ? NULL : find_around(object);

	if (chunk) {
		sim_report_field(report, "what", "freed-before");
		add_object(report, chunk);
		add_object_line(report, chunk);
	} else if (around) {
		size_t offset = (uintptr_t)object - (uintptr_t)sim_chunk_object(around);

		sim_report_field(report, "what", "inside-object");
		add_object(report, around);
		sim_report_field(report, "at", "+%zu", offset);
		add_object_line(report, around);
		sim_report_line(report, "the address is %zu bytes into it", offset);
	} else {
		sim_report_field(report, "what", "no-object");
		sim_report_line(report, "no live or recently freed object is at this address");
	}
	sim_report_raise(report);
}

/**
 * struct leak - objects of one call site
 * @chunk: the first of them
 * @bytes: of all
 * @count: their number
 */
struct leak {
	const struct sim_chunk *chunk;
	u64 bytes;
	u64 count;
};

static bool same_site(const struct sim_chunk *a, const struct sim_chunk *b)
{
	return a->cache == b->cache && !__builtin_strcmp(a->site->file, b->site->file) &&
	       !__builtin_strcmp(a->site->function, b->site->function);
}

static void report_leak(const struct leak *leak)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_MEM_LEAK);
	const struct sim_chunk *chunk = leak->chunk;

	sim_report_field(report, "site", "%s:%s", chunk->site->file, chunk->site->function);
	sim_report_field(report, "bytes", "%llu", leak->bytes);
	sim_report_field(report, "count", "%llu", leak->count);
	if (chunk->cache)
		sim_report_field(report, "cache", "%s", sim_cache_name(chunk->cache));
	sim_report_line(report, "%llu bytes in %llu object%s, allocated in %s() (%s)", leak->bytes,
			leak->count, leak->count == 1 ? "" : "s", chunk->site->function,
			chunk->site->file);
	sim_report_raise(report);
}

void sim_report_leaks(struct svmsim_world *world)
{
	struct leak *leaks = NULL;
	unsigned int count = 0, capacity = 0;

	for (const struct sim_chunk *chunk = sim_slab_state(world)->live.first; chunk;
	     chunk = chunk->next) {
		unsigned int i = 0;

		while (i < count && !same_site(leaks[i].chunk, chunk))
			i++;
		if (i == count) {
			leaks = sim_array_grow(world, leaks, count, &capacity, sizeof(*leaks));
			leaks[count++] = (struct leak){ .chunk = chunk };
		}
		leaks[i].bytes += chunk->size_bytes;
		leaks[i].count++;
	}
	for (unsigned int i = 0; i < count; i++)
		report_leak(&leaks[i]);
	sim_free(world, leaks, capacity * sizeof(*leaks));
}
