/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Work items of one task: queued work runs, in the order of queueing, when the running action ends
 * and time moves on, when something waits, or when it is flushed; see kernel/workqueue.h.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/rcupdate.h>
#include <linux/timer.h>
#include <linux/types.h>

/* fidelity: same */
struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

/* fidelity: simplified: one task runs all work, in queueing order; no worker concurrency */
struct work_struct {
	struct list_head entry;
	work_func_t func;
	struct workqueue_struct *sim_wq;
	const char *sim_name;
	u64 sim_pass;
	u32 sim_disable_count;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
	int cpu;
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

#define WORK_CPU_UNBOUND 64

#define WQ_BH (1 << 0)
#define WQ_UNBOUND (1 << 1)
#define WQ_FREEZABLE (1 << 2)
#define WQ_MEM_RECLAIM (1 << 3)
#define WQ_HIGHPRI (1 << 4)
#define WQ_CPU_INTENSIVE (1 << 5)
#define WQ_SYSFS (1 << 6)
#define WQ_POWER_EFFICIENT (1 << 7)
#define WQ_PERCPU (1 << 8)

extern struct workqueue_struct *const system_wq;
extern struct workqueue_struct *const system_percpu_wq;
extern struct workqueue_struct *const system_highpri_wq;
extern struct workqueue_struct *const system_long_wq;
extern struct workqueue_struct *const system_unbound_wq;
extern struct workqueue_struct *const system_dfl_wq;
extern struct workqueue_struct *const system_freezable_wq;
extern struct workqueue_struct *const system_power_efficient_wq;

void delayed_work_timer_fn(struct timer_list *timer);
void sim_work_init(struct work_struct *work, work_func_t func, const char *name);
void sim_delayed_work_init(struct delayed_work *dwork, work_func_t func, const char *name);

#define __WORK_INITIALIZER(n, f) { .func = (f), .sim_name = #f }
#define __DELAYED_WORK_INITIALIZER(n, f, tflags)                                    \
	{                                                                           \
		.work = __WORK_INITIALIZER((n).work, f),                            \
		.timer = __TIMER_INITIALIZER(delayed_work_timer_fn, (tflags)),      \
	}
#define DECLARE_WORK(n, f) struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f) \
	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define INIT_WORK(work, func) sim_work_init((work), (func), #func)
#define INIT_WORK_ONSTACK(work, func) INIT_WORK(work, func)
#define INIT_DELAYED_WORK(dwork, func) sim_delayed_work_init((dwork), (func), #func)
#define INIT_DELAYED_WORK_ONSTACK(dwork, func) INIT_DELAYED_WORK(dwork, func)
#define INIT_DEFERRABLE_WORK(dwork, func) INIT_DELAYED_WORK(dwork, func)
#define INIT_RCU_WORK(rwork, func) INIT_WORK(&(rwork)->work, func)
#define destroy_work_on_stack(work) ((void)(work))

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline struct rcu_work *to_rcu_work(struct work_struct *work)
{
	return container_of(work, struct rcu_work, work);
}

static inline bool work_pending(const struct work_struct *work)
{
	return work->entry.next != NULL;
}

static inline bool delayed_work_pending(const struct delayed_work *dwork)
{
	return work_pending(&dwork->work) || timer_pending(&dwork->timer);
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);
#define alloc_ordered_workqueue(fmt, flags, args...) \
	alloc_workqueue(fmt, WQ_UNBOUND | (flags), 1, ##args)
#define create_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name) \
	alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, (name))
void destroy_workqueue(struct workqueue_struct *wq);
void __flush_workqueue(struct workqueue_struct *wq);
#define flush_workqueue(wq) __flush_workqueue(wq)
#define flush_scheduled_work() __flush_workqueue(system_percpu_wq)
void drain_workqueue(struct workqueue_struct *wq);

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay);
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay);
bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork);
bool flush_work(struct work_struct *work);
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
bool disable_work(struct work_struct *work);
bool disable_work_sync(struct work_struct *work);
bool enable_work(struct work_struct *work);
bool disable_delayed_work(struct delayed_work *dwork);
bool disable_delayed_work_sync(struct delayed_work *dwork);
bool enable_delayed_work(struct delayed_work *dwork);
unsigned int work_busy(struct work_struct *work);
struct work_struct *current_work(void);

static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(WORK_CPU_UNBOUND, wq, work);
}

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				      unsigned long delay)
{
	return queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				    unsigned long delay)
{
	return mod_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool schedule_work_on(int cpu, struct work_struct *work)
{
	return queue_work_on(cpu, system_percpu_wq, work);
}

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_percpu_wq, work);
}

static inline bool schedule_delayed_work_on(int cpu, struct delayed_work *dwork,
					    unsigned long delay)
{
	return queue_delayed_work_on(cpu, system_percpu_wq, dwork, delay);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_percpu_wq, dwork, delay);
}

#endif
