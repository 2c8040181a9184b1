/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Fences: made pending, signaled once, waited for. A fence that is signaled can be told from one
 * that failed by its error; a failure that was asked for (kernel/inject.h) sets one.
 */
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "kernel/fence.h"
#include "kernel/inject.h"
#include "kernel/race.h"
#include "kernel/sched.h"
#include "kernel/time.h"

/**
 * struct fence_state - what slot SIM_SLOT_FENCE points to
 * @next_context: for dma_fence_context_alloc(); 0 is the stub's
 * @stub: signaled from the start
 * @stub_lock: of all stubs
 * @stub_ready: @stub has been made
 */
struct fence_state {
	u64 next_context;
	struct dma_fence stub;
	spinlock_t stub_lock;
	bool stub_ready;
};

static struct fence_state *fence_state(void)
{
	return sim_world->slot[SIM_SLOT_FENCE];
}

u64 dma_fence_context_alloc(unsigned int num)
{
	struct fence_state *state = fence_state();
	u64 first = state->next_context;

	WARN_ON(!num);
	state->next_context += num;
	return first;
}

const char *dma_fence_driver_name(struct dma_fence *fence)
{
	/* Once it is signaled the driver may be gone. */
	if (dma_fence_test_signaled_flag(fence))
		return "detached-driver";
	return fence->ops->get_driver_name(fence);
}

const char *dma_fence_timeline_name(struct dma_fence *fence)
{
	if (dma_fence_test_signaled_flag(fence))
		return "signaled-timeline";
	return fence->ops->get_timeline_name(fence);
}

#define fence_event(symbol, fence)                                                     \
	sim_event(symbol, sim_name(dma_fence_driver_name(fence)),                      \
		  sim_name(dma_fence_timeline_name(fence)), (fence)->context, (fence)->seqno)

static void init(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		 u64 context, u64 seqno, unsigned long flags)
{
	BUG_ON(!lock);
	BUG_ON(!ops || !ops->get_driver_name || !ops->get_timeline_name);
	kref_init(&fence->refcount);
	fence->ops = ops;
	INIT_LIST_HEAD(&fence->cb_list);
	fence->lock = lock;
	fence->context = context;
	fence->seqno = seqno;
	fence->flags = flags;
	fence->error = 0;
	fence_event(DMA_FENCE_INIT, fence);
}

void dma_fence_init(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		    u64 context, u64 seqno)
{
	init(fence, ops, lock, context, seqno, 0);
}

void dma_fence_init64(struct dma_fence *fence, const struct dma_fence_ops *ops, spinlock_t *lock,
		      u64 context, u64 seqno)
{
	init(fence, ops, lock, context, seqno, BIT(DMA_FENCE_FLAG_SEQNO64_BIT));
}

static const char *stub_name(struct dma_fence *fence)
{
	return "stub";
}

static const struct dma_fence_ops stub_ops = {
	.get_driver_name = stub_name,
	.get_timeline_name = stub_name,
};

/* Containers pass on what their fences say, and a stub never was anybody's work. */
static bool may_fail(const struct dma_fence *fence)
{
	return fence->ops != &stub_ops && fence->ops != &dma_fence_array_ops &&
	       fence->ops != &dma_fence_chain_ops;
}

void dma_fence_signal_timestamp_locked(struct dma_fence *fence, ktime_t timestamp)
{
	struct dma_fence_cb *cb, *next;
	struct list_head callbacks;

	lockdep_assert_held(fence->lock);
	if (dma_fence_test_signaled_flag(fence))
		return;
	if (!fence->error && may_fail(fence) && sim_inject(&sim_fault_fence, NULL))
		fence->error = -EIO;
	fence_event(DMA_FENCE_SIGNALED, fence);
	set_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags);
	sim_order_release(fence);
	/* The list's place is needed for the time. */
	list_replace(&fence->cb_list, &callbacks);
	fence->timestamp = timestamp;
	set_bit(DMA_FENCE_FLAG_TIMESTAMP_BIT, &fence->flags);
	list_for_each_entry_safe(cb, next, &callbacks, node) {
		INIT_LIST_HEAD(&cb->node);
		cb->func(fence, cb);
	}
}

void dma_fence_signal_locked(struct dma_fence *fence)
{
	dma_fence_signal_timestamp_locked(fence, ktime_get());
}

void dma_fence_signal_timestamp(struct dma_fence *fence, ktime_t timestamp)
{
	unsigned long flags;

	if (WARN_ON(!fence))
		return;
	spin_lock_irqsave(fence->lock, flags);
	dma_fence_signal_timestamp_locked(fence, timestamp);
	spin_unlock_irqrestore(fence->lock, flags);
}

void dma_fence_signal(struct dma_fence *fence)
{
	bool cookie;

	if (WARN_ON(!fence))
		return;
	cookie = dma_fence_begin_signalling();
	dma_fence_signal_timestamp(fence, ktime_get());
	dma_fence_end_signalling(cookie);
}

bool dma_fence_check_and_signal_locked(struct dma_fence *fence)
{
	bool was_signaled = dma_fence_test_signaled_flag(fence);

	dma_fence_signal_locked(fence);
	return was_signaled;
}

bool dma_fence_check_and_signal(struct dma_fence *fence)
{
	unsigned long flags;
	bool was_signaled;

	spin_lock_irqsave(fence->lock, flags);
	was_signaled = dma_fence_check_and_signal_locked(fence);
	spin_unlock_irqrestore(fence->lock, flags);
	return was_signaled;
}

/* Who still waits must not wait for ever: the error says that something went wrong. */
static void signal_abandoned(struct dma_fence *fence)
{
	unsigned long flags;

	WARN(1, "Fence %s:%s:%llx:%llx released with pending signals!\n",
	     dma_fence_driver_name(fence), dma_fence_timeline_name(fence), fence->context,
	     fence->seqno);
	spin_lock_irqsave(fence->lock, flags);
	fence->error = -EDEADLK;
	dma_fence_signal_locked(fence);
	spin_unlock_irqrestore(fence->lock, flags);
}

void dma_fence_release(struct kref *kref)
{
	struct dma_fence *fence = container_of(kref, struct dma_fence, refcount);

	rcu_read_lock();
	fence_event(DMA_FENCE_DESTROY, fence);
	if (!list_empty(&fence->cb_list) && !dma_fence_test_signaled_flag(fence))
		signal_abandoned(fence);
	rcu_read_unlock();
	if (fence->ops->release)
		fence->ops->release(fence);
	else
		dma_fence_free(fence);
}

void dma_fence_free(struct dma_fence *fence)
{
	kfree_rcu(fence, rcu);
}

/* False when it is signaled, perhaps only now. The lock is held. */
static bool enable_signaling(struct dma_fence *fence)
{
	bool was_enabled;

	lockdep_assert_held(fence->lock);
	was_enabled = test_and_set_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &fence->flags);
	if (dma_fence_test_signaled_flag(fence))
		return false;
	if (was_enabled || !fence->ops->enable_signaling)
		return true;
	fence_event(DMA_FENCE_ENABLE_SIGNAL, fence);
	if (fence->ops->enable_signaling(fence))
		return true;
	dma_fence_signal_locked(fence);
	return false;
}

void dma_fence_enable_sw_signaling(struct dma_fence *fence)
{
	unsigned long flags;

	spin_lock_irqsave(fence->lock, flags);
	enable_signaling(fence);
	spin_unlock_irqrestore(fence->lock, flags);
}

int dma_fence_add_callback(struct dma_fence *fence, struct dma_fence_cb *cb,
			   dma_fence_func_t func)
{
	unsigned long flags;
	int err = 0;

	if (WARN_ON(!fence || !func))
		return -EINVAL;
	if (dma_fence_test_signaled_flag(fence)) {
		INIT_LIST_HEAD(&cb->node);
		return -ENOENT;
	}
	spin_lock_irqsave(fence->lock, flags);
	if (enable_signaling(fence)) {
		cb->func = func;
		list_add_tail(&cb->node, &fence->cb_list);
	} else {
		INIT_LIST_HEAD(&cb->node);
		err = -ENOENT;
	}
	spin_unlock_irqrestore(fence->lock, flags);
	return err;
}

bool dma_fence_remove_callback(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	unsigned long flags;
	bool was_waiting;

	spin_lock_irqsave(fence->lock, flags);
	was_waiting = !list_empty(&cb->node);
	if (was_waiting)
		list_del_init(&cb->node);
	spin_unlock_irqrestore(fence->lock, flags);
	return was_waiting;
}

int dma_fence_get_status(struct dma_fence *fence)
{
	unsigned long flags;
	int status;

	spin_lock_irqsave(fence->lock, flags);
	status = dma_fence_get_status_locked(fence);
	spin_unlock_irqrestore(fence->lock, flags);
	return status;
}

void dma_fence_set_deadline(struct dma_fence *fence, ktime_t deadline)
{
	if (fence->ops->set_deadline && !dma_fence_is_signaled(fence))
		fence->ops->set_deadline(fence, deadline);
}

/* The stub is made when it is first asked for: nobody can tell. */
struct dma_fence *dma_fence_get_stub(void)
{
	struct fence_state *state = fence_state();

	if (!state->stub_ready) {
		state->stub_ready = true;
		spin_lock_init(&state->stub_lock);
		dma_fence_init(&state->stub, &stub_ops, &state->stub_lock, 0, 0);
		set_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &state->stub.flags);
		dma_fence_signal(&state->stub);
	}
	return dma_fence_get(&state->stub);
}

struct dma_fence *dma_fence_allocate_private_stub(ktime_t timestamp)
{
	struct dma_fence *fence = kzalloc_obj(*fence);

	if (!fence)
		return NULL;
	dma_fence_put(dma_fence_get_stub());
	dma_fence_init(fence, &stub_ops, &fence_state()->stub_lock, 0, 0);
	set_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &fence->flags);
	dma_fence_signal_timestamp(fence, timestamp);
	return fence;
}

static int fence_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_FENCE] = sim_alloc(world, sizeof(struct fence_state));
	return 0;
}

static void fence_start(struct svmsim_world *world)
{
	struct fence_state *state = world->slot[SIM_SLOT_FENCE];

	__builtin_memset(state, 0, sizeof(*state));
	state->next_context = 1;
	/* The one class of the program; its stamps are a run's. */
	atomic_long_set(&reservation_ww_class.stamp, 0);
}

static void fence_unmake(struct svmsim_world *world)
{
	sim_free(world, world->slot[SIM_SLOT_FENCE], sizeof(struct fence_state));
	world->slot[SIM_SLOT_FENCE] = NULL;
}

const struct sim_layer sim_layer_fence = {
	.name = "fence",
	.slot = SIM_SLOT_FENCE,
	.make = fence_make,
	.start = fence_start,
	.unmake = fence_unmake,
};
