/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel_fixture.h"

#define MS 1000000ull
#define TIMER_MAX 8

/* What the timers of a test do is written down as "name@ms" words. */
static char record[512];
static int record_length;

static void note(const char *name)
{
	record_length += host_snprintf(record + record_length, sizeof(record) - record_length,
				       "%s%s@%llu", record_length ? " " : "", name,
				       (unsigned long long)(sim_world->now_ns / MS));
}

static struct svmsim_world *start(void)
{
	record[0] = '\0';
	record_length = 0;
	return kernel_world();
}

struct named_timer {
	struct timer_list timer;
	const char *name;
	unsigned long again;
	struct named_timer *kills;
};

static void fire(struct timer_list *timer)
{
	struct named_timer *named = timer_container_of(named, timer, timer);

	note(named->name);
	if (named->again)
		mod_timer(timer, jiffies + named->again - 1);
	if (named->kills)
		timer_delete(&named->kills->timer);
}

static void setup(struct named_timer *named, const char *name)
{
	*named = (struct named_timer){ .name = name };
	timer_setup(&named->timer, fire, 0);
}

static void test_clock(void **state)
{
	struct svmsim_world *world = start();

	ktest_assert_u64_equal(jiffies, SIM_JIFFIES_START);
	ktest_assert_u64_equal(ktime_get(), 0);
	sim_time_advance(world, 1500 * 1000);
	ktest_assert_u64_equal(jiffies, SIM_JIFFIES_START + 1);
	ktest_assert_u64_equal(get_jiffies_64(), SIM_JIFFIES_START + 1);
	ktest_assert_u64_equal(ktime_get_ns(), 1500 * 1000);
	ktest_assert_u64_equal(ktime_to_us(ktime_get()), 1500);
	ktest_assert_u64_equal(ktime_get_real_seconds(), SIM_REAL_START_SECONDS);
	msleep(3);
	ktest_assert_u64_equal(world->now_ns, 4500 * 1000);
	udelay(7);
	ktest_assert_u64_equal(world->now_ns, 4507 * 1000 + SIM_POINT_NS);
	sim_time_advance(world, ~0ull);
	ktest_assert_u64_equal(world->now_ns, ~0ull);
}

static void test_conversions(void **state)
{
	start();
	ktest_assert_u64_equal(msecs_to_jiffies(0), 0);
	ktest_assert_u64_equal(msecs_to_jiffies(17), 17);
	ktest_assert_u64_equal(msecs_to_jiffies((unsigned int)-1), MAX_JIFFY_OFFSET);
	ktest_assert_u64_equal(usecs_to_jiffies(0), 0);
	ktest_assert_u64_equal(usecs_to_jiffies(1), 1);
	ktest_assert_u64_equal(usecs_to_jiffies(1000), 1);
	ktest_assert_u64_equal(usecs_to_jiffies(1001), 2);
	ktest_assert_u64_equal(usecs_to_jiffies(~0u), MAX_JIFFY_OFFSET);
	ktest_assert_u64_equal(nsecs_to_jiffies(1999999), 1);
	ktest_assert_u64_equal(jiffies_to_msecs(5), 5);
	ktest_assert_u64_equal(jiffies_to_usecs(5), 5000);
	ktest_assert_u64_equal(secs_to_jiffies(3), 3000);
	ktest_assert_true(time_after(5ul, 4ul));
	ktest_assert_false(time_after(5ul, 5ul));
	ktest_assert_true(time_after_eq(5ul, 5ul));
	ktest_assert_true(time_after(3ul, ~0ul - 3));
	ktest_assert_true(time_before64(~0ull - 3, 3ull));
	ktest_assert_true(time_in_range(5ul, 5ul, 6ul));
	ktest_assert_false(time_in_range_open(6ul, 5ul, 6ul));
	ktest_assert_int_equal(ktime_compare(1, 2), -1);
	ktest_assert_u64_equal(ktime_set(KTIME_SEC_MAX, 0), KTIME_MAX);
	ktest_assert_int_equal(ns_to_timespec64(-1).tv_sec, -1);
}

static void test_order(void **state)
{
	struct svmsim_world *world = start();
	static const unsigned int delay_ms[] = { 30, 10, 20, 10, 0, 10 };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	static struct named_timer timers[6];

	for (int i = 0; i < 6; i++) {
		setup(&timers[i], names[i]);
		mod_timer(&timers[i].timer, jiffies + delay_ms[i]);
		ktest_assert_true(timer_pending(&timers[i].timer));
	}
	/* Every switch point takes time too. */
	sim_time_advance(world, 10 * MS - 1000);
	ktest_assert_string_equal(record, "e@1");
	sim_time_advance(world, 1000);
	ktest_assert_string_equal(record, "e@1 b@10 d@10 f@10");
	sim_time_advance(world, 100 * MS);
	ktest_assert_string_equal(record, "e@1 b@10 d@10 f@10 c@20 a@30");
	ktest_assert_in_range(world->now_ns, 110 * MS, 110 * MS + 1000);
	ktest_assert_false(timer_pending(&timers[0].timer));
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_TIMER_EXPIRE], 6);
}

static void test_modify_and_delete(void **state)
{
	struct svmsim_world *world = start();
	static struct named_timer a, b, c;

	setup(&a, "a");
	setup(&b, "b");
	setup(&c, "c");
	ktest_assert_int_equal(timer_delete(&a.timer), 0);
	ktest_assert_int_equal(mod_timer_pending(&a.timer, jiffies + 5), 0);
	ktest_assert_int_equal(mod_timer(&a.timer, jiffies + 5), 0);
	ktest_assert_int_equal(mod_timer(&a.timer, jiffies + 15), 1);
	ktest_assert_int_equal(timer_reduce(&a.timer, jiffies + 20), 1);
	ktest_assert_u64_equal(a.timer.expires, jiffies + 15);
	b.timer.expires = jiffies + 5;
	add_timer(&b.timer);
	mod_timer(&c.timer, jiffies + 5);
	b.kills = &c;
	sim_time_advance(world, 10 * MS);
	ktest_assert_string_equal(record, "b@5");
	ktest_assert_int_equal(timer_delete_sync(&a.timer), 1);
	ktest_assert_int_equal(timer_shutdown_sync(&b.timer), 0);
	mod_timer(&b.timer, jiffies + 1);
	sim_time_advance(world, 100 * MS);
	ktest_assert_string_equal(record, "b@5");
}

/* One that arms itself for the past is due at the next jiffy: time goes on. */
static void test_periodic(void **state)
{
	struct svmsim_world *world = start();
	static struct named_timer a, b;

	setup(&a, "a");
	setup(&b, "b");
	a.again = 1;
	b.again = 3;
	mod_timer(&a.timer, jiffies);
	mod_timer(&b.timer, jiffies + 1);
	sim_time_advance(world, 4 * MS);
	ktest_assert_string_equal(record, "a@1 b@1 a@2 b@3 a@3 a@4");
	timer_delete(&a.timer);
	timer_delete(&b.timer);
}

static int hr_left;

static enum hrtimer_restart hr_fire(struct hrtimer *timer)
{
	note("h");
	if (!--hr_left)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, 2 * MS);
	return HRTIMER_RESTART;
}

static void test_hrtimer(void **state)
{
	struct svmsim_world *world = start();
	static struct hrtimer timer;

	hr_left = 3;
	hrtimer_setup(&timer, hr_fire, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, 1 * MS, HRTIMER_MODE_REL);
	ktest_assert_true(hrtimer_active(&timer));
	sim_time_advance(world, 20 * MS);
	ktest_assert_string_equal(record, "h@1 h@3 h@5");
	ktest_assert_int_equal(hrtimer_cancel(&timer), 0);
	hrtimer_start(&timer, 1, HRTIMER_MODE_ABS);
	ktest_assert_int_equal(hrtimer_cancel(&timer), 1);
}

static u64 hr_ns[2];

static enum hrtimer_restart hr_note(struct hrtimer *timer)
{
	hr_ns[hr_left++] = (u64)ktime_get();
	return HRTIMER_NORESTART;
}

/* Each at its own nanosecond, and not before. */
static void test_hrtimer_instants(void **state)
{
	static struct hrtimer timer[2];
	struct svmsim_world *world = start();

	hr_left = 0;
	for (int i = 0; i < 2; i++) {
		hrtimer_setup(&timer[i], hr_note, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
		hrtimer_start(&timer[i], 1000 + 500 * i, HRTIMER_MODE_ABS);
	}
	sim_time_advance(world, 1400);
	ktest_assert_int_equal(hr_left, 1);
	sim_time_advance(world, MS);
	ktest_assert_u64_equal(hr_ns[0], 1000);
	ktest_assert_u64_equal(hr_ns[1], 1500);
}

static void test_round(void **state)
{
	struct svmsim_world *world = start();

	world->now_ns = 300 * MS;
	ktest_assert_u64_equal(round_jiffies(1001249), 1001000);
	ktest_assert_u64_equal(round_jiffies(1001250), 1002000);
	ktest_assert_u64_equal(round_jiffies_relative(1), 700);
	ktest_assert_u64_equal(round_jiffies(1000100), 1000100);
}

static void test_reset_forgets(void **state)
{
	struct svmsim_world *world = start();
	static DEFINE_TIMER(timer, fire);

	mod_timer(&timer, jiffies + 10);
	sim_world_reset(world);
	ktest_assert_false(timer_pending(&timer));
	sim_time_advance(world, 100 * MS);
	ktest_assert_string_equal(record, "");
}

static void test_freed_while_pending(void **state)
{
	struct svmsim_world *world = start();
	struct named_timer *named = kmalloc_obj(*named);

	setup(named, "a");
	mod_timer(&named->timer, jiffies + 10);
	kfree(named);
	assert_report(world, 0, "warn site=time.c:free_check expr=\"1\"\n"
		      "WARNING: time.c at free_check\n"
		      "ODEBUG: free active (active state 0) object type: timer_list");
	sim_time_advance(world, 100 * MS);
	ktest_assert_string_equal(record, "");
	ktest_expect_report(world, "warn", 1);
}

struct model_timer {
	struct timer_list timer;
	bool pending;
	unsigned long due;
	uint64_t armed;
};

static struct model_timer model[TIMER_MAX];
static uint64_t arm_count;

/* The one that the slow model says is next must be the one that fires. */
static void model_fire(struct timer_list *timer)
{
	struct model_timer *fired = timer_container_of(fired, timer, timer);

	ktest_assert_true(fired->pending);
	ktest_assert_u64_equal(jiffies, fired->due);
	for (unsigned int i = 0; i < TIMER_MAX; i++)
		if (model[i].pending && (model[i].due < fired->due ||
					 (model[i].due == fired->due &&
					  model[i].armed < fired->armed)))
			ktest_fail("timer %u should have fired before", i);
	fired->pending = false;
}

static void model_arm(uint64_t *seed, struct model_timer *timer)
{
	long delay = (long)(ktest_random(seed) % 12) - 2;

	ktest_assert_int_equal(mod_timer(&timer->timer, jiffies + delay), timer->pending);
	timer->pending = true;
	timer->due = jiffies + (delay < 1 ? 1 : delay);
	timer->armed = ++arm_count;
}

static void test_random(void **state)
{
	struct svmsim_world *world = start();
	uint64_t seed = ktest_seed(0x71e5);

	arm_count = 0;
	for (unsigned int i = 0; i < TIMER_MAX; i++) {
		model[i].pending = false;
		timer_setup(&model[i].timer, model_fire, 0);
	}
	for (unsigned int step = 0; step < 5000; step++) {
		struct model_timer *timer = &model[ktest_random(&seed) % TIMER_MAX];
		unsigned int what = ktest_random(&seed) % 8;

		if (what < 5) {
			model_arm(&seed, timer);
		} else if (what == 5) {
			ktest_assert_int_equal(timer_delete(&timer->timer), timer->pending);
			timer->pending = false;
		} else {
			sim_time_advance(world, ktest_random(&seed) % (3 * MS));
		}
		for (unsigned int i = 0; i < TIMER_MAX; i++) {
			ktest_assert_int_equal(timer_pending(&model[i].timer), model[i].pending);
			if (model[i].pending && model[i].due <= jiffies)
				ktest_fail("timer %u is late", i);
		}
	}
}

static const struct ktest tests[] = {
	KTEST(test_clock),
	KTEST(test_conversions),
	KTEST(test_order),
	KTEST(test_modify_and_delete),
	KTEST(test_periodic),
	KTEST(test_hrtimer),
	KTEST(test_hrtimer_instants),
	KTEST(test_round),
	KTEST(test_reset_forgets),
	KTEST(test_freed_while_pending),
	KTEST(test_random),
};
KTEST_MAIN(tests)
