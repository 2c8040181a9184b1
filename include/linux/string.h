/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* fidelity: same: these link against the C library's functions */
void *memcpy(void *dest, const void *src, size_t count);
void *memmove(void *dest, const void *src, size_t count);
void *memset(void *s, int c, size_t count);
int memcmp(const void *a, const void *b, size_t count);
void *memchr(const void *s, int c, size_t count);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t count);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t count);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t count);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *find);
char *strpbrk(const char *s, const char *accept);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strsep(char **s, const char *delimiters);

/* Files are compiled freestanding, which alone would turn each of these into a call. */
#define memcpy(dest, src, count) __builtin_memcpy(dest, src, count)
#define memmove(dest, src, count) __builtin_memmove(dest, src, count)
#define memset(s, c, count) __builtin_memset(s, c, count)
#define memcmp(a, b, count) __builtin_memcmp(a, b, count)
#define strlen(s) __builtin_strlen(s)
#define strcmp(a, b) __builtin_strcmp(a, b)

/* fidelity: same */

/**
 * sized_strscpy - copy a string with a bound
 * @dest: at least @count bytes
 * @src: string
 * @count: bytes at @dest
 *
 * @dest is always terminated unless @count is 0; what lies behind the terminator is left alone.
 *
 * Models: sized_strscpy(), lib/string.c, v7.0.
 * Return: characters copied, or -E2BIG if @src did not fit or @count is 0 or above INT_MAX.
 */
static inline ssize_t sized_strscpy(char *dest, const char *src, size_t count)
{
	size_t i;

	if (count == 0 || count > INT_MAX)
		return -E2BIG;
	for (i = 0; i < count - 1 && src[i]; i++)
		dest[i] = src[i];
	dest[i] = '\0';
	return src[i] ? -E2BIG : (ssize_t)i;
}

#define sim_strscpy2(dest, src) sized_strscpy(dest, src, sizeof(dest) + __must_be_array(dest))
#define sim_strscpy3(dest, src, size) sized_strscpy(dest, src, size)
#define SIM_STRSCPY_PICK(a, b, c, name, ...) name
/* The size may be left out when the destination is an array. */
#define strscpy(dest, ...) \
	SIM_STRSCPY_PICK(dest, __VA_ARGS__, sim_strscpy3, sim_strscpy2, unused)(dest, __VA_ARGS__)

static inline ssize_t sized_strscpy_pad(char *dest, const char *src, size_t count)
{
	ssize_t copied = sized_strscpy(dest, src, count);

	if (copied >= 0 && (size_t)copied < count)
		memset(dest + copied, 0, count - copied);
	return copied;
}

#define sim_strscpy_pad2(dest, src) \
	sized_strscpy_pad(dest, src, sizeof(dest) + __must_be_array(dest))
#define sim_strscpy_pad3(dest, src, size) sized_strscpy_pad(dest, src, size)
#define strscpy_pad(dest, ...) \
	SIM_STRSCPY_PICK(dest, __VA_ARGS__, sim_strscpy_pad3, sim_strscpy_pad2, unused) \
		(dest, __VA_ARGS__)

static inline char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

static inline size_t strlcat(char *dest, const char *src, size_t count)
{
	size_t used = strnlen(dest, count);

	if (used < count)
		(void)sized_strscpy(dest + used, src, count - used);
	return used + strlen(src);
}

/* Length of @prefix if @s starts with it, else 0. */
static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(s, prefix, length) == 0 ? length : 0;
}

static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Equal but for one trailing newline, as when a file in sysfs is written. */
static inline bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return true;
	if (!*a && *b == '\n' && !b[1])
		return true;
	return *a == '\n' && !a[1] && !*b;
}

/* Index of @string in @array, which ends at @n entries or at NULL; -EINVAL if it is not there. */
static inline int match_string(const char *const *array, size_t n, const char *string)
{
	size_t i;

	for (i = 0; i < n && array[i]; i++)
		if (strcmp(array[i], string) == 0)
			return i;
	return -EINVAL;
}

static inline void *memset64(u64 *p, u64 v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = v;
	return p;
}

static inline void *memset32(u32 *p, u32 v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = v;
	return p;
}

static inline void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	barrier();
}

/* First byte of @start that differs from @c, or NULL. */
static inline void *memchr_inv(const void *start, int c, size_t bytes)
{
	const u8 *p = start;
	size_t i;

	for (i = 0; i < bytes; i++)
		if (p[i] != (u8)c)
			return (void *)(p + i);
	return NULL;
}

static inline bool mem_is_zero(const void *s, size_t count)
{
	return !memchr_inv(s, 0, count);
}

static inline const char *kbasename(const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? tail + 1 : path;
}

/* Zeroes an object, from the named member (or what follows it) to the end. */
#define memset_after(obj, v, member) \
	memset((u8 *)(obj) + offsetofend(__typeof__(*(obj)), member), v, \
	       sizeof(*(obj)) - offsetofend(__typeof__(*(obj)), member))
#define memset_startat(obj, v, member) \
	memset((u8 *)(obj) + offsetof(__typeof__(*(obj)), member), v, \
	       sizeof(*(obj)) - offsetof(__typeof__(*(obj)), member))

#endif
