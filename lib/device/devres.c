/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Managed resources: what a driver registers with a device is released, newest first, when the
 * driver or the device goes.
 *
 * Models: drivers/base/devres.c, v7.0.
 * Differs: all allocations have the alignment of kmalloc, not that of DMA.
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/string.h>

struct devres_node {
	struct list_head entry;
	dr_release_t release;
};

/* @data is what callers hold. */
struct devres {
	struct devres_node node;
	u8 __aligned(16) data[];
};

/* Two markers in the list; their release functions tell them from resources. */
struct devres_group {
	struct devres_node open;
	struct devres_node close;
	void *id;
};

static void group_open_release(struct device *dev, void *res)
{
}

static void group_close_release(struct device *dev, void *res)
{
}

static struct devres *to_devres(void *res)
{
	return container_of(res, struct devres, data[0]);
}

static struct devres_group *node_to_group(struct devres_node *node)
{
	if (node->release == group_open_release)
		return container_of(node, struct devres_group, open);
	if (node->release == group_close_release)
		return container_of(node, struct devres_group, close);
	return NULL;
}

void *__devres_alloc_node(dr_release_t release, size_t size, gfp_t gfp, int nid, const char *name)
{
	struct devres *dr;
	size_t bytes;

	if (check_add_overflow(sizeof(*dr), size, &bytes))
		return NULL;
	dr = kmalloc(bytes, gfp | __GFP_ZERO);
	if (!dr)
		return NULL;
	INIT_LIST_HEAD(&dr->node.entry);
	dr->node.release = release;
	return dr->data;
}
EXPORT_SYMBOL_GPL(__devres_alloc_node);

void devres_free(void *res)
{
	if (!res)
		return;
	WARN_ON(!list_empty(&to_devres(res)->node.entry));
	kfree(to_devres(res));
}
EXPORT_SYMBOL_GPL(devres_free);

void devres_add(struct device *dev, void *res)
{
	struct devres *dr = to_devres(res);
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	WARN_ON(!list_empty(&dr->node.entry));
	list_add_tail(&dr->node.entry, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
}
EXPORT_SYMBOL_GPL(devres_add);

/* Newest first; under the lock. */
static struct devres *find_dr(struct device *dev, dr_release_t release, dr_match_t match,
			      void *match_data)
{
	struct devres_node *node;

	list_for_each_entry_reverse(node, &dev->devres_head, entry) {
		struct devres *dr = container_of(node, struct devres, node);

		if (node->release != release)
			continue;
		if (match && !match(dev, dr->data, match_data))
			continue;
		return dr;
	}
	return NULL;
}

void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	unsigned long flags;
	struct devres *dr;

	spin_lock_irqsave(&dev->devres_lock, flags);
	dr = find_dr(dev, release, match, match_data);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return dr ? dr->data : NULL;
}
EXPORT_SYMBOL_GPL(devres_find);

void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	unsigned long flags;
	struct devres *dr;

	spin_lock_irqsave(&dev->devres_lock, flags);
	dr = find_dr(dev, release, match, match_data);
	if (dr)
		list_del_init(&dr->node.entry);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return dr ? dr->data : NULL;
}
EXPORT_SYMBOL_GPL(devres_remove);

int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	if (!res)
		return -ENOENT;
	devres_free(res);
	return 0;
}
EXPORT_SYMBOL_GPL(devres_destroy);

int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	void *res = devres_remove(dev, release, match, match_data);

	if (!res)
		return -ENOENT;
	release(dev, res);
	devres_free(res);
	return 0;
}
EXPORT_SYMBOL_GPL(devres_release);

/* Releases what is on a list that left the device, newest first; groups are only freed. */
static int release_nodes(struct device *dev, struct list_head *todo)
{
	struct devres_node *node, *tmp;
	int count = 0;

	list_for_each_entry_safe_reverse(node, tmp, todo, entry) {
		struct devres_group *group = node_to_group(node);

		list_del_init(&node->entry);
		if (!group) {
			node->release(dev, container_of(node, struct devres, node)->data);
			kfree(container_of(node, struct devres, node));
			count++;
		} else if (node == &group->open) {
			kfree(group);
		}
	}
	return count;
}

int devres_release_all(struct device *dev)
{
	unsigned long flags;
	LIST_HEAD(todo);

	/* Looking without the lock is what the kernel does: nobody adds to a device that goes. */
	if (!dev->devres_head.next || list_empty(&dev->devres_head))
		return 0;
	spin_lock_irqsave(&dev->devres_lock, flags);
	list_splice_init(&dev->devres_head, &todo);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return release_nodes(dev, &todo);
}

void *devres_open_group(struct device *dev, void *id, gfp_t gfp)
{
	struct devres_group *group = kzalloc(sizeof(*group), gfp);
	unsigned long flags;

	if (unlikely(!group))
		return NULL;
	group->open.release = group_open_release;
	group->close.release = group_close_release;
	INIT_LIST_HEAD(&group->open.entry);
	INIT_LIST_HEAD(&group->close.entry);
	group->id = id ? id : group;
	spin_lock_irqsave(&dev->devres_lock, flags);
	list_add_tail(&group->open.entry, &dev->devres_head);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return group->id;
}
EXPORT_SYMBOL_GPL(devres_open_group);

/* With an id the newest group that has it, without one the newest that is open; under the lock. */
static struct devres_group *find_group(struct device *dev, void *id)
{
	struct devres_node *node;

	list_for_each_entry_reverse(node, &dev->devres_head, entry) {
		struct devres_group *group;

		if (node->release != group_open_release)
			continue;
		group = container_of(node, struct devres_group, open);
		if (id ? group->id == id : list_empty(&group->close.entry))
			return group;
	}
	return NULL;
}

void devres_close_group(struct device *dev, void *id)
{
	struct devres_group *group;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	group = find_group(dev, id);
	if (group)
		list_add_tail(&group->close.entry, &dev->devres_head);
	else
		WARN_ON(1);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
}
EXPORT_SYMBOL_GPL(devres_close_group);

void devres_remove_group(struct device *dev, void *id)
{
	struct devres_group *group;
	unsigned long flags;

	spin_lock_irqsave(&dev->devres_lock, flags);
	group = find_group(dev, id);
	if (group) {
		list_del_init(&group->open.entry);
		list_del_init(&group->close.entry);
	} else {
		WARN_ON(1);
	}
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	kfree(group);
}
EXPORT_SYMBOL_GPL(devres_remove_group);

/* Whether @node comes before the end of the list or @end. */
static bool lies_before(struct device *dev, struct list_head *entry, struct list_head *end)
{
	if (list_empty(entry))
		return false;
	for (; entry != &dev->devres_head; entry = entry->next)
		if (entry == end)
			return true;
	return false;
}

/*
 * Moves what a group holds to @todo. Another group goes with it only when it was opened and closed
 * inside; a marker of one that reaches further stays.
 */
static void take_group(struct device *dev, struct devres_group *group, struct list_head *todo)
{
	struct list_head *end = list_empty(&group->close.entry) ? &dev->devres_head :
								 &group->close.entry;
	struct list_head *entry = group->open.entry.next, *next;

	for (; entry != end; entry = next) {
		struct devres_node *node = container_of(entry, struct devres_node, entry);
		struct devres_group *inner = node_to_group(node);

		next = entry->next;
		if (inner && node == &inner->open &&
		    (end == &dev->devres_head ? !list_empty(&inner->close.entry) :
						lies_before(dev, &inner->close.entry, end))) {
			list_move_tail(&inner->open.entry, todo);
			/* Keep walking behind the marker that is taken out here. */
			if (next == &inner->close.entry)
				next = next->next;
			list_del_init(&inner->close.entry);
		} else if (!inner) {
			list_move_tail(entry, todo);
		}
	}
	list_move(&group->open.entry, todo);
	list_del_init(&group->close.entry);
}

int devres_release_group(struct device *dev, void *id)
{
	struct devres_group *group;
	unsigned long flags;
	LIST_HEAD(todo);

	spin_lock_irqsave(&dev->devres_lock, flags);
	group = find_group(dev, id);
	if (group)
		take_group(dev, group, &todo);
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	/* Without a group: a driver may release what the device's removal released already. */
	if (!group) {
		WARN_ON(!list_empty(&dev->devres_head));
		return 0;
	}
	return release_nodes(dev, &todo);
}
EXPORT_SYMBOL_GPL(devres_release_group);

/* Custom actions. */

struct action_devres {
	void *data;
	void (*action)(void *);
};

static int action_match(struct device *dev, void *res, void *p)
{
	const struct action_devres *mine = res, *wanted = p;

	return mine->data == wanted->data && mine->action == wanted->action;
}

static void action_release(struct device *dev, void *res)
{
	struct action_devres *devres = res;

	devres->action(devres->data);
}

int __devm_add_action(struct device *dev, void (*action)(void *), void *data, const char *name)
{
	struct action_devres *devres;

	devres = __devres_alloc_node(action_release, sizeof(*devres), GFP_KERNEL, NUMA_NO_NODE,
				     name);
	if (!devres)
		return -ENOMEM;
	devres->data = data;
	devres->action = action;
	devres_add(dev, devres);
	return 0;
}
EXPORT_SYMBOL_GPL(__devm_add_action);

bool devm_is_action_added(struct device *dev, void (*action)(void *), void *data)
{
	struct action_devres wanted = { .data = data, .action = action };

	return devres_find(dev, action_release, action_match, &wanted);
}
EXPORT_SYMBOL_GPL(devm_is_action_added);

int devm_remove_action_nowarn(struct device *dev, void (*action)(void *), void *data)
{
	struct action_devres wanted = { .data = data, .action = action };

	return devres_destroy(dev, action_release, action_match, &wanted);
}
EXPORT_SYMBOL_GPL(devm_remove_action_nowarn);

void devm_release_action(struct device *dev, void (*action)(void *), void *data)
{
	struct action_devres wanted = { .data = data, .action = action };

	WARN_ON(devres_release(dev, action_release, action_match, &wanted));
}
EXPORT_SYMBOL_GPL(devm_release_action);

/* Managed kmalloc. */

static void kmalloc_release(struct device *dev, void *res)
{
}

static int kmalloc_match(struct device *dev, void *res, void *data)
{
	return res == data;
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	struct devres *dr;
	size_t bytes;

	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	if (check_add_overflow(sizeof(*dr), size, &bytes))
		return NULL;
	dr = kmalloc(bytes, gfp);
	if (!dr)
		return NULL;
	INIT_LIST_HEAD(&dr->node.entry);
	dr->node.release = kmalloc_release;
	devres_add(dev, dr->data);
	return dr->data;
}
EXPORT_SYMBOL_GPL(devm_kmalloc);

void devm_kfree(struct device *dev, const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	WARN_ON(devres_destroy(dev, kmalloc_release, kmalloc_match, (void *)p));
}
EXPORT_SYMBOL_GPL(devm_kfree);

void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp)
{
	void *p = devm_kmalloc(dev, len, gfp);

	if (p && len)
		memcpy(p, src, len);
	return p;
}
EXPORT_SYMBOL_GPL(devm_kmemdup);

char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp)
{
	return s ? devm_kmemdup(dev, s, strlen(s) + 1, gfp) : NULL;
}
EXPORT_SYMBOL_GPL(devm_kstrdup);
