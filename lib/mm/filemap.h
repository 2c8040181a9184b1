/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Files for areas to map: a page cache whose pages are never written back, since nothing is behind
 * it. Shared anonymous memory is a file of this kind, too, whose pages may be swapped out.
 *
 * DOC: Source
 *
 * mm/filemap.c, shmem.c, truncate.c, v7.0.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include <linux/fs.h>
#include <linux/mm.h>

extern const struct sim_layer sim_layer_filemap;
extern const struct vm_operations_struct sim_filemap_vm_ops, sim_shmem_vm_ops;

/** sim_file_create - a file of a size whose contents are zero; one reference; ERR_PTR(-ENOMEM) */
struct file *sim_file_create(size_t bytes, bool is_shmem);
/**
 * filemap_get - the folio at an offset, locked, with a reference; made when missing
 * @mapping: whose
 * @index: in pages
 *
 * Return: the folio, ERR_PTR(-ENOMEM), ERR_PTR(-ENOENT) beyond the end.
 */
struct folio *filemap_get(struct address_space *mapping, pgoff_t index);
/** sim_file_write - write(2) */
int sim_file_write(struct file *file, u64 offset, const void *buf, size_t bytes);
/** sim_file_read - read(2) */
int sim_file_read(struct file *file, u64 offset, void *buf, size_t bytes);
/** sim_file_truncate - ftruncate(2): pages behind the end are unmapped and go */
int sim_file_truncate(struct file *file, u64 bytes);

#endif
