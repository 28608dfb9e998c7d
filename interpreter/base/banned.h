/*
 * Functions that are never the right one here; including this header makes their use an error.
 * Force-included into every file of the interpreter by the Makefile.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* No length travels with the target. */
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
/* Errors are silent, or the locale decides. */
#pragma GCC poison atoi atol atoll atof
/* Hidden state shared by all callers. */
#pragma GCC poison strtok localtime gmtime ctime asctime
/* A shell without quoting, and a race. */
#pragma GCC poison system popen tmpnam tempnam mktemp

#endif
