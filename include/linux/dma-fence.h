/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DMA_FENCE_H
#define _LINUX_DMA_FENCE_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sim_lockdep.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/types.h>
#include <asm/processor.h>

struct dma_fence_cb;
struct dma_fence_ops;

/* fidelity: same */
struct dma_fence {
	spinlock_t *lock;
	const struct dma_fence_ops *ops;
	/* One after the other: waiters until it signals, when it did, its end. */
	union {
		struct list_head cb_list;
		ktime_t timestamp;
		struct rcu_head rcu;
	};
	u64 context;
	u64 seqno;
	unsigned long flags;
	struct kref refcount;
	int error;
};

enum dma_fence_flag_bits {
	DMA_FENCE_FLAG_SEQNO64_BIT,
	DMA_FENCE_FLAG_SIGNALED_BIT,
	DMA_FENCE_FLAG_TIMESTAMP_BIT,
	DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT,
	DMA_FENCE_FLAG_USER_BITS,
};

typedef void (*dma_fence_func_t)(struct dma_fence *fence, struct dma_fence_cb *cb);

struct dma_fence_cb {
	struct list_head node;
	dma_fence_func_t func;
};

struct dma_fence_ops {
	const char *(*get_driver_name)(struct dma_fence *fence);
	const char *(*get_timeline_name)(struct dma_fence *fence);
	bool (*enable_signaling)(struct dma_fence *fence);
	bool (*signaled)(struct dma_fence *fence);
	long (*wait)(struct dma_fence *fence, bool intr, long timeout);
	void (*release)(struct dma_fence *fence);
	void (*set_deadline)(struct dma_fence *fence, ktime_t deadline);
};

extern const struct dma_fence_ops dma_fence_array_ops;
extern const struct dma_fence_ops dma_fence_chain_ops;

void dma_fence_init(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		    u64 context, u64 seqno);
void dma_fence_init64(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		      u64 context, u64 seqno);
void dma_fence_release(struct kref *kref);
void dma_fence_free(struct dma_fence *fence);
u64 dma_fence_context_alloc(unsigned int num);
struct dma_fence *dma_fence_get_stub(void);
struct dma_fence *dma_fence_allocate_private_stub(ktime_t timestamp);

void dma_fence_signal(struct dma_fence *fence);
void dma_fence_signal_locked(struct dma_fence *fence);
void dma_fence_signal_timestamp(struct dma_fence *fence, ktime_t timestamp);
void dma_fence_signal_timestamp_locked(struct dma_fence *fence, ktime_t timestamp);
/* True when it was signaled before. */
bool dma_fence_check_and_signal(struct dma_fence *fence);
bool dma_fence_check_and_signal_locked(struct dma_fence *fence);

/* 0; -ENOENT when it is signaled already, and the callback won't come; -EINVAL. */
int dma_fence_add_callback(struct dma_fence *fence, struct dma_fence_cb *cb,
			   dma_fence_func_t func);
bool dma_fence_remove_callback(struct dma_fence *fence, struct dma_fence_cb *cb);
void dma_fence_enable_sw_signaling(struct dma_fence *fence);
const char *dma_fence_driver_name(struct dma_fence *fence);
const char *dma_fence_timeline_name(struct dma_fence *fence);
/* 0 while it is pending, 1 when it is signaled, or its error. */
int dma_fence_get_status(struct dma_fence *fence);
void dma_fence_set_deadline(struct dma_fence *fence, ktime_t deadline);

/* Jiffies left, at least 1; 0 when time is up; -ERESTARTSYS. */
long sim_fence_wait_timeout(struct dma_fence *fence, bool intr, long timeout,
			    const struct sim_site *site);
long sim_fence_default_wait(struct dma_fence *fence, bool intr, long timeout,
			    const struct sim_site *site);
long sim_fence_wait_any_timeout(struct dma_fence **fences, u32 count, bool intr, long timeout,
				u32 *idx, const struct sim_site *site);
#define dma_fence_wait_timeout(fence, intr, timeout) \
	sim_fence_wait_timeout(fence, intr, timeout, \
			       SIM_SITE(SIM_POINT_WAIT, "dma_fence_wait_timeout", #fence))
#define dma_fence_default_wait(fence, intr, timeout) \
	sim_fence_default_wait(fence, intr, timeout, \
			       SIM_SITE(SIM_POINT_WAIT, "dma_fence_default_wait", #fence))
#define dma_fence_wait_any_timeout(fences, count, intr, timeout, idx) \
	sim_fence_wait_any_timeout(fences, count, intr, timeout, idx, \
				   SIM_SITE(SIM_POINT_WAIT, "dma_fence_wait_any_timeout", #fences))
#define dma_fence_wait(fence, intr) \
	({ \
		long __sim_left = sim_fence_wait_timeout(fence, intr, MAX_SCHEDULE_TIMEOUT, \
			SIM_SITE(SIM_POINT_WAIT, "dma_fence_wait", #fence)); \
		__sim_left < 0 ? __sim_left : 0l; \
	})

static inline void dma_fence_put(struct dma_fence *fence)
{
	if (fence)
		kref_put(&fence->refcount, dma_fence_release);
}

static inline struct dma_fence *dma_fence_get(struct dma_fence *fence)
{
	if (fence)
		kref_get(&fence->refcount);
	return fence;
}

static inline struct dma_fence *dma_fence_get_rcu(struct dma_fence *fence)
{
	return kref_get_unless_zero(&fence->refcount) ? fence : NULL;
}

/* Of what a pointer says that others may change: taken, and still said. */
static inline struct dma_fence *dma_fence_get_rcu_safe(struct dma_fence **fencep)
{
	struct dma_fence *fence;

	while ((fence = rcu_dereference(*fencep))) {
		if (!dma_fence_get_rcu(fence))
			continue;
		if (fence == rcu_access_pointer(*fencep))
			break;
		dma_fence_put(fence);
	}
	return fence;
}

static inline bool dma_fence_test_signaled_flag(struct dma_fence *fence)
{
	return test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags);
}

/* Asks the driver where nobody has said so yet; what it says is signaled here and now. */
static inline bool dma_fence_is_signaled_locked(struct dma_fence *fence)
{
	if (!dma_fence_test_signaled_flag(fence)) {
		if (!fence->ops->signaled || !fence->ops->signaled(fence))
			return false;
		dma_fence_signal_locked(fence);
	}
	return true;
}

static inline bool dma_fence_is_signaled(struct dma_fence *fence)
{
	if (!dma_fence_test_signaled_flag(fence)) {
		if (!fence->ops->signaled || !fence->ops->signaled(fence))
			return false;
		dma_fence_signal(fence);
	}
	return true;
}

static inline bool __dma_fence_is_later(struct dma_fence *fence, u64 f1, u64 f2)
{
	if (test_bit(DMA_FENCE_FLAG_SEQNO64_BIT, &fence->flags))
		return f1 > f2;
	/* Numbers of 32 bits wrap. */
	return (s32)((u32)f1 - (u32)f2) > 0;
}

static inline bool dma_fence_is_later(struct dma_fence *f1, struct dma_fence *f2)
{
	if (WARN_ON(f1->context != f2->context))
		return false;
	return __dma_fence_is_later(f1, f1->seqno, f2->seqno);
}

static inline bool dma_fence_is_later_or_same(struct dma_fence *f1, struct dma_fence *f2)
{
	return f1 == f2 || dma_fence_is_later(f1, f2);
}

static inline struct dma_fence *dma_fence_later(struct dma_fence *f1, struct dma_fence *f2)
{
	struct dma_fence *later;

	if (WARN_ON(f1->context != f2->context))
		return NULL;
	later = dma_fence_is_later(f1, f2) ? f1 : f2;
	return dma_fence_is_signaled(later) ? NULL : later;
}

static inline int dma_fence_get_status_locked(struct dma_fence *fence)
{
	if (!dma_fence_is_signaled_locked(fence))
		return 0;
	return fence->error ? fence->error : 1;
}

static inline void dma_fence_set_error(struct dma_fence *fence, int error)
{
	WARN_ON(test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags));
	WARN_ON(error >= 0 || error < -MAX_ERRNO);
	fence->error = error;
}

static inline ktime_t dma_fence_timestamp(struct dma_fence *fence)
{
	if (WARN_ON(!test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags)))
		return ktime_get();
	while (!test_bit(DMA_FENCE_FLAG_TIMESTAMP_BIT, &fence->flags))
		cpu_relax();
	return fence->timestamp;
}

static inline bool dma_fence_is_array(struct dma_fence *fence)
{
	return fence->ops == &dma_fence_array_ops;
}

static inline bool dma_fence_is_chain(struct dma_fence *fence)
{
	return fence->ops == &dma_fence_chain_ops;
}

static inline bool dma_fence_is_container(struct dma_fence *fence)
{
	return dma_fence_is_array(fence) || dma_fence_is_chain(fence);
}

#endif
