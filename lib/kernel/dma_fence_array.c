/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Many fences as one: signaled when all are, or any. The first error of a part is the whole's. */
#include <linux/dma-fence-array.h>
#include <linux/errno.h>
#include <linux/slab.h>

/* While the array is pending and no part has failed. */
#define NO_ERROR_YET 1

static const char *array_driver_name(struct dma_fence *fence)
{
	return "dma_fence_array";
}

static const char *array_timeline_name(struct dma_fence *fence)
{
	return "unbound";
}

static void take_error(struct dma_fence_array *array, int error)
{
	if (error && array->base.error == NO_ERROR_YET)
		array->base.error = error;
}

static void settle_error(struct dma_fence_array *array)
{
	if (array->base.error == NO_ERROR_YET)
		array->base.error = 0;
}

/* Out of the callback of a part, whose lock is held: the array signals in interrupt context. */
static void array_work(struct irq_work *work)
{
	struct dma_fence_array *array = container_of(work, struct dma_fence_array, work);

	settle_error(array);
	dma_fence_signal(&array->base);
	dma_fence_put(&array->base);
}

static void part_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct dma_fence_array *array = container_of(cb, struct dma_fence_array_cb, cb)->array;

	take_error(array, fence->error);
	if (atomic_dec_and_test(&array->num_pending))
		irq_work_queue(&array->work);
	else
		dma_fence_put(&array->base);
}

static bool array_enable_signaling(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++) {
		struct dma_fence_array_cb *cb = &array->callbacks[i];

		cb->array = array;
		/* Each callback that is to come keeps the array. */
		dma_fence_get(&array->base);
		if (!dma_fence_add_callback(array->fences[i], &cb->cb, part_signaled))
			continue;
		take_error(array, array->fences[i]->error);
		dma_fence_put(&array->base);
		if (atomic_dec_and_test(&array->num_pending)) {
			settle_error(array);
			return false;
		}
	}
	return true;
}

static bool array_signaled(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);
	int pending = atomic_read_acquire(&array->num_pending);

	if (test_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &fence->flags)) {
		if (pending > 0)
			return false;
		settle_error(array);
		return true;
	}
	/* Nobody counts yet: look at the parts. */
	for (unsigned int i = 0; i < array->num_fences; i++) {
		if (!dma_fence_is_signaled(array->fences[i]) || --pending)
			continue;
		settle_error(array);
		return true;
	}
	return false;
}

static void array_release(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++)
		dma_fence_put(array->fences[i]);
	kfree(array->fences);
	dma_fence_free(fence);
}

static void array_set_deadline(struct dma_fence *fence, ktime_t deadline)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++)
		dma_fence_set_deadline(array->fences[i], deadline);
}

const struct dma_fence_ops dma_fence_array_ops = {
	.get_driver_name = array_driver_name,
	.get_timeline_name = array_timeline_name,
	.enable_signaling = array_enable_signaling,
	.signaled = array_signaled,
	.release = array_release,
	.set_deadline = array_set_deadline,
};

struct dma_fence_array *dma_fence_array_alloc(int num_fences)
{
	struct dma_fence_array *array;

	return kzalloc(sizeof(*array) + (size_t)num_fences * sizeof(array->callbacks[0]),
		       GFP_KERNEL);
}

void dma_fence_array_init(struct dma_fence_array *array, int num_fences,
			  struct dma_fence **fences, u64 context, unsigned int seqno,
			  bool signal_on_any)
{
	WARN_ON(!num_fences || !fences);
	array->num_fences = (unsigned int)num_fences;
	spin_lock_init(&array->lock);
	dma_fence_init(&array->base, &dma_fence_array_ops, &array->lock, context, seqno);
	init_irq_work(&array->work, array_work);
	atomic_set(&array->num_pending, signal_on_any ? 1 : num_fences);
	array->fences = fences;
	array->base.error = NO_ERROR_YET;
	/* A container in a container would make signaling recursive. */
	while (num_fences--)
		WARN_ON(dma_fence_is_container(fences[num_fences]));
}

struct dma_fence_array *dma_fence_array_create(int num_fences, struct dma_fence **fences,
					       u64 context, unsigned int seqno,
					       bool signal_on_any)
{
	struct dma_fence_array *array = dma_fence_array_alloc(num_fences);

	if (array)
		dma_fence_array_init(array, num_fences, fences, context, seqno, signal_on_any);
	return array;
}

bool dma_fence_match_context(struct dma_fence *fence, u64 context)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	if (!array)
		return fence->context == context;
	for (unsigned int i = 0; i < array->num_fences; i++)
		if (array->fences[i]->context != context)
			return false;
	return true;
}

struct dma_fence *dma_fence_array_first(struct dma_fence *head)
{
	struct dma_fence_array *array = to_dma_fence_array(head);

	if (!array)
		return head;
	return array->num_fences ? array->fences[0] : NULL;
}

struct dma_fence *dma_fence_array_next(struct dma_fence *head, unsigned int index)
{
	struct dma_fence_array *array = to_dma_fence_array(head);

	return array && index < array->num_fences ? array->fences[index] : NULL;
}
