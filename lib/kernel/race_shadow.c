/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shadow memory: who accessed a granule last, and whether the next access is ordered after it. */
#include "kernel/percpu.h"
#include "kernel/race_internal.h"
#include "kernel/warn_internal.h"

#define PAGE_TABLE_SIZE_MIN 64u

static u32 page_slot(const struct race_state *state, uintptr_t number)
{
	return (u32)(number * 0x9e3779b97f4a7c15ull >> 32) & (state->page_size - 1);
}

static void page_put(struct race_state *state, struct race_page *page)
{
	u32 slot = page_slot(state, page->number);

	while (state->pages[slot])
		slot = (slot + 1) & (state->page_size - 1);
	state->pages[slot] = page;
}

static void pages_grow(struct race_state *state)
{
	struct race_page **old = state->pages;
	u32 old_size = state->page_size;

	if (2 * (state->page_count + 1) <= old_size)
		return;
	state->page_size = old_size ? 2 * old_size : PAGE_TABLE_SIZE_MIN;
	state->pages = sim_alloc(sim_world, state->page_size * sizeof(struct race_page *));
	for (u32 i = 0; i < old_size; i++)
		if (old[i])
			page_put(state, old[i]);
	sim_free(sim_world, old, old_size * sizeof(struct race_page *));
}

static struct race_page *page_find(struct race_state *state, uintptr_t number)
{
	u32 slot;

	if (state->last_page && state->last_page->number == number)
		return state->last_page;
	if (!state->page_size)
		return NULL;
	slot = page_slot(state, number);
	for (; state->pages[slot]; slot = (slot + 1) & (state->page_size - 1))
		if (state->pages[slot]->number == number)
			return state->last_page = state->pages[slot];
	return NULL;
}

void race_say_bound(struct race_state *state, const char *what)
{
	struct sim_report *report;

	if (state->bounded)
		return;
	state->bounded = true;
	report = sim_report_begin(SIM_REPORT_DATA_RACE);
	sim_report_field(report, "what", "bound");
	sim_report_line(report, "too many %s: races are found only where watched already", what);
	sim_report_note(report);
	sim_report_raise(report);
}

static struct race_page *page_get(struct race_state *state, uintptr_t number)
{
	struct race_page *page = page_find(state, number);

	if (page)
		return page;
	if (state->page_count >= RACE_PAGE_MAX) {
		race_say_bound(state, "pages of memory");
		return NULL;
	}
	pages_grow(state);
	page = sim_alloc(sim_world, sizeof(*page));
	page->number = number;
	page_put(state, page);
	state->page_count++;
	return state->last_page = page;
}

static u32 record_get(struct race_state *state)
{
	u32 index = state->record_free;

	if (index) {
		state->record_free = state->records[index].next;
		return index;
	}
	if (state->record_count >= RACE_RECORD_MAX) {
		race_say_bound(state, "accesses");
		return 0;
	}
	if (!state->record_count)
		state->record_count = 1;
	state->records = sim_array_grow(sim_world, state->records, state->record_count,
					&state->record_capacity, sizeof(*state->records));
	return state->record_count++;
}

static void record_put(struct race_state *state, u32 index)
{
	state->records[index].next = state->record_free;
	state->record_free = index;
}

static bool same_cpu_memory(const struct race_access *a, const struct race_access *b,
			    uintptr_t granule)
{
	return a->bound && b->bound && a->cpu == b->cpu &&
	       sim_percpu_holds((const void *)granule);
}

static bool races(const struct race_task *task, const struct race_access *earlier,
		  const struct race_access *access, uintptr_t granule)
{
	if (earlier->slot == access->slot || !(earlier->mask & access->mask))
		return false;
	if (!((earlier->flags | access->flags) & SIM_RACE_WRITE))
		return false;
	if (earlier->flags & access->flags & SIM_RACE_MARKED)
		return false;
	if (race_knows(task, earlier->slot, earlier->time))
		return false;
	return !same_cpu_memory(earlier, access, granule);
}

static unsigned int is_plain(const struct race_access *access)
{
	return !(access->flags & SIM_RACE_MARKED);
}

/*
 * Is whatever would race with @earlier later on sure to race with @access too? Of the same task the
 * later one of two alike says all; a plain write says all of what was ordered before it.
 */
static bool replaces(const struct race_task *task, const struct race_access *access,
		     const struct race_access *earlier)
{
	if (earlier->mask & ~access->mask)
		return false;
	if ((access->flags & SIM_RACE_WRITE) < (earlier->flags & SIM_RACE_WRITE) ||
	    is_plain(access) < is_plain(earlier))
		return false;
	if (earlier->slot == access->slot)
		return true;
	return (access->flags & SIM_RACE_WRITE) && is_plain(access) &&
	       race_knows(task, earlier->slot, earlier->time);
}

/* Looks at each earlier access of the granule; returns true if one already says what this does. */
static bool compare(struct race_state *state, struct race_task *task, u32 *head,
		    const struct race_access *access, uintptr_t granule)
{
	u32 *link = head, count = 0;

	while (*link) {
		u32 index = *link;
		struct race_access *earlier = &state->records[index];

		if (earlier->slot == access->slot && earlier->time == access->time &&
		    earlier->mask == access->mask && earlier->flags == access->flags &&
		    earlier->pc == access->pc)
			return true;
		if (races(task, earlier, access, granule)) {
			struct race_pair pair = {
				.earlier = earlier,
				.later = access,
				.earlier_task = state->tasks[earlier->slot],
				.later_task = task,
				.granule = granule,
			};

			race_tell(state, &pair);
		}
		if (replaces(task, access, earlier) || ++count >= RACE_ACCESS_MAX) {
			*link = earlier->next;
			record_put(state, index);
			continue;
		}
		link = &earlier->next;
	}
	return false;
}

static void look_granule(struct race_state *state, struct race_task *task, uintptr_t granule,
			 struct race_access *access)
{
	bool frees = access->flags & SIM_RACE_FREE;
	struct race_page *page = frees ? page_find(state, granule / RACE_PAGE_BYTES) :
					 page_get(state, granule / RACE_PAGE_BYTES);
	u32 *head, index;

	if (!page)
		return;
	head = &page->head[granule % RACE_PAGE_BYTES / RACE_GRANULE_BYTES];
	if (frees && !*head)
		return;
	access->before = *(const u64 *)granule;
	if (compare(state, task, head, access, granule) || frees)
		return;
	index = record_get(state);
	if (!index)
		return;
	state->records[index] = *access;
	state->records[index].next = *head;
	*head = index;
}

void race_look(struct race_state *state, struct race_task *task, uintptr_t address, size_t bytes,
	       unsigned int flags, uintptr_t pc)
{
	const struct sim_task *running = task->task;
	struct race_access access = {
		.time = task->now.time[task->slot],
		.slot = task->slot,
		.call = task->call,
		.pc = pc,
		.bytes = bytes,
		.cpu = running->cpu,
		.flags = flags,
		.bound = running->preempt_count || running->irqs_disabled || running->bh_count ||
			 running->in_softirq || running->in_hardirq,
	};
	uintptr_t end = address + bytes;

	while (address < end) {
		uintptr_t granule = address & ~(RACE_GRANULE_BYTES - 1);
		uintptr_t next = granule + RACE_GRANULE_BYTES;
		unsigned int first = address - granule;
		unsigned int last = (end < next ? end : next) - granule;

		access.mask = (0xffu >> (8 - (last - first))) << first;
		look_granule(state, task, granule, &access);
		address = next;
	}
}

static void forget_granules(struct race_state *state, struct race_page *page, size_t first,
			    size_t end)
{
	for (size_t i = first; i < end; i++) {
		while (page->head[i]) {
			u32 index = page->head[i];

			page->head[i] = state->records[index].next;
			record_put(state, index);
		}
	}
}

/* Granules that lie in it only in part are left. */
void race_forget(struct race_state *state, uintptr_t address, size_t bytes)
{
	uintptr_t start = (address + RACE_GRANULE_BYTES - 1) & ~(RACE_GRANULE_BYTES - 1);
	uintptr_t end = (address + bytes + RACE_GRANULE_BYTES - 1) & ~(RACE_GRANULE_BYTES - 1);

	while (start < end) {
		uintptr_t number = start / RACE_PAGE_BYTES, next = (number + 1) * RACE_PAGE_BYTES;
		struct race_page *page = page_find(state, number);
		uintptr_t stop = end < next ? end : next;

		if (page)
			forget_granules(state, page, start % RACE_PAGE_BYTES / RACE_GRANULE_BYTES,
					(stop - number * RACE_PAGE_BYTES) / RACE_GRANULE_BYTES);
		start = next;
	}
}

void race_forget_all(struct svmsim_world *world, struct race_state *state)
{
	for (u32 i = 0; i < state->page_size; i++)
		sim_free(world, state->pages[i], sizeof(*state->pages[i]));
	sim_free(world, state->pages, state->page_size * sizeof(struct race_page *));
	sim_free(world, state->records, state->record_capacity * sizeof(*state->records));
}
