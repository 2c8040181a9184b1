/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <asm/page.h>
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct address_space;
struct anon_vma;
struct dev_pagemap;
struct file;
struct mm_struct;
struct mmu_notifier_subscriptions;
struct vm_area_struct;
struct vm_fault;
struct vm_operations_struct;

/* fidelity: same */
typedef unsigned long pgoff_t;
typedef unsigned int vm_fault_t;

typedef struct {
	unsigned long f;
} memdesc_flags_t;

typedef struct {
	unsigned long val;
} swp_entry_t;

/*
 * fidelity: simplified: layout and size of the kernel's, but a page that is all zero is a valid
 * free page: map counts are stored without the kernel's bias of -1, and zone, node, PG_reserved and
 * the pagemap of a device page follow from its page frame number. Free pages of RAM carry
 * page_type, lru and private for the allocator, as in the kernel.
 */
struct page {
	memdesc_flags_t flags;
	union {
		struct {
			union {
				struct list_head lru;
				struct list_head buddy_list;
				struct list_head pcp_list;
			};
			struct address_space *mapping;
			union {
				pgoff_t __folio_index;
				unsigned long share;
			};
			unsigned long private;
		};
		struct {
			unsigned long compound_head;
		};
		struct {
			void *_unused_pgmap_compound_head;
			void *zone_device_data;
		};
		struct rcu_head rcu_head;
	};
	union {
		unsigned int page_type;
		atomic_t _mapcount;
	};
	atomic_t _refcount;
	unsigned long memcg_data;
} __aligned(16);

/* What a large folio keeps in the pages behind its head. */
struct folio {
	union {
		struct page page;
		struct {
			memdesc_flags_t flags;
			union {
				struct list_head lru;
				struct {
					void *__filler;
					unsigned int mlock_count;
				};
				struct dev_pagemap *pgmap;
			};
			struct address_space *mapping;
			union {
				pgoff_t index;
				unsigned long share;
			};
			union {
				void *private;
				swp_entry_t swap;
			};
			atomic_t _mapcount;
			atomic_t _refcount;
			unsigned long memcg_data;
		};
	};
	union {
		struct page __page_1;
		struct {
			unsigned long _flags_1;
			unsigned long _head_1;
			atomic_t _large_mapcount;
			atomic_t _nr_pages_mapped;
			atomic_t _entire_mapcount;
			atomic_t _pincount;
			unsigned long _usable_1[2];
			atomic_t _mapcount_1;
			atomic_t _refcount_1;
			unsigned int _nr_pages;
		};
	};
	union {
		struct page __page_2;
		struct {
			unsigned long _flags_2;
			unsigned long _head_2;
			struct list_head _deferred_list;
		};
	};
	struct page __page_3;
};

static_assert(sizeof(struct page) == 64);
static_assert(offsetof(struct folio, lru) == offsetof(struct page, lru));
static_assert(offsetof(struct folio, lru) == offsetof(struct page, compound_head));
static_assert(offsetof(struct folio, mlock_count) == offsetof(struct page, zone_device_data));
static_assert(offsetof(struct folio, mapping) == offsetof(struct page, mapping));
static_assert(offsetof(struct folio, index) == offsetof(struct page, __folio_index));
static_assert(offsetof(struct folio, private) == offsetof(struct page, private));
static_assert(offsetof(struct folio, _mapcount) == offsetof(struct page, _mapcount));
static_assert(offsetof(struct folio, _refcount) == offsetof(struct page, _refcount));
static_assert(offsetof(struct folio, _head_1) ==
	      offsetof(struct page, compound_head) + sizeof(struct page));
static_assert(offsetof(struct folio, _mapcount_1) ==
	      offsetof(struct page, _mapcount) + sizeof(struct page));
static_assert(offsetof(struct folio, _refcount_1) ==
	      offsetof(struct page, _refcount) + sizeof(struct page));
static_assert(offsetof(struct folio, _head_2) ==
	      offsetof(struct page, compound_head) + 2 * sizeof(struct page));

/* fidelity: same */
typedef unsigned long vm_flags_t;

enum {
	MM_FILEPAGES,
	MM_ANONPAGES,
	MM_SWAPENTS,
	MM_SHMEMPAGES,
	NR_MM_COUNTERS
};

#define MMF_OOM_SKIP 21
#define MMF_UNSTABLE 22
#define MMF_HAS_PINNED 27

/*
 * fidelity: simplified: areas are in a red-black tree instead of a maple tree and are never locked
 * one by one: mmap_lock stands for them; counters are not per CPU
 */
struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	union {
		const vm_flags_t vm_flags;
		vm_flags_t __vm_flags;
	};
	struct list_head anon_vma_chain;
	struct anon_vma *anon_vma;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
	struct {
		struct rb_node rb;
		unsigned long rb_subtree_last;
	} shared;
	/* In the mm's tree, by address. */
	struct rb_node sim_rb;
};

struct mm_struct {
	atomic_t mm_count;
	atomic_t mm_users;
	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock;
	/* The topmost table, its page frame number. */
	unsigned long sim_pgd_pfn;
	struct rb_root sim_vmas;
	struct vm_area_struct *sim_vma_cache;
	int map_count;
	unsigned long flags;
	atomic_long_t pgtables_bytes;
	atomic_long_t rss_stat[NR_MM_COUNTERS];
	atomic_t tlb_flush_pending;
	struct mmu_notifier_subscriptions *notifier_subscriptions;
	struct work_struct async_put_work;
	/* Number from 1 in order of creation: what traces and reports call it. */
	unsigned int sim_number;
	/* In the world's list of those whose struct is alive, in order of creation. */
	struct list_head sim_node;
	/* Bitmap of CPUs that may have cached translations of it. */
	u64 sim_cpus;
};

/* fidelity: same */
enum vm_fault_reason {
	VM_FAULT_OOM = 0x000001,
	VM_FAULT_SIGBUS = 0x000002,
	VM_FAULT_MAJOR = 0x000004,
	VM_FAULT_HWPOISON = 0x000010,
	VM_FAULT_HWPOISON_LARGE = 0x000020,
	VM_FAULT_SIGSEGV = 0x000040,
	VM_FAULT_NOPAGE = 0x000100,
	VM_FAULT_LOCKED = 0x000200,
	VM_FAULT_RETRY = 0x000400,
	VM_FAULT_FALLBACK = 0x000800,
	VM_FAULT_DONE_COW = 0x001000,
	VM_FAULT_NEEDDSYNC = 0x002000,
	VM_FAULT_COMPLETED = 0x004000,
	VM_FAULT_HINDEX_MASK = 0x0f0000,
};

#define VM_FAULT_ERROR \
	(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE | \
	 VM_FAULT_SIGSEGV | VM_FAULT_FALLBACK)

enum fault_flag {
	FAULT_FLAG_WRITE = 1 << 0,
	FAULT_FLAG_MKWRITE = 1 << 1,
	FAULT_FLAG_ALLOW_RETRY = 1 << 2,
	FAULT_FLAG_RETRY_NOWAIT = 1 << 3,
	FAULT_FLAG_KILLABLE = 1 << 4,
	FAULT_FLAG_TRIED = 1 << 5,
	FAULT_FLAG_USER = 1 << 6,
	FAULT_FLAG_REMOTE = 1 << 7,
	FAULT_FLAG_INSTRUCTION = 1 << 8,
	FAULT_FLAG_INTERRUPTIBLE = 1 << 9,
	FAULT_FLAG_UNSHARE = 1 << 10,
	FAULT_FLAG_ORIG_PTE_VALID = 1 << 11,
	FAULT_FLAG_VMA_LOCK = 1 << 12,
};

/* What get_user_pages() and kin are asked for. */
enum {
	FOLL_WRITE = 1 << 0,
	FOLL_GET = 1 << 1,
	FOLL_DUMP = 1 << 2,
	FOLL_FORCE = 1 << 3,
	FOLL_NOWAIT = 1 << 4,
	FOLL_NOFAULT = 1 << 5,
	FOLL_HWPOISON = 1 << 6,
	FOLL_ANON = 1 << 7,
	FOLL_LONGTERM = 1 << 8,
	FOLL_SPLIT_PMD = 1 << 9,
	FOLL_PCI_P2PDMA = 1 << 10,
	FOLL_INTERRUPTIBLE = 1 << 11,
	FOLL_HONOR_NUMA_FAULT = 1 << 12,
};

#endif
