/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/errno.h>
#include <svmsim/events.h>
#include "kernel/world.h"
#include "ktest.h"

/* Emits some of everything. */
static void run_something(struct svmsim_world *world)
{
	u32 device = sim_name("0000:03:00.0");

	for (u64 i = 0; i < 100; i++) {
		world->step++;
		world->now_ns += 1000;
		sim_event(IOMMU_MAP, 0, i << 12, 0x1000000 + (i << 13), 4096);
		sim_event(IOVA_ALLOC, 0, i, 1);
		sim_event(DMA_MAP_PHYS, device, i % 3, i << 12, 4096, i << 20, 1 << (i % 13));
		sim_event(DEV_WRITE, device, i << 12, 100, 0, i * i);
		sim_event(TIMER_EXPIRE, i);
	}
	sim_report_raise(sim_report_begin(SIM_REPORT_BUG));
}

struct seen {
	unsigned int count;
	struct sim_event last;
	char order[16];
	struct svmsim_world *world;
	struct sim_event_consumer *detach;
};

static void count_event(void *ctx, const struct sim_event *event)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->last = *event;
}

static void test_consumers_change_nothing(void **state)
{
	struct svmsim_world *alone = ktest_world(NULL, 0, NULL);
	struct svmsim_world *watched = ktest_world(NULL, 0, NULL);
	struct seen seen = { 0 };
	struct sim_event_consumer consumer = { .consume = count_event, .ctx = &seen };
	u64 total = 0;

	sim_world_enter(alone);
	run_something(alone);
	sim_world_enter(watched);
	sim_event_attach(watched, &consumer);
	run_something(watched);
	sim_event_detach(watched, &consumer);
	ktest_assert_u64_equal(alone->events.digest, watched->events.digest);
	for (int i = 0; i < SIM_EVENT_COUNT; i++) {
		ktest_assert_u64_equal(alone->events.count[i], watched->events.count[i]);
		total += alone->events.count[i];
	}
	ktest_assert_u64_equal(seen.count, total);
	ktest_expect_report(alone, "bug", 1);
	ktest_expect_report(watched, "bug", 1);
}

static void test_event_carries_its_circumstances(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct seen seen = { 0 };
	struct sim_event_consumer consumer = { .consume = count_event, .ctx = &seen };

	world->step = 4;
	world->now_ns = 4567;
	world->cpu = 2;
	world->task_name = "d0";
	world->task_pid = 3;
	sim_event_attach(world, &consumer);
	sim_event(DMA_MAP_PHYS, 1, 2, 3, 4, 5, 6);
	sim_event_detach(world, &consumer);
	ktest_assert_int_equal(seen.last.id, SIM_EVENT_DMA_MAP_PHYS);
	ktest_assert_u64_equal(seen.last.step, 4);
	ktest_assert_u64_equal(seen.last.time_ns, 4567);
	ktest_assert_int_equal(seen.last.cpu, 2);
	ktest_assert_string_equal(seen.last.task_name, "d0");
	ktest_assert_int_equal(seen.last.task_pid, 3);
	ktest_assert_int_equal(seen.last.arg_count, 6);
	for (int i = 0; i < 6; i++)
		ktest_assert_u64_equal(seen.last.arg[i], i + 1);
}

static void note_order(struct seen *seen, char letter)
{
	seen->order[seen->count++] = letter;
	if (seen->detach) {
		sim_event_detach(seen->world, seen->detach);
		/* Its memory may be reused at once. */
		seen->detach->next = NULL;
		seen->detach = NULL;
	}
}

static void consume_a(void *ctx, const struct sim_event *event)
{
	note_order(ctx, 'a');
}

static void consume_b(void *ctx, const struct sim_event *event)
{
	note_order(ctx, 'b');
}

static void test_consumers_are_called_in_order_and_may_leave(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct seen seen = { .world = world };
	struct sim_event_consumer a = { .consume = consume_a, .ctx = &seen };
	struct sim_event_consumer b = { .consume = consume_b, .ctx = &seen };

	sim_event_attach(world, &b);
	sim_event_attach(world, &a);
	sim_event(TIMER_EXPIRE, 1);
	ktest_assert_string_equal(seen.order, "ba");
	seen.detach = &b;
	sim_event(TIMER_EXPIRE, 2);
	ktest_assert_string_equal(seen.order, "baba");
	sim_event(TIMER_EXPIRE, 3);
	ktest_assert_string_equal(seen.order, "babaa");
	sim_event_detach(world, &a);
	ktest_assert_null(world->events.consumers);
}

/* Every argument, its place and the type enter the digest, zeroes too. */
static void test_digest_sees_every_argument(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	u64 digests[16];
	unsigned int count = 0;

	for (int place = -1; place < 6; place++) {
		u64 arg[6] = { 0 };

		if (place >= 0)
			arg[place] = 1;
		sim_world_reset(world);
		sim_event_emit(world, &world->events, SIM_EVENT_DMA_MAP_PHYS, 6, arg);
		digests[count++] = world->events.digest;
	}
	sim_world_reset(world);
	sim_event(TIMER_EXPIRE, 1);
	digests[count++] = world->events.digest;
	sim_world_reset(world);
	sim_event(WORK_START, 1);
	digests[count++] = world->events.digest;
	for (unsigned int i = 0; i < count; i++)
		for (unsigned int j = 0; j < i; j++)
			ktest_assert_u64_not_equal(digests[i], digests[j]);
}

/* Pinned: it must be the same for every compiler and machine. */
/*
 * What happened before is never forgotten, whatever values come after it: those of the digest's own
 * constants once made it zero, and two different runs equal.
 */
static void test_digest_forgets_nothing(void **state)
{
	static const u64 special[] = {
		0, 1, ~0ull, SIM_DIGEST_SEED, SIM_DIGEST_KEY, SIM_DIGEST_SEED ^ SIM_DIGEST_KEY,
	};
	const unsigned int count = sizeof(special) / sizeof(special[0]);
	struct svmsim_world *a = ktest_world(NULL, 0, NULL), *b = ktest_world(NULL, 0, NULL);

	for (unsigned int i = 0; i < count; i++) {
		for (unsigned int at = 0; at < 6; at++) {
			u64 arg[6] = { 11, 12, 13, 14, 15, 16 }, before;

			arg[at] = special[i];
			a->events.digest = 1;
			b->events.digest = 2;
			sim_event_emit(a, &a->events, SIM_EVENT_NAME, 6, arg);
			sim_event_emit(b, &b->events, SIM_EVENT_NAME, 6, arg);
			ktest_assert_u64_not_equal(a->events.digest, b->events.digest);
			/* And no other argument of the same event is lost. */
			before = a->events.digest;
			arg[(at + 5) % 6]++;
			a->events.digest = 1;
			sim_event_emit(a, &a->events, SIM_EVENT_NAME, 6, arg);
			ktest_assert_u64_not_equal(a->events.digest, before);
		}
	}
}

static void test_digest_is_the_same_everywhere(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	sim_event(IOMMU_MAP, 0, 0x1000, 0x2000, 4096);
	sim_event(DMA_MAP_PHYS, 1, 2, 3, 4, 5, 6);
	sim_name("d0");
	ktest_assert_u64_equal(world->events.digest, 0xa143caebcbd9373e);
}

struct format_row {
	enum sim_event_id id;
	u64 arg[6];
	const char *text;
};

static void test_formats(void **state)
{
	static const struct format_row rows[] = {
		{ SIM_EVENT_IOMMU_MAP, { 3, 0xfffff000, 0x123456000, 8192 },
		  "IOMMU: iova=0x00000000fffff000 - 0x0000000100001000 paddr=0x0000000123456000 "
		  "size=8192" },
		{ SIM_EVENT_IOMMU_UNMAP, { 3, 0x1000, 8192, 4096 },
		  "IOMMU: iova=0x0000000000001000 - 0x0000000000003000 size=8192 "
		  "unmapped_size=4096" },
		{ SIM_EVENT_IO_PAGE_FAULT, { 1, 0, 0x7000, 1 },
		  "IOMMU:amd 0000:03:00.0 iova=0x0000000000007000 flags=0x0001" },
		{ SIM_EVENT_DMA_MAP_PHYS, { 0, 0, 0xfffff000, 4096, 0x5000, 0 },
		  "0000:03:00.0 dir=BIDIRECTIONAL dma_addr=fffff000 size=4096 phys_addr=5000 "
		  "attrs=" },
		{ SIM_EVENT_DMA_MAP_PHYS, { 0, 1, 0, 0, 0, 1 << 5 | 1 << 10 },
		  "0000:03:00.0 dir=TO_DEVICE dma_addr=0 size=0 phys_addr=0 "
		  "attrs=SKIP_CPU_SYNC|MMIO" },
		{ SIM_EVENT_DMA_UNMAP_PHYS, { 0, 2, 0, 0, 1 << 11 | 1 << 12 | 1ull << 40 | 1 },
		  "0000:03:00.0 dir=FROM_DEVICE dma_addr=0 size=0 "
		  "attrs=CACHELINES_OVERLAP|REQUIRE_COHERENT|0x10000000001" },
		{ SIM_EVENT_DMA_UNMAP_PHYS, { 0, 3, 0, 0, 1 },
		  "0000:03:00.0 dir=NONE dma_addr=0 size=0 attrs=0x1" },
		{ SIM_EVENT_DMA_UNMAP_PHYS, { 0, 4, 0, 0, 0 },
		  "0000:03:00.0 dir=? dma_addr=0 size=0 attrs=" },
		{ SIM_EVENT_RESULT, { 1, -12 }, "amd -> -12" },
		{ SIM_EVENT_REPORT, { 99 }, "?" },
		{ SIM_EVENT_PAGE_ALLOC, { ~0ull, 3 }, "pfn=0xffffffffffffffff order=3" },
		{ SIM_EVENT_TIMER_EXPIRE, { ~0ull }, "now=18446744073709551615" },
	};
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	char text[256];

	sim_name("0000:03:00.0");
	sim_name("amd");
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_event event = { .id = rows[i].id, .arg_count = 6 };

		ktest_context("row %u", i);
		__builtin_memcpy(event.arg, rows[i].arg, sizeof(event.arg));
		sim_event_format(world, &event, text, sizeof(text));
		ktest_assert_string_equal(text, rows[i].text);
	}
}

/* Templates are checked when they are expanded: a misspelt argument would end the program. */
static void test_every_template_expands(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	char text[256];

	for (int id = 0; id < SIM_EVENT_COUNT; id++) {
		struct sim_event event = { .id = id, .arg_count = 6 };

		sim_event_format(world, &event, text, sizeof(text));
		ktest_context("%s: %s", sim_event_types[id].symbol, text);
		ktest_assert_true(text[0]);
		for (const char *at = text; *at; at++)
			ktest_assert_true(*at != '{' && *at != '}');
	}
}

static void test_text_is_cut_to_the_buffer(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct sim_event event = { .id = SIM_EVENT_IOMMU_MAP, .arg_count = 4 };
	char whole[256], part[256];

	sim_event_format(world, &event, whole, sizeof(whole));
	for (size_t size = 1; size < sizeof(part); size++) {
		__builtin_memset(part, '#', sizeof(part));
		sim_event_format(world, &event, part, size);
		ktest_assert_int_equal(__builtin_strncmp(part, whole, size - 1), 0);
		ktest_assert_true(__builtin_strlen(part) < size);
		ktest_assert_int_equal(part[size], '#');
	}
}

struct lines {
	unsigned int count;
	char line[8][256];
};

static void keep_line(void *ctx, const struct svmsim_event *event)
{
	struct lines *lines = ctx;

	if (lines->count < 8)
		host_snprintf(lines->line[lines->count], 256, "%s:%s|%s|%s", event->system,
			      event->name, event->text, event->line);
	lines->count++;
}

static void test_watcher_gets_ftrace_lines(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct lines lines = { 0 };
	struct svmsim_watcher *watcher = svmsim_watch(world, keep_line, &lines);

	world->now_ns = 12345678901234;
	world->cpu = 7;
	sim_name("not shown");
	sim_event(IOVA_ALLOC, 1, 0xfffff, 8);
	world->task_name = "d0";
	world->task_pid = 3;
	sim_event(IOVA_FREE, 1, 0xfffff, 8);
	ktest_assert_int_equal(lines.count, 2);
	ktest_assert_string_equal(lines.line[0],
		"iova:alloc|domain=1 pfn=0xfffff pages=8|"
		"       <machine>-0       [007] d..1.  12345.678901: alloc: "
		"domain=1 pfn=0xfffff pages=8");
	ktest_assert_string_equal(lines.line[1],
		"iova:free|domain=1 pfn=0xfffff pages=8|"
		"              d0-3       [007] d..1.  12345.678901: free: "
		"domain=1 pfn=0xfffff pages=8");
	svmsim_unwatch(watcher);
	sim_event(IOVA_FREE, 1, 0xfffff, 8);
	ktest_assert_int_equal(lines.count, 2);
	svmsim_unwatch(NULL);
}

/* A watcher stays through resets, and its memory goes with the world. */
static void test_watcher_survives_reset_and_ends_with_the_world(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	struct lines lines = { 0 };

	svmsim_watch(world, keep_line, &lines);
	svmsim_watch(world, keep_line, &lines);
	sim_world_reset(world);
	sim_event(TIMER_EXPIRE, 1);
	ktest_assert_int_equal(lines.count, 2);
}

static void test_counters(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	unsigned int count = 0;
	uint64_t value;

	run_something(world);
	ktest_assert_int_equal(svmsim_counter(world, "iommu:map", &value), 0);
	ktest_assert_u64_equal(value, 100);
	ktest_assert_int_equal(svmsim_counter(world, "iommu:unmap", &value), 0);
	ktest_assert_u64_equal(value, 0);
	ktest_assert_int_equal(svmsim_counter(world, "map", &value), -ENOENT);
	ktest_assert_int_equal(svmsim_counter(world, "iommu:", &value), -ENOENT);
	while (svmsim_counter_name(count)) {
		const char *name = svmsim_counter_name(count);

		ktest_assert_int_equal(svmsim_counter(world, name, &value), 0);
		ktest_assert_u64_equal(value, world->events.count[count]);
		count++;
	}
	ktest_assert_int_equal(count, SIM_EVENT_COUNT);
	ktest_expect_report(world, "bug", 1);
}

static const struct ktest tests[] = {
	KTEST(test_consumers_change_nothing),
	KTEST(test_event_carries_its_circumstances),
	KTEST(test_consumers_are_called_in_order_and_may_leave),
	KTEST(test_digest_sees_every_argument),
	KTEST(test_digest_forgets_nothing),
	KTEST(test_digest_is_the_same_everywhere),
	KTEST(test_formats),
	KTEST(test_every_template_expands),
	KTEST(test_text_is_cut_to_the_buffer),
	KTEST(test_watcher_gets_ftrace_lines),
	KTEST(test_watcher_survives_reset_and_ends_with_the_world),
	KTEST(test_counters),
};
KTEST_MAIN(tests)
