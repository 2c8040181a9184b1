/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "ktest.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "host/host.h"

static volatile int after;

/* Collects what a worker writes. */
struct log {
	unsigned int count;
	size_t bytes;
	uint64_t hash;
	char last[64];
};

static void collect(void *ctx, const void *data, size_t bytes)
{
	struct log *log = ctx;

	log->count++;
	log->bytes += bytes;
	for (size_t i = 0; i < bytes; i++)
		log->hash = log->hash * 31 + ((const unsigned char *)data)[i];
	if (bytes < sizeof(log->last)) {
		memcpy(log->last, data, bytes);
		log->last[bytes] = '\0';
	}
}

static bool has_frame(const struct host_crash *crash, const char *function)
{
	char name[128];

	for (unsigned int i = 0; i < crash->pc_count; i++) {
		host_symbol_function(crash->pc[i], name, sizeof(name));
		if (!strcmp(name, function))
			return true;
	}
	return false;
}

static int return_ctx(void *ctx)
{
	return *(int *)ctx;
}

static void test_status_is_returned(void **state)
{
	static int values[] = { 0, 1, 3, 77, 255 };
	struct host_crash crash;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		ktest_assert_int_equal(host_worker_run(return_ctx, &values[i], NULL, NULL, 10,
						       &crash), values[i]);
		ktest_assert_int_equal(crash.signal, 0);
		ktest_assert_int_equal(crash.pc_count, 0);
	}
	ktest_assert_int_equal(host_worker_run(return_ctx, &values[3], NULL, NULL, 0, NULL), 77);
}

static int write_records(void *ctx)
{
	host_worker_write("first", 5);
	host_worker_write("", 0);
	host_worker_write("third", 5);
	return 0;
}

static void test_records_arrive_whole_and_in_order(void **state)
{
	struct log log = { 0 };
	uint64_t expected = 0;

	ktest_assert_int_equal(host_worker_run(write_records, NULL, collect, &log, 10, NULL), 0);
	for (const char *at = "firstthird"; *at; at++)
		expected = expected * 31 + (unsigned char)*at;
	ktest_assert_int_equal(log.count, 3);
	ktest_assert_u64_equal(log.hash, expected);
	ktest_assert_string_equal(log.last, "third");
}

#define LARGE_BYTES 3000000

static int write_large(void *ctx)
{
	unsigned char *data = malloc(LARGE_BYTES);

	for (int i = 0; i < LARGE_BYTES; i++)
		data[i] = i * 7;
	host_worker_write(data, LARGE_BYTES);
	host_worker_write("end", 3);
	free(data);
	return 0;
}

/* Larger than the pipe: the parent must read while the worker writes. */
static void test_record_larger_than_the_pipe(void **state)
{
	struct log log = { 0 };

	ktest_assert_int_equal(host_worker_run(write_large, NULL, collect, &log, 20, NULL), 0);
	ktest_assert_int_equal(log.count, 2);
	ktest_assert_u64_equal(log.bytes, LARGE_BYTES + 3);
	ktest_assert_string_equal(log.last, "end");
}

#define MANY_COUNT 20000

static int write_many(void *ctx)
{
	unsigned char data[97];

	for (unsigned int i = 0; i < MANY_COUNT; i++) {
		memset(data, i, sizeof(data));
		host_worker_write(data, i % sizeof(data));
	}
	return 0;
}

/* What one read returns ends in the middle of a record more often than not. */
static void test_many_records_of_odd_sizes(void **state)
{
	struct log log = { 0 };
	uint64_t hash = 0;

	ktest_assert_int_equal(host_worker_run(write_many, NULL, collect, &log, 20, NULL), 0);
	for (unsigned int i = 0; i < MANY_COUNT; i++)
		for (unsigned int k = 0; k < i % 97; k++)
			hash = hash * 31 + (unsigned char)i;
	ktest_assert_int_equal(log.count, MANY_COUNT);
	ktest_assert_u64_equal(log.hash, hash);
}

static void test_write_outside_of_a_worker_does_nothing(void **state)
{
	host_worker_write("lost", 4);
}

/* The load itself is what is tested, not what a sanitizer says of it. */
static __attribute__((noinline, no_sanitize("undefined"))) int read_through(volatile int *pointer)
{
	return *pointer;
}

static __attribute__((noinline)) int call_read(int *pointer)
{
	int value = read_through(pointer);

	after = 1;
	return value;
}

static int null_deref(void *ctx)
{
	int value;

	host_worker_write("before", 6);
	value = call_read(ctx);
	after = 4;
	return value;
}

static void test_null_dereference_names_its_frames(void **state)
{
	struct host_crash crash;
	struct log log = { 0 };
	char name[64];

	ktest_assert_int_equal(host_worker_run(null_deref, NULL, collect, &log, 10, &crash), -1);
	ktest_assert_int_equal(crash.signal, SIGSEGV);
	ktest_assert_string_equal(crash.signal_name, "SIGSEGV");
	ktest_assert_string_equal(log.last, "before");
	host_symbol_function(crash.pc[0], name, sizeof(name));
	ktest_assert_string_equal(name, "read_through");
	ktest_assert_true(has_frame(&crash, "call_read"));
	ktest_assert_true(has_frame(&crash, "null_deref"));
	ktest_assert_true(has_frame(&crash, "test_null_dereference_names_its_frames"));
}

static int call_null(void *ctx)
{
	void (*volatile function)(void) = ctx;

	function();
	after = 2;
	return 0;
}

static void test_call_of_null_names_the_caller(void **state)
{
	struct host_crash crash;

	ktest_assert_int_equal(host_worker_run(call_null, NULL, NULL, NULL, 10, &crash), -1);
	ktest_assert_int_equal(crash.signal, SIGSEGV);
	ktest_assert_true(has_frame(&crash, "call_null"));
}

static int raise_ctx(void *ctx)
{
	raise(*(int *)ctx);
	after = 3;
	return 0;
}

static void test_each_signal_is_caught(void **state)
{
	static const struct {
		int number;
		const char *name;
	} rows[] = {
		{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" },	{ SIGFPE, "SIGFPE" },
		{ SIGILL, "SIGILL" },	{ SIGABRT, "SIGABRT" }, { SIGKILL, "SIGKILL" },
	};
	struct host_crash crash;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int number = rows[i].number;

		ktest_context("%s", rows[i].name);
		ktest_assert_int_equal(host_worker_run(raise_ctx, &number, NULL, NULL, 10,
						       &crash), -1);
		ktest_assert_int_equal(crash.signal, number);
		ktest_assert_string_equal(crash.signal_name, rows[i].name);
	}
}

static __attribute__((noinline)) int overflow_stack(volatile char *above)
{
	volatile char frame[4096];

	frame[0] = above ? above[0] : 0;
	/* Never true, but not to the compiler, which refuses endless recursion. */
	if (after == -1)
		return 0;
	return overflow_stack(frame) + frame[0];
}

static int run_overflow(void *ctx)
{
	return overflow_stack(NULL);
}

/* The handler has a stack of its own. */
static void test_stack_overflow_is_caught(void **state)
{
	struct host_crash crash;

	ktest_assert_int_equal(host_worker_run(run_overflow, NULL, NULL, NULL, 20, &crash), -1);
	ktest_assert_int_equal(crash.signal, SIGSEGV);
	ktest_assert_true(has_frame(&crash, "overflow_stack"));
}

static __attribute__((noinline)) void spin(void)
{
	for (;;)
		after = 5;
}

static int run_spin(void *ctx)
{
	host_worker_write("spinning", 8);
	spin();
	return 0;
}

static void test_hang_is_killed_and_located(void **state)
{
	struct host_crash crash;
	struct log log = { 0 };

	ktest_assert_int_equal(host_worker_run(run_spin, NULL, collect, &log, 1, &crash), -2);
	ktest_assert_string_equal(log.last, "spinning");
	ktest_assert_string_equal(crash.signal_name, "hang");
	ktest_assert_int_equal(crash.signal, 0);
	ktest_assert_true(has_frame(&crash, "spin"));
}

static int run_deaf(void *ctx)
{
	signal(SIGABRT, SIG_IGN);
	for (;;)
		pause();
	return 0;
}

static void test_deaf_hang_is_killed_too(void **state)
{
	struct host_crash crash;

	ktest_assert_int_equal(host_worker_run(run_deaf, NULL, NULL, NULL, 1, &crash), -2);
	ktest_assert_int_equal(crash.pc_count, 0);
}

static void print_context(char *buf, size_t size, void *ctx)
{
	snprintf(buf, size, "seed %d", *(int *)ctx);
}

static int run_defect(void *ctx)
{
	static int seed = 42;

	if (!freopen(ctx, "w", stderr))
		return 1;
	host_set_defect_context(print_context, &seed);
	SIM_ASSERT(seed == 0);
	return 0;
}

static void test_defect_ends_with_3_and_says_where(void **state)
{
	char path[] = "defect-XXXXXX";
	char text[4096] = "";
	FILE *file;
	int fd = mkstemp(path);

	ktest_assert_true(fd >= 0);
	close(fd);
	ktest_assert_int_equal(host_worker_run(run_defect, path, NULL, NULL, 10, NULL), 3);
	file = fopen(path, "r");
	ktest_assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	remove(path);
	ktest_assert_string_contains(text, "defect of the simulator: test_host_worker.c:");
	ktest_assert_string_contains(text, ": seed == 0\n  at seed 42\n  run_defect+0x");
}

static const struct ktest tests[] = {
	KTEST(test_status_is_returned),
	KTEST(test_records_arrive_whole_and_in_order),
	KTEST(test_record_larger_than_the_pipe),
	KTEST(test_many_records_of_odd_sizes),
	KTEST(test_write_outside_of_a_worker_does_nothing),
	KTEST(test_null_dereference_names_its_frames),
	KTEST(test_call_of_null_names_the_caller),
	KTEST(test_each_signal_is_caught),
	KTEST(test_stack_overflow_is_caught),
	KTEST(test_hang_is_killed_and_located),
	KTEST(test_deaf_hang_is_killed_too),
	KTEST(test_defect_ends_with_3_and_says_where),
};
KTEST_MAIN(tests)
