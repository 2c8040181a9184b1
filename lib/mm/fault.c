// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Page faults: which step an address needs, and the state of faults. See fault.h. */
#include "mm/fault_internal.h"
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "kernel/event.h"

static int fault_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_FAULT] = sim_alloc(world, sizeof(struct fault_state));
	return 0;
}

static void fault_start(struct svmsim_world *world)
{
	*(struct fault_state *)world->slot[SIM_SLOT_FAULT] = (struct fault_state){
		.thp = {
			.anon_always = world->machine->thp_always,
			.anon_madvise = world->machine->thp_madvise,
			.use_zero_page = true,
		},
	};
}

/* The kernel has it in its image; here it is set aside when there is somebody who needs it. */
bool fault_make_zero_page(void)
{
	struct fault_state *state = fault_state();
	unsigned long pfn;

	if (likely(state->zero_pfn))
		return true;
	pfn = sim_phys_alloc_top(sim_world, 1, ~0ull);
	if (!pfn)
		return false;
	state->zero_pfn = pfn;
	sim_phys_touch(sim_world, pfn, 1);
	init_page_count(pfn_to_page(pfn));
	sim_phys_set(sim_world, PFN_PHYS(pfn), 0, PAGE_SIZE);
	return true;
}

static void fault_finish(struct svmsim_world *world)
{
	struct fault_state *state = world->slot[SIM_SLOT_FAULT];

	if (state->huge_zero_pfn)
		folio_put(pfn_folio(state->huge_zero_pfn));
	state->huge_zero_pfn = 0;
}

static void fault_unmake(struct svmsim_world *world)
{
	sim_free(world, world->slot[SIM_SLOT_FAULT], sizeof(struct fault_state));
}

const struct sim_layer sim_layer_fault = {
	.name = "fault",
	.slot = SIM_SLOT_FAULT,
	.make = fault_make,
	.start = fault_start,
	.finish = fault_finish,
	.unmake = fault_unmake,
};

struct page *cpt_normal_page(const struct vm_area_struct *vma, unsigned long addr, u64 entry)
{
	if (unlikely(entry & CPT_SPECIAL) || unlikely(vma->vm_flags & VM_PFNMAP))
		return NULL;
	return pfn_to_page(cpt_pfn(entry));
}

bool fault_lock_pte(struct vm_fault *vmf, u64 entry)
{
	vmf->pte = cpt_pte_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (unlikely(!vmf->pte))
		return false;
	if (likely(*vmf->pte == entry))
		return true;
	spin_unlock(vmf->ptl);
	vmf->pte = NULL;
	return false;
}

vm_fault_t folio_lock_or_retry(struct folio *folio, struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;

	might_sleep();
	if (folio_trylock(folio))
		return 0;
	if ((vmf->flags & FAULT_FLAG_ALLOW_RETRY) && !(vmf->flags & FAULT_FLAG_TRIED)) {
		/* With NOWAIT the caller keeps its lock and does not want to sleep. */
		if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
			return VM_FAULT_RETRY;
		mmap_read_unlock(mm);
		if (vmf->flags & FAULT_FLAG_KILLABLE)
			(void)folio_wait_locked_killable(folio);
		else
			folio_wait_locked(folio);
		return VM_FAULT_RETRY;
	}
	if (!(vmf->flags & FAULT_FLAG_KILLABLE)) {
		folio_lock(folio);
		return 0;
	}
	if (!folio_lock_killable(folio))
		return 0;
	mmap_read_unlock(mm);
	return VM_FAULT_RETRY;
}

/* The entry is there and allows the access, or needs no more than its bits set. */
static vm_fault_t present_pte_fault(struct vm_fault *vmf)
{
	u64 entry = vmf->orig_pte | CPT_ACCESSED;

	if (!fault_lock_pte(vmf, vmf->orig_pte))
		return 0;
	if (vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) {
		if (!cpt_write(entry))
			return do_wp_page(vmf);
		if (vmf->flags & FAULT_FLAG_WRITE)
			entry = entry_mkdirty(entry);
	}
	/* Nothing to do: it came from a stale right, which the CPU forgot by faulting. */
	if (entry != *vmf->pte)
		cpt_set(vmf->vma->vm_mm, vmf->address, vmf->pte, 0, entry);
	spin_unlock(vmf->ptl);
	return 0;
}

vm_fault_t handle_pte_fault(struct vm_fault *vmf)
{
	vmf->pte = NULL;
	vmf->orig_pte = 0;
	if (!cpt_none(cpt_get(vmf->pmd))) {
		vmf->pte = cpt_pte(vmf->pmd, vmf->address);
		/* Turned into a leaf or a soft entry meanwhile: the access shows what is there. */
		if (!vmf->pte)
			return 0;
		vmf->orig_pte = cpt_get(vmf->pte);
	}
	if (cpt_none(vmf->orig_pte))
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
	if (!cpt_present(vmf->orig_pte))
		return do_swap_page(vmf);
	if (cpt_protnone(vmf->orig_pte) && (vmf->vma->vm_flags & VM_ACCESS_FLAGS))
		return do_numa_page(vmf);
	return present_pte_fault(vmf);
}

static vm_fault_t present_pmd_fault(struct vm_fault *vmf)
{
	if (cpt_protnone(vmf->orig_pmd) && (vmf->vma->vm_flags & VM_ACCESS_FLAGS))
		return do_huge_pmd_numa_page(vmf);
	if ((vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) && !cpt_write(vmf->orig_pmd))
		return wp_huge_pmd(vmf);
	huge_pmd_set_accessed(vmf);
	return 0;
}

static void pmd_migration_entry_wait(struct vm_fault *vmf)
{
	spinlock_t *ptl = cpt_pmd_lock(vmf->vma->vm_mm, vmf->pmd);

	if (cpt_is_migration(*vmf->pmd))
		folio_wait_locked_ptl(pfn_folio(cpt_pfn(*vmf->pmd)), ptl);
	else
		spin_unlock(ptl);
}

static vm_fault_t handle_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret = VM_FAULT_FALLBACK;

	vmf->pmd = cpt_pmd_alloc(vma->vm_mm, vmf->address);
	if (!vmf->pmd)
		return VM_FAULT_OOM;
	vmf->orig_pmd = cpt_get(vmf->pmd);
	if (cpt_none(vmf->orig_pmd)) {
		if (vma_is_anonymous(vma) && thp_allowable_orders(vma, BIT(CPT_PMD_ORDER)))
			ret = create_huge_pmd(vmf);
	} else if (!cpt_present(vmf->orig_pmd)) {
		if (cpt_is_device_private(vmf->orig_pmd))
			return do_huge_pmd_device_private(vmf);
		pmd_migration_entry_wait(vmf);
		return 0;
	} else if (!cpt_is_table(vmf->orig_pmd)) {
		ret = present_pmd_fault(vmf);
	}
	return ret & VM_FAULT_FALLBACK ? handle_pte_fault(vmf) : ret;
}

/* What no caller may ask for, and what means nothing here. */
static vm_fault_t sanitize_fault_flags(const struct vm_area_struct *vma, unsigned int *flags)
{
	if (unlikely(*flags & FAULT_FLAG_UNSHARE)) {
		if (WARN_ON_ONCE(*flags & FAULT_FLAG_WRITE))
			return VM_FAULT_SIGSEGV;
		if (!is_cow_mapping(vma->vm_flags))
			*flags &= ~FAULT_FLAG_UNSHARE;
	} else if (*flags & FAULT_FLAG_WRITE) {
		if (WARN_ON_ONCE(!(vma->vm_flags & VM_MAYWRITE)))
			return VM_FAULT_SIGSEGV;
		if (WARN_ON_ONCE(!(vma->vm_flags & VM_WRITE) && !is_cow_mapping(vma->vm_flags)))
			return VM_FAULT_SIGSEGV;
	}
	return 0;
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs)
{
	unsigned int mm_number = vma->vm_mm->sim_number;
	struct vm_fault vmf = {
		.vma = vma,
		.address = address & PAGE_MASK,
		.real_address = address,
		.pgoff = fault_pgoff(vma, address),
		.gfp_mask = GFP_HIGHUSER_MOVABLE,
	};
	vm_fault_t ret;

	mmap_assert_locked(vma->vm_mm);
	ret = sanitize_fault_flags(vma, &flags);
	vmf.flags = flags;
	if (!ret)
		ret = unlikely(vma->vm_flags & VM_HUGETLB) ? VM_FAULT_SIGBUS : handle_fault(&vmf);
	/* The area may be gone by now. */
	if (flags & FAULT_FLAG_USER)
		sim_event(PAGE_FAULT_USER, mm_number, address, flags, ret);
	else
		sim_event(PAGE_FAULT_KERNEL, mm_number, address, flags, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(handle_mm_fault);
