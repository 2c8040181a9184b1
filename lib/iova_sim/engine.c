// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include "device/sim_device.h"
#include "iova_sim/domain.h"
#include "iova_sim/engine.h"
#include "iova_sim/fault_log.h"
#include "iova_sim/iotlb.h"
#include "iova_sim/layer.h"
#include "iova_sim/pwc.h"
#include "kernel/task.h"
#include "mm/cache.h"
#include "mm/phys.h"

/* Tables of the first stage take addresses whose upper bits repeat the highest translated one. */
static bool width_is_wrong(const struct iopt *table, u64 addr)
{
	unsigned int shift = 64 - iopt_level_shift(table->fmt, table->top_level + 1);

	if (!table->fmt->va_bits_unused)
		return addr > table->va_last;
	return (u64)((s64)(addr << shift) >> shift) != addr;
}

/* NULL when the device's addresses are physical ones. */
static __always_inline struct sim_domain *translating_domain(struct device *dev)
{
	struct iommu_domain *domain = dev->sim->domain;

	if (unlikely(!domain || domain->type == IOMMU_DOMAIN_IDENTITY))
		return NULL;
	return to_sim_domain(domain);
}

static int fault(struct device *dev, struct sim_domain *sdom, u64 addr, bool write,
		 enum sim_fault_kind kind)
{
	sim_fault_log(dev, sdom, addr, write, kind);
	return -EFAULT;
}

static bool walk(struct sim_domain *sdom, u64 addr, struct iopt_leaf *leaf, bool *cached)
{
	*cached = false;
	if (sdom->hardware == SIM_HARDWARE_TEST)
		return iopt_walk(sdom, addr, leaf);
	return pwc_walk(sdom->state->pwc, sdom, addr, leaf, cached);
}

/* The IOTLB has no entry: what the table says now. */
static noinline int translate_walk(struct device *dev, struct sim_domain *sdom, u64 addr,
				   bool write, struct sim_dma_target *target)
{
	struct iotlb *iotlb = sdom->state->iotlb;
	struct iopt_leaf leaf;

	if (width_is_wrong(&sdom->table, addr))
		return fault(dev, sdom, addr, write, SIM_FAULT_WIDTH);
	if (!walk(sdom, addr, &leaf, &target->cached)) {
		if (sdom->caching_mode)
			iotlb_insert_absent(iotlb, sdom->index, addr);
		return fault(dev, sdom, addr, write, SIM_FAULT_NOT_PRESENT);
	}
	if (!(write ? leaf.write : leaf.read))
		return fault(dev, sdom, addr, write, SIM_FAULT_PERMISSION);
	if (sdom->hardware != SIM_HARDWARE_TEST)
		iotlb_insert(iotlb, sdom->index, addr, leaf.iova, leaf.phys, leaf.bytes,
			     (leaf.read ? IOTLB_READ : 0) | (leaf.write ? IOTLB_WRITE : 0));
	target->phys = leaf.phys + (addr - leaf.iova);
	target->last = leaf.iova + (leaf.bytes - 1);
	return 0;
}

int sim_dma_translate(struct device *dev, u64 addr, bool write, struct sim_dma_target *target)
{
	struct sim_domain *sdom = translating_domain(dev);
	unsigned int flags;

	if (unlikely(!sdom)) {
		*target = (struct sim_dma_target){ .phys = addr, .last = ~0ull };
		return 0;
	}
	if (!iotlb_lookup(sdom->state->iotlb, sdom->index, addr, &target->phys, &target->last,
			  &flags))
		return translate_walk(dev, sdom, addr, write, target);
	target->cached = true;
	if (likely(flags & (write ? IOTLB_WRITE : IOTLB_READ)))
		return 0;
	return fault(dev, sdom, addr, write,
		     flags & IOTLB_PRESENT ? SIM_FAULT_PERMISSION : SIM_FAULT_NOT_PRESENT);
}

/* Hash of what a transfer moved; the order of the bytes counts, where it was cut does not. */
static u64 content_hash(const u8 *buf, size_t bytes)
{
	u64 hash = SIM_DIGEST_SEED ^ bytes;
	u64 word;

	for (; bytes >= sizeof(word); bytes -= sizeof(word), buf += sizeof(word)) {
		__builtin_memcpy(&word, buf, sizeof(word));
		hash = sim_digest_step(hash, word, 0);
	}
	if (bytes) {
		word = 0;
		__builtin_memcpy(&word, buf, bytes);
		hash = sim_digest_step(hash, word, 0);
	}
	return hash;
}

static int move_bytes(u64 phys, void *buf, size_t bytes, bool write)
{
	if (write)
		return sim_phys_write(sim_world, phys, buf, bytes);
	return sim_phys_read(sim_world, phys, buf, bytes);
}

static void peer_event(struct device *dev, struct pci_dev *owner, u64 addr, size_t bytes,
		       bool write)
{
	sim_event(DEV_PEER, dev->sim->name, owner->dev.sim->name, addr, bytes, write);
}

/* An address that may be a bus address of memory; returns whether a switch found it to be one. */
static noinline bool reaches_peer(struct device *dev, u64 addr, void *buf, size_t bytes, bool write)
{
	struct pci_dev *owner;
	u64 phys;

	owner = sim_pci_route(to_pci_dev(dev), addr, &phys);
	if (!owner)
		return false;
	peer_event(dev, owner, addr, bytes, write);
	/* BARs are whole pages, and so is what is below a piece. */
	SIM_ASSERT(!move_bytes(phys, buf, bytes, write));
	return true;
}

/* The host bridge sends it down again. */
static noinline int pass_to_peer(struct device *dev, struct sim_domain *sdom, u64 addr, u64 phys,
				 size_t bytes, bool write)
{
	struct pci_dev *owner = sim_pci_memory_owner(sim_world, phys);

	if (!sim_phys_has_bytes(sim_world, phys))
		return fault(dev, sdom, addr, write, SIM_FAULT_NO_MEMORY);
	/* Coherent memory of a device on the CPUs' own bus: no function of PCI answers for it. */
	if (!owner)
		return 0;
	if (!sim_pci_host_passes(sim_world, dev, owner))
		return fault(dev, sdom, addr, write, SIM_FAULT_NO_PEER);
	peer_event(dev, owner, addr, bytes, write);
	return 0;
}

void sim_dma_tell_memory(struct device *dev, u64 phys, const void *buf, size_t bytes, bool write)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (unlikely(watch) && watch->device_access)
		watch->device_access(watch->ctx, dev->sim->actor, PHYS_PFN(phys),
				     offset_in_page(phys), buf, bytes, write);
}

static int transfer_piece(struct device *dev, u64 addr, void *buf, size_t bytes, bool write)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct sim_dma_target target;
	int err;

	if (unlikely(addr - dev->sim->peer_first < dev->sim->peer_bytes) &&
	    reaches_peer(dev, addr, buf, bytes, write))
		return 0;
	err = sim_dma_translate(dev, addr, write, &target);
	if (err)
		return err;
	if (unlikely(!sim_phys_is_ram(sim_world, target.phys))) {
		err = pass_to_peer(dev, translating_domain(dev), addr, target.phys, bytes, write);
		if (err)
			return err;
	}
	iova_sim_watch(access, dev, domain, addr, target.phys, bytes, write, target.cached);
	if (write) {
		sim_dma_tell_memory(dev, target.phys, buf, bytes, true);
		return sim_bus_write(sim_world, target.phys, buf, bytes, dev->dma_coherent);
	}
	err = sim_bus_read(sim_world, target.phys, buf, bytes, dev->dma_coherent);
	/* A device that does not snoop may see what no CPU wrote yet: not for them to judge. */
	if (!err && dev->dma_coherent)
		sim_dma_tell_memory(dev, target.phys, buf, bytes, false);
	return err;
}

static int transfer(struct device *dev, u64 addr, void *buf, size_t bytes, bool write,
		    size_t *done)
{
	const struct sim_domain *sdom = translating_domain(dev);
	size_t page = PAGE_SIZE;
	int err = 0;

	if (sdom && sdom->table.fmt->granule_shift < PAGE_SHIFT)
		page = 1ul << sdom->table.fmt->granule_shift;
	*done = 0;
	while (*done < bytes) {
		u64 at = addr + *done;
		size_t piece = page - (at & (page - 1));

		if (piece > bytes - *done)
			piece = bytes - *done;
		sim_point_here(SIM_SITE(SIM_POINT_MODEL, "device_access", ""));
		err = transfer_piece(dev, at, (u8 *)buf + *done, piece, write);
		if (err)
			break;
		*done += piece;
	}
	return err;
}

int sim_dma_read(struct device *dev, u64 addr, void *buf, size_t bytes)
{
	size_t done;
	int err = transfer(dev, addr, buf, bytes, false, &done);

	sim_event(DEV_READ, dev->sim->name, addr, bytes, err, content_hash(buf, done));
	return err;
}

int sim_dma_write(struct device *dev, u64 addr, const void *buf, size_t bytes)
{
	size_t done;
	int err = transfer(dev, addr, (void *)buf, bytes, true, &done);

	sim_event(DEV_WRITE, dev->sim->name, addr, bytes, err, content_hash(buf, done));
	return err;
}

/* One page between RAM that a DMA address leads to and memory of the device, without its bytes. */
static int copy_page(struct device *dev, u64 addr, phys_addr_t own, bool write)
{
	struct sim_dma_target target;
	u8 bytes[PAGE_SIZE];
	int err;

	if (likely(addr - dev->sim->peer_first >= dev->sim->peer_bytes) &&
	    !sim_cache_is_on(sim_world)) {
		err = sim_dma_translate(dev, addr, write, &target);
		if (err)
			return err;
		/* A translation of less than a page, or no RAM: the way of any other access. */
		if (sim_phys_is_ram(sim_world, target.phys) &&
		    target.last - addr >= PAGE_SIZE - 1) {
			phys_addr_t ram = target.phys;

			iova_sim_watch(access, dev, dev->sim->domain, addr, ram, PAGE_SIZE, write,
				       target.cached);
			return sim_phys_device_copy(sim_world, write ? ram : own,
						    write ? own : ram, PAGE_SIZE);
		}
	}
	if (write) {
		err = sim_phys_device_read(sim_world, own, bytes, PAGE_SIZE);
		return err ? err : sim_dma_write(dev, addr, bytes, PAGE_SIZE);
	}
	err = sim_dma_read(dev, addr, bytes, PAGE_SIZE);
	return err ? err : sim_phys_device_write(sim_world, own, bytes, PAGE_SIZE);
}

int sim_dma_own_memory(struct device *dev, phys_addr_t own, void *buf, size_t bytes, bool write)
{
	int err;

	while (bytes) {
		size_t piece = PAGE_SIZE - offset_in_page(own);

		if (piece > bytes)
			piece = bytes;
		if (write)
			sim_dma_tell_memory(dev, own, buf, piece, true);
		err = write ? sim_phys_device_write(sim_world, own, buf, piece) :
			      sim_phys_device_read(sim_world, own, buf, piece);
		if (err)
			return err;
		if (!write)
			sim_dma_tell_memory(dev, own, buf, piece, false);
		own += piece;
		buf += piece;
		bytes -= piece;
	}
	return 0;
}

int sim_dma_copy(struct device *dev, u64 addr, phys_addr_t own, u64 bytes, bool write)
{
	int err = 0;

	SIM_ASSERT(PAGE_ALIGNED(addr | own | bytes));
	for (u64 done = 0; done < bytes && !err; done += PAGE_SIZE) {
		sim_point_here(SIM_SITE(SIM_POINT_MODEL, "device_access", ""));
		err = copy_page(dev, addr + done, own + done, write);
	}
	sim_event(DEV_COPY, dev->sim->name, addr, own, bytes, write, err);
	return err;
}
