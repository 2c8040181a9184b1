/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SIGNAL_H
#define _LINUX_SIGNAL_H

#include <linux/types.h>

/* fidelity: same */
#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGKILL 9
#define SIGUSR1 10
#define SIGUSR2 12
#define SIGALRM 14
#define SIGTERM 15
#define SIGCHLD 17
#define SIGIO 29

/* fidelity: simplified: a kernel thread ignores what it did not allow; there are no handlers */
void allow_signal(int sig);
void disallow_signal(int sig);

#endif
