/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <asm/page.h>
#include <linux/build_bug.h>
#include <linux/list.h>
#include <linux/types.h>

struct address_space;
struct dev_pagemap;
struct mm_struct;
struct vm_area_struct;
struct vm_fault;

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

#endif
