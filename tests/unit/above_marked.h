/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between test_kernel_marked.c and above_marked.c, which is compiled as code above the seam. */
#ifndef UNIT_ABOVE_MARKED_H
#define UNIT_ABOVE_MARKED_H

/* Each does one thing that is a switch point, and returns 0 if it came out right. */
struct above_marked {
	const char *name;
	int (*run)(void);
	/* How many points it passes. */
	int points;
};
extern const struct above_marked above_marked[];
extern const unsigned int above_marked_count;

#endif
