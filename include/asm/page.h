/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#include <linux/types.h>

/* fidelity: same: as on x86-64 */
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr) (((addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(addr) ((addr) & PAGE_MASK)
#define PAGE_ALIGNED(addr) (((unsigned long)(addr) & (PAGE_SIZE - 1)) == 0)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define PFN_ALIGN(x) (((unsigned long)(x) + (PAGE_SIZE - 1)) & PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))

/* Smallest order of a block that holds @size bytes; 52 for none. */
static inline int get_order(unsigned long size)
{
	if (!size)
		return 64 - PAGE_SHIFT;
	size = (size - 1) >> PAGE_SHIFT;
	return size ? 64 - __builtin_clzl(size) : 0;
}

struct page;

/*
 * fidelity: simplified: functions, not macros. A kernel virtual address is where the simulator
 * keeps the contents of simulated RAM; slab memory is not in simulated RAM, so its address has no
 * physical counterpart and asking for one is an error.
 */

unsigned long page_to_pfn(const struct page *page);
struct page *pfn_to_page(unsigned long pfn);
phys_addr_t page_to_phys(const struct page *page);
struct page *phys_to_page(phys_addr_t phys);
bool pfn_valid(unsigned long pfn);
phys_addr_t virt_to_phys(const volatile void *address);
void *phys_to_virt(phys_addr_t phys);

static inline struct page *virt_to_page(const void *address)
{
	return phys_to_page(virt_to_phys(address));
}

#define __pa(x) virt_to_phys((const volatile void *)(x))
#define __va(x) phys_to_virt((phys_addr_t)(x))
#define page_to_virt(page) phys_to_virt(page_to_phys(page))
#define pfn_to_kaddr(pfn) phys_to_virt(PFN_PHYS(pfn))

#endif
