/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between tests of the race checker and above_race.c, which is instrumented. */
#ifndef UNIT_ABOVE_RACE_H
#define UNIT_ABOVE_RACE_H

#include <stddef.h>

/* Ways to touch the shared variable. */
void above_plain_read(void);
void above_plain_write(void);
void above_marked_read(void);
void above_marked_write(void);
void above_atomic_read(void);
void above_atomic_add(void);
void above_ignored_read(void);
void above_ignored_write(void);

/* Ways to put what one task does before what another does: of the first, of the second. */
void above_none(void);
void above_lock(void);
void above_unlock(void);
void above_complete(void);
void above_wait(void);
void above_flag_release(void);
void above_flag_acquire(void);
void above_flag_relaxed_set(void);
void above_flag_relaxed_get(void);
void above_flag_fenced_set(void);
void above_flag_fenced_get(void);
void above_exchange_release(void);
void above_exchange_acquire(void);
void above_pointer_publish(void);
void above_pointer_follow(void);

/* One access of each kind, at an address. */
void above_read_1(void *address);
void above_read_2(void *address);
void above_read_4(void *address);
void above_read_8(void *address);
void above_write_1(void *address);
void above_write_2(void *address);
void above_write_4(void *address);
void above_write_8(void *address);
void above_copy_out(void *address, size_t bytes);
void above_copy_in(void *address, size_t bytes);
void above_move(void *to, void *from, size_t bytes);
void above_clear(void *address, size_t bytes);
void above_copy_struct(void *to, const void *from);
void above_write_unaligned(void *address);
void above_percpu_add(void *percpu);
void above_free(void *object);
void *above_alloc(size_t bytes);
/* An array on the caller's stack is written; the address is kept. */
void above_use_stack(void);
/* Which lines the writes of above_plain_write() and above_plain_read() are on. */
int above_line_of_plain_write(void);
int above_line_of_plain_read(void);

/* Every __atomic_ builtin on a variable of each size; returns the number that went wrong. */
int above_atomics(void);

#endif
