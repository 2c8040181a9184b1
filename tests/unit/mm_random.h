/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What random programs of memory act on: processes that come and go while others use them, two
 * devices that mirror each, a file, pins, and notifiers of the test's own.
 */
#ifndef UNIT_MM_RANDOM_H
#define UNIT_MM_RANDOM_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hmm.h>
#include <linux/memremap.h>
#include <linux/mmu_notifier.h>
#include <linux/sched/mm.h>
#include <linux/sim_mirror.h>
#include <linux/string.h>
#include <svmsim/schedule.h>
#include "check/check.h"
#include "device/sim_device.h"
#include "iova_sim/dma_iommu.h"
#include "iova_sim/layer.h"
#include "kernel/layers.h"
#include "kernel/task.h"
#include "ktest.h"
#include "mm/layers.h"
#include "mm/move_internal.h"

#define BASE 0x40000000ul
/* Of each process: 6 MiB that actions fall into. */
#define PAGES 1536ul
#define RW (VM_READ | VM_WRITE)
#define PROCESSES 3
#define DEVICES 2
#define PINS 8
#define PIN_PAGES 4
#define LISTENERS 4
#define LISTENER_PAGES 16

/**
 * struct process - an address space and those who use it at the moment
 * @mm: NULL when there is none
 * @mirror: one for each device
 * @users: tasks that act on it, and one until it exits
 */
struct process {
	struct mm_struct *mm;
	struct sim_mirror *mirror[DEVICES];
	unsigned int users;
};

/**
 * struct listener - an interval notifier, with what was read under it
 * @notifier: inserted while @process is not NULL
 * @process: whose
 * @start: first address
 * @lock: as a driver has one
 * @busy: a task is about to insert, remove or read
 */
struct listener {
	struct mmu_interval_notifier notifier;
	struct process *process;
	unsigned long start;
	struct mutex lock;
	bool busy;
};

/**
 * struct bed - all of it
 * @world: world
 * @lock: of the processes' @users and @mm: the race checker knows by it who comes before whom
 * @process: processes
 * @device: devices with memory
 * @file: mapped by some areas; @shmem: the same of shared memory
 * @shmem: see @file
 * @pin: pages pinned, @pin_count of them in each
 * @pin_count: see @pin
 * @listener: notifiers
 * @random: what to do next; @order: what runs next
 * @order: see @random
 * @steps_left: actions still to come until the next quiet moment
 * @exiting: the process goes as soon as nobody acts on it
 * @is_private: files are mapped privately, and nothing anonymous goes to a device: the kernel
 *	takes a device's page in an area of a file for a bug of its own
 * @done: how often each action succeeded
 */
struct bed {
	struct svmsim_world *world;
	spinlock_t lock;
	struct process process[PROCESSES];
	struct sim_mirror_device *device[DEVICES];
	struct file *file;
	struct file *shmem;
	struct page *pin[PINS][PIN_PAGES];
	long pin_count[PINS];
	struct listener listener[LISTENERS];
	uint64_t random;
	uint64_t order;
	unsigned int steps_left;
	bool exiting[PROCESSES];
	bool is_private;
	unsigned long done[64];
};

extern struct bed bed;

static inline unsigned long below(unsigned long limit)
{
	return ktest_random(&bed.random) % limit;
}

/* One action, drawn at random; on the stack of a task. */
void random_action(void);
/* Names of actions, for who finds that one never succeeded; NULL past the last. */
const char *random_action_name(unsigned int index);

struct process *process_get(void);
void process_put(struct process *process);
void process_open(struct process *process, struct mm_struct *mm);

#endif
