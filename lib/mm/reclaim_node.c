/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reclaim for an allocation that found no memory: the oldest pages of each node that the allocation
 * may use, more of them with each round, until enough is free.
 */
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "device/shrinker.h"
#include "mm/move_internal.h"

/* Of a list, 1 >> PRIORITY_MAX is looked at in the first round and all in the last. */
#define PRIORITY_MAX 12

static enum lru_list active_of(enum lru_list list)
{
	return list + 1;
}

/* The oldest active ones become inactive, used or not. */
static void age(struct lru_node *node, enum lru_list inactive, unsigned long pages)
{
	struct list_head *list = &node->list[active_of(inactive)];
	LIST_HEAD(taken);

	while (pages && !list_empty(list)) {
		struct folio *folio = list_last_entry(list, struct folio, lru);
		unsigned long nr = folio_nr_pages(folio);

		/* Frozen: somebody splits it. */
		if (!folio_ref_count(folio))
			break;
		folio_isolate_lru(folio);
		folio_clear_active(folio);
		folio_set_workingset(folio);
		list_add_tail(&folio->lru, &taken);
		pages -= min(pages, nr);
	}
	isolate_putback(&taken);
	lru_add_drain();
}

static void shrink_inactive(struct lru_node *node, int nid, enum lru_list inactive,
			    struct reclaim *reclaim)
{
	unsigned long scanned = reclaim->scanned, reclaimed = reclaim->reclaimed;
	struct list_head *list = &node->list[inactive];
	unsigned long pages = 0;
	LIST_HEAD(taken);

	while (pages < SWAP_CLUSTER_MAX && !list_empty(list)) {
		struct folio *folio = list_last_entry(list, struct folio, lru);

		if (!folio_ref_count(folio))
			break;
		pages += folio_nr_pages(folio);
		folio_isolate_lru(folio);
		list_add(&folio->lru, &taken);
	}
	if (list_empty(&taken))
		return;
	reclaim_folios(&taken, reclaim);
	isolate_putback(&taken);
	sim_event(MM_SHRINK, (u64)nid, reclaim->scanned - scanned,
		  reclaim->reclaimed - reclaimed);
}

/* Anonymous memory has nowhere to go without places in swap. */
static bool is_worthwhile(enum lru_list inactive)
{
	const struct swap_device *swap = &move_state()->swap;

	return inactive == LRU_INACTIVE_FILE || swap->used + 1 < swap->place_end;
}

static void shrink_list(struct lru_node *node, int nid, enum lru_list inactive,
			unsigned int priority, struct reclaim *reclaim)
{
	u64 all = node->pages[inactive] + node->pages[active_of(inactive)];
	unsigned long target = max(all >> priority, (u64)SWAP_CLUSTER_MAX);

	if (!is_worthwhile(inactive))
		return;
	for (unsigned long done = 0; done < target && reclaim->reclaimed < SWAP_CLUSTER_MAX;
	     done += SWAP_CLUSTER_MAX) {
		if (node->pages[inactive] < node->pages[active_of(inactive)])
			age(node, inactive, SWAP_CLUSTER_MAX);
		shrink_inactive(node, nid, inactive, reclaim);
	}
}

static unsigned long reclaim_nodes(int nid, struct reclaim *reclaim)
{
	int node_count = (int)sim_phys_of_world(sim_world)->node_count;
	bool this_only = reclaim->gfp & __GFP_THISNODE;

	lru_add_drain();
	for (int priority = PRIORITY_MAX; priority >= 0; priority--) {
		for (int i = 0; i < (this_only ? 1 : node_count); i++) {
			int at = (nid + i) % node_count;
			struct lru_node *node = &move_state()->node[at];

			shrink_list(node, at, LRU_INACTIVE_FILE, priority, reclaim);
			shrink_list(node, at, LRU_INACTIVE_ANON, priority, reclaim);
			reclaim->reclaimed += sim_shrink_slab(reclaim->gfp, at, SWAP_CLUSTER_MAX);
		}
		if (reclaim->reclaimed >= SWAP_CLUSTER_MAX)
			break;
	}
	return reclaim->reclaimed;
}

unsigned long reclaim_for_alloc(int nid, gfp_t gfp, unsigned int order)
{
	struct reclaim reclaim = { .gfp = current_gfp_context(gfp) };
	unsigned int flags;

	sim_event(MM_RECLAIM_BEGIN, order, reclaim.gfp);
	fs_reclaim_acquire(reclaim.gfp);
	flags = memalloc_noreclaim_save();
	reclaim_nodes(nid, &reclaim);
	memalloc_noreclaim_restore(flags);
	fs_reclaim_release(reclaim.gfp);
	sim_event(MM_RECLAIM_END, reclaim.reclaimed);
	cond_resched();
	return reclaim.reclaimed;
}
