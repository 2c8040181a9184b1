/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The stand-in's own header: what is found before the simulator's, as a tree's would be. */
#ifndef STANDIN_DRM_PAGEMAP_H
#define STANDIN_DRM_PAGEMAP_H

#include_next <drm/drm_pagemap.h>

#define STANDIN_HAS_DRM_PAGEMAP 1

#endif
