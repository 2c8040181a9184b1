/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Trees of resources: siblings in ascending order, each inside its parent. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/ioport.h>

/* Inserts @new among the children of @root; returns whom it collides with, @root if not inside. */
static struct resource *insert(struct resource *root, struct resource *new)
{
	struct resource **link = &root->child;

	if (new->end < new->start || new->start < root->start || new->end > root->end)
		return root;
	while (*link && (*link)->end < new->start)
		link = &(*link)->sibling;
	if (*link && (*link)->start <= new->end)
		return *link;
	new->sibling = *link;
	*link = new;
	new->parent = root;
	return NULL;
}

struct resource *request_resource_conflict(struct resource *root, struct resource *new)
{
	return insert(root, new);
}
EXPORT_SYMBOL(request_resource_conflict);

int request_resource(struct resource *root, struct resource *new)
{
	return insert(root, new) ? -EBUSY : 0;
}
EXPORT_SYMBOL(request_resource);

int release_resource(struct resource *old)
{
	struct resource **link;

	if (!old->parent)
		return -EINVAL;
	for (link = &old->parent->child; *link; link = &(*link)->sibling)
		if (*link == old) {
			*link = old->sibling;
			old->parent = NULL;
			return 0;
		}
	return -EINVAL;
}
EXPORT_SYMBOL(release_resource);
