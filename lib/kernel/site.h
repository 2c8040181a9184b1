/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* All sites of the program (linux/sim_site.h), by number and by name. */
#ifndef KERNEL_SITE_H
#define KERNEL_SITE_H

#include <linux/sim_site.h>

/** sim_site_count - number of sites of the program; ids are 1 to this */
u32 sim_site_count(void);
/**
 * sim_site_plain - the site of a plain access in instrumented code: "plain:FUNCTION:read()"
 * @pc: return address into the function
 * @is_write: "write" instead of "read"
 *
 * Return: the site, the same for each access of its kind in the function.
 */
const struct sim_site *sim_site_plain(uintptr_t pc, bool is_write);
/** sim_site_add - one more site, met when it is passed: gets its id, ordinal and key */
void sim_site_add(struct sim_site *site);
/** sim_site_at - the site with an id, NULL if there is none */
const struct sim_site *sim_site_at(u32 id);
/**
 * sim_site_text - name of a site: "abba.c:abba_one:mutex_lock(&b)", with "#2" for an ordinal of 2
 * @site: site
 * @buf: filled, cut at its end
 * @size: of @buf
 */
void sim_site_text(const struct sim_site *site, char *buf, size_t size);

#endif
