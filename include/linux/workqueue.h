/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Work items run in worker tasks: on the CPU that queued them, one at a time unless one sleeps; on
 * any CPU when the queue is unbound; in softirq context with WQ_BH. See kernel/workqueue.h.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/lockdep_types.h>
#include <linux/rcupdate.h>
#include <linux/sim_site.h>
#include <linux/timer.h>
#include <linux/types.h>

/* fidelity: same */
struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

/* fidelity: simplified: no rescuers; a worker that hogs its CPU is never set aside; no freezing */
struct work_struct {
	struct list_head entry;
	work_func_t func;
	struct lockdep_map lockdep_map;
	struct lock_class_key sim_key;
	const char *sim_name;
	struct sim_pwq *sim_pwq;
	u64 sim_instance;
	u64 sim_pass;
	u32 sim_disable_count;
	u16 sim_place;
	bool sim_is_bh;
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

struct execute_work {
	struct work_struct work;
};

#define WORK_CPU_UNBOUND NR_CPUS
#define WORK_BUSY_PENDING (1 << 0)
#define WORK_BUSY_RUNNING (1 << 1)

#define WQ_BH (1 << 0)
#define WQ_UNBOUND (1 << 1)
#define WQ_FREEZABLE (1 << 2)
#define WQ_MEM_RECLAIM (1 << 3)
#define WQ_HIGHPRI (1 << 4)
#define WQ_CPU_INTENSIVE (1 << 5)
#define WQ_SYSFS (1 << 6)
#define WQ_POWER_EFFICIENT (1 << 7)
#define WQ_PERCPU (1 << 8)
#define __WQ_DRAINING (1 << 16)
#define __WQ_ORDERED (1 << 17)
#define __WQ_LEGACY (1 << 18)
#define WQ_MAX_ACTIVE 2048
#define WQ_DFL_ACTIVE (WQ_MAX_ACTIVE / 2)

enum sim_system_wq {
	SIM_SYSTEM_WQ,
	SIM_SYSTEM_WQ_HIGHPRI,
	SIM_SYSTEM_WQ_LONG,
	SIM_SYSTEM_WQ_UNBOUND,
	SIM_SYSTEM_WQ_FREEZABLE,
	SIM_SYSTEM_WQ_POWER,
	SIM_SYSTEM_WQ_FREEZABLE_POWER,
	SIM_SYSTEM_WQ_BH,
	SIM_SYSTEM_WQ_BH_HIGHPRI,
	SIM_SYSTEM_WQ_COUNT,
};

/* Each world has queues of its own, so these are no variables. */
struct workqueue_struct *sim_system_wq(enum sim_system_wq which);
#define system_wq sim_system_wq(SIM_SYSTEM_WQ)
#define system_percpu_wq sim_system_wq(SIM_SYSTEM_WQ)
#define system_highpri_wq sim_system_wq(SIM_SYSTEM_WQ_HIGHPRI)
#define system_long_wq sim_system_wq(SIM_SYSTEM_WQ_LONG)
#define system_unbound_wq sim_system_wq(SIM_SYSTEM_WQ_UNBOUND)
#define system_dfl_wq sim_system_wq(SIM_SYSTEM_WQ_UNBOUND)
#define system_freezable_wq sim_system_wq(SIM_SYSTEM_WQ_FREEZABLE)
#define system_power_efficient_wq sim_system_wq(SIM_SYSTEM_WQ_POWER)
#define system_freezable_power_efficient_wq sim_system_wq(SIM_SYSTEM_WQ_FREEZABLE_POWER)
#define system_bh_wq sim_system_wq(SIM_SYSTEM_WQ_BH)
#define system_bh_highpri_wq sim_system_wq(SIM_SYSTEM_WQ_BH_HIGHPRI)

void delayed_work_timer_fn(struct timer_list *timer);
void sim_work_init(struct work_struct *work, work_func_t func, const char *name,
		   const char *map_name, struct lock_class_key *key);

#define __WORK_INITIALIZER(n, f)                                           \
	{                                                                  \
		.func = (f),                                               \
		.sim_name = #f,                                            \
		.lockdep_map = STATIC_LOCKDEP_MAP_INIT(#n, &(n).sim_key),  \
		.sim_key = SIM_LOCK_FILE_KEY,                              \
	}
#define __DELAYED_WORK_INITIALIZER(n, f, tflags)                                             \
	{                                                                                    \
		.work = __WORK_INITIALIZER((n).work, f),                                     \
		.timer = __TIMER_INITIALIZER(delayed_work_timer_fn, (tflags) | TIMER_IRQSAFE), \
	}
/* declares: DECLARE_WORK, DECLARE_DELAYED_WORK, DECLARE_DEFERRABLE_WORK */
#define DECLARE_WORK(n, f) struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f) \
	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define DECLARE_DEFERRABLE_WORK(n, f) \
	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, TIMER_DEFERRABLE)

#define INIT_WORK_ONSTACK_KEY(_work, _func, _key) \
	sim_work_init((_work), (_func), #_func, "(work_completion)" #_work, (_key))
#define INIT_WORK(_work, _func)                                               \
	do {                                                                  \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY;      \
		INIT_WORK_ONSTACK_KEY(_work, _func, &__key);                  \
	} while (0)
#define INIT_WORK_ONSTACK(_work, _func) INIT_WORK(_work, _func)
#define SIM_INIT_DELAYED_WORK(_work, _func, _tflags)                                      \
	do {                                                                              \
		INIT_WORK(&(_work)->work, _func);                                         \
		timer_setup(&(_work)->timer, delayed_work_timer_fn, (_tflags) | TIMER_IRQSAFE); \
	} while (0)
#define INIT_DELAYED_WORK(_work, _func) SIM_INIT_DELAYED_WORK(_work, _func, 0)
#define INIT_DELAYED_WORK_ONSTACK(_work, _func) SIM_INIT_DELAYED_WORK(_work, _func, 0)
#define INIT_DEFERRABLE_WORK(_work, _func) SIM_INIT_DELAYED_WORK(_work, _func, TIMER_DEFERRABLE)
#define INIT_DEFERRABLE_WORK_ONSTACK(_work, _func) INIT_DEFERRABLE_WORK(_work, _func)
#define INIT_RCU_WORK(_work, _func) INIT_WORK(&(_work)->work, _func)
#define INIT_RCU_WORK_ONSTACK(_work, _func) INIT_RCU_WORK(_work, _func)
void destroy_work_on_stack(struct work_struct *work);
void destroy_delayed_work_on_stack(struct delayed_work *work);

#define from_work(var, callback_work, work_fieldname) \
	container_of(callback_work, __typeof__(*var), work_fieldname)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline struct rcu_work *to_rcu_work(struct work_struct *work)
{
	return container_of(work, struct rcu_work, work);
}

/* From queueing until the function begins; a delayed item from its arming on. */
static inline bool work_pending(const struct work_struct *work)
{
	return work->entry.next != NULL;
}

static inline bool delayed_work_pending(const struct delayed_work *dwork)
{
	return work_pending(&dwork->work);
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);
struct workqueue_struct *alloc_workqueue_lockdep_map(const char *fmt, unsigned int flags,
						     int max_active,
						     struct lockdep_map *lockdep_map, ...)
	__printf(1, 5);
#define alloc_ordered_workqueue(fmt, flags, args...) \
	alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##args)
#define alloc_ordered_workqueue_lockdep_map(fmt, flags, lockdep_map, args...)                   \
	alloc_workqueue_lockdep_map(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, lockdep_map, \
				    ##args)
#define create_workqueue(name) \
	alloc_workqueue("%s", __WQ_LEGACY | WQ_MEM_RECLAIM | WQ_PERCPU, 1, (name))
#define create_freezable_workqueue(name)                                                  \
	alloc_workqueue("%s", __WQ_LEGACY | WQ_FREEZABLE | WQ_UNBOUND | WQ_MEM_RECLAIM, 1, \
			(name))
#define create_singlethread_workqueue(name) \
	alloc_ordered_workqueue("%s", __WQ_LEGACY | WQ_MEM_RECLAIM, (name))
void workqueue_set_max_active(struct workqueue_struct *wq, int max_active);

/* Functions for whoever needs an address; the macros of these names say where they are used. */
void destroy_workqueue(struct workqueue_struct *wq);
void __flush_workqueue(struct workqueue_struct *wq);
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
bool flush_rcu_work(struct rcu_work *rwork);
unsigned int work_busy(struct work_struct *work);
struct work_struct *current_work(void);
int schedule_on_each_cpu(work_func_t func);

void sim_destroy_workqueue(struct workqueue_struct *wq, const struct sim_site *site);
void sim_flush_workqueue(struct workqueue_struct *wq, const struct sim_site *site);
void sim_drain_workqueue(struct workqueue_struct *wq, const struct sim_site *site);
bool sim_queue_work(int cpu, struct workqueue_struct *wq, struct work_struct *work,
		    const struct sim_site *site);
bool sim_queue_delayed(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
		       unsigned long delay, const struct sim_site *site);
bool sim_mod_delayed(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
		     unsigned long delay, const struct sim_site *site);
bool sim_flush_work(struct work_struct *work, const struct sim_site *site);
bool sim_flush_delayed(struct delayed_work *dwork, const struct sim_site *site);
bool sim_cancel_sync(struct work_struct *work, bool disable, const struct sim_site *site);

#define SIM_WORK_WAKE(name, argument) SIM_SITE(SIM_POINT_WAKE, name, argument)
#define SIM_WORK_WAIT(name, argument) SIM_SITE(SIM_POINT_WAIT, name, argument)

#define destroy_workqueue(wq) \
	sim_destroy_workqueue((wq), SIM_WORK_WAIT("destroy_workqueue", #wq))
#define drain_workqueue(wq) sim_drain_workqueue((wq), SIM_WORK_WAIT("drain_workqueue", #wq))
#define __flush_workqueue(wq) sim_flush_workqueue((wq), SIM_WORK_WAIT("flush_workqueue", #wq))
#define flush_workqueue(wq) sim_flush_workqueue((wq), SIM_WORK_WAIT("flush_workqueue", #wq))
#define flush_scheduled_work() \
	sim_flush_workqueue(system_percpu_wq, SIM_WORK_WAIT("flush_scheduled_work", ""))

#define queue_work_on(cpu, wq, work) \
	sim_queue_work((cpu), (wq), (work), SIM_WORK_WAKE("queue_work_on", #work))
#define queue_work(wq, work) \
	sim_queue_work(WORK_CPU_UNBOUND, (wq), (work), SIM_WORK_WAKE("queue_work", #work))
#define queue_work_node(node, wq, work) \
	sim_queue_work(WORK_CPU_UNBOUND, (wq), (work), SIM_WORK_WAKE("queue_work_node", #work))
#define schedule_work_on(cpu, work)                  \
	sim_queue_work((cpu), system_percpu_wq, (work), \
		       SIM_WORK_WAKE("schedule_work_on", #work))
#define schedule_work(work)                                    \
	sim_queue_work(WORK_CPU_UNBOUND, system_percpu_wq, (work), \
		       SIM_WORK_WAKE("schedule_work", #work))
#define enable_and_queue_work(wq, work) (enable_work(work) ? (queue_work(wq, work), true) : false)

#define queue_delayed_work_on(cpu, wq, dwork, delay)      \
	sim_queue_delayed((cpu), (wq), (dwork), (delay),  \
			  SIM_WORK_WAKE("queue_delayed_work_on", #dwork))
#define queue_delayed_work(wq, dwork, delay)                          \
	sim_queue_delayed(WORK_CPU_UNBOUND, (wq), (dwork), (delay),   \
			  SIM_WORK_WAKE("queue_delayed_work", #dwork))
#define schedule_delayed_work_on(cpu, dwork, delay)                  \
	sim_queue_delayed((cpu), system_percpu_wq, (dwork), (delay), \
			  SIM_WORK_WAKE("schedule_delayed_work_on", #dwork))
#define schedule_delayed_work(dwork, delay)                                       \
	sim_queue_delayed(WORK_CPU_UNBOUND, system_percpu_wq, (dwork), (delay),   \
			  SIM_WORK_WAKE("schedule_delayed_work", #dwork))
#define mod_delayed_work_on(cpu, wq, dwork, delay)     \
	sim_mod_delayed((cpu), (wq), (dwork), (delay), \
			SIM_WORK_WAKE("mod_delayed_work_on", #dwork))
#define mod_delayed_work(wq, dwork, delay)                         \
	sim_mod_delayed(WORK_CPU_UNBOUND, (wq), (dwork), (delay),  \
			SIM_WORK_WAKE("mod_delayed_work", #dwork))

#define flush_work(work) sim_flush_work((work), SIM_WORK_WAIT("flush_work", #work))
#define flush_delayed_work(dwork) \
	sim_flush_delayed((dwork), SIM_WORK_WAIT("flush_delayed_work", #dwork))
#define cancel_work_sync(work) \
	sim_cancel_sync((work), false, SIM_WORK_WAIT("cancel_work_sync", #work))
#define cancel_delayed_work_sync(dwork)                                               \
	sim_cancel_sync(&(dwork)->work, false,                                        \
			SIM_WORK_WAIT("cancel_delayed_work_sync", #dwork))
#define disable_work_sync(work) \
	sim_cancel_sync((work), true, SIM_WORK_WAIT("disable_work_sync", #work))
#define disable_delayed_work_sync(dwork)                                              \
	sim_cancel_sync(&(dwork)->work, true,                                         \
			SIM_WORK_WAIT("disable_delayed_work_sync", #dwork))

#endif
