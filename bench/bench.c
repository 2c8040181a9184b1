/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "bench.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLE_COUNT 25
#define TINY_SAMPLE_COUNT 3

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec;
}

/* Not static: its name must stay what it is. */
__attribute__((noinline)) void bench_counted(const struct bench_workload *workload, void *ctx,
					     uint64_t times)
{
	workload->run(ctx, times);
	/* Keeps the call above from becoming a jump that leaves this function. */
	__asm__ __volatile__("");
}

static const struct bench_workload *find_workload(const struct bench *bench, const char *name)
{
	for (size_t i = 0; i < bench->workload_count; i++)
		if (!strcmp(bench->workloads[i].name, name))
			return &bench->workloads[i];
	return NULL;
}

static const struct bench_workload *get_workload(const struct bench *bench, const char *name)
{
	const struct bench_workload *workload = find_workload(bench, name);

	if (!workload) {
		fprintf(stderr, "bench: no workload is named '%s'\n", name);
		exit(3);
	}
	return workload;
}

static void *workload_setup(const struct bench_workload *workload, bool tiny)
{
	return workload->setup ? workload->setup(workload->param, tiny) : NULL;
}

static void workload_teardown(const struct bench_workload *workload, void *ctx)
{
	if (workload->teardown)
		workload->teardown(ctx);
}

static uint64_t sample_times(const struct bench *bench, const struct bench_workload *workload)
{
	uint64_t times = workload->times ? workload->times : 1;

	if (bench->tiny && times > 16)
		times = 16;
	return times;
}

static double sample_ns(const struct bench_workload *workload, void *ctx, uint64_t times)
{
	uint64_t start = bench_now_ns();

	workload->run(ctx, times);
	return (double)(bench_now_ns() - start) /
	       ((double)times * (workload->operations ? workload->operations : 1));
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct bench_stats stats_of(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), compare_doubles);
	return (struct bench_stats){
		.median = samples[count / 2],
		.p10 = samples[count / 10],
		.p90 = samples[count * 9 / 10],
	};
}

struct bench_stats bench_measure(struct bench *bench, const char *name)
{
	const struct bench_workload *workload = get_workload(bench, name);
	size_t count = bench->tiny ? TINY_SAMPLE_COUNT : SAMPLE_COUNT;
	uint64_t times = sample_times(bench, workload);
	double samples[SAMPLE_COUNT];
	void *ctx;

	if (bench->instructions_only)
		return (struct bench_stats){};
	ctx = workload_setup(workload, bench->tiny);

	sample_ns(workload, ctx, times);
	for (size_t i = 0; i < count; i++)
		samples[i] = sample_ns(workload, ctx, times);
	workload_teardown(workload, ctx);
	return stats_of(samples, count);
}

void bench_measure_pair(struct bench *bench, const char *name, const char *floor,
			struct bench_stats *ratio, struct bench_stats *stats,
			struct bench_stats *floor_stats)
{
	const struct bench_workload *upper = get_workload(bench, name);
	const struct bench_workload *lower = get_workload(bench, floor);
	size_t count = bench->tiny ? TINY_SAMPLE_COUNT : SAMPLE_COUNT;
	uint64_t upper_times = sample_times(bench, upper);
	uint64_t lower_times = sample_times(bench, lower);
	double upper_ns[SAMPLE_COUNT], lower_ns[SAMPLE_COUNT], ratios[SAMPLE_COUNT];
	void *upper_ctx, *lower_ctx;

	if (bench->instructions_only) {
		*ratio = *stats = *floor_stats = (struct bench_stats){};
		return;
	}
	upper_ctx = workload_setup(upper, bench->tiny);
	lower_ctx = workload_setup(lower, bench->tiny);
	sample_ns(upper, upper_ctx, upper_times);
	sample_ns(lower, lower_ctx, lower_times);
	for (size_t i = 0; i < count; i++) {
		upper_ns[i] = sample_ns(upper, upper_ctx, upper_times);
		lower_ns[i] = sample_ns(lower, lower_ctx, lower_times);
		/* A tiny sample can be shorter than the clock's step. */
		ratios[i] = upper_ns[i] / (lower_ns[i] > 0 ? lower_ns[i] : 0.001);
	}
	workload_teardown(lower, lower_ctx);
	workload_teardown(upper, upper_ctx);
	*ratio = stats_of(ratios, count);
	*stats = stats_of(upper_ns, count);
	*floor_stats = stats_of(lower_ns, count);
}

/* Returns true when the bound (if any) held; closes the row. */
static bool print_bound(struct bench *bench, double value, double bound)
{
	bool held = value <= bound;

	if (bound <= 0) {
		printf("\n");
		return true;
	}
	/* Tiny inputs show that a benchmark runs, not how fast the code is. */
	if (bench->tiny) {
		printf("  bound %8.2f  not judged\n", bound);
		return true;
	}
	printf("  bound %8.2f  %s\n", bound, held ? "held" : "exceeded");
	if (held)
		bench->held++;
	else
		bench->exceeded++;
	return held;
}

void bench_row(struct bench *bench, const char *name, const struct bench_stats *stats,
	       const char *unit, double bound)
{
	if (bench->instructions_only)
		return;
	printf("%-44s %10.2f %-12s (p10 %.2f, p90 %.2f)", name, stats->median, unit, stats->p10,
	       stats->p90);
	print_bound(bench, stats->median, bound);
}

void bench_value_row(struct bench *bench, const char *name, double value, const char *unit,
		     double bound)
{
	if (bench->instructions_only)
		return;
	printf("%-44s %10.2f %-12s", name, value, unit);
	print_bound(bench, value, bound);
}

/* The value of the line "summary: N" or "totals: N" of a callgrind file; -1 when there is none. */
static double read_callgrind_total(const char *path)
{
	FILE *file = fopen(path, "r");
	double total = -1;
	char line[512];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "summary: %lf", &total) == 1 ||
		    sscanf(line, "totals: %lf", &total) == 1)
			break;
	fclose(file);
	return total;
}

static bool run_callgrind(const struct bench *bench, const char *name, uint64_t times,
			  const char *path)
{
	char out[300], number[32];
	int status;
	pid_t pid;

	snprintf(out, sizeof(out), "--callgrind-out-file=%s", path);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)times);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return false;
	if (!pid) {
		execlp("valgrind", "valgrind", "--tool=callgrind", "--collect-atstart=no",
		       "--toggle-collect=bench_counted", "-q", out, bench->program, "--count", name,
		       "--times", number, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

void bench_instructions_row(struct bench *bench, const char *name, double bound)
{
	const struct bench_workload *workload = get_workload(bench, name);
	uint64_t times = workload->times ? workload->times : 1;
	const char *dir = getenv("TMPDIR");
	double total = -1;
	char path[256];
	int fd;

	if (bench->tiny || !bench->instructions)
		return;
	snprintf(path, sizeof(path), "%s/svmsim-bench-XXXXXX", dir && *dir ? dir : "/tmp");
	fd = mkstemp(path);
	if (fd >= 0) {
		close(fd);
		if (run_callgrind(bench, name, times, path))
			total = read_callgrind_total(path);
		unlink(path);
	}
	if (total <= 0) {
		printf("%-44s %10s %-12s  valgrind --tool=callgrind can't be run here\n", name, "-",
		       "instructions");
		/* Who asked for nothing else wants to know that nothing was checked. */
		if (bench->instructions_only)
			bench->status = 1;
		return;
	}
	total /= (double)times * (workload->operations ? workload->operations : 1);
	printf("%-44s %10.2f %-12s", name, total, "instructions");
	if (!print_bound(bench, total, bound))
		bench->status = 1;
}

static int run_counted(struct bench *bench, const char *name, uint64_t times)
{
	const struct bench_workload *workload = find_workload(bench, name);
	void *ctx;

	if (!workload) {
		fprintf(stderr, "bench: no workload is named '%s'; there are:\n", name);
		for (size_t i = 0; i < bench->workload_count; i++)
			fprintf(stderr, "  %s\n", bench->workloads[i].name);
		return 2;
	}
	if (!times)
		times = workload->times ? workload->times : 1;
	ctx = workload_setup(workload, bench->tiny);
	/* Once outside of the count: caches fill and lazy set-up happens. */
	workload->run(ctx, 1);
	bench_counted(workload, ctx, times);
	workload_teardown(workload, ctx);
	return 0;
}

static int bad_usage(const char *program)
{
	fprintf(stderr, "usage: %s [--tiny] [--no-instructions | --instructions-only] "
			"[--count NAME [--times N]]\n", program);
	return 2;
}

bool bench_start(struct bench *bench, int argc, char **argv,
		 const struct bench_workload *workloads, size_t workload_count)
{
	const char *count_name = NULL;
	uint64_t times = 0;

	*bench = (struct bench){
		.workloads = workloads,
		.workload_count = workload_count,
		.program = "/proc/self/exe",
		.instructions = true,
	};
	/* Callgrind would take the link above for valgrind itself. */
	if (argc > 0 && strchr(argv[0], '/'))
		bench->program = argv[0];
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--tiny")) {
			bench->tiny = true;
		} else if (!strcmp(argv[i], "--no-instructions")) {
			bench->instructions = false;
		} else if (!strcmp(argv[i], "--instructions-only")) {
			bench->instructions_only = true;
		} else if (!strcmp(argv[i], "--count") && i + 1 < argc) {
			count_name = argv[++i];
		} else if (!strcmp(argv[i], "--times") && i + 1 < argc) {
			times = strtoull(argv[++i], NULL, 10);
		} else {
			bench->status = bad_usage(argv[0]);
			return true;
		}
	}
	if (count_name) {
		bench->status = run_counted(bench, count_name, times);
		return true;
	}
	return false;
}

int bench_finish(struct bench *bench)
{
	printf("bounds: %u held, %u exceeded\n", bench->held, bench->exceeded);
	return bench->status;
}
