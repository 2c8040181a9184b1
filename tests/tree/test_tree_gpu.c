/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files of a kernel tree, or the stand-in's, under simple_gpu: memory of a process faulted in
 * by a GPU, mapped, moved to the GPU's memory and back, with the right bytes all the way.
 */
#include "dma_fixture.h"
#include <linux/sim_gpu.h>
#include <linux/workqueue.h>
#include "check/check.h"
#include "mm/fault.h"
#include "mm/mman.h"
#include "say.h"

#define BUFFER_BYTES M2
#define VRAM_BYTES (16ull << 20)

static const struct sim_layer *const tree_layers[] = {
	SIM_KERNEL_LAYERS, &sim_layer_device,	SIM_MM_LAYERS,
	&sim_layer_iova_sim,	&sim_layer_check,
};

/* A process with a buffer, and a GPU that mirrors it. */
struct scene {
	struct dma_fixture f;
	struct mm_struct *mm;
	unsigned long buffer;
	struct sim_gpu *gpu;
	struct sim_gpu_vm *vm;
};

static u8 page_bytes[PAGE_SIZE];

static u8 byte_at(unsigned int pattern, unsigned long page, unsigned long at)
{
	return (u8)(pattern * 31 + page * 7 + at);
}

static const u8 *fill(unsigned int pattern, unsigned long page)
{
	for (unsigned long i = 0; i < PAGE_SIZE; i++)
		page_bytes[i] = byte_at(pattern, page, i);
	return page_bytes;
}

static unsigned long wrong_bytes(unsigned int pattern, unsigned long page)
{
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < PAGE_SIZE; i++)
		wrong += page_bytes[i] != byte_at(pattern, page, i);
	return wrong;
}

static void cpu_fill(struct scene *s, unsigned int pattern)
{
	for (unsigned long page = 0; page < BUFFER_BYTES / P; page++)
		ktest_assert_int_equal(sim_cpu_write(s->mm, s->buffer + page * P,
						     fill(pattern, page), PAGE_SIZE), 0);
}

static void cpu_check(struct scene *s, unsigned int pattern)
{
	unsigned long wrong = 0;

	for (unsigned long page = 0; page < BUFFER_BYTES / P; page++) {
		ktest_assert_int_equal(sim_cpu_read(s->mm, s->buffer + page * P, page_bytes,
						    PAGE_SIZE), 0);
		wrong += wrong_bytes(pattern, page);
	}
	say("  cpu reads %llu pages: %lu wrong bytes", BUFFER_BYTES / P, wrong);
	ktest_assert_u64_equal(wrong, 0);
}

static void gpu_check(struct scene *s, unsigned int pattern)
{
	unsigned long wrong = 0;

	for (unsigned long page = 0; page < BUFFER_BYTES / P; page++) {
		ktest_assert_int_equal(sim_gpu_read(s->vm, s->buffer + page * P, page_bytes,
						    PAGE_SIZE), 0);
		wrong += wrong_bytes(pattern, page);
	}
	say("  gpu reads %llu pages: %lu wrong bytes", BUFFER_BYTES / P, wrong);
	ktest_assert_u64_equal(wrong, 0);
}

/* How many of the buffer's pages the GPU has mapped, and how many of these in its own memory. */
static unsigned long count(struct scene *s, unsigned long *in_vram)
{
	unsigned long mapped = 0;

	*in_vram = 0;
	for (unsigned long page = 0; page < BUFFER_BYTES / P; page++) {
		struct sim_gpu_page entry;

		sim_gpu_look(s->vm, s->buffer + page * P, &entry);
		mapped += entry.is_mapped;
		*in_vram += entry.is_vram;
	}
	say("  gpu maps %lu pages, %lu of them in its own memory", mapped, *in_vram);
	return mapped;
}

static struct scene *make_scene(void)
{
	static struct scene scene;
	struct svmsim_machine machine = {
		.device_count = 1,
		.device[0] = { .name = "g0", .mask_bits = 48 },
	};
	struct scene *s = &scene;

	__builtin_memset(s, 0, sizeof(*s));
	strscpy(machine.device[0].pci_address, "0000:03:00.0");
	s->f.world = ktest_world(tree_layers, sizeof(tree_layers) / sizeof(tree_layers[0]),
				 &machine);
	dma_rebuild(&s->f);
	s->mm = mm_create();
	ktest_assert_non_null(s->mm);
	ktest_assert_int_equal(sim_mmap(s->mm, 0, BUFFER_BYTES, VM_READ | VM_WRITE, 0, M2, NULL, 0,
					&s->buffer), 0);
	s->gpu = sim_gpu_create(s->f.dev, VRAM_BYTES);
	ktest_assert_true(!IS_ERR(s->gpu));
	s->vm = sim_gpu_vm_create(s->gpu, s->mm);
	ktest_assert_true(!IS_ERR(s->vm));
	return s;
}

static void end_scene(struct scene *s)
{
	sim_gpu_vm_destroy(s->vm);
	mmput(s->mm);
	sim_gpu_destroy(s->gpu);
	flush_workqueue(system_unbound_wq);
	sim_device_unbind_all(s->f.world);
	flush_workqueue(system_wq);
	flush_workqueue(system_unbound_wq);
}

static void fault_all(struct scene *s, unsigned int flags)
{
	for (unsigned long page = 0; page < BUFFER_BYTES / P; page++)
		ktest_assert_int_equal(sim_gpu_fault(s->vm, s->buffer + page * P, flags), 0);
}

static void test_fault_and_map(void **state)
{
	struct scene *s = make_scene();
	unsigned long in_vram;

	say("a process writes 2 MiB; its GPU faults, maps and writes it");
	cpu_fill(s, 1);
	fault_all(s, SIM_GPU_WRITE);
	ktest_assert_u64_equal(count(s, &in_vram), BUFFER_BYTES / P);
	ktest_assert_u64_equal(in_vram, 0);
	gpu_check(s, 1);
	for (unsigned long page = 0; page < BUFFER_BYTES / P; page++)
		ktest_assert_int_equal(sim_gpu_write(s->vm, s->buffer + page * P, fill(2, page),
						     PAGE_SIZE), 0);
	cpu_check(s, 2);
	end_scene(s);
}

static void test_migrate_and_back(void **state)
{
	struct scene *s = make_scene();
	unsigned long in_vram;

	say("a process writes 2 MiB; it moves to its GPU's memory, and comes back to the CPU");
	cpu_fill(s, 3);
	fault_all(s, SIM_GPU_WRITE | SIM_GPU_MIGRATE);
	ktest_assert_u64_equal(count(s, &in_vram), BUFFER_BYTES / P);
	ktest_assert_u64_equal(in_vram, BUFFER_BYTES / P);
	gpu_check(s, 3);
	for (unsigned long page = 0; page < BUFFER_BYTES / P; page++)
		ktest_assert_int_equal(sim_gpu_write(s->vm, s->buffer + page * P, fill(4, page),
						     PAGE_SIZE), 0);
	cpu_check(s, 4);
	ktest_assert_u64_equal(count(s, &in_vram), 0);
	ktest_assert_int_equal(chk_mm_validate(s->f.world), 0);
	end_scene(s);
}

static void test_evict(void **state)
{
	struct scene *s = make_scene();
	unsigned long in_vram;

	say("what is in the GPU's memory is evicted, and mapped again where it is");
	cpu_fill(s, 5);
	fault_all(s, SIM_GPU_WRITE | SIM_GPU_MIGRATE);
	ktest_assert_int_equal(sim_gpu_evict_all(s->gpu), 0);
	ktest_assert_u64_equal(count(s, &in_vram), 0);
	fault_all(s, 0);
	ktest_assert_u64_equal(count(s, &in_vram), BUFFER_BYTES / P);
	ktest_assert_u64_equal(in_vram, 0);
	gpu_check(s, 5);
	cpu_check(s, 5);
	end_scene(s);
}

static void test_unmapped_memory_is_let_go(void **state)
{
	struct scene *s = make_scene();
	unsigned long in_vram;
	u8 byte;

	say("half of the buffer is unmapped under the GPU");
	cpu_fill(s, 6);
	fault_all(s, SIM_GPU_WRITE);
	ktest_assert_int_equal(sim_munmap(s->mm, s->buffer, BUFFER_BYTES / 2), 0);
	ktest_assert_u64_equal(count(s, &in_vram), 0);
	ktest_assert_int_equal(sim_gpu_read(s->vm, s->buffer, &byte, 1), -EFAULT);
	ktest_assert_int_equal(sim_gpu_fault(s->vm, s->buffer, 0), -ENOENT);
	ktest_assert_int_equal(sim_gpu_fault(s->vm, s->buffer + BUFFER_BYTES / 2, 0), 0);
	end_scene(s);
}

static const struct ktest tests[] = {
	KTEST(test_evict),
	KTEST(test_fault_and_map),
	KTEST(test_migrate_and_back),
	KTEST(test_unmapped_memory_is_let_go),
};
KTEST_MAIN(tests)
