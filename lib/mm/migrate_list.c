/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Moves isolated folios to other pages: a batch of them is unmapped, then each is copied and mapped
 * again where it is now. What can't be moved at the moment is tried again, at most ten times.
 *
 * While a folio is between the two steps it is on no list: its destination is, and knows it.
 */
#include <linux/pagemap.h>
#include "mm/migrate_list.h"
#include "mm/move_internal.h"
#include "mm/rmap.h"

/* Numbers of the kernel's. */
#define BATCH_PAGES 512
#define TRIES 10
#define ASYNC_TRIES 3
#define SYNC_TRIES (TRIES - ASYNC_TRIES)

/* What is in private of a destination besides an anon_vma. */
#define WAS_MAPPED 1ul

/**
 * struct migration - a call of migrate_folios() under way
 * @to: what was asked for
 * @mode: of this round
 * @tries: of this round
 * @moving: destinations of what is unmapped
 * @failed: will not be tried again
 * @split: pieces of large folios for which there was no memory
 * @err: what was wrong last; 0 for nothing
 * @moved_pages: count
 * @is_last: pieces are not split again
 */
struct migration {
	const struct migrate_to *to;
	enum migrate_mode mode;
	unsigned int tries;
	struct list_head moving;
	struct list_head failed;
	struct list_head split;
	int err;
	unsigned long moved_pages;
	bool is_last;
};

static struct folio *source_of(const struct folio *dst)
{
	return (struct folio *)dst->index;
}

static struct anon_vma *anon_vma_of(const struct folio *dst)
{
	return (struct anon_vma *)((unsigned long)dst->private & ~WAS_MAPPED);
}

static bool was_mapped(const struct folio *dst)
{
	return (unsigned long)dst->private & WAS_MAPPED;
}

static struct folio *target_alloc(const struct migrate_to *to, const struct folio *src)
{
	unsigned int order = folio_order(src);
	struct folio *dst = (struct folio *)alloc_pages_node(to->nid, to->gfp | __GFP_COMP, order);

	if (dst && order)
		folio_set_large_rmappable(dst);
	return dst;
}

static void target_free(struct folio *dst)
{
	dst->private = NULL;
	dst->index = 0;
	folio_unlock(dst);
	folio_put(dst);
}

static bool source_lock(const struct migration *migration, struct folio *src)
{
	if (folio_trylock(src))
		return true;
	/* Who reclaims may be waited for by the lock's owner. */
	if (migration->mode == MIGRATE_ASYNC || current->flags & PF_MEMALLOC)
		return false;
	folio_lock(src);
	return true;
}

/* Gives the source back as it was. */
static void undo(struct folio *src, struct folio *dst)
{
	struct anon_vma *anon_vma = anon_vma_of(dst);

	if (was_mapped(dst))
		remove_migration_ptes(src, src, 0);
	if (anon_vma)
		put_anon_vma(anon_vma);
	folio_unlock(src);
	target_free(dst);
}

/*
 * First step: 0 (the destination is in @moving), -ENOMEM, -EAGAIN; a source that failed is as it
 * was.
 */
static int unmap_one(struct migration *migration, struct folio *src)
{
	struct folio *dst = target_alloc(migration->to, src);
	struct anon_vma *anon_vma;

	if (!dst)
		return -ENOMEM;
	__folio_set_locked(dst);
	dst->private = NULL;
	if (!source_lock(migration, src)) {
		target_free(dst);
		return -EAGAIN;
	}
	if (folio_test_writeback(src) && migration->mode != MIGRATE_SYNC) {
		undo(src, dst);
		return -EBUSY;
	}
	folio_wait_writeback(src);
	/* Migration entries do not keep the anon_vma: this reference does. */
	anon_vma = folio_test_anon(src) ? folio_get_anon_vma(src) : NULL;
	dst->private = anon_vma;
	if (src->mapping && folio_mapped(src)) {
		try_to_migrate(src, 0);
		dst->private = (void *)((unsigned long)anon_vma | WAS_MAPPED);
	}
	if (folio_mapped(src)) {
		undo(src, dst);
		return -EAGAIN;
	}
	dst->index = (unsigned long)src;
	list_del(&src->lru);
	list_add_tail(&dst->lru, &migration->moving);
	return 0;
}

/* A reference too many is seen before anything is copied, and again when the folio is frozen. */
static int replace(struct folio *dst, struct folio *src)
{
	int err;

	if (folio_ref_count(src) != folio_expected_ref_count(src) + 1)
		return -EAGAIN;
	folio_copy(dst, src);
	err = folio_migrate_mapping(folio_test_anon(src) ? NULL : src->mapping, dst, src, 0);
	if (err)
		return err;
	folio_migrate_flags(dst, src);
	/* A folio of a file must have none when it is freed. */
	if (!folio_test_anon(src))
		src->mapping = NULL;
	return 0;
}

/* Second step: 0, or -EAGAIN with nothing changed. */
static int move_one(struct migration *migration, struct folio *dst)
{
	struct anon_vma *anon_vma = anon_vma_of(dst);
	struct folio *src = source_of(dst);
	bool maps = was_mapped(dst);
	void *private = dst->private;
	int err;

	dst->private = NULL;
	err = replace(dst, src);
	if (err) {
		dst->private = private;
		return err;
	}
	list_del(&dst->lru);
	migration->moved_pages += folio_nr_pages(dst);
	folio_add_lru(dst);
	if (maps)
		remove_migration_ptes(src, dst, 0);
	folio_unlock(dst);
	folio_put(dst);
	if (anon_vma)
		put_anon_vma(anon_vma);
	folio_unlock(src);
	folio_put(src);
	return 0;
}

static bool split_instead(struct migration *migration, struct folio *folio)
{
	int err;

	if (!folio_test_large(folio) || migration->is_last ||
	    migration->to->reason == MR_NUMA_MISPLACED)
		return false;
	if (!source_lock(migration, folio))
		return false;
	err = split_folio_to_list(&folio->page, 0, &migration->split);
	folio_unlock(folio);
	if (!err)
		list_move_tail(&folio->lru, &migration->split);
	return !err;
}

/* Tries to unmap each folio of a list. Return: how many to try again, or -ENOMEM. */
static int unmap_pass(struct migration *migration, struct list_head *from)
{
	struct folio *folio, *next;
	int again = 0;

	list_for_each_entry_safe(folio, next, from, lru) {
		int err;

		cond_resched();
		/* Freed by everybody else meanwhile. */
		if (folio_ref_count(folio) == 1) {
			list_del(&folio->lru);
			migration->moved_pages += folio_nr_pages(folio);
			folio_clear_active(folio);
			folio_put(folio);
			continue;
		}
		err = unmap_one(migration, folio);
		if (err)
			migration->err = err;
		if (err == -EAGAIN) {
			again++;
		} else if (err == -ENOMEM) {
			if (!split_instead(migration, folio))
				return -ENOMEM;
		} else if (err) {
			list_move_tail(&folio->lru, &migration->failed);
		}
	}
	return again;
}

/* Return: how many to try again. */
static int move_pass(struct migration *migration)
{
	struct folio *dst, *next;
	int again = 0;

	list_for_each_entry_safe(dst, next, &migration->moving, lru) {
		cond_resched();
		if (move_one(migration, dst)) {
			migration->err = -EAGAIN;
			again++;
		}
	}
	return again;
}

/*
 * Both steps for a list. What stays in @from may be tried again in another mode.
 * Return: 0 or -ENOMEM.
 */
static int migrate_batch(struct migration *migration, struct list_head *from)
{
	struct folio *dst, *next;
	int again = 1;

	for (unsigned int i = 0; i < migration->tries && again > 0; i++)
		again = unmap_pass(migration, from);
	for (unsigned int i = 0; i < migration->tries && move_pass(migration); i++)
		;
	list_for_each_entry_safe(dst, next, &migration->moving, lru) {
		struct folio *src = source_of(dst);

		list_del(&dst->lru);
		undo(src, dst);
		list_add_tail(&src->lru, &migration->failed);
	}
	return again < 0 ? again : 0;
}

/* All at once without waiting for a lock, then what is left one by one. */
static int migrate_sync(struct migration *migration, struct list_head *from)
{
	LIST_HEAD(one);
	int err;

	migration->mode = MIGRATE_ASYNC;
	migration->tries = ASYNC_TRIES;
	err = migrate_batch(migration, from);
	if (err)
		return err;
	list_splice_tail_init(&migration->failed, from);
	migration->mode = migration->to->mode;
	migration->tries = SYNC_TRIES;
	while (!list_empty(from) && !err) {
		list_move(from->next, &one);
		err = migrate_batch(migration, &one);
		list_splice_tail_init(&one, &migration->failed);
	}
	return err;
}

static void take_batch(struct list_head *from, struct list_head *batch)
{
	unsigned long pages = 0;

	while (!list_empty(from) && pages < BATCH_PAGES) {
		struct folio *folio = list_first_entry(from, struct folio, lru);

		pages += folio_nr_pages(folio);
		list_move_tail(&folio->lru, batch);
	}
}

static int migrate_some(struct migration *migration, struct list_head *batch)
{
	int err;

	migration->mode = migration->to->mode;
	migration->tries = TRIES;
	migration->is_last = false;
	if (migration->mode == MIGRATE_ASYNC)
		err = migrate_batch(migration, batch);
	else
		err = migrate_sync(migration, batch);
	list_splice_tail_init(batch, &migration->failed);
	if (!err && !list_empty(&migration->split)) {
		migration->mode = MIGRATE_ASYNC;
		migration->tries = 1;
		migration->is_last = true;
		migrate_batch(migration, &migration->split);
	}
	list_splice_tail_init(&migration->split, &migration->failed);
	return err;
}

static const char *const mode_names[] = { "MIGRATE_ASYNC", "MIGRATE_SYNC_LIGHT", "MIGRATE_SYNC" };
static const char *const reason_names[] = { "compaction", "syscall_or_cpuset", "numa_misplaced" };

static void tell(const struct migration *migration)
{
	unsigned long failed = 0;
	struct folio *folio;

	list_for_each_entry(folio, &migration->failed, lru)
		failed += folio_nr_pages(folio);
	sim_event(MM_MIGRATE_PAGES, migration->moved_pages, failed,
		  sim_name(mode_names[migration->to->mode]),
		  sim_name(reason_names[migration->to->reason]));
}

int migrate_folios(struct list_head *from, const struct migrate_to *to, unsigned long *moved_pages)
{
	struct migration migration = {
		.to = to,
		.moving = LIST_HEAD_INIT(migration.moving),
		.failed = LIST_HEAD_INIT(migration.failed),
		.split = LIST_HEAD_INIT(migration.split),
	};
	LIST_HEAD(batch);
	int err = 0;

	while (!list_empty(from) && !err) {
		take_batch(from, &batch);
		err = migrate_some(&migration, &batch);
	}
	tell(&migration);
	list_splice(&migration.failed, from);
	*moved_pages = migration.moved_pages;
	return list_empty(from) ? 0 : migration.err;
}

int migrate_folio_to(struct folio *folio, int nid)
{
	const struct migrate_to to = {
		.nid = nid,
		.gfp = (GFP_HIGHUSER_MOVABLE | __GFP_THISNODE | __GFP_NOMEMALLOC | __GFP_NORETRY |
			__GFP_NOWARN) & ~__GFP_RECLAIM,
		.mode = MIGRATE_ASYNC,
		.reason = MR_NUMA_MISPLACED,
	};
	unsigned long moved_pages;
	LIST_HEAD(from);
	int err;

	list_add(&folio->lru, &from);
	err = migrate_folios(&from, &to, &moved_pages);
	if (err)
		list_del(&folio->lru);
	return err;
}
