// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Accesses of the simulated CPUs: TLB, walk, fault. See fault.h. */
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "kernel/task.h"
#include "mm/cache.h"
#include "mm/fault_internal.h"
#include "mm/phys_internal.h"

/**
 * struct access - one access within one page
 * @mm: whose memory
 * @addr: first byte
 * @bytes: size
 * @read_to: where to, NULL for a write
 * @write_from: where from, NULL for a read
 */
struct access {
	struct mm_struct *mm;
	unsigned long addr;
	size_t bytes;
	void *read_to;
	const void *write_from;
};

static bool is_write(const struct access *access)
{
	return access->write_from;
}

static int access_fail(const struct access *access, int err, const char *why)
{
	return sim_set_error(sim_world, err, "mm%u: %s at 0x%lx: %s", access->mm->sim_number,
			     is_write(access) ? "write" : "read", access->addr, why);
}

static unsigned long hit_pfn(const struct cpt_hit *hit, unsigned long addr)
{
	unsigned long pfn = cpt_pfn(hit->entry);

	return hit->level ? pfn + cpt_index(addr, 0) : pfn;
}

static bool entry_allows(u64 entry, bool write)
{
	return (entry & CPT_PRESENT) && (!write || (entry & CPT_WRITE));
}

/* Tells the oracle whether the table still says what the CPU had in its TLB. */
static void watch_tlb_hit(const struct mm_watch *watch, const struct access *access,
			  unsigned long pfn)
{
	bool write = is_write(access);
	struct cpt_hit hit;
	bool is_justified;

	is_justified = tlb_change_open(access->mm) ||
		       (cpt_lookup(access->mm, access->addr, &hit) &&
			entry_allows(hit.entry, write) && hit_pfn(&hit, access->addr) == pfn);
	watch->tlb_hit(watch->ctx, access->mm, access->addr, pfn, write, is_justified);
}

/*
 * Tables of PTEs that walks ended at lately, as the caches for that in a CPU. Any change above PTEs
 * makes all of them stale.
 */
static const u64 *cached_table(const struct mm_struct *mm, unsigned long addr)
{
	const struct walk_cache *at = &fault_state()->walks[(addr >> CPT_PMD_SHIFT) % WALK_CACHE];

	if (likely(at->addr == (addr & CPT_PMD_MASK) && at->mm_number == mm->sim_number &&
		   at->changes == sim_phys_of_world(sim_world)->table_changes))
		return at->table;
	return NULL;
}

static void cache_table(const struct mm_struct *mm, unsigned long addr, const struct cpt_hit *hit)
{
	fault_state()->walks[(addr >> CPT_PMD_SHIFT) % WALK_CACHE] = (struct walk_cache){
		.addr = addr & CPT_PMD_MASK,
		.mm_number = mm->sim_number,
		.changes = sim_phys_of_world(sim_world)->table_changes,
		.table = hit->slot - cpt_index(addr, 0),
	};
}

static bool walk(struct mm_struct *mm, unsigned long addr, struct cpt_hit *hit)
{
	const u64 *table = cached_table(mm, addr);

	if (likely(table)) {
		hit->slot = (u64 *)table + cpt_index(addr, 0);
		hit->entry = cpt_get(hit->slot);
		hit->level = 0;
		return true;
	}
	if (!cpt_lookup(mm, addr, hit))
		return false;
	if (!hit->level)
		cache_table(mm, addr, hit);
	return true;
}

/*
 * What the hardware does: nothing is locked, and accessed and dirty bits are set in the same
 * instant in which the entry is read.
 */
static bool translate(const struct access *access, const struct mm_watch *watch,
		      unsigned long *pfn)
{
	const struct tlb_entry *cached = tlb_find(access->mm, access->addr, is_write(access));
	u64 bits = CPT_ACCESSED;
	struct cpt_hit hit;

	if (cached) {
		*pfn = cached->pfn +
		       ((access->addr >> PAGE_SHIFT) & ((1ul << cached->order) - 1));
		if (unlikely(watch) && watch->tlb_hit)
			watch_tlb_hit(watch, access, *pfn);
		return true;
	}
	if (!walk(access->mm, access->addr, &hit) || !entry_allows(hit.entry, is_write(access)))
		return false;
	if (is_write(access))
		bits |= CPT_DIRTY | CPT_SOFT_DIRTY;
	if (unlikely(~hit.entry & bits)) {
		hit.entry |= bits;
		cpt_set(access->mm, access->addr & (hit.level ? CPT_PMD_MASK : PAGE_MASK),
			hit.slot, hit.level, hit.entry);
	}
	tlb_fill(access->mm, access->addr, hit.entry, hit.level);
	*pfn = hit_pfn(&hit, access->addr);
	return true;
}

/* A page of RAM that has bytes of its own, with no cache in between; NULL for any other. */
static u8 *plain_bytes(unsigned long pfn)
{
	const struct sim_phys *state = sim_phys_of_world(sim_world);
	const struct sim_phys_chunk *chunk;

	if (unlikely(sim_cache_is_on(sim_world)) || unlikely(!phys_is_stored(state, pfn)))
		return NULL;
	chunk = &state->chunks[pfn >> (SIM_PHYS_CHUNK_SHIFT - PAGE_SHIFT)];
	if (unlikely(pfn >> (SIM_PHYS_CHUNK_SHIFT - PAGE_SHIFT) >= state->chunk_count ||
		     !chunk->base || PFN_PHYS(pfn) - chunk->first >= chunk->bytes))
		return NULL;
	return (u8 *)chunk->base + (PFN_PHYS(pfn) - chunk->first);
}

/* Most accesses are of a word. */
static __always_inline void copy_bytes(void *to, const void *from, size_t bytes)
{
	if (likely(bytes == 8))
		__builtin_memcpy(to, from, 8);
	else
		memcpy(to, from, bytes);
}

static int move_bytes(const struct access *access, const struct mm_watch *watch, unsigned long pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn) + offset_in_page(access->addr);
	u8 *plain = plain_bytes(pfn);
	int err = 0;

	if (likely(plain))
		plain += offset_in_page(access->addr);
	if (is_write(access)) {
		if (unlikely(watch) && watch->cpu_access)
			watch->cpu_access(watch->ctx, access->mm, access->addr, pfn,
					  access->write_from, access->bytes, true);
		if (likely(plain))
			copy_bytes(plain, access->write_from, access->bytes);
		else
			err = sim_cpu_phys_write(sim_world, phys, access->write_from,
						 access->bytes);
	} else {
		if (likely(plain))
			copy_bytes(access->read_to, plain, access->bytes);
		else
			err = sim_cpu_phys_read(sim_world, phys, access->read_to, access->bytes);
		if (unlikely(watch) && watch->cpu_access && !err)
			watch->cpu_access(watch->ctx, access->mm, access->addr, pfn,
					  access->read_to, access->bytes, false);
	}
	return err ? access_fail(access, -EIO, "nothing answers at that physical address") : 0;
}

static bool area_allows(const struct vm_area_struct *vma, bool write)
{
	return vma->vm_flags & (write ? VM_WRITE : VM_ACCESS_FLAGS);
}

static int fault_error(const struct access *access, vm_fault_t ret)
{
	if (ret & VM_FAULT_OOM)
		return access_fail(access, -ENOMEM, "no memory for the fault");
	if (ret & (VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE))
		return access_fail(access, -EHWPOISON, "broken page");
	if (ret & VM_FAULT_SIGSEGV)
		return access_fail(access, -EFAULT, "SIGSEGV");
	return access_fail(access, -EIO, "SIGBUS");
}

/* One fault: 0 when the access is worth another try. */
static int take_fault(const struct access *access, unsigned int *flags)
{
	struct mm_struct *mm = access->mm;
	struct vm_area_struct *vma;
	vm_fault_t ret;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, access->addr);
	if (!vma || !area_allows(vma, is_write(access))) {
		mmap_read_unlock(mm);
		return access_fail(access, -EFAULT, vma ? "no right" : "nothing mapped");
	}
	ret = handle_mm_fault(vma, access->addr, *flags, NULL);
	if (unlikely(fatal_signal_pending(current))) {
		if (!(ret & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
			mmap_read_unlock(mm);
		return access_fail(access, -EINTR, "killed");
	}
	if (ret & VM_FAULT_COMPLETED)
		return 0;
	if (ret & VM_FAULT_RETRY) {
		*flags |= FAULT_FLAG_TRIED;
		return 0;
	}
	mmap_read_unlock(mm);
	*flags &= ~FAULT_FLAG_TRIED;
	return ret & VM_FAULT_ERROR ? fault_error(access, ret) : 0;
}

static noinline int fault_and_access(const struct access *access, const struct mm_watch *watch)
{
	unsigned int flags = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE |
			     FAULT_FLAG_INTERRUPTIBLE | FAULT_FLAG_USER;
	unsigned long pfn;

	if (is_write(access))
		flags |= FAULT_FLAG_WRITE;
	for (unsigned int try = 0; try < SIM_ACCESS_TRIES; try++) {
		int err = take_fault(access, &flags);

		if (err)
			return err;
		if (translate(access, watch, &pfn))
			return move_bytes(access, watch, pfn);
		/* The tick lets others run that a fault without progress may wait for. */
		yield();
	}
	return access_fail(access, -ELOOP, "the same fault again and again");
}

/* Within one page. */
static __always_inline int access_page(const struct access *access)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;
	unsigned long pfn;

	if (unlikely(access->addr >= CPT_ADDRESS_END))
		return access_fail(access, -EFAULT, "no user address");
	sim_point_here(SIM_SITE(SIM_POINT_MODEL, "cpu_access", ""));
	if (likely(translate(access, watch, &pfn)))
		return move_bytes(access, watch, pfn);
	return fault_and_access(access, watch);
}

static noinline int access_range(struct access access, size_t bytes)
{
	while (bytes) {
		int err;

		access.bytes = min(bytes, PAGE_SIZE - offset_in_page(access.addr));
		err = access_page(&access);
		if (err)
			return err;
		access.addr += access.bytes;
		bytes -= access.bytes;
		if (is_write(&access))
			access.write_from = (const u8 *)access.write_from + access.bytes;
		else
			access.read_to = (u8 *)access.read_to + access.bytes;
	}
	return 0;
}

static bool is_in_one_page(unsigned long addr, size_t bytes)
{
	return bytes && bytes <= PAGE_SIZE - offset_in_page(addr);
}

int sim_cpu_read(struct mm_struct *mm, unsigned long addr, void *buf, size_t bytes)
{
	const struct access access = { .mm = mm, .addr = addr, .bytes = bytes, .read_to = buf };

	if (likely(is_in_one_page(addr, bytes)))
		return access_page(&access);
	return access_range(access, bytes);
}

int sim_cpu_write(struct mm_struct *mm, unsigned long addr, const void *buf, size_t bytes)
{
	const struct access access = { .mm = mm, .addr = addr, .bytes = bytes,
				       .write_from = buf };

	if (likely(is_in_one_page(addr, bytes)))
		return access_page(&access);
	return access_range(access, bytes);
}
