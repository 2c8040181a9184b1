/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/world.h"
#include "ktest.h"
#include "ktest_internal.h"
#include <svmsim/report.h>

#define WORLD_MAX 16
#define EXPECT_MAX 16

struct expectation {
	const char *identifier;
	unsigned int count;
};

struct held {
	struct svmsim_world *world;
	unsigned int expect_count;
	struct expectation expect[EXPECT_MAX];
};

static struct held held[WORLD_MAX];
static unsigned int held_count;

static struct held *held_find(const struct svmsim_world *world)
{
	for (unsigned int i = 0; i < held_count; i++)
		if (held[i].world == world)
			return &held[i];
	ktest_fail("this world is not one of the test's");
}

void ktest_machine_defaults(struct svmsim_machine *machine)
{
	if (!machine->node_count)
		machine->node_count = 1;
	for (unsigned int i = 0; i < machine->node_count; i++) {
		if (!machine->node[i].ram_bytes)
			machine->node[i].ram_bytes = 256ull << 20;
		if (!machine->node[i].cpu_count)
			machine->node[i].cpu_count = 1;
	}
	if (!machine->kernel[0])
		__builtin_memcpy(machine->kernel, "v7.0", sizeof("v7.0"));
	if (!machine->width_bits)
		machine->width_bits = 40;
	if (!machine->seed)
		machine->seed = 1;
	if (!machine->iotlb_sets)
		machine->iotlb_sets = 64;
	if (!machine->iotlb_ways)
		machine->iotlb_ways = 4;
	if (!machine->fill)
		machine->fill = 0xa5;
}

void ktest_world_add(struct svmsim_world *world)
{
	if (held_count == WORLD_MAX)
		ktest_fail("a test has at most %d worlds", WORLD_MAX);
	held[held_count++] = (struct held){ .world = world };
}

struct svmsim_world *ktest_world(const struct sim_layer *const *layers, unsigned int count,
				 const struct svmsim_machine *machine)
{
	static const struct svmsim_machine nothing;
	struct svmsim_machine filled = machine ? *machine : nothing;
	struct svmsim_world *world;
	int err;

	ktest_machine_defaults(&filled);
	err = sim_world_make(&filled, (const struct host_allocator *)ktest_allocator(), layers,
			     count, &world);
	if (err)
		ktest_fail("sim_world_make: error %d", err);
	ktest_world_add(world);
	return world;
}

void ktest_expect_report(struct svmsim_world *world, const char *identifier, unsigned int count)
{
	struct held *holder = held_find(world);

	for (unsigned int i = 0; i < holder->expect_count; i++) {
		if (!__builtin_strcmp(holder->expect[i].identifier, identifier)) {
			holder->expect[i].count += count;
			return;
		}
	}
	if (holder->expect_count == EXPECT_MAX)
		ktest_fail("a test expects at most %d kinds of report", EXPECT_MAX);
	holder->expect[holder->expect_count++] = (struct expectation){ identifier, count };
}

void ktest_scope_begin(void)
{
	sim_scope_begin();
}

void ktest_scope_end(void)
{
	sim_scope_end();
}

static bool is_finding(const struct svmsim_report *report)
{
	return !report->is_note && report->attached_to < 0;
}

unsigned int ktest_report_count(const struct svmsim_world *world, const char *identifier)
{
	struct svmsim_report report;
	unsigned int count = 0;

	for (unsigned int i = 0; !svmsim_report_get(world, i, &report); i++)
		if (is_finding(&report) && !__builtin_strcmp(report.identifier, identifier))
			count++;
	return count;
}

static void print_finding(const struct svmsim_report *report)
{
	char name[128];

	ktest_print("  %s:", report->identifier);
	for (unsigned int i = 0; i < report->field_count; i++)
		ktest_print(" %s=%s", report->key[i], report->value[i]);
	ktest_print("\n");
	for (unsigned int i = 0; i < report->line_count; i++)
		ktest_print("    %s\n", report->line[i]);
	for (unsigned int i = 0; i < report->frame_count; i++) {
		svmsim_frame_name(report->frame[i], name, sizeof(name));
		ktest_print("      %s\n", name);
	}
}

static bool judge_world(const struct held *holder)
{
	struct svmsim_world *world = holder->world;
	struct svmsim_report report;
	unsigned int expected = 0;
	bool good = true;

	for (unsigned int i = 0; i < holder->expect_count; i++) {
		const struct expectation *expect = &holder->expect[i];
		unsigned int got = ktest_report_count(world, expect->identifier);

		expected += expect->count;
		if (got == expect->count)
			continue;
		ktest_print("expected %u findings of %s, got %u\n", expect->count,
			    expect->identifier, got);
		good = false;
	}
	if (good && svmsim_finding_count(world) != expected) {
		ktest_print("%u findings, %u of them expected\n", svmsim_finding_count(world),
			    expected);
		good = false;
	}
	if (good)
		return true;
	for (unsigned int i = 0; !svmsim_report_get(world, i, &report); i++)
		if (is_finding(&report))
			print_finding(&report);
	return false;
}

static bool end_one(struct held *holder, bool judge)
{
	bool good = true;

	sim_world_enter(holder->world);
	if (judge) {
		sim_world_finish(holder->world);
		good = judge_world(holder);
	}
	sim_world_unmake(holder->world);
	return good;
}

void ktest_world_drop(struct svmsim_world *world)
{
	struct held *holder = held_find(world);
	struct held copy = *holder;

	*holder = held[--held_count];
	if (!end_one(&copy, true))
		ktest_fail("unexpected findings in a dropped world");
}

bool ktest_worlds_end(bool judge)
{
	bool good = true;

	while (held_count)
		good &= end_one(&held[--held_count], judge);
	return good;
}
