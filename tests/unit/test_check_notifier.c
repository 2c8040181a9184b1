/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* notifier: caught, silent on correct code, exact in its text. */
#include "check_mm_fixture.h"

static bool forgets_seq;

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	if (!forgets_seq)
		mmu_interval_set_seq(notifier, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops ops = { .invalidate = invalidate };

static void listen(struct space *s, struct mmu_interval_notifier *notifier)
{
	forgets_seq = false;
	ktest_assert_int_equal(mmu_interval_notifier_insert(notifier, s->mm, BASE,
							    PAGES * PAGE_SIZE, &ops), 0);
}

static void end(struct space *s, struct mmu_interval_notifier *notifier)
{
	mmu_interval_notifier_remove(notifier);
	mmput(s->mm);
}

static void test_a_silent_change_is_reported(void **state)
{
	struct mmu_interval_notifier notifier;
	struct space s = space_make();
	struct cpt_hit hit;

	listen(&s, &notifier);
	space_write(s.mm, 3, 1);
	hit = space_entry(s.mm, 3);
	cpt_set(s.mm, BASE + 3 * PAGE_SIZE, hit.slot, 0, 0);
	assert_report(&s.f, 0, "notifier what=unannounced mm=1");
	assert_line(&s.f, 0, 0, "the entry of 0x40003000 changes and no range is open around it");
	assert_report_count(&s.f, 1);
	cpt_set(s.mm, BASE + 3 * PAGE_SIZE, hit.slot, 0, hit.entry);
	ktest_expect_report(s.f.world, "notifier", 1);
	end(&s, &notifier);
}

/* A collapse clears the table that it took out after it has said that it is done. */
static void test_what_announces_is_silent(void **state)
{
	struct mmu_interval_notifier notifier;
	struct space s = space_make();

	listen(&s, &notifier);
	for (unsigned long page = 0; page < 512; page++)
		space_write(s.mm, page, 1);
	ktest_assert_int_equal(sim_mprotect(s.mm, BASE, PAGE_SIZE, VM_READ), 0);
	ktest_assert_int_equal(sim_mprotect(s.mm, BASE, PAGE_SIZE, RW), 0);
	lru_add_drain_all();
	ktest_assert_true(sim_collapse(s.mm, BASE, 512 * PAGE_SIZE, false) > 0);
	ktest_assert_int_equal(sim_madvise(s.mm, BASE, PAGE_SIZE, MADV_DONTNEED), 0);
	assert_report_count(&s.f, 0);
	end(&s, &notifier);
}

static void test_a_sequence_that_stays_is_reported(void **state)
{
	struct mmu_interval_notifier notifier;
	struct space s = space_make();
	unsigned long seq;

	listen(&s, &notifier);
	space_write(s.mm, 0, 1);
	seq = mmu_interval_read_begin(&notifier);
	forgets_seq = true;
	ktest_assert_int_equal(sim_madvise(s.mm, BASE, PAGE_SIZE, MADV_DONTNEED), 0);
	ktest_assert_false(mmu_interval_read_retry(&notifier, seq));
	assert_report(&s.f, 0, "notifier what=stale-commit mm=1");
	ktest_expect_report(s.f.world, "notifier", 1);
	end(&s, &notifier);
}

static const struct ktest tests[] = {
	KTEST(test_a_silent_change_is_reported),
	KTEST(test_what_announces_is_silent),
	KTEST(test_a_sequence_that_stays_is_reported),
};
KTEST_MAIN(tests)
