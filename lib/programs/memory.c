/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What goes wrong with memory and references without any help from a second task. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sim_program.h>
#include <linux/slab.h>

struct buffer {
	struct list_head node;
	unsigned int used;
	/* Nothing of the object lies behind it. */
	u8 data[36];
};

static LIST_HEAD(buffers);

static struct buffer *buffer_new(void)
{
	return kzalloc(sizeof(struct buffer), GFP_KERNEL);
}

SIM_PROGRAM(buffer_leak, "leaves on an error without its buffer")
{
	struct buffer *buffer = buffer_new();

	if (!buffer)
		return -ENOMEM;
	if (!buffer->used)
		return -EINVAL;
	kfree(buffer);
	return 0;
}

SIM_PROGRAM(buffer_leak_fixed, "frees its buffer on an error too")
{
	struct buffer *buffer = buffer_new();
	int err = 0;

	if (!buffer)
		return -ENOMEM;
	if (!buffer->used)
		err = -EINVAL;
	kfree(buffer);
	return err;
}

SIM_PROGRAM(buffer_uaf, "frees a buffer, then writes into it")
{
	struct buffer *buffer = buffer_new();

	if (!buffer)
		return -ENOMEM;
	kfree(buffer);
	WRITE_ONCE(buffer->used, 1);
	return 0;
}

SIM_PROGRAM(buffer_uaf_fixed, "writes into a buffer, then frees it")
{
	struct buffer *buffer = buffer_new();

	if (!buffer)
		return -ENOMEM;
	WRITE_ONCE(buffer->used, 1);
	kfree(buffer);
	return 0;
}

SIM_PROGRAM(buffer_double_free, "frees a buffer that its error path has freed")
{
	struct buffer *buffer = buffer_new();

	if (!buffer)
		return -ENOMEM;
	if (!buffer->used)
		kfree(buffer);
	kfree(buffer);
	return 0;
}

SIM_PROGRAM(buffer_double_free_fixed, "forgets a buffer when it frees it")
{
	struct buffer *buffer = buffer_new();

	if (!buffer)
		return -ENOMEM;
	if (!buffer->used) {
		kfree(buffer);
		buffer = NULL;
	}
	kfree(buffer);
	return 0;
}

static int buffer_fill(unsigned int bytes)
{
	struct buffer *buffer = buffer_new();
	unsigned int i;

	if (!buffer)
		return -ENOMEM;
	for (i = 0; i < bytes; i++)
		WRITE_ONCE(buffer->data[i], (u8)i);
	kfree(buffer);
	return 0;
}

SIM_PROGRAM(buffer_overrun, "writes one byte more than its buffer has")
{
	return buffer_fill(sizeof(((struct buffer *)0)->data) + 1);
}

SIM_PROGRAM(buffer_overrun_fixed, "writes as much as its buffer has")
{
	return buffer_fill(sizeof(((struct buffer *)0)->data));
}

SIM_PROGRAM(ref_revive, "takes a reference to what nobody holds any more")
{
	refcount_t refs = REFCOUNT_INIT(1);

	if (refcount_dec_and_test(&refs))
		refcount_inc(&refs);
	return 0;
}

SIM_PROGRAM(ref_revive_fixed, "takes a reference only while somebody holds one")
{
	refcount_t refs = REFCOUNT_INIT(1);

	if (refcount_dec_and_test(&refs))
		return refcount_inc_not_zero(&refs) ? 0 : -ENOENT;
	return 0;
}

SIM_PROGRAM(list_bug, "is sure that there is a buffer in an empty list")
{
	BUG_ON(list_empty(&buffers));
	return 0;
}

SIM_PROGRAM(list_bug_fixed, "looks whether there is a buffer in an empty list")
{
	return list_empty(&buffers) ? -ENOENT : 0;
}

/* What removes an entry poisons its links, so that whoever goes on from it is caught. */
static unsigned int next_used(const struct buffer *removed)
{
	return READ_ONCE(list_next_entry(removed, node)->used);
}

SIM_PROGRAM(list_oops, "goes on from an entry that it has removed from its list")
{
	struct buffer buffer = { .used = 0 };

	list_add(&buffer.node, &buffers);
	list_del(&buffer.node);
	return (int)next_used(&buffer);
}

SIM_PROGRAM(list_oops_fixed, "looks whether there is another entry before it removes one")
{
	struct buffer buffer = { .used = 0 };
	int err;

	list_add(&buffer.node, &buffers);
	err = list_is_last(&buffer.node, &buffers) ? -ENOENT : (int)next_used(&buffer);
	list_del(&buffer.node);
	return err;
}

SIM_PROGRAM(registers_map, "maps registers of a device, which the model does not have")
{
	void __iomem *registers = ioremap(0xfe000000, 4096);

	if (!registers)
		return -ENOMEM;
	iounmap(registers);
	return 0;
}
