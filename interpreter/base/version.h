/* The version of the program, in the one place where it stands. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define PROGRAM_VERSION "0.1.0"

#endif
