/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A GPU's page table, a map from page numbers to encoded entries, and the accesses that go through
 * it. An access is hardware: it takes no lock, and an invalidation waits until those that may have
 * used the old entries are done, as flushing a TLB would.
 */
#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sim_hw.h>
#include "simple_gpu.h"

/* Bit 0: writable; bits 1 to 7: protocol; above: page of the address. */
#define ENTRY_WRITE 1ul
#define ENTRY_PROTO_SHIFT 1
#define ENTRY_PROTO_MASK 0x7ful
#define ENTRY_PAGE_SHIFT 8

static void *entry_make(u64 addr, u64 proto, bool write)
{
	return xa_mk_value((addr >> PAGE_SHIFT) << ENTRY_PAGE_SHIFT | proto << ENTRY_PROTO_SHIFT |
			   (write ? ENTRY_WRITE : 0));
}

static u64 entry_addr(unsigned long value)
{
	return (u64)(value >> ENTRY_PAGE_SHIFT) << PAGE_SHIFT;
}

static unsigned int entry_proto(unsigned long value)
{
	return value >> ENTRY_PROTO_SHIFT & ENTRY_PROTO_MASK;
}

int sim_table_reserve(struct sim_gpu_vm *vm, unsigned long start, unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		int err = xa_reserve(&vm->table, addr >> PAGE_SHIFT, GFP_KERNEL);

		if (err) {
			sim_table_release(vm, start, addr);
			return err;
		}
	}
	return 0;
}

void sim_table_release(struct sim_gpu_vm *vm, unsigned long start, unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE)
		xa_release(&vm->table, addr >> PAGE_SHIFT);
}

int sim_table_write(struct sim_gpu_vm *vm, struct drm_gpusvm_range *range, bool write)
{
	unsigned long at = drm_gpusvm_range_start(range) >> PAGE_SHIFT;
	unsigned long end = drm_gpusvm_range_end(range) >> PAGE_SHIFT;

	/* One entry a run of pages; runs follow each other. */
	for (unsigned long run = 0; at < end; run++) {
		const struct drm_pagemap_addr *addr = &range->pages.dma_addr[run];
		unsigned long pages = NR_PAGES(addr->order);

		for (unsigned long i = 0; i < pages && at < end; i++, at++) {
			void *entry = entry_make(addr->addr + (i << PAGE_SHIFT), addr->proto,
						 write);

			/* Reserved before: only an invalidation can have taken it away again. */
			if (xa_is_err(xa_store(&vm->table, at, entry, GFP_NOWAIT)))
				return -ENOMEM;
		}
	}
	return 0;
}

void sim_table_zap(struct sim_gpu_vm *vm, unsigned long start, unsigned long end)
{
	unsigned long last = (end - 1) >> PAGE_SHIFT, index;
	bool changed = false;
	void *entry;

	xa_for_each_range(&vm->table, index, entry, start >> PAGE_SHIFT, last) {
		xa_erase(&vm->table, index);
		changed = true;
	}
	if (changed)
		wait_event(vm->idle, !atomic_read(&vm->accesses));
}

void sim_gpu_look(struct sim_gpu_vm *vm, unsigned long addr, struct sim_gpu_page *page)
{
	void *entry = xa_load(&vm->table, addr >> PAGE_SHIFT);
	unsigned long value;

	*page = (struct sim_gpu_page){ .is_mapped = entry };
	if (!entry)
		return;
	value = xa_to_value(entry);
	page->is_writable = value & ENTRY_WRITE;
	page->is_vram = entry_proto(value) == SIM_GPU_PROTO_VRAM;
	page->is_peer = entry_proto(value) >= SIM_GPU_PROTO_PEER;
	page->addr = entry_addr(value);
	/* Addresses of memory start at one page; see device_map(). */
	if (page->is_vram || page->is_peer)
		page->addr -= PAGE_SIZE;
}

static int memory_access(struct sim_gpu *gpu, struct device *dev, u64 offset, void *buf,
			 size_t bytes, bool write)
{
	struct drm_pagemap *dpagemap = drm_pagemap_get_from_cache_if_active(gpu->cache);
	phys_addr_t phys;

	/* Its pages hold it while they are mapped. */
	if (WARN_ON(!dpagemap))
		return -EFAULT;
	phys = to_sim_pagemap(dpagemap)->first + offset;
	drm_pagemap_put(dpagemap);
	return write ? sim_hw_memory_write(dev, phys, buf, bytes) :
		       sim_hw_memory_read(dev, phys, buf, bytes);
}

/* Within one page. */
static int access_piece(struct sim_gpu_vm *vm, unsigned long addr, void *buf, size_t bytes,
			bool write)
{
	void *entry = xa_load(&vm->table, addr >> PAGE_SHIFT);
	struct sim_gpu *memory = vm->gpu;
	unsigned long value;
	unsigned int proto;
	u64 at;

	if (!entry)
		return -EFAULT;
	value = xa_to_value(entry);
	if (write && !(value & ENTRY_WRITE))
		return -EACCES;
	proto = entry_proto(value);
	at = entry_addr(value) + offset_in_page(addr);
	if (proto == SIM_GPU_PROTO_SYSTEM)
		return write ? sim_hw_write(vm->gpu->dev, at, buf, bytes) :
			       sim_hw_read(vm->gpu->dev, at, buf, bytes);
	if (proto >= SIM_GPU_PROTO_PEER)
		memory = vm->gpu->links[proto - SIM_GPU_PROTO_PEER];
	return memory_access(memory, vm->gpu->dev, at - PAGE_SIZE, buf, bytes, write);
}

static int gpu_access(struct sim_gpu_vm *vm, unsigned long addr, void *buf, size_t bytes,
		      bool write)
{
	int err = 0;

	while (bytes && !err) {
		size_t piece = min(bytes, PAGE_SIZE - offset_in_page(addr));

		atomic_inc(&vm->accesses);
		err = access_piece(vm, addr, buf, piece, write);
		if (atomic_dec_and_test(&vm->accesses))
			wake_up_all(&vm->idle);
		addr += piece;
		buf += piece;
		bytes -= piece;
	}
	return err;
}

int sim_gpu_read(struct sim_gpu_vm *vm, unsigned long addr, void *buf, size_t bytes)
{
	return gpu_access(vm, addr, buf, bytes, false);
}

int sim_gpu_write(struct sim_gpu_vm *vm, unsigned long addr, const void *buf, size_t bytes)
{
	return gpu_access(vm, addr, (void *)buf, bytes, true);
}
