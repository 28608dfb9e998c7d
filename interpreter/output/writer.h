/*
 * Bytes on their way to a file descriptor: gathered, then written whole.
 *
 * A write that fails is remembered and ends the writing, never the run: whoever reads us may leave
 * (a closed pipe, a full disk) while a deployment goes on.
 */
#ifndef OUTPUT_WRITER_H
#define OUTPUT_WRITER_H

#include "base/str.h"

struct writer {
	int fd;	   /* borrowed */
	int error; /* errno of the write that failed; 0: none did */
	struct strbuf pending;
};

/* Writes what is pending: one write(2), unless the system takes less. Waits for a descriptor that
 * does not block. */
void writer_flush(struct writer *w);
/* The same once so much is pending that keeping more would gain nothing. */
void writer_relieve(struct writer *w);
void writer_release(struct writer *w);

#endif
