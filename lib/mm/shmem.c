// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Pages of shared memory on their way to swap and back. */
#include "mm/fault_internal.h"

void shmem_to_swap(struct folio *folio)
{
	struct address_space *mapping = folio->mapping;
	unsigned long place = folio->swap.val;

	SIM_ASSERT(folio_test_swapcache(folio) && !folio_mapped(folio));
	swap_dup(place);
	/* In place of another entry: nothing to allocate. */
	xa_store(&mapping->i_pages, folio->index, xa_mk_value(place), GFP_NOWAIT);
	folio->mapping = NULL;
	mapping->nrpages--;
	folio_put(folio);
}

int shmem_swapin(struct address_space *mapping, pgoff_t index, unsigned long place)
{
	void *value = xa_mk_value(place);
	struct folio *folio;
	void *old;

	if (xa_load(&mapping->i_pages, index) != value)
		return 0;
	folio = swap_read(place, NULL, 0);
	if (IS_ERR(folio))
		return PTR_ERR(folio) == -ENOENT ? 0 : PTR_ERR(folio);
	folio_wait_writeback(folio);
	old = xa_cmpxchg(&mapping->i_pages, index, value, folio, GFP_KERNEL);
	if (old == value) {
		folio_get(folio);
		folio->mapping = mapping;
		folio->index = index;
		mapping->nrpages++;
		swap_put(place);
		folio_free_swap(folio);
		folio_set_dirty(folio);
	}
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}
