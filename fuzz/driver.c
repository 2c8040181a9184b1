// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A fuzz target without libFuzzer: every file given as it is, every prefix of it, and then a fixed
 * number of mutations from a fixed seed. The same inputs on every machine.
 *
 * usage: driver MUTATIONS FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

#define FILE_MAX_BYTES 65536

static uint64_t state = 1;

static uint64_t next_random(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static size_t below(size_t limit)
{
	return limit ? (size_t)(next_random() % limit) : 0;
}

/* An input of exactly its size, so that a read past its end is seen by the sanitizers. */
static void try_input(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);

	if (!copy)
		exit(3);
	memcpy(copy, data, bytes);
	LLVMFuzzerTestOneInput(copy, bytes);
	free(copy);
}

static size_t mutate(uint8_t *data, size_t bytes)
{
	static const char interesting[] = "{}[]()=,:#\"$-><!*.@0x9p \n\t\0\377;if for end or and";
	size_t at = below(bytes), length = below(16) + 1;

	switch (below(5)) {
	case 0:
		if (bytes)
			data[at] = (uint8_t)next_random();
		break;
	case 1:
		if (bytes)
			data[at] = (uint8_t)interesting[below(sizeof(interesting) - 1)];
		break;
	case 2:
		if (at + length > bytes)
			length = bytes - at;
		memmove(data + at, data + at + length, bytes - at - length);
		return bytes - length;
	case 3:
		if (bytes + length > FILE_MAX_BYTES || at + length > bytes)
			break;
		memmove(data + at + length, data + at, bytes - at);
		return bytes + length;
	default:
		return at;
	}
	return bytes;
}

static size_t read_file(const char *path, uint8_t *data)
{
	FILE *file = fopen(path, "rb");
	size_t bytes;

	if (!file) {
		perror(path);
		exit(2);
	}
	bytes = fread(data, 1, FILE_MAX_BYTES / 2, file);
	fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	static uint8_t original[FILE_MAX_BYTES], data[FILE_MAX_BYTES];
	unsigned long mutations = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, i, inputs = 0;
	size_t bytes, cut;
	int k, count;

	for (k = 2; k < argc; k++) {
		bytes = read_file(argv[k], original);
		for (cut = 0; cut <= bytes; cut++, inputs++)
			try_input(original, cut);
		for (i = 0; i < mutations; i++, inputs++) {
			size_t now = bytes;

			memcpy(data, original, bytes);
			for (count = (int)below(4) + 1; count; count--)
				now = mutate(data, now);
			try_input(data, now);
		}
	}
	printf("%lu inputs, nothing found\n", inputs);
	return inputs ? 0 : 2;
}
