/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How a client reaches a provider, over a table of topologies: type, distance, warnings. */
#include "peer_fixture.h"

#define UNSUPPORTED                                                                                \
	"cannot be used for peer-to-peer DMA as the client and provider (%s) do not share an "     \
	"upstream bridge or whitelisted host bridge"

struct row {
	const char *name;
	struct svmsim_machine machine;
	enum pci_p2pdma_map_type type;
	int distance;
	const char *redirect;
	const char *host;
};

static const struct row rows[] = {
	{ .name = "two ports of a switch",
	  .machine = { BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp")), PAIR("sw", "sw") },
	  .type = PCI_P2PDMA_MAP_BUS_ADDR,
	  .distance = 4 },
	{ .name = "two functions of a device",
	  .machine = { BRIDGES(1, ROOT_PORT("rp")), PAIR("rp", "rp") },
	  .type = PCI_P2PDMA_MAP_BUS_ADDR,
	  .distance = 2 },
	{ .name = "two functions below a port that redirects",
	  .machine = { BRIDGES(1, ROOT_PORT("rp", .acs = ACS)), PAIR("rp", "rp"), LISTED },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 2,
	  .redirect = "0000:00:1c.0" },
	{ .name = "a switch below a switch",
	  .machine = { BRIDGES(3, ROOT_PORT("rp"), SWITCH("top", "rp"), SWITCH("sw", "top")),
		       PAIR("sw", "top") },
	  .type = PCI_P2PDMA_MAP_BUS_ADDR,
	  .distance = 6 },
	{ .name = "ACS at both ports, listed",
	  .machine = { BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp", .acs = ACS)),
		       PAIR("sw", "sw"), LISTED },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 4,
	  .redirect = "0000:21:00.0;0000:21:01.0" },
	{ .name = "ACS at both ports, not listed",
	  .machine = { BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp", .acs = ACS)),
		       PAIR("sw", "sw") },
	  .type = PCI_P2PDMA_MAP_NOT_SUPPORTED,
	  .distance = -1,
	  .redirect = "0000:21:00.0;0000:21:01.0",
	  .host = "pci 0000:00:1c.0: Host bridge not in P2PDMA whitelist: 1234:0500" },
	{ .name = "completions are redirected at the provider's port",
	  .machine = { BRIDGES(4, ROOT_PORT("rp"), SWITCH("sw", "rp"),
			       DOWNSTREAM("a", "sw", .acs = SVMSIM_ACS_COMPLETION),
			       DOWNSTREAM("b", "sw")),
		       PAIR("a", "b"), LISTED },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 4,
	  .redirect = "0000:21:00.0" },
	{ .name = "egress control at the client's port",
	  .machine = { BRIDGES(4, ROOT_PORT("rp"), SWITCH("sw", "rp"), DOWNSTREAM("a", "sw"),
			       DOWNSTREAM("b", "sw", .acs = SVMSIM_ACS_EGRESS)),
		       PAIR("a", "b"), LISTED },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 4,
	  .redirect = "0000:21:01.0" },
	{ .name = "ACS above the switch is on neither way",
	  .machine = { BRIDGES(2, ROOT_PORT("rp", .acs = ACS), SWITCH("sw", "rp")),
		       PAIR("sw", "sw") },
	  .type = PCI_P2PDMA_MAP_BUS_ADDR,
	  .distance = 4 },
	{ .name = "two root ports, not listed",
	  .machine = { PAIR("", "") },
	  .type = PCI_P2PDMA_MAP_NOT_SUPPORTED,
	  .distance = -1 },
	{ .name = "two root ports, listed",
	  .machine = { PAIR("", ""), LISTED },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 4 },
	{ .name = "two root ports, listed for the same bridge",
	  .machine = { PAIR("", ""), .host_bridge = { { .p2p = SVMSIM_P2P_SAME } } },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 4 },
	{ .name = "two root ports, a CPU that passes",
	  .machine = { PAIR("", ""), .p2p_cpu = true },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 4 },
	{ .name = "a switch and another root port",
	  .machine = { BRIDGES(3, ROOT_PORT("rp"), SWITCH("sw", "rp"), ROOT_PORT("other")),
		       PAIR("sw", "other"), LISTED },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 6 },
	{ .name = "ACS does not matter between root ports",
	  .machine = { BRIDGES(2, ROOT_PORT("a", .acs = ACS), ROOT_PORT("b", .acs = ACS)),
		       PAIR("a", "b") },
	  .type = PCI_P2PDMA_MAP_NOT_SUPPORTED,
	  .distance = -1 },
	{ .name = "two host bridges, both listed",
	  .machine = { BRIDGES(2, ROOT_PORT("a"), ROOT_PORT("b", .host_bridge = 1)),
		       PAIR("a", "b"), .host_bridge_count = 2,
		       .host_bridge = { { .p2p = SVMSIM_P2P_LISTED },
					{ .p2p = SVMSIM_P2P_LISTED } } },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 4 },
	{ .name = "two host bridges, one listed",
	  .machine = { BRIDGES(2, ROOT_PORT("a"), ROOT_PORT("b", .host_bridge = 1)),
		       PAIR("a", "b"), .host_bridge_count = 2, LISTED },
	  .type = PCI_P2PDMA_MAP_NOT_SUPPORTED,
	  .distance = -1 },
	{ .name = "two host bridges, one for the same bridge only",
	  .machine = { BRIDGES(2, ROOT_PORT("a"), ROOT_PORT("b", .host_bridge = 1)),
		       PAIR("a", "b"), .host_bridge_count = 2,
		       .host_bridge = { { .p2p = SVMSIM_P2P_LISTED },
					{ .p2p = SVMSIM_P2P_SAME } } },
	  .type = PCI_P2PDMA_MAP_NOT_SUPPORTED,
	  .distance = -1 },
	{ .name = "functions of the root bus",
	  .machine = { .device_count = 2,
		       .device = { PROVIDER(.pci_address = "00:02.0"),
				   CLIENT(.pci_address = "00:03.0") },
		       LISTED },
	  .type = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
	  .distance = 2 },
};

/* Line of the log that d1 printed, without its prefix. */
static const char *client_line(struct svmsim_world *world, u64 index)
{
	static char prefix[64];
	const char *line = index < sim_log_count(world) ? sim_log_line(world, index, NULL) : "none";

	sim_snprintf(prefix, sizeof(prefix), "svmsim %s: ", pci_name(peer_function(world, 1)));
	if (strncmp(line, prefix, strlen(prefix)))
		return line;
	return line + strlen(prefix);
}

static void assert_warnings(struct svmsim_world *world, const struct row *row, u64 from)
{
	const char *provider = pci_name(peer_function(world, 0));
	char wanted[256];

	if (row->redirect) {
		sim_snprintf(wanted, sizeof(wanted),
			     "ACS redirect is set between the client and provider (%s)", provider);
		ktest_assert_string_equal(client_line(world, from++), wanted);
		sim_snprintf(wanted, sizeof(wanted),
			     "to disable ACS redirect for this path, add the kernel parameter: "
			     "pci=disable_acs_redir=%s",
			     row->redirect);
		ktest_assert_string_equal(client_line(world, from++), wanted);
	}
	if (row->host)
		ktest_assert_string_equal(sim_log_line(world, from++, NULL), row->host);
	if (row->type == PCI_P2PDMA_MAP_NOT_SUPPORTED) {
		sim_snprintf(wanted, sizeof(wanted), UNSUPPORTED, provider);
		ktest_assert_string_equal(client_line(world, from++), wanted);
	}
	ktest_assert_u64_equal(sim_log_count(world), from);
}

static void test_topologies(void **state)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_world *world = machine_world(&rows[i].machine);
		struct pci_dev *provider = peer_function(world, 0);
		struct device *client = sim_device_get(world, 1);
		u64 from;

		ktest_context("%s", rows[i].name);
		ktest_assert_int_equal(pci_p2pdma_distance(provider, client, true),
				       rows[i].distance);
		assert_warnings(world, &rows[i], 0);
		/* Quiet, but for what is said of the host bridge. */
		from = sim_log_count(world);
		ktest_assert_int_equal(pci_p2pdma_distance(provider, client, false),
				       rows[i].distance);
		ktest_assert_u64_equal(sim_log_count(world), from + !!rows[i].host);

		ktest_assert_int_equal(pcim_p2pdma_init(provider), 0);
		from = sim_log_count(world);
		ktest_assert_int_equal(
			pci_p2pdma_map_type(pcim_p2pdma_provider(provider, SIM_PCI_MEMORY_BAR),
					    client),
			rows[i].type);
		assert_warnings(world, &rows[i], from);
		ktest_world_drop(world);
	}
}

static void test_function_reaches_itself(void **state)
{
	struct svmsim_world *world = machine_world(&rows[0].machine);
	struct pci_dev *provider = peer_function(world, 0);

	ktest_assert_int_equal(pci_p2pdma_distance(provider, &provider->dev, true), 0);
	ktest_assert_int_equal(pcim_p2pdma_init(provider), 0);
	ktest_assert_int_equal(pci_p2pdma_map_type(pcim_p2pdma_provider(provider, 2),
						   &provider->dev),
			       PCI_P2PDMA_MAP_BUS_ADDR);
}

static const struct svmsim_machine with_platform = {
	BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp")),
	.device_count = 3,
	.device = { PROVIDER(.parent = "sw"), CLIENT(.parent = "sw"),
		    { .name = "plain", .non_pci = true } },
	LISTED,
};

static void test_client_that_is_no_pci_function(void **state)
{
	struct svmsim_world *world = machine_world(&with_platform);
	struct pci_dev *provider = peer_function(world, 0);
	struct device *plain = sim_device_get(world, 2);
	struct device *clients[] = { sim_device_get(world, 1), plain };

	ktest_assert_int_equal(pci_p2pdma_distance(provider, plain, false), -1);
	ktest_assert_u64_equal(sim_log_count(world), 0);
	ktest_assert_int_equal(pci_p2pdma_distance_many(provider, clients, 2, true), -1);
	ktest_assert_string_equal(
		log_from_end(world, 0),
		"svmsim plain: cannot be used for peer-to-peer DMA as it is not a PCI device");
	ktest_assert_int_equal(pcim_p2pdma_init(provider), 0);
	ktest_assert_int_equal(pci_p2pdma_map_type(pcim_p2pdma_provider(provider, 2), plain),
			       PCI_P2PDMA_MAP_NOT_SUPPORTED);
	/* Below a PCI function it counts as that function. */
	plain->parent = sim_device_get(world, 1);
	ktest_assert_int_equal(pci_p2pdma_distance(provider, plain, true), 4);
}

static void test_distances_add_up(void **state)
{
	struct svmsim_world *world = machine_world(&with_platform);
	struct pci_dev *provider = peer_function(world, 0);
	struct device *clients[] = { &provider->dev, sim_device_get(world, 1),
				     sim_device_get(world, 1) };

	ktest_assert_int_equal(pci_p2pdma_distance_many(provider, clients, 3, true), 8);
	ktest_assert_int_equal(pci_p2pdma_distance_many(provider, clients, 0, true), -1);
}

/* What was found for a pair stays, whatever changes, until someone asks for the distance. */
static void test_type_is_kept_for_each_pair(void **state)
{
	struct svmsim_world *world = machine_world(&with_platform);
	struct pci_dev *provider = peer_function(world, 0);
	struct device *client = sim_device_get(world, 1);
	struct pci_dev *port = pci_upstream_bridge(to_pci_dev(client));
	struct p2pdma_provider *mem;

	ktest_assert_int_equal(pcim_p2pdma_init(provider), 0);
	mem = pcim_p2pdma_provider(provider, 2);
	ktest_assert_int_equal(pci_p2pdma_map_type(mem, client), PCI_P2PDMA_MAP_BUS_ADDR);
	ktest_assert_int_equal(
		pci_write_config_word(port, port->acs_cap + PCI_ACS_CTRL, PCI_ACS_RR), 0);
	ktest_assert_int_equal(pci_p2pdma_map_type(mem, client), PCI_P2PDMA_MAP_BUS_ADDR);
	ktest_assert_u64_equal(sim_log_count(world), 0);
	/* Another pair is another entry. */
	ktest_assert_int_equal(pci_p2pdma_map_type(mem, &provider->dev), PCI_P2PDMA_MAP_BUS_ADDR);
	ktest_assert_int_equal(pci_p2pdma_distance(provider, client, false), 4);
	ktest_assert_int_equal(pci_p2pdma_map_type(mem, client), PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
	ktest_assert_int_equal(
		pci_write_config_word(port, port->acs_cap + PCI_ACS_CTRL, PCI_ACS_SV), 0);
	ktest_assert_int_equal(pci_p2pdma_map_type(mem, client), PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
}

static void test_provider_needs_init(void **state)
{
	struct svmsim_world *world = machine_world(&with_platform);
	struct pci_dev *provider = peer_function(world, 0);
	struct p2pdma_provider mem = { .owner = &provider->dev };

	ktest_assert_int_equal(pci_p2pdma_map_type(&mem, sim_device_get(world, 1)),
			       PCI_P2PDMA_MAP_NOT_SUPPORTED);
	ktest_assert_null(pcim_p2pdma_provider(provider, 4));
	ktest_assert_null(pcim_p2pdma_provider(provider, 2));
	ktest_expect_report(world, "warn", 1);
	ktest_assert_int_equal(pcim_p2pdma_init(provider), 0);
	ktest_assert_int_equal(pcim_p2pdma_init(provider), 0);
	ktest_assert_ptr_equal(pcim_p2pdma_provider(provider, 2)->owner, &provider->dev);
	ktest_assert_null(pcim_p2pdma_provider(provider, 4));
}

/* A page of RAM, then pages of two providers: the state follows the provider. */
static void test_state_follows_the_provider(void **state)
{
	struct svmsim_machine machine = {
		BRIDGES(3, ROOT_PORT("rp"), SWITCH("sw", "rp"), ROOT_PORT("other")),
		.device_count = 3,
		.device = { PROVIDER(.parent = "sw"), CLIENT(.parent = "sw"),
			    { .name = "d2", .bar_bytes = MIB, .parent = "other" } },
		LISTED,
	};
	struct svmsim_world *world = machine_world(&machine);
	struct device *client = sim_device_get(world, 1);
	struct pci_p2pdma_map_state map = {};
	struct page *ram, *near, *far;

	ktest_assert_int_equal(svmsim_peer_add(world, 0), 0);
	ktest_assert_int_equal(svmsim_peer_add(world, 2), 0);
	near = phys_to_page(pci_resource_start(peer_function(world, 0), 2));
	far = phys_to_page(pci_resource_start(peer_function(world, 2), 2));
	ram = alloc_page(GFP_KERNEL);
	ktest_assert_false(is_pci_p2pdma_page(ram));
	ktest_assert_true(is_pci_p2pdma_page(near));
	ktest_assert_int_equal(pci_p2pdma_state(&map, client, ram), PCI_P2PDMA_MAP_NONE);
	ktest_assert_null(map.mem);
	ktest_assert_int_equal(pci_p2pdma_state(&map, client, near), PCI_P2PDMA_MAP_BUS_ADDR);
	ktest_assert_ptr_equal(map.mem->owner, sim_device_get(world, 0));
	/* While the provider stays the same nobody looks again. */
	map.map = PCI_P2PDMA_MAP_UNKNOWN;
	ktest_assert_int_equal(pci_p2pdma_state(&map, client, near + 1), PCI_P2PDMA_MAP_UNKNOWN);
	ktest_assert_int_equal(pci_p2pdma_state(&map, client, far),
			       PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
	ktest_assert_int_equal(pci_p2pdma_state(&map, client, near), PCI_P2PDMA_MAP_BUS_ADDR);
	__free_page(ram);
}

/*
 * Random trees against a model that knows names only: the way up from each device as text, with a
 * mark where a port redirects.
 */
struct model_way {
	char node[40][8];
	bool redirects[40];
	unsigned int length;
};

static void model_add(struct model_way *way, const char *fmt, unsigned int number, bool redirects)
{
	sim_snprintf(way->node[way->length], sizeof(way->node[0]), fmt, number);
	way->redirects[way->length++] = redirects;
}

static unsigned int bridge_number(const struct svmsim_machine *machine, const char *name)
{
	unsigned int i = 0;

	while (strcmp(machine->bridge[i].name, name))
		i++;
	return i;
}

static struct model_way model_way(const struct svmsim_machine *machine, unsigned int device)
{
	struct model_way way = {};
	const char *parent = machine->device[device].parent;

	model_add(&way, "d%u", device, false);
	for (unsigned int below = 100 + device; *parent;) {
		unsigned int at = bridge_number(machine, parent);
		const struct svmsim_bridge *bridge = &machine->bridge[at];

		/* The port that a switch makes for this child. */
		if (bridge->kind == SVMSIM_SWITCH && (below >= 100 ||
		    machine->bridge[below].kind == SVMSIM_SWITCH))
			model_add(&way, "p%u", below, bridge->acs);
		model_add(&way, "b%u", at, bridge->kind != SVMSIM_SWITCH && bridge->acs);
		parent = bridge->parent;
		below = at;
	}
	return way;
}

static enum pci_p2pdma_map_type model_type(const struct svmsim_machine *machine, int *distance)
{
	struct model_way from = model_way(machine, 0), to = model_way(machine, 1);
	bool redirects = false;

	for (unsigned int i = 0; i < from.length; i++) {
		redirects |= from.redirects[i];
		for (unsigned int j = 0; j < to.length; j++) {
			if (strcmp(from.node[i], to.node[j]))
				continue;
			*distance = i + j;
			for (unsigned int k = 0; k < j; k++)
				redirects |= to.redirects[k];
			return redirects ? PCI_P2PDMA_MAP_THRU_HOST_BRIDGE :
					   PCI_P2PDMA_MAP_BUS_ADDR;
		}
	}
	*distance = from.length + to.length;
	return PCI_P2PDMA_MAP_THRU_HOST_BRIDGE;
}

static bool random_bridge(struct svmsim_machine *machine, unsigned int index, uint64_t *seed)
{
	struct svmsim_bridge *bridge = &machine->bridge[index];
	const struct svmsim_bridge *parent;

	*bridge = (struct svmsim_bridge){};
	sim_snprintf(bridge->name, sizeof(bridge->name), "b%u", index);
	bridge->acs = ktest_random(seed) % 5 ? 0 : ACS;
	bridge->kind = index ? ktest_random(seed) % 3 : SVMSIM_ROOT_PORT;
	if (bridge->kind == SVMSIM_ROOT_PORT)
		return true;
	parent = &machine->bridge[ktest_random(seed) % index];
	strscpy(bridge->parent, parent->name);
	if (parent->kind == SVMSIM_SWITCH)
		return true;
	/* A link leads to one switch. */
	bridge->kind = SVMSIM_SWITCH;
	for (unsigned int i = 0; i < index; i++)
		if (!strcmp(machine->bridge[i].parent, parent->name))
			return false;
	return true;
}

/* A bridge that devices may be below, or none. */
static const char *random_parent(const struct svmsim_machine *machine, uint64_t *seed)
{
	const struct svmsim_bridge *bridge =
		&machine->bridge[ktest_random(seed) % machine->bridge_count];

	for (unsigned int i = 0; i < machine->bridge_count && bridge->kind != SVMSIM_SWITCH; i++)
		if (!strcmp(machine->bridge[i].parent, bridge->name))
			return NULL;
	return bridge->name;
}

static void test_random_trees(void **state)
{
	uint64_t seed = ktest_seed(20);

	for (unsigned int run = 0; run < 400; run++) {
		struct svmsim_machine machine = { .device_count = 2,
						  .device = { PROVIDER(), CLIENT() },
						  LISTED };
		unsigned int count = 1 + ktest_random(&seed) % 9;
		enum pci_p2pdma_map_type type;
		struct svmsim_world *world;
		int distance;

		ktest_context("tree %u", run);
		for (unsigned int i = 0; i < count; i++)
			while (machine.bridge_count = i, !random_bridge(&machine, i, &seed))
				;
		machine.bridge_count = count;
		for (unsigned int i = 0; i < 2; i++) {
			const char *parent;

			while (!(parent = random_parent(&machine, &seed)))
				;
			strscpy(machine.device[i].parent, parent);
		}
		world = machine_world(&machine);
		type = model_type(&machine, &distance);
		ktest_assert_int_equal(pci_p2pdma_distance(peer_function(world, 0),
							   sim_device_get(world, 1), false),
				       distance);
		ktest_assert_int_equal(pcim_p2pdma_init(peer_function(world, 0)), 0);
		ktest_assert_int_equal(
			pci_p2pdma_map_type(pcim_p2pdma_provider(peer_function(world, 0), 2),
					    sim_device_get(world, 1)),
			type);
		ktest_world_drop(world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_client_that_is_no_pci_function),
	KTEST(test_distances_add_up),
	KTEST(test_function_reaches_itself),
	KTEST(test_provider_needs_init),
	KTEST(test_random_trees),
	KTEST(test_state_follows_the_provider),
	KTEST(test_topologies),
	KTEST(test_type_is_kept_for_each_pair),
};
KTEST_MAIN(tests)
