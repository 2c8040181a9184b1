/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Code above the kernel-API seam keeps static variables, as drivers do: lists, work items, flags.
 * Its objects have them in sections of their own (cmake/above.cmake). Their contents as the
 * program was loaded are kept; each run of a world begins with these. There is one such memory and
 * there may be several worlds: what it holds belongs to one of them, and changes when another is
 * entered.
 *
 * DOC: Not modelled
 *
 * Code above the seam in a program that uses the library as a shared object: only what is linked
 * into one object with the simulator is found.
 */
#ifndef KERNEL_STATICS_H
#define KERNEL_STATICS_H

#include <linux/types.h>

struct svmsim_world;

/** sim_statics_owner - the world whose static variables are in place; NULL for none */
extern struct svmsim_world *sim_statics_owner;

/** sim_statics_restore - a run of @world begins: all as it was loaded */
void sim_statics_restore(struct svmsim_world *world);
/** sim_statics_enter - put a world's static variables in place */
void sim_statics_enter(struct svmsim_world *world);
/** sim_statics_forget - a world goes */
void sim_statics_forget(struct svmsim_world *world);
/**
 * sim_statics_find - is this an address of such a variable?
 * @address: any
 * @offset: set to where, from the start of all of them, when it is; may be NULL
 */
bool sim_statics_find(const void *address, u64 *offset);

#endif
