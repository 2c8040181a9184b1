/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Interrupts of the modelled CPUs. Every CPU has one task that runs softirqs ("softirq/0") and one
 * that runs hardware interrupts ("hardirq/0"), made when first needed. Raising a vector makes that
 * task runnable; the scheduler lets it take the CPU where the CPU's running task allows it. Vectors
 * that are pending together run lowest first; a vector raised while it runs, runs again.
 *
 * Softirqs of a CPU do not nest, nor do its hardware interrupts, which have interrupts disabled.
 *
 * Not modelled: ksoftirqd (a softirq never becomes an ordinary task), budgets, affinity.
 */
#ifndef KERNEL_SOFTIRQ_H
#define KERNEL_SOFTIRQ_H

#include <linux/interrupt.h>
#include <linux/types.h>

struct sim_layer;
struct sim_task;
struct svmsim_world;

/** sim_layer_irq - the layer of slot SIM_SLOT_IRQ; before those whose work runs in interrupts */
extern const struct sim_layer sim_layer_irq;

/* Hardware interrupts: what the vectors of enum in linux/interrupt.h are for softirqs. */
enum sim_hardirq {
	SIM_HARDIRQ_TIMER,
	SIM_HARDIRQ_CALL,
	SIM_HARDIRQ_COUNT,
};

/**
 * sim_softirq_open - say what a vector does
 * @nr: HI_SOFTIRQ to RCU_SOFTIRQ
 * @action: called in softirq context on the CPU that it is given; several are called in order of
 *	opening. Called by a layer's start().
 */
void sim_softirq_open(unsigned int nr, void (*action)(unsigned int cpu));
/**
 * sim_softirq_raise - make a vector pending; it runs once for any number of raises before
 * @cpu: where
 * @nr: HI_SOFTIRQ to RCU_SOFTIRQ
 *
 * Not a switch point.
 */
void sim_softirq_raise(unsigned int cpu, unsigned int nr);
/** sim_hardirq_open - the same for hardware interrupts; @action runs with interrupts disabled */
void sim_hardirq_open(enum sim_hardirq nr, void (*action)(unsigned int cpu));
/** sim_hardirq_raise - see sim_softirq_raise() */
void sim_hardirq_raise(unsigned int cpu, enum sim_hardirq nr);
/** sim_softirq_task - the task that runs softirqs of a CPU; NULL before the first was raised */
struct sim_task *sim_softirq_task(unsigned int cpu);
/** sim_hardirq_task - the same for hardware interrupts */
struct sim_task *sim_hardirq_task(unsigned int cpu);

/**
 * sim_tasklet_memory_freed - memory was freed: no scheduled tasklet may be in it
 * @start: its start
 * @bytes: its size
 */
void sim_tasklet_memory_freed(const void *start, size_t bytes);

#endif
