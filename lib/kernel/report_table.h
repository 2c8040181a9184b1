/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one table of reports: SIM_REPORT(symbol, identifier, title, meaning, example). The words that
 * `expect report` knows, docs/reports.md and `svmsim explain` all come from it. The example names
 * a scenario that draws the report.
 */
#ifndef KERNEL_REPORT_TABLE_H
#define KERNEL_REPORT_TABLE_H

#include "kernel/dma_debug_table.h"

/* The classes of DMA debugging have a table of their own, which says more about each. */
#define SIM_REPORT_DMA_DEBUG_ROW(symbol, slug, since, title, meaning)                              \
	SIM_REPORT(DMA_DEBUG_##symbol, "dma-debug:" slug, title, meaning,                          \
		   "scenarios/dma/debug/" slug ".svm")

/* clang-format off */
#define SIM_REPORT_TABLE \
SIM_REPORT(IOMMU_UNMAP_HOLE, "iommu-unmap-hole", \
	"an unmap met a hole", \
	"The range to unmap holds an IOVA page that was never linked. Most drivers stop " \
	"there and return fewer bytes than were asked for: translations behind the hole " \
	"stay live although their IOVA space may be handed out again, and the device can " \
	"still reach those pages. A driver that goes across in silence hides the bug (a " \
	"note says so). Unlink each linked run on its own, pack pages tightly, link a dummy" \
	" page into holes, or tear down with dma_iova_with_holes_destroy().", \
	"scenarios/hole/unlink.svm") \
SIM_REPORT(IOMMU_UNMAP_SPLIT, "iommu-unmap-split", \
	"an unmap of part of a large leaf", \
	"One page-table entry covers more than the range to unmap. Splitting a mapping is " \
	"not part of the IOMMU API: depending on the driver nothing is removed, more is " \
	"removed than asked, or memory is corrupted. Unmap whole the ranges that were " \
	"mapped, or aggregates of them.", \
	"scenarios/hole/split.svm") \
SIM_REPORT(IOMMU_MAP_OVER, "iommu-map-over", \
	"a mapping laid over a live one", \
	"The IOVA range to map already has translations. Depending on the driver the call " \
	"fails, the old entry silently stays, or it is silently replaced.", \
	"scenarios/hole/link-over-link.svm") \
SIM_REPORT(IOMMU_LEAK, "iommu-leak", \
	"translations outlive their IOVA space", \
	"Page-table entries are live in IOVA space that has been freed, or when the machine" \
	" is torn down. The device can still reach the pages, and the next owner of that " \
	"IOVA space collides.", \
	"scenarios/hole/free-linked.svm") \
SIM_REPORT(IOTLB_STALE, "iotlb-stale", \
	"a device used a cached translation whose page-table entry is gone or changed", \
	"The IOTLB still held an entry that the page table no longer has, or the walk began" \
	" at a cached table that is none any more. An invalidation is missing, late, covers" \
	" too little, or spared the walk caches. Under lazy invalidation it is late on " \
	"purpose, and drivers must not unmap what the device has not finished with.", \
	"scenarios/dma/lazy-stale.svm") \
SIM_REPORT(IOTLB_UNSYNCED, "iotlb-unsynced", \
	"an IOVA was used before its map was synced", \
	"The hardware caches not-present entries (caching mode), so a new mapping is " \
	"visible only after dma_iova_sync() or the iotlb_sync_map of the map call. On " \
	"hardware without such caching this works by luck.", \
	"scenarios/hole/unsynced.svm") \
SIM_REPORT(IO_PAGE_FAULT, "io-page-fault", \
	"a translation fault", \
	"A device accessed an address that has no translation, lacks the permission, or " \
	"lies beyond the address width.", \
	"scenarios/hole/direction.svm") \
SIM_REPORT(DMA_PAGE_FREED, "dma-page-freed", \
	"a page was freed while a DMA mapping still reaches it", \
	"The page went back to the allocator, but a device can still read or write it, or a " \
	"bounce buffer is still to be copied back to it. Its " \
	"next owner will see foreign writes. Unmap first, then free. A page that is unmapped" \
	" and waits for a lazy flush may be freed: a device that still uses it is " \
	"iotlb-stale.", \
	"scenarios/hole/freed-page.svm") \
SIM_REPORT(DMA_FOREIGN, "dma-foreign", \
	"a device reached memory that it was not given", \
	"The access went through, but no live mapping of this device covers the page that " \
	"was reached.", \
	"scenarios/hole/foreign.svm") \
SIM_REPORT(IOVA_LEAK, "iova-leak", \
	"IOVA space was never freed", \
	"A window is still allocated when the machine is torn down.", \
	"scenarios/hole/iova-leak.svm") \
SIM_REPORT(IOVA_DOUBLE_FREE, "iova-double-free", \
	"IOVA space was freed twice", \
	"Freeing does not clear struct dma_iova_state, so dma_use_iova() stays true and a " \
	"second free releases IOVA space that may belong to someone else by now.", \
	"scenarios/hole/double-destroy.svm") \
SIM_DMA_DEBUG_TABLE(SIM_REPORT_DMA_DEBUG_ROW) \
SIM_REPORT(PAGE_REF, "page-ref", \
	"a page's reference count is wrong", \
	"A reference was dropped that was not held, or a free page was used as if it were " \
	"allocated.", \
	"scenarios/hole/page-ref.svm") \
SIM_REPORT(MEM_LEAK, "mem-leak", \
	"simulated memory was never freed", \
	"kmalloc memory of the modelled code is still live when the machine is torn down.", \
	"scenarios/memory/leak.svm") \
SIM_REPORT(MEM_UAF, "mem-uaf", \
	"simulated memory was used after it was freed", \
	"The poison of freed memory has been overwritten, or instrumented code was seen to read " \
	"or write it (what=read, what=write).", \
	"scenarios/memory/uaf.svm") \
SIM_REPORT(MEM_DOUBLE_FREE, "mem-double-free", \
	"simulated memory was freed twice", \
	"The object is not live: it was freed before, or the pointer is not the start of an" \
	" object.", \
	"scenarios/memory/double-free.svm") \
SIM_REPORT(MEM_OVERRUN, "mem-overrun", \
	"simulated memory was used past its end", \
	"The red zone behind the object has been overwritten, or instrumented code was seen to " \
	"reach beside the object (what=read, what=write).", \
	"scenarios/memory/overrun.svm") \
SIM_REPORT(UNINIT, "uninit", \
	"the outcome depends on memory that was never initialised", \
	"Two runs that differ only in how fresh heap and stack memory is filled gave " \
	"different digests.", "") \
SIM_REPORT(REFCOUNT, "refcount", \
	"a reference count saturated or underflowed", \
	"refcount_t detected an increment from zero, a decrement below zero, or an " \
	"overflow.", \
	"scenarios/memory/refcount.svm") \
SIM_REPORT(LOCK_IMBALANCE, "lock-imbalance", \
	"a lock was released that is not held, or taken twice by its owner", \
	"Unlock without lock, unlock in the wrong mode, or a second lock by the owner of a " \
	"lock that is not recursive.", \
	"scenarios/locks/error-path.svm") \
SIM_REPORT(DEADLOCK, "deadlock", \
	"tasks that can never go on", \
	"Each of these tasks waits for what only another of them could give, or for a wake-up " \
	"that nobody is left to send. With what=cycle the wait-for graph has a cycle: no " \
	"schedule gets out of it. With what=stuck nothing can run any more and no timer is " \
	"pending: look for a wake-up that came too early or never.", \
	"scenarios/locks/lines-abba.svm") \
SIM_REPORT(LIVELOCK, "livelock", \
	"tasks that run for ever and get nowhere", \
	"For very long nothing has happened but tries that fail (a trylock, a poll of a flag), " \
	"although every task that can run had its turn, and no timer or deadline is left that " \
	"could change that. Look for who would have to run for the try to succeed: it may never " \
	"get its CPU.", \
	"scenarios/locks/starved-work.svm") \
SIM_REPORT(LOCK_ORDER, "lock-order", \
	"locks are taken in an order that can deadlock", \
	"Classes of locks, not single ones: what one task did is held against what any task did " \
	"before, so the tasks need not have met. Take the locks in one order everywhere; or take " \
	"the second with a trylock; or say what orders them (a subclass, a nest lock, an acquire " \
	"context). With via=fs_reclaim an allocation may have to free memory, which takes locks " \
	"that are held here: allocate before, with GFP_NOWAIT, or in a memalloc scope. The same " \
	"goes for what invalidation takes (via=mmu_notifier_invalidate_range_start) and for what " \
	"a fence needs before it can signal (via=dma_fence_map).", \
	"scenarios/locks/abba.svm") \
SIM_REPORT(LOCK_CONTEXT, "lock-context", \
	"something was done in a context that does not allow it", \
	"A task that holds a spinning lock, has interrupts, softirqs or preemption disabled, or " \
	"reads under RCU, must not sleep: who waits for it may wait for ever. A lock that an " \
	"interrupt takes must be held with that interrupt disabled everywhere (what=irq-unsafe), " \
	"and no lock that is not may be taken under it (what=irq-order).", \
	"scenarios/locks/sleep-under-spinlock.svm") \
SIM_REPORT(LOCK_HELD, "lock-held", \
	"a task ended, or returned from the kernel, with locks held", \
	"An exit path misses an unlock. Whoever wants the lock next waits for ever.", \
	"scenarios/locks/held-at-exit.svm") \
SIM_REPORT(DATA_RACE, "data-race", \
	"two accesses that nothing orders", \
	"Two tasks access the same bytes, at least one writes, at least one access is plain, " \
	"and no lock, wake-up, completion, atomic with ordering or barrier puts one before the " \
	"other. The compiler may tear, repeat or drop a plain access, and the other CPU may see " \
	"any mix. Hold one lock for both, hand the data over with smp_store_release() and " \
	"smp_load_acquire(), or mark both with READ_ONCE() and WRITE_ONCE() where any order " \
	"will do.", \
	"scenarios/locks/data-race.svm") \
SIM_REPORT(WARN, "warn", \
	"a WARN of the modelled kernel", \
	"The modelled code's own check failed; the text is the kernel's.", \
	"scenarios/hole/unlink.svm") \
SIM_REPORT(BUG, "bug", \
	"a BUG of the modelled kernel", \
	"The modelled code's own fatal check failed; a real kernel would stop the task " \
	"here.", \
	"scenarios/memory/bug.svm") \
SIM_REPORT(OOPS, "oops", \
	"a crash in kernel-side code", \
	"The code took a signal (SIGSEGV, SIGFPE, ...) in its worker process.", \
	"scenarios/memory/oops.svm") \
SIM_REPORT(ABSENT, "absent", \
	"a use of something that the model does not have", \
	"The kernel has this function, the model only declares it so that code compiles.", \
	"scenarios/memory/absent.svm") \
SIM_REPORT(PAGE_LOCK, "page-lock", \
	"a folio's lock was used wrongly", \
	"A folio was unlocked that is not locked, or freed while it is locked: whoever waits for " \
	"it waits for ever, and whoever believes to hold it shares it with others.", \
	"") \
SIM_REPORT(MM_LEAK, "mm-leak", \
	"an address space outlives the run, or was not empty when it went", \
	"With what=users somebody still uses it (mmget() without mmput()), with what=struct " \
	"somebody holds its struct (mmgrab() without mmdrop(), an interval notifier that was " \
	"never removed). With what=rss its counters of pages were not 0 when its struct was " \
	"freed, with what=tables it still had page tables: entries were changed without " \
	"counting.", \
	"") \
SIM_REPORT(DATA, "data", \
	"a read does not return what was last written", \
	"A CPU or a device read other bytes than those that were written to this address " \
	"before, by whoever: a copy is missing or went to the wrong place, a write went to a " \
	"page that had been moved, or two address spaces share a page that they must not " \
	"share. The books of this check know addresses and writes, and nothing of pages.", \
	"") \
SIM_REPORT(NOTIFIER, "notifier", \
	"an address space changed behind the back of who mirrors it", \
	"what=unannounced: an entry that a device may have mirrored was taken away or lost a " \
	"right outside of mmu_notifier_invalidate_range_start() and _end(). " \
	"what=stale-commit: a driver's mmu_interval_read_retry() let a commit pass although " \
	"what it read had been invalidated, because its callback did not call " \
	"mmu_interval_set_seq(). what=never-ended, what=end-without-start: the two calls do " \
	"not pair.", \
	"") \
SIM_REPORT(CPU_TLB_STALE, "cpu-tlb-stale", \
	"a CPU used a cached translation that outlived its flush", \
	"The page table no longer has this translation, or not with this right, and whoever " \
	"changed it is done: a flush is missing, or covers too little. The access reaches a " \
	"page that may be somebody else's by now.", \
	"") \
SIM_REPORT(MM_STATE, "mm-state", \
	"an invariant of memory does not hold", \
	"what=mapcount, what=refcount: a folio's counts do not fit the entries that map it. " \
	"what=free-mapped: an entry maps a page that is free. what=writable-shared: an entry " \
	"is writable although the page is not exclusive to it. Checked between steps when " \
	"asked for.", \
	"") \
SIM_REPORT(MIGRATION_LEFT, "migration-left", \
	"a migration left something behind", \
	"what=entry: migration entries that nobody will remove: whoever touches these " \
	"addresses waits for ever. what=locked: folios that are still locked. Each " \
	"successful migrate_vma_setup() or migrate_device_range() needs its finalize, on " \
	"error paths too.", \
	"") \

/* clang-format on */

#endif
