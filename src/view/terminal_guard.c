/* SPDX-License-Identifier: Apache-2.0 */
#include "view/terminal_guard.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cachetap/terminal.h"

#define RESET_MAX   512
#define STACK_BYTES (64 * 1024)

static const int fatal[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSYS};
#define N_FATAL (sizeof fatal / sizeof fatal[0])

/* A signal handler has nothing but what stands at file scope. */
static struct {
    volatile sig_atomic_t armed;
    int fd;
    struct termios modes;
    char reset[RESET_MAX];
    size_t n;
    struct sigaction before[N_FATAL];
    uint8_t stack[STACK_BYTES]; /* of the handler: the usual one may be what has run out */
} guard;

void ct_terminal_rescue(void)
{
    size_t done = 0;
    if (!guard.armed) {
        return;
    }
    guard.armed = 0;
    while (done < guard.n) {
        ssize_t n = write(guard.fd, guard.reset + done, guard.n - done);
        if (n <= 0) {
            break;
        }
        done += (size_t)n;
    }
    (void)tcsetattr(guard.fd, TCSANOW, &guard.modes); /* async-signal-safe (POSIX) */
}

/* The signal then does what it did before we came: mostly, a core dump. */
static void on_fatal(int number)
{
    ct_terminal_rescue();
    for (size_t i = 0; i < N_FATAL; i++) {
        if (fatal[i] == number) {
            (void)sigaction(number, &guard.before[i], NULL);
        }
    }
    (void)raise(number); /* delivered when this handler returns */
}

static void watch_crashes(void)
{
    struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};
    const stack_t stack = {.ss_sp = guard.stack, .ss_size = sizeof guard.stack};
    stack_t before;
    if (sigaltstack(NULL, &before) == 0 && (before.ss_flags & SS_DISABLE) != 0) {
        (void)sigaltstack(&stack, NULL); /* without: the usual stack */
    }
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < N_FATAL; i++) {
        (void)sigaction(fatal[i], NULL, &guard.before[i]); /* fail for bad numbers only */
        if (guard.before[i].sa_handler != SIG_IGN) {
            (void)sigaction(fatal[i], &action, NULL);
        }
    }
}

void ct_view_guard_arm(int fd, const struct termios *modes, const char *reset)
{
    guard.armed = 0;
    guard.fd = fd;
    guard.modes = *modes;
    guard.n = strnlen(reset, RESET_MAX);
    memcpy(guard.reset, reset, guard.n);
    watch_crashes();
    guard.armed = 1;
}

void ct_view_guard_disarm(void)
{
    if (!guard.armed) {
        return;
    }
    guard.armed = 0;
    for (size_t i = 0; i < N_FATAL; i++) {
        (void)sigaction(fatal[i], &guard.before[i], NULL);
    }
}

void ct_view_guard_add(char *text, size_t size, const char *capability)
{
    size_t n = strlen(text);
    if (capability == NULL || (intptr_t)capability == -1) { /* as tigetstr has it */
        return;
    }
    while (*capability != '\0' && n + 1 < size) {
        const char *end =
            capability[0] == '$' && capability[1] == '<' ? strchr(capability, '>') : NULL;
        if (end != NULL) {
            capability = end + 1;
            continue;
        }
        text[n++] = *capability++;
    }
    text[n] = '\0';
}
