// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Lines of processes: system calls, accesses of threads, pins, and what moves pages. */
#include <errno.h>
#include <string.h>
#include "explore/scn_fault.h"

#define CHUNK_BYTES (64 * SCN_PAGE_BYTES)
#define ADDRESS_END (1ull << 47)
/* Patterns of lines that name none: each step's own, and none that a line would name. */
#define PATTERN_OF_STEP (1ull << 32)

struct svmsim_mm *scn_process_of(struct scn_runner *runner, int process,
				 struct scn_outcome *outcome)
{
	const struct scn_symbol *symbol = &runner->plan->symbol[process];
	struct svmsim_mm *mm = runner->handle[process];

	if (mm)
		return mm;
	outcome->err = symbol->sub ? -ENOENT : svmsim_mm_create(runner->world, symbol->name, &mm);
	if (outcome->err)
		outcome->hint = symbol->sub ? "there was no fork that made this process" : NULL;
	runner->handle[process] = mm;
	return mm;
}

const struct scn_home *scn_home_of(const struct scn_runner *runner, int process, int symbol)
{
	unsigned int i;

	for (i = runner->home_count; i--;) {
		const struct scn_home *place = &runner->home[i];

		if (place->process == process && place->symbol == symbol)
			return place;
	}
	return NULL;
}

static void add_home(struct scn_runner *runner, int process, int symbol, uint64_t address,
		      uint64_t bytes)
{
	runner->home = scn_grow(runner->arena, runner->home, runner->home_count,
				 sizeof(*runner->home));
	runner->home[runner->home_count++] = (struct scn_home){
		.process = process, .symbol = symbol, .address = address, .bytes = bytes,
	};
}

/* A child has what its parent has, at the same addresses. */
static void copy_homes(struct scn_runner *runner, int parent, int child)
{
	unsigned int i, count = runner->home_count;

	for (i = 0; i < count; i++) {
		const struct scn_home place = runner->home[i];

		if (place.process == parent)
			add_home(runner, child, place.symbol, place.address, place.bytes);
	}
}

/* Bytes that a range of a line is about. */
struct part {
	uint64_t address;
	uint64_t bytes;
};

static bool part_of(struct scn_runner *runner, const struct scn_step *step, unsigned int index,
		    struct scn_outcome *outcome, struct part *part)
{
	const struct scn_span *span = &step->span[index];
	const struct scn_action *action = step->action;
	const struct scn_home *place = scn_home_of(runner, step->process, span->symbol);
	bool is_access = scn_is_access(action->verb->op);

	if (!place) {
		outcome->err = -ENOENT;
		outcome->hint = "this process has no such area";
		return false;
	}
	part->address = place->address;
	part->bytes = place->bytes;
	if (span->range.is_set) {
		part->address += span->range.first * SCN_PAGE_BYTES;
		part->bytes = (span->range.last - span->range.first + 1) * SCN_PAGE_BYTES;
	}
	if (!is_access)
		return true;
	part->address += action->offset_bytes;
	part->bytes = action->has_bytes ? action->part_bytes :
		      part->bytes > action->offset_bytes ? part->bytes - action->offset_bytes : 0;
	return true;
}

static struct svmsim_file *file_of(struct scn_runner *runner, int symbol,
				   struct scn_outcome *outcome)
{
	struct svmsim_file *file = runner->handle[symbol];

	if (!file)
		outcome->err = svmsim_file_create(runner->world,
						  runner->plan->symbol[symbol].pages *
							  SCN_PAGE_BYTES, false, &file);
	runner->handle[symbol] = file;
	return file;
}

static void act_vma(struct scn_runner *runner, const struct scn_step *step, struct svmsim_mm *mm,
		    struct scn_outcome *outcome)
{
	static const unsigned int prots[] = {
		SVMSIM_PROT_READ | SVMSIM_PROT_WRITE, SVMSIM_PROT_READ, SVMSIM_PROT_NONE,
	};
	const struct scn_action *action = step->action;
	struct svmsim_mmap how = {
		.bytes = action->size_bytes,
		.prot = prots[action->prot],
		.shared = action->vma_kind == SCN_VMA_ANON_SHARED ||
			  action->vma_kind == SCN_VMA_FILE,
		.offset_bytes = action->offset_bytes,
		.align_bytes = action->align_bytes,
		.pfnmap = action->pfnmap,
		.mixedmap = action->mixedmap,
	};
	uint64_t address, bytes = (how.bytes + SCN_PAGE_BYTES - 1) & ~(SCN_PAGE_BYTES - 1);

	if (action->file) {
		how.file = file_of(runner, step->ram, outcome);
		if (!how.file)
			return;
	}
	outcome->err = svmsim_mmap(mm, &how, &address);
	if (outcome->err)
		return;
	add_home(runner, step->process, step->symbol, address, bytes);
	if (action->thp)
		outcome->err = svmsim_madvise(mm, address, bytes, SVMSIM_ADVICE_HUGEPAGE);
}

static void fill_words(char *buffer, size_t bytes, uint64_t value)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		buffer[i] = (char)(value >> (8 * (i % 8)));
}

static uint64_t first_word(const char *buffer)
{
	uint64_t value = 0;
	unsigned int k;

	for (k = 0; k < 8; k++)
		value |= (uint64_t)(unsigned char)buffer[k] << (8 * k);
	return value;
}

/* Who reaches memory of a process: a thread of it, or a device that mirrors it. */
struct who {
	struct svmsim_mm *mm;
	struct svmsim_mirror *mirror;
};

static int put(const struct who *who, uint64_t address, const void *buffer, size_t bytes)
{
	return who->mirror ? svmsim_mirror_write(who->mirror, address, buffer, bytes) :
			     svmsim_mm_write(who->mm, address, buffer, bytes);
}

static int get(const struct who *who, uint64_t address, void *buffer, size_t bytes)
{
	return who->mirror ? svmsim_mirror_read(who->mirror, address, buffer, bytes) :
			     svmsim_mm_read(who->mm, address, buffer, bytes);
}

static int put_pattern(const struct who *who, const struct part *part, uint64_t pattern)
{
	return who->mirror ? svmsim_mirror_fill(who->mirror, part->address, part->bytes,
						pattern) :
			     svmsim_mm_fill(who->mm, part->address, part->bytes, pattern);
}

static int check_pattern(const struct who *who, const struct part *part, uint64_t pattern)
{
	return who->mirror ? svmsim_mirror_check(who->mirror, part->address, part->bytes,
						 pattern) :
			     svmsim_mm_check(who->mm, part->address, part->bytes, pattern);
}

/* Reads, writes or compares eight bytes over and over. */
static void act_words(struct scn_runner *runner, const struct scn_step *step,
		      const struct who *who, const struct part *part, struct scn_outcome *outcome)
{
	enum scn_op op = step->action->verb->op;
	size_t chunk = part->bytes < CHUNK_BYTES ? (size_t)part->bytes : CHUNK_BYTES;
	char *buffer = scn_keep(runner, 2 * chunk + 1), *words = buffer + chunk;
	uint64_t done = 0;

	fill_words(words, chunk, step->action->number);
	for (; done < part->bytes && !outcome->err; done += chunk) {
		if (chunk > part->bytes - done)
			chunk = (size_t)(part->bytes - done);
		if (op == SCN_OP_CPU_WRITE)
			outcome->err = put(who, part->address + done, words, chunk);
		else
			outcome->err = get(who, part->address + done, buffer, chunk);
		if (op == SCN_OP_CPU_READ && !outcome->has_value && chunk >= 8) {
			outcome->has_value = !outcome->err;
			outcome->value = first_word(buffer);
		}
		if (op == SCN_OP_CPU_CHECK && !outcome->err && memcmp(buffer, words, chunk)) {
			outcome->err = -EIO;
			outcome->detail = scn_printf(runner->arena, "it begins with 0x%llx",
						     (unsigned long long)first_word(buffer));
		}
	}
	scn_drop(runner, buffer);
}

static void act_access(struct scn_runner *runner, const struct scn_step *step,
		       const struct who *who, const struct part *part,
		       struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	uint64_t pattern = action->has_pattern ? action->number :
			   PATTERN_OF_STEP + svmsim_world_step(runner->world);

	if (action->verb->op == SCN_OP_CPU_READ || action->has_value)
		act_words(runner, step, who, part, outcome);
	else if (action->verb->op == SCN_OP_CPU_CHECK)
		outcome->err = check_pattern(who, part, pattern);
	else
		outcome->err = put_pattern(who, part, pattern);
}

static void act_mremap(struct scn_runner *runner, const struct scn_step *step,
		       struct svmsim_mm *mm, const struct part *part, struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	uint64_t bytes = action->has_bytes ? action->part_bytes : part->bytes, address;

	bytes = (bytes + SCN_PAGE_BYTES - 1) & ~(SCN_PAGE_BYTES - 1);
	outcome->err = svmsim_mremap(mm, part->address, part->bytes, bytes,
				     step->to != step->span->symbol, action->align_bytes,
				     action->dontunmap, &address);
	if (!outcome->err)
		add_home(runner, step->process, step->to, address, bytes);
}

static void act_pin(struct scn_runner *runner, const struct scn_step *step, struct svmsim_mm *mm,
		    const struct part *part, struct scn_outcome *outcome)
{
	struct svmsim_pin *pin = NULL;

	outcome->err = svmsim_pin(mm, part->address, part->bytes, step->action->longterm,
				  !step->action->read, &pin);
	if (!outcome->err)
		runner->handle[step->ram] = pin;
}

/* How many pages a line moved, of all its ranges. */
static void count_moved(struct scn_outcome *outcome, long moved)
{
	if (moved < 0) {
		outcome->err = (int)moved;
		outcome->has_value = false;
		return;
	}
	outcome->has_value = true;
	outcome->value += (uint64_t)moved;
}

static void act_move(const struct scn_step *step, struct svmsim_mm *mm, const struct part *part,
		     struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;

	switch (action->verb->op) {
	case SCN_OP_RECLAIM:
		count_moved(outcome, svmsim_mm_reclaim(mm, part->address, part->bytes));
		break;
	case SCN_OP_COMPACT:
		count_moved(outcome, svmsim_mm_compact(mm, part->address, part->bytes));
		break;
	case SCN_OP_NUMA_MIGRATE:
		count_moved(outcome, action->has_node ?
			    svmsim_mm_move(mm, part->address, part->bytes,
					   (unsigned int)action->node) :
			    svmsim_mm_numa_scan(mm, part->address, part->bytes));
		break;
	case SCN_OP_SPLIT:
		count_moved(outcome, svmsim_mm_split(mm, part->address, part->bytes,
						     (unsigned int)action->order));
		break;
	default:
		count_moved(outcome, svmsim_mm_collapse(mm, part->address, part->bytes,
							action->khugepaged));
		break;
	}
}

/* What a device does besides accesses. */
static void act_mirror(const struct scn_step *step, struct svmsim_mirror *mirror,
		       const struct part *part, struct scn_outcome *outcome)
{
	enum scn_op op = step->action->verb->op;

	if (op == SCN_OP_EXCLUSIVE)
		outcome->err = svmsim_mirror_exclusive(mirror, part->address, part->bytes);
	else if (op == SCN_OP_CHECK_EXCLUSIVE)
		outcome->err = svmsim_mirror_check_exclusive(mirror, part->address, part->bytes);
	else
		count_moved(outcome, svmsim_mirror_migrate(mirror, part->address, part->bytes,
							   op == SCN_OP_MIGRATE));
}

/* One range of a line. */
static void act_part(struct scn_runner *runner, const struct scn_step *step, const struct who *who,
		     const struct part *part, struct scn_outcome *outcome)
{
	static const unsigned int prots[] = {
		SVMSIM_PROT_READ | SVMSIM_PROT_WRITE, SVMSIM_PROT_READ, SVMSIM_PROT_NONE,
	};
	const struct scn_action *action = step->action;
	struct svmsim_mm *mm = who->mm;

	switch (action->verb->op) {
	case SCN_OP_CPU_WRITE:
	case SCN_OP_CPU_READ:
	case SCN_OP_CPU_FILL:
	case SCN_OP_CPU_CHECK:
		act_access(runner, step, who, part, outcome);
		break;
	case SCN_OP_MIGRATE:
	case SCN_OP_MIGRATE_BACK:
	case SCN_OP_EXCLUSIVE:
	case SCN_OP_CHECK_EXCLUSIVE:
		act_mirror(step, who->mirror, part, outcome);
		break;
	case SCN_OP_MUNMAP:
		outcome->err = svmsim_munmap(mm, part->address, part->bytes);
		break;
	case SCN_OP_MPROTECT:
		outcome->err = svmsim_mprotect(mm, part->address, part->bytes,
					       prots[action->prot]);
		break;
	case SCN_OP_MADVISE:
		outcome->err = svmsim_madvise(mm, part->address, part->bytes,
					      (enum svmsim_advice)action->advice);
		break;
	case SCN_OP_MREMAP:
		act_mremap(runner, step, mm, part, outcome);
		break;
	case SCN_OP_PIN:
		act_pin(runner, step, mm, part, outcome);
		break;
	default:
		act_move(step, mm, part, outcome);
		break;
	}
}

static void act_fork(struct scn_runner *runner, const struct scn_step *step, struct svmsim_mm *mm,
		     struct scn_outcome *outcome)
{
	struct svmsim_mm *child = NULL;

	outcome->err = svmsim_mm_fork(mm, runner->plan->symbol[step->symbol].name, &child);
	if (outcome->err)
		return;
	runner->handle[step->symbol] = child;
	copy_homes(runner, step->process, step->symbol);
}

static void act_parts(struct scn_runner *runner, const struct scn_step *step, struct svmsim_mm *mm,
		      struct scn_outcome *outcome)
{
	const struct part all = { 0, ADDRESS_END };
	struct who who = { .mm = mm };
	struct part part;
	unsigned int i;

	if (step->device >= 0)
		outcome->err = svmsim_mirror_open(mm, step->device, &who.mirror);
	if (!step->span_count && !outcome->err)
		act_part(runner, step, &who, &all, outcome);
	for (i = 0; i < step->span_count && !outcome->err; i++) {
		if (part_of(runner, step, i, outcome, &part))
			act_part(runner, step, &who, &part, outcome);
	}
}

static void act_handle(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	enum scn_op op = step->action->verb->op;
	void *handle = scn_handle_of(runner, op == SCN_OP_UNPIN ? step->ram : step->symbol,
				     outcome);

	if (!handle)
		return;
	outcome->err = op == SCN_OP_UNPIN ? svmsim_unpin(handle) :
		       svmsim_file_truncate(handle, step->action->size_bytes);
}

void scn_act_mm(struct scn_runner *runner, const struct scn_step *step,
		struct scn_outcome *outcome)
{
	enum scn_op op = step->action->verb->op;
	struct svmsim_mm *mm;

	if (op == SCN_OP_UNPIN || op == SCN_OP_TRUNCATE) {
		act_handle(runner, step, outcome);
		return;
	}
	if (op == SCN_OP_EVICT || op == SCN_OP_FAIL_ALLOC) {
		outcome->err = op == SCN_OP_EVICT ?
			svmsim_mirror_evict(runner->world, step->device) :
			svmsim_mirror_fail_alloc(runner->world, step->device,
						 (unsigned int)step->action->order);
		return;
	}
	/* Whose threads an actor runs was settled when the plan was made. */
	mm = op == SCN_OP_MM ? NULL : scn_process_of(runner, step->process, outcome);
	if (!mm)
		return;
	switch (op) {
	case SCN_OP_VMA:
		act_vma(runner, step, mm, outcome);
		break;
	case SCN_OP_FORK:
		act_fork(runner, step, mm, outcome);
		break;
	case SCN_OP_EXIT:
		outcome->err = svmsim_mm_exit(mm);
		break;
	case SCN_OP_OOM:
		outcome->err = svmsim_mm_oom_reap(mm);
		break;
	default:
		act_parts(runner, step, mm, outcome);
		break;
	}
}

static bool is_on(const struct scn_runner *runner, const struct scn_term *term,
		  const struct svmsim_page *page)
{
	const char *name = term->object ? term->object->text : NULL;

	if (!page->is_page)
		return false;
	if (term->node >= 0)
		return page->node == term->node;
	if (!name)
		return page->node < 0;
	return page->device >= 0 && !strcmp(runner->plan->machine.device[page->device].name, name);
}

static bool is_word(const struct scn_runner *runner, const struct scn_term *term,
		    const struct svmsim_page *page)
{
	switch ((enum scn_page_word)term->page_word) {
	case SCN_PAGE_PRESENT:
		return page->present;
	case SCN_PAGE_ABSENT:
		return page->kind == SVMSIM_PAGE_ABSENT;
	case SCN_PAGE_SWAPPED:
		return page->kind == SVMSIM_PAGE_SWAP;
	case SCN_PAGE_ZERO:
		return page->kind == SVMSIM_PAGE_ZERO;
	case SCN_PAGE_HUGE:
		return page->huge;
	case SCN_PAGE_LARGE:
		return page->is_page && page->order;
	case SCN_PAGE_WRITABLE:
		return page->writable;
	case SCN_PAGE_PINNED:
		return page->pins > 0;
	case SCN_PAGE_MIGRATING:
		return page->kind == SVMSIM_PAGE_MIGRATION;
	default:
		return is_on(runner, term, page);
	}
}

bool scn_pages_are(const struct scn_runner *runner, const struct scn_term *term)
{
	const struct scn_range *range = &term->place.range;
	const struct scn_home *place = scn_home_of(runner, term->process_symbol, term->symbol);
	const struct svmsim_mm *mm = runner->handle[term->process_symbol];
	struct svmsim_page page;
	uint64_t i, last;

	if (!place || !mm)
		return false;
	last = range->is_set ? range->last : place->bytes / SCN_PAGE_BYTES - 1;
	for (i = range->is_set ? range->first : 0; i <= last; i++) {
		if (svmsim_mm_page(mm, place->address + i * SCN_PAGE_BYTES, &page) ||
		    !is_word(runner, term, &page))
			return false;
	}
	return true;
}
