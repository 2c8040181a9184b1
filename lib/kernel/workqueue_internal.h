/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Shared by workqueue.c (queueing and cancelling items), workqueue_pool.c (workers),
 * workqueue_flush.c (waiting for items) and workqueue_make.c (queues, the life of the layer).
 */
#ifndef KERNEL_WORKQUEUE_INTERNAL_H
#define KERNEL_WORKQUEUE_INTERNAL_H

#include <linux/lockdep.h>
#include "kernel/task.h"
#include "kernel/workqueue.h"
#include "kernel/world.h"

#define SIM_WQ_NAME_BYTES 32

struct sim_worker;

/** enum sim_pool_kind - whose workers */
enum sim_pool_kind {
	/* Of one CPU; one item at a time, unless it sleeps. */
	SIM_POOL_BOUND,
	/* Of no CPU; as many at a time as there are. */
	SIM_POOL_UNBOUND,
	/* The softirq of one CPU. */
	SIM_POOL_BH,
};

/**
 * struct sim_pool - workers, and the items that wait for one
 * @kind: see above
 * @highpri: of the queues with WQ_HIGHPRI
 * @cpu: its CPU, unless unbound
 * @id: of an unbound one, in its workers' names
 * @worklist: active items, oldest first
 * @workers: all of them, oldest first
 * @idle: those without work, latest first
 * @kicked: a worker that was woken or made and has not begun yet
 * @worker_count: number of the next one
 */
struct sim_pool {
	enum sim_pool_kind kind;
	bool highpri;
	unsigned int cpu;
	unsigned int id;
	struct list_head worklist;
	struct list_head workers;
	struct list_head idle;
	struct sim_worker *kicked;
	unsigned int worker_count;
};

/**
 * struct sim_pwq - what a queue has in one pool
 * @wq: the queue
 * @pool: the pool
 * @active_count: items that are in the pool, running ones included
 * @inactive: items beyond max_active, oldest first
 */
struct sim_pwq {
	struct workqueue_struct *wq;
	struct sim_pool *pool;
	unsigned int active_count;
	struct list_head inactive;
};

/**
 * struct sim_worker - a task that runs items, one after the other
 * @entry: in its pool's workers
 * @idle_entry: in its pool's idle ones; next is NULL otherwise
 * @pool: its pool
 * @task: the task; of a pool of softirqs that of the CPU
 * @scheduled: items that it must run itself, since it runs an earlier instance of them
 * @busy: runs items, or looks for one
 * @cpu_intensive: the item's queue takes no part in keeping one at a time running
 * @work: item that it runs, which may be gone already
 * @func: its function
 * @name: its name
 * @pwq: it came from
 * @instance: of the item
 */
struct sim_worker {
	struct list_head entry;
	struct list_head idle_entry;
	struct sim_pool *pool;
	struct sim_task *task;
	struct list_head scheduled;
	bool busy;
	bool cpu_intensive;
	const struct work_struct *work;
	work_func_t func;
	const char *name;
	struct sim_pwq *pwq;
	u64 instance;
};

/* Besides the flags of linux/workqueue.h. */
#define SIM_WQ_DESTROYING (1u << 30)

/**
 * struct workqueue_struct - a queue
 * @entry: in the world's list
 * @flags: WQ_*
 * @max_active: items in one pool at a time
 * @drainers: drain_workqueue() in progress
 * @flight_count: items pending or running
 * @is_system: the world's own
 * @key: class of @lockdep_map
 * @own_map: the same, unless the creator brought one
 * @lockdep_map: held while an item runs
 * @map_name: of @own_map
 * @name: shown in reports
 * @pwq_count: number of @pwq: one per CPU, one for an unbound queue
 * @pwq: by CPU
 */
struct workqueue_struct {
	struct list_head entry;
	unsigned int flags;
	unsigned int max_active;
	unsigned int drainers;
	unsigned int flight_count;
	bool is_system;
	struct lock_class_key key;
	struct lockdep_map own_map;
	struct lockdep_map *lockdep_map;
	char map_name[SIM_WQ_NAME_BYTES + 16];
	char name[SIM_WQ_NAME_BYTES];
	unsigned int pwq_count;
	struct sim_pwq pwq[];
};

/**
 * struct sim_flusher - a task that waits for items; on its stack
 * @entry: in the world's list
 * @task: who waits
 * @wq: for all items of this queue up to @instance; NULL for the one item @instance
 * @instance: see @wq
 * @left: items of @wq that are still in flight
 * @done: nothing is left
 */
struct sim_flusher {
	struct list_head entry;
	struct sim_task *task;
	struct workqueue_struct *wq;
	u64 instance;
	unsigned int left;
	bool done;
};

/**
 * struct sim_work_state - what slot SIM_SLOT_WORK points to
 * @pool: of each CPU: normal, highpri, softirq, highpri softirq; then unbound, highpri unbound
 * @pool_count: number of @pool
 * @bh_worker: stand-ins for the workers of softirq pools, by CPU: normal, highpri
 * @wq: all queues
 * @system: the world's own, by enum sim_system_wq
 * @off: items that are pending in a timer or for the end of a grace period
 * @linked_count: items that are linked somewhere
 * @flushers: who waits
 * @instance: of the last item queued
 * @pass: number of the sim_work_run() in progress; items run once in each
 * @is_pass: there is one in progress
 * @ran: items that have run in it
 * @ran_count: their number
 * @ran_capacity: room in @ran
 */
struct sim_work_state {
	struct sim_pool *pool;
	unsigned int pool_count;
	struct sim_worker *bh_worker;
	struct list_head wq;
	struct workqueue_struct *system[SIM_SYSTEM_WQ_COUNT];
	struct list_head off;
	unsigned int linked_count;
	struct list_head flushers;
	u64 instance;
	u64 pass;
	bool is_pass;
	const struct work_struct **ran;
	unsigned int ran_count;
	unsigned int ran_capacity;
};

static inline struct sim_work_state *sim_work_state(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_WORK];
}

static inline const char *sim_work_name(const struct work_struct *work)
{
	return work->sim_name ? work->sim_name : "work";
}

static inline bool sim_wq_is_ordered(const struct workqueue_struct *wq)
{
	return wq->flags & __WQ_ORDERED;
}

/* workqueue_pool.c */
void sim_pools_make(struct svmsim_world *world);
void sim_pools_start(struct svmsim_world *world);
void sim_pools_reset(struct svmsim_world *world);
void sim_pools_unmake(struct svmsim_world *world);
struct sim_pool *sim_pool_of(unsigned int cpu, unsigned int wq_flags);
/* Wakes or makes a worker if the pool needs one. */
void sim_pool_kick(struct sim_pool *pool);
void sim_pools_kick(struct svmsim_world *world);
/* The worker that the running task is, NULL if it is none; those of softirqs are not. */
struct sim_worker *sim_worker_current(void);
/* Who runs this item; @wq may be NULL. */
struct sim_worker *sim_worker_running(const struct work_struct *work, work_func_t func,
				      const struct workqueue_struct *wq);
/* Who runs this instance. */
struct sim_worker *sim_worker_of_instance(u64 instance);
/* Calls @fn for all workers, oldest pool first, until it returns true; returns that worker. */
struct sim_worker *sim_worker_find(bool (*fn)(const struct sim_worker *worker, const void *ctx),
				   const void *ctx);

/* workqueue.c */
/* Puts an item into its queue's pool, or among those that have to wait for that. */
void sim_work_insert(int cpu, struct workqueue_struct *wq, struct work_struct *work);
/* Takes a pending item out of wherever it is; false if it was not pending. */
bool sim_work_take(struct work_struct *work);
/* The item that a worker runs next is pending no more. */
void sim_work_unlink(struct work_struct *work);
/* An item of @pwq is over, or was cancelled: @was_active, and so another may come in. */
void sim_work_over(struct sim_pwq *pwq, u64 instance, bool was_active);
/* Lets items in as far as max_active allows. */
void sim_pwq_refill(struct sim_pwq *pwq);
/* Is it pending for a worker, rather than in a timer or for the end of a grace period? */
bool sim_work_in_flight(const struct work_struct *work);
/* Every pending item in flight, in a fixed order, until @fn returns true. */
struct work_struct *sim_work_find_in_flight(bool (*fn)(struct work_struct *work, const void *ctx),
					    const void *ctx);

/* workqueue_flush.c */
/* An item came to its end, or was cancelled: who waited for it goes on. */
void sim_flush_over(const struct workqueue_struct *wq, u64 instance);
/* Waits for the instance that runs now; for cancelling, without @site's point. */
bool sim_flush_running(struct work_struct *work, const struct sim_site *site);
/* drain_workqueue(); false when it is given up since nothing can run any more. */
bool sim_drain(struct workqueue_struct *wq, const char *caller, const struct sim_site *site);

#endif
