// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/scn_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
		"expect COUNTER OP N | expect [not] A[a..b] [of P] PAGES [and ...] | "
		"expect eventually COND [and COND...] | "
		"expect never COND [and COND...] | expect log \"TEXT\"",
		"reports and notes are judged at the end of the run: exactly N with these "
		"fields, `*` is any value; counters and pages are judged where the line stands, OP "
		"is = != < <= > >=; eventually and never are about each moment of the run: behind "
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
	[SCN_KEY_MM] = { "mm", "mm NAME",
		"a process of this name, which is an actor; `cpu:` runs threads of another, which "
		"needs no such line" },
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
	[SCN_FIELD_MEMORY] = { SCN_SCOPE_DEVICE, "memory", "[KIND] SIZE",
		"memory of a device that mirrors processes; default private 64M" },
	[SCN_FIELD_NO_HUGE] = { SCN_SCOPE_DEVICE, "no-huge", "",
		"a device that mirrors migrates page by page, never 2M as one" },
	[SCN_FIELD_DEVICE] = { SCN_SCOPE_MACHINE, "device", "NAME { FIELD... }",
		"a device; its name is an actor" },
	[SCN_FIELD_MIRROR] = { SCN_SCOPE_MACHINE, "mirror", "NAME { FIELD... }",
		"a device that mirrors processes and has memory for their pages; its fields are "
		"those of a device" },
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
	{ "migrate-missing-dst",
		"a large source with small pages for only some of its slots: a NULL dereference" },
	{ "migrate-stale-swap", "a page that left the swap cache is moved as if it were in there" },
	{ "migrate-pmd-lock-leak", "a huge hole after the OOM reaper: its lock stays held" },
	{ "migrate-pmd-table-leak", "a huge hole that can't be filled: its table leaks" },
	{ "migrate-range-overrun",
		"migrate_device_range() writes behind its array for a long last folio" },
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

/* In the order of enum svmsim_mirror_kind, whose first has no word. */
const struct scn_named scn_memories[] = {
	{ "private", "CPUs can't reach it (default)" },
	{ "coherent", "CPUs and other devices reach it" },
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

/* In the order of enum scn_vma_kind. */
const struct scn_named scn_vma_kinds[] = {
	{ "anon", "private anonymous memory" },
	{ "anon-shared", "anonymous memory that a fork shares" },
	{ "file", "`file FILE`: a shared mapping; the first line with a file makes it, as large "
		"as the area" },
	{ "file-private", "`file-private FILE`: the same, private" },
	{ NULL, NULL },
};

/* The order is scn_parse_mm_operand()'s. */
const struct scn_named scn_prots[] = {
	{ "rw", "readable and writable" },
	{ "ro", "readable" },
	{ "none", "neither" },
	{ NULL, NULL },
};

/* In the order of enum svmsim_advice. */
const struct scn_named scn_advices[] = {
	{ "dontneed", "MADV_DONTNEED" },
	{ "free", "MADV_FREE" },
	{ "hugepage", "MADV_HUGEPAGE" },
	{ "nohugepage", "MADV_NOHUGEPAGE" },
	{ "cold", "MADV_COLD" },
	{ "pageout", "MADV_PAGEOUT" },
	{ "collapse", "MADV_COLLAPSE" },
	{ "populate-read", "MADV_POPULATE_READ" },
	{ "populate-write", "MADV_POPULATE_WRITE" },
	{ "dontfork", "MADV_DONTFORK" },
	{ "dofork", "MADV_DOFORK" },
	{ NULL, NULL },
};

/* In the order of enum scn_page_word. */
const struct scn_named scn_page_words[] = {
	{ "present", "the CPU's page table has a page" },
	{ "absent", "nothing is there" },
	{ "swapped", "it is in swap" },
	{ "zero", "it is the zero page" },
	{ "huge", "one entry of 2M maps it" },
	{ "large", "it is part of a folio of several pages" },
	{ "writable", "its entry allows writing" },
	{ "pinned", "somebody has pinned it" },
	{ "migrating", "it is being moved" },
	{ "on", "`on node N`: in the memory of that node; `on device`: in memory of a device" },
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
	[SCN_COND_PAGE] = { NULL, "A[a..b] [of P] PAGES", SCN_OBJECT_NONE,
		"each of these pages of the process is that; without `of` of the one of `cpu:`" },
};

const struct scn_named scn_states[] = {
	{ "pt", "leaves of a device's IOMMU page table: `w[0..1] -> a[0..1] 4K rw`" },
	{ "iova",
		"IOVA space that a device holds: `w[0..7]`, with `cached` behind it" },
	{ "iotlb", "what a device has in the IOTLB, by address" },
	{ "counters", "all counters that are not 0" },
	{ "locks", "classes of locks, in which order they were taken, who has and who waits" },
	{ "vma", "areas of processes: `state vma [of P]`" },
	{ "pages",
		"pages of areas, a strip and then what they are: `state pages [A[a..b]] [of P]`" },
	{ "strip",
		"the strip alone, a letter for a page: `.` absent, `0` zero, `a` anonymous, `H` "
		"mapped by an entry of 2M, `f` of a file, `D` and `C` memory of a device that the "
		"CPU can't and can reach, `X` for a device alone, `d` of a driver, `s` in swap, "
		"`m` being moved, `P` pinned, `!` broken, `?` a marker" },
	{ "cpu-pt", "entries of CPU page tables: `state cpu-pt [A[a..b]] [of P]`" },
	{ "snapshot",
		"what pages are for a device that mirrors: `state snapshot M A[a..b] [of P]`" },
	{ "collect",
		"what migrate_vma_setup() collects, slot by slot, with large folios whole where "
		"the kernel can: `state collect A[a..b] [from M] [of P]`; nothing is moved" },
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
	{ "anon-pages:PROCESS", "pages of anonymous memory that the process has" },
	{ "file-pages:PROCESS", "of files" },
	{ "shmem-pages:PROCESS", "of shared memory" },
	{ "swap-pages:PROCESS", "in swap" },
	{ "areas:PROCESS", "its areas" },
	{ "table-bytes:PROCESS", "bytes of its page tables" },
	{ "used-pages:DEVICE", "pages in use of the memory of a device that mirrors" },
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

bool scn_derived_is_mm(int derived)
{
	return derived >= 0 && strstr(scn_derived[derived].name, ":PROCESS");
}

bool scn_state_is_mm(int what)
{
	return scn_state_has_pages(what) || !strcmp(scn_states[what].name, "vma");
}

bool scn_state_needs_pages(int what)
{
	return !strcmp(scn_states[what].name, "snapshot") ||
	       !strcmp(scn_states[what].name, "collect");
}

bool scn_state_has_pages(int what)
{
	const char *name = scn_states[what].name;

	return !strcmp(name, "pages") || !strcmp(name, "strip") || !strcmp(name, "cpu-pt") ||
	       scn_state_needs_pages(what);
}

bool scn_state_is_whole(int what)
{
	const char *name = scn_states[what].name;

	return !strcmp(name, "counters") || !strcmp(name, "locks") || scn_state_is_mm(what);
}
