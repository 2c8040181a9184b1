/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests of DMA debugging share: a machine of the DMA fixture with debugging on, reports as
 * one text, and three tests for each class.
 */
#ifndef UNIT_DEBUG_FIXTURE_H
#define UNIT_DEBUG_FIXTURE_H

#include <linux/dma-mapping.h>
#include "dma_fixture.h"
#include "iova_sim/dma_debug.h"

#define RW DMA_BIDIRECTIONAL
#define REPORT_BYTES 1024

/* Without an IOMMU addresses are physical ones, and errors have no other consequence. */
static inline struct dma_fixture *debug_make_with(const struct dma_options *options,
						  const char *kernel)
{
	struct dma_fixture *f = dma_make_with(options);

	strscpy(f->world->machine->kernel, kernel);
	sim_dma_debug_start(f->world);
	return f;
}

static inline struct dma_fixture *debug_make(const char *kernel)
{
	return debug_make_with(&(struct dma_options){ .profile = "identity" }, kernel);
}

/* Contiguous pages, at the same place in each test: the first page of RAM is 0x1000000. */
static inline u64 debug_pages(struct dma_fixture *f, unsigned int count)
{
	struct page *page = sim_phys_alloc_contig(f->world, count, 0);

	ktest_assert_non_null(page);
	return page_to_phys(page);
}

/* A map as it should be. */
static inline dma_addr_t debug_map(struct dma_fixture *f, u64 phys, u64 bytes,
				   enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t addr = dma_map_phys(f->dev, phys, bytes, dir, attrs);

	ktest_assert_int_equal(dma_mapping_error(f->dev, addr), 0);
	return addr;
}

/* "ID key=value ...|line|line" of the report with this position. */
static inline const char *debug_text(struct dma_fixture *f, unsigned int index)
{
	static char text[REPORT_BYTES];
	struct svmsim_report report;
	int at;

	ktest_assert_int_equal(svmsim_report_get(f->world, index, &report), 0);
	at = host_snprintf(text, sizeof(text), "%s", report.identifier);
	for (unsigned int i = 0; i < report.field_count; i++)
		at += host_snprintf(text + at, sizeof(text) - at, " %s=%s", report.key[i],
				    report.value[i]);
	for (unsigned int i = 0; i < report.line_count; i++)
		at += host_snprintf(text + at, sizeof(text) - at, "|%s", report.line[i]);
	return text;
}

/**
 * struct debug_class - a class with the error planted and with the nearest correct code
 * @slug: of `dma-debug:`
 * @kernel: profile, NULL for v7.0
 * @options: machine, its profile being "identity" unless set
 * @plant: draws the report, first of all reports and once
 * @correct: draws none
 * @also: slug of a class that the planted error is too, NULL for none
 * @text: the report as debug_text() gives it
 */
struct debug_class {
	const char *slug;
	const char *kernel;
	struct dma_options options;
	void (*plant)(struct dma_fixture *f);
	void (*correct)(struct dma_fixture *f);
	const char *also;
	const char *text;
};

static inline struct dma_fixture *debug_class_make(const struct debug_class *class)
{
	struct dma_options options = class->options;

	if (!options.profile)
		options.profile = "identity";
	return debug_make_with(&options, class->kernel ? class->kernel : "v7.0");
}

/* Announces one report of a class; what is announced is known by the table's own text. */
static inline void debug_expect(struct dma_fixture *f, const char *slug)
{
	const unsigned int prefix = sizeof("dma-debug:") - 1;
	struct svmsim_report_info info;

	for (unsigned int i = 0; !svmsim_report_info(i, &info); i++)
		if (!__builtin_strncmp(info.identifier, "dma-debug:", prefix) &&
		    !__builtin_strcmp(info.identifier + prefix, slug)) {
			ktest_expect_report(f->world, info.identifier, 1);
			return;
		}
	ktest_fail("no class %s", slug);
}

static inline void debug_class_planted(const struct debug_class *class, struct dma_fixture *f)
{
	class->plant(f);
	debug_expect(f, class->slug);
	if (class->also)
		debug_expect(f, class->also);
}

static inline void debug_class_caught(const struct debug_class *class)
{
	struct dma_fixture *f = debug_class_make(class);

	debug_class_planted(class, f);
	ktest_assert_u64_equal(svmsim_finding_count(f->world), class->also ? 2 : 1);
}

static inline void debug_class_silent(const struct debug_class *class)
{
	struct dma_fixture *f = debug_class_make(class);

	class->correct(f);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 0);
}

static inline void debug_class_says(const struct debug_class *class)
{
	struct dma_fixture *f = debug_class_make(class);

	debug_class_planted(class, f);
	ktest_assert_string_equal(debug_text(f, 0), class->text);
}

/* The same error in a kernel that has no DMA debugging, or not that class. */
static inline void debug_class_unseen(const struct debug_class *class, const char *kernel)
{
	struct dma_fixture *f = debug_class_make(class);

	if (kernel)
		strscpy(f->world->machine->kernel, kernel);
	else
		sim_dma_debug_stop(f->world);
	class->plant(f);
	ktest_assert_u64_equal(ktest_report_count(f->world, "warn"),
			       svmsim_finding_count(f->world));
	dma_assert_warns(f, ktest_report_count(f->world, "warn"));
}

/* Defines test_NAME_is_caught and so on, from a struct debug_class. */
#define DEBUG_CLASS_TESTS(name)                                                                    \
	static void test_##name##_is_caught(void **state)                                          \
	{                                                                                          \
		debug_class_caught(&name);                                                         \
	}                                                                                          \
	static void test_correct_##name##_is_silent(void **state)                                  \
	{                                                                                          \
		debug_class_silent(&name);                                                         \
	}                                                                                          \
	static void test_##name##_has_the_kernels_text(void **state)                               \
	{                                                                                          \
		debug_class_says(&name);                                                           \
	}                                                                                          \
	static void test_##name##_is_unseen_without_debugging(void **state)                        \
	{                                                                                          \
		debug_class_unseen(&name, NULL);                                                   \
	}

#define DEBUG_CLASS_KTESTS(name)                                                                   \
	KTEST(test_##name##_is_caught), KTEST(test_correct_##name##_is_silent),                    \
		KTEST(test_##name##_has_the_kernels_text),                                         \
		KTEST(test_##name##_is_unseen_without_debugging)

#endif
