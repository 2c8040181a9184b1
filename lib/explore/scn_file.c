// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "explore/scn_lex.h"

static int fail_file(struct scn_error *error, const char *path, int err, const char *what)
{
	if (!error->set)
		snprintf(error->text, sizeof(error->text), "%s: %s", path, what);
	error->set = true;
	return err;
}

static const char *type_name(mode_t mode)
{
	if (S_ISDIR(mode))
		return "is a directory, not a scenario";
	if (S_ISFIFO(mode))
		return "is a FIFO, not a file; standard input is read with -";
	if (S_ISCHR(mode))
		return "is a device, not a file";
	return "is not a regular file";
}

/* Opens without waiting, so that a FIFO nobody writes to can be looked at and refused. */
static int open_regular(const char *path, struct scn_error *error)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		int err = errno;

		return fail_file(error, path, -err, strerror(err));
	}
	if (fstat(fd, &status)) {
		int err = errno;

		close(fd);
		return fail_file(error, path, -err, strerror(err));
	}
	if (!S_ISREG(status.st_mode) && strcmp(path, "/dev/null")) {
		close(fd);
		return fail_file(error, path, S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL,
				 type_name(status.st_mode));
	}
	return fd;
}

int scn_read_file(const char *path, struct scn_arena *arena, const char **text, size_t *bytes,
		  struct scn_error *error)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open_regular(path, error);
	struct scn_buf buf = { 0 };
	char block[16384];
	int err = 0;

	if (fd < 0)
		return fd;
	while (buf.bytes <= SCN_FILE_MAX_BYTES) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		scn_buf_bytes(&buf, block, (size_t)n);
	}
	if (!is_stdin)
		close(fd);
	if (err)
		fail_file(error, path, err, strerror(-err));
	else if (buf.bytes > SCN_FILE_MAX_BYTES)
		err = fail_file(error, path, -EFBIG,
				"has no end within 1 MiB; a scenario is about 40 lines");
	*text = scn_strndup(arena, buf.bytes ? buf.data : "", buf.bytes);
	*bytes = buf.bytes;
	scn_buf_free(&buf);
	return err;
}
