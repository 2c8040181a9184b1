/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Compaction and move_pages(): what is mapped in a range goes elsewhere. */
#include <linux/errno.h>
#include "mm/migrate_list.h"
#include "mm/move_internal.h"

/* A page with a reference that no entry or cache explains is probably pinned: not even tried. */
static bool wants_compaction(const struct folio *folio, const void *arg)
{
	if (folio_nid(folio) != *(const int *)arg)
		return false;
	return folio->mapping && (!folio_test_anon(folio) || folio_test_swapcache(folio) ||
				  folio_ref_count(folio) <= folio_mapcount(folio));
}

/* Compaction moves pages within their node. */
long sim_compact(struct mm_struct *mm, unsigned long addr, size_t bytes)
{
	int node_count = (int)sim_phys_of_world(sim_world)->node_count;
	unsigned long moved_pages, sum_pages = 0;

	for (int nid = 0; nid < node_count; nid++) {
		struct isolate isolate = {
			.folios = LIST_HEAD_INIT(isolate.folios),
			.wants = wants_compaction,
			.arg = &nid,
		};
		const struct migrate_to to = {
			.nid = nid,
			.gfp = (GFP_HIGHUSER_MOVABLE | __GFP_THISNODE | __GFP_NOWARN) &
			       ~__GFP_RECLAIM,
			.mode = MIGRATE_SYNC,
			.reason = MR_COMPACTION,
		};

		isolate_range(&isolate, mm, addr, addr + bytes);
		if (list_empty(&isolate.folios))
			continue;
		migrate_folios(&isolate.folios, &to, &moved_pages);
		sum_pages += moved_pages;
		isolate_putback(&isolate.folios);
	}
	return (long)sum_pages;
}

static bool is_elsewhere(const struct folio *folio, const void *arg)
{
	return folio_nid(folio) != *(const int *)arg;
}

/* As with MPOL_MF_MOVE_ALL: also what other processes share. */
long sim_move_pages(struct mm_struct *mm, unsigned long addr, size_t bytes, int nid)
{
	struct isolate isolate = {
		.folios = LIST_HEAD_INIT(isolate.folios),
		.wants = is_elsewhere,
		.arg = &nid,
	};
	const struct migrate_to to = {
		.nid = nid,
		.gfp = GFP_HIGHUSER_MOVABLE | __GFP_THISNODE,
		.mode = MIGRATE_SYNC,
		.reason = MR_SYSCALL,
	};
	unsigned long moved_pages = 0;

	if (nid < 0 || nid >= (int)sim_phys_of_world(sim_world)->node_count)
		return -ENODEV;
	isolate_range(&isolate, mm, addr, addr + bytes);
	if (!list_empty(&isolate.folios))
		migrate_folios(&isolate.folios, &to, &moved_pages);
	isolate_putback(&isolate.folios);
	return (long)moved_pages;
}
