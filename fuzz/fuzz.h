/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** LLVMFuzzerTestOneInput - what libFuzzer, or our driver, calls with each input; returns 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
