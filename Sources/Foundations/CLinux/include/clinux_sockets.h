/// Unix sockets, addressed by a directory's descriptor and a name: paths are limited to 107 bytes.
#ifndef CLINUX_SOCKETS_H
#define CLINUX_SOCKETS_H

/// A non-blocking listening stream socket of mode 0600; an existing file of that name is replaced.
int linux_listen_at(int directory, const char *name);

/// A stream socket connected to a listening one.
int linux_connect_at(int directory, const char *name);

/// Accepts a connection as a non-blocking descriptor, only from a process of the caller's own user.
int linux_accept_own(int listener);

/// A non-blocking event counter.
int linux_event_counter(void);

/// Closes all descriptors from this one on.
int linux_close_from(unsigned first);

/// Replaces one descriptor by a duplicate of another.
int linux_replace_descriptor(int from, int to);

#endif
