/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Magazines: per CPU and per order of size, ranges that were freed and not given back to the tree.
 * Each CPU has two, so that alternating calls at a boundary do not go to the depot; a full one
 * that nobody has room for goes to the depot of its order, which work given time drains down to
 * one per CPU.
 *
 * Models: drivers/iommu/iova.c, v7.0. The order in which pfns leave a magazine decides addresses,
 * so it is the kernel's: last in, first out, except that a pfn above the limit is passed over and
 * the last one takes the place of what was taken.
 */
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include "iova_sim/iova_internal.h"
#include "iova_sim/layer.h"

/* 127 pfns and one word make 1 KiB. */
#define IOVA_MAG_SIZE 127
#define IOVA_DEPOT_DELAY msecs_to_jiffies(100)

/* A magazine in the depot is full, so the word of its size can hold the link. */
struct iova_magazine {
	union {
		unsigned long size;
		struct iova_magazine *next;
	};
	unsigned long pfns[IOVA_MAG_SIZE];
};

struct iova_cpu_rcache {
	spinlock_t lock;
	struct iova_magazine *loaded;
	struct iova_magazine *prev;
};

struct iova_rcache {
	spinlock_t lock;
	unsigned int depot_size;
	struct iova_magazine *depot;
	struct iova_cpu_rcache __percpu *cpu_rcaches;
	struct iova_domain *iovad;
	struct delayed_work work;
};

static struct iova_magazine *magazine_alloc(gfp_t gfp)
{
	struct iova_sim *state = iova_sim_state();
	struct iova_magazine *mag;

	if (unlikely(!state->magazine_cache)) {
		state->magazine_cache = kmem_cache_create("iommu_iova_magazine",
							  sizeof(struct iova_magazine), 0,
							  SLAB_SIM_INTERNAL, NULL);
		if (!state->magazine_cache)
			return NULL;
	}
	mag = kmem_cache_alloc(state->magazine_cache, gfp);
	if (mag)
		mag->size = 0;
	return mag;
}

static void magazine_free(struct iova_magazine *mag)
{
	if (mag)
		kmem_cache_free(iova_sim_state()->magazine_cache, mag);
}

static void magazine_drain(struct iova_magazine *mag, struct iova_domain *iovad)
{
	iova_free_pfns(iovad, mag->pfns, mag->size);
	mag->size = 0;
}

static bool magazine_full(const struct iova_magazine *mag)
{
	return mag->size == IOVA_MAG_SIZE;
}

static bool magazine_empty(const struct iova_magazine *mag)
{
	return mag->size == 0;
}

/* The last pfn that is at or below the limit; @mag is not empty. */
static unsigned long magazine_pop(struct iova_magazine *mag, unsigned long limit_pfn)
{
	unsigned long i = mag->size, pfn;

	do {
		if (i == 0)
			return 0;
		pfn = mag->pfns[--i];
	} while (pfn > limit_pfn);
	mag->pfns[i] = mag->pfns[--mag->size];
	return pfn;
}

static void magazine_push(struct iova_magazine *mag, unsigned long pfn)
{
	mag->pfns[mag->size++] = pfn;
}

static struct iova_magazine *depot_pop(struct iova_rcache *rcache)
{
	struct iova_magazine *mag = rcache->depot;

	rcache->depot = mag->next;
	mag->size = IOVA_MAG_SIZE;
	rcache->depot_size--;
	return mag;
}

static void depot_push(struct iova_rcache *rcache, struct iova_magazine *mag)
{
	mag->next = rcache->depot;
	rcache->depot = mag;
	rcache->depot_size++;
}

/* One magazine for each run, and another run as long as there was one. */
static void depot_trim(struct work_struct *work)
{
	struct iova_rcache *rcache = container_of(work, struct iova_rcache, work.work);
	struct iova_magazine *mag = NULL;
	unsigned long flags;

	spin_lock_irqsave(&rcache->lock, flags);
	if (rcache->depot_size > num_online_cpus())
		mag = depot_pop(rcache);
	spin_unlock_irqrestore(&rcache->lock, flags);
	if (!mag)
		return;
	magazine_drain(mag, rcache->iovad);
	magazine_free(mag);
	schedule_delayed_work(&rcache->work, IOVA_DEPOT_DELAY);
}

static int rcache_init(struct iova_domain *iovad, struct iova_rcache *rcache)
{
	unsigned int cpu;

	spin_lock_init(&rcache->lock);
	rcache->iovad = iovad;
	INIT_DELAYED_WORK(&rcache->work, depot_trim);
	rcache->cpu_rcaches = alloc_percpu(struct iova_cpu_rcache);
	if (!rcache->cpu_rcaches)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct iova_cpu_rcache *cpu_rcache = per_cpu_ptr(rcache->cpu_rcaches, cpu);

		spin_lock_init(&cpu_rcache->lock);
		cpu_rcache->loaded = magazine_alloc(GFP_KERNEL);
		cpu_rcache->prev = magazine_alloc(GFP_KERNEL);
		if (!cpu_rcache->loaded || !cpu_rcache->prev)
			return -ENOMEM;
	}
	return 0;
}

int iova_domain_init_rcaches(struct iova_domain *iovad)
{
	iovad->rcaches = kzalloc_objs(struct iova_rcache, IOVA_RANGE_CACHE_MAX_SIZE);
	if (!iovad->rcaches)
		return -ENOMEM;
	for (int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		int err = rcache_init(iovad, &iovad->rcaches[i]);

		if (err) {
			iova_rcache_destroy(iovad);
			return err;
		}
	}
	return 0;
}
EXPORT_SYMBOL_GPL(iova_domain_init_rcaches);

void iova_rcache_destroy(struct iova_domain *iovad)
{
	for (int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_rcache *rcache = &iovad->rcaches[i];
		unsigned int cpu;

		/* The one whose set-up failed is the last. */
		if (!rcache->cpu_rcaches)
			break;
		for_each_possible_cpu(cpu) {
			magazine_free(per_cpu_ptr(rcache->cpu_rcaches, cpu)->loaded);
			magazine_free(per_cpu_ptr(rcache->cpu_rcaches, cpu)->prev);
		}
		free_percpu(rcache->cpu_rcaches);
		cancel_delayed_work_sync(&rcache->work);
		while (rcache->depot)
			magazine_free(depot_pop(rcache));
	}
	kfree(iovad->rcaches);
	iovad->rcaches = NULL;
}

unsigned long iova_rcache_range(void)
{
	return PAGE_SIZE << (IOVA_RANGE_CACHE_MAX_SIZE - 1);
}
EXPORT_SYMBOL_GPL(iova_rcache_range);

/* Makes room in the loaded magazine; false when there is no memory for another one. */
static bool make_room(struct iova_rcache *rcache, struct iova_cpu_rcache *cpu_rcache)
{
	struct iova_magazine *mag;

	if (!magazine_full(cpu_rcache->prev)) {
		swap(cpu_rcache->prev, cpu_rcache->loaded);
		return true;
	}
	mag = magazine_alloc(GFP_ATOMIC);
	if (!mag)
		return false;
	spin_lock(&rcache->lock);
	depot_push(rcache, cpu_rcache->loaded);
	spin_unlock(&rcache->lock);
	schedule_delayed_work(&rcache->work, IOVA_DEPOT_DELAY);
	cpu_rcache->loaded = mag;
	return true;
}

bool iova_rcache_insert(struct iova_domain *iovad, unsigned long pfn, unsigned long size)
{
	struct iova_rcache *rcache = &iovad->rcaches[order_base_2(size)];
	struct iova_cpu_rcache *cpu_rcache = raw_cpu_ptr(rcache->cpu_rcaches);
	unsigned long flags;
	bool room = true;

	spin_lock_irqsave(&cpu_rcache->lock, flags);
	if (magazine_full(cpu_rcache->loaded))
		room = make_room(rcache, cpu_rcache);
	if (room)
		magazine_push(cpu_rcache->loaded, pfn);
	spin_unlock_irqrestore(&cpu_rcache->lock, flags);
	return room;
}

/* Puts something into the empty loaded magazine; false when this CPU and the depot have nothing. */
static bool refill(struct iova_rcache *rcache, struct iova_cpu_rcache *cpu_rcache)
{
	bool filled = false;

	if (!magazine_empty(cpu_rcache->prev)) {
		swap(cpu_rcache->prev, cpu_rcache->loaded);
		return true;
	}
	spin_lock(&rcache->lock);
	if (rcache->depot) {
		magazine_free(cpu_rcache->loaded);
		cpu_rcache->loaded = depot_pop(rcache);
		filled = true;
	}
	spin_unlock(&rcache->lock);
	return filled;
}

unsigned long iova_rcache_get(struct iova_domain *iovad, unsigned long size,
			      unsigned long limit_pfn)
{
	struct iova_rcache *rcache = &iovad->rcaches[order_base_2(size)];
	struct iova_cpu_rcache *cpu_rcache = raw_cpu_ptr(rcache->cpu_rcaches);
	unsigned long flags, pfn = 0;

	spin_lock_irqsave(&cpu_rcache->lock, flags);
	/* A limit smaller than the size wraps to no limit at all, in the kernel too. */
	if (!magazine_empty(cpu_rcache->loaded) || refill(rcache, cpu_rcache))
		pfn = magazine_pop(cpu_rcache->loaded, limit_pfn - size);
	spin_unlock_irqrestore(&cpu_rcache->lock, flags);
	return pfn;
}

static void flush_cpu(struct iova_domain *iovad, unsigned int cpu)
{
	for (int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_cpu_rcache *cpu_rcache = per_cpu_ptr(iovad->rcaches[i].cpu_rcaches,
								 cpu);
		unsigned long flags;

		spin_lock_irqsave(&cpu_rcache->lock, flags);
		magazine_drain(cpu_rcache->loaded, iovad);
		magazine_drain(cpu_rcache->prev, iovad);
		spin_unlock_irqrestore(&cpu_rcache->lock, flags);
	}
}

void iova_rcache_flush(struct iova_domain *iovad)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		flush_cpu(iovad, cpu);
	for (int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_rcache *rcache = &iovad->rcaches[i];
		unsigned long flags;

		spin_lock_irqsave(&rcache->lock, flags);
		while (rcache->depot) {
			struct iova_magazine *mag = depot_pop(rcache);

			magazine_drain(mag, iovad);
			magazine_free(mag);
		}
		spin_unlock_irqrestore(&rcache->lock, flags);
	}
}

static void for_each_pfn(const struct iova_magazine *mag, unsigned long size,
			 void (*fn)(void *ctx, unsigned long pfn), void *ctx)
{
	for (unsigned long i = 0; i < size; i++)
		fn(ctx, mag->pfns[i]);
}

void iova_rcache_for_each(struct iova_domain *iovad, void (*fn)(void *ctx, unsigned long pfn),
			  void *ctx)
{
	if (!iovad->rcaches)
		return;
	for (int i = 0; i < IOVA_RANGE_CACHE_MAX_SIZE; i++) {
		struct iova_rcache *rcache = &iovad->rcaches[i];
		const struct iova_magazine *mag;
		unsigned int cpu;

		for_each_possible_cpu(cpu) {
			mag = per_cpu_ptr(rcache->cpu_rcaches, cpu)->loaded;
			for_each_pfn(mag, mag->size, fn, ctx);
			mag = per_cpu_ptr(rcache->cpu_rcaches, cpu)->prev;
			for_each_pfn(mag, mag->size, fn, ctx);
		}
		for (mag = rcache->depot; mag; mag = mag->next)
			for_each_pfn(mag, IOVA_MAG_SIZE, fn, ctx);
	}
}
