/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The only way from the simulator to the operating system. Every function here is called from
 * kernel-side code too, so this header uses the compiler's own headers and nothing else.
 *
 * Contract: sizes are in bytes and larger than zero; result pointers are never NULL unless the
 * function says so; addresses of reservations are page aligned. Nothing here may reach a trace:
 * no address, no time, no identifier of the host.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * host_reserve - reserve zero-filled, lazily touched address space
 * @bytes: size, a multiple of 4096, at most 32 GiB (valgrind refuses more in one piece)
 *
 * Return: its start, or NULL when the host refuses.
 */
void *host_reserve(size_t bytes);
/**
 * host_release - give a reservation back
 * @start: what host_reserve() returned, or NULL
 * @bytes: its size
 */
void host_release(void *start, size_t bytes);
/**
 * host_discard - make part of a reservation read as zero again
 * @start: page-aligned start
 * @bytes: a multiple of 4096
 */
void host_discard(void *start, size_t bytes);

/** host_numa_nodes - number of host NUMA nodes with memory; 1 where the host has no NUMA */
int host_numa_nodes(void);
/**
 * host_numa_bind - bind a reservation to the host node that backs a simulated node
 * @start: reservation
 * @bytes: its size
 * @sim_node: index of the simulated node; host node is @sim_node modulo host_numa_nodes()
 *
 * Return: the host node chosen, or -1 when the host has one node and nothing was bound.
 */
int host_numa_bind(void *start, size_t bytes, int sim_node);

/**
 * struct host_allocator - where a world's own memory comes from
 * @alloc: memory of @bytes, aligned to 16; NULL on failure
 * @free: return memory of @alloc; @bytes is the size that was asked for
 * @reset: forget everything that was allocated at once; may be NULL
 * @destroy: called when the world is destroyed; may be NULL
 * @ctx: passed to each
 *
 * Has the layout of struct svmsim_allocator, which is its public name.
 */
struct host_allocator {
	void *(*alloc)(void *ctx, size_t bytes);
	void (*free)(void *ctx, void *ptr, size_t bytes);
	void (*reset)(void *ctx);
	void (*destroy)(void *ctx);
	void *ctx;
};
/** host_default_allocator - the C library's malloc and free as an allocator table */
const struct host_allocator *host_default_allocator(void);

/** host_malloc - C library memory, never NULL: ends the program with status 3 when there is none */
void *host_malloc(size_t bytes);
void *host_zalloc(size_t bytes);
void *host_realloc(void *ptr, size_t bytes);
void host_free(void *ptr);

/**
 * host_backtrace - return addresses of the callers, by frame pointers
 * @pc: array filled, innermost first
 * @max: its size
 * @skip: frames of the caller's own to leave out
 *
 * Bounded by the host stack (or the fiber's); never faults on a broken chain.
 * Return: number filled.
 */
unsigned int host_backtrace(uintptr_t *pc, unsigned int max, unsigned int skip);
/**
 * host_symbolize - name of the function that holds an address
 * @pc: an address of host_backtrace()
 * @buf: filled with "function+0x12 (file.c:34)", or "?" when unknown
 * @size: of @buf
 */
void host_symbolize(uintptr_t pc, char *buf, size_t size);
/** host_symbol_function - as host_symbolize(), the bare function name only */
void host_symbol_function(uintptr_t pc, char *buf, size_t size);
/** host_symbol_line - as host_symbolize(), "file.c:34" only; false where no line is known */
bool host_symbol_line(uintptr_t pc, char *buf, size_t size);
/**
 * host_symbol_object - name of the variable that an address lies in
 * @address: any
 * @buf: filled with its name, as the source has it
 * @size: of @buf
 * @offset: set to where in it
 *
 * Return: false when it is none with a name.
 */
bool host_symbol_object(uintptr_t address, char *buf, size_t size, size_t *offset);

/**
 * struct host_fiber - a stack of its own for a function, all fibers sharing one host thread
 *
 * Stacks have a guard page below and start at different offsets within a page, so that the same
 * frames of many fibers do not compete for the same cache sets. They are kept for reuse.
 */
struct host_fiber;

#define HOST_FIBER_STACK_BYTES (256ul << 10)
/* With sanitizers frames are larger. */
#define HOST_FIBER_STACK_BYTES_SANITIZED (1ul << 20)

/**
 * host_fiber_create - a fiber that has not begun
 * @entry: its body; must not return
 * @arg: for @entry
 * @colour: any number; chooses the offset of the stack
 *
 * Return: the fiber, NULL when the host has no memory for its stack.
 */
struct host_fiber *host_fiber_create(void (*entry)(void *arg), void *arg, unsigned int colour);
/** host_fiber_stack - where a fiber's stack is; false for the thread's own */
bool host_fiber_stack(const struct host_fiber *fiber, uintptr_t *start, size_t *bytes);
/** host_fiber_main - the fiber that stands for the stack of the thread itself; never freed */
struct host_fiber *host_fiber_main(void);
/**
 * host_fiber_switch - leave one fiber, go on with another
 * @from: the one that runs
 * @to: another
 * @ends: @from will never be switched to again, only freed
 *
 * Returns when somebody switches back to @from.
 */
void host_fiber_switch(struct host_fiber *from, struct host_fiber *to, bool ends);
/** host_fiber_free - give a fiber back that does not run; whatever its stack holds is forgotten */
void host_fiber_free(struct host_fiber *fiber);

/* More than the calls of one action reach down to. */
#define HOST_STACK_PAINT_BYTES 65536
/**
 * host_stack_paint - fill the stack below the caller's frame
 * @byte: what locals of the next calls hold until they are initialised
 */
void host_stack_paint(unsigned char byte);

/** host_vsnprintf - C99 vsnprintf of the C library (no %p in anything that reaches a trace) */
int host_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int host_snprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * host_defect - a defect of the simulator itself: say where, end with exit status 3
 * @file: source file
 * @line: source line
 * @what: the assertion's text
 */
_Noreturn void host_defect(const char *file, int line, const char *what);
/** host_set_defect_context - a line printed with a defect: seed and step, set by the world */
void host_set_defect_context(void (*print)(char *buf, size_t size, void *ctx), void *ctx);

/** SIM_ASSERT - must hold whatever the modelled code does; failing is a defect of the simulator */
#define SIM_ASSERT(cond) \
	((cond) ? (void)0 : host_defect(__FILE_NAME__, __LINE__, #cond))
#ifdef SVMSIM_DEBUG_CHECKS
#define SIM_DEBUG_ASSERT(cond) SIM_ASSERT(cond)
#else
#define SIM_DEBUG_ASSERT(cond) ((void)sizeof(!!(cond)))
#endif

/**
 * struct host_crash - how a forked worker ended, when it did not return
 * @signal: signal number, 0 if none
 * @signal_name: "SIGSEGV" and the like
 * @pc_count: frames captured in the worker's signal handler
 * @pc: their addresses (the same binary, so the parent can name them)
 */
struct host_crash {
	int signal;
	const char *signal_name;
	unsigned int pc_count;
	uintptr_t pc[32];
};
/**
 * host_worker_run - run a function in a forked worker with a crash handler
 * @run: called in the worker; what it writes with host_worker_write() reaches @result
 * @ctx: passed to @run
 * @result: called in the parent with each record in order
 * @result_ctx: passed to @result
 * @timeout_seconds: wall-clock bound after which the worker is killed (a hang), 0 for none
 * @crash: filled when the worker died of a signal or was killed
 *
 * Return: the value that @run returned (0 to 255), -1 after a crash, -2 after the bound.
 */
int host_worker_run(int (*run)(void *ctx), void *ctx,
		    void (*result)(void *result_ctx, const void *data, size_t bytes),
		    void *result_ctx, unsigned int timeout_seconds, struct host_crash *crash);
/** host_worker_write - send one record from a worker to its parent; outside a worker, a no-op */
void host_worker_write(const void *data, size_t bytes);

#endif
