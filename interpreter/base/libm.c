/*
 * The functions of libm, each loaded with the library at its first call. Few runs ever compute a
 * logarithm, and mapping and relocating libm is a sixth of what a start of ours takes; its static
 * form cannot be linked beside a shared libc. Lua and SQLite find these as well, being linked into
 * us.
 *
 * What is not here still comes from libm itself (`-lm` behind `--as-needed`), at the price above:
 * tests/process/start.sh tells when that has happened.
 */
#include "base/arena.h"

#include <dlfcn.h>
#include <math.h>

static void *find(const char *name)
{
	static void *library;
	if (!library)
		library = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
	void *at = library ? dlsym(library, name) : NULL;
	/* It is part of the C library: nothing of ours would run on a machine without it. */
	if (!at)
		abort();
	return at;
}

/* The way round the rule that data pointers are no function pointers, as dlsym(3) has it. */
#define FUNCTION(type, name, takes, gives)                                                         \
	type name takes                                                                            \
	{                                                                                          \
		static type(*there) takes;                                                         \
		if (!there)                                                                        \
			*(void **)&there = find(#name);                                            \
		return there gives;                                                                \
	}
#define OF_ONE(name) FUNCTION(double, name, (double x), (x))
#define OF_TWO(name) FUNCTION(double, name, (double x, double y), (x, y))

OF_ONE(acos)
OF_ONE(acosh)
OF_ONE(asin)
OF_ONE(asinh)
OF_ONE(atan)
OF_TWO(atan2)
OF_ONE(atanh)
OF_ONE(ceil)
OF_ONE(cos)
OF_ONE(cosh)
OF_ONE(erfc)
OF_ONE(exp)
OF_ONE(floor)
OF_TWO(fmax)
OF_TWO(fmin)
OF_TWO(fmod)
FUNCTION(long long, llround, (double x), (x))
OF_ONE(log)
OF_ONE(log10)
OF_ONE(log2)
OF_TWO(nextafter)
OF_TWO(pow)
OF_ONE(round)
OF_ONE(sin)
OF_ONE(sinh)
OF_ONE(sqrt)
OF_ONE(tan)
OF_ONE(tanh)
OF_ONE(trunc)
