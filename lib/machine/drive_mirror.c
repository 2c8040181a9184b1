// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Devices that mirror processes (svmsim/mirror.h). */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/sim_mirror.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <svmsim/mirror.h>
#include "machine/drive_mm.h"

#define CHUNK_BYTES (16ull << 20)
#define CHUNK_BYTES_MIN (2ull << 20)
#define COLLECT_PAGES_MAX 1048576

/**
 * struct svmsim_mirror - a mirror
 * @handle: in the world's list
 * @node: in machine_state.mirrors, by age
 * @mm: process
 * @device: index
 * @mirror: it, NULL once it is closed
 * @call_count: calls under way
 * @closing: the last of them closes it
 */
struct svmsim_mirror {
	struct machine_handle handle;
	struct list_head node;
	struct svmsim_mm *mm;
	int device;
	struct sim_mirror *mirror;
	unsigned int call_count;
	bool closing;
};

static struct sim_mirror_device *device_of(struct svmsim_world *world, int device)
{
	struct sim_mirror_device *found = NULL;

	sim_world_enter(world);
	if (device >= 0 && (unsigned int)device < world->machine->device_count)
		found = machine_state_of(world)->mirror_device[device];
	if (!found)
		sim_set_error(world, -EINVAL, "there is no device %d that mirrors", device);
	return found;
}

void machine_mirrors_build(struct svmsim_world *world)
{
	struct machine_state *state = machine_state_of(world);
	/* The description left the place. */
	phys_addr_t coherent_first = 1ull << (world->machine->width_bits - 1);

	for (unsigned int i = 0; i < world->machine->device_count; i++) {
		const struct svmsim_device *desc = &world->machine->device[i];
		struct sim_mirror_config config = { .no_huge = desc->no_huge };
		struct device *dev = sim_device_get(world, i);

		state->mirror_device[i] = NULL;
		if (desc->mirror == SVMSIM_MIRROR_NONE)
			continue;
		if (desc->mirror == SVMSIM_MIRROR_COHERENT) {
			config.coherent_first = coherent_first;
			config.chunk_bytes = desc->memory_bytes;
			sim_phys_window_add(world, coherent_first, desc->memory_bytes);
			coherent_first += desc->memory_bytes;
		} else {
			config.chunk_bytes = desc->memory_bytes % CHUNK_BYTES ? CHUNK_BYTES_MIN :
									       CHUNK_BYTES;
			config.chunk_max = desc->memory_bytes / config.chunk_bytes;
		}
		state->mirror_device[i] = sim_mirror_device_create(dev, &config);
		/* The description was checked, and nothing fails before a run has begun. */
		SIM_ASSERT(!IS_ERR(state->mirror_device[i]));
	}
}

void machine_mirrors_finish(struct svmsim_world *world)
{
	struct machine_state *state = machine_state_of(world);

	for (unsigned int i = 0; i < world->machine->device_count; i++) {
		if (state->mirror_device[i])
			sim_mirror_device_destroy(state->mirror_device[i]);
		state->mirror_device[i] = NULL;
	}
}

int machine_mirror_index(struct svmsim_world *world, const struct page *page)
{
	const struct machine_state *state = machine_state_of(world);
	const void *owner = page_pgmap(page)->owner;

	for (unsigned int i = 0; i < world->machine->device_count; i++)
		if (state->mirror_device[i] && state->mirror_device[i] == owner)
			return (int)i;
	return -1;
}

/* As a file of the process that is closed: calls that are under way keep it open. */
void machine_mirrors_close(struct svmsim_mm *mm)
{
	struct machine_state *state = machine_state_of(mm->handle.world);
	struct svmsim_mirror *mirror;

	list_for_each_entry(mirror, &state->mirrors, node) {
		struct sim_mirror *open = mirror->mirror;

		if (mirror->mm != mm || !open)
			continue;
		mirror->closing = true;
		if (mirror->call_count)
			continue;
		mirror->mirror = NULL;
		sim_mirror_close(open);
	}
}

static int mirror_begin(struct svmsim_mirror *mirror)
{
	int err = machine_mm_check(mirror->mm);

	if (err)
		return err;
	machine_begin(mirror->handle.world);
	mirror->call_count++;
	return 0;
}

static u32 actor_of(const struct svmsim_mirror *mirror)
{
	return sim_name(mirror->handle.world->machine->device[mirror->device].name);
}

static long mirror_end(struct svmsim_mirror *mirror, long result)
{
	struct sim_mirror *open = mirror->mirror;

	if (!--mirror->call_count && mirror->closing && open) {
		mirror->mirror = NULL;
		sim_mirror_close(open);
	}
	sim_scope_end();
	sim_event(RESULT, actor_of(mirror), (u64)result);
	return result;
}

static struct svmsim_mirror *find_mirror(struct svmsim_mm *mm, int device)
{
	struct machine_state *state = machine_state_of(mm->handle.world);
	struct svmsim_mirror *mirror;

	list_for_each_entry(mirror, &state->mirrors, node)
		if (mirror->mm == mm && mirror->device == device && !mirror->closing)
			return mirror;
	return NULL;
}

int svmsim_mirror_open(struct svmsim_mm *mm, int device, struct svmsim_mirror **mirror)
{
	struct sim_mirror_device *of = device_of(mm->handle.world, device);
	struct svmsim_mirror *made = find_mirror(mm, device);
	struct mm_struct *outer;
	int err;

	if (!of)
		return -EINVAL;
	if (made && made->mirror) {
		*mirror = made;
		return 0;
	}
	err = machine_mm_begin(mm, &outer);
	if (err)
		return err;
	made = machine_handle_new(mm->handle.world, sizeof(*made));
	made->mm = mm;
	made->device = device;
	made->mirror = sim_mirror_open(of, mm->mm);
	if (IS_ERR(made->mirror)) {
		err = (int)PTR_ERR(made->mirror);
		machine_handle_drop(&made->handle);
	} else {
		list_add_tail(&made->node, &machine_state_of(mm->handle.world)->mirrors);
		*mirror = made;
	}
	return (int)machine_mm_end(mm, outer, err);
}

int svmsim_mirror_read(struct svmsim_mirror *mirror, uint64_t address, void *buffer, size_t bytes)
{
	int err = mirror_begin(mirror);

	return err ? err :
		     (int)mirror_end(mirror,
				     sim_mirror_read(mirror->mirror, address, buffer, bytes));
}

int svmsim_mirror_write(struct svmsim_mirror *mirror, uint64_t address, const void *buffer,
			size_t bytes)
{
	int err = mirror_begin(mirror);

	return err ? err :
		     (int)mirror_end(mirror,
				     sim_mirror_write(mirror->mirror, address, buffer, bytes));
}

static u64 part_of_page(u64 address, u64 left)
{
	u64 part = PAGE_SIZE - offset_in_page(address);

	return part < left ? part : left;
}

int svmsim_mirror_fill(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes,
		       uint64_t pattern)
{
	u8 buffer[PAGE_SIZE];
	u64 done = 0, part;
	int err = mirror_begin(mirror);

	if (err)
		return err;
	for (; done < bytes && !err; done += part) {
		part = part_of_page(address + done, bytes - done);
		machine_pattern(buffer, pattern, done, part);
		err = sim_mirror_write(mirror->mirror, address + done, buffer, part);
	}
	return (int)mirror_end(mirror, err);
}

int svmsim_mirror_check(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes,
			uint64_t pattern)
{
	u8 got[PAGE_SIZE], wanted[PAGE_SIZE];
	u64 done = 0, part;
	int err = mirror_begin(mirror);

	if (err)
		return err;
	for (; done < bytes && !err; done += part) {
		part = part_of_page(address + done, bytes - done);
		machine_pattern(wanted, pattern, done, part);
		err = sim_mirror_read(mirror->mirror, address + done, got, part);
		if (!err)
			err = machine_compare(mirror->handle.world, got, wanted, done, part);
	}
	return (int)mirror_end(mirror, err);
}

long svmsim_mirror_migrate(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes,
			   bool to_device)
{
	unsigned long moved = 0;
	long err = mirror_begin(mirror);

	if (err)
		return err;
	err = to_device ? sim_mirror_to_device(mirror->mirror, address, bytes, &moved) :
			  sim_mirror_to_system(mirror->mirror, address, bytes, &moved);
	return mirror_end(mirror, err ? err : (long)moved);
}

int svmsim_mirror_snapshot(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes,
			   uint8_t *codes)
{
	int err = mirror_begin(mirror);

	return err ? err :
		     (int)mirror_end(mirror,
				     sim_mirror_snapshot(mirror->mirror, address, bytes, codes));
}

void svmsim_mirror_code_text(uint8_t code, char *buf, size_t bytes)
{
	static const char *const kinds[] = {
		"none",		  "zero ",	     "private ", "private-remote ",
		"coherent ",	  "coherent-remote ",
	};
	const char *rights = code & SIM_MIRROR_WRITE ? "write" :
			     code & SIM_MIRROR_READ  ? "read" :
						       "";
	unsigned int kind = code >> 4;

	if (code == SIM_MIRROR_ERROR || kind >= sizeof(kinds) / sizeof(kinds[0]))
		host_snprintf(buf, bytes, "error");
	else
		host_snprintf(buf, bytes, "%s%s%s%s", kind || !(code & 3) ? kinds[kind] : "",
			      rights, code & SIM_MIRROR_PMD ? " pmd" : "",
			      code & SIM_MIRROR_PUD ? " pud" : "");
}

int svmsim_mirror_exclusive(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes)
{
	int err = mirror_begin(mirror);

	return err ? err :
		     (int)mirror_end(mirror,
				     sim_mirror_exclusive(mirror->mirror, address, bytes));
}

int svmsim_mirror_check_exclusive(struct svmsim_mirror *mirror, uint64_t address, uint64_t bytes)
{
	int err = mirror_begin(mirror);

	return err ? err :
		     (int)mirror_end(mirror,
				     sim_mirror_check_exclusive(mirror->mirror, address, bytes));
}

int svmsim_mirror_evict(struct svmsim_world *world, int device)
{
	struct sim_mirror_device *of = device_of(world, device);

	if (!of)
		return -EINVAL;
	machine_begin(world);
	return machine_end(sim_name(world->machine->device[device].name),
			   sim_mirror_device_evict(of));
}

int svmsim_mirror_fail_alloc(struct svmsim_world *world, int device, unsigned int order)
{
	struct sim_mirror_device *of = device_of(world, device);

	if (!of)
		return -EINVAL;
	if (order && order != 9)
		return sim_set_error(world, -EINVAL, "order %u: a destination has order 0 or 9",
				     order);
	machine_begin(world);
	sim_mirror_device_fail_alloc(of, order);
	return machine_end(sim_name(world->machine->device[device].name), 0);
}

uint64_t svmsim_mirror_used_pages(struct svmsim_world *world, int device)
{
	struct sim_mirror_device *of = machine_state_of(world)->mirror_device[device];

	sim_world_enter(world);
	return of ? sim_mirror_device_used_pages(of) : 0;
}

static void read_slots(const struct migrate_vma *args, struct svmsim_slot *slots)
{
	for (unsigned long i = 0; i < args->npages; i++) {
		unsigned long entry = args->src[i];

		slots[i].flags = (entry & MIGRATE_PFN_VALID ? SVMSIM_SLOT_VALID : 0) |
				 (entry & MIGRATE_PFN_MIGRATE ? SVMSIM_SLOT_MIGRATE : 0) |
				 (entry & MIGRATE_PFN_WRITE ? SVMSIM_SLOT_WRITE : 0) |
				 (entry & MIGRATE_PFN_COMPOUND ? SVMSIM_SLOT_COMPOUND : 0);
		slots[i].pfn = entry >> MIGRATE_PFN_SHIFT;
	}
}

static int collect(struct mm_struct *mm, struct migrate_vma *args, struct svmsim_slot *slots)
{
	int err = -EINVAL;

	mmap_read_lock(mm);
	args->vma = vma_lookup(mm, args->start);
	if (args->vma && args->end <= args->vma->vm_end)
		err = migrate_vma_setup(args);
	if (!err) {
		read_slots(args, slots);
		migrate_vma_finalize(args);
	}
	mmap_read_unlock(mm);
	return err;
}

int svmsim_collect(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, int device,
		   bool compound, struct svmsim_slot *slots)
{
	struct svmsim_world *world = mm->handle.world;
	struct migrate_vma args = {
		.start = address,
		.end = address + bytes,
		.flags = device < 0 ? MIGRATE_VMA_SELECT_SYSTEM :
				      MIGRATE_VMA_SELECT_DEVICE_PRIVATE |
					      MIGRATE_VMA_SELECT_DEVICE_COHERENT,
	};
	size_t array_bytes = 2 * sizeof(*args.src) * (bytes >> PAGE_SHIFT);
	struct mm_struct *outer;
	int err;

	if (bytes >> PAGE_SHIFT > COLLECT_PAGES_MAX)
		return sim_set_error(world, -EINVAL, "more than %u pages", COLLECT_PAGES_MAX);
	if (device >= 0) {
		args.pgmap_owner = device_of(world, device);
		if (!args.pgmap_owner)
			return -EINVAL;
	}
	err = machine_mm_begin(mm, &outer);
	if (err)
		return err;
	if (compound)
		args.flags |= MIGRATE_VMA_SELECT_COMPOUND;
	/* The model's own memory: looking is nothing that fails in a kernel. */
	args.src = sim_alloc(world, array_bytes);
	args.dst = args.src + (bytes >> PAGE_SHIFT);
	err = collect(mm->mm, &args, slots);
	sim_free(world, args.src, array_bytes);
	return (int)machine_mm_end(mm, outer, err);
}
