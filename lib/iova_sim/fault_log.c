// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/printk.h>
#include "device/sim_device.h"
#include "iova_sim/domain.h"
#include "iova_sim/fault_log.h"
#include "iova_sim/layer.h"

#define REASON_BYTES 192

/* Fault status register: primary pending fault, first record. */
#define VTD_STATUS_PENDING 0x2u

/* Event record of the SMMU. */
#define SMMU_READ (1ull << 35)
#define SMMU_CLASS_INPUT (2ull << 40)
#define SMMU_CLASS_TEXT "Input address caused fault"

/* Flags of AMD's event: present, write, lacks permission. */
#define AMD_FLAG_PRESENT 0x010u
#define AMD_FLAG_WRITE 0x020u
#define AMD_FLAG_PERMISSION 0x040u

struct vtd_reason {
	unsigned int code;
	const char *text;
};

/* Requests of a platform device carry an identity of the firmware's choice; bus ff is unused. */
static u16 requester(struct device *dev)
{
	if (dev_is_pci(dev))
		return pci_dev_id(to_pci_dev(dev));
	return 0xff00 | dev->sim->index;
}

/* Legacy mode: the second stage gives one reason per direction, whatever is missing. */
static const struct vtd_reason *vtd_second_stage(bool write, enum sim_fault_kind kind)
{
	static const struct vtd_reason width = { 0x04, "Access beyond MGAW" };
	static const struct vtd_reason no_write = { 0x05, "PTE Write access is not set" };
	static const struct vtd_reason no_read = { 0x06, "PTE Read access is not set" };

	if (kind == SIM_FAULT_WIDTH)
		return &width;
	return write ? &no_write : &no_read;
}

/* Scalable mode. */
static const struct vtd_reason *vtd_first_stage(bool write, enum sim_fault_kind kind)
{
	static const struct vtd_reason absent = {
		0x71, "SM: Present bit in first-level paging entry is clear"
	};
	static const struct vtd_reason width = {
		0x80, "SM: Address in first-level translation is not canonical"
	};
	static const struct vtd_reason no_write = {
		0x85, "SM: No write permission for Write/AtomicOp request"
	};
	static const struct vtd_reason no_read = {
		0x86, "SM: No read permission for Read/AtomicOp request"
	};

	if (kind == SIM_FAULT_WIDTH)
		return &width;
	if (kind == SIM_FAULT_NOT_PRESENT)
		return &absent;
	return write ? &no_write : &no_read;
}

static void vtd_log(struct device *dev, struct sim_domain *sdom, u64 addr, bool write,
		    enum sim_fault_kind kind, char *text)
{
	static const char limit;
	const struct vtd_reason *reason;
	u16 source = requester(dev);
	bool print_fault;

	/* The first stage is the one whose entries have a format of their own. */
	if (sdom->table.fmt->va_bits_unused)
		reason = vtd_first_stage(write, kind);
	else
		reason = vtd_second_stage(write, kind);
	snprintf(text, REASON_BYTES,
		 "[%s NO_PASID] Request device [%02x:%02x.%d] fault addr 0x%llx "
		 "[fault reason 0x%02x] %s",
		 write ? "DMA Write" : "DMA Read", source >> 8, PCI_SLOT(source & 0xff),
		 PCI_FUNC(source & 0xff), addr & ~0xfffull, reason->code, reason->text);

	/*
	 * The driver asks its limit for the register's line, for the record, and again for the
	 * record that turns out to be the end of the list.
	 */
	if (sim_ratelimit(&limit, "dmar_fault"))
		printk(KERN_ERR "DMAR: DRHD: handling fault status reg %x\n", VTD_STATUS_PENDING);
	print_fault = sim_ratelimit(&limit, "dmar_fault");
	if (print_fault)
		printk(KERN_ERR "DMAR: %s\n", text);
	sim_ratelimit(&limit, "dmar_fault");
}

static void smmuv3_log(struct device *dev, struct sim_domain *sdom, u64 addr, bool write,
		       enum sim_fault_kind kind, char *text)
{
	static const char prefix[] = "arm-smmu-v3 arm-smmu-v3.0.auto";
	static const char limit;
	/* An address beyond the tables has no translation: there is no event of its own for it. */
	const bool permission = kind == SIM_FAULT_PERMISSION;
	const unsigned int id = permission ? 0x13 : 0x10;
	const u16 sid = requester(dev);

	snprintf(text, REASON_BYTES,
		 "event: %s client: %s sid: %#x ssid: %#x iova: %#llx ipa: %#llx",
		 permission ? "F_PERMISSION" : "F_TRANSLATION", dev_name(dev), sid, 0u, addr, 0ull);
	if (!sim_ratelimit(&limit, "arm_smmu_dump_event"))
		return;
	printk(KERN_ERR "%s: event 0x%02x received:\n", prefix, id);
	printk(KERN_ERR "%s: \t0x%016llx\n", prefix, (u64)sid << 32 | id);
	printk(KERN_ERR "%s: \t0x%016llx\n", prefix, SMMU_CLASS_INPUT | (write ? 0 : SMMU_READ));
	printk(KERN_ERR "%s: \t0x%016llx\n", prefix, addr);
	printk(KERN_ERR "%s: \t0x%016llx\n", prefix, 0ull);
	printk(KERN_ERR "%s: %s\n", prefix, text);
	printk(KERN_ERR "%s: unpriv data %s s1 \"" SMMU_CLASS_TEXT "\" stag: %#x\n", prefix,
	       write ? "write" : "read", 0u);
}

/*
 * Numbers of domains begin with 1. A function of the PCI bus is named by the kernel and limited on
 * its own; what else there is appears under its requester identity.
 */
static void amd_log(struct device *dev, struct sim_domain *sdom, u64 addr, bool write,
		    enum sim_fault_kind kind, char *text)
{
	static const char limit;
	unsigned int flags = write ? AMD_FLAG_WRITE : 0;
	const u16 source = requester(dev);

	if (kind == SIM_FAULT_PERMISSION)
		flags |= AMD_FLAG_PRESENT | AMD_FLAG_PERMISSION;
	if (dev_is_pci(dev)) {
		snprintf(text, REASON_BYTES,
			 "Event logged [IO_PAGE_FAULT domain=0x%04x address=0x%llx flags=0x%04x]",
			 sdom->index + 1, addr, flags);
		if (report_iommu_fault(&sdom->domain, dev, addr,
				       write ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ) &&
		    sim_ratelimit(dev->sim, "amd_iommu_report_page_fault"))
			dev_err(dev, "AMD-Vi: %s\n", text);
		return;
	}
	snprintf(text, REASON_BYTES,
		 "Event logged [IO_PAGE_FAULT device=%04x:%02x:%02x.%x domain=0x%04x "
		 "address=0x%llx flags=0x%04x]",
		 0, source >> 8, PCI_SLOT(source & 0xff), PCI_FUNC(source & 0xff),
		 sdom->index + 1, addr, flags);
	if (sim_ratelimit(&limit, "amd_iommu_report_page_fault"))
		printk(KERN_ERR "AMD-Vi: %s\n", text);
}

/* The mock has no words for what no device of its kind ever does. */
static void test_log(u64 addr, bool write, enum sim_fault_kind kind, char *text)
{
	snprintf(text, REASON_BYTES, "mock: %s of 0x%llx: %s", write ? "write" : "read", addr,
		 kind == SIM_FAULT_PERMISSION ? "no permission" : "no translation");
}

void sim_fault_log(struct device *dev, struct sim_domain *sdom, u64 addr, bool write,
		   enum sim_fault_kind kind)
{
	char text[REASON_BYTES];

	if (kind == SIM_FAULT_NO_MEMORY)
		snprintf(text, sizeof(text), "unsupported request: no memory behind 0x%llx", addr);
	else if (kind == SIM_FAULT_NO_PEER)
		snprintf(text, sizeof(text),
			 "unsupported request: the host bridge passes nothing on to the device "
			 "at 0x%llx",
			 addr);
	else if (sdom->hardware == SIM_HARDWARE_SMMU)
		smmuv3_log(dev, sdom, addr, write, kind, text);
	else if (sdom->hardware == SIM_HARDWARE_AMD)
		amd_log(dev, sdom, addr, write, kind, text);
	else if (sdom->hardware == SIM_HARDWARE_TEST)
		test_log(addr, write, kind, text);
	else
		vtd_log(dev, sdom, addr, write, kind, text);
	iova_sim_watch(fault, dev, sdom ? &sdom->domain : NULL, addr, write, text);
}
