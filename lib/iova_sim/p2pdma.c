/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How one PCI function reaches the memory of another: straight through a switch, through the host
 * bridge, or not at all. Models drivers/pci/p2pdma.c (v7.0).
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/string.h>
#include "device/sim_device.h"
#include "iova_sim/p2pdma.h"

/* Longest way from a function to the host bridge. */
#define DEPTH_MAX 64
#define NAMES_BYTES 128
#define REDIRECTS (PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_EC)

static void release(void *data)
{
	struct pci_dev *pdev = data;
	struct pci_p2pdma *p2pdma = pdev->p2pdma;

	if (!p2pdma)
		return;
	pdev->p2pdma = NULL;
	xa_destroy(&p2pdma->map_types);
	sim_p2p_pools_release(pdev, p2pdma);
}

int pcim_p2pdma_init(struct pci_dev *pdev)
{
	struct pci_p2pdma *p2pdma;
	int err;

	if (pdev->p2pdma)
		return 0;
	p2pdma = devm_kzalloc(&pdev->dev, sizeof(*p2pdma), GFP_KERNEL);
	if (!p2pdma)
		return -ENOMEM;
	INIT_LIST_HEAD(&p2pdma->pools);
	xa_init(&p2pdma->map_types);
	for (int bar = 0; bar < PCI_STD_NUM_BARS; bar++) {
		if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM))
			continue;
		p2pdma->mem[bar] = (struct p2pdma_provider){
			.owner = &pdev->dev,
			.bus_offset = pci_bus_address(pdev, bar) - pci_resource_start(pdev, bar),
		};
	}
	err = devm_add_action_or_reset(&pdev->dev, release, pdev);
	if (err) {
		devm_kfree(&pdev->dev, p2pdma);
		return err;
	}
	pdev->p2pdma = p2pdma;
	return 0;
}
EXPORT_SYMBOL_GPL(pcim_p2pdma_init);

struct p2pdma_provider *pcim_p2pdma_provider(struct pci_dev *pdev, int bar)
{
	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM))
		return NULL;
	if (WARN_ON(!pdev->p2pdma))
		return NULL;
	return &pdev->p2pdma->mem[bar];
}
EXPORT_SYMBOL_GPL(pcim_p2pdma_provider);

/* Host bridges that pass peer requests are told by their first function. */
struct listed_bridge {
	unsigned short vendor;
	unsigned short device;
	bool same_only;
};

static const struct listed_bridge listed[] = {
	{ PCI_VENDOR_ID_INTEL, 0x3c00, true },	{ PCI_VENDOR_ID_INTEL, 0x3c01, true },
	{ PCI_VENDOR_ID_INTEL, 0x2f00, true },	{ PCI_VENDOR_ID_INTEL, 0x2f01, true },
	{ PCI_VENDOR_ID_INTEL, 0x2030, false }, { PCI_VENDOR_ID_INTEL, 0x2031, false },
	{ PCI_VENDOR_ID_INTEL, 0x2032, false }, { PCI_VENDOR_ID_INTEL, 0x2033, false },
	{ PCI_VENDOR_ID_INTEL, 0x2020, false }, { PCI_VENDOR_ID_INTEL, 0x09a2, false },
};

static bool host_passes(struct pci_host_bridge *host, bool is_same, bool warns)
{
	struct pci_dev *first =
		list_first_entry_or_null(&host->bus->devices, struct pci_dev, bus_list);

	/* Without a function 00.0 a root port has to stand for the bridge. */
	if (!first ||
	    (first->devfn != PCI_DEVFN(0, 0) && pci_pcie_type(first) != PCI_EXP_TYPE_ROOT_PORT))
		return false;
	for (unsigned int i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		if (first->vendor == listed[i].vendor && first->device == listed[i].device)
			return is_same || !listed[i].same_only;
	if (warns)
		pci_warn(first, "Host bridge not in P2PDMA whitelist: %04x:%04x\n", first->vendor,
			 first->device);
	return false;
}

static bool hosts_pass(struct pci_dev *provider, struct pci_dev *client, bool warns)
{
	struct pci_host_bridge *a = pci_find_host_bridge(provider->bus);
	struct pci_host_bridge *b = pci_find_host_bridge(client->bus);

	if (a == b)
		return host_passes(a, true, warns);
	return host_passes(a, false, warns) && host_passes(b, false, warns);
}

/* A function and the bridges above it. */
struct way {
	struct pci_dev *at[DEPTH_MAX];
	unsigned int length;
};

static void way_up(struct way *way, struct pci_dev *pdev)
{
	for (way->length = 0; pdev; pdev = pci_upstream_bridge(pdev)) {
		SIM_ASSERT(way->length < DEPTH_MAX);
		way->at[way->length++] = pdev;
	}
}

/* Where the two ways meet, as positions in each; false when they do so in no bridge. */
static bool ways_meet(const struct way *provider, const struct way *client, unsigned int *up,
		      unsigned int *down)
{
	for (*up = 0; *up < provider->length; ++*up)
		for (*down = 0; *down < client->length; ++*down)
			if (provider->at[*up] == client->at[*down])
				return true;
	return false;
}

/* Adds the names of those functions that redirect; returns whether there were any. */
static bool list_redirects(struct pci_dev *const *at, unsigned int count, char *names)
{
	size_t length = strlen(names);
	bool found = false;

	for (unsigned int i = 0; i < count; i++) {
		u16 ctrl = 0;

		if (at[i]->acs_cap)
			pci_read_config_word(at[i], at[i]->acs_cap + PCI_ACS_CTRL, &ctrl);
		if (!(ctrl & REDIRECTS))
			continue;
		length += scnprintf(names + length, NAMES_BYTES - length, "%s%s", length ? ";" : "",
				    pci_name(at[i]));
		found = true;
	}
	return found;
}

static unsigned long client_index(struct pci_dev *client)
{
	return (unsigned long)pci_domain_nr(client->bus) << 16 | pci_dev_id(client);
}

static enum pci_p2pdma_map_type through_host(struct pci_dev *provider, struct pci_dev *client,
					     bool is_redirected, bool verbose)
{
	/* Of the CPU, the machine description says whether it is one that passes everything. */
	if (sim_world->machine->p2p_cpu || hosts_pass(provider, client, is_redirected))
		return PCI_P2PDMA_MAP_THRU_HOST_BRIDGE;
	if (verbose)
		pci_warn(client,
			 "cannot be used for peer-to-peer DMA as the client and provider (%s) do "
			 "not share an upstream bridge or whitelisted host bridge\n",
			 pci_name(provider));
	return PCI_P2PDMA_MAP_NOT_SUPPORTED;
}

static enum pci_p2pdma_map_type find_type(struct pci_dev *provider, struct pci_dev *client,
					  int *distance, bool verbose)
{
	struct way from, to;
	unsigned int up, down;
	char names[NAMES_BYTES] = "";
	bool is_redirected;

	way_up(&from, provider);
	way_up(&to, client);
	if (!ways_meet(&from, &to, &up, &down)) {
		*distance = from.length + to.length;
		return through_host(provider, client, false, verbose);
	}
	*distance = up + down;
	/* The function in which they meet belongs to the provider's way. */
	is_redirected = list_redirects(from.at, up + 1, names);
	is_redirected |= list_redirects(to.at, down, names);
	if (!is_redirected)
		return PCI_P2PDMA_MAP_BUS_ADDR;
	if (verbose) {
		pci_warn(client, "ACS redirect is set between the client and provider (%s)\n",
			 pci_name(provider));
		pci_warn(client,
			 "to disable ACS redirect for this path, add the kernel parameter: "
			 "pci=disable_acs_redir=%s\n",
			 names);
	}
	return through_host(provider, client, true, verbose);
}

/* Each search is kept, also one that was made for the distance. */
static enum pci_p2pdma_map_type find_and_keep(struct pci_dev *provider, struct pci_dev *client,
					      int *distance, bool verbose)
{
	enum pci_p2pdma_map_type type = find_type(provider, client, distance, verbose);

	if (provider->p2pdma)
		xa_store(&provider->p2pdma->map_types, client_index(client), xa_mk_value(type),
			 GFP_ATOMIC);
	return type;
}

/* The device itself or the nearest PCI function above it. */
static struct pci_dev *pci_parent(struct device *dev)
{
	while (dev && !dev_is_pci(dev))
		dev = dev->parent;
	return dev ? to_pci_dev(dev) : NULL;
}

int pci_p2pdma_distance_many(struct pci_dev *provider, struct device **clients, int num_clients,
			     bool verbose)
{
	bool is_refused = false;
	int sum = 0;

	if (!num_clients)
		return -1;
	for (int i = 0; i < num_clients; i++) {
		struct pci_dev *client = pci_parent(clients[i]);
		int distance;

		if (!client) {
			if (verbose)
				dev_warn(clients[i], "cannot be used for peer-to-peer DMA as it is "
						     "not a PCI device\n");
			return -1;
		}
		if (find_and_keep(provider, client, &distance, verbose) ==
		    PCI_P2PDMA_MAP_NOT_SUPPORTED)
			is_refused = true;
		/* The others are asked for their warnings only. */
		if (is_refused && !verbose)
			break;
		sum += distance;
	}
	return is_refused ? -1 : sum;
}
EXPORT_SYMBOL_GPL(pci_p2pdma_distance_many);

enum pci_p2pdma_map_type pci_p2pdma_map_type(struct p2pdma_provider *provider, struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(provider->owner);
	enum pci_p2pdma_map_type type;
	struct pci_dev *client;
	int distance;

	if (!pdev->p2pdma || !dev_is_pci(dev))
		return PCI_P2PDMA_MAP_NOT_SUPPORTED;
	client = to_pci_dev(dev);
	type = xa_to_value(xa_load(&pdev->p2pdma->map_types, client_index(client)));
	if (type != PCI_P2PDMA_MAP_UNKNOWN)
		return type;
	return find_and_keep(pdev, client, &distance, true);
}
EXPORT_SYMBOL_GPL(pci_p2pdma_map_type);

void __pci_p2pdma_update_state(struct pci_p2pdma_map_state *state, struct device *dev,
			       struct page *page)
{
	struct p2pdma_provider *mem = sim_p2p_provider_of(page);

	if (state->mem == mem)
		return;
	state->mem = mem;
	state->map = pci_p2pdma_map_type(mem, dev);
}
EXPORT_SYMBOL_GPL(__pci_p2pdma_update_state);
