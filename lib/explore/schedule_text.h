/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A schedule as text: "s1", then ",TASK:kKEY*OCCURRENCE>TASK" for each choice; "*1" may be left
 * out. It has no blanks and nothing that a shell would touch but `*` and `>`.
 */
#ifndef EXPLORE_SCHEDULE_TEXT_H
#define EXPLORE_SCHEDULE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "explore/scn_util.h"

#define SCHEDULE_CHOICE_MAX 1000000u

/**
 * struct schedule_choice - where another than the default runs next
 * @task: who passes the switch point
 * @key: low 32 bits of its site's key
 * @occurrence: from 1
 * @to: who runs next
 */
struct schedule_choice {
	const char *task;
	uint32_t key;
	uint32_t occurrence;
	const char *to;
};

/**
 * struct schedule - choices in order
 * @choice: choices
 * @count: their number
 * @text: what their names point into
 */
struct schedule {
	struct schedule_choice *choice;
	unsigned int count;
	char *text;
};

/**
 * schedule_parse - read a schedule
 * @text: schedule; white space at its end is ignored
 * @schedule: filled on success, and freed by schedule_free()
 * @message: filled on failure: "column 4: ..."
 * @message_bytes: size of @message
 */
bool schedule_parse(const char *text, struct schedule *schedule, char *message,
		    size_t message_bytes);
void schedule_free(struct schedule *schedule);
/** schedule_choice_print - a choice as in a schedule */
void schedule_choice_print(const struct schedule_choice *choice, struct scn_buf *buf);

#endif
