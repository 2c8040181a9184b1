/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The words of the language, each table once: the parser reads them, the grammar page is printed
 * from them.
 */
#ifndef EXPLORE_SCN_TABLE_H
#define EXPLORE_SCN_TABLE_H

#include "explore/scn_util.h"

/** enum scn_keyword - what a line that is no action begins with */
enum scn_keyword {
	SCN_KEY_MACHINE,
	SCN_KEY_SET,
	SCN_KEY_USE,
	SCN_KEY_ALLOW,
	SCN_KEY_SKIP,
	SCN_KEY_FOR,
	SCN_KEY_IF,
	SCN_KEY_ELSE,
	SCN_KEY_END,
	SCN_KEY_EXPECT,
	SCN_KEY_STATE,
	SCN_KEY_ADVANCE,
	SCN_KEY_TASK,
	SCN_KEY_PAR,
	SCN_KEY_PIN,
	SCN_KEY_MM,
	SCN_KEY_COUNT,
};

/** enum scn_op - what an action does */
enum scn_op {
	SCN_OP_IOVA_ALLOC,
	SCN_OP_LINK,
	SCN_OP_SYNC,
	SCN_OP_UNLINK,
	SCN_OP_FREE,
	SCN_OP_DESTROY,
	SCN_OP_DESTROY_HOLES,
	SCN_OP_MAP,
	SCN_OP_UNMAP,
	SCN_OP_READ,
	SCN_OP_WRITE,
	SCN_OP_FILL,
	SCN_OP_CHECK,
	SCN_OP_MAP_RESOURCE,
	SCN_OP_MAP_SG,
	SCN_OP_UNMAP_SG,
	SCN_OP_ALLOC_COHERENT,
	SCN_OP_FREE_COHERENT,
	SCN_OP_SYNC_CPU,
	SCN_OP_SYNC_DEVICE,
	SCN_OP_PEER_ALLOC,
	SCN_OP_DISTANCE,
	SCN_OP_UNBIND,
	SCN_OP_SEG_LIMITS,
	SCN_OP_HMM_ALLOC,
	SCN_OP_HMM_MAP,
	SCN_OP_HMM_UNMAP,
	SCN_OP_HMM_FREE,
	SCN_OP_HMM_DESTROY,
	SCN_OP_RAM_ALLOC,
	SCN_OP_RAM_FREE,
	SCN_OP_RAM_POISON,
	SCN_OP_RAM_FILL,
	SCN_OP_RAM_CHECK,
	SCN_OP_RAM_AREA,
	SCN_OP_CALL,
	SCN_OP_LOCK,
	SCN_OP_UNLOCK,
	SCN_OP_WAKE,
	SCN_OP_WAIT,
	SCN_OP_SIGNAL,
	SCN_OP_KILL,
	SCN_OP_RESULT,
	SCN_OP_VMA,
	SCN_OP_CPU_WRITE,
	SCN_OP_CPU_READ,
	SCN_OP_CPU_FILL,
	SCN_OP_CPU_CHECK,
	SCN_OP_MUNMAP,
	SCN_OP_MREMAP,
	SCN_OP_MPROTECT,
	SCN_OP_MADVISE,
	SCN_OP_FORK,
	SCN_OP_EXIT,
	SCN_OP_MM,
	SCN_OP_PIN,
	SCN_OP_UNPIN,
	SCN_OP_RECLAIM,
	SCN_OP_COMPACT,
	SCN_OP_NUMA_MIGRATE,
	SCN_OP_SPLIT,
	SCN_OP_COLLAPSE,
	SCN_OP_OOM,
	SCN_OP_TRUNCATE,
	SCN_OP_MIGRATE,
	SCN_OP_MIGRATE_BACK,
	SCN_OP_EXCLUSIVE,
	SCN_OP_CHECK_EXCLUSIVE,
	SCN_OP_EVICT,
	SCN_OP_FAIL_ALLOC,
};

/** enum scn_operand - one operand of a verb; 0 ends a list of them */
enum scn_operand {
	SCN_OPERAND_END,
	SCN_OPERAND_NEW_WINDOW,
	SCN_OPERAND_NEW_MAPPING,
	SCN_OPERAND_NEW_RAM,
	SCN_OPERAND_WINDOW,
	SCN_OPERAND_WINDOW_RANGE,
	SCN_OPERAND_MAPPING,
	SCN_OPERAND_TARGET_RANGE,
	SCN_OPERAND_RAM_KEYWORD,
	SCN_OPERAND_RAM_RANGE,
	SCN_OPERAND_RAM_SYMBOL,
	SCN_OPERAND_SIZE,
	SCN_OPERAND_OPTIONAL_SIZE,
	SCN_OPERAND_NEW_LIST,
	SCN_OPERAND_LIST,
	SCN_OPERAND_MAPPED,
	SCN_OPERAND_MAPPED_RANGE,
	SCN_OPERAND_NEW_HMM,
	SCN_OPERAND_HMM,
	SCN_OPERAND_HMM_RANGE,
	SCN_OPERAND_NEW_RAM_SIDE,
	SCN_OPERAND_RAM_SIDE,
	SCN_OPERAND_DEVICE,
	SCN_OPERAND_AREA_KIND,
	SCN_OPERAND_PROGRAM,
	SCN_OPERAND_LOCK,
	SCN_OPERAND_EVENT,
	SCN_OPERAND_NEW_VMA,
	SCN_OPERAND_VMA_KIND,
	SCN_OPERAND_VMA_RANGE,
	SCN_OPERAND_VMA_RANGES,
	SCN_OPERAND_OPTIONAL_RANGES,
	SCN_OPERAND_VMA_TO,
	SCN_OPERAND_PROT,
	SCN_OPERAND_ADVICE,
	SCN_OPERAND_NEW_PROCESS,
	SCN_OPERAND_PROCESS,
	SCN_OPERAND_NEW_PIN,
	SCN_OPERAND_PIN,
	SCN_OPERAND_OPTIONAL_NODE,
	SCN_OPERAND_FILE,
	/* From here on: options, in any order behind the rest. */
	SCN_OPERAND_DIRECTION,
	SCN_OPERAND_EACH,
	SCN_OPERAND_CONTIG,
	SCN_OPERAND_ALIGN,
	SCN_OPERAND_PATTERN,
	SCN_OPERAND_PATTERN_OR_VALUE,
	SCN_OPERAND_OFFSET,
	SCN_OPERAND_BYTES,
	SCN_OPERAND_AS,
	SCN_OPERAND_ENTRY,
	SCN_OPERAND_ENTRIES,
	SCN_OPERAND_BOUNDARY,
	SCN_OPERAND_SINGLE,
	SCN_OPERAND_UNCHECKED,
	SCN_OPERAND_LOCK_KIND,
	SCN_OPERAND_READ,
	SCN_OPERAND_WRITE,
	SCN_OPERAND_TRYLOCK,
	SCN_OPERAND_SIGNALS,
	SCN_OPERAND_EVENT_KIND,
	SCN_OPERAND_ALL,
	SCN_OPERAND_THP,
	SCN_OPERAND_VMA_PROT,
	SCN_OPERAND_PFNMAP,
	SCN_OPERAND_MIXEDMAP,
	SCN_OPERAND_DONTUNMAP,
	SCN_OPERAND_LONGTERM,
	SCN_OPERAND_ORDER,
	SCN_OPERAND_KHUGEPAGED,
	SCN_OPERAND_OF,
	SCN_OPERAND_COUNT,
};

#define SCN_OPERAND_MAX 12

/** enum scn_actor - kinds of actors */
enum scn_actor {
	SCN_ACTOR_DEVICE,
	SCN_ACTOR_RAM,
	SCN_ACTOR_TASK,
	SCN_ACTOR_CPU,
	SCN_ACTOR_MIRROR,
	SCN_ACTOR_COUNT,
};

/**
 * struct scn_verb - a row of the table of verbs
 * @actor: who acts
 * @name: the verb
 * @op: what it does
 * @operand: its operands
 * @does: one phrase
 */
struct scn_verb {
	enum scn_actor actor;
	const char *name;
	enum scn_op op;
	enum scn_operand operand[SCN_OPERAND_MAX];
	const char *does;
};
extern const struct scn_verb scn_verbs[];
/** scn_verb_find - row of a verb of one kind of actor, NULL if unknown */
const struct scn_verb *scn_verb_find(enum scn_actor actor, const char *name);
/** scn_verb_name - name of the verb with an index; @ctx points to bits of 1 << enum scn_actor */
const char *scn_verb_name(const void *ctx, unsigned int index);
/** scn_operand_text - how an operand is written: "W[a..b]" */
const char *scn_operand_text(enum scn_operand operand);
/** scn_option_word - a word that an option can begin with: "bytes="; NULL past the last */
const char *scn_option_word(enum scn_operand operand, unsigned int index);

/* struct scn_statement - a row of the table of statements */
struct scn_statement {
	const char *word;
	const char *syntax;
	const char *does;
};
extern const struct scn_statement scn_statements[SCN_KEY_COUNT];
/** scn_keyword_name - name of a statement with an index; @ctx is not used */
const char *scn_keyword_name(const void *ctx, unsigned int index);

/** enum scn_field - a field of the machine; those of a device first */
enum scn_field {
	SCN_FIELD_IOMMU,
	SCN_FIELD_FMT,
	SCN_FIELD_MASK,
	SCN_FIELD_STRICT,
	SCN_FIELD_LAZY,
	SCN_FIELD_TRUSTED,
	SCN_FIELD_UNTRUSTED,
	SCN_FIELD_COHERENT,
	SCN_FIELD_NONCOHERENT,
	SCN_FIELD_CACHING_MODE,
	SCN_FIELD_PCI,
	SCN_FIELD_NONPCI,
	SCN_FIELD_START_PFN,
	SCN_FIELD_FORCEDAC,
	SCN_FIELD_UNDER,
	SCN_FIELD_BAR,
	SCN_FIELD_MIN_ALIGN,
	SCN_FIELD_MEMORY,
	SCN_FIELD_NO_HUGE,
	SCN_FIELD_DEVICE,
	SCN_FIELD_MIRROR,
	SCN_FIELD_NODE,
	SCN_FIELD_KERNEL,
	SCN_FIELD_WIDTH,
	SCN_FIELD_SEED,
	SCN_FIELD_IOTLB,
	SCN_FIELD_BRIDGE,
	SCN_FIELD_SWITCH,
	SCN_FIELD_HOST,
	SCN_FIELD_P2P_CPU,
	SCN_FIELD_AREA,
	SCN_FIELD_NO_DMA_DEBUG,
	SCN_FIELD_SWIOTLB,
	SCN_FIELD_QUIRK,
	SCN_FIELD_PREEMPT,
	SCN_FIELD_SWAP,
	SCN_FIELD_THP,
	SCN_FIELD_CONTENT,
	SCN_FIELD_RAM,
	SCN_FIELD_CPUS,
	SCN_FIELD_DISTANCE,
	SCN_FIELD_BRIDGE_UNDER,
	SCN_FIELD_BRIDGE_HOST,
	SCN_FIELD_BRIDGE_ACS,
	SCN_FIELD_HOST_P2P,
	SCN_FIELD_HOST_OFFSET,
	SCN_FIELD_COUNT,
};

/** enum scn_scope - where a field stands */
enum scn_scope {
	SCN_SCOPE_DEVICE,
	SCN_SCOPE_MACHINE,
	SCN_SCOPE_NODE,
	SCN_SCOPE_BRIDGE,
	SCN_SCOPE_HOST,
};

/* struct scn_field_row - a row of the table of machine fields */
struct scn_field_row {
	enum scn_scope scope;
	const char *name;
	const char *value;
	const char *does;
};
extern const struct scn_field_row scn_fields[SCN_FIELD_COUNT];
/** scn_field_find - the field of a scope, SCN_FIELD_COUNT if unknown */
enum scn_field scn_field_find(enum scn_scope scope, const char *name);
/** scn_field_name - name of a field of scope *@ctx with an index */
const char *scn_field_name(const void *ctx, unsigned int index);

/* struct scn_named - a word and what it means */
struct scn_named {
	const char *name;
	const char *does;
};
/** scn_named_name - name at @index of the array of struct scn_named at @ctx, ended by NULL */
const char *scn_named_name(const void *ctx, unsigned int index);
/** scn_named_find - index of a name in such an array, -1 if unknown */
int scn_named_find(const struct scn_named *named, const char *name);

extern const struct scn_named scn_directions[];
extern const struct scn_named scn_states[];
/** scn_state_is_whole - is a state the machine's, rather than a device's? */
bool scn_state_is_whole(int what);
/** scn_derived_is_mm - is a derived counter one of a process? */
bool scn_derived_is_mm(int derived);
/** scn_state_is_mm - is a state about processes? */
bool scn_state_is_mm(int what);
/** scn_state_needs_pages - is a state about pages of one area, and never about all? */
bool scn_state_needs_pages(int what);
/** scn_state_has_pages - can a state be about pages of one area? */
bool scn_state_has_pages(int what);
extern const struct scn_named scn_derived[];
extern const struct scn_named scn_results[];
extern const struct scn_named scn_calls[];
extern const struct scn_named scn_acs[];
extern const struct scn_named scn_p2p[];
extern const struct scn_named scn_quirks[];
extern const struct scn_named scn_preempts[];
extern const struct scn_named scn_thps[];
extern const struct scn_named scn_memories[];
extern const struct scn_named scn_contents[];
extern const struct scn_named scn_lock_kinds[];
extern const struct scn_named scn_event_kinds[];
extern const struct scn_named scn_signals[];
extern const struct scn_named scn_vma_kinds[];
extern const struct scn_named scn_prots[];
extern const struct scn_named scn_advices[];
extern const struct scn_named scn_page_words[];

/** enum scn_cond - what a condition of `expect eventually` and `expect never` looks at */
enum scn_cond {
	SCN_COND_HOLDS,
	SCN_COND_WAITS,
	SCN_COND_DONE,
	SCN_COND_COUNTER,
	SCN_COND_PAGE,
	SCN_COND_COUNT,
};

/** enum scn_vma_kind - in the order of scn_vma_kinds */
enum scn_vma_kind {
	SCN_VMA_ANON,
	SCN_VMA_ANON_SHARED,
	SCN_VMA_FILE,
	SCN_VMA_FILE_PRIVATE,
};

/** enum scn_page_word - what a page can be, in the order of scn_page_words */
enum scn_page_word {
	SCN_PAGE_PRESENT,
	SCN_PAGE_ABSENT,
	SCN_PAGE_SWAPPED,
	SCN_PAGE_ZERO,
	SCN_PAGE_HUGE,
	SCN_PAGE_LARGE,
	SCN_PAGE_WRITABLE,
	SCN_PAGE_PINNED,
	SCN_PAGE_MIGRATING,
	SCN_PAGE_ON,
};

/**
 * struct scn_cond_row - a row of the table of conditions
 * @word: what stands behind the subject; NULL for a comparison
 * @syntax: how it is written
 * @object: what stands behind the word: nothing, a lock, or a lock that may be left out
 * @does: one phrase
 */
struct scn_cond_row {
	const char *word;
	const char *syntax;
	enum { SCN_OBJECT_NONE, SCN_OBJECT_LOCK, SCN_OBJECT_MAYBE_LOCK } object;
	const char *does;
};
extern const struct scn_cond_row scn_conds[SCN_COND_COUNT];
/** scn_cond_word - word of a condition with an index; @ctx is not used */
const char *scn_cond_word(const void *ctx, unsigned int index);

/** scn_errno_find - value of an errno's name ("ENOMEM"), 0 if unknown */
int scn_errno_find(const char *name);
/** scn_errno_text - name of an errno, "errno N" for one without */
const char *scn_errno_text(int err);
/** scn_result_name - name of a result or errno with an index; @ctx is not used */
const char *scn_result_name(const void *ctx, unsigned int index);
/** scn_report_name - identifier of a report with an index; @ctx is not used */
const char *scn_report_name(const void *ctx, unsigned int index);
/** scn_counter_known - name of a counter, derived ones included; @ctx is not used */
const char *scn_counter_known(const void *ctx, unsigned int index);
/** scn_profile_known - name of an IOMMU profile with an index; @ctx is not used */
const char *scn_profile_known(const void *ctx, unsigned int index);
/** scn_format_known - name of a page-table format with an index; @ctx is not used */
const char *scn_format_known(const void *ctx, unsigned int index);
/** scn_kernel_known - name of a kernel version with an index; @ctx is not used */
const char *scn_kernel_known(const void *ctx, unsigned int index);
/** scn_program_known - name of a program that `call` runs, with an index; @ctx is not used */
const char *scn_program_known(const void *ctx, unsigned int index);
/** scn_area_known - word for a kind of area with an index; @ctx is not used */
const char *scn_area_known(const void *ctx, unsigned int index);

#endif
