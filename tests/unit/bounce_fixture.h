/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A machine of dma_fixture.h with a pool of bounce buffers; bytes as CPU and device see them. */
#ifndef UNIT_BOUNCE_FIXTURE_H
#define UNIT_BOUNCE_FIXTURE_H

#include "dma_fixture.h"
#include "iova_sim/swiotlb.h"
#include "iova_sim/swiotlb_slots.h"
#include "mm/cache.h"

#define SLOT 2048ull

static inline struct dma_fixture *bounce_make(const struct dma_options *options,
					      const struct sim_swiotlb_params *params)
{
	struct dma_fixture *f = dma_make_with(options);

	ktest_assert_int_equal(sim_swiotlb_init(f->world, params), 0);
	swiotlb_dev_init(f->dev);
	dma_events_clear(f);
	return f;
}

/* 256 slots in one area. */
static inline struct dma_fixture *bounce_small(const struct dma_options *options)
{
	return bounce_make(options, &(struct sim_swiotlb_params){ .bytes = 256 * SLOT,
								  .area_count = 1 });
}

static inline u64 pool_start(const struct dma_fixture *f)
{
	return sim_swiotlb_get(f->world)->defpool.start;
}

static inline u64 pool_used(const struct dma_fixture *f)
{
	return sim_swiotlb_get(f->world)->total_used;
}

/* Byte @at of a buffer that was written in round @round. */
static inline u8 round_byte(u64 round, u64 at)
{
	return (round * 0x9e3779b97f4a7c15ull + at * 0xd6e8feb86659fd93ull) >> 40;
}

static inline void round_fill(u8 *buf, u64 round, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		buf[i] = round_byte(round, i);
}

static inline void cpu_fill(struct dma_fixture *f, u64 phys, u64 round, size_t bytes)
{
	static u8 buf[64 * P];

	ktest_assert_true(bytes <= sizeof(buf));
	round_fill(buf, round, bytes);
	ktest_assert_int_equal(sim_cpu_phys_write(f->world, phys, buf, bytes), 0);
}

/* Whether the CPU finds what cpu_fill() or device_fill() wrote. */
static inline bool cpu_has(struct dma_fixture *f, u64 phys, u64 round, size_t bytes)
{
	static u8 buf[64 * P];

	ktest_assert_true(bytes <= sizeof(buf));
	ktest_assert_int_equal(sim_cpu_phys_read(f->world, phys, buf, bytes), 0);
	for (size_t i = 0; i < bytes; i++)
		if (buf[i] != round_byte(round, i))
			return false;
	return true;
}

static inline void device_fill(struct dma_fixture *f, u64 addr, u64 round, size_t bytes)
{
	static u8 buf[64 * P];

	ktest_assert_true(bytes <= sizeof(buf));
	round_fill(buf, round, bytes);
	ktest_assert_int_equal(sim_dma_write(f->dev, addr, buf, bytes), 0);
}

static inline bool device_has(struct dma_fixture *f, u64 addr, u64 round, size_t bytes)
{
	static u8 buf[64 * P];

	ktest_assert_true(bytes <= sizeof(buf));
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, buf, bytes), 0);
	for (size_t i = 0; i < bytes; i++)
		if (buf[i] != round_byte(round, i))
			return false;
	return true;
}

/* Whether the device finds @value in every byte. */
static inline bool device_all(struct dma_fixture *f, u64 addr, u8 value, size_t bytes)
{
	static u8 buf[64 * P];

	ktest_assert_true(bytes <= sizeof(buf));
	if (!bytes)
		return true;
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, buf, bytes), 0);
	for (size_t i = 0; i < bytes; i++)
		if (buf[i] != value)
			return false;
	return true;
}

#endif
