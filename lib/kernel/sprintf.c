/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Text formatting for kernel-side code. Plain conversions go one by one to the C library; what the
 * kernel adds behind %p is done here, and no address of the host is ever printed.
 */
#include <linux/printk.h>
#include <linux/sprintf.h>
#include "host/host.h"

#define SPEC_MAX 32

struct out {
	char *buf;
	size_t size;
	size_t length;
};

enum length { LENGTH_INT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_SIZE };

/**
 * struct spec - one conversion
 * @text: from the percent sign on, as the C library takes it, without the conversion character
 * @text_length: its length
 * @length: of the integer argument
 * @conversion: its letter
 */
struct spec {
	char text[SPEC_MAX];
	unsigned int text_length;
	enum length length;
	char conversion;
};

static void put(struct out *out, char c)
{
	if (out->length + 1 < out->size)
		out->buf[out->length] = c;
	out->length++;
}

static void put_text(struct out *out, const char *text)
{
	while (*text)
		put(out, *text++);
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void spec_add(struct spec *spec, char c)
{
	SIM_ASSERT(spec->text_length + 2 < SPEC_MAX);
	spec->text[spec->text_length++] = c;
}

static void spec_add_number(struct spec *spec, int value)
{
	char digits[16];

	host_snprintf(digits, sizeof(digits), "%d", value);
	for (const char *c = digits; *c; c++)
		spec_add(spec, *c);
}

/* A va_list is passed on in a struct, since its own type may be an array. */
struct args {
	va_list list;
};

static const char *parse_length(struct spec *spec, const char *fmt)
{
	spec->length = LENGTH_INT;
	for (;; fmt++) {
		if (*fmt == 'l')
			spec->length = spec->length == LENGTH_LONG ? LENGTH_LONG_LONG : LENGTH_LONG;
		else if (*fmt == 'z' || *fmt == 't')
			spec->length = LENGTH_SIZE;
		else if (*fmt == 'L' || *fmt == 'j')
			spec->length = LENGTH_LONG_LONG;
		else if (*fmt != 'h')
			return fmt;
		spec_add(spec, *fmt == 'L' ? 'q' : *fmt);
	}
}

static const char *parse(struct spec *spec, const char *fmt, struct args *args)
{
	spec->text_length = 0;
	spec_add(spec, '%');
	for (;; fmt++) {
		if (*fmt == '*')
			spec_add_number(spec, va_arg(args->list, int));
		else if (*fmt == '.' || *fmt == '-' || *fmt == '+' || *fmt == ' ' || *fmt == '#' ||
			 (*fmt >= '0' && *fmt <= '9'))
			spec_add(spec, *fmt);
		else
			break;
	}
	fmt = parse_length(spec, fmt);
	spec->conversion = *fmt;
	return *fmt ? fmt + 1 : fmt;
}

static void put_integer(struct out *out, struct spec *spec, struct args *args)
{
	char number[512];

	spec->text[spec->text_length] = spec->conversion;
	spec->text[spec->text_length + 1] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	switch (spec->length) {
	case LENGTH_INT:
		host_snprintf(number, sizeof(number), spec->text, va_arg(args->list, int));
		break;
	case LENGTH_LONG:
		host_snprintf(number, sizeof(number), spec->text, va_arg(args->list, long));
		break;
	case LENGTH_LONG_LONG:
		host_snprintf(number, sizeof(number), spec->text, va_arg(args->list, long long));
		break;
	case LENGTH_SIZE:
		host_snprintf(number, sizeof(number), spec->text, va_arg(args->list, size_t));
		break;
	}
	put_text(out, number);
}

static void put_string(struct out *out, struct spec *spec, struct args *args)
{
	const char *text = va_arg(args->list, const char *);
	size_t room = out->length < out->size ? out->size - out->length : 0;
	int length;

	spec->text[spec->text_length] = 's';
	spec->text[spec->text_length + 1] = '\0';
	length = host_snprintf(room ? out->buf + out->length : NULL, room, spec->text,
			       text ? text : "(null)");
#pragma GCC diagnostic pop
	out->length += length > 0 ? (size_t)length : 0;
}

static void put_format(struct out *out, const char *fmt, struct args *args);

static void put_hex64(struct out *out, u64 value)
{
	char number[24];

	host_snprintf(number, sizeof(number), "0x%016llx", (unsigned long long)value);
	put_text(out, number);
}

static const char *put_pointer(struct out *out, const char *fmt, struct args *args)
{
	const void *ptr = va_arg(args->list, const void *);
	char kind = is_alnum(*fmt) ? *fmt : '\0';

	if (!ptr) {
		put_text(out, "(null)");
	} else if (kind == 'a') {
		/* phys_addr_t and dma_addr_t have the same size. */
		put_hex64(out, *(const u64 *)ptr);
	} else if (kind == 'V') {
		const struct va_format *nested = ptr;
		struct args copy;

		va_copy(copy.list, *nested->va);
		put_format(out, nested->fmt, &copy);
		va_end(copy.list);
	} else if (kind == 'e') {
		char number[24];

		host_snprintf(number, sizeof(number), "%ld", (long)ptr);
		put_text(out, number);
	} else {
		put_text(out, "(____ptrval____)");
	}
	while (is_alnum(*fmt))
		fmt++;
	return fmt;
}

static void put_format(struct out *out, const char *fmt, struct args *args)
{
	struct spec spec;

	while (*fmt) {
		if (*fmt != '%') {
			put(out, *fmt++);
			continue;
		}
		fmt = parse(&spec, fmt + 1, args);
		switch (spec.conversion) {
		case 'd': case 'i': case 'u': case 'x': case 'X': case 'o': case 'c':
			put_integer(out, &spec, args);
			break;
		case 's':
			put_string(out, &spec, args);
			break;
		case 'p':
			fmt = put_pointer(out, fmt, args);
			break;
		case '%':
			put(out, '%');
			break;
		default:
			/* The rest can't be trusted; the kernel stops here too. */
			put_text(out, "%");
			put_text(out, spec.conversion ? (char[]){ spec.conversion, '\0' } : "");
			return;
		}
	}
}

int sim_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out out = { .buf = buf, .size = size };
	struct args copy;

	va_copy(copy.list, args);
	put_format(&out, fmt, &copy);
	va_end(copy.list);
	if (size)
		buf[out.length < size ? out.length : size - 1] = '\0';
	return (int)out.length;
}

int sim_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = sim_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return length;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int length;

	if (!size)
		return 0;
	length = sim_vsnprintf(buf, size, fmt, args);
	return (size_t)length < size ? length : (int)size - 1;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return length;
}
