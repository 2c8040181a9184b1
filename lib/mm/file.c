// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Files: making and dropping them, reading, writing and truncating. See filemap.h. */
#include "mm/cache.h"
#include "mm/fault_internal.h"

static struct filemap_state *filemap_state(void)
{
	return sim_world->slot[SIM_SLOT_FILEMAP];
}

static int filemap_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_FILEMAP] = sim_alloc(world, sizeof(struct filemap_state));
	return 0;
}

static void filemap_start(struct svmsim_world *world)
{
	struct filemap_state *state = world->slot[SIM_SLOT_FILEMAP];

	INIT_LIST_HEAD(&state->inodes);
}

static void filemap_unmake(struct svmsim_world *world)
{
	sim_free(world, world->slot[SIM_SLOT_FILEMAP], sizeof(struct filemap_state));
}

const struct sim_layer sim_layer_filemap = {
	.name = "filemap",
	.slot = SIM_SLOT_FILEMAP,
	.make = filemap_make,
	.start = filemap_start,
	.unmake = filemap_unmake,
};

static struct inode *inode_make(size_t bytes, bool is_shmem)
{
	struct inode *inode = kzalloc(sizeof(*inode), GFP_KERNEL);
	struct address_space *mapping;

	if (!inode)
		return NULL;
	mapping = &inode->i_data;
	mapping->host = inode;
	xa_init(&mapping->i_pages);
	init_rwsem(&mapping->invalidate_lock);
	init_rwsem(&mapping->i_mmap_rwsem);
	mapping->i_mmap = RB_ROOT_CACHED;
	mapping->gfp_mask = GFP_HIGHUSER_MOVABLE;
	mapping->sim_is_shmem = is_shmem;
	inode->i_mapping = mapping;
	inode->i_size = bytes;
	init_rwsem(&inode->i_rwsem);
	atomic_set(&inode->i_count, 1);
	list_add_tail(&inode->sim_node, &filemap_state()->inodes);
	return inode;
}

struct file *sim_file_create(size_t bytes, bool is_shmem)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->f_inode = inode_make(bytes, is_shmem);
	if (!file->f_inode) {
		kfree(file);
		return ERR_PTR(-ENOMEM);
	}
	file->f_mapping = file->f_inode->i_mapping;
	atomic_long_set(&file->f_count, 1);
	return file;
}

/* Everything from an index on leaves the cache; nothing maps it. */
static void cache_truncate(struct address_space *mapping, pgoff_t first)
{
	unsigned long index;
	void *entry;

	xa_for_each_start(&mapping->i_pages, index, entry, first) {
		struct folio *folio = entry;

		if (xa_is_value(entry)) {
			if (xa_cmpxchg(&mapping->i_pages, index, entry, NULL, 0) == entry)
				swap_put(xa_to_value(entry));
			continue;
		}
		folio_get(folio);
		folio_lock(folio);
		if (folio->mapping == mapping) {
			folio_wait_writeback(folio);
			/* A fault may have mapped it again before it was locked. */
			if (folio_mapped(folio))
				unmap_mapping_pages(mapping, index, index);
			filemap_remove_folio(folio);
		}
		folio_unlock(folio);
		folio_put(folio);
	}
}

static void inode_put(struct inode *inode)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (!atomic_dec_and_test(&inode->i_count))
		return;
	if (unlikely(watch) && watch->file_gone)
		watch->file_gone(watch->ctx, inode->i_mapping);
	cache_truncate(inode->i_mapping, 0);
	xa_destroy(&inode->i_mapping->i_pages);
	list_del(&inode->sim_node);
	kfree(inode);
}

void fput(struct file *file)
{
	if (!atomic_long_dec_and_test(&file->f_count))
		return;
	if (file->f_op && file->f_op->release)
		file->f_op->release(file->f_inode, file);
	if (file->f_inode)
		inode_put(file->f_inode);
	kfree(file);
}
EXPORT_SYMBOL(fput);

/* Bytes between a buffer and one page of the file. */
static void copy_part(struct folio *folio, u64 offset, u8 *buf, size_t bytes, bool write)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;
	phys_addr_t phys = PFN_PHYS(folio_pfn(folio)) + offset_in_page(offset);

	if (!write) {
		sim_cpu_phys_read(sim_world, phys, buf, bytes);
		return;
	}
	if (unlikely(watch) && watch->file_write)
		watch->file_write(watch->ctx, folio->mapping, offset, buf, bytes);
	sim_cpu_phys_write(sim_world, phys, buf, bytes);
	folio_set_dirty(folio);
}

static int transfer(struct file *file, u64 offset, u8 *buf, size_t bytes, bool write)
{
	size_t done = 0;

	while (done < bytes) {
		u64 at = offset + done;
		size_t part = min(bytes - done, PAGE_SIZE - offset_in_page(at));
		struct folio *folio = filemap_get(file->f_mapping, at >> PAGE_SHIFT);

		if (IS_ERR(folio))
			return done ? (int)done : PTR_ERR(folio);
		copy_part(folio, at, buf + done, part, write);
		folio_unlock(folio);
		folio_mark_accessed(folio);
		folio_put(folio);
		done += part;
	}
	return done;
}

int sim_file_write(struct file *file, u64 offset, const void *buf, size_t bytes)
{
	struct inode *inode = file_inode(file);
	u64 old_bytes;
	int written;

	down_write(&inode->i_rwsem);
	old_bytes = inode->i_size;
	/* The kernel grows the file page by page, after each; nobody can tell under i_rwsem. */
	if (offset + bytes > old_bytes)
		inode->i_size = offset + bytes;
	written = transfer(file, offset, (u8 *)buf, bytes, true);
	if (written < (long)bytes)
		inode->i_size = max(old_bytes, written > 0 ? offset + written : 0);
	up_write(&inode->i_rwsem);
	return written;
}

int sim_file_read(struct file *file, u64 offset, void *buf, size_t bytes)
{
	u64 end = file_inode(file)->i_size;
	int done;

	if (offset >= end)
		return 0;
	done = transfer(file, offset, buf, min(bytes, end - offset), false);
	/* Truncated meanwhile. */
	return done == -ENOENT ? 0 : done;
}

int sim_file_truncate(struct file *file, u64 bytes)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;
	struct inode *inode = file_inode(file);
	struct address_space *mapping = inode->i_mapping;
	pgoff_t first = (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct folio *folio = NULL;

	down_write(&inode->i_rwsem);
	if (unlikely(watch) && watch->file_truncating)
		watch->file_truncating(watch->ctx, mapping, bytes);
	if (bytes < (u64)inode->i_size && offset_in_page(bytes)) {
		folio = filemap_get(mapping, bytes >> PAGE_SHIFT);
		if (IS_ERR(folio)) {
			up_write(&inode->i_rwsem);
			return PTR_ERR(folio);
		}
		/* What comes back when the file grows again reads as zero. */
		sim_cpu_set(sim_world, PFN_PHYS(folio_pfn(folio)) + offset_in_page(bytes), 0,
			    PAGE_SIZE - offset_in_page(bytes));
		folio_set_dirty(folio);
		folio_unlock(folio);
		folio_put(folio);
	}
	down_write(&mapping->invalidate_lock);
	inode->i_size = bytes;
	/* Once to make it quick, and page by page for what faults bring back meanwhile. */
	unmap_mapping_pages(mapping, first, ~0ul);
	cache_truncate(mapping, first);
	unmap_mapping_pages(mapping, first, ~0ul);
	if (unlikely(watch) && watch->file_truncate)
		watch->file_truncate(watch->ctx, mapping, bytes);
	up_write(&mapping->invalidate_lock);
	up_write(&inode->i_rwsem);
	return 0;
}
