/* SPDX-License-Identifier: Apache-2.0 */
#include "app/signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static volatile sig_atomic_t interrupts;
static volatile sig_atomic_t report;
static volatile sig_atomic_t reopen;
static volatile sig_atomic_t save;
static volatile sig_atomic_t tick;

/* A second INT ends at once: the user has seen that the first one did not. */
static void on_interrupt(int number)
{
    stop = 1;
    if (interrupts != 0) {
        _exit(128 + number);
    }
    interrupts = 1;
}

static void on_signal(int number)
{
    switch (number) {
    case SIGUSR1:
        report = 1;
        break;
    case SIGUSR2:
        save = 1;
        break;
    case SIGHUP:
        reopen = 1;
        break;
    default:
        stop = 1;
        break;
    }
}

static void on_alarm(int number)
{
    (void)number;
    tick = 1;
}

/* Ends the wait of a thread that does not hear the others. */
static void on_wake(int number)
{
    (void)number;
}

static void take_over(int number, void (*handler)(int))
{
    struct sigaction before;
    struct sigaction action = {.sa_handler = handler};
    sigfillset(&action.sa_mask);
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
        (void)sigaction(number, &action, NULL); /* fails for numbers that do not exist only */
    }
}

void ct_app_signals_install(void)
{
    take_over(SIGINT, on_interrupt);
    take_over(SIGTERM, on_signal);
    take_over(SIGHUP, on_signal);
    take_over(SIGUSR1, on_signal);
    take_over(SIGUSR2, on_signal);
    take_over(SIGURG, on_wake);
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
}

/* Writes go on after it (SA_RESTART); poll and its like end all the same (signal(7)). */
void ct_app_signals_tick(void)
{
    const struct itimerval second = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, NULL); /* both fail for bad arguments only */
    (void)setitimer(ITIMER_REAL, &second, NULL);
}

bool ct_app_signals_pending(void)
{
    return stop != 0 || report != 0 || reopen != 0 || save != 0 || tick != 0;
}

bool ct_app_signals_stop(void)
{
    return stop != 0;
}

void ct_app_signals_request_stop(void)
{
    stop = 1;
}

bool ct_app_signals_take_report(void)
{
    bool was = report != 0;
    report = 0;
    return was;
}

bool ct_app_signals_take_tick(void)
{
    bool was = tick != 0;
    tick = 0;
    return was;
}

bool ct_app_signals_take_reopen(void)
{
    bool was = reopen != 0;
    reopen = 0;
    return was;
}

bool ct_app_signals_take_save(void)
{
    bool was = save != 0;
    save = 0;
    return was;
}
