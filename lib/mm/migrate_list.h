/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Moving many isolated folios; see migrate_list.c. */
#ifndef MM_MIGRATE_LIST_H
#define MM_MIGRATE_LIST_H

#include <linux/mm.h>

/* How long it may take: no waiting, no waiting for devices, whatever it takes. */
enum migrate_mode {
	MIGRATE_ASYNC,
	MIGRATE_SYNC_LIGHT,
	MIGRATE_SYNC,
};

enum migrate_reason {
	MR_COMPACTION,
	MR_SYSCALL,
	MR_NUMA_MISPLACED,
};

/**
 * struct migrate_to - where folios go, and how
 * @nid: node
 * @gfp: of the allocation of destinations
 * @mode: see above
 * @reason: for the trace; NUMA balancing does not split large folios
 */
struct migrate_to {
	int nid;
	gfp_t gfp;
	enum migrate_mode mode;
	enum migrate_reason reason;
};

/**
 * migrate_folios - move isolated folios to other pages
 * @from: each with the reference of its isolation, linked by lru; what could not be moved is there
 *	afterwards, still isolated. Large ones may have become small ones.
 * @to: where to
 * @moved_pages: set to the number of pages moved
 *
 * Models: migrate_pages(); mm/migrate.c, v7.0.
 * Context: may sleep, no folio of @from is locked by the caller.
 * Return: 0 when all were moved, else what went wrong last: -EAGAIN, -ENOMEM, -EBUSY.
 */
int migrate_folios(struct list_head *from, const struct migrate_to *to,
		   unsigned long *moved_pages);

#endif
