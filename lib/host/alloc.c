/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "host/host.h"

#include <stdlib.h>

static void *library_alloc(void *ctx, size_t bytes)
{
	/* Some C libraries align blocks below 16 bytes to 8 only. */
	return malloc(bytes < 16 ? 16 : bytes);
}

static void library_free(void *ctx, void *ptr, size_t bytes)
{
	free(ptr);
}

const struct host_allocator *host_default_allocator(void)
{
	static const struct host_allocator allocator = {
		.alloc = library_alloc,
		.free = library_free,
	};

	return &allocator;
}

static void *checked(void *ptr)
{
	if (!ptr)
		host_defect(__FILE_NAME__, __LINE__, "no host memory left");
	return ptr;
}

void *host_malloc(size_t bytes)
{
	return checked(malloc(bytes));
}

void *host_zalloc(size_t bytes)
{
	return checked(calloc(1, bytes));
}

void *host_realloc(void *ptr, size_t bytes)
{
	return checked(realloc(ptr, bytes));
}

void host_free(void *ptr)
{
	free(ptr);
}
