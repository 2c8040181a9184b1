// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/string.h>
#include "iova_sim/iotlb.h"
#include "iova_sim/layer.h"
#include "iova_sim/profile.h"
#include "iova_sim/pwc.h"

static const struct sim_iommu_profile *const profiles[] = {
	&sim_profile_generic_pt,
	&sim_profile_vtd_legacy,
	&sim_profile_arm_lpae,
	&sim_profile_identity,
	&sim_profile_amd_legacy,
	&sim_profile_mock,
	&sim_profile_mock_huge,
	&sim_profile_none,
};

#define PROFILE_COUNT (sizeof(profiles) / sizeof(profiles[0]))

const struct sim_iommu_profile *sim_iommu_profile_find(const char *name)
{
	for (unsigned int i = 0; i < PROFILE_COUNT; i++)
		if (!strcmp(profiles[i]->name, name))
			return profiles[i];
	return NULL;
}

const char *sim_iommu_profile_name(unsigned int index)
{
	return index < PROFILE_COUNT ? profiles[index]->name : NULL;
}

static int pick_format(struct svmsim_world *world, const struct sim_iommu_profile *profile,
		       const char *name, const struct iopt_fmt **fmt)
{
	*fmt = NULL;
	if (!profile->formats) {
		if (name && *name)
			return sim_set_error(world, -EINVAL,
					     "IOMMU profile %s has no page tables, so no fmt %s",
					     profile->name, name);
		return 0;
	}
	if (!name || !*name)
		name = profile->formats[0];
	*fmt = iopt_fmt_find(name);
	if (!*fmt)
		return sim_set_error(world, -EINVAL, "unknown page-table format %s", name);
	for (unsigned int i = 0; profile->formats[i]; i++)
		if (!strcmp(profile->formats[i], name))
			return 0;
	return sim_set_error(world, -EINVAL, "IOMMU profile %s can't use page-table format %s",
			     profile->name, name);
}

static void init_paging(struct sim_domain *sdom)
{
	const struct sim_iommu_profile *profile = sdom->profile;
	struct iommu_domain *domain = &sdom->domain;
	bool is_default = !strcmp(sdom->table.fmt->name, profile->formats[0]);

	domain->pgsize_bitmap = iopt_sizes(&sdom->table);
	if (profile->sizes)
		domain->pgsize_bitmap &= profile->sizes;
	domain->geometry.aperture_start = is_default ? profile->aperture_start : 0;
	domain->geometry.aperture_end = sdom->table.va_last;
	if (is_default && profile->aperture_last)
		domain->geometry.aperture_end = profile->aperture_last;
	domain->geometry.force_aperture = true;
}

/* What follows from a driver, a format and the hardware together. */
static void init_hardware(struct sim_domain *sdom, const struct iopt_fmt *fmt, bool caching_mode)
{
	sdom->hardware = sdom->profile->hardware;
	if (fmt && fmt->amd && sdom->hardware == SIM_HARDWARE_VTD)
		sdom->hardware = SIM_HARDWARE_AMD;
	sdom->caching_mode = caching_mode && fmt && fmt->caches_absent &&
			     sdom->hardware != SIM_HARDWARE_TEST;
	if (sdom->profile->gathers_pages)
		sdom->gathers = SIM_GATHERS_PAGES;
	else if (sdom->hardware == SIM_HARDWARE_AMD && sdom->caching_mode)
		sdom->gathers = SIM_GATHERS_NO_GAPS;
}

int sim_domain_create_levels(struct svmsim_world *world, const char *profile_name,
			     const char *fmt_name, bool caching_mode, unsigned int level_count,
			     struct sim_domain **out)
{
	const struct sim_iommu_profile *profile;
	struct iova_sim *state = iova_sim_of(world);
	const struct iopt_fmt *fmt;
	struct sim_domain *sdom;
	int err;

	if (!profile_name || !*profile_name)
		profile_name = profiles[0]->name;
	profile = sim_iommu_profile_find(profile_name);
	if (!profile)
		return sim_set_error(world, -EINVAL, "unknown IOMMU profile %s", profile_name);
	if (!sim_iommu_profile_has_iommu(profile))
		return sim_set_error(world, -EINVAL, "IOMMU profile %s has no domains",
				     profile_name);
	err = pick_format(world, profile, fmt_name, &fmt);
	if (err)
		return err;

	sdom = sim_alloc(world, sizeof(*sdom));
	sdom->domain.type = profile->domain_type;
	sdom->domain.ops = profile->ops;
	sdom->profile = profile;
	sdom->world = world;
	sdom->state = state;
	init_hardware(sdom, fmt, caching_mode);
	if (fmt) {
		err = iopt_init(&sdom->table, world, fmt, level_count);
		if (err) {
			sim_free(world, sdom, sizeof(*sdom));
			return sim_set_error(world, err, err == -ENOMEM ?
					     "no simulated RAM left for a page table" :
					     "no such number of page-table levels");
		}
		init_paging(sdom);
	}
	sdom->index = state->domain_next++;
	list_add_tail(&sdom->node, &state->domains);
	*out = sdom;
	return 0;
}

int sim_domain_create(struct svmsim_world *world, const char *profile_name, const char *fmt_name,
		      bool caching_mode, struct sim_domain **out)
{
	return sim_domain_create_levels(world, profile_name, fmt_name, caching_mode, 0, out);
}

void sim_domain_destroy(struct sim_domain *sdom)
{
	iotlb_invalidate_domain(sdom->state->iotlb, sdom->index);
	pwc_invalidate_domain(sdom->state->pwc, sdom);
	if (sdom->table.top)
		iopt_fini(&sdom->table);
	sim_domain_forget(sdom);
}

void sim_domain_forget(struct sim_domain *sdom)
{
	list_del(&sdom->node);
	sim_free(sdom->world, sdom, sizeof(*sdom));
}
