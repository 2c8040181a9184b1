// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Stand-in: one pagemap a cache that is never parked; one owner for all that are connected. */
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_pagemap.h>
#include <drm/drm_pagemap_util.h>
#include <drm/drm_print.h>

#ifndef STANDIN_HAS_DRM_PAGEMAP_UTIL
#error "the tree's header was not found first"
#endif

struct drm_pagemap_shrinker {
	struct drm_device *drm;
};

struct drm_pagemap_cache {
	struct mutex lookup_mutex;
	spinlock_t lock;
	struct drm_pagemap *dpagemap;
};

struct drm_pagemap_owner {
	struct kref kref;
};

static void free_action(void *data)
{
	kfree(data);
}

struct drm_pagemap_shrinker *drm_pagemap_shrinker_create_devm(struct drm_device *drm)
{
	struct drm_pagemap_shrinker *shrinker = kzalloc_obj(*shrinker);
	int err;

	if (!shrinker)
		return ERR_PTR(-ENOMEM);
	shrinker->drm = drm;
	err = devm_add_action_or_reset(drm->dev, free_action, shrinker);
	return err ? ERR_PTR(err) : shrinker;
}

struct drm_pagemap_cache *drm_pagemap_cache_create_devm(struct drm_pagemap_shrinker *shrinker)
{
	struct drm_pagemap_cache *cache = kzalloc_obj(*cache);
	int err;

	if (!cache)
		return ERR_PTR(-ENOMEM);
	mutex_init(&cache->lookup_mutex);
	spin_lock_init(&cache->lock);
	err = devm_add_action_or_reset(shrinker->drm->dev, free_action, cache);
	return err ? ERR_PTR(err) : cache;
}

int drm_pagemap_cache_lock_lookup(struct drm_pagemap_cache *cache)
{
	return mutex_lock_interruptible(&cache->lookup_mutex);
}

void drm_pagemap_cache_unlock_lookup(struct drm_pagemap_cache *cache)
{
	mutex_unlock(&cache->lookup_mutex);
}

struct drm_pagemap *drm_pagemap_get_from_cache_if_active(struct drm_pagemap_cache *cache)
{
	struct drm_pagemap *dpagemap;

	spin_lock(&cache->lock);
	dpagemap = drm_pagemap_get_unless_zero(cache->dpagemap);
	spin_unlock(&cache->lock);
	return dpagemap;
}

struct drm_pagemap *drm_pagemap_get_from_cache(struct drm_pagemap_cache *cache)
{
	return drm_pagemap_get_from_cache_if_active(cache);
}

void drm_pagemap_cache_set_pagemap(struct drm_pagemap_cache *cache, struct drm_pagemap *dpagemap)
{
	lockdep_assert_held(&cache->lookup_mutex);
	spin_lock(&cache->lock);
	dpagemap->cache = cache;
	cache->dpagemap = dpagemap;
	spin_unlock(&cache->lock);
}

/* Called with the last reference gone. */
void drm_pagemap_shrinker_add(struct drm_pagemap *dpagemap)
{
	struct drm_pagemap_cache *cache = dpagemap->cache;

	if (cache) {
		spin_lock(&cache->lock);
		cache->dpagemap = NULL;
		spin_unlock(&cache->lock);
	}
	drm_pagemap_destroy(dpagemap, true);
}

#ifdef CONFIG_PROVE_LOCKING
void drm_pagemap_shrinker_might_lock(struct drm_pagemap *dpagemap)
{
}
#endif

static void release_owner(struct kref *kref)
{
	kfree(container_of(kref, struct drm_pagemap_owner, kref));
}

int drm_pagemap_acquire_owner(struct drm_pagemap_peer *peer,
			      struct drm_pagemap_owner_list *list,
			      bool (*has_interconnect)(struct drm_pagemap_peer *peer1,
						       struct drm_pagemap_peer *peer2))
{
	struct drm_pagemap_owner *owner = NULL;
	struct drm_pagemap_peer *other;

	mutex_lock(&list->lock);
	list_for_each_entry(other, &list->peers, link)
		if (has_interconnect(peer, other)) {
			owner = other->owner;
			kref_get(&owner->kref);
			break;
		}
	if (!owner) {
		owner = kmalloc_obj(*owner);
		if (owner)
			kref_init(&owner->kref);
	}
	if (owner) {
		peer->owner = owner;
		peer->list = list;
		list_add_tail(&peer->link, &list->peers);
	}
	mutex_unlock(&list->lock);
	return owner ? 0 : -ENOMEM;
}

void drm_pagemap_release_owner(struct drm_pagemap_peer *peer)
{
	if (!peer->owner)
		return;
	mutex_lock(&peer->list->lock);
	list_del(&peer->link);
	kref_put(&peer->owner->kref, release_owner);
	peer->owner = NULL;
	mutex_unlock(&peer->list->lock);
}
