/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Reading the tokens of one statement. The same functions read a line twice: when the file is
 * loaded, with words that are still open (`${NAME}`) taken as they are; and for each repetition,
 * with every variable filled in. So a wrong word is found in branches that are not taken, too.
 */
#ifndef EXPLORE_SCN_CURSOR_H
#define EXPLORE_SCN_CURSOR_H

#include "explore/scn_lex.h"
#include "explore/scn_table.h"

#define SCN_RESULT_MAX 8
#define SCN_TERM_MAX 8
#define SCN_TASK_NAME_MAX 15
#define SCN_MATCH_FIELD_MAX 12
#define SCN_PAGE_BYTES 4096ull
#define SCN_RAM_MAX_PAGES 1048576ull

struct scn_stmt;
struct scn_plan;

/**
 * struct scn_cursor - where reading stands
 * @token: tokens of the statement
 * @count: number of @token
 * @at: next one
 * @path: file, for messages
 * @arena: owner of what is made
 * @error: filled by the first failure
 * @machine: tells devices from tasks; NULL while a file is only checked
 * @plan: knows which names are those of processes; NULL while a file is only checked
 * @in_par: the statement stands in a `par` block
 */
struct scn_cursor {
	const struct scn_token *token;
	unsigned int count;
	unsigned int at;
	const char *path;
	struct scn_arena *arena;
	struct scn_error *error;
	const struct svmsim_machine *machine;
	const struct scn_plan *plan;
	bool in_par;
};

/** scn_peek - the next token, NULL at the end */
const struct scn_token *scn_peek(const struct scn_cursor *cursor);
/** scn_accept - take the next token if it is this word or punctuation */
bool scn_accept(struct scn_cursor *cursor, const char *text);
/** scn_expect_punct - take exactly this, or fail */
bool scn_expect_punct(struct scn_cursor *cursor, const char *text);
/** scn_word - take a word; NULL with an error that says that @what was expected */
const struct scn_token *scn_word(struct scn_cursor *cursor, const char *what);
/** scn_name - as scn_word(), and it must be a name (unless it is open) */
const struct scn_token *scn_name(struct scn_cursor *cursor, const char *what);
/** scn_fail_token - fail at a token, or behind the last one when it is NULL; returns false */
bool scn_fail_token(struct scn_cursor *cursor, const struct scn_token *token, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** scn_fail_unknown - fail with `unknown WHAT "word"` and the nearest known word */
bool scn_fail_unknown(struct scn_cursor *cursor, const struct scn_token *token, const char *what,
		      const char *(*known)(const void *ctx, unsigned int index), const void *ctx);
/** scn_end - fail unless everything was read */
bool scn_end(struct scn_cursor *cursor);

/* Numbers. Open words give 0. Each fails with what would be right. */
bool scn_parse_number(struct scn_cursor *cursor, const struct scn_token *token, const char *what,
		      uint64_t least, uint64_t most, uint64_t *value);
bool scn_parse_size(struct scn_cursor *cursor, const struct scn_token *token, uint64_t *bytes);
bool scn_parse_time(struct scn_cursor *cursor, const struct scn_token *token, uint64_t *ns);

/* struct scn_range - pages @first..@last; not given when @is_set is false */
struct scn_range {
	bool is_set;
	bool open;
	uint64_t first;
	uint64_t last;
};
/** scn_parse_range - an optional `[i]` or `[a..b]`, glued to what is before it */
bool scn_parse_range(struct scn_cursor *cursor, struct scn_range *range);

/* struct scn_place_text - `A[a..b]`: an area and pages of it */
struct scn_place_text {
	const struct scn_token *symbol;
	struct scn_range range;
};
/** scn_parse_place_text - an area with an optional range */
bool scn_parse_place_text(struct scn_cursor *cursor, struct scn_place_text *place);

/** enum scn_result_kind - kinds of results */
enum scn_result_kind {
	SCN_RESULT_OK,
	SCN_RESULT_ERRNO,
	SCN_RESULT_FAULT,
	SCN_RESULT_UNUSED,
	SCN_RESULT_VALUE,
	SCN_RESULT_BLOCKS,
};
/* struct scn_result - one alternative behind `->` */
struct scn_result {
	enum scn_result_kind kind;
	int err;
	uint64_t value;
};

/**
 * struct scn_action - `actor: verb operands -> result`
 * @verb: row of the table; NULL when the verb is open
 * @actor: token of the actor, with its colon
 * @symbol: window, mapping or memory that it is about
 * @range: pages of @symbol
 * @ram: memory behind the word `ram`
 * @ram_range: pages of @ram
 * @has_size: @size_bytes was given
 * @size_bytes: a size
 * @has_direction: @direction was given
 * @direction: value of enum svmsim_direction
 * @each: one call a page
 * @contig: one contiguous block
 * @align_bytes: alignment, 0 for none
 * @has_pattern: @number is a pattern
 * @has_value: @number is a value
 * @number: pattern or value
 * @other: another device
 * @area: kind of an area, a value of enum svmsim_area_kind
 * @has_offset: @offset_bytes was given
 * @offset_bytes: where in the pages or in the mapping
 * @has_bytes: @part_bytes was given
 * @part_bytes: how much
 * @has_call: @call was given
 * @call: how a mapping is undone, index in scn_calls
 * @entry_bytes: size of an entry of a list, 0 for a page
 * @entry_count: entries that a call names, 0 for those of the list
 * @boundary_bytes: what segments must not cross, 0 for what was
 * @single: by dma_map_single()
 * @unchecked: nobody asks dma_mapping_error()
 * @has_lock_kind: @lock_kind was given
 * @lock_kind: index in scn_lock_kinds
 * @has_event_kind: @event_kind was given
 * @event_kind: index in scn_event_kinds
 * @read: for reading
 * @write: for writing
 * @trylock: without waiting
 * @signals: which of them end the wait: 0 for none, else 1 + index in scn_signals
 * @all: all that wait
 * @place: areas of a process and pages of them, the first of which is @symbol and @range, too
 * @place_count: number of @place
 * @vma_kind: enum scn_vma_kind
 * @file: the file of an area
 * @prot: index in scn_prots
 * @thp: madvise(MADV_HUGEPAGE) behind mmap()
 * @pfnmap: VM_PFNMAP
 * @mixedmap: VM_MIXEDMAP
 * @to: what an area is called at another place
 * @dontunmap: MREMAP_DONTUNMAP
 * @advice: enum svmsim_advice
 * @longterm: FOLL_LONGTERM
 * @has_node: @node was given
 * @node: a NUMA node
 * @order: of folios
 * @khugepaged: by the rules of khugepaged
 * @process: whose memory a device reaches, NULL for that of `cpu:`
 * @result_count: number of @result, 0 when the line states none
 * @result: alternatives
 */
struct scn_action {
	const struct scn_verb *verb;
	const struct scn_token *actor;
	const struct scn_token *symbol;
	struct scn_range range;
	const struct scn_token *ram;
	struct scn_range ram_range;
	bool has_size;
	uint64_t size_bytes;
	bool has_direction;
	int direction;
	bool each;
	bool contig;
	uint64_t align_bytes;
	bool has_pattern;
	bool has_value;
	uint64_t number;
	const struct scn_token *other;
	int area;
	bool has_offset;
	uint64_t offset_bytes;
	bool has_bytes;
	uint64_t part_bytes;
	bool has_call;
	int call;
	uint64_t entry_bytes;
	uint64_t entry_count;
	uint64_t boundary_bytes;
	bool single;
	bool unchecked;
	bool has_lock_kind;
	int lock_kind;
	bool has_event_kind;
	int event_kind;
	bool read;
	bool write;
	bool trylock;
	int signals;
	bool all;
	struct scn_place_text *place;
	unsigned int place_count;
	int vma_kind;
	const struct scn_token *file;
	int prot;
	bool thp;
	bool pfnmap;
	bool mixedmap;
	const struct scn_token *to;
	bool dontunmap;
	int advice;
	bool longterm;
	bool has_node;
	uint64_t node;
	uint64_t order;
	bool khugepaged;
	const struct scn_token *process;
	unsigned int result_count;
	struct scn_result result[SCN_RESULT_MAX];
};
bool scn_parse_action(struct scn_cursor *cursor, struct scn_action *action);
/** scn_option_value - the value of `name=`, of three tokens glued; NULL if it is not there */
const struct scn_token *scn_option_value(struct scn_cursor *cursor, const char *name);
/** scn_parse_dma_option - one option of DMA; true when it was there, whatever came of it */
bool scn_parse_dma_option(struct scn_cursor *cursor, enum scn_operand operand,
			  struct scn_action *action);
/** scn_parse_task_option - one option of a lock or a wait, as scn_parse_dma_option() */
bool scn_parse_task_option(struct scn_cursor *cursor, enum scn_operand operand,
			   struct scn_action *action);
/** scn_parse_mm_operand - one operand of a verb of a process; false with an error */
bool scn_parse_mm_operand(struct scn_cursor *cursor, enum scn_operand operand,
			  struct scn_action *action);
/** scn_parse_mm_option - one option of a verb of a process, as scn_parse_dma_option() */
bool scn_parse_mm_option(struct scn_cursor *cursor, enum scn_operand operand,
			 struct scn_action *action);
/** scn_check_mm_action - what of a process's verb does not go together; false with an error */
bool scn_check_mm_action(struct scn_cursor *cursor, const struct scn_action *action);
/** scn_fail_no_process - fail since an actor should be a process for this verb, and is not */
bool scn_fail_no_process(struct scn_cursor *cursor, const struct scn_token *actor,
			 const struct scn_token *verb);
/** scn_cpu_number - N of an actor `cpuN`, with or without its colon; -1 for another name */
int scn_cpu_number(const char *name);
/** scn_is_process - is a name of so many bytes that of a process of the plan? */
bool scn_is_process(const struct scn_plan *plan, const char *name, size_t bytes);
/** scn_check_task_action - options of a task's verb that do not go together; false with an error */
bool scn_check_task_action(struct scn_cursor *cursor, const struct scn_action *action);
/** scn_result_text - what a line expects: "ok or EIO" */
const char *scn_result_text(struct scn_arena *arena, const struct scn_action *action);

/** enum scn_expect_kind - kinds of expectations */
enum scn_expect_kind {
	SCN_EXPECT_NO_REPORTS,
	SCN_EXPECT_REPORT,
	SCN_EXPECT_NOTE,
	SCN_EXPECT_COUNTER,
	SCN_EXPECT_EVENTUALLY,
	SCN_EXPECT_NEVER,
	SCN_EXPECT_LOG,
	SCN_EXPECT_PAGES,
};
/**
 * struct scn_compare - COUNTER OP N
 * @counter: name of the counter
 * @device: name of the device of a derived counter, NULL if none
 * @derived: index in scn_derived, -1 for a counter of the library
 * @op: comparison
 * @number: what it is compared with
 */
struct scn_compare {
	const char *counter;
	const char *device;
	int derived;
	const char *op;
	uint64_t number;
};
/**
 * struct scn_term - one condition of `expect eventually` or `expect never`
 * @cond: what is looked at
 * @negated: it must not hold
 * @subject: token of the task or the counter
 * @object: token of the lock, NULL if none
 * @compare: of a counter
 * @task: index of the task in the plan
 * @symbol: index of the lock in the plan, -1 for none
 * @device: index of the device of @compare, or the symbol of its process, -1 for none
 * @place: pages of an area
 * @process: token of the process that they are of, NULL for that of `cpu:`
 * @page_word: enum scn_page_word
 * @node: of `on node N`, -1 for a device
 * @process_symbol: index of the process in the plan
 */
struct scn_term {
	enum scn_cond cond;
	bool negated;
	const struct scn_token *subject;
	const struct scn_token *object;
	struct scn_compare compare;
	int task;
	int symbol;
	int device;
	struct scn_place_text place;
	const struct scn_token *process;
	int page_word;
	int node;
	int process_symbol;
};
/**
 * struct scn_expect - an `expect` line
 * @kind: what is expected
 * @identifier: of the report or note
 * @field_count: number of @key and @value
 * @key: fields
 * @value: their values, "*" for any
 * @times: how many
 * @compare: the counter
 * @term: conditions, all of which have to hold at the same time
 * @term_count: number of @term
 * @log: text in the log
 */
struct scn_expect {
	enum scn_expect_kind kind;
	const char *identifier;
	unsigned int field_count;
	const char *key[SCN_MATCH_FIELD_MAX];
	const char *value[SCN_MATCH_FIELD_MAX];
	uint64_t times;
	struct scn_compare compare;
	struct scn_term *term;
	unsigned int term_count;
	const char *log;
};
/** scn_parse_compare - a counter, a comparison, a number */
bool scn_parse_compare(struct scn_cursor *cursor, struct scn_compare *compare);
/** scn_is_pages - do pages of an area follow, rather than a counter or a task? */
bool scn_is_pages(const struct scn_cursor *cursor);
/** scn_parse_pages - pages of an area, and what they are */
bool scn_parse_pages(struct scn_cursor *cursor, struct scn_term *term);
/** scn_parse_terms - conditions joined by `and`, up to the end of the line */
bool scn_parse_terms(struct scn_cursor *cursor, struct scn_expect *expect);

/* struct scn_par - words behind `par`, which bound a search */
struct scn_par {
	bool has_preempt;
	uint64_t preempt;
	bool explore;
};
bool scn_parse_par(struct scn_cursor *cursor, struct scn_par *par);

/* struct scn_place - `task NAME cpu N` */
struct scn_place {
	const struct scn_token *task;
	uint64_t cpu;
};
/** scn_check_lock - do mode and wait of an action fit its kind of lock? */
bool scn_check_lock(struct scn_cursor *cursor, const struct scn_action *action, int kind);
bool scn_parse_place(struct scn_cursor *cursor, struct scn_place *place);
/** scn_task_name - can a task, or a label, be called so? */
bool scn_task_name(struct scn_cursor *cursor, const struct scn_token *token, const char *name);

/**
 * struct scn_pin_step - one task runs, until an event of its own
 * @task: name of the task
 * @until: the event, NULL for the task's end
 * @label: token of the label that stands for it
 */
struct scn_pin_step {
	const char *task;
	const char *until;
	const struct scn_token *label;
};

/**
 * struct scn_pin - a schedule by the names of events
 * @name: its name
 * @stmt: where it is written
 * @step: who runs, in order
 * @step_count: number of @step
 */
struct scn_pin {
	const char *name;
	const struct scn_stmt *stmt;
	struct scn_pin_step *step;
	unsigned int step_count;
};
bool scn_parse_pin(struct scn_cursor *cursor, struct scn_pin *pin);
bool scn_parse_expect(struct scn_cursor *cursor, struct scn_expect *expect);

/**
 * struct scn_state - a `state` line
 * @what: index in scn_states
 * @device: token of the device, NULL for none
 * @process: token of the process, NULL for all
 * @place: of pages: area and range; without an area all of them
 */
struct scn_state {
	int what;
	const struct scn_token *device;
	const struct scn_token *process;
	struct scn_place_text place;
};
bool scn_parse_state(struct scn_cursor *cursor, struct scn_state *state);

/**
 * scn_parse_cond - a condition, up to a string or the end
 * @cursor: tokens
 * @value: set to what it comes to; open words equal nothing
 */
bool scn_parse_cond(struct scn_cursor *cursor, bool *value);

/** scn_machine_bridge - a `bridge` or `switch` with that word read, into @machine */
bool scn_machine_bridge(struct scn_cursor *cursor, bool is_switch, struct svmsim_machine *machine);
/** scn_machine_host - a `host` with that word read, into @machine */
bool scn_machine_host(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_machine_area - an `area` with that word read, into @machine */
bool scn_machine_area(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_machine_node - a `node` with that word read, into @machine */
bool scn_machine_node(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_machine_thp - a `thp` with that word read, into @machine */
bool scn_machine_thp(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_device_memory - a `memory` with that word read, into @device */
bool scn_device_memory(struct scn_cursor *cursor, struct svmsim_device *device);
/** scn_machine_swap - a `swap` with that word read, into @machine */
bool scn_machine_swap(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_machine_content - a `content` with that word read, into @machine */
bool scn_machine_content(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_machine_swiotlb - a `swiotlb` with that word read, into @machine */
bool scn_machine_swiotlb(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_machine_quirk - a `quirk` with that word read, into @machine */
bool scn_machine_quirk(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_each_field - fields between braces, each set by @set; @what names them in messages */
bool scn_each_field(struct scn_cursor *cursor, enum scn_scope scope,
		    bool (*set)(struct scn_cursor *cursor, enum scn_field field, void *to),
		    void *to, const char *what);
/** scn_copy_word - a word into an array of SVMSIM_NAME_MAX */
bool scn_copy_word(struct scn_cursor *cursor, const struct scn_token *token, char *to);
/** scn_known_word - a word that must be in a list of the library's; its index, -1 with an error */
int scn_known_word(struct scn_cursor *cursor, const char *what,
		   const char *(*known)(const void *ctx, unsigned int index), const void *ctx);

/** scn_machine_block - `machine { ... }` with the word `machine` read, into @machine */
bool scn_machine_block(struct scn_cursor *cursor, struct svmsim_machine *machine);
/** scn_machine_set - `set ...` with the word `set` read, into @machine */
bool scn_machine_set(struct scn_cursor *cursor, struct svmsim_machine *machine);

#endif
