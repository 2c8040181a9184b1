/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between test_kernel_statics.c and above_statics.c, which is compiled as code above the seam. */
#ifndef UNIT_ABOVE_STATICS_H
#define UNIT_ABOVE_STATICS_H

int above_count(void);
int above_count_from_seven(void);
unsigned int above_push(void);
int above_queue(void);
int above_lock(void);
int *above_counter(void);

#endif
