/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The allocator's whole state, checked. */
#include "mm/phys_internal.h"

/* A free page's struct page is all zero but for the fields of the lists. */
static bool page_is_clean(const struct page *page, bool is_first)
{
	if (page->flags.f || page->mapping || page->__folio_index || page->_refcount.counter ||
	    page->memcg_data)
		return false;
	return is_first || (!page->lru.next && !page->lru.prev && !page->private &&
			    !page->page_type);
}

static bool block_is_valid(const struct sim_phys *state, const struct sim_phys_node *node,
			   const struct page *page, unsigned int order)
{
	u64 pfn = phys_pfn(state, page);
	u64 buddy = pfn ^ (1ull << order);
	const struct page *other = phys_page(state, buddy);
	bool is_inside = false;

	if (!PageBuddy(page) || page->private != order || pfn & ((1ull << order) - 1))
		return false;
	for (int r = 0; r < 2; r++)
		is_inside |= pfn >= node->range[r].first_pfn &&
			     pfn + (1ull << order) <= node->range[r].end_pfn;
	if (!is_inside)
		return false;
	for (u64 i = 0; i < 1ull << order; i++)
		if (!page_is_clean(&page[i], !i))
			return false;
	return order == SIM_PHYS_ORDER_MAX || buddy >= state->pfn_end || !PageBuddy(other) ||
	       other->private != order || page_to_nid(other) != page_to_nid(page);
}

static bool node_is_valid(const struct sim_phys *state, const struct sim_phys_node *node)
{
	u64 free_pages = 0;
	unsigned int singles = 0;
	struct page *page;

	for (unsigned int order = 0; order <= SIM_PHYS_ORDER_MAX; order++) {
		if (list_empty(&node->free[order]) == (node->order_mask >> order & 1))
			return false;
		/*
		 * Blocks that overlap would count pages twice, and each of them would find the
		 * other's first page unclean.
		 */
		list_for_each_entry(page, &node->free[order], buddy_list) {
			if (!block_is_valid(state, node, page, order))
				return false;
			free_pages += 1ull << order;
		}
	}
	list_for_each_entry(page, &node->single, pcp_list) {
		if (PageBuddy(page) || !page_is_clean(page, true))
			return false;
		singles++;
	}
	return singles == node->single_count && free_pages + singles == node->free_pages &&
	       node->free_pages <= node->ram_pages;
}

bool sim_phys_is_valid(struct svmsim_world *world)
{
	const struct sim_phys *state = sim_phys_of_world(world);

	for (unsigned int i = 0; i < state->node_count; i++)
		if (!node_is_valid(state, &state->node[i]))
			return false;
	return true;
}
