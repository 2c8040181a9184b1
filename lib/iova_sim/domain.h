/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * A translation domain: what a device's addresses mean. Holds the kernel's struct iommu_domain, the
 * page table behind it and the profile of the driver that manages it. A profile is the behaviour of
 * one generation of a driver at the edges that the API leaves open; docs/model.md compares them.
 *
 * DOC: Vocabulary
 *
 * profile       which driver: names of machine descriptions ("generic-pt").
 * caching mode  the IOMMU caches not-present entries too, so that a map needs a sync before use.
 *		 The second stage of VT-d and the tables of AMD can do so; other formats ignore the
 *		 wish.
 * aperture      addresses that the API may use: what the table can map unless the driver says less.
 */
#ifndef IOVA_SIM_DOMAIN_H
#define IOVA_SIM_DOMAIN_H

#include <linux/container_of.h>
#include <linux/iommu.h>
#include <linux/types.h>
#include "iova_sim/iopt.h"
#include "kernel/world.h"

struct iova_sim;

/**
 * enum sim_iommu_hardware - whose hardware it is: words of faults, hints of invalidations
 * @SIM_HARDWARE_NONE: passthrough or no IOMMU
 * @SIM_HARDWARE_VTD: Intel; an invalidation spares the walk caches unless tables are to be freed
 * @SIM_HARDWARE_AMD: every invalidation includes the walk caches
 * @SIM_HARDWARE_SMMU: Arm, version 3; the invalidation of a gather spares the walk caches
 * @SIM_HARDWARE_TEST: translates and caches nothing
 */
enum sim_iommu_hardware {
	SIM_HARDWARE_NONE,
	SIM_HARDWARE_VTD,
	SIM_HARDWARE_AMD,
	SIM_HARDWARE_SMMU,
	SIM_HARDWARE_TEST,
};

/**
 * enum sim_gathers - how a driver adds to a gather what it has unmapped
 * @SIM_GATHERS_RANGE: iommu_iotlb_gather_add_range()
 * @SIM_GATHERS_PAGES: iommu_iotlb_gather_add_page()
 * @SIM_GATHERS_NO_GAPS: as @SIM_GATHERS_RANGE, after an invalidation when the two would not touch
 */
enum sim_gathers {
	SIM_GATHERS_RANGE,
	SIM_GATHERS_PAGES,
	SIM_GATHERS_NO_GAPS,
};

/**
 * struct sim_iommu_profile - behaviour of one driver generation
 * @name: as in a machine description
 * @formats: names of the page-table formats it can use, NULL-terminated; the first is its default;
 *	NULL for a profile without page tables
 * @domain_type: IOMMU_DOMAIN_DMA or IOMMU_DOMAIN_IDENTITY
 * @ops: the driver's operations; NULL when there is no IOMMU, so that devices have no domain
 * @gathers_pages: it adds to a gather by iommu_iotlb_gather_add_page(), not _add_range()
 * @deferred_flush: unmapping leaves the IOTLB alone until it is told to flush, so that invalidation
 *	can be lazy
 * @hardware: what it drives; a format of AMD makes it AMD's
 * @sizes: sizes of leaves that it uses, 0 for all that the table can have
 * @aperture_start: first address of the aperture with the default format
 * @aperture_last: last address of it, 0 for all that the table can map
 * @msi_start: start of the window where interrupts go, which no IOVA may use
 * @msi_bytes: its size, 0 for none
 * @msi_type: IOMMU_RESV_MSI or IOMMU_RESV_SW_MSI
 */
struct sim_iommu_profile {
	const char *name;
	const char *const *formats;
	unsigned int domain_type;
	const struct iommu_domain_ops *ops;
	bool gathers_pages;
	bool deferred_flush;
	enum sim_iommu_hardware hardware;
	u64 sizes;
	u64 aperture_start;
	u64 aperture_last;
	u64 msi_start;
	u64 msi_bytes;
	enum iommu_resv_type msi_type;
};

/**
 * struct sim_domain - a domain
 * @domain: what the kernel API sees
 * @table: page table; unused by a domain of type IOMMU_DOMAIN_IDENTITY
 * @index: names the domain in events; counts from 0 in order of creation
 * @caching_mode: see Vocabulary; false for a format that can't
 * @hardware: what translates
 * @gathers: how the driver adds to a gather
 * @profile: driver
 * @world: whose it is
 * @state: the layer's state
 * @node: in the layer's list of domains
 */
struct sim_domain {
	struct iommu_domain domain;
	struct iopt table;
	u32 index;
	bool caching_mode;
	enum sim_iommu_hardware hardware;
	enum sim_gathers gathers;
	const struct sim_iommu_profile *profile;
	struct svmsim_world *world;
	struct iova_sim *state;
	struct list_head node;
};

static inline struct sim_domain *to_sim_domain(struct iommu_domain *domain)
{
	return container_of(domain, struct sim_domain, domain);
}

/** sim_iommu_profile_find - profile with this name, or NULL */
const struct sim_iommu_profile *sim_iommu_profile_find(const char *name);
/** sim_iommu_profile_name - name of the profile with this index, NULL past the last */
const char *sim_iommu_profile_name(unsigned int index);
/** sim_iommu_profile_has_iommu - whether devices of this profile have a domain at all */
static inline bool sim_iommu_profile_has_iommu(const struct sim_iommu_profile *profile)
{
	return profile->ops;
}

/**
 * sim_domain_create - make a domain and add it to the layer's list
 * @world: current world
 * @profile_name: driver; NULL or "" for "generic-pt"
 * @fmt_name: page-table format; NULL or "" for the profile's own
 * @caching_mode: see Vocabulary
 * @out: the domain
 *
 * Return: 0; -EINVAL with svmsim_last_error() set for an unknown profile, one without an IOMMU, or
 * a format that the profile can't use; -ENOMEM when simulated RAM has no page for the top table.
 */
int sim_domain_create(struct svmsim_world *world, const char *profile_name, const char *fmt_name,
		      bool caching_mode, struct sim_domain **out);
/**
 * sim_domain_create_levels - as sim_domain_create(), with a given number of table levels
 * @world: current world
 * @profile_name: driver
 * @fmt_name: page-table format
 * @caching_mode: see Vocabulary
 * @level_count: 0 for the format's default; see iopt_init()
 * @out: the domain
 *
 * Return: as sim_domain_create(); -EINVAL also for a number of levels that the format lacks.
 */
int sim_domain_create_levels(struct svmsim_world *world, const char *profile_name,
			     const char *fmt_name, bool caching_mode, unsigned int level_count,
			     struct sim_domain **out);
/**
 * sim_domain_destroy - free a domain and all of its tables
 *
 * The cookie of DMA mapping must be gone already. IOTLB entries of the domain are dropped.
 */
void sim_domain_destroy(struct sim_domain *sdom);
/** sim_domain_forget - free a domain but not its tables: all simulated RAM is being forgotten */
void sim_domain_forget(struct sim_domain *sdom);

/**
 * iopt_walk - what the hardware finds when it translates an address
 * @sdom: domain, not of type IOMMU_DOMAIN_IDENTITY
 * @iova: address
 * @leaf: filled when there is a translation
 *
 * Return: whether there is one.
 */
bool iopt_walk(struct sim_domain *sdom, u64 iova, struct iopt_leaf *leaf);
/**
 * iopt_next_leaf - first leaf that covers an address of a range
 * @sdom: domain
 * @iova: start of the range
 * @last: end of the range, inclusive
 * @leaf: filled
 *
 * Empty subtrees cost one look.
 * Return: whether there is one. A leaf that begins before @iova and reaches it counts.
 */
bool iopt_next_leaf(struct sim_domain *sdom, u64 iova, u64 last, struct iopt_leaf *leaf);

#endif
