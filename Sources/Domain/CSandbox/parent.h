/* Shared between the files of the parent's side. */
#ifndef PARENT_H
#define PARENT_H

/* Tells a supervisor to kill all its processes and exit; before there is a supervisor, it terminates the process. */
#define END_ALL_SIGNAL 64

/* guardian.c: has the process killed with this signal when this process dies. */
int guard_process(int pidfd, int kill_signal);

#endif
