/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by the two files that check a machine description. */
#ifndef MACHINE_DESCRIPTION_H
#define MACHINE_DESCRIPTION_H

#include <linux/types.h>
#include <svmsim/machine.h>

/**
 * struct description_message - where the one line goes that says what is wrong
 * @text: buffer
 * @bytes: its size
 */
struct description_message {
	char *text;
	size_t bytes;
};

/**
 * description_fail - say what is wrong
 * @message: filled
 * @fmt: "field: what, what would be right"
 * @...: values of @fmt
 *
 * Return: -EINVAL.
 */
int description_fail(struct description_message *message, const char *fmt, ...) __printf(2, 3);
/**
 * description_check_devices - defaults and checks of all devices
 * @machine: description, changed in place
 * @message: filled when something is wrong
 *
 * Return: 0 or -EINVAL.
 */
int description_check_devices(struct svmsim_machine *machine, struct description_message *message);
/**
 * description_check_topology - defaults and checks of bridges and of what is below them
 * @machine: description, changed in place: buses are numbered, devices below bridges get addresses
 * @message: filled when something is wrong
 *
 * Return: 0 or -EINVAL.
 */
int description_check_topology(struct svmsim_machine *machine, struct description_message *message);
/**
 * description_check_memory - defaults and checks of what memory is like: distances, swap, THP
 * @machine: description with its nodes checked, changed in place
 * @message: filled when something is wrong
 *
 * Return: 0 or -EINVAL.
 */
int description_check_memory(struct svmsim_machine *machine, struct description_message *message);
/**
 * description_bus_is_bridges - whether a bus number is kept for bridges of the description
 * @machine: description with its host bridges checked
 * @bus: bus number
 *
 * Return: true when no device may ask for a place on it.
 */
bool description_bus_is_bridges(const struct svmsim_machine *machine, unsigned int bus);
/** description_name_is_right - whether a name is a letter followed by letters and digits */
bool description_name_is_right(const char *name);
/**
 * description_nearest - the known word that takes the fewest edits from a given one
 * @word: given
 * @known: function that returns word @index, NULL past the last; there is at least one
 *
 * Return: a known word.
 */
const char *description_nearest(const char *word, const char *(*known)(unsigned int index));

#endif
