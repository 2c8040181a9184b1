// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/scn_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Who acts, as short as the rows below need it. */
#define DEVICE SCN_ACTOR_DEVICE
#define RAM SCN_ACTOR_RAM
#define TASK SCN_ACTOR_TASK

/* clang-format off */
const struct scn_statement scn_statements[SCN_KEY_COUNT] = {
	[SCN_KEY_MACHINE] = { "machine", "machine { FIELD... }",
		"describes the machine; several add up, before the first action" },
	[SCN_KEY_SET] = { "set", "set DEVICE FIELD [VALUE] | set FIELD VALUE",
		"changes one field of the machine, before the first action" },
	[SCN_KEY_USE] = { "use", "use FILE",
		"the lines of another file: looked up beside this file, then in the "
		"scenario root" },
	[SCN_KEY_ALLOW] = { "allow", "allow unsafe",
		"lets this file use what is refused otherwise" },
	[SCN_KEY_SKIP] = { "skip", "skip if COND \"REASON\"",
		"leaves this repetition out, and says why" },
	[SCN_KEY_FOR] = { "for", "for NAME in A, B",
		"before the first action and without `end`: repeats the whole file, each time in a "
		"fresh world; with `end`: repeats the lines between" },
	[SCN_KEY_IF] = { "if", "if COND",
		"COND compares words with `=` and `!=`, joined by `and`, `or`, `not`, "
		"parentheses" },
	[SCN_KEY_ELSE] = { "else", "else", "the other half of an `if`" },
	[SCN_KEY_END] = { "end", "end", "closes `if`, `for` and `par`" },
	[SCN_KEY_EXPECT] = { "expect",
		"expect report ID [FIELD=VALUE...] [xN] | expect note ID ... | expect no reports | "
		"expect COUNTER OP N | expect eventually COND [and COND...] | "
		"expect never COND [and COND...] | expect log \"TEXT\"",
		"reports and notes are judged at the end of the run: exactly N with these "
		"fields, `*` is any value; counters are judged where the line stands, OP is "
		"= != < <= > >=; eventually and never are about each moment of the run: behind "
		"every action and every switch of tasks; the log is what the modelled kernel "
		"prints" },
	[SCN_KEY_STATE] = { "state", "state WHAT",
		"what the machine holds here, compared with the lines between two `----` lines "
		"that follow; `*` matches one field; `svmsim bless` rewrites the lines" },
	[SCN_KEY_ADVANCE] = { "advance", "advance TIME",
		"moves the behavioural clock: 10ms, 1s, 250us, 1000ns" },
	[SCN_KEY_TASK] = { "task", "task NAME cpu N",
		"the CPU of a task, before its first line; otherwise CPUs are given out in turn" },
	[SCN_KEY_PAR] = { "par", "par [preempt<=N] [explore]",
		"lines that run at the same time, each `LABEL: ACTOR: VERB ...`; those of one "
		"label in order, in one task: that of their actor, or one named by the label; "
		"the words bound `svmsim explore` and mean nothing to `run`" },
	[SCN_KEY_PIN] = { "pin", "pin NAME: LABEL until EVENT; ...; LABEL to end",
		"a schedule: who runs up to the next occurrence of an event of its own: the name "
		"of a switch point (`mutex_lock`, `\"mutex_lock(&b)\"`), or a trace event" },
};

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
};

static const struct scn_named *const option_sets[SCN_OPERAND_COUNT] = {
	[SCN_OPERAND_DIRECTION] = scn_directions,
	[SCN_OPERAND_LOCK_KIND] = scn_lock_kinds,
	[SCN_OPERAND_SIGNALS] = scn_signals,
	[SCN_OPERAND_EVENT_KIND] = scn_event_kinds,
};

const struct scn_field_row scn_fields[SCN_FIELD_COUNT] = {
	[SCN_FIELD_IOMMU] = { SCN_SCOPE_DEVICE, "iommu", "PROFILE",
		"driver behaviour; default generic-pt" },
	[SCN_FIELD_FMT] = { SCN_SCOPE_DEVICE, "fmt", "FORMAT",
		"page-table format; default is the profile's own" },
	[SCN_FIELD_MASK] = { SCN_SCOPE_DEVICE, "mask", "BITS", "DMA mask, 12 to 64; default 48" },
	[SCN_FIELD_STRICT] = { SCN_SCOPE_DEVICE, "strict", "",
		"invalidate on every unmap (default)" },
	[SCN_FIELD_LAZY] = { SCN_SCOPE_DEVICE, "lazy", "",
		"what is unmapped waits in a flush queue, at most 10 ms; profiles that can't do "
		"so stay strict" },
	[SCN_FIELD_TRUSTED] = { SCN_SCOPE_DEVICE, "trusted", "", "an internal device (default)" },
	[SCN_FIELD_UNTRUSTED] = { SCN_SCOPE_DEVICE, "untrusted", "", "an external-facing device" },
	[SCN_FIELD_COHERENT] = { SCN_SCOPE_DEVICE, "coherent", "", "snoops CPU caches (default)" },
	[SCN_FIELD_NONCOHERENT] = { SCN_SCOPE_DEVICE, "noncoherent", "", "does not" },
	[SCN_FIELD_CACHING_MODE] = { SCN_SCOPE_DEVICE, "caching-mode", "",
		"the IOMMU caches not-present entries: maps need a sync" },
	[SCN_FIELD_PCI] = { SCN_SCOPE_DEVICE, "pci", "ADDRESS",
		"PCI address, 0000:03:00.0; default is assigned" },
	[SCN_FIELD_NONPCI] = { SCN_SCOPE_DEVICE, "nonpci", "",
		"no PCI function: no 32-bit-first rule for IOVA" },
	[SCN_FIELD_START_PFN] = { SCN_SCOPE_DEVICE, "start-pfn", "N",
		"first IOVA page handed out; default 1" },
	[SCN_FIELD_FORCEDAC] = { SCN_SCOPE_DEVICE, "forcedac", "", "do not try 32-bit IOVA first" },
	[SCN_FIELD_UNDER] = { SCN_SCOPE_DEVICE, "under", "BRIDGE",
		"the port or switch above it; default is a root port of its own" },
	[SCN_FIELD_BAR] = { SCN_SCOPE_DEVICE, "bar", "SIZE",
		"memory of its own that other devices can reach, a power of two; default none" },
	[SCN_FIELD_MIN_ALIGN] = { SCN_SCOPE_DEVICE, "min-align", "SIZE",
		"bits of addresses below this are the same in a bounce buffer, up to 64K; "
		"default none" },
	[SCN_FIELD_DEVICE] = { SCN_SCOPE_MACHINE, "device", "NAME { FIELD... }",
		"a device; its name is an actor" },
	[SCN_FIELD_NODE] = { SCN_SCOPE_MACHINE, "node", "N { FIELD... }",
		"a NUMA node, numbered from 0" },
	[SCN_FIELD_KERNEL] = { SCN_SCOPE_MACHINE, "kernel", "VERSION",
		"behaviour of mm and iommu core; default v7.0" },
	[SCN_FIELD_WIDTH] = { SCN_SCOPE_MACHINE, "width", "BITS",
		"physical address width; default 40" },
	[SCN_FIELD_SEED] = { SCN_SCOPE_MACHINE, "seed", "N", "of the random source; default 1" },
	[SCN_FIELD_IOTLB] = { SCN_SCOPE_MACHINE, "iotlb", "SETSxWAYS",
		"size of the IOTLB; default 64x4" },
	[SCN_FIELD_BRIDGE] = { SCN_SCOPE_MACHINE, "bridge", "NAME { FIELD... }",
		"a PCI port: of a host bridge, or below a switch" },
	[SCN_FIELD_SWITCH] = { SCN_SCOPE_MACHINE, "switch", "NAME { FIELD... }",
		"a PCI switch; what is under it gets a port of its own" },
	[SCN_FIELD_HOST] = { SCN_SCOPE_MACHINE, "host", "N { FIELD... }",
		"a PCI host bridge, numbered from 0" },
	[SCN_FIELD_P2P_CPU] = { SCN_SCOPE_MACHINE, "p2p-cpu", "",
		"the CPU passes requests between devices whatever the host bridge" },
	[SCN_FIELD_AREA] = { SCN_SCOPE_MACHINE, "area", "KIND SIZE",
		"memory that no driver should map: the stack, kernel text" },
	[SCN_FIELD_NO_DMA_DEBUG] = { SCN_SCOPE_MACHINE, "no-dma-debug", "",
		"a kernel without DMA debugging: no `dma-debug:` reports" },
	[SCN_FIELD_SWIOTLB] = { SCN_SCOPE_MACHINE, "swiotlb", "SIZE | force | off",
		"bounce buffers: their size, for every direct mapping, or none; default is 64M "
		"where a device may need them" },
	[SCN_FIELD_QUIRK] = { SCN_SCOPE_MACHINE, "quirk", "NAME",
		"an oddity of the kernel, otherwise mended" },
	[SCN_FIELD_PREEMPT] = { SCN_SCOPE_MACHINE, "preempt", "WORD",
		"where a task can be made to give its CPU to another; default full" },
	[SCN_FIELD_SWAP] = { SCN_SCOPE_MACHINE, "swap", "SIZE",
		"size of the swap device; default none" },
	[SCN_FIELD_THP] = { SCN_SCOPE_MACHINE, "thp", "WORD [SIZE...]",
		"sizes of large folios that anonymous memory gets, 16K to 2M, 2M without any; "
		"default madvise" },
	[SCN_FIELD_CONTENT] = { SCN_SCOPE_MACHINE, "content", "WORD",
		"how the simulator keeps what pages hold: no result depends on it; default tag" },
	[SCN_FIELD_RAM] = { SCN_SCOPE_NODE, "ram", "SIZE", "RAM of the node; default 256M" },
	[SCN_FIELD_CPUS] = { SCN_SCOPE_NODE, "cpus", "N", "CPUs of the node, 1 to 64; default 1" },
	[SCN_FIELD_DISTANCE] = { SCN_SCOPE_NODE, "distance", "M=D...",
		"how far node M is, 11 to 254; default 20, or what M says" },
	[SCN_FIELD_BRIDGE_UNDER] = { SCN_SCOPE_BRIDGE, "under", "BRIDGE",
		"the port above a switch, or the switch above a port; declared before" },
	[SCN_FIELD_BRIDGE_HOST] = { SCN_SCOPE_BRIDGE, "host", "N",
		"the host bridge of a port; default 0" },
	[SCN_FIELD_BRIDGE_ACS] = { SCN_SCOPE_BRIDGE, "acs", "WORD",
		"access control at this port, or at each port that a switch makes; several add "
		"up" },
	[SCN_FIELD_HOST_P2P] = { SCN_SCOPE_HOST, "p2p", "WORD",
		"whether it passes requests between devices; default unlisted" },
	[SCN_FIELD_HOST_OFFSET] = { SCN_SCOPE_HOST, "offset", "SIZE",
		"how far the CPU's addresses of device memory lie above those on the bus; "
		"default 0" },
};

const struct scn_named scn_directions[] = {
	{ "bidir", "both ways (default)" },
	{ "to-device", "the device only reads" },
	{ "from-device", "the device only writes" },
	{ "none", "DMA_NONE, which the drivers refuse" },
	{ NULL, NULL },
};

const struct scn_named scn_calls[] = {
	{ "phys", "dma_unmap_phys()" },
	{ "single", "dma_unmap_single()" },
	{ "resource", "dma_unmap_resource()" },
	{ "sg", "dma_unmap_sg()" },
	{ "coherent", "dma_free_coherent()" },
	{ NULL, NULL },
};

const struct scn_named scn_acs[] = {
	{ "request", "P2P request redirect" },
	{ "completion", "P2P completion redirect" },
	{ "egress", "P2P egress control" },
	{ NULL, NULL },
};

const struct scn_named scn_p2p[] = {
	{ "unlisted", "it does not (default)" },
	{ "listed", "it does, also to and from another listed one" },
	{ "same", "only between devices that are both below it" },
	{ NULL, NULL },
};

/* In the order of enum svmsim_quirk. */
const struct scn_named scn_quirks[] = {
	{ "link-unwind-at-start",
		"a bouncing dma_iova_link() that fails unlinks from the start of the window" },
	{ "link-empty-middle",
		"one of which head and tail bounce maps 0 bytes between them" },
	{ "sg-bus-length", "a segment with a bus address gets the first entry's length" },
	{ "sg-direct-peer",
		"a peer's entry through the host bridge keeps the DMA address it had before" },
	{ "notifier-nonblock",
		"a refused invalidation that must not block stays counted: readers wait forever" },
	{ "hmm-device-pmd",
		"hmm_range_fault() counts frames of its huge page from the first page walked" },
	{ "pgmap-read-again",
		"a folio's pagemap is read again after its driver got it back" },
	{ "device-pmd-read-only",
		"a writable huge page of a device is not writable any more after a migration" },
	{ "zap-device-migration",
		"unmapping a device's huge page that is migrated drops a reference too many" },
	{ NULL, NULL },
};

/* In the order of enum svmsim_preempt. */
const struct scn_named scn_preempts[] = {
	{ "full", "anywhere, unless it has preemption or interrupts disabled (default)" },
	{ "voluntary", "at cond_resched() and might_sleep()" },
	{ "none", "at cond_resched() only" },
	{ NULL, NULL },
};

/* The order is scn_machine_thp()'s. */
const struct scn_named scn_thps[] = {
	{ "never", "no large folios" },
	{ "madvise", "areas that asked for them by `madvise hugepage` or `thp` (default)" },
	{ "always", "any area" },
	{ NULL, NULL },
};

/* In the order of enum svmsim_content. */
const struct scn_named scn_contents[] = {
	{ "tag", "a page that was written in one go as a tag, where possible (default)" },
	{ "full", "always as bytes" },
	{ NULL, NULL },
};

/* In the order of enum svmsim_lock_kind. */
const struct scn_named scn_lock_kinds[] = {
	{ "mutex", "struct mutex (default)" },
	{ "spin", "spinlock_t" },
	{ "rwsem", "struct rw_semaphore; default where the first line says `read`" },
	{ NULL, NULL },
};

/* In the order of enum svmsim_wait_kind. */
const struct scn_named scn_event_kinds[] = {
	{ "completion", "struct completion, which keeps a wake-up for who comes later (default)" },
	{ "queue", "wait_queue_head_t without a condition, which does not" },
	{ NULL, NULL },
};

/* In the order of enum svmsim_signals, whose first has no word. */
const struct scn_named scn_signals[] = {
	{ "interruptible", "any signal ends the wait" },
	{ "killable", "a fatal signal ends the wait" },
	{ NULL, NULL },
};

const struct scn_cond_row scn_conds[SCN_COND_COUNT] = {
	[SCN_COND_HOLDS] = { "holds", "TASK holds LOCK", SCN_OBJECT_LOCK,
		"the task has the lock, in whatever mode" },
	[SCN_COND_WAITS] = { "waits", "TASK waits [LOCK]", SCN_OBJECT_MAYBE_LOCK,
		"its line is blocked, on that lock" },
	[SCN_COND_DONE] = { "done", "TASK done", SCN_OBJECT_NONE,
		"it has carried out a line, and none is under way" },
	[SCN_COND_COUNTER] = { NULL, "COUNTER OP N", SCN_OBJECT_NONE,
		"as in `expect COUNTER OP N`" },
};

const struct scn_named scn_states[] = {
	{ "pt", "leaves of a device's IOMMU page table: `w[0..1] -> a[0..1] 4K rw`" },
	{ "iova",
		"IOVA space that a device holds: `w[0..7]`, with `cached` behind it" },
	{ "iotlb", "what a device has in the IOTLB, by address" },
	{ "counters", "all counters that are not 0" },
	{ "locks", "classes of locks, in which order they were taken, who has and who waits" },
	{ NULL, NULL },
};

const struct scn_named scn_derived[] = {
	{ "findings", "reports so far that are neither notes nor attached" },
	{ "notes", "notes so far" },
	{ "leaves:DEVICE", "leaves in the device's page table" },
	{ "mapped-pages:DEVICE", "4 KiB pages that they cover" },
	{ "iova-ranges:DEVICE",
		"allocated ranges of IOVA space, without cached and reserved ones" },
	{ "iotlb-entries:DEVICE", "valid IOTLB entries of the device" },
	{ NULL, NULL },
};

const struct scn_named scn_results[] = {
	{ "ok", "the call succeeded (also what a line without a result expects)" },
	{ "ENOMEM",
		"any errno by its name; consumes the `iommu-map-over` or `warn` of that line" },
	{ "fault", "a translation fault; consumes the `io-page-fault` of that line" },
	{ "unused", "the IOVA API said that it can't be used here" },
	{ "0x2a", "a number: the value that was read" },
	{ "blocks",
		"a line of a task had not ended when nothing else could run; it may end later" },
	{ "A or B", "any of these" },
	{ NULL, NULL },
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

const char *scn_keyword_name(const void *ctx, unsigned int index)
{
	return index < SCN_KEY_COUNT ? scn_statements[index].word : NULL;
}

enum scn_field scn_field_find(enum scn_scope scope, const char *name)
{
	unsigned int i;

	for (i = 0; i < SCN_FIELD_COUNT; i++) {
		if (scn_fields[i].scope == scope && !strcmp(scn_fields[i].name, name))
			break;
	}
	return i;
}

const char *scn_field_name(const void *ctx, unsigned int index)
{
	enum scn_scope scope = *(const enum scn_scope *)ctx;
	unsigned int i;

	for (i = 0; i < SCN_FIELD_COUNT; i++) {
		if (scn_fields[i].scope == scope && index-- == 0)
			return scn_fields[i].name;
	}
	return NULL;
}

const char *scn_named_name(const void *ctx, unsigned int index)
{
	return ((const struct scn_named *)ctx)[index].name;
}

int scn_named_find(const struct scn_named *named, const char *name)
{
	int i;

	for (i = 0; named[i].name; i++) {
		if (!strcmp(named[i].name, name))
			return i;
	}
	return -1;
}

const char *scn_cond_word(const void *ctx, unsigned int index)
{
	return index < SCN_COND_COUNT ? scn_conds[index].word : NULL;
}

bool scn_state_is_whole(int what)
{
	const char *name = scn_states[what].name;

	return !strcmp(name, "counters") || !strcmp(name, "locks");
}
