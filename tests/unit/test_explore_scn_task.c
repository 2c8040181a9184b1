// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Tasks in scenarios: what plans come of them, and what running them gives. */
#include "scn_fixture.h"
#include <svmsim/task.h>
#include "explore/scn_program.h"

static const struct scn_plan *plan_of(const struct svmsim_scenario *scenario)
{
	return &scenario->plan[0];
}

static void test_task_is_declared_by_its_first_line(void **state)
{
	struct svmsim_scenario *scenario = load_body("t0: lock a\nt1: lock b\nt0: unlock a\n",
						     NULL);
	const struct scn_plan *plan = plan_of(scenario);

	assert_int_equal(plan->task_count, 2);
	assert_string_equal(plan->task[0].name, "t0");
	assert_string_equal(plan->task[1].name, "t1");
	assert_int_equal(plan->task[0].cpu, -1);
	assert_int_equal(plan->step[0].task, 0);
	assert_int_equal(plan->step[1].task, 1);
	assert_int_equal(plan->step[2].task, 0);
	svmsim_scenario_free(scenario);
}

static void test_lines_of_devices_are_the_main_task(void **state)
{
	struct svmsim_scenario *scenario = load_body("d0: iova_alloc w 1p\nram: poison r[0]\n"
						     "t0: signal\n", NULL);
	const struct scn_plan *plan = plan_of(scenario);

	assert_int_equal(plan->step[0].task, -1);
	assert_int_equal(plan->step[1].task, -1);
	/* Somebody else sends the signal. */
	assert_int_equal(plan->step[2].task, -1);
	assert_int_equal(plan->step[2].target, 0);
	svmsim_scenario_free(scenario);
}

static void test_task_can_be_placed(void **state)
{
	struct svmsim_scenario *scenario =
		load_body("machine { node 0 { cpus 2 } }\ntask t0 cpu 1\nt0: lock a\n", NULL);

	assert_int_equal(plan_of(scenario)->task[0].cpu, 1);
	svmsim_scenario_free(scenario);
}

static void test_machine_has_a_preemption_model(void **state)
{
	static const struct {
		const char *body;
		enum svmsim_preempt preempt;
	} rows[] = {
		{ "t0: lock a\n", SVMSIM_PREEMPT_FULL },
		{ "machine { preempt full }\nt0: lock a\n", SVMSIM_PREEMPT_FULL },
		{ "machine { preempt voluntary }\nt0: lock a\n", SVMSIM_PREEMPT_VOLUNTARY },
		{ "set preempt none\nt0: lock a\n", SVMSIM_PREEMPT_NONE },
	};
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(rows); i++) {
		struct svmsim_scenario *scenario = load_body(rows[i].body, NULL);

		assert_int_equal(plan_of(scenario)->machine.preempt, rows[i].preempt);
		svmsim_scenario_free(scenario);
	}
}

static void test_par_label_stands_for_its_task(void **state)
{
	struct svmsim_scenario *scenario = load_body("par preempt<=2 explore\n"
						     "  A: t0: lock a\n"
						     "  B: ram: poison r[0]\n"
						     "  A: t0: unlock a\n"
						     "end\n", NULL);
	const struct scn_plan *plan = plan_of(scenario);
	const struct scn_step *par = &plan->step[0];

	assert_int_equal(par->kind, SCN_STEP_PAR);
	assert_int_equal(par->par_count, 3);
	assert_true(par->par->has_preempt);
	assert_int_equal(par->par->preempt, 2);
	assert_true(par->par->explore);
	assert_string_equal(plan->task[par[1].task].name, "t0");
	assert_string_equal(plan->task[par[2].task].name, "B");
	assert_int_equal(par[3].task, par[1].task);
	assert_string_equal(par[3].label, "A");
	svmsim_scenario_free(scenario);
}

static void test_par_unrolls_loops_and_choices(void **state)
{
	struct svmsim_scenario *scenario = load_body("par\n"
						     "  for I in 0, 1, 2\n"
						     "    A: ram: poison r[${I}]\n"
						     "    if ${I} = 1\n"
						     "      B: t0: lock a\n"
						     "    end\n"
						     "  end\n"
						     "end\n", NULL);

	assert_int_equal(plan_of(scenario)->step[0].par_count, 4);
	svmsim_scenario_free(scenario);
}

static void test_pin_names_tasks(void **state)
{
	struct svmsim_scenario *scenario =
		load_body("par\n  A: t0: lock a\n  B: ram: poison r[0]\nend\n"
			  "pin window: A until iommu:map; B to end; A to end\n"
			  "pin other: B until svmsim:device_read;\n", NULL);
	const struct scn_pin *pin = &plan_of(scenario)->pin[0];

	assert_string_equal(svmsim_scenario_pin(scenario, 0, 0), "window");
	assert_string_equal(svmsim_scenario_pin(scenario, 0, 1), "other");
	assert_null(svmsim_scenario_pin(scenario, 0, 2));
	assert_null(svmsim_scenario_pin(scenario, 1, 0));
	assert_int_equal(pin->step_count, 3);
	assert_string_equal(pin->step[0].task, "t0");
	assert_string_equal(pin->step[0].until, "iommu:map");
	assert_string_equal(pin->step[1].task, "B");
	assert_null(pin->step[1].until);
	svmsim_scenario_free(scenario);
}

static void test_lock_kind_is_what_its_first_line_says(void **state)
{
	struct svmsim_scenario *scenario =
		load_body("t0: lock a\nt0: lock b spin\nt0: lock c read\nt0: lock d rwsem\n"
			  "t0: wake e\nt0: wake f queue all\n", NULL);
	static const int subs[] = { SVMSIM_LOCK_MUTEX, SVMSIM_LOCK_SPIN, SVMSIM_LOCK_RWSEM,
				    SVMSIM_LOCK_RWSEM, SVMSIM_WAIT_COMPLETION, SVMSIM_WAIT_QUEUE };
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(subs); i++)
		assert_int_equal(plan_of(scenario)->symbol[i].sub, subs[i]);
	svmsim_scenario_free(scenario);
}

static void test_layout_round_trip(void **state)
{
	static const char messy[] = "svm 1\n# rule\n"
				    "task   t1 cpu 0\n"
				    "t0: lock   a   rwsem ->ok\n"
				    "par preempt <= 2   explore\n"
				    "A:   t0: unlock a\n"
				    "  if ${X:1} = 1\n"
				    "B: t1:   call abba_one ->    ok or EINTR\n"
				    "end\n"
				    "end\n"
				    "pin p: A until iommu:map ;B to end;\n"
				    "expect   eventually t0 holds a   and not t1 waits\n"
				    "expect never iommu:map>3\n"
				    "expect log  \"a  text\"\n";
	static const char tidy[] = "svm 1\n# rule\n"
				   "task t1 cpu 0\n"
				   "t0: lock a rwsem                 -> ok\n"
				   "par preempt<=2 explore\n"
				   "  A: t0: unlock a\n"
				   "  if ${X:1} = 1\n"
				   "    B: t1: call abba_one         -> ok or EINTR\n"
				   "  end\n"
				   "end\n"
				   "pin p: A until iommu:map; B to end;\n"
				   "expect eventually t0 holds a and not t1 waits\n"
				   "expect never iommu:map > 3\n"
				   "expect log \"a  text\"\n";
	const char *text = messy;
	char *layout = NULL;
	unsigned int i;

	/* The second time around nothing changes. */
	for (i = 0; i < 2; i++) {
		struct svmsim_scenario *scenario = NULL;
		char message[SVMSIM_MESSAGE_MAX] = "";

		if (svmsim_scenario_parse("t.svm", text, strlen(text), NULL, &scenario, message,
					  sizeof(message)))
			fail_msg("refused: %s", message);
		free(layout);
		layout = svmsim_scenario_format(scenario);
		svmsim_scenario_free(scenario);
		assert_string_equal(layout, tidy);
		text = tidy;
	}
	free(layout);
}

static void test_refused_with_the_nearest_word(void **state)
{
	assert_body_refused("t0: call aba_one\n",
			    "t.svm:4:10: unknown program \"aba_one\": did you mean \"abba_one\"?");
	assert_body_refused("t0: lock a\nexpect never t0 hols a\n",
			    "t.svm:5:17: unknown condition \"hols\": did you mean \"holds\"?");
	assert_body_refused("par\n  A: t0: lock a\nend\npin x: A until iommu:mapp\n",
			    "t.svm:7:16: no event and no switch point is called "
			    "\"iommu:mapp\": did you mean \"iommu:map\"?");
	assert_body_refused("t0: lock a\npar\n  A: t0: unlock a\n  A: ram: poison r[0]\nend\n",
			    "t.svm:7:3: the lines of one label are one task's: A is t0 here");
}

static void test_lines_of_tasks_run_in_order(void **state)
{
	assert_passes("t0: lock a -> ok\nt0: unlock a\nt0: call abba_one -> ok\n"
		      "t1: call abba_one_fixed\nexpect no reports\n");
}

static void test_never_and_eventually_look_behind_each_action(void **state)
{
	assert_passes("t0: lock a\nt0: unlock a\nexpect eventually t0 holds a\n"
		      "expect eventually t0 done and not t0 holds a\nexpect never t0 waits\n"
		      "expect eventually svmsim:action = 1\n");
	assert_fails("t0: lock a\nt0: unlock a\nexpect never t0 holds a\n", 6,
		     "expect never t0 holds a", "at no moment",
		     "in step 2, begun by line 4: t0: lock a");
	assert_fails("t0: lock a\nt0: unlock a\nexpect eventually t0 waits a\n", 6,
		     "expect eventually t0 waits a", "at some moment", "at none");
}

#define FAULT "d0: iova_alloc w 1p\nd0: read w[0] -> fault\nd0: free w\n"

static void test_log_is_searched_for_a_text(void **state)
{
	assert_passes(FAULT "expect log \"PTE Read access\"\n");
	assert_fails(FAULT "expect log \"BUG: \"\n", 7, "expect log \"BUG: \"",
		     "a line with this text", "none");
}

static void test_line_that_can_not_end_blocks(void **state)
{
	assert_passes("t1: wait e -> blocks\nt0: wake e\nt1: result -> ok\n"
		      "expect eventually t1 waits\nexpect no reports\n");
	assert_fails("t1: wait e\nt0: wake e\n", 4, "t1: wait e", "ok", "blocks (event e)");
	assert_fails("t1: wait e -> blocks\nt1: wake e\n", 5, "t1: wake e", "ok",
		     "t1 is still in line 4 (event e)");
	assert_fails("t0: wake e\nt1: wait e -> blocks\n", 5, "t1: wait e", "blocks", "ok");
	assert_fails("t1: wait e -> blocks\nt1: result -> ok\n", 5, "t1: result", "ok",
		     "blocks (event e)");
	assert_fails("t0: result\n", 4, "t0: result", "ok",
		     "ENOENT (the task has carried out no line)");
}

static void test_signal_ends_the_wait_that_it_may_end(void **state)
{
	assert_passes("t1: wait e interruptible -> blocks\nt1: signal\nt1: result -> EINTR\n"
		      "t1: wait e -> blocks\nt1: signal\nt1: kill\nt1: result -> blocks\n"
		      "t0: wake e\nt1: result -> ok\n");
	assert_passes("t1: wait e killable -> blocks\nt1: signal\nt1: result -> blocks\n"
		      "t1: kill\nt1: result -> EINTR\nt1: wait e killable -> EINTR\n");
	/* One that comes before counts for the next wait, and for one only. */
	assert_passes("t1: wake f\nt1: signal\nt1: wait e interruptible -> EINTR\n"
		      "t1: wait e interruptible -> blocks\nt0: wake e\n");
}

static void test_wake_up_without_a_waiter_is_lost_or_kept(void **state)
{
	assert_passes("t0: wake e\nt1: wait e\n");
	assert_passes("t0: wake q queue\nt1: wait q -> blocks\nt0: wake q\nt1: result -> ok\n");
	assert_passes("t1: wait q queue -> blocks\nt2: wait q -> blocks\nt0: wake q all\n"
		      "t1: result\nt2: result\n");
}

static void test_par_waits_for_all_labels(void **state)
{
	assert_passes("par\n  A: t0: wait e\n  B: t1: wake e\n  C: ram: poison r[0]\nend\n"
		      "t0: result -> ok\nexpect eventually t0 done and t1 done and C done\n");
	assert_fails("par\n  A: t0: wait e interruptible\n  A: t0: wake f\n  B: t0: signal\n"
		     "end\n", 5, "A: t0: wait e interruptible", "ok", "EINTR");
}

static void test_par_that_is_stuck_is_judged_as_it_stands(void **state)
{
	struct svmsim_run *run;

	assert_passes("par\n  A: t0: wait e\n  B: t1: wait f\nend\nt1: wake e\nt0: wake g\n"
		      "expect report deadlock what=stuck\n");
	run = run_body("par\n  A: t0: wait e\nend\n", NULL);
	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_int_equal(run->report_count, 1);
	assert_string_equal(run->report[0].report.identifier, "deadlock");
	svmsim_run_free(run);
}

static void test_task_that_never_goes_on_is_a_deadlock(void **state)
{
	assert_passes("t0: wait e -> blocks\nexpect report deadlock what=stuck tasks=t0\n");
}

static void test_bug_ends_its_task_only(void **state)
{
	assert_passes("t0: call list_bug\nt1: wake e\nexpect report bug\n"
		      "expect eventually t1 done\n");
	assert_fails("t0: call list_bug\nt0: wake e\nexpect report bug\n", 5, "t0: wake e", "ok",
		     "t0 came to its end in line 4");
}

static void test_spinning_task_does_not_keep_the_lines_from_their_cpu(void **state)
{
	assert_passes("t0: lock s spin\nt1: lock s -> blocks\nt0: unlock s\nt1: result -> ok\n"
		      "t1: unlock s\nexpect no reports\n");
	assert_passes("t0: lock s spin\nt1: lock s -> blocks\nexpect eventually t1 waits s\n"
		      "expect report deadlock what=stuck tasks=t1\n"
		      "expect report lock-held lock=s what=task-exit\n");
}

static void test_locks_of_each_kind_exclude_and_share(void **state)
{
	static const char *const kinds[] = { "mutex", "spin", "rwsem" };
	char body[300];
	unsigned int i;

	for (i = 0; i < SCN_ARRAY_SIZE(kinds); i++) {
		snprintf(body, sizeof(body), "t0: lock a %s\nt1: lock a trylock -> EBUSY\n"
			 "t1: lock a -> blocks\nt0: unlock a\nt1: result\nt1: unlock a\n"
			 "expect never t0 holds a and t1 holds a\n"
			 "expect eventually t1 waits a and t0 holds a\nexpect no reports\n",
			 kinds[i]);
		assert_passes(body);
	}
	assert_passes("t0: lock a read\nt1: lock a read\nt2: lock a -> blocks\nt0: unlock a\n"
		      "t2: result -> blocks\nt1: unlock a\nt2: result -> ok\nt2: unlock a\n"
		      "expect eventually t0 holds a and t1 holds a\nexpect no reports\n");
}

static void test_cycle_of_lines_is_a_deadlock(void **state)
{
	assert_passes("t0: lock a\nt1: lock b\nt0: lock b -> blocks\nt1: lock a -> blocks\n"
		      "expect report deadlock what=cycle\n"
		      "expect report lock-order first=b second=a\n");
	assert_fails("t0: lock a\nt1: lock a\n", 5, "t1: lock a", "ok",
		     "blocks (lock a, held by t0)");
}

static void test_state_of_locks_is_golden_text(void **state)
{
	assert_passes("t0: lock a\nt0: lock b\nt1: lock a -> blocks\nstate locks\n----\n"
		      "class a sleeping\nclass b sleeping\norder a -> b first by t0\n"
		      "held a exclusive by t0\nheld b exclusive by t0\n"
		      "waiting t1 for lock a, held by t0\n----\n"
		      "t0: unlock b\nt0: unlock a\nt1: unlock a\nexpect no reports\n");
}

static void test_report_is_of_the_line_of_its_task(void **state)
{
	struct svmsim_run *run = run_body("par\n  A: t0: call registers_map -> ENOMEM\n"
					  "  B: t1: call ref_revive\nend\n", NULL);
	unsigned int i;

	assert_int_equal(run->report_count, 2);
	for (i = 0; i < 2; i++) {
		bool is_first = !strcmp(run->report[i].report.identifier, "absent");

		assert_int_equal(run->report[i].line, is_first ? 5 : 6);
	}
	svmsim_run_free(run);
}

static void test_every_schedule_runs_to_the_same_judgement(void **state)
{
	static const char body[] = "par\n  A: t0: wait e\n  A: t0: wake f\n  B: t1: wake e\n"
				   "  B: t1: wait f\n  C: d0: iova_alloc w 4p\n  C: d0: free w\n"
				   "end\nexpect no reports\n";
	struct svmsim_scenario_options options = { .sched = SVMSIM_SCHED_RANDOM };
	struct svmsim_run *run;

	for (options.seed = 1; options.seed <= 50; options.seed++) {
		run = run_body(body, &options);
		assert_int_equal(run->verdict, SVMSIM_PASSED);
		svmsim_run_free(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_task_is_declared_by_its_first_line),
		cmocka_unit_test(test_lines_of_devices_are_the_main_task),
		cmocka_unit_test(test_task_can_be_placed),
		cmocka_unit_test(test_machine_has_a_preemption_model),
		cmocka_unit_test(test_par_label_stands_for_its_task),
		cmocka_unit_test(test_par_unrolls_loops_and_choices),
		cmocka_unit_test(test_pin_names_tasks),
		cmocka_unit_test(test_lock_kind_is_what_its_first_line_says),
		cmocka_unit_test(test_layout_round_trip),
		cmocka_unit_test(test_refused_with_the_nearest_word),
		cmocka_unit_test(test_lines_of_tasks_run_in_order),
		cmocka_unit_test(test_never_and_eventually_look_behind_each_action),
		cmocka_unit_test(test_log_is_searched_for_a_text),
		cmocka_unit_test(test_line_that_can_not_end_blocks),
		cmocka_unit_test(test_signal_ends_the_wait_that_it_may_end),
		cmocka_unit_test(test_wake_up_without_a_waiter_is_lost_or_kept),
		cmocka_unit_test(test_par_waits_for_all_labels),
		cmocka_unit_test(test_par_that_is_stuck_is_judged_as_it_stands),
		cmocka_unit_test(test_task_that_never_goes_on_is_a_deadlock),
		cmocka_unit_test(test_bug_ends_its_task_only),
		cmocka_unit_test(test_spinning_task_does_not_keep_the_lines_from_their_cpu),
		cmocka_unit_test(test_locks_of_each_kind_exclude_and_share),
		cmocka_unit_test(test_cycle_of_lines_is_a_deadlock),
		cmocka_unit_test(test_state_of_locks_is_golden_text),
		cmocka_unit_test(test_report_is_of_the_line_of_its_task),
		cmocka_unit_test(test_every_schedule_runs_to_the_same_judgement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
