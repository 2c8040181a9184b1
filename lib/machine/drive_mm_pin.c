// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Pages of a process that a driver pins (svmsim/mm.h). */
#include <linux/errno.h>
#include <linux/mm.h>
#include "machine/drive_mm.h"

/* What one call of a driver pins at most. */
#define PIN_PAGES_MAX 1048576

static int check_pin(struct svmsim_mm *mm, u64 address, u64 bytes)
{
	if (!(address & ~PAGE_MASK) && bytes && bytes >> PAGE_SHIFT <= PIN_PAGES_MAX)
		return 0;
	return sim_set_error(mm->handle.world, -EINVAL, "1 to %u whole pages can be pinned at once",
			     PIN_PAGES_MAX);
}

int svmsim_pin(struct svmsim_mm *mm, uint64_t address, uint64_t bytes, bool longterm, bool write,
	       struct svmsim_pin **pin)
{
	unsigned int flags = (longterm ? FOLL_LONGTERM : 0) | (write ? FOLL_WRITE : 0);
	u64 count = PAGE_ALIGN(bytes) >> PAGE_SHIFT;
	struct mm_struct *outer;
	struct svmsim_pin *made;
	int got;
	int err = check_pin(mm, address, bytes);

	if (!err)
		err = machine_mm_begin(mm, &outer);
	if (err)
		return err;
	made = machine_handle_new(mm->handle.world, sizeof(*made) + count * sizeof(made->page[0]));
	made->name_index = mm->name_index;
	got = pin_user_pages_fast(address, (int)count, flags, made->page);
	if (got > 0 && (u64)got < count)
		unpin_user_pages(made->page, (unsigned long)got);
	if (got < 0 || (u64)got < count) {
		err = got < 0 ? got : -EFAULT;
		sim_set_error(mm->handle.world, err, "%d of %llu pages could be pinned",
			      got < 0 ? 0 : got, count);
		machine_handle_drop(&made->handle);
	} else {
		made->count = count;
		*pin = made;
	}
	return (int)machine_mm_end(mm, outer, err);
}

int svmsim_unpin(struct svmsim_pin *pin)
{
	if (!pin->count)
		return sim_set_error(pin->handle.world, -EINVAL, "they were unpinned already");
	machine_begin(pin->handle.world);
	unpin_user_pages(pin->page, pin->count);
	pin->count = 0;
	return machine_end(pin->name_index, 0);
}
