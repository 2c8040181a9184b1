/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef SVMSIM_EXPORT_H
#define SVMSIM_EXPORT_H

/* SVMSIM_API - marks a symbol of the public interface; everything else in the library is hidden. */
#define SVMSIM_API __attribute__((__visibility__("default")))

#endif
