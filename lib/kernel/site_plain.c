/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Sites of plain accesses: found by the address of the access, named by the function that it lies
 * in. What an address is called does not change while the program runs, so it is asked for once.
 */
#include "kernel/site.h"
#include "kernel/world.h"

#define TABLE_SIZE_MIN 256u

/* struct known - an address and its site */
struct known {
	uintptr_t key;
	struct sim_site *site;
};

static struct known *table;
static u32 table_size;
static u32 known_count;
/* Each function's, newest first. */
static struct plain_site {
	struct sim_site site;
	struct plain_site *next;
} *plain_sites;

static struct known *slot_of(uintptr_t key)
{
	u32 slot = (u32)(key * 0x9e3779b97f4a7c15ull >> 32) & (table_size - 1);

	while (table[slot].site && table[slot].key != key)
		slot = (slot + 1) & (table_size - 1);
	return &table[slot];
}

static void grow(void)
{
	struct known *old = table;
	u32 old_size = table_size;

	if (2 * (known_count + 1) <= old_size)
		return;
	table_size = old_size ? 2 * old_size : TABLE_SIZE_MIN;
	table = host_zalloc(table_size * sizeof(*table));
	for (u32 i = 0; i < old_size; i++)
		if (old[i].site)
			*slot_of(old[i].key) = old[i];
	host_free(old);
}

static struct sim_site *site_of_function(uintptr_t pc, const char *primitive)
{
	struct plain_site *plain;
	char function[128], *name;
	size_t length;

	host_symbol_function(pc, function, sizeof(function));
	for (plain = plain_sites; plain; plain = plain->next)
		if (!__builtin_strcmp(plain->site.function, function) &&
		    !__builtin_strcmp(plain->site.primitive, primitive))
			return &plain->site;
	length = __builtin_strlen(function) + 1;
	name = host_malloc(length);
	__builtin_memcpy(name, function, length);
	plain = host_zalloc(sizeof(*plain));
	plain->site = (struct sim_site){
		.file = "plain",
		.function = name,
		.primitive = primitive,
		.argument = "",
		.kind = SIM_POINT_PLAIN,
	};
	plain->next = plain_sites;
	plain_sites = plain;
	sim_site_add(&plain->site);
	return &plain->site;
}

const struct sim_site *sim_site_plain(uintptr_t pc, bool is_write)
{
	uintptr_t key = pc << 1 | is_write;
	struct known *known;

	grow();
	known = slot_of(key);
	if (!known->site) {
		*known = (struct known){ key, site_of_function(pc, is_write ? "write" : "read") };
		known_count++;
	}
	return known->site;
}

__attribute__((__destructor__)) static void forget_plain_sites(void)
{
	while (plain_sites) {
		struct plain_site *plain = plain_sites;

		plain_sites = plain->next;
		host_free((char *)plain->site.function);
		host_free(plain);
	}
	host_free(table);
	table = NULL;
	table_size = 0;
}
