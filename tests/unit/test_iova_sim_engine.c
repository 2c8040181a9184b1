/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A device's DMA: translation, caching, permissions, faults in each driver's words, bytes. */
#include <linux/errno.h>
#include "dma_fixture.h"
#include "iova_sim/iopt_internal.h"
#include "iova_sim/pwc.h"

#define RW DMA_BIDIRECTIONAL

/* What the watcher hears. */
struct heard {
	unsigned int access_count;
	unsigned int fault_count;
	u64 phys;
	u64 bytes;
	bool write;
	bool cached;
	char reason[256];
};

static void hear_access(void *ctx, struct device *dev, struct iommu_domain *domain, u64 addr,
			u64 phys, u64 bytes, bool write, bool cached)
{
	struct heard *heard = ctx;

	heard->access_count++;
	heard->phys = phys;
	heard->bytes = bytes;
	heard->write = write;
	heard->cached = cached;
}

static void hear_fault(void *ctx, struct device *dev, struct iommu_domain *domain, u64 addr,
		       bool write, const char *reason)
{
	struct heard *heard = ctx;

	heard->fault_count++;
	heard->write = write;
	strscpy(heard->reason, reason, sizeof(heard->reason));
}

static struct heard heard;
static const struct iova_watch watch = {
	.ctx = &heard,
	.access = hear_access,
	.fault = hear_fault,
};

static struct dma_fixture *make(const struct dma_options *options)
{
	struct dma_fixture *f = dma_make_with(options);

	heard = (struct heard){};
	iova_sim_set_watch(f->world, &watch);
	return f;
}

static int read_err(struct dma_fixture *f, u64 addr)
{
	u64 word;

	return sim_dma_read(f->dev, addr, &word, sizeof(word));
}

static int write_err(struct dma_fixture *f, u64 addr)
{
	u64 word = 0x1122334455667788;

	return sim_dma_write(f->dev, addr, &word, sizeof(word));
}

static void test_write_and_read_reach_the_page(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});
	u64 page = dma_page(f), word = 0xfeed, back = 0;

	dma_window(f, P);
	ktest_assert_int_equal(dma_link_err(f, page, 0, P), 0);
	ktest_assert_int_equal(sim_dma_write(f->dev, f->state.addr + 8, &word, 8), 0);
	sim_phys_read(f->world, page + 8, &back, 8);
	ktest_assert_u64_equal(back, 0xfeed);
	word = 0xbeef;
	sim_phys_write(f->world, page + 16, &word, 8);
	ktest_assert_int_equal(sim_dma_read(f->dev, f->state.addr + 16, &back, 8), 0);
	ktest_assert_u64_equal(back, 0xbeef);
	assert_event(f, DEV_WRITE, 0, f->dev->sim->name, f->state.addr + 8, 8, 0);
	assert_event(f, DEV_READ, 0, f->dev->sim->name, f->state.addr + 16, 8, 0);
	dma_iova_destroy(f->dev, &f->state, P, RW, 0);
}

static void test_first_access_walks_second_is_cached(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});

	dma_window(f, 2 * P);
	dma_link_pages(f, 0, 1);
	ktest_assert_int_equal(read_err(f, f->state.addr), 0);
	ktest_assert_false(heard.cached);
	ktest_assert_int_equal(write_err(f, f->state.addr + 0x100), 0);
	ktest_assert_true(heard.cached);
	ktest_assert_true(heard.write);
	ktest_assert_u64_equal(iova_sim_state()->iotlb->miss_count, 1);
	ktest_assert_u64_equal(iova_sim_state()->pwc->miss_count, 1);
	/* The next page is not in the IOTLB, but its table is in the walk cache. */
	ktest_assert_int_equal(read_err(f, f->state.addr + P), 0);
	ktest_assert_true(heard.cached);
	ktest_assert_u64_equal(iova_sim_state()->iotlb->miss_count, 2);
	ktest_assert_u64_equal(iova_sim_state()->pwc->hit_count, 1);
	dma_iova_destroy(f->dev, &f->state, 2 * P, RW, 0);
	ktest_assert_int_equal(read_err(f, f->state.addr), -EFAULT);
}

static void test_large_leaf_takes_one_iotlb_entry(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});

	dma_window(f, M2);
	ktest_assert_int_equal(dma_link_err(f, dma_block(f, M2), 0, M2), 0);
	ktest_assert_int_equal(read_err(f, f->state.addr), 0);
	ktest_assert_int_equal(read_err(f, f->state.addr + M2 - 8), 0);
	ktest_assert_true(heard.cached);
	ktest_assert_int_equal(iova_sim_state()->iotlb->class_count[1], 1);
	dma_iova_destroy(f->dev, &f->state, M2, RW, 0);
	ktest_assert_true(iotlb_is_empty(iova_sim_state()->iotlb));
}

static void test_accesses_are_cut_at_pages(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});
	static u8 buf[3 * P], back[3 * P];
	uint64_t seed = 7;
	u64 pages[4];

	dma_window(f, 4 * P);
	for (unsigned int i = 0; i < 4; i++) {
		pages[i] = dma_page(f);
		ktest_assert_int_equal(dma_link_err(f, pages[i], i * P, P), 0);
	}
	for (unsigned int i = 0; i < sizeof(buf); i++)
		buf[i] = ktest_random(&seed);
	ktest_assert_int_equal(sim_dma_write(f->dev, f->state.addr + 0x801, buf, sizeof(buf)), 0);
	ktest_assert_int_equal(heard.access_count, 4);
	ktest_assert_u64_equal(heard.bytes, 0x801);
	ktest_assert_u64_equal(heard.phys, pages[3]);
	sim_phys_read(f->world, pages[1], back, P);
	ktest_assert_memory_equal(back, buf + 0x7ff, P);
	ktest_assert_int_equal(sim_dma_read(f->dev, f->state.addr + 0x801, back, sizeof(back)), 0);
	ktest_assert_memory_equal(back, buf, sizeof(buf));
	/* The same bytes give the same hash, wherever they came from. */
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_DEV_READ, 0)->arg[4],
			       dma_event(f, SIM_EVENT_DEV_WRITE, 0)->arg[4]);
}

static void test_hash_tells_contents_apart(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});
	u8 bytes[3] = { 1, 2, 3 };
	u64 hash[3];

	dma_window(f, P);
	dma_link_pages(f, 0, 0);
	for (unsigned int i = 0; i < 3; i++) {
		ktest_assert_int_equal(sim_dma_write(f->dev, f->state.addr, bytes, 3 - (i == 2)),
				       0);
		hash[i] = dma_event(f, SIM_EVENT_DEV_WRITE, i)->arg[4];
		bytes[2] = 0;
	}
	ktest_assert_u64_not_equal(hash[0], hash[1]);
	ktest_assert_u64_not_equal(hash[1], hash[2]);
}

static void test_access_of_no_bytes_succeeds(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});

	ktest_assert_int_equal(sim_dma_read(f->dev, 0x1234000, NULL, 0), 0);
	ktest_assert_int_equal(heard.access_count, 0);
	assert_event_count(f, DEV_READ, 1);
}

static void test_fault_keeps_what_came_before(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});
	static u8 buf[2 * P], back[P];
	u64 page = dma_page(f);

	__builtin_memset(buf, 0x5a, sizeof(buf));
	dma_window(f, 2 * P);
	ktest_assert_int_equal(dma_link_err(f, page, 0, P), 0);
	ktest_assert_int_equal(sim_dma_write(f->dev, f->state.addr, buf, sizeof(buf)), -EFAULT);
	sim_phys_read(f->world, page, back, P);
	ktest_assert_memory_equal(back, buf, P);
	assert_event(f, DEV_WRITE, 0, f->dev->sim->name, f->state.addr, 2 * P, (u64)-EFAULT);
	ktest_assert_int_equal(heard.fault_count, 1);
}

struct fault_row {
	const char *profile;
	const char *fmt;
	enum dma_data_direction dir;
	bool write;
	u64 offset;
	const char *reason;
};

/* Page 0 of the window is linked with the row's direction, page 1 is a hole. */
static const struct fault_row fault_rows[] = {
	{ "generic-pt", "vtdss", RW, false, P,
	  "[DMA Read NO_PASID] Request device [03:00.0] fault addr 0xfffff000 [fault reason 0x06] "
	  "PTE Read access is not set" },
	{ "generic-pt", "vtdss", RW, true, P,
	  "[DMA Write NO_PASID] Request device [03:00.0] fault addr 0xfffff000 [fault reason 0x05] "
	  "PTE Write access is not set" },
	{ "vtd-legacy", NULL, DMA_FROM_DEVICE, false, 0,
	  "[DMA Read NO_PASID] Request device [03:00.0] fault addr 0xffffe000 [fault reason 0x06] "
	  "PTE Read access is not set" },
	{ "vtd-legacy", NULL, DMA_TO_DEVICE, true, 0,
	  "[DMA Write NO_PASID] Request device [03:00.0] fault addr 0xffffe000 [fault reason 0x05] "
	  "PTE Write access is not set" },
	{ "vtd-legacy", NULL, RW, true, 1ull << 60,
	  "[DMA Write NO_PASID] Request device [03:00.0] fault addr 0x10000000ffffe000 "
	  "[fault reason 0x04] Access beyond MGAW" },
	{ "generic-pt", "x86-64", RW, false, P,
	  "[DMA Read NO_PASID] Request device [03:00.0] fault addr 0xfffff000 [fault reason 0x71] "
	  "SM: Present bit in first-level paging entry is clear" },
	{ "generic-pt", "x86-64", DMA_TO_DEVICE, true, 0,
	  "[DMA Write NO_PASID] Request device [03:00.0] fault addr 0xffffe000 [fault reason 0x85] "
	  "SM: No write permission for Write/AtomicOp request" },
	{ "generic-pt", "x86-64", RW, false, 1ull << 47,
	  "[DMA Read NO_PASID] Request device [03:00.0] fault addr 0x8000ffffe000 "
	  "[fault reason 0x80] SM: Address in first-level translation is not canonical" },
	{ "generic-pt", "x86-64", RW, false, 0xffff800000000000ull,
	  "[DMA Read NO_PASID] Request device [03:00.0] fault addr 0xffff8000ffffe000 "
	  "[fault reason 0x71] SM: Present bit in first-level paging entry is clear" },
	{ "arm-lpae", NULL, RW, false, P,
	  "event: F_TRANSLATION client: 0000:03:00.0 sid: 0x300 ssid: 0 iova: 0xfffff010 ipa: 0" },
	{ "arm-lpae", NULL, DMA_TO_DEVICE, true, 0,
	  "event: F_PERMISSION client: 0000:03:00.0 sid: 0x300 ssid: 0 iova: 0xffffe010 ipa: 0" },
	{ "arm-lpae", NULL, RW, false, 1ull << 50,
	  "event: F_TRANSLATION client: 0000:03:00.0 sid: 0x300 ssid: 0 iova: 0x40000ffffe010 "
	  "ipa: 0" },
	{ "amd-legacy", NULL, RW, false, P,
	  "Event logged [IO_PAGE_FAULT domain=0x0001 address=0xfffff010 flags=0x0000]" },
	{ "amd-legacy", NULL, RW, true, P,
	  "Event logged [IO_PAGE_FAULT domain=0x0001 address=0xfffff010 flags=0x0020]" },
	{ "generic-pt", "amdv1", DMA_FROM_DEVICE, false, 0,
	  "Event logged [IO_PAGE_FAULT domain=0x0001 address=0xffffe010 flags=0x0050]" },
	{ "generic-pt", "amdv1", DMA_TO_DEVICE, true, 0,
	  "Event logged [IO_PAGE_FAULT domain=0x0001 address=0xffffe010 flags=0x0070]" },
	/* Beyond what the tables cover so far. */
	{ "amd-legacy", NULL, RW, true, 1ull << 60,
	  "Event logged [IO_PAGE_FAULT domain=0x0001 address=0x10000000ffffe010 flags=0x0020]" },
	{ "mock", NULL, RW, true, P, "mock: write of 0x7ffff010: no translation" },
	{ "mock", NULL, DMA_FROM_DEVICE, false, 0, "mock: read of 0x7fffe010: no permission" },
};

static void test_fault_words_of_each_driver(void **state)
{
	for (unsigned int i = 0; i < sizeof(fault_rows) / sizeof(fault_rows[0]); i++) {
		const struct fault_row *row = &fault_rows[i];
		struct dma_fixture *f;
		u64 addr;

		ktest_context("row %u", i);
		f = make(&(struct dma_options){ .profile = row->profile, .fmt = row->fmt });
		dma_window(f, 2 * P);
		ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, dma_page(f), 0, P, row->dir,
						     0), 0);
		addr = f->state.addr + row->offset + 0x10;
		ktest_assert_int_equal(row->write ? write_err(f, addr) : read_err(f, addr),
				       -EFAULT);
		ktest_assert_string_equal(heard.reason, row->reason);
		ktest_assert_int_equal(heard.write, row->write);
		ktest_assert_int_equal(heard.access_count, 0);
		/* Of all drivers AMD's alone calls report_iommu_fault(). */
		assert_event_count(f, IO_PAGE_FAULT, f->sdom->hardware == SIM_HARDWARE_AMD);
		ktest_world_drop(f->world);
	}
}

static void test_vtd_log_lines_and_rate_limit(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});
	u64 count = sim_log_count(f->world);
	int level;

	read_err(f, 0x5000);
	ktest_assert_u64_equal(sim_log_count(f->world), count + 2);
	ktest_assert_string_equal(sim_log_line(f->world, count, &level),
				  "DMAR: DRHD: handling fault status reg 2");
	ktest_assert_int_equal(level, LOGLEVEL_ERR);
	ktest_assert_string_equal(sim_log_line(f->world, count + 1, NULL),
				  "DMAR: [DMA Read NO_PASID] Request device [03:00.0] fault addr "
				  "0x5000 [fault reason 0x06] PTE Read access is not set");
	/* Each fault asks the limit of ten three times: the fourth gets its first line only. */
	for (unsigned int i = 0; i < 5; i++)
		read_err(f, 0x5000);
	ktest_assert_u64_equal(sim_log_count(f->world), count + 7);
	ktest_assert_int_equal(heard.fault_count, 6);
	/* After five seconds it starts again, and says what was left out: 2 + 3 + 3. */
	f->world->now_ns += 5100000000ull;
	read_err(f, 0x5000);
	ktest_assert_string_equal(sim_log_line(f->world, count + 7, NULL),
				  "dmar_fault: 8 callbacks suppressed");
	ktest_assert_u64_equal(sim_log_count(f->world), count + 10);
}

static void test_smmuv3_log_lines_and_rate_limit(void **state)
{
	static const char *const lines[] = {
		"arm-smmu-v3 arm-smmu-v3.0.auto: event 0x10 received:",
		"arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000030000000010",
		"arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000020000000000",
		"arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000000000005004",
		"arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000000000000000",
		"arm-smmu-v3 arm-smmu-v3.0.auto: event: F_TRANSLATION client: 0000:03:00.0 "
		"sid: 0x300 ssid: 0 iova: 0x5004 ipa: 0",
		"arm-smmu-v3 arm-smmu-v3.0.auto: unpriv data write s1 \"Input address caused "
		"fault\" stag: 0",
	};
	struct dma_fixture *f = make(&(struct dma_options){ .profile = "arm-lpae" });
	u64 count = sim_log_count(f->world);

	write_err(f, 0x5004);
	for (unsigned int i = 0; i < 7; i++)
		ktest_assert_string_equal(sim_log_line(f->world, count + i, NULL), lines[i]);
	for (unsigned int i = 0; i < 20; i++)
		read_err(f, 0x5004);
	ktest_assert_u64_equal(sim_log_count(f->world), count + 70);
	ktest_assert_string_equal(sim_log_line(f->world, count + 9, NULL),
				  "arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000020800000000");
}

static void test_amd_log_line_event_and_rate_limit(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){ .profile = "amd-legacy" });
	u64 count = sim_log_count(f->world);
	int level;

	write_err(f, 0x5004);
	ktest_assert_u64_equal(sim_log_count(f->world), count + 1);
	ktest_assert_string_equal(sim_log_line(f->world, count, &level),
				  "svmsim 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT "
				  "domain=0x0001 address=0x5004 flags=0x0020]");
	ktest_assert_int_equal(level, LOGLEVEL_ERR);
	assert_event(f, IO_PAGE_FAULT, 0, sim_name("svmsim"), f->dev->sim->name, 0x5004,
		     IOMMU_FAULT_WRITE);
	for (unsigned int i = 0; i < 12; i++)
		read_err(f, 0x5004);
	/* The limit is on what is printed, not on what is told. */
	ktest_assert_u64_equal(sim_log_count(f->world), count + 10);
	assert_event_count(f, IO_PAGE_FAULT, 13);
	ktest_assert_int_equal(heard.fault_count, 13);
	f->world->now_ns += 5100000000ull;
	read_err(f, 0x5004);
	ktest_assert_string_equal(sim_log_line(f->world, count + 10, NULL),
				  "amd_iommu_report_page_fault: 3 callbacks suppressed");
}

static int fault_seen(struct iommu_domain *domain, struct device *dev, unsigned long iova,
		      int flags, void *token)
{
	*(unsigned long *)token = iova;
	return 0;
}

/* A handler that deals with the fault keeps the driver silent. */
static void test_amd_handler_silences_the_line(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){ .profile = "amd-legacy" });
	struct iommu_dma_cookie *cookie = f->sdom->domain.iova_cookie;
	u64 count = sim_log_count(f->world);
	unsigned long seen = 0;

	/* A domain has a handler or IOVA space; here it changes its mind twice. */
	f->sdom->domain.cookie_type = IOMMU_COOKIE_NONE;
	iommu_set_fault_handler(&f->sdom->domain, fault_seen, &seen);
	write_err(f, 0x5004);
	f->sdom->domain.cookie_type = IOMMU_COOKIE_DMA_IOVA;
	f->sdom->domain.iova_cookie = cookie;
	ktest_assert_u64_equal(seen, 0x5004);
	ktest_assert_u64_equal(sim_log_count(f->world), count);
	assert_event_count(f, IO_PAGE_FAULT, 1);
	ktest_assert_int_equal(heard.fault_count, 1);
}

static void test_amd_names_a_platform_device_by_its_requester(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){ .profile = "amd-legacy",
							    .non_pci = true });

	read_err(f, 0x5000);
	ktest_assert_string_equal(dma_log_last(f),
				  "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:ff:00.0 "
				  "domain=0x0001 address=0x5000 flags=0x0000]");
	assert_event_count(f, IO_PAGE_FAULT, 0);
}

/* Granules of 2 KiB: pieces end there, and each half goes where it was mapped to. */
static void test_accesses_are_cut_at_granules(void **state)
{
	static const char *const profiles[] = { "mock", "generic-pt" };

	for (unsigned int i = 0; i < 2; i++) {
		struct dma_fixture *f = make(&(struct dma_options){ .profile = profiles[i],
								    .fmt = "amdv1-2k" });
		u8 bytes[16] = "0123456789abcdef", back[16] = "";
		u64 page = dma_page(f), other = dma_page(f);

		ktest_context("%s", profiles[i]);
		dma_window(f, P);
		ktest_assert_int_equal(dma_link_err(f, page + P / 2, 0, P / 2), 0);
		ktest_assert_int_equal(dma_link_err(f, other, P / 2, P / 2), 0);
		for (unsigned int again = 0; again < 2; again++) {
			u64 addr = f->state.addr + P / 2 - 8;

			heard.access_count = 0;
			ktest_assert_int_equal(sim_dma_write(f->dev, addr, bytes, 16), 0);
			ktest_assert_int_equal(heard.access_count, 2);
			ktest_assert_u64_equal(heard.phys, other);
			/* The mock has no caches; others have the table after the first half. */
			ktest_assert_int_equal(heard.cached, i);
		}
		sim_phys_read(f->world, page + P - 8, back, 8);
		sim_phys_read(f->world, other, back + 8, 8);
		ktest_assert_memory_equal(back, bytes, 16);
		ktest_assert_int_equal(iova_sim_state()->iotlb->class_count[IOTLB_CLASS_2K],
				       i ? 2 : 0);
		dma_iova_destroy(f->dev, &f->state, P, RW, 0);
		ktest_assert_true(iotlb_is_empty(iova_sim_state()->iotlb));
		ktest_assert_int_equal(read_err(f, f->state.addr), -EFAULT);
		ktest_assert_true(iotlb_is_valid(iova_sim_state()->iotlb));
	}
}

/* Device without an IOMMU: no domain, no table, straight to memory. */
static void test_without_iommu_access_goes_straight_to_memory(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){ .profile = "identity" });
	u64 word = 0x1234, page = dma_page(f);

	sim_dma_detach(f->dev);
	sim_dma_setup_direct(f->dev);
	ktest_assert_null(f->dev->iommu);
	ktest_assert_null(iommu_get_domain_for_dev(f->dev));
	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, P));
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, P, RW, 0), page);
	ktest_assert_int_equal(sim_dma_write(f->dev, page, &word, 8), 0);
	word = 0;
	sim_phys_read(f->world, page, &word, 8);
	ktest_assert_u64_equal(word, 0x1234);
	ktest_assert_false(heard.cached);
	dma_unmap_phys(f->dev, page, P, RW, 0);
	ktest_assert_int_equal(read_err(f, 1ull << 40), -EFAULT);
	ktest_assert_string_equal(heard.reason,
				  "unsupported request: no memory behind 0x10000000000");
}

static void test_platform_device_has_a_requester_of_its_own(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){ .non_pci = true });

	read_err(f, 0x5000);
	ktest_assert_string_contains(heard.reason, "Request device [ff:00.0] fault addr 0x5000");
}

static void test_permission_of_cached_entry_is_checked(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});

	dma_window(f, P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, dma_page(f), 0, P, DMA_TO_DEVICE,
					     0), 0);
	ktest_assert_int_equal(read_err(f, f->state.addr), 0);
	ktest_assert_int_equal(write_err(f, f->state.addr), -EFAULT);
	ktest_assert_string_contains(heard.reason, "PTE Write access is not set");
	ktest_assert_int_equal(read_err(f, f->state.addr), 0);
}

/* What a missing invalidation looks like: the table entry goes, the IOTLB is not told. */
static void test_stale_entry_still_reaches_the_page(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});
	struct iopt_slot slot;

	dma_window(f, P);
	dma_link_pages(f, 0, 0);
	ktest_assert_int_equal(write_err(f, f->state.addr), 0);
	slot = iopt_find_slot(&f->sdom->table, f->state.addr, 0);
	*slot.entry = 0;
	ktest_assert_int_equal(write_err(f, f->state.addr), 0);
	ktest_assert_true(heard.cached);
	iommu_flush_iotlb_all(&f->sdom->domain);
	assert_event_count(f, IOTLB_FLUSH_ALL, 1);
	ktest_assert_int_equal(write_err(f, f->state.addr), -EFAULT);
}

static void test_without_caching_mode_absent_is_not_cached(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});

	dma_window(f, P);
	ktest_assert_int_equal(read_err(f, f->state.addr), -EFAULT);
	ktest_assert_true(iotlb_is_empty(iova_sim_state()->iotlb));
	dma_link_pages(f, 0, 0);
	ktest_assert_int_equal(read_err(f, f->state.addr), 0);
}

static void test_caching_mode_hides_a_link_until_its_sync(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){ .caching_mode = true });

	dma_window(f, 2 * P);
	ktest_assert_int_equal(read_err(f, f->state.addr), -EFAULT);
	dma_link_pages(f, 0, 1);
	ktest_assert_int_equal(read_err(f, f->state.addr), -EFAULT);
	/* What was never asked for was never cached: it works by luck. */
	ktest_assert_int_equal(read_err(f, f->state.addr + P), 0);
	ktest_assert_int_equal(dma_iova_sync(f->dev, &f->state, 0, 2 * P), 0);
	ktest_assert_int_equal(read_err(f, f->state.addr), 0);
	dma_iova_destroy(f->dev, &f->state, 2 * P, RW, 0);
}

static void test_reset_of_world_empties_the_iotlb(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});

	dma_window(f, P);
	dma_link_pages(f, 0, 0);
	ktest_assert_int_equal(read_err(f, f->state.addr), 0);
	sim_event_detach(f->world, &f->consumer);
	sim_world_reset(f->world);
	ktest_assert_true(iotlb_is_empty(iova_sim_state()->iotlb));
	dma_rebuild(f);
	ktest_assert_int_equal(f->sdom->index, 0);
	ktest_assert_int_equal(read_err(f, f->state.addr), -EFAULT);
}

static void test_identity_goes_straight_to_memory(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){ .profile = "identity" });
	u64 page = dma_page(f), word = 5, back;

	ktest_assert_int_equal(sim_dma_write(f->dev, page + 8, &word, 8), 0);
	sim_phys_read(f->world, page + 8, &back, 8);
	ktest_assert_u64_equal(back, 5);
	ktest_assert_false(heard.cached);
	ktest_assert_u64_equal(heard.phys, page + 8);
	/* Where nothing is nobody answers, and no IOMMU logs it. */
	ktest_assert_int_equal(read_err(f, 0xd0000000), -EFAULT);
	ktest_assert_string_equal(heard.reason,
				  "unsupported request: no memory behind 0xd0000000");
	ktest_assert_string_equal(dma_log_last(f), "none");
}

static void test_translation_to_no_memory_is_not_the_iommus_fault(void **state)
{
	struct dma_fixture *f = make(&(struct dma_options){});
	dma_addr_t addr = dma_map_resource(f->dev, 0xd0000000, P, RW, 0);

	ktest_assert_int_equal(read_err(f, addr), -EFAULT);
	ktest_assert_string_contains(heard.reason, "unsupported request: no memory behind 0x");
	ktest_assert_string_equal(dma_log_last(f), "none");
	dma_unmap_resource(f->dev, addr, P, RW, 0);
}

/* Random transfers against a plain array; links move, so pages are shared between windows. */
#define SHADOW_PAGES 24ull

static void random_transfer(struct dma_fixture *f, u8 *shadow, const unsigned int *page_of,
			    u64 window_pages, uint64_t *seed)
{
	static u8 buf[4 * P];
	u64 bytes = 1 + ktest_random(seed) % sizeof(buf);
	u64 offset = ktest_random(seed) % (window_pages * P);
	bool write = ktest_random(seed) & 1;
	int err;

	if (bytes > window_pages * P - offset)
		bytes = window_pages * P - offset;
	for (u64 i = 0; write && i < bytes; i++)
		buf[i] = ktest_random(seed);
	if (write)
		err = sim_dma_write(f->dev, f->state.addr + offset, buf, bytes);
	else
		err = sim_dma_read(f->dev, f->state.addr + offset, buf, bytes);
	ktest_assert_int_equal(err, 0);
	for (u64 i = 0; i < bytes; i++) {
		u8 *cell = &shadow[page_of[(offset + i) / P] * P + (offset + i) % P];

		if (write)
			*cell = buf[i];
		else if (*cell != buf[i])
			ktest_fail("offset 0x%llx holds %02x, expected %02x", offset + i, buf[i],
				   *cell);
	}
}

/* A new window over random pages of the block, some transfers, and away with it. */
static void random_round(struct dma_fixture *f, u64 block, u8 *shadow, uint64_t *seed)
{
	u64 pages = 1 + ktest_random(seed) % SHADOW_PAGES;
	unsigned int page_of[SHADOW_PAGES];

	dma_window(f, pages * P);
	for (u64 i = 0; i < pages; i++) {
		page_of[i] = ktest_random(seed) % SHADOW_PAGES;
		ktest_assert_int_equal(dma_link_err(f, block + page_of[i] * P, i * P, P), 0);
	}
	for (unsigned int i = 0; i < 6; i++)
		random_transfer(f, shadow, page_of, pages, seed);
	dma_iova_destroy(f->dev, &f->state, pages * P, RW, 0);
}

static void test_random_transfers_match_a_plain_array(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };
	static u8 shadow[SHADOW_PAGES * P];
	const uint64_t first_seed = ktest_seed(0xd3a);

	for (unsigned int p = 0; p < 3; p++) {
		struct dma_fixture *f = make(&(struct dma_options){
			.profile = profiles[p], .iotlb_sets = 2, .iotlb_ways = 2 });
		u64 block = dma_block(f, SHADOW_PAGES * P);
		uint64_t seed = first_seed;

		__builtin_memset(shadow, 0, sizeof(shadow));
		sim_phys_set(f->world, block, 0, sizeof(shadow));
		for (unsigned int step = 0; step < 120; step++) {
			ktest_context("%s, seed 0x%lx, step %u", profiles[p], first_seed, step);
			random_round(f, block, shadow, &seed);
		}
		ktest_assert_true(iotlb_is_valid(iova_sim_state()->iotlb));
		ktest_world_drop(f->world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_write_and_read_reach_the_page),
	KTEST(test_first_access_walks_second_is_cached),
	KTEST(test_large_leaf_takes_one_iotlb_entry),
	KTEST(test_accesses_are_cut_at_pages),
	KTEST(test_hash_tells_contents_apart),
	KTEST(test_access_of_no_bytes_succeeds),
	KTEST(test_fault_keeps_what_came_before),
	KTEST(test_fault_words_of_each_driver),
	KTEST(test_vtd_log_lines_and_rate_limit),
	KTEST(test_smmuv3_log_lines_and_rate_limit),
	KTEST(test_amd_log_line_event_and_rate_limit),
	KTEST(test_amd_handler_silences_the_line),
	KTEST(test_amd_names_a_platform_device_by_its_requester),
	KTEST(test_accesses_are_cut_at_granules),
	KTEST(test_without_iommu_access_goes_straight_to_memory),
	KTEST(test_platform_device_has_a_requester_of_its_own),
	KTEST(test_permission_of_cached_entry_is_checked),
	KTEST(test_stale_entry_still_reaches_the_page),
	KTEST(test_without_caching_mode_absent_is_not_cached),
	KTEST(test_caching_mode_hides_a_link_until_its_sync),
	KTEST(test_reset_of_world_empties_the_iotlb),
	KTEST(test_identity_goes_straight_to_memory),
	KTEST(test_translation_to_no_memory_is_not_the_iommus_fault),
	KTEST(test_random_transfers_match_a_plain_array),
};
KTEST_MAIN(tests)
