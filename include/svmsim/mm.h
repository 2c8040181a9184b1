/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Processes of the simulated machine: their address spaces, what their threads read and write, the
 * system calls that change them, and what moves their pages. Each function acts as a thread of the
 * process on the CPU of the running task, and returns what the kernel returned.
 *
 * DOC: Vocabulary
 *
 * process   (struct svmsim_mm) an address space. Any task can act for it, several at a time.
 * area      what one mmap made, or what is left of it: a struct vm_area_struct.
 * file      (struct svmsim_file) contents that areas can map.
 * pin       (struct svmsim_pin) pages of a process that a driver has pinned.
 *
 * DOC: Errors
 *
 * Addresses and sizes are in bytes. Every function about a process gives -ESRCH when it has exited.
 * An access that would end a process by a signal gives -EFAULT; svmsim_last_error() says where and
 * by which.
 */
#ifndef SVMSIM_MM_H
#define SVMSIM_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/world.h>

struct svmsim_mm;
struct svmsim_file;
struct svmsim_pin;

/** enum svmsim_prot - what an area allows, to be combined */
enum svmsim_prot {
	SVMSIM_PROT_NONE = 0,
	SVMSIM_PROT_READ = 1 << 0,
	SVMSIM_PROT_WRITE = 1 << 1,
};

/**
 * svmsim_mm_create - a process without any memory
 * @world: world
 * @name: what reports and traces call it, copied
 * @mm: set to the process on success
 *
 * Return: 0, -ENOMEM.
 */
SVMSIM_API int svmsim_mm_create(struct svmsim_world *world, const char *name,
				struct svmsim_mm **mm);
/**
 * svmsim_mm_fork - fork(): a process whose memory is a copy, made when either writes
 * @mm: the parent
 * @name: of the child
 * @child: set to the child on success
 *
 * Return: 0, -ENOMEM, -ESRCH.
 */
SVMSIM_API int svmsim_mm_fork(struct svmsim_mm *mm, const char *name, struct svmsim_mm **child);
/**
 * svmsim_mm_exit - the process ends; its memory goes with the last task that is in a call for it
 * @mm: process; a second exit is refused
 *
 * Processes that are still there when the run is finished exit then, oldest first.
 * Return: 0, -ESRCH.
 */
SVMSIM_API int svmsim_mm_exit(struct svmsim_mm *mm);
/**
 * svmsim_mm_name - the name that it was made with
 * @mm: process, exited or not
 */
SVMSIM_API const char *svmsim_mm_name(const struct svmsim_mm *mm);
/**
 * svmsim_mm_alive - has it not exited yet?
 * @mm: process
 */
SVMSIM_API bool svmsim_mm_alive(const struct svmsim_mm *mm);

/**
 * svmsim_file_create - a file of zeroes
 * @world: world
 * @bytes: size
 * @shmem: of shared memory, whose pages can be swapped out; otherwise of a file system
 * @file: set to the file on success
 *
 * Return: 0, -ENOMEM.
 */
SVMSIM_API int svmsim_file_create(struct svmsim_world *world, uint64_t bytes, bool shmem,
				  struct svmsim_file **file);
/**
 * svmsim_file_truncate - ftruncate(): what lies behind the new end is unmapped everywhere
 * @file: file
 * @bytes: new size
 *
 * Return: 0, -ENOMEM.
 */
SVMSIM_API int svmsim_file_truncate(struct svmsim_file *file, uint64_t bytes);
/**
 * svmsim_file_read - read()
 * @file: file
 * @offset_bytes: start
 * @buffer: filled
 * @bytes: length
 *
 * Return: 0, -ENOMEM, -ENOENT beyond the end.
 */
SVMSIM_API int svmsim_file_read(struct svmsim_file *file, uint64_t offset_bytes, void *buffer,
				size_t bytes);
/**
 * svmsim_file_write - write(), which may make the file longer
 * @file: file
 * @offset_bytes: start
 * @buffer: bytes
 * @bytes: length
 *
 * Return: 0, -ENOMEM.
 */
SVMSIM_API int svmsim_file_write(struct svmsim_file *file, uint64_t offset_bytes,
				 const void *buffer, size_t bytes);

/**
 * struct svmsim_mmap - what to map
 * @bytes: size, larger than 0; rounded up to pages
 * @prot: enum svmsim_prot
 * @shared: MAP_SHARED; without @file memory that a fork shares
 * @file: NULL for anonymous memory
 * @offset_bytes: where in @file, a multiple of 4096
 * @align_bytes: alignment of the address, a power of two; 0 for a page
 * @address: where exactly, replacing what is there; 0 for anywhere
 * @pfnmap: as a driver's mapping of page frames: VM_PFNMAP
 * @mixedmap: as a driver's mapping of page frames and pages: VM_MIXEDMAP
 */
struct svmsim_mmap {
	uint64_t bytes;
	unsigned int prot;
	bool shared;
	struct svmsim_file *file;
	uint64_t offset_bytes;
	uint64_t align_bytes;
	uint64_t address;
	bool pfnmap;
	bool mixedmap;
};

/**
 * svmsim_mmap - mmap()
 * @mm: process
 * @how: what to map
 * @address: set to where it is on success
 *
 * Return: 0, -ENOMEM, -EINVAL (size, alignment, offset), -ESRCH.
 */
SVMSIM_API int svmsim_mmap(struct svmsim_mm *mm, const struct svmsim_mmap *how, uint64_t *address);
/**
 * svmsim_munmap - munmap()
 * @mm: process
 * @address: start, a multiple of 4096
 * @bytes: size
 *
 * Return: 0, -ENOMEM, -EINVAL, -ESRCH.
 */
SVMSIM_API int svmsim_munmap(struct svmsim_mm *mm, uint64_t address, uint64_t bytes);
/**
 * svmsim_mprotect - mprotect()
 * @mm: process
 * @address: start, a multiple of 4096
 * @bytes: size
 * @prot: enum svmsim_prot
 *
 * Return: 0, -ENOMEM (also: not all of it is mapped), -EACCES, -EINVAL, -ESRCH.
 */
SVMSIM_API int svmsim_mprotect(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
			       unsigned int prot);
/**
 * svmsim_mremap - mremap() to an address that the kernel chooses
 * @mm: process
 * @address: start, a multiple of 4096
 * @old_bytes: size
 * @new_bytes: size afterwards; the same with @dontunmap
 * @move: it has to move (MREMAP_FIXED); otherwise only when it can't grow in place
 * @align_bytes: with @move, alignment of the new address, a power of two; 0 for a page
 * @dontunmap: the old area stays, empty (MREMAP_DONTUNMAP)
 * @new_address: set to where it is on success
 *
 * Return: 0, -ENOMEM, -EFAULT (not mapped), -EINVAL, -ESRCH.
 */
SVMSIM_API int svmsim_mremap(struct svmsim_mm *mm, uint64_t address, uint64_t old_bytes,
			     uint64_t new_bytes, bool move, uint64_t align_bytes, bool dontunmap,
			     uint64_t *new_address);

/** enum svmsim_advice - what madvise() is told */
enum svmsim_advice {
	SVMSIM_ADVICE_DONTNEED,
	SVMSIM_ADVICE_FREE,
	SVMSIM_ADVICE_HUGEPAGE,
	SVMSIM_ADVICE_NOHUGEPAGE,
	SVMSIM_ADVICE_COLD,
	SVMSIM_ADVICE_PAGEOUT,
	SVMSIM_ADVICE_COLLAPSE,
	SVMSIM_ADVICE_POPULATE_READ,
	SVMSIM_ADVICE_POPULATE_WRITE,
	SVMSIM_ADVICE_DONTFORK,
	SVMSIM_ADVICE_DOFORK,
	SVMSIM_ADVICE_COUNT,
};

/**
 * svmsim_advice_name - words for the values of enum svmsim_advice, as in "populate-read"
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_advice_name(unsigned int index);
/**
 * svmsim_madvise - madvise()
 * @mm: process
 * @address: start, a multiple of 4096
 * @bytes: size
 * @advice: what about it
 *
 * Return: 0, -ENOMEM, -EINVAL, -EAGAIN, -EBUSY, -EFAULT, -EIO, -ESRCH, as madvise() does.
 */
SVMSIM_API int svmsim_madvise(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
			      enum svmsim_advice advice);

/**
 * svmsim_mm_read - a thread reads
 * @mm: process
 * @address: start, of any alignment
 * @buffer: filled
 * @bytes: size
 *
 * Return: 0; -EFAULT where it gets a signal (what comes before was read); -ENOMEM; -ESRCH.
 */
SVMSIM_API int svmsim_mm_read(struct svmsim_mm *mm, uint64_t address, void *buffer, size_t bytes);
/**
 * svmsim_mm_write - a thread writes
 * @mm: process
 * @address: start, of any alignment
 * @buffer: bytes
 * @bytes: size
 *
 * Return: 0; -EFAULT where it gets a signal (what comes before was written); -ENOMEM; -ESRCH.
 */
SVMSIM_API int svmsim_mm_write(struct svmsim_mm *mm, uint64_t address, const void *buffer,
			       size_t bytes);
/**
 * svmsim_mm_fill - a thread writes a pattern
 * @mm: process
 * @address: start
 * @bytes: size
 * @pattern: which pattern; see svmsim_pattern_byte(), whose pages count from @address
 *
 * Return: as svmsim_mm_write().
 */
SVMSIM_API int svmsim_mm_fill(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
			      uint64_t pattern);
/**
 * svmsim_mm_check - a thread reads and compares with a pattern
 * @mm: process
 * @address: start
 * @bytes: size
 * @pattern: as for svmsim_mm_fill()
 *
 * Return: as svmsim_mm_read(); -EIO for other bytes.
 */
SVMSIM_API int svmsim_mm_check(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
			       uint64_t pattern);

/**
 * svmsim_pin - a driver pins pages: pin_user_pages_fast()
 * @mm: process
 * @address: start, a multiple of 4096
 * @bytes: size
 * @longterm: FOLL_LONGTERM
 * @write: FOLL_WRITE
 * @pin: set on success
 *
 * Return: 0; -EFAULT when not all of it could be pinned (then none is); -ENOMEM, -EBUSY, -ESRCH.
 */
SVMSIM_API int svmsim_pin(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, bool longterm,
			  bool write, struct svmsim_pin **pin);
/**
 * svmsim_unpin - it lets go of them: unpin_user_pages()
 * @pin: pin; a second time is refused
 *
 * Return: 0, -EINVAL.
 */
SVMSIM_API int svmsim_unpin(struct svmsim_pin *pin);

/* What moves pages without being asked by the process, done now. */

/**
 * svmsim_mm_reclaim - reclaim: what can go to swap, or be read again, goes
 * @mm: process
 * @address: start
 * @bytes: size
 *
 * Return: how many pages went, -ESRCH, or what the kernel returned.
 */
SVMSIM_API long svmsim_mm_reclaim(struct svmsim_mm *mm, uint64_t address, uint64_t bytes);
/**
 * svmsim_mm_compact - compaction: pages move within their node
 * @mm: process
 * @address: start
 * @bytes: size
 *
 * Return: how many pages moved, -ESRCH, or what the kernel returned.
 */
SVMSIM_API long svmsim_mm_compact(struct svmsim_mm *mm, uint64_t address, uint64_t bytes);
/**
 * svmsim_mm_numa_scan - NUMA balancing marks pages; the next access from another node moves them
 * @mm: process
 * @address: start
 * @bytes: size
 *
 * Return: how many entries it marked, -ESRCH.
 */
SVMSIM_API long svmsim_mm_numa_scan(struct svmsim_mm *mm, uint64_t address, uint64_t bytes);
/**
 * svmsim_mm_move - move_pages(): to a node, at once
 * @mm: process
 * @address: start
 * @bytes: size
 * @node: where to
 *
 * Return: how many pages moved, -EINVAL (no such node), -ESRCH, or what the kernel returned.
 */
SVMSIM_API long svmsim_mm_move(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
			       unsigned int node);
/**
 * svmsim_mm_split - large folios are split
 * @mm: process
 * @address: start
 * @bytes: size
 * @order: of what they become
 *
 * Return: how many folios were split, -EINVAL (order), -ESRCH, or what the kernel returned.
 */
SVMSIM_API long svmsim_mm_split(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
				unsigned int order);
/**
 * svmsim_mm_collapse - small folios become a large one: MADV_COLLAPSE
 * @mm: process
 * @address: start
 * @bytes: size
 * @khugepaged: by the rules of khugepaged instead
 *
 * Return: how many were made, -ESRCH, or what the kernel returned.
 */
SVMSIM_API long svmsim_mm_collapse(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
				   bool khugepaged);
/**
 * svmsim_mm_oom_reap - the OOM reaper takes what it can get, without waiting for anybody
 * @mm: process
 *
 * Return: 0, -EAGAIN (a subscriber would have to wait), -ESRCH.
 */
SVMSIM_API int svmsim_mm_oom_reap(struct svmsim_mm *mm);

/**
 * enum svmsim_page_kind - what is behind a page of an address space
 * @SVMSIM_PAGE_ABSENT: nothing
 * @SVMSIM_PAGE_ZERO: the zero page, small or huge
 * @SVMSIM_PAGE_ANON: anonymous memory
 * @SVMSIM_PAGE_FILE: a page of a file
 * @SVMSIM_PAGE_DRIVER: a page frame that a driver mapped
 * @SVMSIM_PAGE_DEVICE: memory of a device that the CPU can't reach
 * @SVMSIM_PAGE_COHERENT: memory of a device that it can
 * @SVMSIM_PAGE_EXCLUSIVE: anonymous memory that a device alone may use for now
 * @SVMSIM_PAGE_MIGRATION: a page that is being moved
 * @SVMSIM_PAGE_SWAP: swapped out
 * @SVMSIM_PAGE_POISON: a broken page
 * @SVMSIM_PAGE_MARKER: no page, but something remembered
 */
enum svmsim_page_kind {
	SVMSIM_PAGE_ABSENT,
	SVMSIM_PAGE_ZERO,
	SVMSIM_PAGE_ANON,
	SVMSIM_PAGE_FILE,
	SVMSIM_PAGE_DRIVER,
	SVMSIM_PAGE_DEVICE,
	SVMSIM_PAGE_COHERENT,
	SVMSIM_PAGE_EXCLUSIVE,
	SVMSIM_PAGE_MIGRATION,
	SVMSIM_PAGE_SWAP,
	SVMSIM_PAGE_POISON,
	SVMSIM_PAGE_MARKER,
	SVMSIM_PAGE_KIND_COUNT,
};
/**
 * svmsim_page_kind_name - words for the values of enum svmsim_page_kind, as in "absent"
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_page_kind_name(unsigned int index);
/**
 * svmsim_page_flag_name - words for the bits of svmsim_page.flags
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_page_flag_name(unsigned int index);

/**
 * struct svmsim_page - what an address is mapped to
 * @kind: what is there; for all but ABSENT, ZERO, DRIVER, SWAP, POISON and MARKER there is a page
 * @huge: one entry for 2 MiB
 * @present: the CPU's table has a page for it; of PROT_NONE and hinted entries too
 * @readable: the CPU can read it without a fault
 * @writable: the entry allows writing, or will when what it stands for is back
 * @accessed: the entry says so
 * @dirty: the entry says so
 * @pfn: page frame; of SWAP the place in the swap device
 * @is_page: the rest is filled in
 * @folio_pfn: first page frame of its folio
 * @order: of the folio
 * @refs: references of the folio
 * @maps: how often pages of the folio are mapped
 * @pins: how often it is pinned, as far as one can tell
 * @node: NUMA node, -1 for a device's memory
 * @device: index of the device whose memory it is, -1 for none, and for one that is not in the
 *	machine's description
 * @exclusive: it is this process's alone
 * @flags: bits in the order of svmsim_page_flag_name()
 */
struct svmsim_page {
	enum svmsim_page_kind kind;
	bool huge;
	bool present;
	bool readable;
	bool writable;
	bool accessed;
	bool dirty;
	uint64_t pfn;
	bool is_page;
	uint64_t folio_pfn;
	unsigned int order;
	int refs;
	int maps;
	int pins;
	int node;
	int device;
	bool exclusive;
	uint32_t flags;
};

/**
 * svmsim_mm_page - look at what an address is mapped to
 * @mm: process
 * @address: any
 * @page: filled
 *
 * Return: 0, -ESRCH.
 */
SVMSIM_API int svmsim_mm_page(const struct svmsim_mm *mm, uint64_t address,
			      struct svmsim_page *page);

/**
 * struct svmsim_area_info - an area
 * @start: first address
 * @bytes: size
 * @prot: enum svmsim_prot
 * @shared: of MAP_SHARED
 * @file: it maps one; also true of anonymous shared memory
 * @offset_bytes: where in the file
 * @hugepage: MADV_HUGEPAGE
 * @nohugepage: MADV_NOHUGEPAGE
 * @pfnmap: VM_PFNMAP
 * @mixedmap: VM_MIXEDMAP
 * @dontcopy: MADV_DONTFORK
 * @has_anon: anonymous pages may be in it
 */
struct svmsim_area_info {
	uint64_t start;
	uint64_t bytes;
	unsigned int prot;
	bool shared;
	bool file;
	uint64_t offset_bytes;
	bool hugepage;
	bool nohugepage;
	bool pfnmap;
	bool mixedmap;
	bool dontcopy;
	bool has_anon;
};

/**
 * svmsim_mm_areas - areas of a process, by address
 * @mm: process
 * @records: filled with the first @max records
 * @max: size of @records
 *
 * Return: how many there are in all, -ESRCH.
 */
SVMSIM_API long svmsim_mm_areas(const struct svmsim_mm *mm, struct svmsim_area_info *records,
				size_t max);

/**
 * struct svmsim_cpu_entry - an entry of a CPU page table that is not empty, and no table
 * @address: first address that it covers
 * @level: 0 for 4 KiB, 1 for 2 MiB
 * @kind: what it stands for
 * @present: maps memory
 * @writable: as of struct svmsim_page
 * @accessed: as of struct svmsim_page
 * @dirty: as of struct svmsim_page
 * @protnone: present, but not accessible: PROT_NONE, or a NUMA hint
 * @pfn: page frame, or place in swap
 * @raw: the entry's 64 bits
 */
struct svmsim_cpu_entry {
	uint64_t address;
	unsigned int level;
	enum svmsim_page_kind kind;
	bool present;
	bool writable;
	bool accessed;
	bool dirty;
	bool protnone;
	uint64_t pfn;
	uint64_t raw;
};

/**
 * svmsim_walk_cpu_pt - the CPU page table of a process, by address
 * @mm: process
 * @records: filled with the first @max records
 * @max: size of @records
 *
 * Return: how many there are in all, -ESRCH.
 */
SVMSIM_API long svmsim_walk_cpu_pt(const struct svmsim_mm *mm, struct svmsim_cpu_entry *records,
				   size_t max);

/**
 * enum svmsim_mm_count - what a process has of something
 * @SVMSIM_MM_ANON: pages of anonymous memory
 * @SVMSIM_MM_FILE: pages of files
 * @SVMSIM_MM_SHMEM: pages of shared memory
 * @SVMSIM_MM_SWAP: pages in swap
 * @SVMSIM_MM_AREAS: areas
 * @SVMSIM_MM_TABLE_BYTES: bytes of page tables
 */
enum svmsim_mm_count {
	SVMSIM_MM_ANON,
	SVMSIM_MM_FILE,
	SVMSIM_MM_SHMEM,
	SVMSIM_MM_SWAP,
	SVMSIM_MM_AREAS,
	SVMSIM_MM_TABLE_BYTES,
};
/**
 * svmsim_mm_count - the kernel's own count
 * @mm: process
 * @what: of what
 *
 * Return: the count, 0 for a process that has exited.
 */
SVMSIM_API uint64_t svmsim_mm_count(const struct svmsim_mm *mm, enum svmsim_mm_count what);

#endif
