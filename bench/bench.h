/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Common part of the benchmark programs. A program has a table of workloads (kernel-side code may
 * supply them: this header uses the compiler's own headers only) and a main that measures some of
 * them and prints rows.
 *
 * Instructions are counted by callgrind, which is run on this very program with --count; they are
 * repeatable and may gate. Times never gate: they are ratios within one run, both sides
 * interleaved, or informative nanoseconds.
 *
 * DOC: Options of each program
 *
 *	--tiny              tiny inputs and few samples, no callgrind: for the test suite
 *	--count NAME        run one workload once, measured part in bench_counted(), for
 *	                    callgrind --collect-atstart=no --toggle-collect=bench_counted
 *	--times N           repetitions for --count; default is the workload's own
 *	--no-instructions   leave the callgrind rows out
 *	--instructions-only the callgrind rows alone; status 1 when callgrind can't be run
 *
 * DOC: Example
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct bench bench;
 *		struct bench_stats stats;
 *
 *		if (bench_start(&bench, argc, argv, workloads, count))
 *			return bench.status;
 *		stats = bench_measure(&bench, "link-512");
 *		bench_row(&bench, "link-512", &stats, "ns", 0);
 *		bench_instructions_row(&bench, "link-512", 160);
 *		return bench_finish(&bench);
 *	}
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct bench_workload - something to measure
 * @name: shown, and the argument of --count
 * @setup: before the first run; NULL result is fine; @param and @tiny tell how large
 * @run: measured; repeat the work @times times
 * @teardown: after the last run; may be NULL
 * @param: passed to @setup: a size of the workload's own choice
 * @times: repetitions in each sample, and for --count
 * @operations: operations (pages, say) in one repetition; results are per operation; 0 means 1
 */
struct bench_workload {
	const char *name;
	void *(*setup)(unsigned long param, bool tiny);
	void (*run)(void *ctx, uint64_t times);
	void (*teardown)(void *ctx);
	unsigned long param;
	uint64_t times;
	uint64_t operations;
};

/* Over the samples of one measurement, per operation. */
struct bench_stats {
	double median;
	double p10;
	double p90;
};

/**
 * struct bench - a run of a benchmark program
 * @workloads: the table
 * @workload_count: its size
 * @program: path of this program, for callgrind
 * @tiny: --tiny
 * @instructions: callgrind rows are wanted
 * @instructions_only: and nothing else: measuring is passed over, its rows are not printed
 * @held: bounds held so far
 * @exceeded: bounds exceeded so far
 * @status: exit status so far: 1 when a gating bound was exceeded, 2 for wrong usage
 */
struct bench {
	const struct bench_workload *workloads;
	size_t workload_count;
	const char *program;
	bool tiny;
	bool instructions;
	bool instructions_only;
	unsigned int held;
	unsigned int exceeded;
	int status;
};

/**
 * bench_start - parse the options; run --count
 *
 * Return: true when there is nothing left to do; the program ends with @bench->status.
 */
bool bench_start(struct bench *bench, int argc, char **argv,
		 const struct bench_workload *workloads, size_t workload_count);
/** bench_counted - runs a workload; callgrind counts while this function is on the stack */
void bench_counted(const struct bench_workload *workload, void *ctx, uint64_t times);
/** bench_measure - time of one workload in ns per operation */
struct bench_stats bench_measure(struct bench *bench, const char *name);
/**
 * bench_measure_pair - two workloads, sample by sample in turn
 * @ratio: filled with @name's time divided by that of @floor, sample by sample
 * @stats: filled with @name's ns per operation
 * @floor_stats: filled with those of @floor
 */
void bench_measure_pair(struct bench *bench, const char *name, const char *floor,
			struct bench_stats *ratio, struct bench_stats *stats,
			struct bench_stats *floor_stats);
/**
 * bench_row - print a figure that informs
 * @unit: "ns", "ratio", ...
 * @bound: the largest median that is fine; 0 for no bound
 */
void bench_row(struct bench *bench, const char *name, const struct bench_stats *stats,
	       const char *unit, double bound);
/** bench_value_row - as bench_row(), for a single value */
void bench_value_row(struct bench *bench, const char *name, double value, const char *unit,
		     double bound);
/**
 * bench_instructions_row - count instructions per operation with callgrind and print them
 * @bound: gates: exceeding it makes the program end with status 1
 *
 * Left out under --tiny and --no-instructions; says so when callgrind can't be run.
 */
void bench_instructions_row(struct bench *bench, const char *name, double bound);
/** bench_finish - print the last line; returns the exit status */
int bench_finish(struct bench *bench);

/* bench_now_ns - the host's monotonic clock, for a workload that times single calls itself */
uint64_t bench_now_ns(void);

#endif
