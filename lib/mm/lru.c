/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Lists of pages by age, and the batches in front of them. The kernel's lru_lock is a leaf that is
 * never held across anything: each operation here is one step instead, and takes no lock.
 */
#include <linux/export.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include "mm/move_internal.h"

void lru_start(struct svmsim_world *world)
{
	struct move_state *state = world->slot[SIM_SLOT_MOVE];

	for (unsigned int i = 0; i < SVMSIM_NODE_MAX; i++)
		for (unsigned int list = 0; list < LRU_LIST_COUNT; list++) {
			INIT_LIST_HEAD(&state->node[i].list[list]);
			state->node[i].pages[list] = 0;
		}
	for (unsigned int cpu = 0; cpu < world->cpu_count; cpu++) {
		state->cpu[cpu].add.count = 0;
		state->cpu[cpu].activate.count = 0;
	}
}

static struct lru_node *lru_node(const struct folio *folio)
{
	return &move_state()->node[folio_nid(folio)];
}

static void list_insert(struct folio *folio)
{
	struct lru_node *node = lru_node(folio);
	enum lru_list list = lru_list_of(folio);

	list_add(&folio->lru, &node->list[list]);
	node->pages[list] += folio_nr_pages(folio);
}

static void list_remove(struct folio *folio)
{
	struct lru_node *node = lru_node(folio);

	list_del(&folio->lru);
	node->pages[lru_list_of(folio)] -= folio_nr_pages(folio);
}

/* Puts what waits on its lists. The batch may fill again while references are dropped. */
static void batch_drain(struct lru_batch *batch, bool activates)
{
	struct folio *folio[LRU_BATCH_MAX];
	unsigned int count = batch->count;

	batch->count = 0;
	for (unsigned int i = 0; i < count; i++) {
		folio[i] = batch->folio[i];
		if (activates)
			folio_set_active(folio[i]);
		folio_set_lru(folio[i]);
		list_insert(folio[i]);
	}
	for (unsigned int i = 0; i < count; i++)
		folio_put(folio[i]);
}

static void batch_add(struct lru_batch *batch, struct folio *folio, bool activates)
{
	folio_get(folio);
	batch->folio[batch->count++] = folio;
	/* A large folio does not wait: its reference would keep too much in place. */
	if (batch->count == LRU_BATCH_MAX || folio_test_large(folio))
		batch_drain(batch, activates);
}

static struct lru_cpu *this_batches(void)
{
	return &move_state()->cpu[sim_world->cpu];
}

void folio_add_lru(struct folio *folio)
{
	WARN_ON_ONCE(folio_test_lru(folio));
	batch_add(&this_batches()->add, folio, false);
}
EXPORT_SYMBOL(folio_add_lru);

void lru_add_drain_cpu(int cpu)
{
	struct lru_cpu *batches = &move_state()->cpu[cpu];

	if (batches->add.count)
		batch_drain(&batches->add, false);
	if (batches->activate.count)
		batch_drain(&batches->activate, true);
}

void lru_add_drain(void)
{
	lru_add_drain_cpu((int)sim_world->cpu);
}
EXPORT_SYMBOL(lru_add_drain);

void lru_add_drain_all(void)
{
	/* The kernel has each CPU do it and waits for them. */
	might_sleep();
	for (unsigned int cpu = 0; cpu < sim_world->cpu_count; cpu++)
		lru_add_drain_cpu((int)cpu);
}
EXPORT_SYMBOL(lru_add_drain_all);

bool folio_isolate_lru(struct folio *folio)
{
	if (!folio_test_lru(folio))
		return false;
	folio_get(folio);
	list_remove(folio);
	folio_clear_lru(folio);
	return true;
}

void folio_putback_lru(struct folio *folio)
{
	folio_add_lru(folio);
	folio_put(folio);
}

void lru_add_piece(struct folio *folio, struct folio *piece)
{
	list_add_tail(&piece->lru, &folio->lru);
	folio_set_lru(piece);
}

void lru_folio_freed(struct folio *folio)
{
	if (!folio_test_lru(folio))
		return;
	list_remove(folio);
	folio_clear_lru(folio);
}

/* Whether the folio waits in this CPU's batch of new ones: the only one that may be looked into. */
static bool is_being_added(const struct folio *folio)
{
	const struct lru_batch *batch = &this_batches()->add;

	for (unsigned int i = batch->count; i--;)
		if (batch->folio[i] == folio)
			return true;
	return false;
}

/* The second access makes a page active: unreferenced, then referenced, then active. */
void folio_mark_accessed(struct folio *folio)
{
	if (!folio_test_referenced(folio)) {
		folio_set_referenced(folio);
		return;
	}
	if (folio_test_active(folio))
		return;
	if (folio_test_lru(folio)) {
		list_remove(folio);
		folio_clear_lru(folio);
		batch_add(&this_batches()->activate, folio, true);
	} else if (is_being_added(folio)) {
		folio_set_active(folio);
	}
	folio_clear_referenced(folio);
}
EXPORT_SYMBOL(folio_mark_accessed);

void mark_page_accessed(struct page *page)
{
	folio_mark_accessed(page_folio(page));
}
EXPORT_SYMBOL(mark_page_accessed);
