/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Files for areas to map: a page cache whose pages are never written back, since nothing is behind
 * it. Shared anonymous memory is a file of this kind, too, whose pages may be swapped out: its
 * cache then has the place in swap instead of the folio.
 *
 * The cache holds one reference on each of its folios, which are small.
 *
 * DOC: Locking
 *
 * i_rwsem (write, truncate) over invalidate_lock (truncate against faults that bring pages in) over
 * the folio lock over i_mmap_rwsem. A locked folio whose mapping is set is in the cache.
 *
 * DOC: Not modelled
 *
 * Large folios in a cache, write-back and with it page_mkwrite, readahead, paths.
 *
 * DOC: Source
 *
 * mm/filemap.c, shmem.c, truncate.c, v7.0.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include <linux/fs.h>
#include <linux/mm.h>
#include "kernel/world.h"

/**
 * struct filemap_state - of sim_layer_filemap
 * @inodes: alive, by inode.sim_node, in order of creation
 */
struct filemap_state {
	struct list_head inodes;
};

extern const struct sim_layer sim_layer_filemap;
extern const struct vm_operations_struct sim_filemap_vm_ops, sim_shmem_vm_ops;

/**
 * sim_file_create - a file whose contents are zero
 * @bytes: its size
 * @is_shmem: shared memory
 *
 * Return: one reference, to be given back with fput(); ERR_PTR(-ENOMEM).
 */
struct file *sim_file_create(size_t bytes, bool is_shmem);
/**
 * filemap_get - the folio at an offset, locked, with a reference; made when missing
 * @mapping: whose
 * @index: in pages
 *
 * Context: may sleep.
 * Return: the folio, ERR_PTR(-ENOMEM), ERR_PTR(-ENOENT) beyond the end.
 */
struct folio *filemap_get(struct address_space *mapping, pgoff_t index);
/**
 * sim_file_write - write(2)
 * @file: file
 * @offset: where
 * @buf: bytes
 * @bytes: how many, less than 2 GiB; the file grows where needed
 *
 * Return: how many were written, or -ENOMEM when none was.
 */
int sim_file_write(struct file *file, u64 offset, const void *buf, size_t bytes);
/** sim_file_read - read(2): how many bytes were read, or -ENOMEM when none was */
int sim_file_read(struct file *file, u64 offset, void *buf, size_t bytes);
/**
 * sim_file_truncate - ftruncate(2)
 * @file: file
 * @bytes: its new size
 *
 * What lies behind it is unmapped everywhere, copies of private areas included, and forgotten.
 * Return: 0, or -ENOMEM when the rest of the last page is in swap and could not be read.
 */
int sim_file_truncate(struct file *file, u64 bytes);

/**
 * shmem_to_swap - a folio of shared memory leaves its cache for swap
 * @folio: locked, in the swap cache, not mapped
 *
 * Its place takes its place, with a count of one; the cache's reference goes.
 * Models: shmem_delete_from_page_cache() in shmem_writeout(); mm/shmem.c, v7.0.
 */
void shmem_to_swap(struct folio *folio);

/* Inside: a folio of the cache is one no more; locked, not mapped. Drops the cache's reference. */
void filemap_remove_folio(struct folio *folio);
/* Unmaps pages @first to @last of a file from all areas, private copies too. */
void unmap_mapping_pages(struct address_space *mapping, pgoff_t first, pgoff_t last);
/* Brings back what is at a place in swap: 0, the cache has changed: look again; or -ENOMEM. */
int shmem_swapin(struct address_space *mapping, pgoff_t index, unsigned long place);

#endif
