/*
 * System calls past the C library, for code that runs beside us in our memory: `errno` and what
 * else belongs to a thread are ours there, and a handler or a lock of the library would be, too.
 * Private to world/.
 *
 * Such code uses nothing but this header: no library call, no copy of a struct (which may be one).
 */
#ifndef WORLD_RAW_H
#define WORLD_RAW_H

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A negative result is an error number. */
#if defined(__x86_64__)
static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* clone(2) with a stack of its own (its end, aligned to 16), on which `run` is called; it must not
 * return. `number` takes what the flags ask for: CLONE_PIDFD or CLONE_PARENT_SETTID. */
static inline long raw_clone(
	unsigned long flags, void *stack_end, int *number, void (*run)(void *), void *context)
{
	long result;
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	register void (*r12)(void *) __asm__("r12") = run;
	register void *r13 __asm__("r13") = context;
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r13, %%rdi\n\t"
			 "call *%%r12\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(result)
			 : "0"(SYS_clone), "D"(flags), "S"(stack_end), "d"(number), "r"(r10),
			 "r"(r8), "r"(r12), "r"(r13)
			 : "rcx", "r11", "memory");
	return result;
}
#define RAW_SHARES_MEMORY 1

#elif defined(__aarch64__)
static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

static inline long raw_clone(
	unsigned long flags, void *stack_end, int *number, void (*run)(void *), void *context)
{
	register long x8 __asm__("x8") = SYS_clone;
	register long x0 __asm__("x0") = (long)flags;
	register void *x1 __asm__("x1") = stack_end;
	register int *x2 __asm__("x2") = number;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;
	register void (*x9)(void *) __asm__("x9") = run;
	register void *x10 __asm__("x10") = context;
	__asm__ volatile("svc 0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, xzr\n\t"
			 "mov x0, x10\n\t"
			 "blr x9\n\t"
			 "brk 1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x9), "r"(x10)
			 : "memory");
	return x0;
}
#define RAW_SHARES_MEMORY 1

#else /* through the library: then nothing may share our memory while we run */
static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
	long result = syscall(number, a, b, c, d, e, f);
	return result < 0 ? -errno : result;
}

int clone(int (*run)(void *), void *stack_end, int flags, void *context, ...);

static inline long raw_clone(
	unsigned long flags, void *stack_end, int *number, void (*run)(void *), void *context)
{
	long result = clone((int (*)(void *))run, stack_end, (int)flags, context, number);
	return result < 0 ? -errno : result;
}
#define RAW_SHARES_MEMORY 0
#endif

/* The sanitizers and valgrind follow no second process in the memory of the first. */
#if defined(__SANITIZE_ADDRESS__) || defined(RAW_BY_FORK)
#undef RAW_SHARES_MEMORY
#define RAW_SHARES_MEMORY 0
#endif

#define RAW_0(name) raw_call(SYS_##name, 0, 0, 0, 0, 0, 0)
#define RAW_1(name, a) raw_call(SYS_##name, (long)(a), 0, 0, 0, 0, 0)
#define RAW_2(name, a, b) raw_call(SYS_##name, (long)(a), (long)(b), 0, 0, 0, 0)
#define RAW_3(name, a, b, c) raw_call(SYS_##name, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define RAW_4(name, a, b, c, d)                                                                    \
	raw_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define RAW_6(name, a, b, c, d, e, f)                                                              \
	raw_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static inline _Noreturn void raw_exit(int code)
{
	for (;;)
		RAW_1(exit_group, code);
}

/* Code that runs on a stack which the sanitizers do not know. */
#define RAW_CODE __attribute__((no_sanitize("address", "undefined")))

#endif
