/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the tests of oracles of memory share: a process with 4 MiB, and reports as text. */
#ifndef UNIT_CHECK_MM_FIXTURE_H
#define UNIT_CHECK_MM_FIXTURE_H

#include <linux/mmu_notifier.h>
#include "check_fixture.h"
#include "mm/fault.h"
#include "mm/mman.h"
#include "mm/move.h"

#define BASE 0x40000000ul
#define PAGES 1024ul
#define RW (VM_READ | VM_WRITE)

struct space {
	struct fixture f;
	struct mm_struct *mm;
};

static inline struct space space_make(void)
{
	struct space s = { .f = fixture_make("generic-pt", false) };
	unsigned long addr;

	s.mm = mm_create();
	ktest_assert_int_equal(sim_mmap(s.mm, BASE, PAGES * PAGE_SIZE, RW, SIM_MAP_FIXED, 0, NULL,
					0, &addr), 0);
	return s;
}

static inline void space_write(struct mm_struct *mm, unsigned long page, u8 value)
{
	ktest_assert_int_equal(sim_cpu_write(mm, BASE + page * PAGE_SIZE + 5, &value, 1), 0);
}

static inline u8 space_read(struct mm_struct *mm, unsigned long page)
{
	u8 value = 0x5a;

	ktest_assert_int_equal(sim_cpu_read(mm, BASE + page * PAGE_SIZE + 5, &value, 1), 0);
	return value;
}

static inline struct cpt_hit space_entry(struct mm_struct *mm, unsigned long page)
{
	struct cpt_hit hit;

	ktest_assert_true(cpt_lookup(mm, BASE + page * PAGE_SIZE, &hit));
	return hit;
}

#endif
