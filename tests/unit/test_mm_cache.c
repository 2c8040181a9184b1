// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a device that does not snoop and a CPU see of each other's writes. */
#include <linux/dma-map-ops.h>
#include <linux/errno.h>
#include "mm/cache.h"
#include "mm_fixture.h"

#define LINE 64

static struct svmsim_world *cached_world(void)
{
	struct svmsim_world *world = mm_world(NULL);

	sim_cache_enable(world);
	return world;
}

static u64 fresh_page(struct svmsim_world *world)
{
	return page_to_phys(sim_phys_alloc_scattered(world));
}

static u8 cpu_byte(struct svmsim_world *world, u64 phys)
{
	u8 byte = 0;

	ktest_assert_int_equal(sim_cpu_phys_read(world, phys, &byte, 1), 0);
	return byte;
}

static u8 ram_byte(struct svmsim_world *world, u64 phys)
{
	u8 byte = 0;

	ktest_assert_int_equal(sim_bus_read(world, phys, &byte, 1, false), 0);
	return byte;
}

static void cpu_put(struct svmsim_world *world, u64 phys, u8 byte)
{
	ktest_assert_int_equal(sim_cpu_phys_write(world, phys, &byte, 1), 0);
}

static void ram_put(struct svmsim_world *world, u64 phys, u8 byte)
{
	ktest_assert_int_equal(sim_bus_write(world, phys, &byte, 1, false), 0);
}

static void test_without_cache_all_is_ram(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	u64 page = fresh_page(world);

	ktest_assert_false(sim_cache_is_on(world));
	ktest_assert_int_equal(dma_get_cache_alignment(), 1);
	cpu_put(world, page, 1);
	ktest_assert_int_equal(ram_byte(world, page), 1);
	ram_put(world, page, 2);
	ktest_assert_int_equal(cpu_byte(world, page), 2);
	sim_cache_clean(world, page, 100);
	sim_cache_invalidate(world, page, 100);
	sim_cache_set_uncached(world, page, PAGE_SIZE, true);
	ktest_assert_int_equal(cpu_byte(world, page), 2);
}

static void test_write_stays_in_cache_until_cleaned(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	ktest_assert_int_equal(dma_get_cache_alignment(), LINE);
	ram_put(world, page + 5, 1);
	cpu_put(world, page + 5, 2);
	ktest_assert_int_equal(ram_byte(world, page + 5), 1);
	ktest_assert_int_equal(cpu_byte(world, page + 5), 2);
	/* Any byte of the line will do, none of the next. */
	sim_cache_clean(world, page + LINE, PAGE_SIZE - LINE);
	ktest_assert_int_equal(ram_byte(world, page + 5), 1);
	sim_cache_clean(world, page + 63, 1);
	ktest_assert_int_equal(ram_byte(world, page + 5), 2);
}

static void test_device_write_is_stale_until_invalidated(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	ram_put(world, page, 1);
	sim_cache_hold(world, page, 1);
	ram_put(world, page, 2);
	ktest_assert_int_equal(cpu_byte(world, page), 1);
	sim_cache_clean(world, page, PAGE_SIZE);
	ktest_assert_int_equal(cpu_byte(world, page), 1);
	ktest_assert_int_equal(ram_byte(world, page), 2);
	sim_cache_invalidate(world, page, LINE);
	ktest_assert_int_equal(cpu_byte(world, page), 2);
}

static void test_page_not_in_cache_is_fresh(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	ram_put(world, page, 1);
	ktest_assert_int_equal(cpu_byte(world, page), 1);
	ram_put(world, page, 2);
	ktest_assert_int_equal(cpu_byte(world, page), 2);
	/* A fresh page reads as the machine's fill, also in the cache. */
	page = fresh_page(world);
	sim_cache_hold(world, page, PAGE_SIZE);
	ktest_assert_int_equal(cpu_byte(world, page + 100), world->machine->fill ?: 0xa5);
}

static void test_invalidate_loses_what_was_not_cleaned(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	ram_put(world, page, 1);
	cpu_put(world, page, 2);
	sim_cache_invalidate(world, page, LINE);
	ktest_assert_int_equal(cpu_byte(world, page), 1);
	sim_cache_clean(world, page, LINE);
	ktest_assert_int_equal(ram_byte(world, page), 1);
}

/* A line shared with something else: its dirty bytes go to RAM first and take the rest along. */
static void test_invalidate_of_part_cleans_the_line(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	for (int end = 0; end < 2; end++) {
		u64 line = page + LINE + 4 * LINE * end;

		ram_put(world, line + 1, 1);
		ram_put(world, line + 40, 1);
		sim_cache_hold(world, page, 1);
		sim_cache_invalidate(world, page, PAGE_SIZE);
		cpu_put(world, line + 1, 2);
		ram_put(world, line + 40, 3);
		if (end)
			sim_cache_invalidate(world, line - LINE, LINE + 63);
		else
			sim_cache_invalidate(world, line + 1, 2 * LINE);
		ktest_assert_int_equal(cpu_byte(world, line + 1), 2);
		/* The device's byte is gone. */
		ktest_assert_int_equal(ram_byte(world, line + 40), 1);
		ktest_assert_int_equal(cpu_byte(world, line + 40), 1);
	}
}

static void test_snooping_device_sees_and_is_seen(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);
	u8 byte = 0;

	cpu_put(world, page, 2);
	ktest_assert_int_equal(sim_bus_read(world, page, &byte, 1, true), 0);
	ktest_assert_int_equal(byte, 2);
	byte = 3;
	ktest_assert_int_equal(sim_bus_write(world, page + 1, &byte, 1, true), 0);
	ktest_assert_int_equal(cpu_byte(world, page + 1), 3);
	ktest_assert_int_equal(ram_byte(world, page + 1), 3);
	ktest_assert_int_equal(cpu_byte(world, page), 2);
	ktest_assert_true(ram_byte(world, page) != 2);
}

static void test_uncached_page_is_ram(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	cpu_put(world, page, 2);
	sim_cache_set_uncached(world, page, PAGE_SIZE, true);
	ktest_assert_int_equal(ram_byte(world, page), 2);
	cpu_put(world, page, 3);
	ktest_assert_int_equal(ram_byte(world, page), 3);
	ram_put(world, page, 4);
	ktest_assert_int_equal(cpu_byte(world, page), 4);
	sim_cache_set_uncached(world, page, PAGE_SIZE, false);
	ktest_assert_int_equal(cpu_byte(world, page), 4);
	cpu_put(world, page, 5);
	ktest_assert_int_equal(ram_byte(world, page), 4);
}

static void test_freed_page_is_cleaned_and_dropped(void **state)
{
	struct svmsim_world *world = cached_world();
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	u64 phys = page_to_phys(page);

	cpu_put(world, phys + PAGE_SIZE, 2);
	__free_pages(page, 1);
	ktest_assert_int_equal(ram_byte(world, phys + PAGE_SIZE), 2);
	ram_put(world, phys + PAGE_SIZE, 3);
	ktest_assert_int_equal(cpu_byte(world, phys + PAGE_SIZE), 3);
}

static void test_reset_forgets_the_cache(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	cpu_put(world, page, 2);
	sim_world_reset(world);
	ktest_assert_false(sim_cache_is_on(world));
	ktest_assert_int_equal(ram_byte(world, page), cpu_byte(world, page));
}

static void test_no_ram_is_efault(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 end = SIM_PHYS_RAM_START + (256ull << 20);
	u8 buf[2 * PAGE_SIZE] = { 0 };

	ktest_assert_int_equal(sim_cpu_phys_read(world, end - 1, buf, 2), -EFAULT);
	ktest_assert_int_equal(sim_cpu_phys_write(world, end - 1, buf, 2), -EFAULT);
	ktest_assert_int_equal(sim_cpu_set(world, end, 0, PAGE_SIZE), -EFAULT);
	ktest_assert_int_equal(sim_cpu_copy(world, end, SIM_PHYS_RAM_START, 1), -EFAULT);
	ktest_assert_int_equal(sim_cpu_copy(world, SIM_PHYS_RAM_START, end, 1), -EFAULT);
	/* Nothing was written before the end either. */
	ktest_assert_int_equal(cpu_byte(world, end - 1), 0xa5);
	sim_cache_clean(world, end, PAGE_SIZE);
	sim_cache_invalidate(world, end, PAGE_SIZE);
}

static void test_sync_of_to_device_does_not_invalidate(void **state)
{
	struct svmsim_world *world = cached_world();
	u64 page = fresh_page(world);

	cpu_put(world, page, 2);
	arch_sync_dma_for_cpu(page, PAGE_SIZE, DMA_TO_DEVICE);
	ktest_assert_int_equal(cpu_byte(world, page), 2);
	arch_sync_dma_for_device(page, PAGE_SIZE, DMA_FROM_DEVICE);
	ktest_assert_int_equal(ram_byte(world, page), 2);
	ram_put(world, page, 3);
	arch_sync_dma_for_cpu(page, PAGE_SIZE, DMA_FROM_DEVICE);
	ktest_assert_int_equal(cpu_byte(world, page), 3);
}

/* Two pages, byte by byte: what RAM has, what the CPU has, which lines are dirty. */
#define SLOW_BYTES (2 * PAGE_SIZE)

struct slow_cache {
	u8 ram[SLOW_BYTES];
	u8 cpu[SLOW_BYTES];
	bool dirty[SLOW_BYTES / LINE];
};

static void slow_clean(struct slow_cache *slow, unsigned int line)
{
	if (slow->dirty[line])
		__builtin_memcpy(slow->ram + line * LINE, slow->cpu + line * LINE, LINE);
	slow->dirty[line] = false;
}

static void slow_sync(struct slow_cache *slow, unsigned int at, unsigned int bytes, bool invalidate)
{
	for (unsigned int line = 0; line < SLOW_BYTES / LINE; line++) {
		unsigned int first = line * LINE, last = first + LINE - 1;

		if (last < at || first > at + bytes - 1)
			continue;
		if (!invalidate || first < at || last > at + bytes - 1)
			slow_clean(slow, line);
		if (invalidate)
			__builtin_memcpy(slow->cpu + first, slow->ram + first, LINE);
		if (invalidate)
			slow->dirty[line] = false;
	}
}

static void random_step(struct svmsim_world *world, u64 phys, struct slow_cache *slow,
			uint64_t *seed)
{
	unsigned int at = ktest_random(seed) % SLOW_BYTES;
	unsigned int bytes = 1 + ktest_random(seed) % (ktest_random(seed) % 2 ? 100 : SLOW_BYTES);
	u8 buf[SLOW_BYTES];

	if (bytes > SLOW_BYTES - at)
		bytes = SLOW_BYTES - at;
	for (unsigned int i = 0; i < bytes; i++)
		buf[i] = ktest_random(seed);
	switch (ktest_random(seed) % 5) {
	case 0:
		__builtin_memcpy(slow->cpu + at, buf, bytes);
		for (unsigned int i = at / LINE; i <= (at + bytes - 1) / LINE; i++)
			slow->dirty[i] = true;
		ktest_assert_int_equal(sim_cpu_phys_write(world, phys + at, buf, bytes), 0);
		break;
	case 1:
		__builtin_memcpy(slow->ram + at, buf, bytes);
		ktest_assert_int_equal(sim_bus_write(world, phys + at, buf, bytes, false), 0);
		break;
	case 2:
		__builtin_memcpy(slow->ram + at, buf, bytes);
		__builtin_memcpy(slow->cpu + at, buf, bytes);
		ktest_assert_int_equal(sim_bus_write(world, phys + at, buf, bytes, true), 0);
		break;
	case 3:
		slow_sync(slow, at, bytes, false);
		sim_cache_clean(world, phys + at, bytes);
		break;
	default:
		slow_sync(slow, at, bytes, true);
		sim_cache_invalidate(world, phys + at, bytes);
	}
}

static void test_random_accesses_match_a_slow_cache(void **state)
{
	static struct slow_cache slow;
	struct svmsim_world *world = cached_world();
	u64 phys = page_to_phys(alloc_pages(GFP_KERNEL | __GFP_ZERO, 1));
	uint64_t seed = ktest_seed(7);
	static u8 buf[SLOW_BYTES];

	__builtin_memset(&slow, 0, sizeof(slow));
	sim_cache_hold(world, phys, SLOW_BYTES);
	for (unsigned int step = 0; step < 5000; step++) {
		ktest_context("step %u", step);
		random_step(world, phys, &slow, &seed);
		sim_cpu_phys_read(world, phys, buf, SLOW_BYTES);
		ktest_assert_memory_equal(buf, slow.cpu, SLOW_BYTES);
		sim_bus_read(world, phys, buf, SLOW_BYTES, true);
		ktest_assert_memory_equal(buf, slow.cpu, SLOW_BYTES);
		sim_bus_read(world, phys, buf, SLOW_BYTES, false);
		ktest_assert_memory_equal(buf, slow.ram, SLOW_BYTES);
	}
}

static void copy_and_compare(struct svmsim_world *world, u64 to, u64 from, unsigned int bytes)
{
	static u8 wanted[SLOW_BYTES], got[SLOW_BYTES];

	ktest_assert_int_equal(sim_cpu_phys_read(world, from, wanted, bytes), 0);
	ktest_assert_int_equal(sim_cpu_copy(world, to, from, bytes), 0);
	ktest_assert_int_equal(sim_cpu_phys_read(world, to, got, bytes), 0);
	ktest_assert_memory_equal(got, wanted, bytes);
}

static void test_copy_moves_what_the_cpu_sees(void **state)
{
	for (int cached = 0; cached < 2; cached++) {
		struct svmsim_world *world = mm_world(NULL);
		u64 from = page_to_phys(alloc_pages(GFP_KERNEL, 1));
		u64 to = page_to_phys(alloc_pages(GFP_KERNEL, 2));
		u64 fresh = page_to_phys(sim_phys_alloc_contig(world, 2, 0));
		u8 bytes[PAGE_SIZE];

		if (cached)
			sim_cache_enable(world);
		for (unsigned int i = 0; i < PAGE_SIZE; i++)
			bytes[i] = i * 7 + i / 256;
		sim_cpu_phys_write(world, from + 2000, bytes, PAGE_SIZE);
		copy_and_compare(world, to + 100, from + 50, 7000);
		copy_and_compare(world, to + 4095, from + 1, 2);
		copy_and_compare(world, to, from, SLOW_BYTES);
		copy_and_compare(world, to + 8, fresh + 8, PAGE_SIZE);
	}
}

static const struct ktest tests[] = {
	KTEST(test_without_cache_all_is_ram),
	KTEST(test_write_stays_in_cache_until_cleaned),
	KTEST(test_device_write_is_stale_until_invalidated),
	KTEST(test_page_not_in_cache_is_fresh),
	KTEST(test_invalidate_loses_what_was_not_cleaned),
	KTEST(test_invalidate_of_part_cleans_the_line),
	KTEST(test_snooping_device_sees_and_is_seen),
	KTEST(test_uncached_page_is_ram),
	KTEST(test_freed_page_is_cleaned_and_dropped),
	KTEST(test_reset_forgets_the_cache),
	KTEST(test_no_ram_is_efault),
	KTEST(test_sync_of_to_device_does_not_invalidate),
	KTEST(test_random_accesses_match_a_slow_cache),
	KTEST(test_copy_moves_what_the_cpu_sees),
};

KTEST_MAIN(tests)
