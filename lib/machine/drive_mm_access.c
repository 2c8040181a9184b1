// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What threads of a process read and write, and files that they map (svmsim/mm.h). */
#include <linux/errno.h>
#include <linux/string.h>
#include "machine/drive_mm.h"
#include "mm/fault.h"
#include "mm/filemap.h"

/* A signal is a signal to who wrote the program; which one it was is in the message. */
static int access_result(int err)
{
	return err == -EIO || err == -EHWPOISON ? -EFAULT : err;
}

static u64 part_of_page(u64 address, u64 left)
{
	u64 part = PAGE_SIZE - offset_in_page(address);

	return part < left ? part : left;
}

int svmsim_mm_read(struct svmsim_mm *mm, uint64_t address, void *buffer, size_t bytes)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	err = access_result(sim_cpu_read(mm->mm, address, buffer, bytes));
	return (int)machine_mm_end(mm, outer, err);
}

int svmsim_mm_write(struct svmsim_mm *mm, uint64_t address, const void *buffer, size_t bytes)
{
	struct mm_struct *outer;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	err = access_result(sim_cpu_write(mm->mm, address, buffer, bytes));
	return (int)machine_mm_end(mm, outer, err);
}

int svmsim_mm_fill(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, uint64_t pattern)
{
	struct mm_struct *outer;
	u8 buffer[PAGE_SIZE];
	u64 done = 0, part;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	for (; done < bytes && !err; done += part) {
		part = part_of_page(address + done, bytes - done);
		machine_pattern(buffer, pattern, done, part);
		err = access_result(sim_cpu_write(mm->mm, address + done, buffer, part));
	}
	return (int)machine_mm_end(mm, outer, err);
}

int machine_compare(struct svmsim_world *world, const u8 *got, const u8 *wanted, u64 done,
		    u64 part)
{
	u64 i = 0;

	if (!memcmp(got, wanted, part))
		return 0;
	while (got[i] == wanted[i])
		i++;
	return sim_set_error(world, -EIO,
			     "byte %llu of page %llu is 0x%02x, the pattern has 0x%02x",
			     (done + i) % PAGE_SIZE, (done + i) / PAGE_SIZE, got[i], wanted[i]);
}

int svmsim_mm_check(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, uint64_t pattern)
{
	struct mm_struct *outer;
	u8 got[PAGE_SIZE], wanted[PAGE_SIZE];
	u64 done = 0, part;
	int err = machine_mm_begin(mm, &outer);

	if (err)
		return err;
	for (; done < bytes && !err; done += part) {
		part = part_of_page(address + done, bytes - done);
		machine_pattern(wanted, pattern, done, part);
		err = access_result(sim_cpu_read(mm->mm, address + done, got, part));
		if (!err)
			err = machine_compare(mm->handle.world, got, wanted, done, part);
	}
	return (int)machine_mm_end(mm, outer, err);
}

static u32 file_actor(void)
{
	return sim_name("file");
}

int svmsim_file_create(struct svmsim_world *world, uint64_t bytes, bool shmem,
		       struct svmsim_file **file)
{
	struct svmsim_file *made;
	int err = 0;

	machine_begin(world);
	made = machine_handle_new(world, sizeof(*made));
	made->file = sim_file_create(bytes, shmem);
	if (IS_ERR(made->file)) {
		err = (int)PTR_ERR(made->file);
		sim_set_error(world, err, "no memory for a file");
		machine_handle_drop(&made->handle);
	} else {
		list_add_tail(&made->node, &machine_state_of(world)->files);
		*file = made;
	}
	return machine_end(file_actor(), err);
}

/* A transfer that stops short has met the end of the file, or memory's. */
static int transferred(long done, size_t bytes)
{
	return done < 0 ? (int)done : (size_t)done < bytes ? -ENOENT : 0;
}

int svmsim_file_truncate(struct svmsim_file *file, uint64_t bytes)
{
	machine_begin(file->handle.world);
	return machine_end(file_actor(), sim_file_truncate(file->file, bytes));
}

int svmsim_file_read(struct svmsim_file *file, uint64_t offset_bytes, void *buffer, size_t bytes)
{
	machine_begin(file->handle.world);
	return machine_end(file_actor(),
			   transferred(sim_file_read(file->file, offset_bytes, buffer, bytes),
				       bytes));
}

int svmsim_file_write(struct svmsim_file *file, uint64_t offset_bytes, const void *buffer,
		      size_t bytes)
{
	machine_begin(file->handle.world);
	return machine_end(file_actor(),
			   transferred(sim_file_write(file->file, offset_bytes, buffer, bytes),
				       bytes));
}
