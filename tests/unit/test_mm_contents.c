/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Bytes and tags: what is read is the same, whichever way pages are kept. */
#include <linux/highmem.h>
#include <linux/sim_device_memory.h>
#include "mm/cache.h"
#include "mm/content.h"
#include "mm_fixture.h"

#define START (1ull << 39)
#define PAGES 12
#define STEPS 3000

static struct svmsim_world *world_with(enum svmsim_content content)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 16 << 20, .cpu_count = 1 } },
		.content = content,
	};

	return mm_world(&machine);
}

static void test_tags_stand_for_their_bytes(void **state)
{
	u8 page[PAGE_SIZE], part[64];

	sim_content_read(sim_content_uniform(0x5c), 0, page, PAGE_SIZE);
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		ktest_assert_int_equal(page[i], 0x5c);
	sim_content_read(sim_content_pattern(7, 0x12345), 0, page, PAGE_SIZE);
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		ktest_assert_int_equal(page[i],
				       (u8)(sim_content_word(7, 0x12345, i / 8) >> i % 8 * 8));
	for (unsigned int at = 0; at < 70; at++) {
		sim_content_read(sim_content_pattern(7, 0x12345), at, part, at % 33);
		ktest_assert_memory_equal(part, page + at, at % 33);
	}
	ktest_assert_u64_equal(sim_content_pattern(SIM_CONTENT_PATTERN_MAX + 1, 0), 0);
	ktest_assert_u64_equal(sim_content_pattern(0, 1ull << SIM_CONTENT_PAGE_BITS), 0);
	ktest_assert_u64_not_equal(sim_content_pattern(0, 0), 0);
}

static void test_whole_pages_move_tags(void **state)
{
	struct svmsim_world *world = world_with(SVMSIM_CONTENT_TAG);
	struct page *a = alloc_page(GFP_KERNEL), *b = alloc_page(GFP_KERNEL);
	u64 tag = sim_content_pattern(3, 4), now;
	u8 byte = 1;

	ktest_assert_true(sim_phys_is_tag(world, page_to_phys(a), &now));
	ktest_assert_u64_equal(now, 0);
	ktest_assert_int_equal(sim_phys_write_tag(world, page_to_phys(a), tag), 0);
	copy_highpage(b, a);
	ktest_assert_true(sim_phys_is_tag(world, page_to_phys(b), &now));
	ktest_assert_u64_equal(now, tag);
	clear_highpage(a);
	ktest_assert_true(sim_phys_is_tag(world, page_to_phys(a), &now));
	ktest_assert_u64_equal(now, sim_content_uniform(0));
	/* A part of it makes it bytes; the whole of it a tag again. */
	memcpy_to_page(b, 100, (const char *)&byte, 1);
	ktest_assert_false(sim_phys_is_tag(world, page_to_phys(b), &now));
	copy_highpage(a, b);
	ktest_assert_false(sim_phys_is_tag(world, page_to_phys(a), &now));
	clear_highpage(b);
	ktest_assert_true(sim_phys_is_tag(world, page_to_phys(b), &now));
	/* Not while somebody can have a pointer to the bytes. */
	*(u8 *)kmap_local_page(b) = 9;
	clear_highpage(b);
	ktest_assert_false(sim_phys_is_tag(world, page_to_phys(b), &now));
	ktest_assert_int_equal(*(u8 *)kmap_local_page(b), 0);
	__free_page(a);
	__free_page(b);
	b = alloc_page(GFP_KERNEL);
	ktest_assert_true(sim_phys_is_tag(world, page_to_phys(b), &now));
	ktest_assert_u64_equal(now, 0);
	__free_page(b);
}

static void test_full_content_has_bytes_only(void **state)
{
	struct svmsim_world *world = world_with(SVMSIM_CONTENT_FULL);
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	u64 tag;

	ktest_assert_false(sim_phys_is_tag(world, page_to_phys(page), &tag));
	sim_phys_write_tag(world, page_to_phys(page), sim_content_pattern(3, 4));
	ktest_assert_false(sim_phys_is_tag(world, page_to_phys(page), &tag));
	__free_page(page);
}

static void test_memory_of_a_device(void **state)
{
	struct svmsim_world *world = world_with(SVMSIM_CONTENT_TAG);
	struct page *page = alloc_page(GFP_KERNEL);
	u8 buf[3 * PAGE_SIZE], other[sizeof(buf)];
	u64 tag;

	/* Eight of 64 GiB take no time and no memory. */
	for (int i = 0; i < 8; i++)
		sim_device_memory_add(START + ((u64)i << 36), 64ull << 30);
	ktest_assert_int_equal(sim_phys_read(world, START, buf, 1), -EFAULT);
	ktest_assert_int_equal(sim_phys_write(world, START, buf, 1), -EFAULT);
	ktest_assert_int_equal(sim_phys_set(world, START, 0, 1), -EFAULT);
	ktest_assert_int_equal(sim_phys_copy(world, page_to_phys(page), START, 1), -EFAULT);
	ktest_assert_null(phys_to_virt(START));
	ktest_assert_null(sim_phys_ptr(world, START));
	ktest_assert_false(sim_phys_has_bytes(world, START));
	ktest_assert_int_equal(sim_device_memory_read(START - 1, buf, 2), -EFAULT);
	ktest_assert_int_equal(sim_device_memory_read(START + (8ull << 36) - 1, buf, 1), 0);
	ktest_assert_int_equal(buf[0], 0xa5);
	for (unsigned int i = 0; i < sizeof(buf); i++)
		buf[i] = i * 7;
	ktest_assert_int_equal(sim_device_memory_write(START + 5, buf, sizeof(buf)), 0);
	ktest_assert_int_equal(sim_device_memory_copy(START + (1ull << 36) + 100, START + 5,
						      sizeof(buf)), 0);
	ktest_assert_int_equal(sim_device_memory_read(START + (1ull << 36) + 100, other,
						      sizeof(other)), 0);
	ktest_assert_memory_equal(other, buf, sizeof(buf));
	/* From RAM and back. */
	sim_phys_write_tag(world, page_to_phys(page), sim_content_pattern(1, 2));
	ktest_assert_int_equal(sim_device_memory_copy(START, page_to_phys(page), PAGE_SIZE), 0);
	ktest_assert_true(sim_phys_is_tag(world, START, &tag));
	clear_highpage(page);
	ktest_assert_int_equal(sim_device_memory_copy(page_to_phys(page), START, PAGE_SIZE), 0);
	ktest_assert_true(sim_phys_is_tag(world, page_to_phys(page), &tag));
	ktest_assert_u64_equal(tag, sim_content_pattern(1, 2));
	ktest_assert_int_equal(sim_device_memory_set(START, 1, 2 * PAGE_SIZE + 1), 0);
	/* Gone, and fresh when it comes back. */
	sim_device_memory_remove(START);
	ktest_assert_int_equal(sim_device_memory_read(START, buf, 1), -EFAULT);
	sim_device_memory_add(START, 64ull << 30);
	ktest_assert_int_equal(sim_device_memory_read(START, buf, 1), 0);
	ktest_assert_int_equal(buf[0], 0xa5);
	sim_world_reset(world);
	ktest_assert_int_equal(sim_device_memory_read(START + (1ull << 36), buf, 1), -EFAULT);
	sim_device_memory_add(START + (1ull << 36), 64ull << 30);
	ktest_assert_int_equal(sim_device_memory_read(START + (1ull << 36) + 101, buf, 1), 0);
	ktest_assert_int_equal(buf[0], 0xa5);
}

/**
 * struct program - a random program over pages of RAM and of a device
 * @page: where they are; the last third is the device's
 * @folio: what the pages of RAM are part of
 * @rng: state
 */
struct program {
	phys_addr_t page[PAGES];
	struct folio *folio;
	uint64_t rng;
};

static u64 below(struct program *program, u64 limit)
{
	return ktest_random(&program->rng) % limit;
}

/* One step, done by the device; some of them by a CPU where it can. */
static void step(struct svmsim_world *world, struct program *program, u8 *buf)
{
	unsigned int to = below(program, PAGES), from = below(program, PAGES);
	size_t at = below(program, PAGE_SIZE), bytes = 1 + below(program, PAGE_SIZE - at);
	bool is_ram = to < 8 && from < 8;
	u64 tag = sim_content_pattern(below(program, 4), below(program, 1000));
	struct page *page = folio_page(program->folio, to % 8);

	switch (below(program, 9)) {
	case 0:
		sim_device_memory_write(program->page[to] + at, buf, bytes);
		break;
	case 1:
		sim_device_memory_set(program->page[to], below(program, 256), PAGE_SIZE);
		break;
	case 2:
		sim_phys_device_write_tag(world, program->page[to], tag);
		break;
	case 3:
		if (to != from)
			sim_device_memory_copy(program->page[to], program->page[from], PAGE_SIZE);
		break;
	case 4:
		if (to != from)
			sim_device_memory_copy(program->page[to] + at, program->page[from] + at,
					       bytes);
		break;
	case 5:
		if (is_ram && to != from)
			copy_highpage(page, folio_page(program->folio, from));
		break;
	case 6:
		clear_highpage(page);
		break;
	case 7:
		memset_page(page, at, below(program, 256), bytes);
		break;
	default:
		/* A pointer is kept and used later. */
		if (!below(program, 10))
			((u8 *)kmap_local_page(page))[at] = below(program, 256);
		break;
	}
}

/* Runs it; returns a hash of all that was read, each page after each step by chance. */
static u64 run(enum svmsim_content content, u64 seed)
{
	struct svmsim_world *world = world_with(content);
	struct program program = { .rng = seed };
	u8 buf[PAGE_SIZE];
	u64 hash = 0;

	program.folio = folio_alloc(GFP_KERNEL, 3);
	sim_device_memory_add(START, 1 << 20);
	for (unsigned int i = 0; i < PAGES; i++)
		program.page[i] = i < 8 ? page_to_phys(folio_page(program.folio, i)) :
					  START + i * PAGE_SIZE;
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		buf[i] = i;
	for (unsigned int i = 0; i < STEPS; i++) {
		size_t at = below(&program, PAGE_SIZE);

		step(world, &program, buf);
		sim_device_memory_read(program.page[below(&program, PAGES)] + at, buf,
				       PAGE_SIZE - at);
		for (unsigned int k = 0; k < PAGE_SIZE - at; k++)
			hash = (hash ^ buf[k]) * 0x100000001b3ull;
	}
	folio_put(program.folio);
	hash ^= svmsim_world_digest(world);
	ktest_world_drop(world);
	return hash;
}

static void test_tags_and_bytes_read_alike(void **state)
{
	u64 seed = ktest_seed(5);

	for (u64 i = 0; i < 10; i++)
		ktest_assert_u64_equal(run(SVMSIM_CONTENT_TAG, seed + i),
				       run(SVMSIM_CONTENT_FULL, seed + i));
}

static void test_folios(void **state)
{
	struct svmsim_world *world = world_with(SVMSIM_CONTENT_TAG);
	struct folio *a = folio_alloc(GFP_KERNEL, 2), *b = folio_alloc(GFP_KERNEL, 2);
	char text[8];

	folio_zero_user(a, 0);
	memcpy_to_folio(a, PAGE_SIZE - 2, "abcd", 4);
	folio_copy(b, a);
	memcpy_from_folio(text, b, PAGE_SIZE - 3, 6);
	ktest_assert_memory_equal(text, "\0abcd", 6);
	folio_zero_range(b, PAGE_SIZE - 1, 2);
	memcpy_from_page(text, folio_page(b, 1), 0, 3);
	ktest_assert_memory_equal(text, "\0d\0", 3);
	memcpy_page(folio_page(b, 3), 10, folio_page(a, 0), PAGE_SIZE - 2, 2);
	ktest_assert_memory_equal((char *)kmap_local_folio(b, 3 * PAGE_SIZE + 10), "ab", 2);
	folio_put(a);
	folio_put(b);
	assert_all_free(world);
}

static const struct ktest tests[] = {
	KTEST(test_tags_stand_for_their_bytes),
	KTEST(test_whole_pages_move_tags),
	KTEST(test_full_content_has_bytes_only),
	KTEST(test_memory_of_a_device),
	KTEST(test_tags_and_bytes_read_alike),
	KTEST(test_folios),
};
KTEST_MAIN(tests)
