// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Data on standard output, talk on standard error, colour only on a terminal. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli.h"

void cli_say(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

bool cli_color(void)
{
	const char *off = getenv("NO_COLOR");

	return !(off && *off) && isatty(STDOUT_FILENO);
}

const char *cli_suggest(const char *word, const char *(*known)(const void *ctx, unsigned int index),
			const void *ctx)
{
	static char text[120];
	const char *nearest = svmsim_nearest(word, known, ctx);

	text[0] = '\0';
	if (nearest)
		snprintf(text, sizeof(text), ": did you mean \"%s\"?", nearest);
	return text;
}

void cli_print_json(struct json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(value);
}

struct json_t *cli_json_text(const char *text)
{
	json_t *string = json_string(text);
	char *copy, *at;

	if (string || !(copy = strdup(text)))
		return string;
	for (at = copy; *at; at++) {
		if (*at & 0x80)
			*at = '?';
	}
	string = json_string(copy);
	free(copy);
	return string;
}

static bool fail_write(const char *path, char *temporary)
{
	cli_say("%s: can't be written: %s", path, strerror(errno));
	if (temporary)
		unlink(temporary);
	free(temporary);
	return false;
}

/* A temporary file beside it, then a rename: whoever looks sees the old text or the new. */
bool cli_write_file(const char *path, const char *text)
{
	size_t bytes = strlen(text), done = 0;
	char *temporary = NULL;
	struct stat status;
	int fd;

	if (stat(path, &status) || asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return fail_write(path, NULL);
	fd = mkstemp(temporary);
	if (fd < 0) {
		fail_write(path, NULL);
		free(temporary);
		return false;
	}
	while (done < bytes) {
		ssize_t n = write(fd, text + done, bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			close(fd);
			return fail_write(path, temporary);
		}
		done += (size_t)n;
	}
	if (fchmod(fd, status.st_mode & 07777) || fsync(fd) || close(fd) ||
	    rename(temporary, path))
		return fail_write(path, temporary);
	free(temporary);
	return true;
}
