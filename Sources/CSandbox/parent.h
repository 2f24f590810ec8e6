/* Shared between the files of the parent's side. */
#ifndef PARENT_H
#define PARENT_H

/* guardian.c: has the process killed when this one dies. */
int guard_process(int pidfd);

#endif
