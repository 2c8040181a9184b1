/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "ktest.h"

#include "host/host.h"

#define LOCAL_BYTES 512

/* How many bytes of a local array that nothing initialised are @byte. */
static __attribute__((noinline)) unsigned int count_in_fresh_local(unsigned char byte)
{
	volatile unsigned char local[LOCAL_BYTES];
	unsigned int count = 0;

	__asm__ volatile("" : : "r"(local) : "memory");
	for (unsigned int i = 0; i < LOCAL_BYTES; i++)
		count += local[i] == byte;
	return count;
}

static void test_fresh_locals_hold_the_paint(void **state)
{
	static const unsigned char paint[] = { 0xa5, 0x5a, 0x01 };

	for (unsigned int i = 0; i < sizeof(paint); i++) {
		host_stack_paint(paint[i]);
		/* Red zones of a sanitizer lie where the uppermost part would. */
		ktest_assert_true(count_in_fresh_local(paint[i]) > LOCAL_BYTES / 2);
	}
}

static const struct ktest tests[] = {
	KTEST(test_fresh_locals_hold_the_paint),
};
KTEST_MAIN(tests)
