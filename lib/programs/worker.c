/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Work that waits for itself, and work that never gets its CPU. */
#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/sim_program.h>
#include <linux/workqueue.h>

static void reset_body(struct work_struct *work);
static DECLARE_WORK(reset_work, reset_body);
static bool reset_waits;

static void reset_body(struct work_struct *work)
{
	/* Whatever was queued before has to be over, it thinks. */
	if (reset_waits)
		flush_work(work);
}

SIM_PROGRAM(reset_self, "queues work that flushes itself, and waits for it")
{
	reset_waits = true;
	schedule_work(&reset_work);
	flush_work(&reset_work);
	return 0;
}

SIM_PROGRAM(reset_self_fixed, "queues work that waits for nothing, and waits for it")
{
	reset_waits = false;
	schedule_work(&reset_work);
	flush_work(&reset_work);
	return 0;
}

static DEFINE_MUTEX(engine_lock);

static void engine_body(struct work_struct *work)
{
}

static DECLARE_WORK(engine_work, engine_body);

SIM_PROGRAM(engine_drain, "has work done on CPU 1, and holds the engine's lock until it is")
{
	mutex_lock(&engine_lock);
	schedule_work_on(1, &engine_work);
	flush_work(&engine_work);
	mutex_unlock(&engine_lock);
	return 0;
}

SIM_PROGRAM(engine_poll, "tries for the engine's lock over and over; on CPU 1 it starves the work")
{
	while (!mutex_trylock(&engine_lock))
		cpu_relax();
	mutex_unlock(&engine_lock);
	return 0;
}

SIM_PROGRAM(engine_poll_fixed, "tries for the engine's lock and lets others run between")
{
	while (!mutex_trylock(&engine_lock))
		cond_resched();
	mutex_unlock(&engine_lock);
	return 0;
}
