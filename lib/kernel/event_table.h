/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one table of events: SIM_EVENT(symbol, system, name, arguments, text). Append; never reorder
 * within a release, since the position enters digests. The template language of the text is
 * described at sim_event_format().
 */
#ifndef KERNEL_EVENT_TABLE_H
#define KERNEL_EVENT_TABLE_H

/* clang-format off */
#define SIM_EVENT_TABLE \
SIM_EVENT(NAME, "svmsim", "name", "index hash", \
	"name {index} {index:s}") \
SIM_EVENT(ACTION, "svmsim", "action", "actor verb", \
	"{actor:s}: {verb:s}") \
SIM_EVENT(RESULT, "svmsim", "result", "actor value", \
	"{actor:s} -> {value:d}") \
SIM_EVENT(REPORT, "svmsim", "report", "id", \
	"{id:s}") \
SIM_EVENT(CONSOLE, "printk", "console", "line", \
	"{line:s}") \
SIM_EVENT(KMALLOC, "kmem", "kmalloc", "bytes_req bytes_alloc gfp", \
	"bytes_req={bytes_req} bytes_alloc={bytes_alloc} gfp_flags={gfp:x}") \
SIM_EVENT(KFREE, "kmem", "kfree", "bytes", \
	"bytes={bytes}") \
SIM_EVENT(PAGE_ALLOC, "kmem", "mm_page_alloc", "pfn order", \
	"pfn=0x{pfn:x} order={order}") \
SIM_EVENT(PAGE_FREE, "kmem", "mm_page_free", "pfn order", \
	"pfn=0x{pfn:x} order={order}") \
SIM_EVENT(TIMER_EXPIRE, "timer", "timer_expire_entry", "now", \
	"now={now}") \
SIM_EVENT(WORK_START, "workqueue", "workqueue_execute_start", "work", \
	"work {work:s}") \
SIM_EVENT(IOMMU_MAP, "iommu", "map", "domain iova paddr size", \
	"IOMMU: iova=0x{iova:x16} - 0x{iova+size:x16} paddr=0x{paddr:x16} size={size}") \
SIM_EVENT(IOMMU_UNMAP, "iommu", "unmap", "domain iova size unmapped_size", \
	"IOMMU: iova=0x{iova:x16} - 0x{iova+size:x16} size={size} " \
	"unmapped_size={unmapped_size}") \
SIM_EVENT(IO_PAGE_FAULT, "iommu", "io_page_fault", "driver device iova flags", \
	"IOMMU:{driver:s} {device:s} iova=0x{iova:x16} flags=0x{flags:x4}") \
SIM_EVENT(IOMMU_ATTACH, "iommu", "attach_device_to_domain", "device", \
	"IOMMU: device={device:s}") \
SIM_EVENT(IOTLB_FLUSH_RANGE, "iommu", "iotlb_flush_range", "domain start last", \
	"domain={domain} 0x{start:x} - 0x{last:x}") \
SIM_EVENT(IOTLB_FLUSH_ALL, "iommu", "iotlb_flush_all", "domain", \
	"domain={domain}") \
SIM_EVENT(IOTLB_SYNC_MAP, "iommu", "iotlb_sync_map", "domain iova size", \
	"domain={domain} iova=0x{iova:x} size={size}") \
SIM_EVENT(IOVA_ALLOC, "iova", "alloc", "domain pfn pages", \
	"domain={domain} pfn=0x{pfn:x} pages={pages}") \
SIM_EVENT(IOVA_FREE, "iova", "free", "domain pfn pages", \
	"domain={domain} pfn=0x{pfn:x} pages={pages}") \
SIM_EVENT(DMA_MAP_PHYS, "dma", "dma_map_phys", "device dir dma_addr size phys_addr attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} " \
	"phys_addr={phys_addr:x} attrs={attrs:attrs}") \
SIM_EVENT(DMA_UNMAP_PHYS, "dma", "dma_unmap_phys", "device dir dma_addr size attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} attrs={attrs:attrs}") \
SIM_EVENT(DEV_READ, "svmsim", "device_read", "device iova bytes result hash", \
	"{device:s} read iova=0x{iova:x} bytes={bytes} -> {result:d}") \
SIM_EVENT(DEV_WRITE, "svmsim", "device_write", "device iova bytes result hash", \
	"{device:s} write iova=0x{iova:x} bytes={bytes} -> {result:d}") \
SIM_EVENT(IOVA_QUEUE, "iova", "queue", "domain pfn pages", \
	"domain={domain} pfn=0x{pfn:x} pages={pages}") \
SIM_EVENT(DEV_PEER, "svmsim", "device_peer", "device peer addr bytes write", \
	"{device:s} reaches {peer:s} addr=0x{addr:x} bytes={bytes} write={write}") \
SIM_EVENT(DMA_SYNC_FOR_CPU, "dma", "dma_sync_single_for_cpu", "device dir dma_addr size", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size}") \
SIM_EVENT(DMA_SYNC_FOR_DEVICE, "dma", "dma_sync_single_for_device", "device dir dma_addr size", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size}") \
SIM_EVENT(SWIOTLB_BOUNCED, "swiotlb", "swiotlb_bounced", "device dma_mask dev_addr size force", \
	"dev_name: {device:s} dma_mask={dma_mask:x} dev_addr={dev_addr:x} size={size} {force:s}") \
SIM_EVENT(CACHE_CLEAN, "svmsim", "cache_clean", "phys bytes", \
	"phys=0x{phys:x} bytes={bytes}") \
SIM_EVENT(CACHE_INVALIDATE, "svmsim", "cache_invalidate", "phys bytes", \
	"phys=0x{phys:x} bytes={bytes}") \
SIM_EVENT(DMA_MAP_SG, "dma", "dma_map_sg", "device dir nents ents attrs", \
	"{device:s} dir={dir:dir} nents={nents}/{nents} ents={ents}/{ents} attrs={attrs:attrs}") \
SIM_EVENT(DMA_MAP_SG_ERR, "dma", "dma_map_sg_err", "device dir err attrs", \
	"{device:s} dir={dir:dir} err={err:d} attrs={attrs:attrs}") \
SIM_EVENT(DMA_UNMAP_SG, "dma", "dma_unmap_sg", "device dir nents attrs", \
	"{device:s} dir={dir:dir} nents={nents} attrs={attrs:attrs}") \
SIM_EVENT(DMA_SYNC_SG_FOR_CPU, "dma", "dma_sync_sg_for_cpu", "device dir nents", \
	"{device:s} dir={dir:dir} nents={nents}") \
SIM_EVENT(DMA_SYNC_SG_FOR_DEVICE, "dma", "dma_sync_sg_for_device", "device dir nents", \
	"{device:s} dir={dir:dir} nents={nents}") \
SIM_EVENT(SG_ENTRY, "svmsim", "sg_entry", "index phys_addr length dma_addr dma_length", \
	"[{index}] phys_addr={phys_addr:x} length={length} dma_addr={dma_addr:x} " \
	"dma_length={dma_length}") \
SIM_EVENT(DMA_ALLOC, "dma", "dma_alloc", "device dir dma_addr size flags attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} flags={flags:x} " \
	"attrs={attrs:attrs}") \
SIM_EVENT(DMA_FREE, "dma", "dma_free", "device dir dma_addr size attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} attrs={attrs:attrs}") \
SIM_EVENT(DMA_ALLOC_PAGES, "dma", "dma_alloc_pages", "device dir dma_addr size flags attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} flags={flags:x} " \
	"attrs={attrs:attrs}") \
SIM_EVENT(DMA_FREE_PAGES, "dma", "dma_free_pages", "device dir dma_addr size attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} attrs={attrs:attrs}") \
SIM_EVENT(DMA_ALLOC_SGT, "dma", "dma_alloc_sgt", "device dir dma_addr size flags attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} flags={flags:x} " \
	"attrs={attrs:attrs}") \
SIM_EVENT(DMA_ALLOC_SGT_ERR, "dma", "dma_alloc_sgt_err", \
	"device dir dma_addr size flags attrs", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size} flags={flags:x} " \
	"attrs={attrs:attrs}") \
SIM_EVENT(DMA_FREE_SGT, "dma", "dma_free_sgt", "device dir dma_addr size", \
	"{device:s} dir={dir:dir} dma_addr={dma_addr:x} size={size}") \
SIM_EVENT(FAULT_INJECT, "fault", "inject", "kind site nth", \
	"kind={kind:s} site={site:s} nth={nth}") \
SIM_EVENT(SCHED_SWITCH, "sched", "sched_switch", "prev next", \
	"prev_comm={prev:s} ==> next_comm={next:s}") \
SIM_EVENT(DMA_FENCE_INIT, "dma_fence", "dma_fence_init", "driver timeline context seqno", \
	"driver={driver:s} timeline={timeline:s} context={context} seqno={seqno}") \
SIM_EVENT(DMA_FENCE_DESTROY, "dma_fence", "dma_fence_destroy", "driver timeline context seqno", \
	"driver={driver:s} timeline={timeline:s} context={context} seqno={seqno}") \
SIM_EVENT(DMA_FENCE_ENABLE_SIGNAL, "dma_fence", "dma_fence_enable_signal", \
	"driver timeline context seqno", \
	"driver={driver:s} timeline={timeline:s} context={context} seqno={seqno}") \
SIM_EVENT(DMA_FENCE_SIGNALED, "dma_fence", "dma_fence_signaled", "driver timeline context seqno", \
	"driver={driver:s} timeline={timeline:s} context={context} seqno={seqno}") \
SIM_EVENT(DMA_FENCE_WAIT_START, "dma_fence", "dma_fence_wait_start", "context seqno", \
	"context={context} seqno={seqno}") \
SIM_EVENT(DMA_FENCE_WAIT_END, "dma_fence", "dma_fence_wait_end", "context seqno", \
	"context={context} seqno={seqno}") \
SIM_EVENT(MMU_NOTIFIER_START, "mmu_notifier", "invalidate_range_start", \
	"mm start end event blockable result", \
	"mm{mm} 0x{start:x} - 0x{end:x} {event:s} blockable={blockable} -> {result:d}") \
SIM_EVENT(MMU_NOTIFIER_END, "mmu_notifier", "invalidate_range_end", "mm start end event", \
	"mm{mm} 0x{start:x} - 0x{end:x} {event:s}") \
SIM_EVENT(HMM_RANGE_FAULT, "hmm", "range_fault", "mm start end result", \
	"mm{mm} 0x{start:x} - 0x{end:x} -> {result:d}") \
SIM_EVENT(PAGE_FAULT_USER, "exceptions", "page_fault_user", "mm address flags result", \
	"mm{mm} 0x{address:x} flags=0x{flags:x} -> 0x{result:x}") \
SIM_EVENT(PAGE_FAULT_KERNEL, "exceptions", "page_fault_kernel", "mm address flags result", \
	"mm{mm} 0x{address:x} flags=0x{flags:x} -> 0x{result:x}") \
SIM_EVENT(FOLIO_SPLIT, "svmsim", "folio_split", "pfn order new_order result", \
	"pfn=0x{pfn:x} order={order} new_order={new_order} -> {result:d}") \
SIM_EVENT(MM_MIGRATE_PAGES, "migrate", "mm_migrate_pages", "succeeded failed mode reason", \
	"nr_succeeded={succeeded} nr_failed={failed} mode={mode:s} reason={reason:s}") \
SIM_EVENT(MM_COLLAPSE, "huge_memory", "mm_collapse_huge_page", "mm addr status", \
	"mm{mm} 0x{addr:x}, status={status:s}") \
SIM_EVENT(MM_RECLAIM_BEGIN, "vmscan", "mm_vmscan_direct_reclaim_begin", "order gfp", \
	"order={order} gfp_flags={gfp:x}") \
SIM_EVENT(MM_RECLAIM_END, "vmscan", "mm_vmscan_direct_reclaim_end", "reclaimed", \
	"nr_reclaimed={reclaimed}") \
SIM_EVENT(MM_WRITE_FOLIO, "vmscan", "mm_vmscan_write_folio", "pfn place", \
	"pfn=0x{pfn:x} place={place}") \
SIM_EVENT(MM_SHRINK, "vmscan", "mm_vmscan_lru_shrink_inactive", "nid scanned reclaimed", \
	"nid={nid} nr_scanned={scanned} nr_reclaimed={reclaimed}") \
SIM_EVENT(OOM_REAPED, "oom", "finish_task_reaping", "mm", "mm{mm}") \
SIM_EVENT(OOM_SKIPPED, "oom", "skip_task_reaping", "mm", "mm{mm}") \
SIM_EVENT(DEV_COPY, "svmsim", "device_copy", "device iova phys bytes write result", \
	"{device:s} copy iova=0x{iova:x} phys=0x{phys:x} bytes={bytes} write={write} " \
	"-> {result:d}") \
SIM_EVENT(MIGRATE_SETUP, "svmsim", "migrate_setup", "mm start end npages cpages", \
	"mm{mm} 0x{start:x}-0x{end:x} npages={npages} cpages={cpages}") \
SIM_EVENT(MIGRATE_DEVICE, "svmsim", "migrate_device", "npages cpages", \
	"npages={npages} cpages={cpages}") \
SIM_EVENT(MIGRATE_PAGES, "svmsim", "migrate_pages", "npages moved", \
	"npages={npages} moved={moved}") \
SIM_EVENT(MIGRATE_FINALIZE, "svmsim", "migrate_finalize", "npages moved", \
	"npages={npages} moved={moved}") \

/* clang-format on */

#endif
