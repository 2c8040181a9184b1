/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The allocator: free blocks of each order, split and merged as in the kernel, and a list of freed
 * single pages in front, so that allocating and freeing one page costs a few instructions. The
 * struct page of a free page is all zero but for what the lists need of a block's first page.
 */
#include "kernel/inject.h"
#include "kernel/lockdep.h"
#include "kernel/race.h"
#include "mm/cache.h"
#include "mm/folio.h"
#include "mm/move.h"
#include "mm/phys_internal.h"
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/topology.h>

/* As many freed single pages wait before they are merged. */
#define SINGLE_MAX 256
/* A page has two neighbours, so the third candidate of a list is none. */
#define SCATTERED_TRIES 3
/* Where GFP_DMA and GFP_DMA32 end; RAM begins where the former does. */
#define DMA_END_PFN (1ull << (24 - PAGE_SHIFT))
#define DMA32_END_PFN (1ull << (32 - PAGE_SHIFT))
/* Rounds of reclaim for one allocation, and the order from which there is one; the kernel's. */
#define RECLAIM_TRIES 16
#define COSTLY_ORDER 3

static struct sim_phys_node *node_of(struct sim_phys *state, u64 pfn)
{
	return &state->node[phys_chunk(state, pfn)->node];
}

static void block_add(struct svmsim_world *world, struct sim_phys *state,
		      struct sim_phys_node *node, u64 pfn, unsigned int order, bool to_tail)
{
	struct page *page = phys_page(state, pfn);

	phys_touch(world, state, pfn, 1);
	page->page_type = PGTY_buddy << SIM_PAGE_TYPE_SHIFT;
	page->private = order;
	if (to_tail)
		list_add_tail(&page->buddy_list, &node->free[order]);
	else
		list_add(&page->buddy_list, &node->free[order]);
	node->order_mask |= 1u << order;
}

static void block_remove(struct sim_phys *state, struct sim_phys_node *node, u64 pfn,
			 unsigned int order)
{
	struct page *page = phys_page(state, pfn);

	list_del(&page->buddy_list);
	page->buddy_list.next = NULL;
	page->buddy_list.prev = NULL;
	page->page_type = 0;
	page->private = 0;
	if (list_empty(&node->free[order]))
		node->order_mask &= ~(1u << order);
}

/* The largest block that starts at @pfn and ends at or before @end_pfn. */
static unsigned int order_at(u64 pfn, u64 end_pfn)
{
	unsigned int order = __builtin_ctzll(pfn | 1ull << SIM_PHYS_ORDER_MAX);

	while (pfn + (1ull << order) > end_pfn)
		order--;
	return order;
}

/* Adds a range as free blocks that have no free buddies. */
static void range_add(struct svmsim_world *world, struct sim_phys *state,
		      struct sim_phys_node *node, u64 pfn, u64 end_pfn, bool to_tail)
{
	while (pfn < end_pfn) {
		unsigned int order = order_at(pfn, end_pfn);

		block_add(world, state, node, pfn, order, to_tail);
		pfn += 1ull << order;
	}
}

void phys_alloc_start(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);

	for (unsigned int i = 0; i < state->node_count; i++) {
		struct sim_phys_node *node = &state->node[i];

		for (unsigned int order = 0; order <= SIM_PHYS_ORDER_MAX; order++)
			INIT_LIST_HEAD(&node->free[order]);
		INIT_LIST_HEAD(&node->single);
		node->order_mask = 0;
		node->single_count = 0;
		node->free_pages = node->ram_pages;
		node->limit_pages = 0;
		for (int r = 0; r < 2; r++)
			range_add(world, state, node, node->range[r].first_pfn,
				  node->range[r].end_pfn, true);
	}
}

static void block_free(struct svmsim_world *world, struct sim_phys *state,
		       struct sim_phys_node *node, u64 pfn, unsigned int order)
{
	for (; order < SIM_PHYS_ORDER_MAX; order++) {
		u64 buddy = pfn ^ (1ull << order);
		struct page *page = phys_page(state, buddy);

		/* Memory of another node is not merged, and what is no RAM is never a block. */
		if (buddy >= state->pfn_end || !PageBuddy(page) || page->private != order ||
		    node_of(state, buddy) != node)
			break;
		block_remove(state, node, buddy, order);
		pfn &= ~(1ull << order);
	}
	block_add(world, state, node, pfn, order, false);
}

static void single_drain(struct svmsim_world *world, struct sim_phys *state,
			 struct sim_phys_node *node)
{
	while (!list_empty(&node->single)) {
		struct page *page = list_first_entry(&node->single, struct page, pcp_list);

		list_del(&page->pcp_list);
		page->pcp_list.next = NULL;
		page->pcp_list.prev = NULL;
		block_free(world, state, node, phys_pfn(state, page), 0);
	}
	node->single_count = 0;
}

static u64 single_take(struct sim_phys *state, struct sim_phys_node *node, struct page *page)
{
	list_del(&page->pcp_list);
	page->pcp_list.next = NULL;
	page->pcp_list.prev = NULL;
	node->single_count--;
	node->free_pages--;
	return phys_pfn(state, page);
}

/* Takes a free block and gives back what lies around the range that is wanted of it. */
static void block_carve(struct svmsim_world *world, struct sim_phys *state,
			struct sim_phys_node *node, u64 block, unsigned int order, u64 pfn,
			u64 end_pfn)
{
	u64 block_end = block + (1ull << order);

	block_remove(state, node, block, order);
	if (end_pfn < block_end)
		range_add(world, state, node, end_pfn, block_end, false);
	if (block < pfn)
		range_add(world, state, node, block, pfn, false);
}

/* Returns 0, which is no page frame of RAM, when there is none. */
static u64 block_take(struct svmsim_world *world, struct sim_phys *state,
		      struct sim_phys_node *node, unsigned int order, u64 pages)
{
	unsigned int from;
	struct page *page;
	u64 pfn;

	if (!(node->order_mask >> order)) {
		if (!node->single_count)
			return 0;
		single_drain(world, state, node);
		if (!(node->order_mask >> order))
			return 0;
	}
	from = order + __builtin_ctz(node->order_mask >> order);
	page = list_first_entry(&node->free[from], struct page, buddy_list);
	pfn = phys_pfn(state, page);
	block_remove(state, node, pfn, from);
	while (from > order) {
		from--;
		block_add(world, state, node, pfn + (1ull << from), from, false);
	}
	if (pages < 1ull << order)
		range_add(world, state, node, pfn + pages, pfn + (1ull << order), false);
	node->free_pages -= pages;
	return pfn;
}

/* Takes free blocks that touch one another, when no single block is large enough. */
static void run_take(struct svmsim_world *world, struct sim_phys *state,
		     struct sim_phys_node *node, u64 pfn, u64 end_pfn, u64 run)
{
	while (run < end_pfn) {
		unsigned int order = phys_page(state, run)->private;
		u64 next = run + (1ull << order);

		if (next > pfn)
			block_carve(world, state, node, run, order, pfn > run ? pfn : run,
				    end_pfn < next ? end_pfn : next);
		run = next;
	}
	node->free_pages -= end_pfn - pfn;
}

/* The slow way to a contiguous range: look at every block of the node. Returns 0 for none. */
static u64 run_find(struct svmsim_world *world, struct sim_phys *state, struct sim_phys_node *node,
		    u64 pages, u64 align_pages)
{
	single_drain(world, state, node);
	for (int r = 0; r < 2; r++) {
		u64 run = node->range[r].first_pfn;

		for (u64 pfn = run; pfn < node->range[r].end_pfn;) {
			const struct page *page = phys_page(state, pfn);
			u64 start = (run + align_pages - 1) & ~(align_pages - 1);

			if (!PageBuddy(page)) {
				run = ++pfn;
				continue;
			}
			pfn += 1ull << page->private;
			if (start < pfn && pfn - start >= pages) {
				run_take(world, state, node, start, start + pages, run);
				return start;
			}
		}
	}
	return 0;
}

/* What was done with the pages before orders nothing. */
static void forget_accesses(struct svmsim_world *world, struct sim_phys *state, u64 pfn, u64 pages)
{
	for (u64 i = 0; i < pages; i++) {
		sim_race_memory_new(sim_phys_ptr(world, PFN_PHYS(pfn + i)), PAGE_SIZE);
		sim_race_memory_new(phys_page(state, pfn + i), sizeof(struct page));
	}
}

/* Tells of pages that were handed out and makes them fresh. */
static void handed_out(struct svmsim_world *world, struct sim_phys *state, u64 pfn, u64 pages)
{
	phys_touch(world, state, pfn, pages);
	phys_forget_bytes(state, pfn, pages);
	if (unlikely(world->race_armed))
		forget_accesses(world, state, pfn, pages);
	if (unlikely(state->watch) && state->watch->page_alloc)
		state->watch->page_alloc(state->watch->ctx, pfn, pages);
}

static u64 page_take(struct svmsim_world *world, struct sim_phys *state,
		     struct sim_phys_node *node)
{
	if (likely(!list_empty(&node->single)))
		return single_take(state, node,
				   list_first_entry(&node->single, struct page, pcp_list));
	return block_take(world, state, node, 0, 1);
}

/*
 * Whether the node has no memory for this, or is to have none. An injection by node makes one node
 * look full, so that the next one has its turn: "page-node/9@1".
 */
static bool node_is_full(const struct sim_phys *state, unsigned int nid, gfp_t gfp,
			 unsigned int order)
{
	const struct sim_phys_node *node = &state->node[nid];

	if (unlikely(node->limit_pages) &&
	    node->ram_pages - node->free_pages + (1ull << order) > node->limit_pages)
		return true;
	return state->node_count > 1 && !(gfp & __GFP_NOFAIL) &&
	       sim_inject_variant(&sim_fault_page_node, SIM_FAULT_AT_NODE(order, nid));
}

/*
 * A block that ends at or before a page frame: what the kernel's lower zones are for. The order of
 * the free lists is kept, but a block that begins too high is passed over. Returns 0 for none.
 */
static u64 take_below(struct svmsim_world *world, struct sim_phys *state,
		      struct sim_phys_node *node, u64 end_pfn, unsigned int order)
{
	single_drain(world, state, node);
	for (u32 mask = node->order_mask >> order << order; mask; mask &= mask - 1) {
		unsigned int from = __builtin_ctz(mask);
		struct page *page;

		list_for_each_entry(page, &node->free[from], buddy_list) {
			u64 pfn = phys_pfn(state, page);
			u64 pages = 1ull << order;

			if (pfn + pages > end_pfn)
				continue;
			block_carve(world, state, node, pfn, from, pfn, pfn + pages);
			node->free_pages -= pages;
			return pfn;
		}
	}
	return 0;
}

static u64 take_from_node(struct svmsim_world *world, struct sim_phys *state,
			  struct sim_phys_node *node, gfp_t gfp, unsigned int order)
{
	if (unlikely(gfp & (__GFP_DMA | __GFP_DMA32)))
		return take_below(world, state, node,
				  gfp & __GFP_DMA ? DMA_END_PFN : DMA32_END_PFN, order);
	return order ? block_take(world, state, node, order, 1ull << order) :
		       page_take(world, state, node);
}

/* A block from @nid or, unless told not to, from the nearest node that has one. 0 for none. */
static u64 take_from_nodes(struct svmsim_world *world, struct sim_phys *state, unsigned int nid,
			   gfp_t gfp, unsigned int order)
{
	for (unsigned int i = 0; i < state->node_count; i++) {
		unsigned int at = state->node[nid].fallback[i];
		u64 pfn = 0;

		if (!node_is_full(state, at, gfp, order))
			pfn = take_from_node(world, state, &state->node[at], gfp, order);
		if (pfn || (gfp & __GFP_THISNODE))
			return pfn;
	}
	return 0;
}

/* The slow way, where the flags allow it. There is no OOM killer: it fails. */
static u64 take_reclaiming(struct svmsim_world *world, struct sim_phys *state, unsigned int nid,
			   gfp_t gfp, unsigned int order)
{
	unsigned int tries = RECLAIM_TRIES;
	u64 pfn = 0;

	if (!(gfp & __GFP_DIRECT_RECLAIM) || current->flags & PF_MEMALLOC)
		return 0;
	/* For a large block it is not worth more than one. */
	if (gfp & __GFP_NORETRY || (order > COSTLY_ORDER && !(gfp & __GFP_RETRY_MAYFAIL)))
		tries = 1;
	for (unsigned int i = 0; i < tries && !pfn; i++) {
		if (!reclaim_for_alloc((int)nid, gfp, order))
			break;
		pfn = take_from_nodes(world, state, nid, gfp, order);
	}
	return pfn;
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	struct svmsim_world *world = sim_world;
	struct sim_phys *state = sim_phys_of_world(world);
	struct page *page;
	u64 pfn;

	if (order > MAX_PAGE_ORDER) {
		WARN_ON_ONCE(!(gfp & __GFP_NOWARN));
		return NULL;
	}
	sim_might_alloc(gfp);
	if (!(gfp & __GFP_NOFAIL) && sim_inject_variant(&sim_fault_page, (int)order))
		return NULL;
	if (nid < 0 || nid >= (int)state->node_count)
		nid = numa_mem_id();
	pfn = take_from_nodes(world, state, (unsigned int)nid, gfp, order);
	if (unlikely(!pfn))
		pfn = take_reclaiming(world, state, (unsigned int)nid, gfp, order);
	if (!pfn)
		return NULL;
	handed_out(world, state, pfn, 1ull << order);
	page = phys_page(state, pfn);
	set_page_count(page, 1);
	if (order && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	/* Nothing says later how long a block without a compound page is: its bytes are due now. */
	if (order && !(gfp & __GFP_COMP))
		phys_store(world, pfn, 1ull << order);
	if (gfp & __GFP_ZERO)
		sim_phys_set(world, PFN_PHYS(pfn), 0, PAGE_SIZE << order);
	sim_event(PAGE_ALLOC, pfn, order);
	return page;
}
EXPORT_SYMBOL(alloc_pages_node);

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return alloc_pages_node(NUMA_NO_NODE, gfp, order);
}
EXPORT_SYMBOL(alloc_pages);

void phys_free(struct svmsim_world *world, u64 pfn, unsigned int order)
{
	struct sim_phys *state = sim_phys_of_world(world);
	struct sim_phys_node *node = node_of(state, pfn);
	struct page *page = phys_page(state, pfn);

	if (unlikely(state->watch) && state->watch->page_free)
		state->watch->page_free(state->watch->ctx, pfn, 1ull << order);
	sim_event(PAGE_FREE, pfn, order);
	folio_lock_freed((struct folio *)page);
	if (unlikely(state->cache))
		for (u64 i = 0; i < 1ull << order; i++)
			sim_cache_page_freed(world, pfn + i);
	memset(page, 0, sizeof(*page) << order);
	node->free_pages += 1ull << order;
	if (order) {
		block_free(world, state, node, pfn, order);
		return;
	}
	list_add(&page->pcp_list, &node->single);
	if (++node->single_count > SINGLE_MAX)
		single_drain(world, state, node);
}

struct page *sim_phys_alloc_contig(struct svmsim_world *world, u64 pages, u64 align_bytes)
{
	struct sim_phys *state = sim_phys_of_world(world);
	u64 align_pages = align_bytes > PAGE_SIZE ? align_bytes >> PAGE_SHIFT : 1;
	unsigned int order = ilog2(roundup_pow_of_two(pages > align_pages ? pages : align_pages));
	u64 pfn = 0;

	SIM_ASSERT(pages && pages <= 1ull << SIM_PHYS_ORDER_MAX && is_power_of_2(align_pages));
	for (unsigned int i = 0; i < state->node_count && !pfn; i++)
		if (order <= SIM_PHYS_ORDER_MAX)
			pfn = block_take(world, state, &state->node[i], order, pages);
	for (unsigned int i = 0; i < state->node_count && !pfn; i++)
		pfn = run_find(world, state, &state->node[i], pages, align_pages);
	if (!pfn)
		return NULL;
	handed_out(world, state, pfn, pages);
	for (u64 i = 0; i < pages; i++)
		set_page_count(phys_page(state, pfn + i), 1);
	/* The tracepoint knows powers of two only. */
	for (u64 at = pfn; at < pfn + pages; at += 1ull << order_at(at, pfn + pages))
		sim_event(PAGE_ALLOC, at, order_at(at, pfn + pages));
	return phys_page(state, pfn);
}

/* Whether a page frame may follow the one that was handed out last. */
static bool may_follow(const struct sim_phys *state, u64 pfn)
{
	return !state->scattered_is_set ||
	       (pfn + 1 != state->scattered_pfn && pfn != state->scattered_pfn + 1);
}

/* A page of the block that may follow; 0 when there is none. */
static u64 candidate_in_block(const struct sim_phys *state, u64 pfn, unsigned int order)
{
	for (u64 i = 0; i < 1ull << order && i < SCATTERED_TRIES; i++)
		if (may_follow(state, pfn + i))
			return pfn + i;
	return 0;
}

static u64 scattered_from_blocks(struct svmsim_world *world, struct sim_phys *state,
				 struct sim_phys_node *node)
{
	for (u32 mask = node->order_mask; mask; mask &= mask - 1) {
		unsigned int order = __builtin_ctz(mask);
		struct page *page;
		int tries = 0;

		list_for_each_entry(page, &node->free[order], buddy_list) {
			u64 block = phys_pfn(state, page);
			u64 pfn = candidate_in_block(state, block, order);

			if (pfn) {
				block_carve(world, state, node, block, order, pfn, pfn + 1);
				node->free_pages--;
				return pfn;
			}
			if (++tries == SCATTERED_TRIES)
				break;
		}
	}
	return 0;
}

static u64 scattered_take(struct svmsim_world *world, struct sim_phys *state,
			  struct sim_phys_node *node)
{
	struct page *page;
	int tries = 0;

	list_for_each_entry(page, &node->single, pcp_list) {
		if (may_follow(state, phys_pfn(state, page)))
			return single_take(state, node, page);
		if (++tries == SCATTERED_TRIES)
			break;
	}
	return scattered_from_blocks(world, state, node);
}

struct page *sim_phys_alloc_scattered(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);
	u64 pfn = 0;

	for (unsigned int i = 0; i < state->node_count && !pfn; i++)
		pfn = scattered_take(world, state, &state->node[i]);
	if (!pfn)
		return NULL;
	state->scattered_pfn = pfn;
	state->scattered_is_set = true;
	handed_out(world, state, pfn, 1);
	set_page_count(phys_page(state, pfn), 1);
	sim_event(PAGE_ALLOC, pfn, 0);
	return phys_page(state, pfn);
}

/* The highest free run below @end_pfn in one range of a node; *run_start is set to its block. */
static u64 top_find(const struct sim_phys *state, u64 first_pfn, u64 end_pfn, u64 pages,
		    u64 *run_start)
{
	u64 best = 0, run = first_pfn;

	for (u64 pfn = first_pfn; pfn < end_pfn;) {
		const struct page *page = phys_page(state, pfn);
		u64 end;

		if (!PageBuddy(page)) {
			run = ++pfn;
			continue;
		}
		pfn += 1ull << page->private;
		end = pfn < end_pfn ? pfn : end_pfn;
		if (end - run >= pages) {
			best = end - pages;
			*run_start = run;
		}
	}
	return best;
}

u64 sim_phys_alloc_top(struct svmsim_world *world, u64 pages, u64 limit)
{
	struct sim_phys *state = sim_phys_of_world(world);

	for (unsigned int i = 2 * state->node_count; i--;) {
		struct sim_phys_node *node = &state->node[i / 2];
		u64 end_pfn = node->range[i % 2].end_pfn;
		u64 pfn, run = 0;

		single_drain(world, state, node);
		pfn = top_find(state, node->range[i % 2].first_pfn, min(end_pfn, PHYS_PFN(limit)),
			       pages, &run);
		if (!pfn)
			continue;
		run_take(world, state, node, pfn, pfn + pages, run);
		phys_forget_bytes(state, pfn, pages);
		return pfn;
	}
	return 0;
}

void *sim_phys_table_alloc(struct svmsim_world *world)
{
	struct page *page = alloc_pages_node(NUMA_NO_NODE, GFP_ATOMIC, 0);

	if (!page)
		return NULL;
	return memset(phys_fresh_bytes(world, page_to_pfn(page)), 0, PAGE_SIZE);
}

void sim_phys_table_free(struct svmsim_world *world, void *table)
{
	__free_pages(phys_to_page(sim_phys_of(world, table)), 0);
}

u64 sim_phys_free_pages(const struct svmsim_world *world)
{
	const struct sim_phys *state = sim_phys_of_world(world);
	u64 pages = 0;

	for (unsigned int i = 0; i < state->node_count; i++)
		pages += state->node[i].free_pages;
	return pages;
}

u64 sim_phys_ram_pages(const struct svmsim_world *world)
{
	const struct sim_phys *state = sim_phys_of_world(world);
	u64 pages = 0;

	for (unsigned int i = 0; i < state->node_count; i++)
		pages += state->node[i].ram_pages;
	return pages;
}
