// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Names known elsewhere: errno values, reports, counters, profiles. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <svmsim/program.h>
#include "explore/scn_table.h"

static const struct {
	const char *name;
	int value;
} errnos[] = {
	{ "EPERM", EPERM },	  { "ENOENT", ENOENT },	  { "EIO", EIO },
	{ "ENXIO", ENXIO },	  { "E2BIG", E2BIG },	  { "EAGAIN", EAGAIN },
	{ "ENOMEM", ENOMEM },	  { "EACCES", EACCES },	  { "EFAULT", EFAULT },
	{ "EBUSY", EBUSY },	  { "EEXIST", EEXIST },	  { "ENODEV", ENODEV },
	{ "EINVAL", EINVAL },	  { "EFBIG", EFBIG },	  { "ENOSPC", ENOSPC },
	{ "ERANGE", ERANGE },	  { "EDEADLK", EDEADLK }, { "EOVERFLOW", EOVERFLOW },
	{ "EREMOTEIO", EREMOTEIO }, { "EOPNOTSUPP", EOPNOTSUPP },
	{ "EADDRINUSE", EADDRINUSE }, { "ETIMEDOUT", ETIMEDOUT },
	{ "EALREADY", EALREADY }, { "ECANCELED", ECANCELED },
	{ "EINTR", EINTR },	  { "ETIME", ETIME },
	{ "ESRCH", ESRCH },	  { "ELOOP", ELOOP },
};

int scn_errno_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(errnos); i++) {
		if (!strcmp(errnos[i].name, name))
			return errnos[i].value;
	}
	return 0;
}

const char *scn_errno_text(int err)
{
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(errnos); i++) {
		if (errnos[i].value == err)
			return errnos[i].name;
	}
	return "an errno without a name here";
}

const char *scn_result_name(const void *ctx, unsigned int index)
{
	static const char *const words[] = { "ok", "fault", "unused", "blocks" };

	if (index < SCN_ARRAY_SIZE(words))
		return words[index];
	index -= SCN_ARRAY_SIZE(words);
	return index < SCN_ARRAY_SIZE(errnos) ? errnos[index].name : NULL;
}

const char *scn_report_name(const void *ctx, unsigned int index)
{
	struct svmsim_report_info info;

	return svmsim_report_info(index, &info) ? NULL : info.identifier;
}

const char *scn_counter_known(const void *ctx, unsigned int index)
{
	unsigned int i;

	for (i = 0; i <= index; i++) {
		if (!svmsim_counter_name(i))
			return scn_derived[index - i].name;
	}
	return svmsim_counter_name(index);
}

const char *scn_profile_known(const void *ctx, unsigned int index)
{
	return svmsim_profile_name(index);
}

const char *scn_kernel_known(const void *ctx, unsigned int index)
{
	return svmsim_kernel_name(index);
}

const char *scn_area_known(const void *ctx, unsigned int index)
{
	return svmsim_area_name(index);
}

const char *scn_program_known(const void *ctx, unsigned int index)
{
	struct svmsim_program program;

	return svmsim_program_get(index, &program) ? NULL : program.name;
}

const char *scn_format_known(const void *ctx, unsigned int index)
{
	return svmsim_format_name(index);
}
