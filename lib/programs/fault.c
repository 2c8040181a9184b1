/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Error paths: right or wrong, they are only taken when something fails. */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sim_program.h>
#include <linux/slab.h>

static DEFINE_MUTEX(setup_lock);

/* An entry and its data: the second allocation can fail when the first has not. */
static int pair_setup(bool forgets, gfp_t flags)
{
	void *entry = kzalloc(64, flags), *data;

	if (!entry)
		return -ENOMEM;
	data = kmalloc(256, flags);
	if (!data) {
		if (!forgets)
			kfree(entry);
		return -ENOMEM;
	}
	kfree(data);
	kfree(entry);
	return 0;
}

SIM_PROGRAM(fault_leak, "forgets its first object when the second can't be had")
{
	return pair_setup(true, GFP_KERNEL);
}

SIM_PROGRAM(fault_leak_fixed, "gives its first object back when the second can't be had")
{
	return pair_setup(false, GFP_KERNEL);
}

SIM_PROGRAM(fault_nofail, "allocates what the kernel must not refuse")
{
	return pair_setup(true, GFP_KERNEL | __GFP_NOFAIL);
}

static int locked_setup(bool unlocks_early)
{
	void *entry = kzalloc(64, GFP_KERNEL);

	if (!entry) {
		if (unlocks_early)
			mutex_unlock(&setup_lock);
		return -ENOMEM;
	}
	mutex_lock(&setup_lock);
	kfree(entry);
	mutex_unlock(&setup_lock);
	return 0;
}

SIM_PROGRAM(fault_unlock, "unlocks in an error path that never locked")
{
	return locked_setup(true);
}

SIM_PROGRAM(fault_unlock_fixed, "locks behind all that can fail")
{
	return locked_setup(false);
}

SIM_PROGRAM(fault_reference, "takes references that may be gone, and a module that may leave")
{
	static struct module module = { .name = "fault" };
	struct kref ref = KREF_INIT(1);
	atomic_t users = ATOMIC_INIT(1);

	if (!try_module_get(&module))
		return -ENODEV;
	if (!kref_get_unless_zero(&ref)) {
		module_put(&module);
		return -ENOENT;
	}
	if (!atomic_inc_not_zero(&users)) {
		module_put(&module);
		return -EBUSY;
	}
	module_put(&module);
	return 0;
}
