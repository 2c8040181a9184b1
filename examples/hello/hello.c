/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The smallest program that uses the library: a device links eight pages into a window, leaves a
 * hole, tears the window down in one stroke, and the program asks what was left behind.
 */
#include <stdio.h>
#include <svmsim/dma.h>
#include <svmsim/report.h>
#include <svmsim/world.h>

static void print_reports(const struct svmsim_world *world)
{
	struct svmsim_report report;

	for (unsigned int i = 0; svmsim_report_get(world, i, &report) == 0; i++) {
		printf("%s%s:", report.attached_to >= 0 ? "  follows: " : "", report.identifier);
		for (unsigned int k = 0; k < report.field_count; k++)
			printf(" %s=%s", report.key[k], report.value[k]);
		putchar('\n');
	}
}

int main(void)
{
	const struct svmsim_machine machine = {
		.device_count = 1,
		.device[0] = { .name = "d0", .iommu = "generic-pt", .mask_bits = 48 },
	};
	struct svmsim_world *world;
	struct svmsim_window *window;
	struct svmsim_ram *ram;
	char message[128];
	int device;

	if (svmsim_world_create(&machine, NULL, &world, message, sizeof(message))) {
		fprintf(stderr, "hello: %s\n", message);
		return 2;
	}
	device = svmsim_device_find(world, "d0");
	if (svmsim_ram_alloc(world, 6, false, 0, &ram) ||
	    svmsim_window_alloc(world, device, 8 * 4096, &window) ||
	    svmsim_window_link(window, 0, ram, 0, 1, SVMSIM_BIDIRECTIONAL, false) ||
	    svmsim_window_link(window, 4 * 4096, ram, 2, 5, SVMSIM_BIDIRECTIONAL, false)) {
		fprintf(stderr, "hello: %s\n", svmsim_last_error(world));
		return 3;
	}
	svmsim_window_destroy(window, 8 * 4096, SVMSIM_BIDIRECTIONAL);
	svmsim_world_finish(world);
	print_reports(world);
	svmsim_world_destroy(world);
	return 0;
}
