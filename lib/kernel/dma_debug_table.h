/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one table of the kernel's DMA debugging: SIM_DMA_DEBUG_TABLE(ROW) expands to
 * ROW(symbol, slug, since, title, meaning) for each class. The report is called `dma-debug:SLUG`,
 * the kernel's words are SIM_DMA_DEBUG_TEXT_symbol (a format), the scenario that draws it is
 * scenarios/dma/debug/SLUG.svm, and @since is the first kernel version of lib/kernel/version.h that
 * has the class. The kernel puts `DMA-API: <driver> <device>: ` before each message.
 */
#ifndef KERNEL_DMA_DEBUG_TABLE_H
#define KERNEL_DMA_DEBUG_TABLE_H

/* clang-format off */
#define SIM_DMA_DEBUG_TEXT_FREE_INVALID \
	"device driver tries to free an invalid DMA memory address"
#define SIM_DMA_DEBUG_TEXT_FREE_UNALLOCATED \
	"device driver tries to free DMA memory it has not allocated " \
	"[device address=0x%016llx] [size=%llu bytes]"
#define SIM_DMA_DEBUG_TEXT_FREE_SIZE \
	"device driver frees DMA memory with different size " \
	"[device address=0x%016llx] [map size=%llu bytes] [unmap size=%llu bytes]"
#define SIM_DMA_DEBUG_TEXT_FREE_FUNCTION \
	"device driver frees DMA memory with wrong function " \
	"[device address=0x%016llx] [size=%llu bytes] [mapped as %s] [unmapped as %s]"
/* The doubled 0x is the kernel's. */
#define SIM_DMA_DEBUG_TEXT_FREE_CPU_ADDRESS \
	"device driver frees DMA memory with different CPU address " \
	"[device address=0x%016llx] [size=%llu bytes] " \
	"[cpu alloc address=0x0x%016llx] [cpu free address=0x0x%016llx]"
#define SIM_DMA_DEBUG_TEXT_FREE_SG_COUNT \
	"device driver frees DMA sg list with different entry count " \
	"[map count=%d] [unmap count=%d]"
#define SIM_DMA_DEBUG_TEXT_FREE_DIRECTION \
	"device driver frees DMA memory with different direction " \
	"[device address=0x%016llx] [size=%llu bytes] [mapped with %s] [unmapped with %s]"
/* The missing blank is the kernel's. */
#define SIM_DMA_DEBUG_TEXT_MAP_UNCHECKED \
	"device driver failed to check map error" \
	"[device address=0x%016llx] [size=%llu bytes] [mapped as %s]"
#define SIM_DMA_DEBUG_TEXT_FREE_ATTRIBUTES \
	"device driver frees DMA memory with different attributes " \
	"[device address=0x%016llx] [size=%llu bytes] " \
	"[mapped with 0x%lx] [unmapped with 0x%lx]"
#define SIM_DMA_DEBUG_TEXT_MAP_STACK \
	"device driver maps memory from stack [addr=%016llx]"
#define SIM_DMA_DEBUG_TEXT_MAP_STACK_VMAP \
	"device driver maps memory from stack [probable addr=%016llx]"
#define SIM_DMA_DEBUG_TEXT_MAP_TEXT \
	"device driver maps memory from kernel text or rodata [addr=%016llx] [len=%lu]"
#define SIM_DMA_DEBUG_TEXT_MAP_INVALID \
	"device driver maps memory from invalid area [addr=%016llx] [len=%lu]"
#define SIM_DMA_DEBUG_TEXT_MAP_VMALLOC \
	"device driver maps memory from vmalloc area [addr=%016llx] [len=%lu]"
#define SIM_DMA_DEBUG_TEXT_SYNC_UNALLOCATED \
	"device driver tries to sync DMA memory it has not allocated " \
	"[device address=0x%016llx] [size=%llu bytes]"
#define SIM_DMA_DEBUG_TEXT_SYNC_OUTSIDE \
	"device driver syncs DMA memory outside allocated range " \
	"[device address=0x%016llx] [allocation size=%llu bytes] [sync offset+size=%llu]"
#define SIM_DMA_DEBUG_TEXT_SYNC_DIRECTION \
	"device driver syncs DMA memory with different direction " \
	"[device address=0x%016llx] [size=%llu bytes] [mapped with %s] [synced with %s]"
#define SIM_DMA_DEBUG_TEXT_SYNC_CPU_READ_ONLY \
	"device driver syncs device read-only DMA memory for cpu " \
	"[device address=0x%016llx] [size=%llu bytes] [mapped with %s] [synced with %s]"
#define SIM_DMA_DEBUG_TEXT_SYNC_DEVICE_WRITE_ONLY \
	"device driver syncs device write-only DMA memory to device " \
	"[device address=0x%016llx] [size=%llu bytes] [mapped with %s] [synced with %s]"
#define SIM_DMA_DEBUG_TEXT_SYNC_SG_COUNT \
	"device driver syncs DMA sg list with different entry count " \
	"[map count=%d] [sync count=%d]"
#define SIM_DMA_DEBUG_TEXT_SG_LENGTH \
	"mapping sg segment longer than device claims to support [len=%u] [max=%u]"
#define SIM_DMA_DEBUG_TEXT_SG_BOUNDARY \
	"mapping sg segment across boundary " \
	"[start=0x%016llx] [end=0x%016llx] [boundary=0x%016llx]"
#define SIM_DMA_DEBUG_TEXT_OVERLAP \
	"cacheline tracking EEXIST, overlapping mappings aren't supported"
#define SIM_DMA_DEBUG_TEXT_LEAK \
	"device driver has pending DMA allocations while released from device [count=%d]\n" \
	"One of leaked entries details: [device address=0x%016llx] [size=%llu bytes] " \
	"[mapped with %s] [mapped as %s]"
#define SIM_DMA_DEBUG_TEXT_MAP_RESOURCE_RAM \
	"dma_map_resource called for RAM address 0x%016llx"

#define SIM_DMA_DEBUG_TABLE(ROW) \
ROW(FREE_INVALID, "free-invalid", "v7.0", \
	"an unmap of DMA_MAPPING_ERROR", \
	"The address to unmap is the value that a failed map call returned. The driver did not " \
	"look at the result of the map call, or unmaps on an error path what was never mapped.") \
ROW(FREE_UNALLOCATED, "free-unallocated", "v7.0", \
	"an unmap of an address that is not mapped", \
	"No mapping of this device begins at this address: it was unmapped before, belongs to " \
	"another device, or is not the address that the map call returned. Where several " \
	"mappings of the device have the same address (without an IOMMU) and none fits in size, " \
	"type and direction, the kernel says this too.") \
ROW(FREE_SIZE, "free-size", "v7.0", \
	"an unmap with another size than the map", \
	"The size decides how much is removed from the IOMMU page table and returned to the " \
	"allocator of addresses: too little leaks both, too much takes them from someone else.") \
ROW(FREE_FUNCTION, "free-function", "v7.0", \
	"an unmap by a function of another kind than the map", \
	"Streaming, scatter-gather and coherent mappings are each undone by their own function: " \
	"dma_unmap_phys() and its kin, dma_unmap_sg(), dma_free_coherent(), dma_free_pages().") \
ROW(FREE_CPU_ADDRESS, "free-cpu-address", "v7.0", \
	"coherent memory freed with another CPU address", \
	"The CPU address and the DMA address passed to the free call do not belong to the same " \
	"allocation: other pages than those that the device knows go back to the allocator.") \
ROW(FREE_SG_COUNT, "free-sg-count", "v7.0", \
	"a scatterlist unmapped with another entry count than it was mapped with", \
	"dma_unmap_sg() takes the number of entries that was passed to dma_map_sg(), not the " \
	"possibly smaller number that it returned.") \
ROW(FREE_DIRECTION, "free-direction", "v7.0", \
	"an unmap with another direction than the map", \
	"The direction decides which cache maintenance and which copy out of a bounce buffer an " \
	"unmap does: with the wrong one the CPU reads old bytes, or new bytes are overwritten.") \
ROW(MAP_UNCHECKED, "map-unchecked", "v7.0", \
	"a mapping whose success was never checked", \
	"A map call can fail at any time: no IOVA space, no bounce buffer, an address beyond the " \
	"mask. dma_mapping_error() must be asked before the address goes to the device. It is " \
	"noticed when the mapping is unmapped.") \
ROW(FREE_ATTRIBUTES, "free-attributes", "v7.x", \
	"an unmap with other attributes than the map", \
	"DMA_ATTR_MMIO, _REQUIRE_COHERENT, _PRIVILEGED, _NO_KERNEL_MAPPING and _FORCE_CONTIGUOUS " \
	"change what an unmap has to undo and must be the same in both calls; others may differ.") \
ROW(MAP_STACK, "map-stack", "v7.0", \
	"memory of the stack was mapped", \
	"The stack shares cache lines with everything around it, may be virtually mapped, and is " \
	"gone when the function returns. Buffers for DMA come from kmalloc() or the page " \
	"allocator.") \
ROW(MAP_TEXT, "map-text", "v7.0", \
	"kernel text or read-only data was mapped", \
	"The buffer overlaps the code or the constants of the kernel (or of a module). A device " \
	"that writes there changes the kernel; constants for a device are copied first.") \
ROW(MAP_INVALID, "map-invalid", "v7.0", \
	"dma_map_single() of an address that is no memory", \
	"The CPU address has no page behind it, so that the physical address made from it is " \
	"nonsense: a NULL or freed pointer, a user address, memory that was taken offline.") \
ROW(MAP_VMALLOC, "map-vmalloc", "v7.0", \
	"dma_map_single() of memory of vmalloc()", \
	"Pages of vmalloc() are contiguous only for the CPU. Map them one by one with " \
	"dma_map_page() of vmalloc_to_page(), or as a scatterlist.") \
ROW(SYNC_UNALLOCATED, "sync-unallocated", "v7.0", \
	"a sync of a range that is not inside one mapping", \
	"No mapping of this device covers the whole range: it was unmapped before, or the range " \
	"goes beyond the end of its mapping. Memory that is not mapped has no owner to change. " \
	"What dma_iova_link() mapped is not known to the kernel's DMA debugging: syncing it " \
	"while it is linked says this too.") \
ROW(SYNC_OUTSIDE, "sync-outside", "v7.0", \
	"a sync of more bytes than the mapping has", \
	"The range is larger than the mapping that was found for it. Since a range that merely " \
	"goes beyond the end finds no mapping at all, this is a size so large that its end wraps " \
	"around: a negative number.") \
ROW(SYNC_DIRECTION, "sync-direction", "v7.0", \
	"a sync with another direction than the map", \
	"The direction of a sync is that of the mapping, except that mappings in both directions " \
	"may be synced in any.") \
ROW(SYNC_CPU_READ_ONLY, "sync-cpu-read-only", "v7.0", \
	"a sync for the CPU of memory that the device only reads", \
	"The device was allowed to read this memory only, so it has written nothing that the CPU " \
	"could wait for. With caches or bounce buffers the sync throws away what the CPU wrote.") \
ROW(SYNC_DEVICE_WRITE_ONLY, "sync-device-write-only", "v7.0", \
	"a sync for the device of memory that the device only writes", \
	"The device was allowed to write this memory only, so it will not see what the CPU put " \
	"there.") \
ROW(SYNC_SG_COUNT, "sync-sg-count", "v7.0", \
	"a scatterlist synced with another entry count than it was mapped with", \
	"dma_sync_sg_for_cpu() and dma_sync_sg_for_device() take the number of entries that was " \
	"passed to dma_map_sg(). The kernel does not look at it for mappings in both directions.") \
ROW(SG_LENGTH, "sg-length", "v7.0", \
	"a scatterlist entry is longer than the device can take", \
	"The entry is longer than dma_get_max_seg_size(), 64 KiB by default. Either the driver " \
	"forgot dma_set_max_seg_size(), or whoever built the list did not ask for the limit.") \
ROW(SG_BOUNDARY, "sg-boundary", "v7.0", \
	"a mapped segment crosses the device's segment boundary", \
	"The segment reaches over a boundary of dma_get_seg_boundary(), which the device cannot " \
	"cross in one transfer. The list was built without regard to it.") \
ROW(OVERLAP, "overlap", "v7.0", \
	"a cache line is mapped twice at once", \
	"Two live mappings, at least one of them writable by a device, begin in the same cache " \
	"line. On machines whose devices do not snoop, handing one buffer back to the CPU throws " \
	"away what the device or the CPU wrote to the other. The kernel looks at the first line " \
	"of each mapping only, and only where DMA needs alignment to cache lines and has no " \
	"bounce buffers for small buffers: here, on machines with a device that is not coherent " \
	"and with swiotlb off.") \
ROW(LEAK, "leak", "v7.0", \
	"a driver left mappings behind", \
	"The driver was unbound from the device while mappings were live. The device can still " \
	"reach that memory, and address space and bounce buffers are lost.") \
ROW(MAP_RESOURCE_RAM, "map-resource-ram", "v7.x", \
	"dma_map_resource() of RAM", \
	"dma_map_resource() and DMA_ATTR_MMIO are for registers and memory of devices: no cache " \
	"maintenance happens and no bounce buffer is used. RAM is mapped with dma_map_page() and " \
	"its kin. v7.0 gives a WARN instead and lets the call fail.")
/* clang-format on */

#endif
