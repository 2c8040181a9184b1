/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A forked worker talks to its parent through a pipe, in records: a header, then bytes. The crash
 * handler sends one too, so that the parent can name the frames; being in a signal handler it
 * writes and does nothing else.
 */
#include "host/host_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALTSTACK_BYTES 65536
#define CRASH_STATUS 255
/* How long a hung worker has to say where it hangs before it is killed. */
#define LAST_WORDS_MS 1000

enum record_kind {
	RECORD_DATA = 0x53564d01,
	RECORD_CRASH = 0x53564d02,
};

struct record {
	uint32_t kind;
	uint32_t unused;
	uint64_t bytes;
};

struct crash_words {
	int signal;
	unsigned int pc_count;
	uintptr_t pc[32];
};

static const struct {
	int number;
	const char *name;
} caught_signals[] = {
	{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" },	{ SIGFPE, "SIGFPE" },
	{ SIGILL, "SIGILL" },	{ SIGABRT, "SIGABRT" },
};

/* The pipe's end in a worker, -1 elsewhere. */
static int worker_fd = -1;

static void write_all(int fd, const void *data, size_t bytes)
{
	const char *at = data;

	while (bytes) {
		ssize_t done = write(fd, at, bytes);

		if (done < 0 && errno == EINTR)
			continue;
		/* The parent is gone: nobody is left to tell. */
		if (done <= 0)
			_exit(CRASH_STATUS);
		at += done;
		bytes -= done;
	}
}

static void write_record(enum record_kind kind, const void *data, size_t bytes)
{
	struct record record = { .kind = kind, .bytes = bytes };

	write_all(worker_fd, &record, sizeof(record));
	write_all(worker_fd, data, bytes);
}

void host_worker_write(const void *data, size_t bytes)
{
	if (worker_fd >= 0)
		write_record(RECORD_DATA, data, bytes);
}

static void on_crash(int number, siginfo_t *info, void *context)
{
	struct crash_words words = { .signal = number };

	words.pc_count = host_crash_capture(context, words.pc,
					    sizeof(words.pc) / sizeof(words.pc[0]));
	write_record(RECORD_CRASH, &words, sizeof(words));
	_exit(CRASH_STATUS);
}

static void catch_crashes(void)
{
	static char altstack[ALTSTACK_BYTES] __attribute__((aligned(16)));
	const stack_t stack = { .ss_sp = altstack, .ss_size = sizeof(altstack) };
	struct sigaction action = {
		.sa_sigaction = on_crash,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND,
	};

	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(caught_signals) / sizeof(caught_signals[0]); i++)
		sigaction(caught_signals[i].number, &action, NULL);
}

/* Coverage counters are written at exit, which a worker does not go through. */
extern void __gcov_dump(void) __attribute__((weak));

static _Noreturn void be_worker(int (*run)(void *ctx), void *ctx, int fd)
{
	int status;

	worker_fd = fd;
	catch_crashes();
	status = run(ctx);
	fflush(NULL);
	if (__gcov_dump)
		__gcov_dump();
	_exit(status & 0xff);
}

/**
 * struct incoming - what the parent has read and not yet understood
 * @data: bytes
 * @used: their number
 * @capacity: of @data
 */
struct incoming {
	char *data;
	size_t used;
	size_t capacity;
};

static const char *signal_name(int number)
{
	for (size_t i = 0; i < sizeof(caught_signals) / sizeof(caught_signals[0]); i++)
		if (caught_signals[i].number == number)
			return caught_signals[i].name;
	return number == SIGKILL ? "SIGKILL" : "another signal";
}

static void take_crash(const struct crash_words *words, struct host_crash *crash)
{
	crash->signal = words->signal;
	crash->signal_name = signal_name(words->signal);
	crash->pc_count = words->pc_count;
	memcpy(crash->pc, words->pc, sizeof(crash->pc));
}

/* Hands on each record that has come whole. */
static void take_records(struct incoming *in,
			 void (*result)(void *result_ctx, const void *data, size_t bytes),
			 void *result_ctx, struct host_crash *crash)
{
	size_t at = 0;

	while (in->used - at >= sizeof(struct record)) {
		struct crash_words words;
		struct record record;
		const char *body = in->data + at + sizeof(record);

		memcpy(&record, in->data + at, sizeof(record));
		if (in->used - at - sizeof(record) < record.bytes)
			break;
		if (record.kind == RECORD_CRASH && record.bytes == sizeof(words)) {
			memcpy(&words, body, sizeof(words));
			take_crash(&words, crash);
		} else if (record.kind == RECORD_DATA && result) {
			result(result_ctx, body, record.bytes);
		}
		at += sizeof(record) + record.bytes;
	}
	if (at)
		memmove(in->data, in->data + at, in->used - at);
	in->used -= at;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* Reads until the worker closes its end (true) or the time is up (false). @until_ms 0: no bound. */
static bool read_until(int fd, struct incoming *in, long long until_ms,
		       void (*result)(void *result_ctx, const void *data, size_t bytes),
		       void *result_ctx, struct host_crash *crash)
{
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		long long left = until_ms ? until_ms - now_ms() : -1;
		ssize_t done;
		int ready;

		if (until_ms && left <= 0)
			return false;
		ready = poll(&wait, 1, left > 1000000 ? 1000000 : (int)left);
		if (ready <= 0)
			continue;
		if (in->capacity - in->used < 4096) {
			in->capacity = in->capacity ? 2 * in->capacity : 65536;
			in->data = host_realloc(in->data, in->capacity);
		}
		done = read(fd, in->data + in->used, in->capacity - in->used);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return true;
		in->used += done;
		take_records(in, result, result_ctx, crash);
	}
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		SIM_ASSERT(errno == EINTR);
	return status;
}

static int be_parent(pid_t pid, int fd,
		     void (*result)(void *result_ctx, const void *data, size_t bytes),
		     void *result_ctx, unsigned int timeout_seconds, struct host_crash *crash)
{
	long long until_ms = timeout_seconds ? now_ms() + timeout_seconds * 1000ll : 0;
	struct incoming in = { 0 };
	bool hung = !read_until(fd, &in, until_ms, result, result_ctx, crash);
	int status;

	if (hung) {
		/* The crash handler answers this with where it is. */
		kill(pid, SIGABRT);
		read_until(fd, &in, now_ms() + LAST_WORDS_MS, result, result_ctx, crash);
		kill(pid, SIGKILL);
	}
	status = wait_for(pid);
	close(fd);
	host_free(in.data);
	if (hung) {
		crash->signal = 0;
		crash->signal_name = "hang";
		return -2;
	}
	if (WIFSIGNALED(status) && !crash->signal) {
		crash->signal = WTERMSIG(status);
		crash->signal_name = signal_name(crash->signal);
	}
	return crash->signal ? -1 : WEXITSTATUS(status);
}

int host_worker_run(int (*run)(void *ctx), void *ctx,
		    void (*result)(void *result_ctx, const void *data, size_t bytes),
		    void *result_ctx, unsigned int timeout_seconds, struct host_crash *crash)
{
	struct host_crash unwanted;
	int fd[2];
	pid_t pid;

	if (!crash)
		crash = &unwanted;
	memset(crash, 0, sizeof(*crash));
	host_crash_prepare();
	/* Else what waits in the buffers would be printed by both. */
	fflush(NULL);
	if (pipe2(fd, O_CLOEXEC))
		host_defect(__FILE_NAME__, __LINE__, "no pipe for a worker");
	pid = fork();
	if (pid < 0)
		host_defect(__FILE_NAME__, __LINE__, "no process for a worker");
	if (!pid) {
		close(fd[0]);
		be_worker(run, ctx, fd[1]);
	}
	close(fd[1]);
	return be_parent(pid, fd[0], result, result_ctx, timeout_seconds, crash);
}
