/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/types.h>

struct completion;
struct kthread;

/* fidelity: simplified: made by the caller's call, without waiting for another thread */
struct task_struct *sim_kthread_create(const struct sim_site *site, int (*threadfn)(void *data),
				       void *data, int cpu, const char *namefmt, ...)
	__printf(5, 6);
int sim_kthread_stop(struct task_struct *k, const struct sim_site *site);
bool sim_kthread_should_stop(const struct sim_site *site);
int sim_kthread_park(struct task_struct *k, const struct sim_site *site);

#define SIM_KTHREAD_CREATE(primitive, threadfn, data, cpu, ...) \
	sim_kthread_create(SIM_SITE(SIM_POINT_TASK, primitive, #threadfn), threadfn, data, cpu, \
			   __VA_ARGS__)
#define kthread_create_on_node(threadfn, data, node, ...) \
	((void)(node), \
	 SIM_KTHREAD_CREATE("kthread_create_on_node", threadfn, data, -1, __VA_ARGS__))
#define kthread_create(threadfn, data, ...) \
	SIM_KTHREAD_CREATE("kthread_create", threadfn, data, -1, __VA_ARGS__)
/* The name may have one %u, for the CPU. */
#define kthread_create_on_cpu(threadfn, data, cpu, namefmt) \
	SIM_KTHREAD_CREATE("kthread_create_on_cpu", threadfn, data, (int)(cpu), namefmt, \
			   (unsigned int)(cpu))
#define SIM_KTHREAD_RUN(create) \
	({ \
		struct task_struct *__k = (create); \
		if (!IS_ERR(__k)) \
			wake_up_process(__k); \
		__k; \
	})
#define kthread_run(threadfn, data, ...) \
	SIM_KTHREAD_RUN(SIM_KTHREAD_CREATE("kthread_run", threadfn, data, -1, __VA_ARGS__))
#define kthread_run_on_cpu(threadfn, data, cpu, namefmt) \
	SIM_KTHREAD_RUN(SIM_KTHREAD_CREATE("kthread_run_on_cpu", threadfn, data, (int)(cpu), \
					   namefmt, (unsigned int)(cpu)))

/* fidelity: same */
void kthread_bind(struct task_struct *k, unsigned int cpu);
int kthread_stop(struct task_struct *k);
int kthread_stop_put(struct task_struct *k);
bool kthread_should_stop(void);
bool kthread_should_park(void);
bool kthread_should_stop_or_park(void);
void *kthread_func(struct task_struct *k);
void *kthread_data(struct task_struct *k);
int kthread_park(struct task_struct *k);
void kthread_unpark(struct task_struct *k);
void kthread_parkme(void);
void __noreturn kthread_exit(long result);
void __noreturn kthread_complete_and_exit(struct completion *comp, long code);

#define kthread_stop(k) sim_kthread_stop((k), SIM_SITE(SIM_POINT_WAIT, "kthread_stop", #k))
#define kthread_should_stop() \
	sim_kthread_should_stop(SIM_SITE(SIM_POINT_MARKED, "kthread_should_stop", ""))
#define kthread_park(k) sim_kthread_park((k), SIM_SITE(SIM_POINT_WAIT, "kthread_park", #k))
/* fidelity: simplified: nothing is ever frozen */
bool kthread_freezable_should_stop(bool *was_frozen);

/* fidelity: same */
struct kthread_work;
typedef void (*kthread_work_func_t)(struct kthread_work *work);

enum {
	KTW_FREEZABLE = 1 << 0,
};

struct kthread_worker {
	unsigned int flags;
	raw_spinlock_t lock;
	struct list_head work_list;
	struct list_head delayed_work_list;
	struct task_struct *task;
	struct kthread_work *current_work;
};

struct kthread_work {
	struct list_head node;
	kthread_work_func_t func;
	struct kthread_worker *worker;
	int canceling;
};

struct kthread_delayed_work {
	struct kthread_work work;
	struct timer_list timer;
};

void kthread_delayed_work_timer_fn(struct timer_list *timer);
int kthread_worker_fn(void *worker_ptr);

#define KTHREAD_WORK_INIT(work, fn) \
	{ .node = { &(work).node, &(work).node }, .func = (fn) }
#define KTHREAD_DELAYED_WORK_INIT(dwork, fn) \
	{ .work = KTHREAD_WORK_INIT((dwork).work, (fn)), \
	  .timer = __TIMER_INITIALIZER(kthread_delayed_work_timer_fn, TIMER_IRQSAFE) }
#define DEFINE_KTHREAD_WORK(work, fn) struct kthread_work work = KTHREAD_WORK_INIT(work, fn)
#define DEFINE_KTHREAD_DELAYED_WORK(dwork, fn) \
	struct kthread_delayed_work dwork = KTHREAD_DELAYED_WORK_INIT(dwork, fn)
#define kthread_init_worker(worker) \
	do { \
		memset((worker), 0, sizeof(struct kthread_worker)); \
		raw_spin_lock_init(&(worker)->lock); \
		INIT_LIST_HEAD(&(worker)->work_list); \
		INIT_LIST_HEAD(&(worker)->delayed_work_list); \
	} while (0)
#define kthread_init_work(work, fn) \
	do { \
		memset((work), 0, sizeof(struct kthread_work)); \
		INIT_LIST_HEAD(&(work)->node); \
		(work)->func = (fn); \
	} while (0)
#define kthread_init_delayed_work(dwork, fn) \
	do { \
		kthread_init_work(&(dwork)->work, (fn)); \
		timer_setup(&(dwork)->timer, kthread_delayed_work_timer_fn, TIMER_IRQSAFE); \
	} while (0)

struct kthread_worker *kthread_create_worker_on_node(unsigned int flags, int node,
						     const char namefmt[], ...) __printf(3, 4);
struct kthread_worker *kthread_create_worker_on_cpu(int cpu, unsigned int flags,
						    const char namefmt[]);
#define kthread_create_worker(flags, ...) \
	kthread_create_worker_on_node(flags, NUMA_NO_NODE, __VA_ARGS__)
#define SIM_KTHREAD_RUN_WORKER(create) \
	({ \
		struct kthread_worker *__kw = (create); \
		if (!IS_ERR(__kw)) \
			wake_up_process(__kw->task); \
		__kw; \
	})
#define kthread_run_worker(flags, ...) \
	SIM_KTHREAD_RUN_WORKER(kthread_create_worker(flags, __VA_ARGS__))
#define kthread_run_worker_on_cpu(cpu, flags, namefmt) \
	SIM_KTHREAD_RUN_WORKER(kthread_create_worker_on_cpu(cpu, flags, namefmt))

bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work);
bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
				unsigned long delay);
bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
			      unsigned long delay);
void kthread_flush_work(struct kthread_work *work);
void kthread_flush_worker(struct kthread_worker *worker);
bool kthread_cancel_work_sync(struct kthread_work *work);
bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *work);
void kthread_destroy_worker(struct kthread_worker *worker);

#endif
