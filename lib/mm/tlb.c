/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The CPUs' TLBs: what they remember, and how they are made to forget it. */
#include "mm/tlb.h"
#include "kernel/task.h"
#include "mm/tlb_internal.h"

/* Pages of a flush from which on a CPU forgets all of the mm, as x86 does. */
#define FLUSH_CEILING_PAGES 33

static struct tlb_state *tlb_state(void)
{
	return sim_world->slot[SIM_SLOT_TLB];
}

static struct tlb_cpu *this_cpu(void)
{
	return &tlb_state()->cpu[sim_world->cpu];
}

/* Large pages are looked up by what their first page's number is a multiple of. */
static unsigned int set_of(u64 vpn, unsigned int order)
{
	return (vpn >> order) & (tlb_state()->sets - 1);
}

static struct tlb_entry *find_in_set(struct tlb_cpu *cpu, u32 mm_number, u64 vpn,
				     unsigned int order)
{
	struct tlb_entry *entry = cpu->entry[set_of(vpn, order)];

	for (unsigned int way = 0; way < TLB_WAYS; way++, entry++)
		if (entry->vpn == vpn && entry->mm_number == mm_number && entry->order == order)
			return entry;
	return NULL;
}

static bool allows(const struct tlb_entry *entry, bool write)
{
	/* To set the dirty bit the CPU walks the table again. */
	return !write || (entry->writable && entry->dirty);
}

const struct tlb_entry *tlb_find(const struct mm_struct *mm, unsigned long addr, bool write)
{
	const u64 vpn = addr >> PAGE_SHIFT;
	struct tlb_cpu *cpu = this_cpu();
	struct tlb_entry *entry;

	if (!(mm->sim_cpus & BIT(sim_world->cpu)))
		return NULL;
	entry = find_in_set(cpu, mm->sim_number, vpn, 0);
	if (entry)
		return allows(entry, write) ? entry : NULL;
	if (!cpu->has_large)
		return NULL;
	entry = find_in_set(cpu, mm->sim_number, vpn & ~(CPT_PMD_PAGES - 1ull), CPT_PMD_ORDER);
	return entry && allows(entry, write) ? entry : NULL;
}

/* The entry to replace: a free one, else each in turn. */
static struct tlb_entry *victim(struct tlb_cpu *cpu, unsigned int set)
{
	const unsigned int ways = tlb_state()->ways;

	for (unsigned int way = 0; way < ways; way++)
		if (!cpu->entry[set][way].mm_number)
			return &cpu->entry[set][way];
	/* No remainder: dividing costs more than all the rest. */
	cpu->next[set]++;
	if (cpu->next[set] >= ways)
		cpu->next[set] = 0;
	return &cpu->entry[set][cpu->next[set]];
}

void tlb_fill(struct mm_struct *mm, unsigned long addr, u64 entry, unsigned int level)
{
	const unsigned int order = level ? CPT_PMD_ORDER : 0;
	const u64 vpn = (addr >> PAGE_SHIFT) & ~((1ull << order) - 1);
	struct tlb_cpu *cpu = this_cpu();
	struct tlb_entry *to = find_in_set(cpu, mm->sim_number, vpn, order);

	SIM_DEBUG_ASSERT(mm->sim_number && (entry & CPT_PRESENT));
	mm->sim_cpus |= BIT(sim_world->cpu);
	cpu->is_used = true;
	cpu->has_large |= order > 0;
	if (!to)
		to = victim(cpu, set_of(vpn, order));
	*to = (struct tlb_entry){ .mm_number = mm->sim_number,
				  .order = order,
				  .writable = entry & CPT_WRITE,
				  .dirty = entry & CPT_DIRTY,
				  .vpn = vpn,
				  .pfn = cpt_pfn(entry) };
}

static void forget_all(struct tlb_cpu *cpu, struct mm_struct *mm)
{
	for (unsigned int set = 0; set < tlb_state()->sets; set++)
		for (unsigned int way = 0; way < TLB_WAYS; way++)
			if (cpu->entry[set][way].mm_number == mm->sim_number)
				cpu->entry[set][way].mm_number = 0;
}

static void forget_page(struct tlb_cpu *cpu, const struct mm_struct *mm, u64 vpn)
{
	struct tlb_entry *entry = find_in_set(cpu, mm->sim_number, vpn, 0);

	if (entry)
		entry->mm_number = 0;
	if (!cpu->has_large)
		return;
	entry = find_in_set(cpu, mm->sim_number, vpn & ~(CPT_PMD_PAGES - 1ull), CPT_PMD_ORDER);
	if (entry)
		entry->mm_number = 0;
}

static void forget(unsigned int index, struct mm_struct *mm, unsigned long start,
		   unsigned long end)
{
	struct tlb_cpu *cpu = &tlb_state()->cpu[index];

	if ((end - 1 - start) >> PAGE_SHIFT >= FLUSH_CEILING_PAGES) {
		forget_all(cpu, mm);
		mm->sim_cpus &= ~BIT(index);
		return;
	}
	for (u64 vpn = start >> PAGE_SHIFT; vpn <= (end - 1) >> PAGE_SHIFT; vpn++)
		forget_page(cpu, mm, vpn);
}

void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	u64 cpus;

	/* The table says one thing, the TLBs another: any CPU can get here with the old entry. */
	sim_point_here(SIM_SITE(SIM_POINT_MODEL, "flush_tlb", ""));
	cpus = mm->sim_cpus;
	if (cpus & BIT(sim_world->cpu))
		forget(sim_world->cpu, mm, start, end);
	for (cpus &= ~BIT(sim_world->cpu); unlikely(cpus); cpus &= cpus - 1) {
		/* Each of the others takes its interrupt when it likes. */
		sim_point_here(SIM_SITE(SIM_POINT_MODEL, "flush_tlb:remote", ""));
		forget(__builtin_ctzll(cpus), mm, start, end);
	}
}

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	flush_tlb_mm_range(vma->vm_mm, start, end);
}

void flush_tlb_mm(struct mm_struct *mm)
{
	flush_tlb_mm_range(mm, 0, CPT_ADDRESS_END);
}

/* Plain counting: the bracket is the model's, its ends are no switch points. */
void tlb_change_begin(struct mm_struct *mm)
{
	mm->tlb_flush_pending.counter++;
}

void tlb_change_end(struct mm_struct *mm)
{
	SIM_ASSERT(mm->tlb_flush_pending.counter > 0);
	mm->tlb_flush_pending.counter--;
}

bool tlb_change_open(const struct mm_struct *mm)
{
	return mm->tlb_flush_pending.counter;
}

u64 cpt_clear_flush(struct vm_area_struct *vma, unsigned long addr, u64 *slot, unsigned int level)
{
	struct mm_struct *mm = vma->vm_mm;
	const unsigned long bytes = level ? CPT_PMD_SIZE : PAGE_SIZE;
	const unsigned long start = addr & ~(bytes - 1);
	const u64 old = *slot;
	/* Somebody may be about to flush what the entry was before it became protnone. */
	const bool is_cached = (old & CPT_PRESENT) ||
			       (cpt_protnone(old) && (level || tlb_change_open(mm)));

	tlb_change_begin(mm);
	cpt_set(mm, start, slot, level, 0);
	if (is_cached)
		flush_tlb_mm_range(mm, start, start + bytes);
	tlb_change_end(mm);
	return old;
}

static int tlb_make(struct svmsim_world *world)
{
	struct tlb_state *state = sim_alloc(world, sizeof(*state));

	state->sets = TLB_SETS;
	state->ways = TLB_WAYS;
	state->cpu = sim_alloc(world, world->cpu_count * sizeof(*state->cpu));
	world->slot[SIM_SLOT_TLB] = state;
	return 0;
}

static void tlb_start(struct svmsim_world *world)
{
}

static void tlb_reset(struct svmsim_world *world)
{
	struct tlb_state *state = world->slot[SIM_SLOT_TLB];

	for (unsigned int i = 0; i < world->cpu_count; i++)
		if (state->cpu[i].is_used)
			state->cpu[i] = (struct tlb_cpu){};
}

static void tlb_unmake(struct svmsim_world *world)
{
	struct tlb_state *state = world->slot[SIM_SLOT_TLB];

	sim_free(world, state->cpu, world->cpu_count * sizeof(*state->cpu));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_TLB] = NULL;
}

const struct sim_layer sim_layer_tlb = {
	.name = "tlb",
	.slot = SIM_SLOT_TLB,
	.make = tlb_make,
	.start = tlb_start,
	.reset = tlb_reset,
	.unmake = tlb_unmake,
};
