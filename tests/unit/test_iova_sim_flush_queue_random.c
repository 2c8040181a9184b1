/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random unmaps on several CPUs and random pauses, against a slow model: plain arrays that are
 * searched from the start. After each step the flushes so far, what was freed in which order, and
 * the length of each ring agree.
 */
#include "fq_fixture.h"
#include "kernel/world.h"

#define CPU_COUNT 3
#define STEP_COUNT 4000
#define BURST_MAX 40
#define FREED_MAX (SIM_FQ_SINGLE_ENTRY_COUNT + BURST_MAX)

struct model_entry {
	u64 pfn;
	u64 flush_count;
	bool waits;
};

/**
 * struct model - what must happen
 * @entry: of each ring, in order of queueing
 * @entry_count: of each ring, those that have retired in this step too
 * @seen: flushes when a ring was looked through last
 * @ring_count: 1 or CPU_COUNT
 * @limit: entries that a ring can hold
 * @timeout_ns: from the first entry, in whole ticks
 * @deadline_ns: of the timer, 0 when it rests
 * @flush_count: so far
 * @freed: pfns freed by this step, in order
 * @freed_count: their number
 */
struct model {
	struct model_entry entry[CPU_COUNT][STEP_COUNT * BURST_MAX];
	unsigned int entry_count[CPU_COUNT];
	u64 seen[CPU_COUNT];
	unsigned int ring_count;
	unsigned int limit;
	u64 timeout_ns;
	u64 deadline_ns;
	u64 flush_count;
	u64 freed[FREED_MAX];
	unsigned int freed_count;
};

static struct model model;

/* What the world really freed in this step. */
static u64 freed[FREED_MAX];
static unsigned int freed_count;

static void record(void *ctx, const struct sim_event *event)
{
	if (event->id == SIM_EVENT_IOVA_FREE)
		freed[freed_count++] = event->arg[1];
}

static void model_retire(unsigned int ring)
{
	if (model.seen[ring] == model.flush_count)
		return;
	model.seen[ring] = model.flush_count;
	for (unsigned int i = 0; i < model.entry_count[ring]; i++) {
		struct model_entry *entry = &model.entry[ring][i];

		if (!entry->waits || entry->flush_count == model.flush_count)
			continue;
		entry->waits = false;
		model.freed[model.freed_count++] = entry->pfn;
	}
}

static unsigned int model_length(unsigned int ring)
{
	unsigned int length = 0;

	for (unsigned int i = 0; i < model.entry_count[ring]; i++)
		length += model.entry[ring][i].waits;
	return length;
}

/* Forgets what has retired, so that the arrays stay short. */
static void model_tidy(void)
{
	for (unsigned int ring = 0; ring < model.ring_count; ring++) {
		unsigned int kept = 0;

		for (unsigned int i = 0; i < model.entry_count[ring]; i++)
			if (model.entry[ring][i].waits)
				model.entry[ring][kept++] = model.entry[ring][i];
		model.entry_count[ring] = kept;
	}
}

static void model_queue(unsigned int cpu, u64 pfn, u64 now_ns)
{
	unsigned int ring = model.ring_count == 1 ? 0 : cpu;

	model_retire(ring);
	/* Those that have retired in this step are still in the array. */
	if (model.entry_count[ring] >= model.limit && model_length(ring) == model.limit) {
		model.flush_count++;
		model_retire(ring);
	}
	model.entry[ring][model.entry_count[ring]++] =
		(struct model_entry){ pfn, model.flush_count, true };
	if (!model.deadline_ns)
		model.deadline_ns = now_ns / MS * MS + model.timeout_ns;
}

static void model_advance(u64 now_ns)
{
	if (!model.deadline_ns || now_ns < model.deadline_ns)
		return;
	model.deadline_ns = 0;
	model.flush_count++;
	for (unsigned int ring = 0; ring < model.ring_count; ring++)
		model_retire(ring);
}

static void compare(struct dma_fixture *f, u64 seed, unsigned int step)
{
	if (fq_flush_count(f) != model.flush_count)
		ktest_fail("seed %llu step %u: %llu flushes, the model has %llu", seed, step,
			   fq_flush_count(f), model.flush_count);
	if (freed_count != model.freed_count)
		ktest_fail("seed %llu step %u: %u freed, the model has %u", seed, step, freed_count,
			   model.freed_count);
	for (unsigned int i = 0; i < freed_count; i++)
		if (freed[i] != model.freed[i])
			ktest_fail("seed %llu step %u: freed %u is 0x%llx, the model has 0x%llx",
				   seed, step, i, freed[i], model.freed[i]);
	for (unsigned int ring = 0; ring < model.ring_count; ring++)
		if (sim_fq_length(fq_of(f), ring) != model_length(ring))
			ktest_fail("seed %llu step %u: ring %u has %u, the model has %u", seed,
				   step, ring, sim_fq_length(fq_of(f), ring), model_length(ring));
	freed_count = 0;
	model.freed_count = 0;
	model_tidy();
}

static void burst(struct dma_fixture *f, u64 phys, u64 count)
{
	f->world->cpu = (unsigned int)sim_random_below(f->world, CPU_COUNT);
	while (count--) {
		dma_addr_t addr = fq_map(f, phys);

		/* Time passes at each switch point: the timer may come in the middle of a burst. */
		model_advance(f->world->now_ns);
		model_queue(f->world->cpu, addr >> 12, f->world->now_ns);
		fq_unmap(f, addr);
		model_advance(f->world->now_ns);
	}
}

static void run(u64 seed, bool is_single)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){
		.cpu_count = CPU_COUNT,
		.params = { .lazy = true, .shadow_on_flush = is_single } });
	struct sim_event_consumer consumer = { .consume = record };
	u64 phys = dma_page(f);

	sim_event_detach(f->world, &f->consumer);
	sim_event_attach(f->world, &consumer);
	__builtin_memset(&model, 0, sizeof(model));
	freed_count = 0;
	model.ring_count = is_single ? 1 : CPU_COUNT;
	model.limit = is_single ? 32767 : 255;
	model.timeout_ns = is_single ? 1000 * MS : 10 * MS;
	sim_random_seed(f->world, seed);
	for (unsigned int step = 0; step < STEP_COUNT; step++) {
		if (sim_random_below(f->world, 8)) {
			burst(f, phys, 1 + sim_random_below(f->world, BURST_MAX));
		} else {
			/* At most one deadline falls into a pause. */
			sim_time_advance(f->world, sim_random_below(f->world, 4 * MS));
			model_advance(f->world->now_ns);
		}
		compare(f, seed, step);
	}
	sim_event_detach(f->world, &consumer);
}

static void test_percpu_rings_match_the_model(void **state)
{
	for (u64 seed = 1; seed <= 3; seed++)
		run(seed, false);
}

static void test_single_ring_matches_the_model(void **state)
{
	run(4, true);
}

static const struct ktest tests[] = {
	KTEST(test_percpu_rings_match_the_model),
	KTEST(test_single_ring_matches_the_model),
};
KTEST_MAIN(tests)
