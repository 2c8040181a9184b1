/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One case of what drivers do where the API leaves it open: what is there, a step, what is left. */
#ifndef EDGE_FIXTURE_H
#define EDGE_FIXTURE_H

#include "iommu_fixture.h"

#define B 0x40000000ull
#define P 0x80000000ull

enum edge_op {
	EDGE_NONE,
	EDGE_MAP,
	EDGE_UNMAP,
};

struct edge_step {
	enum edge_op op;
	u64 iova;
	u64 paddr;
	u64 size;
};

/* What the watcher must hear during the step under test. */
struct edge_heard {
	unsigned int split_count;
	unsigned int corrupts_count;
	u64 removed;
	unsigned int over_count;
	const char *effect;
};

struct edge_row {
	const char *profile;
	const char *name;
	struct edge_step before[4];
	struct edge_step step;
	long long result;
	unsigned int warn_count;
	const char *leaves;
	unsigned int table_count;
	struct edge_heard heard;
};

#define M(i, p, s) { EDGE_MAP, i, p, s }
#define U(i, s) { EDGE_UNMAP, i, 0, s }

static inline void heard_split(void *ctx, struct iommu_domain *domain, u64 iova, u64 size,
			       u64 leaf_iova, u64 leaf_bytes, u64 leaf_phys, u64 removed,
			       bool corrupts)
{
	struct edge_heard *heard = ctx;

	ktest_assert_true(leaf_bytes >= PAGE && !(leaf_iova & (leaf_bytes - 1)));
	ktest_assert_true(removed == 0 || removed == leaf_bytes);
	heard->split_count++;
	heard->corrupts_count += corrupts;
	heard->removed += removed;
}

static inline void heard_over(void *ctx, struct iommu_domain *domain, u64 iova, u64 old_phys,
			      u64 new_phys, const char *effect)
{
	struct edge_heard *heard = ctx;

	ktest_assert_u64_not_equal(old_phys, new_phys);
	heard->over_count++;
	heard->effect = effect;
}

static inline long long do_step(struct iommu_fixture *f, const struct edge_step *step)
{
	if (step->op == EDGE_MAP)
		return iommu_map(f->domain, step->iova, step->paddr, step->size, RW, GFP_ATOMIC);
	return iommu_unmap(f->domain, step->iova, step->size);
}

static inline void check_row(const struct edge_row *row, const char *fmt, bool watched)
{
	struct edge_heard heard = {};
	struct iova_watch watch = { .ctx = &heard, .split = heard_split, .map_over = heard_over };
	struct iommu_fixture f;

	ktest_context("%s, %s%s", row->profile, row->name, watched ? "" : ", unwatched");
	fixture_make(&f, row->profile, fmt, false, 0, 0);
	for (const struct edge_step *step = row->before; step < row->before + 4 && step->op; step++)
		ktest_assert_int_equal(do_step(&f, step), step->op == EDGE_MAP ? 0 : step->size);
	if (row->warn_count)
		ktest_expect_report(f.world, "warn", row->warn_count);

	iova_sim_set_watch(f.world, watched ? &watch : NULL);
	ktest_assert_int_equal(do_step(&f, &row->step), row->result);
	iova_sim_set_watch(f.world, NULL);

	ktest_assert_string_equal(fixture_leaves(&f), row->leaves);
	ktest_assert_u64_equal(f.sdom->table.table_count, row->table_count);
	if (!watched)
		goto drop;
	ktest_assert_int_equal(heard.split_count, row->heard.split_count);
	ktest_assert_int_equal(heard.corrupts_count, row->heard.corrupts_count);
	ktest_assert_u64_equal(heard.removed, row->heard.removed);
	ktest_assert_int_equal(heard.over_count, row->heard.over_count);
	if (row->heard.effect)
		ktest_assert_string_equal(heard.effect, row->heard.effect);
drop:
	fixture_drop(&f);
}

#endif
