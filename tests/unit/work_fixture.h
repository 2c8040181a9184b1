/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Work items with a letter: small when they begin, large when they end. */
#ifndef UNIT_WORK_FIXTURE_H
#define UNIT_WORK_FIXTURE_H

#include <linux/delay.h>
#include <linux/workqueue.h>
#include "wait_fixture.h"

/**
 * struct letter_work - an item of a test
 * @work: item
 * @letter: what it notes
 * @points: switch points that it passes
 * @sleep_ms: it sleeps so long
 * @then: called before it ends
 * @arg: for @then
 * @cpu: where it ran last
 * @task: who ran it last
 * @in_softirq: it ran in a softirq
 */
struct letter_work {
	struct work_struct work;
	char letter;
	unsigned int points;
	unsigned int sleep_ms;
	void (*then)(struct letter_work *self);
	void *arg;
	unsigned int cpu;
	const char *task;
	bool in_softirq;
};

static inline void letter_fn(struct work_struct *work)
{
	struct letter_work *letter = container_of(work, struct letter_work, work);

	letter->cpu = smp_processor_id();
	letter->task = sim_task_current()->name;
	letter->in_softirq = sim_task_current()->in_softirq;
	note(letter->letter);
	for (unsigned int i = 0; i < letter->points; i++)
		SIM_POINT(MODEL, "work", "");
	if (letter->sleep_ms)
		msleep(letter->sleep_ms);
	if (letter->then)
		letter->then(letter);
	note((char)(letter->letter - 'a' + 'A'));
}

static inline void letter_setup(struct letter_work *letter, char name)
{
	*letter = (struct letter_work){ .letter = name };
	INIT_WORK(&letter->work, letter_fn);
}

static inline void letter_advance(void)
{
	svmsim_world_advance(sim_world, 20 * MS);
}

#endif
