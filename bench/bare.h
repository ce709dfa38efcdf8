#ifndef RF_BENCH_BARE_H
#define RF_BENCH_BARE_H

#include <asm/unistd.h>

/* System calls for programs without a C library. The result is the kernel's own: negative errno on failure.
 */
static inline __attribute__((always_inline)) long bare_call(long number, long a, long b, long c, long d,
                                                            long e)
{
#if defined(__x86_64__)
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;

    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
#else
#error "bench: write bare_call() and BARE_START for this machine"
#endif
}

static inline __attribute__((always_inline, noreturn)) void bare_exit(int code)
{
    for (;;)
        (void)bare_call(__NR_exit_group, code, 0, 0, 0, 0); /* does not return */
}

/* The entry point: the first stack word (argc) goes to bare_main() on an aligned stack. */
#if defined(__x86_64__)
#define BARE_START __asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call bare_main\n")
#elif defined(__aarch64__)
#define BARE_START                                                                                           \
    __asm__(".globl _start\n_start: mov x0, sp\n and x1, x0, #-16\n mov sp, x1\n bl bare_main\n")
#endif

__attribute__((noreturn, used)) void bare_main(long *stack);

#endif
