/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Reuse of idle pagemaps, and groups of devices that reach each other. The interface of v7.0. */
#ifndef _DRM_PAGEMAP_UTIL_H_
#define _DRM_PAGEMAP_UTIL_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct drm_device;
struct drm_pagemap;
struct drm_pagemap_cache;
struct drm_pagemap_owner;
struct drm_pagemap_shrinker;

/* fidelity: same */
struct drm_pagemap_owner_list {
	struct mutex lock;
	struct list_head peers;
};

struct drm_pagemap_peer {
	struct drm_pagemap_owner_list *list;
	struct list_head link;
	struct drm_pagemap_owner *owner;
	void *private;
};

#define DRM_PAGEMAP_OWNER_LIST_DEFINE(_name) \
	struct drm_pagemap_owner_list _name = { \
		.lock = __MUTEX_INITIALIZER((_name).lock), \
		.peers = LIST_HEAD_INIT((_name).peers), \
	}

int drm_pagemap_acquire_owner(struct drm_pagemap_peer *peer,
			      struct drm_pagemap_owner_list *owner_list,
			      bool (*has_interconnect)(struct drm_pagemap_peer *peer1,
						       struct drm_pagemap_peer *peer2));
void drm_pagemap_release_owner(struct drm_pagemap_peer *peer);

struct drm_pagemap_shrinker *drm_pagemap_shrinker_create_devm(struct drm_device *drm);
void drm_pagemap_shrinker_add(struct drm_pagemap *dpagemap);
struct drm_pagemap_cache *drm_pagemap_cache_create_devm(struct drm_pagemap_shrinker *shrinker);
int drm_pagemap_cache_lock_lookup(struct drm_pagemap_cache *cache);
void drm_pagemap_cache_unlock_lookup(struct drm_pagemap_cache *cache);
struct drm_pagemap *drm_pagemap_get_from_cache(struct drm_pagemap_cache *cache);
struct drm_pagemap *drm_pagemap_get_from_cache_if_active(struct drm_pagemap_cache *cache);
void drm_pagemap_cache_set_pagemap(struct drm_pagemap_cache *cache, struct drm_pagemap *dpagemap);

#ifdef CONFIG_PROVE_LOCKING
void drm_pagemap_shrinker_might_lock(struct drm_pagemap *dpagemap);
#else
static inline void drm_pagemap_shrinker_might_lock(struct drm_pagemap *dpagemap)
{
}
#endif

#endif
