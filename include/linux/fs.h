/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Files as memory sees them: contents in a page cache, and areas that map them. */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct file;
struct inode;

/* fidelity: simplified: no write-back, no errors of it; a file's backing store is its cache */
struct address_space {
	struct inode *host;
	struct xarray i_pages;
	struct rw_semaphore invalidate_lock;
	gfp_t gfp_mask;
	/* Areas that map it. */
	struct rb_root_cached i_mmap;
	unsigned long nrpages;
	unsigned long flags;
	struct rw_semaphore i_mmap_rwsem;
	/* Shared memory: its pages can be swapped out. */
	bool sim_is_shmem;
};

/* fidelity: simplified: what a mapping needs */
struct inode {
	struct address_space i_data;
	struct address_space *i_mapping;
	loff_t i_size;
	unsigned int i_flags;
	struct rw_semaphore i_rwsem;
	atomic_t i_count;
	/* In the world's list. */
	struct list_head sim_node;
};

/* fidelity: simplified: owner and open, as drivers' tables name them */
struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
};

/* fidelity: simplified: no path, no position */
struct file {
	atomic_long_t f_count;
	unsigned int f_mode;
	struct inode *f_inode;
	struct address_space *f_mapping;
	const struct file_operations *f_op;
	void *private_data;
};

/* fidelity: same */
#define S_DAX (1 << 13)
#define IS_DAX(inode) ((inode)->i_flags & S_DAX)

static inline bool vma_is_dax(const struct vm_area_struct *vma)
{
	return vma->vm_file && IS_DAX(vma->vm_file->f_mapping->host);
}

/* fidelity: same */
static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

static inline struct file *get_file(struct file *file)
{
	atomic_long_inc(&file->f_count);
	return file;
}

void fput(struct file *file);

/* fidelity: same */
static inline void i_mmap_lock_write(struct address_space *mapping)
{
	down_write(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_write(struct address_space *mapping)
{
	up_write(&mapping->i_mmap_rwsem);
}

static inline int i_mmap_trylock_read(struct address_space *mapping)
{
	return down_read_trylock(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_lock_read(struct address_space *mapping)
{
	down_read(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_read(struct address_space *mapping)
{
	up_read(&mapping->i_mmap_rwsem);
}

#endif
