// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The order of locks over many runs. Each run's own order is free of cycles, or the run has
 * reported it; so a cycle found here takes edges of several. The rules of readers are those of the
 * checker itself (kernel/lockdep_graph.c): a path in which a recursive reader is followed by a
 * reader is none.
 */
#include <svmsim/locks.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <svmsim/report.h>
#include "explore/scn_util.h"

#define FRAME_MAX 16
#define LINE_CLASS_MAX 65536

/* struct class - @id is its text without the number of copies; @edge is its newest, plus one */
struct class {
	const char *id;
	const char *name;
	unsigned int edge;
	unsigned int mark;
};

/* struct edge - @next is the one of @from before it, plus one; no @task at boot */
struct edge {
	unsigned int from;
	unsigned int to;
	unsigned int held;
	unsigned int taken;
	unsigned int next;
	const char *file;
	const char *task;
	unsigned int frame_count;
	uintptr_t frame[FRAME_MAX];
};

/* struct node - of a search: @edge led here from node @parent */
struct node {
	unsigned int class;
	bool weak;
	unsigned int parent;
	unsigned int edge;
};

struct svmsim_lock_union {
	struct scn_arena arena;
	struct class *class;
	unsigned int class_count;
	struct edge *edge;
	unsigned int edge_count;
	struct node *node;
	unsigned int node_count;
	unsigned int mark;
	struct svmsim_lock_finding *finding;
	unsigned int finding_count;
};

struct svmsim_lock_union *svmsim_lock_union_make(void)
{
	return calloc(1, sizeof(struct svmsim_lock_union));
}

void svmsim_lock_union_free(struct svmsim_lock_union *locks)
{
	if (!locks)
		return;
	scn_arena_free(&locks->arena);
	free(locks->node);
	free(locks);
}

int svmsim_lock_union_finding(const struct svmsim_lock_union *locks, unsigned int index,
			      struct svmsim_lock_finding *finding)
{
	if (index >= locks->finding_count)
		return -ENOENT;
	*finding = locks->finding[index];
	return 0;
}

static unsigned int find_class(struct svmsim_lock_union *locks, const char *id, const char *name)
{
	unsigned int i;

	for (i = 0; i < locks->class_count; i++) {
		if (!strcmp(locks->class[i].id, id))
			return i;
	}
	locks->class = scn_grow(&locks->arena, locks->class, locks->class_count,
				sizeof(*locks->class));
	locks->class[i] = (struct class){
		.id = scn_strdup(&locks->arena, id),
		.name = scn_strdup(&locks->arena, name),
	};
	return locks->class_count++;
}

/* A class may be passed once by a weak edge, and then again by another. */
static void visit(struct svmsim_lock_union *locks, unsigned int class, bool weak,
		  unsigned int parent, unsigned int edge)
{
	unsigned int mark = locks->mark + !weak;

	if (locks->class[class].mark >= mark)
		return;
	locks->class[class].mark = mark;
	locks->node[locks->node_count++] = (struct node){ class, weak, parent, edge };
}

/* Node by which the order so far leads from where @closing ends to where it begins, or -1. */
static int find_path(struct svmsim_lock_union *locks, const struct edge *closing)
{
	unsigned int head, next;

	locks->node = realloc(locks->node, 2 * locks->class_count * sizeof(*locks->node));
	if (!locks->node)
		abort();
	locks->node_count = 0;
	locks->mark += 2;
	visit(locks, closing->to, closing->taken == 2, 0, 0);
	for (head = 0; head < locks->node_count; head++) {
		const struct node node = locks->node[head];

		if (node.class == closing->from && (closing->held == 0 || !node.weak))
			return (int)head;
		for (next = locks->class[node.class].edge; next;
		     next = locks->edge[next - 1].next) {
			const struct edge *edge = &locks->edge[next - 1];

			if (!node.weak || edge->held == 0)
				visit(locks, edge->to, edge->taken == 2, head, next);
		}
	}
	return -1;
}

static void put_edge(const struct svmsim_lock_union *locks, struct scn_buf *buf,
		     const struct edge *edge)
{
	scn_buf_add(buf, "  %s -> %s, by ", locks->class[edge->from].name,
		    locks->class[edge->to].name);
	if (edge->task)
		scn_buf_add(buf, "%s in %s\n", edge->task, edge->file);
	else
		scn_buf_add(buf, "the kernel at boot\n");
}

static void put_chain(const struct svmsim_lock_union *locks, struct scn_buf *buf,
		      const struct edge *edge)
{
	char name[256], function[256];
	unsigned int i;

	if (!edge->frame_count)
		return;
	scn_buf_add(buf, "  %s -> %s, by %s:\n", locks->class[edge->from].name,
		    locks->class[edge->to].name, edge->task);
	for (i = 0; i < edge->frame_count; i++) {
		const char *place;

		svmsim_frame_function(edge->frame[i], function, sizeof(function));
		if (scn_is_own_frame(function) || !strcmp(function, "main"))
			break;
		svmsim_frame_name(edge->frame[i], name, sizeof(name));
		place = strstr(name, " (");
		scn_buf_add(buf, "    %s%s\n", function, place ? place : "");
	}
}

/* The edges of the path in order. Return: their number. */
static unsigned int path_edges(struct svmsim_lock_union *locks, int node,
			       const struct edge **path)
{
	unsigned int count = 0, at, i;

	for (i = (unsigned int)node; locks->node[i].edge; i = locks->node[i].parent)
		count++;
	at = count;
	for (i = (unsigned int)node; locks->node[i].edge; i = locks->node[i].parent)
		path[--at] = &locks->edge[locks->node[i].edge - 1];
	return count;
}

static void add_finding(struct svmsim_lock_union *locks, const struct edge *closing, int node)
{
	const struct edge **path = calloc(locks->node_count + 1, sizeof(*path));
	unsigned int count = path_edges(locks, node, path), i;
	const char *first = locks->class[closing->from].name;
	const char *second = locks->class[closing->to].name;
	const char *other = NULL;
	struct scn_buf buf = { 0 };

	for (i = 0; i < count && !other; i++)
		other = path[i]->task && strcmp(path[i]->file, closing->file) ? path[i]->file
									     : NULL;
	scn_buf_add(&buf, "lock-order: locks are taken in an order that can deadlock\n");
	scn_buf_add(&buf, "  first=%s second=%s cycle=%u\n", first, second, count + 1);
	scn_buf_add(&buf, "  %s takes %s while it holds %s; the order in other files is\n",
		    closing->file, second, first);
	for (i = 0; i < count; i++) {
		scn_buf_add(&buf, "  ");
		put_edge(locks, &buf, path[i]);
	}
	for (i = 0; i < count; i++)
		put_chain(locks, &buf, path[i]);
	put_chain(locks, &buf, closing);
	locks->finding = scn_grow(&locks->arena, locks->finding, locks->finding_count,
				  sizeof(*locks->finding));
	locks->finding[locks->finding_count++] = (struct svmsim_lock_finding){
		.first = first,
		.second = second,
		.cycle = count + 1,
		.file = closing->file,
		.other_file = other ? other : closing->file,
		.text = scn_strndup(&locks->arena, buf.data, buf.bytes),
	};
	scn_buf_free(&buf);
	free(path);
}

static bool is_told(const struct svmsim_lock_union *locks, const struct edge *edge)
{
	unsigned int i;

	for (i = 0; i < locks->finding_count; i++) {
		if (locks->finding[i].first == locks->class[edge->from].name &&
		    locks->finding[i].second == locks->class[edge->to].name)
			return true;
	}
	return false;
}

static void add_edge(struct svmsim_lock_union *locks, const struct edge *edge)
{
	unsigned int next;
	int node;

	for (next = locks->class[edge->from].edge; next; next = locks->edge[next - 1].next) {
		const struct edge *known = &locks->edge[next - 1];

		if (known->to == edge->to && !known->held == !edge->held &&
		    (known->taken == 2) == (edge->taken == 2))
			return;
	}
	node = find_path(locks, edge);
	if (node >= 0) {
		if (!is_told(locks, edge))
			add_finding(locks, edge, node);
		return;
	}
	locks->edge = scn_grow(&locks->arena, locks->edge, locks->edge_count,
			       sizeof(*locks->edge));
	locks->edge[locks->edge_count] = *edge;
	locks->edge[locks->edge_count].next = locks->class[edge->from].edge;
	locks->class[edge->from].edge = ++locks->edge_count;
}

/* struct text - of one run; @known is by its own numbers of classes, -1 for one that is left out */
struct text {
	const char *at;
	const char *file;
	int *known;
	unsigned int known_count;
};

/* "&x->lock#2" is the second of its name in its run, which may be another's first. */
static void strip_copy(char *name)
{
	char *hash = strrchr(name, '#'), *level;

	if (!hash || !hash[1] || strspn(hash + 1, "0123456789/") != strlen(hash + 1))
		return;
	level = strchr(hash, '/');
	memmove(hash, level ? level : "", level ? strlen(level) + 1 : 1);
}

static bool parse_class(struct svmsim_lock_union *locks, struct text *text, const char *line,
			size_t bytes)
{
	const char *tab = memchr(line, '\t', bytes);
	char name[SVMSIM_LOCK_NAME_MAX], *id;
	unsigned int i;
	int class;

	if (!tab || (size_t)(tab - line) >= sizeof(name) || text->known_count == LINE_CLASS_MAX)
		return false;
	memcpy(name, line, (size_t)(tab - line));
	name[tab - line] = '\0';
	strip_copy(name);
	id = scn_printf(&locks->arena, "%s%.*s", name, (int)(bytes - (size_t)(tab - line)), tab);
	class = (int)find_class(locks, id, name);
	text->known = realloc(text->known, (text->known_count + 1) * sizeof(*text->known));
	if (!text->known)
		abort();
	/* Two of one kind in a run can't be told from each other in another. */
	for (i = 0; i < text->known_count; i++) {
		if (text->known[i] != class)
			continue;
		text->known[i] = -2 - class;
		class = -2 - class;
		break;
	}
	for (i = 0; i < text->known_count && class >= 0; i++) {
		if (text->known[i] == -2 - class)
			class = -2 - class;
	}
	text->known[text->known_count++] = class;
	return true;
}

static bool parse_edge(struct svmsim_lock_union *locks, const struct text *text, const char *line,
		       size_t bytes)
{
	const char *end = line + bytes, *task, *frame;
	struct edge edge = { .file = text->file };
	int length = 0;

	if (sscanf(line, "%u %u %u %u%n", &edge.from, &edge.to, &edge.held, &edge.taken,
		   &length) != 4 ||
	    (size_t)length >= bytes || line[length] != '\t')
		return false;
	task = line + length + 1;
	frame = memchr(task, '\t', (size_t)(end - task));
	if (!frame || edge.from >= text->known_count || edge.to >= text->known_count ||
	    edge.held > 2 || edge.taken > 2)
		return false;
	if (text->known[edge.from] < 0 || text->known[edge.to] < 0)
		return true;
	edge.from = (unsigned int)text->known[edge.from];
	edge.to = (unsigned int)text->known[edge.to];
	if (frame > task)
		edge.task = scn_strndup(&locks->arena, task, (size_t)(frame - task));
	while (frame + 1 < end && edge.frame_count < FRAME_MAX) {
		char *next;

		edge.frame[edge.frame_count] = (uintptr_t)strtoull(frame + 1, &next, 16);
		if (next == frame + 1)
			break;
		edge.frame_count++;
		frame = next;
	}
	add_edge(locks, &edge);
	return true;
}

int svmsim_lock_union_add(struct svmsim_lock_union *locks, const char *file, const char *text)
{
	struct text run = { .at = text, .file = scn_strdup(&locks->arena, file) };
	bool right = true;

	while (right && *run.at) {
		const char *line = run.at, *end = strchr(line, '\n');

		if (!end)
			right = false;
		else if (!strncmp(line, "class ", 6))
			right = parse_class(locks, &run, line + 6, (size_t)(end - line) - 6);
		else if (!strncmp(line, "edge ", 5))
			right = parse_edge(locks, &run, line + 5, (size_t)(end - line) - 5);
		else
			right = false;
		run.at = right ? end + 1 : line;
	}
	free(run.known);
	return right ? 0 : -EINVAL;
}
