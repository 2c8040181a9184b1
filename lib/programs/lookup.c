/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A reader follows a pointer while another task exchanges and frees what it points to. */
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sim_program.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct config {
	unsigned int limit;
	unsigned int version;
	struct rcu_head rcu;
};

static struct config *config;
static DEFINE_SPINLOCK(config_lock);

static struct config *config_new(unsigned int version)
{
	struct config *made = kmalloc(sizeof(*made), GFP_KERNEL);

	if (!made)
		return NULL;
	made->limit = 10 * version;
	made->version = version;
	return made;
}

/* Puts @made in the place of what is there, which is returned. */
static struct config *config_exchange(struct config *made)
{
	struct config *old;

	spin_lock(&config_lock);
	old = config;
	rcu_assign_pointer(config, made);
	spin_unlock(&config_lock);
	return old;
}

static int config_is_sound(const struct config *found)
{
	unsigned int version = found->version;

	cond_resched();
	return found->limit == 10 * version ? 0 : -EIO;
}

SIM_PROGRAM(config_make, "makes the first configuration")
{
	struct config *made = config_new(1);

	if (!made)
		return -ENOMEM;
	kfree(config_exchange(made));
	return 0;
}

SIM_PROGRAM(config_drop, "frees the last configuration")
{
	kfree(config_exchange(NULL));
	return 0;
}

SIM_PROGRAM(config_read, "reads a configuration that nothing keeps from being freed")
{
	const struct config *found = READ_ONCE(config);

	return found ? config_is_sound(found) : -ENOENT;
}

SIM_PROGRAM(config_replace, "exchanges the configuration and frees the old one at once")
{
	struct config *made = config_new(2);

	if (!made)
		return -ENOMEM;
	kfree(config_exchange(made));
	return 0;
}

static int config_is_sound_atomic(const struct config *found)
{
	return found->limit == 10 * found->version ? 0 : -EIO;
}

SIM_PROGRAM(config_read_fixed, "reads a configuration under RCU")
{
	const struct config *found;
	int err = -ENOENT;

	rcu_read_lock();
	found = rcu_dereference(config);
	if (found)
		err = config_is_sound_atomic(found);
	rcu_read_unlock();
	return err;
}

SIM_PROGRAM(config_replace_fixed, "exchanges the configuration, frees the old one unread")
{
	struct config *made = config_new(2), *old;

	if (!made)
		return -ENOMEM;
	old = config_exchange(made);
	synchronize_rcu();
	kfree(old);
	return 0;
}

SIM_PROGRAM(config_replace_later_fixed, "exchanges the configuration, has the old one freed later")
{
	struct config *made = config_new(2), *old;

	if (!made)
		return -ENOMEM;
	old = config_exchange(made);
	kfree_rcu(old, rcu);
	return 0;
}
