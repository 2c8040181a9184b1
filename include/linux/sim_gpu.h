/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The smallest driver of drm_gpusvm and drm_pagemap: GPUs with memory of their own, an address
 * space each that mirrors a process, and a page table that is a map. It asks of both all that they
 * offer to a driver, and does what their documentation says a driver should; nothing in it is
 * particular to a vendor. Who drives it sees only this header, which is the same for each kernel
 * tree.
 *
 * DOC: Locking
 *
 * Functions that fault, evict or remove sleep and must not be called with mmap_lock held. Accesses
 * of the GPU take no lock: they are hardware.
 *
 * DOC: Not modelled
 *
 * Engines that run in the background, a TLB, queues, power management, reset. A copy is done when
 * its function returns.
 */
#ifndef _LINUX_SIM_GPU_H
#define _LINUX_SIM_GPU_H

#include <linux/types.h>

struct device;
struct mm_struct;
struct sim_gpu;
struct sim_gpu_vm;

/**
 * sim_gpu_create - bind the driver to a device
 * @dev: device, with its DMA set up
 * @vram_bytes: memory of its own, a multiple of 4096; 0 for none
 *
 * Return: the GPU, or ERR_PTR(-ENOMEM), or what registering the memory returned.
 */
struct sim_gpu *sim_gpu_create(struct device *dev, u64 vram_bytes);
/** sim_gpu_destroy - unbind it: moves everything out of its memory first; its VMs are gone */
void sim_gpu_destroy(struct sim_gpu *gpu);
/**
 * sim_gpu_connect - say how far apart two GPUs are
 * @a: one
 * @b: the other
 * @distance: 0 when neither reaches the other's memory; 1 for a fast link. GPUs that all have a
 *	fast link to each other share their pages
 *
 * Before the first use of either's memory.
 */
void sim_gpu_connect(struct sim_gpu *a, struct sim_gpu *b, unsigned int distance);

/**
 * sim_gpu_vm_create - an address space that mirrors a process
 * @gpu: whose
 * @mm: the process, current or not, with a user
 *
 * Return: the VM, or an ERR_PTR.
 */
struct sim_gpu_vm *sim_gpu_vm_create(struct sim_gpu *gpu, struct mm_struct *mm);
void sim_gpu_vm_destroy(struct sim_gpu_vm *vm);

/* For sim_gpu_fault(). */
#define SIM_GPU_WRITE (1u << 0)
/* Move what is faulted into the GPU's memory where that is possible. */
#define SIM_GPU_MIGRATE (1u << 1)

/**
 * sim_gpu_fault - what the driver does when its GPU faults
 * @vm: where
 * @addr: address
 * @flags: SIM_GPU_*
 *
 * Return: 0 with a range around @addr mapped; -ENOENT or -EINVAL where the process has nothing, or
 * nothing that can be mapped; -EPERM for a write that the process may not do; -EFAULT, -ENOMEM;
 * -EBUSY after too many retries.
 */
int sim_gpu_fault(struct sim_gpu_vm *vm, unsigned long addr, unsigned int flags);
/** sim_gpu_unmap - forget the mappings of every range in [start, end); its pages stay in place */
void sim_gpu_unmap(struct sim_gpu_vm *vm, unsigned long start, unsigned long end);
/** sim_gpu_evict - move every range in [start, end) back to RAM; 0 or the first error */
int sim_gpu_evict(struct sim_gpu_vm *vm, unsigned long start, unsigned long end);
/** sim_gpu_evict_all - move everything out of the GPU's memory, as when it is needed elsewhere */
int sim_gpu_evict_all(struct sim_gpu *gpu);

/**
 * sim_gpu_read - the GPU reads through its page table
 * @vm: where
 * @addr: any alignment
 * @buf: filled
 * @bytes: size
 *
 * Return: 0, -EFAULT where nothing is mapped (the GPU would fault), or what its DMA met.
 */
int sim_gpu_read(struct sim_gpu_vm *vm, unsigned long addr, void *buf, size_t bytes);
/** sim_gpu_write - it writes; -EACCES where the mapping is for reading only */
int sim_gpu_write(struct sim_gpu_vm *vm, unsigned long addr, const void *buf, size_t bytes);

/**
 * struct sim_gpu_page - what a GPU's page table says of one page
 * @is_mapped: anything at all
 * @is_writable: writing is allowed
 * @is_vram: it is in the GPU's own memory
 * @is_peer: it is in another GPU's memory
 * @addr: DMA address, or offset in that memory
 */
struct sim_gpu_page {
	bool is_mapped;
	bool is_writable;
	bool is_vram;
	bool is_peer;
	u64 addr;
};

/** sim_gpu_look - the entry of the page that an address lies in */
void sim_gpu_look(struct sim_gpu_vm *vm, unsigned long addr, struct sim_gpu_page *page);

#endif
