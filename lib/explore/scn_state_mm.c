// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What `state vma`, `pages`, `strip` and `cpu-pt` print. Addresses get the names that the scenario
 * has for them; what goes on in the same way is one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_mm_view.h"
#include "host/host.h"

#define STRIP_COLUMNS 64
#define HUGE_BYTES (512 * SCN_PAGE_BYTES)

int scn_name_address(const struct scn_runner *runner, int process, uint64_t address,
		     uint64_t *page)
{
	unsigned int i;

	for (i = runner->home_count; i--;) {
		const struct scn_home *place = &runner->home[i];

		if (place->process != process || address < place->address ||
		    address - place->address >= place->bytes)
			continue;
		*page = (address - place->address) / SCN_PAGE_BYTES;
		return place->symbol;
	}
	*page = 0;
	return -1;
}

bool scn_next_piece(const struct scn_runner *runner, int process, uint64_t *address, uint64_t end,
		    struct scn_piece *piece)
{
	uint64_t page, at = *address;
	int symbol;

	if (at >= end)
		return false;
	*piece = (struct scn_piece){ .address = at };
	piece->symbol = scn_name_address(runner, process, at, &piece->page);
	do {
		piece->pages++;
		at += SCN_PAGE_BYTES;
		symbol = scn_name_address(runner, process, at, &page);
	} while (at < end && symbol == piece->symbol &&
		 (symbol < 0 || page == piece->page + piece->pages));
	*address = at;
	return true;
}

struct svmsim_area_info *scn_areas(struct svmsim_mm *mm, long *count)
{
	struct svmsim_area_info *area;

	*count = svmsim_mm_areas(mm, NULL, 0);
	if (*count < 0)
		*count = 0;
	area = host_zalloc(((size_t)*count + 1) * sizeof(*area));
	if (*count)
		svmsim_mm_areas(mm, area, (size_t)*count);
	return area;
}

struct svmsim_cpu_entry *scn_entries(struct svmsim_mm *mm, long *count)
{
	struct svmsim_cpu_entry *entry;

	*count = svmsim_walk_cpu_pt(mm, NULL, 0);
	if (*count < 0)
		*count = 0;
	entry = host_zalloc(((size_t)*count + 1) * sizeof(*entry));
	if (*count)
		svmsim_walk_cpu_pt(mm, entry, (size_t)*count);
	return entry;
}

/* "buf[4..7]"; what has no name is "?" and its size. */
static void piece_text(const struct scn_runner *runner, struct scn_buf *buf, int symbol,
		       uint64_t page, uint64_t pages)
{
	if (symbol < 0)
		scn_buf_add(buf, "?[%llup]", (unsigned long long)pages);
	else if (pages == 1)
		scn_buf_add(buf, "%s[%llu]", runner->plan->symbol[symbol].name,
			    (unsigned long long)page);
	else
		scn_buf_add(buf, "%s[%llu..%llu]", runner->plan->symbol[symbol].name,
			    (unsigned long long)page, (unsigned long long)(page + pages - 1));
}

static char letter_of(const struct svmsim_page *page)
{
	static const char letters[SVMSIM_PAGE_KIND_COUNT] = {
		[SVMSIM_PAGE_ABSENT] = '.',    [SVMSIM_PAGE_ZERO] = '0',
		[SVMSIM_PAGE_ANON] = 'a',      [SVMSIM_PAGE_FILE] = 'f',
		[SVMSIM_PAGE_DRIVER] = 'd',    [SVMSIM_PAGE_DEVICE] = 'D',
		[SVMSIM_PAGE_COHERENT] = 'C',  [SVMSIM_PAGE_EXCLUSIVE] = 'X',
		[SVMSIM_PAGE_MIGRATION] = 'm', [SVMSIM_PAGE_SWAP] = 's',
		[SVMSIM_PAGE_POISON] = '!',    [SVMSIM_PAGE_MARKER] = '?',
	};

	if (page->pins > 0)
		return 'P';
	return page->huge && page->kind == SVMSIM_PAGE_ANON ? 'H' : letters[page->kind];
}

static uint64_t row_of(uint64_t rest)
{
	return rest < STRIP_COLUMNS ? rest : STRIP_COLUMNS;
}

/* How many letters are in rows that are all of the first letter; 0 when the first row is not. */
static uint64_t uniform_rows(const char *letter, uint64_t rest)
{
	uint64_t done = 0, row, i;

	while ((row = row_of(rest - done))) {
		for (i = done; i < done + row; i++) {
			if (letter[i] != letter[0])
				return done;
		}
		done += row;
	}
	return done;
}

/* Rows of letters; rows of one letter that follow one another are one: "a x448". */
static void strip_text(const struct scn_view *view, const struct scn_piece *piece,
		       struct scn_buf *buf)
{
	char *letter = host_zalloc(piece->pages + 1);
	struct svmsim_page page;
	uint64_t i, count;

	for (i = 0; i < piece->pages; i++) {
		svmsim_mm_page(view->mm, piece->address + i * SCN_PAGE_BYTES, &page);
		letter[i] = letter_of(&page);
	}
	for (i = 0; i < piece->pages; i += count) {
		count = uniform_rows(letter + i, piece->pages - i);
		if (!count)
			count = row_of(piece->pages - i);
		piece_text(view->runner, buf, piece->symbol, piece->page + i, count);
		if (count > STRIP_COLUMNS)
			scn_buf_add(buf, " %c x%llu\n", letter[i], (unsigned long long)count);
		else
			scn_buf_add(buf, " %.*s\n", (int)count, letter + i);
	}
	host_free(letter);
}

/* Does a page go on in the way of the one before? Pages of a large folio only within it. */
static bool page_continues(const struct svmsim_page *page, const struct svmsim_page *next)
{
	struct svmsim_page same = *next;

	same.pfn = page->pfn;
	if (page->is_page && next->is_page && !page->order && !next->order)
		same.folio_pfn = page->folio_pfn;
	/* How the CPU has touched it is the page table's business. */
	same.accessed = page->accessed;
	same.dirty = page->dirty;
	return same.kind == page->kind && same.huge == page->huge &&
	       same.present == page->present && same.readable == page->readable &&
	       same.writable == page->writable && same.is_page == page->is_page &&
	       same.folio_pfn == page->folio_pfn && same.order == page->order &&
	       same.refs == page->refs && same.maps == page->maps && same.pins == page->pins &&
	       same.node == page->node && same.device == page->device &&
	       same.exclusive == page->exclusive && same.flags == page->flags;
}

static const char *access_text(const struct svmsim_page *page)
{
	if (page->present && !page->readable)
		return " none";
	if (page->kind == SVMSIM_PAGE_ABSENT || page->kind == SVMSIM_PAGE_SWAP ||
	    page->kind == SVMSIM_PAGE_POISON || page->kind == SVMSIM_PAGE_MARKER)
		return "";
	return page->writable ? " rw" : " r";
}

static void page_text(const struct scn_view *view, const struct svmsim_page *page,
		      struct scn_buf *buf)
{
	const char *separator = " ";
	unsigned int i;

	scn_buf_add(buf, " %s%s%s", svmsim_page_kind_name(page->kind), page->huge ? " huge" : "",
		    access_text(page));
	if (!page->is_page) {
		scn_buf_add(buf, "\n");
		return;
	}
	if (page->order)
		scn_buf_add(buf, " order=%u", page->order);
	scn_buf_add(buf, " refs=%d maps=%d", page->refs, page->maps);
	if (page->pins)
		scn_buf_add(buf, " pins=%d", page->pins);
	if (page->node >= 0)
		scn_buf_add(buf, " node=%d", page->node);
	if (page->device >= 0)
		scn_buf_add(buf, " on=%s", view->runner->plan->machine.device[page->device].name);
	if (page->exclusive)
		scn_buf_add(buf, " exclusive");
	for (i = 0; svmsim_page_flag_name(i); i++) {
		if (!(page->flags >> i & 1))
			continue;
		scn_buf_add(buf, "%s%s", separator, svmsim_page_flag_name(i));
		separator = ",";
	}
	scn_buf_add(buf, "\n");
}

static void pages_text(const struct scn_view *view, const struct scn_piece *piece,
		       struct scn_buf *buf)
{
	struct svmsim_page page, next;
	uint64_t i = 0, count;

	svmsim_mm_page(view->mm, piece->address, &page);
	while (i < piece->pages) {
		for (count = 1; i + count < piece->pages; count++) {
			svmsim_mm_page(view->mm, piece->address + (i + count) * SCN_PAGE_BYTES,
				       &next);
			if (!page_continues(&page, &next))
				break;
		}
		piece_text(view->runner, buf, piece->symbol, piece->page + i, count);
		page_text(view, &page, buf);
		i += count;
		page = next;
	}
}

static bool entry_continues(const struct svmsim_cpu_entry *entry,
			    const struct svmsim_cpu_entry *next, uint64_t bytes)
{
	return next->address == entry->address + bytes && next->level == entry->level &&
	       next->kind == entry->kind && next->present == entry->present &&
	       next->writable == entry->writable && next->accessed == entry->accessed &&
	       next->dirty == entry->dirty && next->protnone == entry->protnone;
}

static void entries_text(const struct scn_view *view, const struct scn_piece *piece,
			 struct scn_buf *buf)
{
	uint64_t end = piece->address + piece->pages * SCN_PAGE_BYTES, bytes, step;
	struct svmsim_cpu_entry *entry;
	long count, i, k;

	entry = scn_entries(view->mm, &count);
	for (i = 0; i < count; i = k) {
		step = entry[i].level ? HUGE_BYTES : SCN_PAGE_BYTES;
		bytes = step;
		k = i + 1;
		if (entry[i].address < piece->address || entry[i].address >= end)
			continue;
		for (; k < count && entry[k].address < end &&
		       entry_continues(&entry[i], &entry[k], bytes); k++)
			bytes += step;
		piece_text(view->runner, buf, piece->symbol,
			   piece->page + (entry[i].address - piece->address) / SCN_PAGE_BYTES,
			   bytes / SCN_PAGE_BYTES);
		scn_buf_add(buf, " %s %s%s%s%s\n", entry[i].level ? "2M" : "4K",
			    svmsim_page_kind_name(entry[i].kind),
			    entry[i].protnone ? " none" : entry[i].writable ? " rw" : " r",
			    entry[i].accessed ? " accessed" : "", entry[i].dirty ? " dirty" : "");
	}
	host_free(entry);
}

static void area_text(const struct scn_view *view, const struct svmsim_area_info *area,
		      struct scn_buf *buf)
{
	uint64_t at = area->start, end = area->start + area->bytes;
	const char *separator = "";
	struct scn_piece piece;

	while (scn_next_piece(view->runner, view->process, &at, end, &piece)) {
		scn_buf_add(buf, "%s", separator);
		piece_text(view->runner, buf, piece.symbol, piece.page, piece.pages);
		separator = " + ";
	}
	scn_buf_add(buf, " %s %s%s", area->prot & SVMSIM_PROT_WRITE ? "rw" :
		    area->prot & SVMSIM_PROT_READ ? "ro" : "none",
		    area->file ? "file" : "anon", area->shared ? " shared" : "");
	if (area->offset_bytes)
		scn_buf_add(buf, " offset=%llup",
			    (unsigned long long)(area->offset_bytes / SCN_PAGE_BYTES));
	scn_buf_add(buf, "%s%s%s%s%s\n", area->hugepage ? " hugepage" : "",
		    area->nohugepage ? " nohugepage" : "", area->pfnmap ? " pfnmap" : "",
		    area->mixedmap ? " mixedmap" : "", area->dontcopy ? " dontfork" : "");
}

static void snapshot_text(const struct scn_view *view, const struct scn_piece *piece,
			  struct scn_buf *buf)
{
	uint8_t *codes = host_zalloc(piece->pages + 1);
	struct svmsim_mirror *mirror;
	uint64_t i, count;
	char text[40];
	int err;

	err = svmsim_mirror_open(view->mm, view->device, &mirror);
	if (!err)
		err = svmsim_mirror_snapshot(mirror, piece->address,
					     piece->pages * SCN_PAGE_BYTES, codes);
	if (err)
		scn_buf_add(buf, "%s\n", scn_errno_text(-err));
	for (i = 0; i < piece->pages && !err; i += count) {
		for (count = 1; i + count < piece->pages && codes[i + count] == codes[i]; count++)
			;
		piece_text(view->runner, buf, piece->symbol, piece->page + i, count);
		svmsim_mirror_code_text(codes[i], text, sizeof(text));
		scn_buf_add(buf, " %s\n", text);
	}
	host_free(codes);
}

static void slot_text(const struct svmsim_slot *slot, struct scn_buf *buf)
{
	scn_buf_add(buf, " %s%s%s%s%s\n", slot->flags & SVMSIM_SLOT_VALID ? "VALID" : "",
		    slot->flags & SVMSIM_SLOT_MIGRATE ?
			    slot->flags & SVMSIM_SLOT_VALID ? "|MIGRATE" : "MIGRATE" : "",
		    slot->flags & SVMSIM_SLOT_WRITE ? "|WRITE" : "",
		    slot->flags & SVMSIM_SLOT_COMPOUND ? "|COMPOUND" : "",
		    slot->flags ? "" : "0");
}

/* A migration is of one area at a time. */
static void collect_text(const struct scn_view *view, const struct scn_piece *piece,
			 struct scn_buf *buf)
{
	struct svmsim_slot *slots = host_zalloc((piece->pages + 1) * sizeof(*slots));
	uint64_t i, count;
	int err;

	err = svmsim_collect(view->mm, piece->address, piece->pages * SCN_PAGE_BYTES, view->device,
			     true, slots);
	if (err)
		scn_buf_add(buf, "%s\n", scn_errno_text(-err));
	for (i = 0; i < piece->pages && !err; i += count) {
		for (count = 1; i + count < piece->pages &&
		     slots[i + count].flags == slots[i].flags; count++)
			;
		piece_text(view->runner, buf, piece->symbol, piece->page + i, count);
		slot_text(&slots[i], buf);
	}
	host_free(slots);
}

/* The parts of a piece that lie in areas. */
static void each_area(const struct scn_view *view, const struct scn_piece *piece,
		      struct scn_buf *buf)
{
	uint64_t end = piece->address + piece->pages * SCN_PAGE_BYTES, start, last;
	struct svmsim_area_info *area;
	struct scn_piece part;
	long count, i;

	area = scn_areas(view->mm, &count);
	for (i = 0; i < count; i++) {
		start = area[i].start > piece->address ? area[i].start : piece->address;
		last = area[i].start + area[i].bytes < end ? area[i].start + area[i].bytes : end;
		if (start >= last)
			continue;
		part = *piece;
		part.address = start;
		part.page += (start - piece->address) / SCN_PAGE_BYTES;
		part.pages = (last - start) / SCN_PAGE_BYTES;
		collect_text(view, &part, buf);
	}
	host_free(area);
}

static void piece_view(const struct scn_view *view, const struct scn_piece *piece,
		       struct scn_buf *buf)
{
	const char *name = scn_states[view->what].name;

	if (!strcmp(name, "snapshot")) {
		snapshot_text(view, piece, buf);
		return;
	}
	if (!strcmp(name, "collect")) {
		each_area(view, piece, buf);
		return;
	}
	if (!strcmp(name, "cpu-pt")) {
		entries_text(view, piece, buf);
		return;
	}
	strip_text(view, piece, buf);
	if (!strcmp(name, "pages"))
		pages_text(view, piece, buf);
}

/* All areas of a process. */
static void process_text(const struct scn_view *view, struct scn_buf *buf)
{
	struct svmsim_area_info *area;
	struct scn_piece piece;
	long count, i;

	area = scn_areas(view->mm, &count);
	for (i = 0; i < count; i++) {
		uint64_t at = area[i].start, end = area[i].start + area[i].bytes;

		if (!scn_state_has_pages(view->what)) {
			area_text(view, &area[i], buf);
			continue;
		}
		while (scn_next_piece(view->runner, view->process, &at, end, &piece))
			piece_view(view, &piece, buf);
	}
	host_free(area);
}

/* Pages of one area, whether they are still mapped or not. */
static void span_text(const struct scn_view *view, const struct scn_span *span,
		      struct scn_buf *buf)
{
	const struct scn_home *place = scn_home_of(view->runner, view->process, span->symbol);
	struct scn_piece piece;

	if (!place)
		return;
	piece = (struct scn_piece){
		.address = place->address, .symbol = span->symbol,
		.pages = place->bytes / SCN_PAGE_BYTES,
	};
	if (span->range.is_set) {
		piece.page = span->range.first;
		piece.address += piece.page * SCN_PAGE_BYTES;
		piece.pages = span->range.last - piece.page + 1;
	}
	piece_view(view, &piece, buf);
}

/* Processes that are there, of those that a state is about. */
static bool next_process(struct scn_runner *runner, const struct scn_step *step, int *process)
{
	const struct scn_plan *plan = runner->plan;

	while (++*process < (int)plan->symbol_count) {
		if (plan->symbol[*process].kind == SCN_SYMBOL_PROCESS &&
		    runner->handle[*process] && svmsim_mm_alive(runner->handle[*process]) &&
		    (!step || step->process < 0 || step->process == *process))
			return true;
	}
	return false;
}

void scn_mm_text(struct scn_runner *runner, int what, const struct scn_step *step,
		 struct scn_buf *buf)
{
	struct scn_view view = {
		.runner = runner, .what = what, .device = step ? step->device : -1,
	};
	int process = -1, count = 0;

	scn_buf_add(buf, "%s", "");
	while (next_process(runner, step, &process))
		count++;
	for (process = -1; next_process(runner, step, &process);) {
		view.process = process;
		view.mm = runner->handle[process];
		if (step && step->span_count && !scn_home_of(runner, process, step->span->symbol))
			continue;
		if (count > 1)
			scn_buf_add(buf, "%s:\n", runner->plan->symbol[process].name);
		if (step && step->span_count)
			span_text(&view, step->span, buf);
		else
			process_text(&view, buf);
	}
}

const char *scn_pages_text(struct scn_runner *runner, const struct scn_term *term)
{
	const char *word = scn_page_words[term->page_word].name;
	const char *not = term->negated ? "not all " : "all ";

	if (term->page_word != SCN_PAGE_ON)
		return scn_printf(runner->arena, "%s%s", not, word);
	if (term->node >= 0)
		return scn_printf(runner->arena, "%son node %d", not, term->node);
	return scn_printf(runner->arena, "%son %s", not, term->object ? term->object->text :
								       "device");
}

const char *scn_pages_got(struct scn_runner *runner, const struct scn_term *term)
{
	const struct scn_span span = { term->symbol, term->place.range };
	struct scn_view view = {
		.runner = runner, .process = term->process_symbol,
		.what = scn_named_find(scn_states, "pages"),
		.mm = runner->handle[term->process_symbol],
	};
	const struct scn_home *place = scn_home_of(runner, view.process, span.symbol);
	struct scn_piece piece;
	struct scn_buf buf = { 0 };
	const char *text;
	size_t i;

	if (!place || !view.mm || !svmsim_mm_alive(view.mm))
		return "no such area";
	piece = (struct scn_piece){
		.address = place->address, .symbol = span.symbol,
		.pages = place->bytes / SCN_PAGE_BYTES,
	};
	if (span.range.is_set) {
		piece.page = span.range.first;
		piece.address += piece.page * SCN_PAGE_BYTES;
		piece.pages = span.range.last - piece.page + 1;
	}
	pages_text(&view, &piece, &buf);
	for (i = 0; i + 1 < buf.bytes; i++) {
		if (buf.data[i] == '\n')
			buf.data[i] = ';';
	}
	text = scn_strndup(runner->arena, buf.data, buf.bytes ? buf.bytes - 1 : 0);
	scn_buf_free(&buf);
	return text;
}
