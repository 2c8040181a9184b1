/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two devices that mirror one process. Pages are counted from BASE on; a page's word is what its
 * first eight bytes hold.
 */
#ifndef UNIT_MIRROR_FIXTURE_H
#define UNIT_MIRROR_FIXTURE_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/sched/mm.h>
#include <linux/sim_mirror.h>
#include <linux/string.h>
#include "device/sim_device.h"
#include "iova_sim/dma_direct.h"
#include "iova_sim/dma_iommu.h"
#include "iova_sim/layer.h"
#include "kernel/inject.h"
#include "kernel/layers.h"
#include "kernel/task.h"
#include "ktest.h"
#include "mm/cpt.h"
#include "mm/layers.h"

#define BASE 0x40000000ul
#define HUGE_PAGES 512ul
#define RW (VM_READ | VM_WRITE)
#define DEVICES 2
#define MEMORY_FIRST 0x4000000000ull
#define MEMORY_BYTES (16ull << 20)

static const struct sim_layer *const mirror_layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
	SIM_MM_LAYERS,
	&sim_layer_iova_sim,
};

/**
 * struct bed - what a test has
 * @world: world
 * @mm: process
 * @device: devices, each with memory
 * @mirror: of @mm by each device
 */
struct bed {
	struct svmsim_world *world;
	struct mm_struct *mm;
	struct sim_mirror_device *device[DEVICES];
	struct sim_mirror *mirror[DEVICES];
};

/* How a bed is made: zero is v7.0, private memory, no large folios but where asked for. */
struct bed_options {
	const char *kernel;
	u32 thp_always;
	bool is_coherent;
	bool no_huge;
	u64 ram_bytes;
	u64 chunk_bytes;
};

static inline unsigned long at(unsigned long page)
{
	return BASE + page * PAGE_SIZE;
}

static inline struct sim_mirror *open_mirror(struct bed *bed, unsigned int index,
					     struct mm_struct *mm)
{
	struct sim_mirror *mirror = sim_mirror_open(bed->device[index], mm);

	ktest_assert_false(IS_ERR(mirror));
	return mirror;
}

static inline void make_device(struct bed *bed, unsigned int index,
			       const struct bed_options *options)
{
	struct sim_mirror_config config = {
		.no_huge = options->no_huge,
		.chunk_bytes = options->chunk_bytes,
	};
	struct device *dev = sim_device_add(bed->world, &bed->world->machine->device[index], index);
	struct sim_domain *domain;

	ktest_assert_int_equal(sim_domain_create(bed->world, "generic-pt", NULL, false, &domain),
			       0);
	ktest_assert_int_equal(sim_dma_attach(dev, domain, &(struct sim_dma_params){ 0 }), 0);
	if (options->is_coherent) {
		config.coherent_first = MEMORY_FIRST + index * MEMORY_BYTES;
		config.chunk_bytes = MEMORY_BYTES;
		sim_phys_window_add(bed->world, config.coherent_first, MEMORY_BYTES);
	}
	bed->device[index] = sim_mirror_device_create(dev, &config);
	ktest_assert_false(IS_ERR(bed->device[index]));
	bed->mirror[index] = open_mirror(bed, index, bed->mm);
}

static inline struct bed bed_with(const struct bed_options *options)
{
	struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = options->ram_bytes ? options->ram_bytes : 64 << 20,
			    .cpu_count = 4 } },
		.preempt = SVMSIM_PREEMPT_FULL,
		.device_count = DEVICES,
		.device = { { .name = "d0", .mask_bits = 48, .pci_address = "0000:03:00.0" },
			    { .name = "d1", .mask_bits = 48, .pci_address = "0000:04:00.0" } },
		.thp_always = options->thp_always,
	};
	struct bed bed = { 0 };

	if (options->kernel)
		strscpy(machine.kernel, options->kernel);
	bed.world = ktest_world(mirror_layers, sizeof(mirror_layers) / sizeof(mirror_layers[0]),
				&machine);
	bed.mm = mm_create();
	ktest_assert_non_null(bed.mm);
	current->mm = bed.mm;
	for (unsigned int i = 0; i < DEVICES; i++)
		make_device(&bed, i, options);
	return bed;
}

/* Everything has come back: pages of devices and of RAM. */
static inline void bed_drop(struct bed *bed)
{
	current->mm = NULL;
	if (bed->mm)
		mmput(bed->mm);
	for (unsigned int i = 0; i < DEVICES; i++) {
		sim_mirror_close(bed->mirror[i]);
		sim_mirror_device_destroy(bed->device[i]);
	}
}

static inline void map_pages(struct bed *bed, unsigned long page, unsigned long pages,
			     unsigned long prot, unsigned long flags, struct file *file)
{
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(bed->mm, at(page), pages * PAGE_SIZE, prot,
					SIM_MAP_FIXED | flags, 0, file, 0, &addr), 0);
}

static inline u64 word_of(unsigned long page)
{
	return 0x1111000000000000ull + page;
}

static inline int cpu_put(struct mm_struct *mm, unsigned long page, u64 word)
{
	return sim_cpu_write(mm, at(page), &word, sizeof(word));
}

static inline u64 cpu_get(struct mm_struct *mm, unsigned long page)
{
	u64 word = 0;

	ktest_assert_int_equal(sim_cpu_read(mm, at(page), &word, sizeof(word)), 0);
	return word;
}

static inline void fill_pages(struct bed *bed, unsigned long page, unsigned long pages)
{
	for (unsigned long i = page; i < page + pages; i++)
		ktest_assert_int_equal(cpu_put(bed->mm, i, word_of(i)), 0);
}

static inline void assert_filled(struct bed *bed, unsigned long page, unsigned long pages)
{
	for (unsigned long i = page; i < page + pages; i++)
		ktest_assert_u64_equal(cpu_get(bed->mm, i), word_of(i));
}

static inline int dev_put(struct sim_mirror *mirror, unsigned long page, u64 word)
{
	return sim_mirror_write(mirror, at(page), &word, sizeof(word));
}

static inline u64 dev_get(struct sim_mirror *mirror, unsigned long page)
{
	u64 word = 0;

	ktest_assert_int_equal(sim_mirror_read(mirror, at(page), &word, sizeof(word)), 0);
	return word;
}

static inline int dev_read_err(struct sim_mirror *mirror, unsigned long page)
{
	u64 word;

	return sim_mirror_read(mirror, at(page), &word, sizeof(word));
}

static inline u64 fault_count(struct sim_mirror *mirror)
{
	struct sim_mirror_stats stats;

	sim_mirror_get_stats(mirror, &stats);
	return stats.faults;
}

static inline u64 entry_count(struct sim_mirror *mirror)
{
	struct sim_mirror_stats stats;

	sim_mirror_get_stats(mirror, &stats);
	return stats.entries;
}

static inline unsigned long to_device(struct sim_mirror *mirror, unsigned long page,
				      unsigned long pages)
{
	unsigned long moved;

	ktest_assert_int_equal(sim_mirror_to_device(mirror, at(page), pages * PAGE_SIZE, &moved),
			       0);
	return moved;
}

static inline unsigned long to_system(struct sim_mirror *mirror, unsigned long page,
				      unsigned long pages)
{
	unsigned long moved;

	ktest_assert_int_equal(sim_mirror_to_system(mirror, at(page), pages * PAGE_SIZE, &moved),
			       0);
	return moved;
}

static inline u8 code_at(struct sim_mirror *mirror, unsigned long page)
{
	u8 code;

	ktest_assert_int_equal(sim_mirror_snapshot(mirror, at(page), PAGE_SIZE, &code), 0);
	return code;
}

#endif
