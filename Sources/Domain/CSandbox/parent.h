/* Shared between the files of the parent's side. */
#ifndef PARENT_H
#define PARENT_H

/* Tells a supervisor to end all its processes and itself; before there is one it ends the process as it is. */
#define END_ALL_SIGNAL 64

/* guardian.c: has the process ended by the signal when this one dies. */
int guard_process(int pidfd, int kill_signal);

#endif
