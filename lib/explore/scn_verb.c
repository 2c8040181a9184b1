// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Verbs of all actors, and how their operands are written. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_table.h"

/* Who acts, as short as the rows below need it. */
#define DEVICE SCN_ACTOR_DEVICE
#define RAM SCN_ACTOR_RAM
#define TASK SCN_ACTOR_TASK
#define CPU SCN_ACTOR_CPU
#define MIRROR SCN_ACTOR_MIRROR

/* clang-format off */
const struct scn_verb scn_verbs[] = {
	{ DEVICE, "iova_alloc", SCN_OP_IOVA_ALLOC, { SCN_OPERAND_NEW_WINDOW, SCN_OPERAND_SIZE,
	  SCN_OPERAND_OFFSET },
	  "dma_iova_try_alloc(): a window of IOVA space, that begins so far into a page" },
	{ DEVICE, "link", SCN_OP_LINK, { SCN_OPERAND_WINDOW_RANGE, SCN_OPERAND_RAM_KEYWORD,
	  SCN_OPERAND_RAM_RANGE, SCN_OPERAND_DIRECTION, SCN_OPERAND_EACH, SCN_OPERAND_OFFSET,
	  SCN_OPERAND_BYTES },
	  "dma_iova_link(): one call for each physically contiguous run, with `each` one a page; "
	  "one call for these bytes" },
	{ DEVICE, "sync", SCN_OP_SYNC, { SCN_OPERAND_WINDOW_RANGE }, "dma_iova_sync()" },
	{ DEVICE, "unlink", SCN_OP_UNLINK, { SCN_OPERAND_WINDOW_RANGE, SCN_OPERAND_DIRECTION },
	  "dma_iova_unlink(): the IOVA space stays" },
	{ DEVICE, "free", SCN_OP_FREE, { SCN_OPERAND_WINDOW },
	  "dma_iova_free(): the IOVA space only" },
	{ DEVICE, "destroy", SCN_OP_DESTROY, { SCN_OPERAND_WINDOW, SCN_OPERAND_OPTIONAL_SIZE,
	  SCN_OPERAND_DIRECTION },
	  "dma_iova_destroy() with this mapped length, without one the window's size" },
	{ DEVICE, "destroy_holes", SCN_OP_DESTROY_HOLES, { SCN_OPERAND_WINDOW,
	  SCN_OPERAND_DIRECTION },
	  "dma_iova_with_holes_destroy(): unlinks what is linked, frees the window" },
	{ DEVICE, "map", SCN_OP_MAP, { SCN_OPERAND_NEW_MAPPING, SCN_OPERAND_RAM_KEYWORD,
	  SCN_OPERAND_RAM_RANGE, SCN_OPERAND_DIRECTION, SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES,
	  SCN_OPERAND_SINGLE, SCN_OPERAND_UNCHECKED },
	  "dma_map_phys() of contiguous pages, or of these bytes of them; with `single` "
	  "dma_map_single(); with `unchecked` nobody asks dma_mapping_error()" },
	{ DEVICE, "unmap", SCN_OP_UNMAP, { SCN_OPERAND_MAPPED, SCN_OPERAND_DIRECTION,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES, SCN_OPERAND_AS },
	  "undoes what was mapped by the function for it; each option departs from that" },
	{ DEVICE, "map_resource", SCN_OP_MAP_RESOURCE, { SCN_OPERAND_NEW_MAPPING,
	  SCN_OPERAND_RAM_KEYWORD, SCN_OPERAND_RAM_RANGE, SCN_OPERAND_DIRECTION },
	  "dma_map_resource()" },
	{ DEVICE, "map_sg", SCN_OP_MAP_SG, { SCN_OPERAND_NEW_LIST, SCN_OPERAND_RAM_KEYWORD,
	  SCN_OPERAND_RAM_RANGE, SCN_OPERAND_DIRECTION, SCN_OPERAND_ENTRY },
	  "dma_map_sg() of a list with entries of this size, 1p by default" },
	{ DEVICE, "unmap_sg", SCN_OP_UNMAP_SG, { SCN_OPERAND_LIST, SCN_OPERAND_DIRECTION,
	  SCN_OPERAND_ENTRIES },
	  "dma_unmap_sg() of all entries, or of this number" },
	{ DEVICE, "alloc_coherent", SCN_OP_ALLOC_COHERENT, { SCN_OPERAND_NEW_MAPPING,
	  SCN_OPERAND_SIZE, SCN_OPERAND_RAM_KEYWORD, SCN_OPERAND_NEW_RAM_SIDE },
	  "dma_alloc_coherent(): M is what the device sees, R what the CPU sees" },
	{ DEVICE, "free_coherent", SCN_OP_FREE_COHERENT, { SCN_OPERAND_MAPPING,
	  SCN_OPERAND_RAM_KEYWORD, SCN_OPERAND_RAM_SIDE },
	  "dma_free_coherent() of both" },
	{ DEVICE, "sync_cpu", SCN_OP_SYNC_CPU, { SCN_OPERAND_MAPPED_RANGE, SCN_OPERAND_DIRECTION,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES, SCN_OPERAND_ENTRIES },
	  "dma_sync_single_for_cpu(), of a list dma_sync_sg_for_cpu()" },
	{ DEVICE, "sync_device", SCN_OP_SYNC_DEVICE, { SCN_OPERAND_MAPPED_RANGE,
	  SCN_OPERAND_DIRECTION, SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES, SCN_OPERAND_ENTRIES },
	  "dma_sync_single_for_device(), of a list dma_sync_sg_for_device()" },
	{ DEVICE, "peer_alloc", SCN_OP_PEER_ALLOC, { SCN_OPERAND_NEW_RAM, SCN_OPERAND_SIZE },
	  "pci_alloc_p2pmem(): pages of the device's own memory, for others to map" },
	{ DEVICE, "distance", SCN_OP_DISTANCE, { SCN_OPERAND_DEVICE },
	  "pci_p2pdma_distance() of the memory of that device; EREMOTEIO when it can't be "
	  "reached" },
	{ DEVICE, "seg_limits", SCN_OP_SEG_LIMITS, { SCN_OPERAND_BYTES, SCN_OPERAND_BOUNDARY },
	  "dma_set_max_seg_size(), dma_set_seg_boundary(): a power of two" },
	{ DEVICE, "hmm_alloc", SCN_OP_HMM_ALLOC, { SCN_OPERAND_NEW_HMM, SCN_OPERAND_SIZE },
	  "hmm_dma_map_alloc(): a map with an entry for each page" },
	{ DEVICE, "hmm_map", SCN_OP_HMM_MAP, { SCN_OPERAND_HMM_RANGE, SCN_OPERAND_RAM_KEYWORD,
	  SCN_OPERAND_RAM_RANGE },
	  "hmm_dma_map_pfn(), page by page" },
	{ DEVICE, "hmm_unmap", SCN_OP_HMM_UNMAP, { SCN_OPERAND_HMM_RANGE },
	  "hmm_dma_unmap_pfn(), page by page; ENOENT when one was not mapped" },
	{ DEVICE, "hmm_free", SCN_OP_HMM_FREE, { SCN_OPERAND_HMM },
	  "hmm_dma_map_free(), which unmaps nothing" },
	{ DEVICE, "hmm_destroy", SCN_OP_HMM_DESTROY, { SCN_OPERAND_HMM },
	  "dma_iova_with_holes_destroy(), then hmm_dma_map_free()" },
	{ DEVICE, "unbind", SCN_OP_UNBIND, { SCN_OPERAND_END },
	  "the driver goes; what it left mapped is found" },
	{ DEVICE, "read", SCN_OP_READ, { SCN_OPERAND_TARGET_RANGE, SCN_OPERAND_OFFSET,
	  SCN_OPERAND_BYTES },
	  "the device reads; a value as result is the first eight bytes" },
	{ DEVICE, "write", SCN_OP_WRITE, { SCN_OPERAND_TARGET_RANGE,
	  SCN_OPERAND_PATTERN_OR_VALUE, SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "the device writes a pattern, or a value into every eight bytes (0 by default)" },
	{ DEVICE, "fill", SCN_OP_FILL, { SCN_OPERAND_TARGET_RANGE, SCN_OPERAND_PATTERN,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "the device writes a pattern" },
	{ DEVICE, "check", SCN_OP_CHECK, { SCN_OPERAND_TARGET_RANGE, SCN_OPERAND_PATTERN,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "the device reads and compares; EIO when it read something else" },
	{ RAM, "alloc", SCN_OP_RAM_ALLOC, { SCN_OPERAND_NEW_RAM, SCN_OPERAND_SIZE,
	  SCN_OPERAND_CONTIG, SCN_OPERAND_ALIGN },
	  "pages for the driver: scattered, or one contiguous block" },
	{ RAM, "free", SCN_OP_RAM_FREE, { SCN_OPERAND_RAM_SYMBOL },
	  "drops the driver's reference: the pages become free" },
	{ RAM, "poison", SCN_OP_RAM_POISON, { SCN_OPERAND_RAM_SYMBOL },
	  "overwrites pages with 0xaa" },
	{ RAM, "fill", SCN_OP_RAM_FILL, { SCN_OPERAND_RAM_SYMBOL, SCN_OPERAND_PATTERN,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "the CPU writes a pattern" },
	{ RAM, "check", SCN_OP_RAM_CHECK, { SCN_OPERAND_RAM_SYMBOL, SCN_OPERAND_PATTERN,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "the CPU reads and compares; EIO when it read something else" },
	{ RAM, "area", SCN_OP_RAM_AREA, { SCN_OPERAND_NEW_RAM, SCN_OPERAND_AREA_KIND },
	  "a name for the first area of this kind that the machine declares" },
	{ CPU, "vma", SCN_OP_VMA, { SCN_OPERAND_NEW_VMA, SCN_OPERAND_SIZE, SCN_OPERAND_VMA_KIND,
	  SCN_OPERAND_THP, SCN_OPERAND_ALIGN, SCN_OPERAND_VMA_PROT, SCN_OPERAND_OFFSET,
	  SCN_OPERAND_PFNMAP, SCN_OPERAND_MIXEDMAP },
	  "mmap(), readable and writable unless the line says less; with `thp` "
	  "madvise(MADV_HUGEPAGE), too" },
	{ CPU, "mmap", SCN_OP_VMA, { SCN_OPERAND_NEW_VMA, SCN_OPERAND_SIZE, SCN_OPERAND_VMA_KIND,
	  SCN_OPERAND_THP, SCN_OPERAND_ALIGN, SCN_OPERAND_VMA_PROT, SCN_OPERAND_OFFSET,
	  SCN_OPERAND_PFNMAP, SCN_OPERAND_MIXEDMAP },
	  "the same" },
	{ CPU, "write", SCN_OP_CPU_WRITE, { SCN_OPERAND_VMA_RANGES,
	  SCN_OPERAND_PATTERN_OR_VALUE, SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "a thread writes a pattern, or a value into every eight bytes; without either, bytes "
	  "that no other line writes" },
	{ CPU, "read", SCN_OP_CPU_READ, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_OFFSET,
	  SCN_OPERAND_BYTES },
	  "a thread reads; a value as result is the first eight bytes" },
	{ CPU, "fill", SCN_OP_CPU_FILL, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_PATTERN,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "a thread writes a pattern, each range from its beginning" },
	{ CPU, "check", SCN_OP_CPU_CHECK, { SCN_OPERAND_VMA_RANGES,
	  SCN_OPERAND_PATTERN_OR_VALUE, SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES },
	  "a thread reads and compares; EIO when it read something else" },
	{ CPU, "munmap", SCN_OP_MUNMAP, { SCN_OPERAND_VMA_RANGES }, "munmap()" },
	{ CPU, "mremap", SCN_OP_MREMAP, { SCN_OPERAND_VMA_RANGE, SCN_OPERAND_VMA_TO,
	  SCN_OPERAND_DONTUNMAP, SCN_OPERAND_ALIGN, SCN_OPERAND_BYTES },
	  "mremap() to another place called T, with `bytes=` of another size; where T is A it "
	  "moves only if it has to" },
	{ CPU, "mprotect", SCN_OP_MPROTECT, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_PROT },
	  "mprotect()" },
	{ CPU, "madvise", SCN_OP_MADVISE, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_ADVICE },
	  "madvise()" },
	{ CPU, "fork", SCN_OP_FORK, { SCN_OPERAND_NEW_PROCESS },
	  "fork(): P is an actor that has what the parent had, under the same names" },
	{ CPU, "exit", SCN_OP_EXIT, { SCN_OPERAND_END },
	  "the process ends; otherwise it does so with the run" },
	{ CPU, "mm", SCN_OP_MM, { SCN_OPERAND_PROCESS },
	  "from here on the actor runs threads of P, which this line declares if need be" },
	{ CPU, "pin", SCN_OP_PIN, { SCN_OPERAND_NEW_PIN, SCN_OPERAND_VMA_RANGE,
	  SCN_OPERAND_LONGTERM, SCN_OPERAND_READ },
	  "a driver pins pages: pin_user_pages_fast(), for writing unless the line says `read`" },
	{ CPU, "unpin", SCN_OP_UNPIN, { SCN_OPERAND_PIN }, "unpin_user_pages()" },
	{ CPU, "reclaim", SCN_OP_RECLAIM, { SCN_OPERAND_OPTIONAL_RANGES },
	  "reclaim of these pages, or of all; a value as result is how many went" },
	{ CPU, "compact", SCN_OP_COMPACT, { SCN_OPERAND_OPTIONAL_RANGES },
	  "compaction moves these pages, or all, within their node; a value is how many" },
	{ CPU, "numa-migrate", SCN_OP_NUMA_MIGRATE, { SCN_OPERAND_VMA_RANGES,
	  SCN_OPERAND_OPTIONAL_NODE },
	  "move_pages() to a node; without one NUMA balancing marks the pages, and the next access "
	  "from another node moves them" },
	{ CPU, "split", SCN_OP_SPLIT, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_ORDER },
	  "large folios are split, to order 0 without `order=`" },
	{ CPU, "collapse", SCN_OP_COLLAPSE, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_KHUGEPAGED },
	  "small folios become one of 2M: MADV_COLLAPSE, or by the rules of khugepaged" },
	{ CPU, "oom", SCN_OP_OOM, { SCN_OPERAND_END },
	  "the OOM reaper takes what it can get of the process" },
	{ CPU, "truncate", SCN_OP_TRUNCATE, { SCN_OPERAND_FILE, SCN_OPERAND_SIZE },
	  "ftruncate()" },
	{ MIRROR, "read", SCN_OP_CPU_READ, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_OFFSET,
	  SCN_OPERAND_BYTES, SCN_OPERAND_OF },
	  "the device reads memory of a process; a value as result is the first eight bytes" },
	{ MIRROR, "write", SCN_OP_CPU_WRITE, { SCN_OPERAND_VMA_RANGES,
	  SCN_OPERAND_PATTERN_OR_VALUE, SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES, SCN_OPERAND_OF },
	  "the device writes; see `cpu: write`; EPERM where it may not" },
	{ MIRROR, "fill", SCN_OP_CPU_FILL, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_PATTERN,
	  SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES, SCN_OPERAND_OF },
	  "the device writes a pattern" },
	{ MIRROR, "check", SCN_OP_CPU_CHECK, { SCN_OPERAND_VMA_RANGES,
	  SCN_OPERAND_PATTERN_OR_VALUE, SCN_OPERAND_OFFSET, SCN_OPERAND_BYTES, SCN_OPERAND_OF },
	  "the device reads and compares; EIO when it read something else" },
	{ MIRROR, "migrate", SCN_OP_MIGRATE, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_OF },
	  "pages migrate to the device's memory; a value as result is how many" },
	{ MIRROR, "migrate_back", SCN_OP_MIGRATE_BACK, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_OF },
	  "pages of the device's memory migrate back" },
	{ MIRROR, "exclusive", SCN_OP_EXCLUSIVE, { SCN_OPERAND_VMA_RANGES, SCN_OPERAND_OF },
	  "the device takes pages for itself alone: make_device_exclusive()" },
	{ MIRROR, "check_exclusive", SCN_OP_CHECK_EXCLUSIVE, { SCN_OPERAND_VMA_RANGES,
	  SCN_OPERAND_OF },
	  "ok when none of the pages is the device's alone any more, else EPERM" },
	{ MIRROR, "evict", SCN_OP_EVICT, { SCN_OPERAND_END },
	  "everything in the device's memory moves out" },
	{ MIRROR, "fail_alloc", SCN_OP_FAIL_ALLOC, { SCN_OPERAND_ORDER },
	  "the next destination of a migration, either way, is not to be had: of a page, or with "
	  "`order=9` of 2M" },
	{ TASK, "call", SCN_OP_CALL, { SCN_OPERAND_PROGRAM },
	  "runs a registered small program of the modelled kernel" },
	{ TASK, "lock", SCN_OP_LOCK, { SCN_OPERAND_LOCK, SCN_OPERAND_LOCK_KIND,
	  SCN_OPERAND_READ, SCN_OPERAND_TRYLOCK, SCN_OPERAND_SIGNALS },
	  "takes a lock; EBUSY when `trylock` does not get it, EINTR when a signal ended the "
	  "wait" },
	{ TASK, "unlock", SCN_OP_UNLOCK, { SCN_OPERAND_LOCK, SCN_OPERAND_LOCK_KIND,
	  SCN_OPERAND_READ, SCN_OPERAND_WRITE },
	  "gives a lock back, in the mode in which the task holds it unless the line says "
	  "another" },
	{ TASK, "wake", SCN_OP_WAKE, { SCN_OPERAND_EVENT, SCN_OPERAND_EVENT_KIND,
	  SCN_OPERAND_ALL },
	  "complete() or wake_up(); with `all` complete_all() or wake_up_all()" },
	{ TASK, "wait", SCN_OP_WAIT, { SCN_OPERAND_EVENT, SCN_OPERAND_EVENT_KIND,
	  SCN_OPERAND_SIGNALS },
	  "wait_for_completion(), or sleeps in a wait queue until the next wake-up" },
	{ TASK, "signal", SCN_OP_SIGNAL, { SCN_OPERAND_END },
	  "the task gets a signal, which ends interruptible waits" },
	{ TASK, "kill", SCN_OP_KILL, { SCN_OPERAND_END },
	  "the task gets a fatal signal, which ends killable waits too" },
	{ TASK, "result", SCN_OP_RESULT, { SCN_OPERAND_END },
	  "what the task's last line gave, which was `blocks` where it stood" },
	{ .name = NULL },
};

static const char *const operand_texts[SCN_OPERAND_COUNT] = {
	[SCN_OPERAND_NEW_WINDOW] = "W",
	[SCN_OPERAND_NEW_MAPPING] = "M",
	[SCN_OPERAND_NEW_RAM] = "R",
	[SCN_OPERAND_WINDOW] = "W",
	[SCN_OPERAND_WINDOW_RANGE] = "W[a..b]",
	[SCN_OPERAND_MAPPING] = "M",
	[SCN_OPERAND_TARGET_RANGE] = "W[a..b] | M[a..b] | S[a..b] | H[a..b] | R[a..b]",
	[SCN_OPERAND_RAM_KEYWORD] = "ram",
	[SCN_OPERAND_RAM_RANGE] = "R[c..d]",
	[SCN_OPERAND_RAM_SYMBOL] = "R[a..b]",
	[SCN_OPERAND_SIZE] = "SIZE",
	[SCN_OPERAND_OPTIONAL_SIZE] = "[SIZE]",
	[SCN_OPERAND_NEW_LIST] = "S",
	[SCN_OPERAND_LIST] = "S",
	[SCN_OPERAND_MAPPED] = "M | S",
	[SCN_OPERAND_NEW_HMM] = "H",
	[SCN_OPERAND_HMM] = "H",
	[SCN_OPERAND_HMM_RANGE] = "H[a..b]",
	[SCN_OPERAND_MAPPED_RANGE] = "M[a..b] | W[a..b] | S",
	[SCN_OPERAND_NEW_RAM_SIDE] = "R",
	[SCN_OPERAND_RAM_SIDE] = "R",
	[SCN_OPERAND_DEVICE] = "DEVICE",
	[SCN_OPERAND_AREA_KIND] = "KIND",
	[SCN_OPERAND_NEW_VMA] = "A",
	[SCN_OPERAND_VMA_KIND] = "KIND",
	[SCN_OPERAND_VMA_RANGE] = "A[a..b]",
	[SCN_OPERAND_VMA_RANGES] = "A[a..b]...",
	[SCN_OPERAND_OPTIONAL_RANGES] = "[A[a..b]...]",
	[SCN_OPERAND_VMA_TO] = "T",
	[SCN_OPERAND_PROT] = "rw | ro | none",
	[SCN_OPERAND_ADVICE] = "ADVICE",
	[SCN_OPERAND_NEW_PROCESS] = "P",
	[SCN_OPERAND_PROCESS] = "P",
	[SCN_OPERAND_NEW_PIN] = "N",
	[SCN_OPERAND_PIN] = "N",
	[SCN_OPERAND_OPTIONAL_NODE] = "[NODE]",
	[SCN_OPERAND_FILE] = "FILE",
	[SCN_OPERAND_DIRECTION] = "[DIRECTION]",
	[SCN_OPERAND_EACH] = "[each]",
	[SCN_OPERAND_CONTIG] = "[contig]",
	[SCN_OPERAND_ALIGN] = "[align=SIZE]",
	[SCN_OPERAND_PATTERN] = "pattern=N",
	[SCN_OPERAND_PATTERN_OR_VALUE] = "[pattern=N | value=N]",
	[SCN_OPERAND_OFFSET] = "[offset=SIZE]",
	[SCN_OPERAND_BYTES] = "[bytes=SIZE]",
	[SCN_OPERAND_AS] = "[as=CALL]",
	[SCN_OPERAND_ENTRY] = "[entry=SIZE]",
	[SCN_OPERAND_ENTRIES] = "[entries=N]",
	[SCN_OPERAND_BOUNDARY] = "[boundary=SIZE]",
	[SCN_OPERAND_SINGLE] = "[single]",
	[SCN_OPERAND_UNCHECKED] = "[unchecked]",
	[SCN_OPERAND_PROGRAM] = "NAME",
	[SCN_OPERAND_LOCK] = "L",
	[SCN_OPERAND_EVENT] = "EV",
	[SCN_OPERAND_LOCK_KIND] = "[mutex | spin | rwsem]",
	[SCN_OPERAND_READ] = "[read]",
	[SCN_OPERAND_WRITE] = "[write]",
	[SCN_OPERAND_TRYLOCK] = "[trylock]",
	[SCN_OPERAND_SIGNALS] = "[interruptible | killable]",
	[SCN_OPERAND_EVENT_KIND] = "[completion | queue]",
	[SCN_OPERAND_ALL] = "[all]",
	[SCN_OPERAND_THP] = "[thp]",
	[SCN_OPERAND_VMA_PROT] = "[rw | ro | none]",
	[SCN_OPERAND_PFNMAP] = "[pfnmap]",
	[SCN_OPERAND_MIXEDMAP] = "[mixedmap]",
	[SCN_OPERAND_DONTUNMAP] = "[dontunmap]",
	[SCN_OPERAND_LONGTERM] = "[longterm]",
	[SCN_OPERAND_ORDER] = "[order=N]",
	[SCN_OPERAND_KHUGEPAGED] = "[khugepaged]",
	[SCN_OPERAND_OF] = "[of P]",
};

/* Options of several words are in option_sets. */
static const char *const option_words[SCN_OPERAND_COUNT] = {
	[SCN_OPERAND_EACH] = "each",
	[SCN_OPERAND_CONTIG] = "contig",
	[SCN_OPERAND_ALIGN] = "align=",
	[SCN_OPERAND_PATTERN] = "pattern=",
	[SCN_OPERAND_PATTERN_OR_VALUE] = "pattern=",
	[SCN_OPERAND_OFFSET] = "offset=",
	[SCN_OPERAND_BYTES] = "bytes=",
	[SCN_OPERAND_AS] = "as=",
	[SCN_OPERAND_ENTRY] = "entry=",
	[SCN_OPERAND_ENTRIES] = "entries=",
	[SCN_OPERAND_BOUNDARY] = "boundary=",
	[SCN_OPERAND_SINGLE] = "single",
	[SCN_OPERAND_UNCHECKED] = "unchecked",
	[SCN_OPERAND_READ] = "read",
	[SCN_OPERAND_WRITE] = "write",
	[SCN_OPERAND_TRYLOCK] = "trylock",
	[SCN_OPERAND_ALL] = "all",
	[SCN_OPERAND_THP] = "thp",
	[SCN_OPERAND_PFNMAP] = "pfnmap",
	[SCN_OPERAND_MIXEDMAP] = "mixedmap",
	[SCN_OPERAND_DONTUNMAP] = "dontunmap",
	[SCN_OPERAND_LONGTERM] = "longterm",
	[SCN_OPERAND_ORDER] = "order=",
	[SCN_OPERAND_KHUGEPAGED] = "khugepaged",
	[SCN_OPERAND_OF] = "of",
};

static const struct scn_named *const option_sets[SCN_OPERAND_COUNT] = {
	[SCN_OPERAND_DIRECTION] = scn_directions,
	[SCN_OPERAND_LOCK_KIND] = scn_lock_kinds,
	[SCN_OPERAND_SIGNALS] = scn_signals,
	[SCN_OPERAND_EVENT_KIND] = scn_event_kinds,
	[SCN_OPERAND_VMA_PROT] = scn_prots,
};
/* clang-format on */

const struct scn_verb *scn_verb_find(enum scn_actor actor, const char *name)
{
	const struct scn_verb *verb;

	for (verb = scn_verbs; verb->name; verb++) {
		if (verb->actor == actor && !strcmp(verb->name, name))
			return verb;
	}
	return NULL;
}

const char *scn_verb_name(const void *ctx, unsigned int index)
{
	const struct scn_verb *verb;
	unsigned int actors = *(const unsigned int *)ctx;

	for (verb = scn_verbs; verb->name; verb++) {
		if (actors >> verb->actor & 1 && index-- == 0)
			return verb->name;
	}
	return NULL;
}

const char *scn_operand_text(enum scn_operand operand)
{
	return operand_texts[operand];
}

const char *scn_option_word(enum scn_operand operand, unsigned int index)
{
	if (option_sets[operand])
		return option_sets[operand][index].name;
	return index ? NULL : option_words[operand];
}
