/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Names and numbers of the program's sites, given once when it starts. What is the same in two
 * files, since a header has it, is one site: it has one id.
 */
#include "kernel/site.h"
#include "kernel/world.h"

/* Provided by the linker for a section that exists; weak, for programs without a site. */
#define SECTION_BOUND __weak __attribute__((__visibility__("hidden")))

extern struct sim_site *const __start_sim_sites[] SECTION_BOUND;
extern struct sim_site *const __stop_sim_sites[] SECTION_BOUND;

/* One per id, in order; constant once the program has started. */
static struct sim_site **site_table;
static u32 site_count;

static u64 hash_text(u64 hash, const char *text)
{
	do {
		hash = sim_digest_step(hash, (unsigned char)*text, 0);
	} while (*text++);
	return hash;
}

static bool comes_after(const struct sim_site *a, const struct sim_site *b)
{
	return a->key != b->key ? a->key > b->key : a->line > b->line;
}

/* Shell's sort, with the gaps of Ciura: a few thousand sites, with no memory of its own. */
static void sort(struct sim_site **site, size_t count)
{
	static const u32 gaps[] = { 1750, 701, 301, 132, 57, 23, 10, 4, 1 };

	for (unsigned int g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
		for (size_t i = gaps[g]; i < count; i++) {
			struct sim_site *moving = site[i];
			size_t at = i;

			for (; at >= gaps[g] && comes_after(site[at - gaps[g]], moving);
			     at -= gaps[g])
				site[at] = site[at - gaps[g]];
			site[at] = moving;
		}
	}
}

/* Those that read alike stand together, by line: the same line is the same site once more. */
static void give_numbers(struct sim_site **site, size_t count)
{
	const struct sim_site *last = NULL;
	u64 alike = 0;

	for (size_t i = 0; i < count; i++) {
		struct sim_site *next = site[i];
		bool reads_alike = last && next->key == alike;

		alike = next->key;
		if (reads_alike && next->line == last->line) {
			next->id = last->id;
			next->ordinal = last->ordinal;
		} else {
			next->ordinal = reads_alike ? last->ordinal + 1 : 1;
			site[site_count++] = next;
			next->id = site_count;
		}
		next->key = next->ordinal > 1 ? sim_digest_step(alike, next->ordinal, 0) : alike;
		last = next;
	}
}

static u64 key_of(const struct sim_site *site)
{
	u64 hash = hash_text(SIM_DIGEST_SEED, site->file);

	hash = hash_text(hash, site->function);
	hash = hash_text(hash, site->primitive);
	return hash_text(hash, site->argument);
}

__attribute__((__constructor__)) static void number_sites(void)
{
	size_t count = __stop_sim_sites - __start_sim_sites;

	if (!count)
		return;
	site_table = host_malloc(count * sizeof(*site_table));
	for (size_t i = 0; i < count; i++) {
		site_table[i] = __start_sim_sites[i];
		site_table[i]->key = key_of(site_table[i]);
	}
	sort(site_table, count);
	give_numbers(site_table, count);
}

void sim_site_add(struct sim_site *site)
{
	site_table = host_realloc(site_table, (site_count + 1) * sizeof(*site_table));
	site->key = key_of(site);
	site->ordinal = 1;
	site_table[site_count++] = site;
	site->id = site_count;
}

u32 sim_site_count(void)
{
	return site_count;
}

const struct sim_site *sim_site_at(u32 id)
{
	return id && id <= site_count ? site_table[id - 1] : NULL;
}

void sim_site_text(const struct sim_site *site, char *buf, size_t size)
{
	bool has_argument = site->argument[0];
	int length = host_snprintf(buf, size, "%s:%s:%s%s%s%s", site->file, site->function,
				   site->primitive, has_argument ? "(" : "", site->argument,
				   has_argument ? ")" : "");

	if (site->ordinal > 1 && (size_t)length < size)
		host_snprintf(buf + length, size - length, "#%u", site->ordinal);
}
