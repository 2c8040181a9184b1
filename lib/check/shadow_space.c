/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Tables of the shadow: pages by index, shared between address spaces until written. */
#include <linux/string.h>
#include "check/mm.h"

#define CAPACITY_MIN 64

static u32 hash_of(u64 index)
{
	return (u32)((index * 0x9e3779b97f4a7c15ull) >> 32);
}

static struct chk_slot *find(const struct chk_space *space, u64 index)
{
	if (!space->capacity)
		return NULL;
	for (u32 at = hash_of(index);; at++) {
		struct chk_slot *slot = &space->slots[at & (space->capacity - 1)];

		if (!slot->page || slot->index == index)
			return slot;
	}
}

static void grow(struct chk_space *space)
{
	struct chk_slot *old = space->slots;
	u32 capacity = space->capacity;

	space->capacity = capacity ? 2 * capacity : CAPACITY_MIN;
	space->slots = sim_alloc(sim_world, space->capacity * sizeof(*old));
	for (u32 i = 0; i < capacity; i++)
		if (old[i].page)
			*find(space, old[i].index) = old[i];
	sim_free(sim_world, old, capacity * sizeof(*old));
}

static void page_put(struct chk_page *page)
{
	if (!--page->refs)
		sim_free(sim_world, page, sizeof(*page));
}

/* Closes the gap that a slot leaves: what was pushed behind it comes nearer to its own place. */
static void slot_clear(struct chk_space *space, struct chk_slot *slot)
{
	u32 mask = space->capacity - 1, hole = slot - space->slots;

	page_put(slot->page);
	slot->page = NULL;
	space->count--;
	for (u32 at = (hole + 1) & mask; space->slots[at].page; at = (at + 1) & mask) {
		u32 home = hash_of(space->slots[at].index) & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		space->slots[hole] = space->slots[at];
		space->slots[at].page = NULL;
		hole = at;
	}
}

static struct chk_space *space_new(void)
{
	struct chk_space *space = sim_alloc(sim_world, sizeof(*space));

	space->next = chk_mm()->spaces;
	chk_mm()->spaces = space;
	return space;
}

struct chk_space *chk_space_of_mm(unsigned int mm_number, bool makes)
{
	struct chk_space *space = chk_mm()->spaces;

	while (space && space->mm_number != mm_number)
		space = space->next;
	if (!space && makes) {
		space = space_new();
		space->mm_number = mm_number;
	}
	return space;
}

struct chk_space *chk_space_of_file(const struct address_space *mapping, bool makes)
{
	struct chk_space *space = chk_mm()->spaces;

	while (space && (space->mm_number || space->mapping != mapping))
		space = space->next;
	if (!space && makes) {
		space = space_new();
		space->mapping = mapping;
	}
	return space;
}

struct chk_page *chk_space_get(const struct chk_space *space, u64 index)
{
	const struct chk_slot *slot = space ? find(space, index) : NULL;

	return slot ? slot->page : NULL;
}

void chk_space_put(struct chk_space *space, u64 index, struct chk_page *page)
{
	struct chk_slot *slot;

	if (space->count >= space->capacity - space->capacity / 4)
		grow(space);
	page->refs++;
	slot = find(space, index);
	if (slot->page)
		page_put(slot->page);
	else
		space->count++;
	*slot = (struct chk_slot){ .index = index, .page = page };
}

struct chk_page *chk_space_own(struct chk_space *space, u64 index, const struct chk_page *base)
{
	struct chk_page *page = chk_space_get(space, index), *copy;

	if (page && page->refs == 1)
		return page;
	if (page)
		base = page;
	copy = sim_alloc(sim_world, sizeof(*copy));
	if (base) {
		copy->loose = base->loose;
		memcpy(copy->bytes, base->bytes, PAGE_SIZE);
	}
	chk_space_put(space, index, copy);
	return copy;
}

void chk_space_loosen(struct chk_space *space, u64 first)
{
	for (u32 i = 0; i < space->capacity; i++)
		if (space->slots[i].page && space->slots[i].index >= first)
			space->slots[i].page->loose = true;
}

void chk_space_drop(struct chk_space *space, u64 first, u64 last)
{
	struct chk_slot *slot;

	if (!space || !space->count)
		return;
	if (last - first < space->capacity) {
		for (u64 index = first; index <= last; index++) {
			slot = find(space, index);
			if (slot && slot->page)
				slot_clear(space, slot);
		}
		return;
	}
	for (u32 i = 0; i < space->capacity;) {
		slot = &space->slots[i];
		if (slot->page && slot->index >= first && slot->index <= last)
			slot_clear(space, slot);
		else
			i++;
	}
}

void chk_space_copy(struct chk_space *to, const struct chk_space *from)
{
	for (u32 i = 0; i < from->capacity; i++)
		if (from->slots[i].page)
			chk_space_put(to, from->slots[i].index, from->slots[i].page);
}

void chk_space_move(struct chk_space *space, u64 from, u64 to, u64 pages)
{
	if (!space)
		return;
	for (u64 i = 0; i < pages; i++) {
		struct chk_page *page = chk_space_get(space, from + i);

		if (page)
			chk_space_put(space, to + i, page);
		else
			chk_space_drop(space, to + i, to + i);
	}
	/* With DONTUNMAP the old area stays, and is empty. */
	chk_space_drop(space, from, from + pages - 1);
}

void chk_space_remove(struct chk_space *space)
{
	struct chk_space **link = &chk_mm()->spaces;

	if (!space)
		return;
	while (*link != space)
		link = &(*link)->next;
	*link = space->next;
	for (u32 i = 0; i < space->capacity; i++)
		if (space->slots[i].page)
			page_put(space->slots[i].page);
	sim_free(sim_world, space->slots, space->capacity * sizeof(*space->slots));
	sim_free(sim_world, space, sizeof(*space));
}

void chk_spaces_clear(struct chk_mm *state)
{
	while (state->spaces)
		chk_space_remove(state->spaces);
}
