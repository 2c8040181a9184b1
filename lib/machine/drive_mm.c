// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Processes and their system calls (svmsim/mm.h). */
#include <svmsim/schedule.h>
#include "check/check.h"
#include <linux/errno.h>
#include <linux/log2.h>
#include "machine/drive_mm.h"
#include "mm/mman.h"

int machine_mm_check(const struct svmsim_mm *mm)
{
	if (!mm->exited)
		return 0;
	return sim_set_error(mm->handle.world, -ESRCH, "process %s has exited", mm->name);
}

int machine_mm_begin(struct svmsim_mm *mm, struct mm_struct **outer)
{
	int err = machine_mm_check(mm);

	if (err)
		return err;
	machine_begin(mm->handle.world);
	mmget(mm->mm);
	*outer = current->mm;
	current->mm = mm->mm;
	return 0;
}

long machine_mm_end(struct svmsim_mm *mm, struct mm_struct *outer, long result)
{
	current->mm = outer;
	mmput(mm->mm);
	sim_scope_end();
	sim_event(RESULT, mm->name_index, (u64)result);
	return result;
}

static struct svmsim_mm *process_new(struct svmsim_world *world, const char *name)
{
	struct svmsim_mm *made = machine_handle_new(world, sizeof(*made));

	made->name_index = sim_name(name);
	made->name = sim_name_text(world, made->name_index);
	return made;
}

static int process_add(struct svmsim_mm *made, int err, struct svmsim_mm **out)
{
	struct svmsim_world *world = made->handle.world;

	if (err) {
		sim_set_error(world, err, "process %s: no memory", made->name);
		machine_handle_drop(&made->handle);
		return err;
	}
	list_add_tail(&made->node, &machine_state_of(world)->processes);
	*out = made;
	return 0;
}

int svmsim_mm_create(struct svmsim_world *world, const char *name, struct svmsim_mm **mm)
{
	struct svmsim_mm *made;
	u32 actor;
	int err;

	machine_begin(world);
	made = process_new(world, name);
	actor = made->name_index;
	made->mm = mm_create();
	err = process_add(made, made->mm ? 0 : -ENOMEM, mm);
	return machine_end(actor, err);
}

int svmsim_mm_fork(struct svmsim_mm *mm, const char *name, struct svmsim_mm **child)
{
	struct mm_struct *outer;
	struct svmsim_mm *made;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	made = process_new(mm->handle.world, name);
	err = sim_fork(mm->mm, &made->mm);
	err = process_add(made, err, child);
	return (int)machine_mm_end(mm, outer, err);
}

int svmsim_mm_exit(struct svmsim_mm *mm)
{
	int err = machine_mm_check(mm);

	if (err)
		return err;
	machine_begin(mm->handle.world);
	mm->exited = true;
	/* Other tasks may be in calls for it: the last of them tears the address space down. */
	mmput(mm->mm);
	machine_mirrors_close(mm);
	return machine_end(mm->name_index, 0);
}

const char *svmsim_mm_name(const struct svmsim_mm *mm)
{
	return mm->name;
}

bool svmsim_mm_alive(const struct svmsim_mm *mm)
{
	return !mm->exited;
}

/* Whether every task came to its end: only then is nothing half done on purpose. */
static bool is_quiet(struct svmsim_world *world)
{
	struct svmsim_task task;

	for (u32 i = 0; svmsim_task_get(world, i, &task); i++)
		if (task.state != SVMSIM_TASK_ENDED && !task.idle)
			return false;
	return !svmsim_world_bounded(world);
}

void machine_mm_finish(struct svmsim_world *world)
{
	struct machine_state *state = machine_state_of(world);
	struct svmsim_file *file;
	struct svmsim_mm *mm;

	if (!list_empty(&state->processes) && is_quiet(world))
		chk_mm_settled(world);
	list_for_each_entry(mm, &state->processes, node)
		if (!mm->exited)
			svmsim_mm_exit(mm);
	machine_mirrors_finish(world);
	list_for_each_entry(file, &state->files, node)
		fput(file->file);
}

static unsigned long vm_prot(unsigned int prot)
{
	return (prot & SVMSIM_PROT_READ ? VM_READ : 0) | (prot & SVMSIM_PROT_WRITE ? VM_WRITE : 0);
}

static int check_mmap(struct svmsim_mm *mm, const struct svmsim_mmap *how)
{
	struct svmsim_world *world = mm->handle.world;

	if (!how->bytes || how->bytes > CPT_ADDRESS_END)
		return sim_set_error(world, -EINVAL, "%llu bytes can't be mapped", (u64)how->bytes);
	if (how->align_bytes & (how->align_bytes - 1))
		return sim_set_error(world, -EINVAL, "alignment %llu is no power of two",
				     (u64)how->align_bytes);
	if (how->offset_bytes & ~PAGE_MASK || how->address & ~PAGE_MASK)
		return sim_set_error(world, -EINVAL, "addresses and offsets are those of pages");
	return 0;
}

int svmsim_mmap(struct svmsim_mm *mm, const struct svmsim_mmap *how, uint64_t *address)
{
	struct mm_struct *outer;
	unsigned long flags, found = 0;
	int err = check_mmap(mm, how);

	if (!err)
		err = machine_mm_begin(mm, &outer);
	if (err)
		return err;
	flags = (how->shared ? SIM_MAP_SHARED : 0) | (how->address ? SIM_MAP_FIXED : 0) |
		(how->pfnmap ? VM_PFNMAP : 0) | (how->mixedmap ? VM_MIXEDMAP : 0);
	err = sim_mmap(mm->mm, how->address, how->bytes, vm_prot(how->prot), flags,
		       how->align_bytes, how->file ? how->file->file : NULL,
		       how->offset_bytes >> PAGE_SHIFT, &found);
	if (!err)
		*address = found;
	return (int)machine_mm_end(mm, outer, err);
}

int svmsim_munmap(struct svmsim_mm *mm, uint64_t address, uint64_t bytes)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	return (int)machine_mm_end(mm, outer, sim_munmap(mm->mm, address, bytes));
}

int svmsim_mprotect(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, unsigned int prot)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	return (int)machine_mm_end(mm, outer,
				   sim_mprotect(mm->mm, address, bytes, vm_prot(prot)));
}

/* As programs do that want a place of some alignment: they reserve it first. */
static int mremap_to(struct svmsim_mm *mm, u64 address, u64 old_bytes, u64 new_bytes,
		     unsigned long flags, u64 align_bytes, unsigned long *found)
{
	unsigned long place;
	int err = sim_mmap(mm->mm, 0, new_bytes, 0, 0, align_bytes, NULL, 0, &place);

	if (err)
		return err;
	err = sim_mremap(mm->mm, address, old_bytes, new_bytes, flags | SIM_MREMAP_FIXED, place,
			 found);
	/* What was reserved stays when the kernel gave up before it unmapped it. */
	if (err)
		sim_munmap(mm->mm, place, new_bytes);
	return err;
}

int svmsim_mremap(struct svmsim_mm *mm, uint64_t address, uint64_t old_bytes, uint64_t new_bytes,
		  bool move, uint64_t align_bytes, bool dontunmap, uint64_t *new_address)
{
	unsigned long flags = SIM_MREMAP_MAYMOVE | (dontunmap ? SIM_MREMAP_DONTUNMAP : 0);
	unsigned long found = 0;
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	err = move ? mremap_to(mm, address, old_bytes, new_bytes, flags, align_bytes, &found) :
		     sim_mremap(mm->mm, address, old_bytes, new_bytes, flags, 0, &found);
	if (!err)
		*new_address = found;
	return (int)machine_mm_end(mm, outer, err);
}

static const struct {
	const char *name;
	int behavior;
} advices[SVMSIM_ADVICE_COUNT] = {
	[SVMSIM_ADVICE_DONTNEED] = { "dontneed", MADV_DONTNEED },
	[SVMSIM_ADVICE_FREE] = { "free", MADV_FREE },
	[SVMSIM_ADVICE_HUGEPAGE] = { "hugepage", MADV_HUGEPAGE },
	[SVMSIM_ADVICE_NOHUGEPAGE] = { "nohugepage", MADV_NOHUGEPAGE },
	[SVMSIM_ADVICE_COLD] = { "cold", MADV_COLD },
	[SVMSIM_ADVICE_PAGEOUT] = { "pageout", MADV_PAGEOUT },
	[SVMSIM_ADVICE_COLLAPSE] = { "collapse", MADV_COLLAPSE },
	[SVMSIM_ADVICE_POPULATE_READ] = { "populate-read", MADV_POPULATE_READ },
	[SVMSIM_ADVICE_POPULATE_WRITE] = { "populate-write", MADV_POPULATE_WRITE },
	[SVMSIM_ADVICE_DONTFORK] = { "dontfork", MADV_DONTFORK },
	[SVMSIM_ADVICE_DOFORK] = { "dofork", MADV_DOFORK },
};

const char *svmsim_advice_name(unsigned int index)
{
	return index < SVMSIM_ADVICE_COUNT ? advices[index].name : NULL;
}

int svmsim_madvise(struct svmsim_mm *mm, uint64_t address, uint64_t bytes,
		   enum svmsim_advice advice)
{
	struct mm_struct *outer;
	int err;

	if ((unsigned int)advice >= SVMSIM_ADVICE_COUNT)
		return sim_set_error(mm->handle.world, -EINVAL, "%u is no advice",
				     (unsigned int)advice);
	err = machine_mm_begin(mm, &outer);
	if (err)
		return err;
	err = sim_madvise(mm->mm, address, bytes, advices[advice].behavior);
	return (int)machine_mm_end(mm, outer, err);
}
