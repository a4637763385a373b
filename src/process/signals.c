/* SPDX-License-Identifier: Apache-2.0 */
#include "process/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

/* Atomic: set in handlers of the main thread, seen by all (signal-safety(7) allows it). */
static atomic_int stop;
static atomic_int interrupts;
static atomic_int report;
static atomic_int reopen;
static atomic_int save;
static atomic_int tick;
static atomic_int suspended;
static atomic_int resumed;
static atomic_int resized;
static void (*_Atomic rescue_terminal)(void);

/* A second INT ends at once: the user has seen that the first one did not. */
static void on_interrupt(int number)
{
    stop = 1;
    if (interrupts != 0) {
        if (rescue_terminal != NULL) {
            rescue_terminal();
        }
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
    case SIGTSTP:
        suspended = 1;
        break;
    case SIGCONT:
        resumed = 1;
        break;
    case SIGWINCH:
        resized = 1;
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

void ct_process_signals_install(void)
{
    take_over(SIGINT, on_interrupt);
    take_over(SIGTERM, on_signal);
    take_over(SIGHUP, on_signal);
    take_over(SIGUSR1, on_signal);
    take_over(SIGUSR2, on_signal);
    take_over(SIGURG, on_wake);
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
}

void ct_process_signals_install_view(void (*rescue)(void))
{
    rescue_terminal = rescue;
    take_over(SIGTSTP, on_signal);
    take_over(SIGCONT, on_signal);
    take_over(SIGWINCH, on_signal);
}

void ct_process_signals_stop_here(void)
{
    struct sigaction ours;
    struct sigaction usual = {.sa_handler = SIG_DFL};
    if (sigaction(SIGTSTP, &usual, &ours) == 0) {
        (void)raise(SIGTSTP); /* nothing where nobody could continue us: an orphaned group */
        (void)sigaction(SIGTSTP, &ours, NULL);
    }
}

/* Writes go on after it (SA_RESTART); poll and its like end all the same (signal(7)). */
void ct_process_signals_tick(void)
{
    const struct itimerval second = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, NULL); /* both fail for bad arguments only */
    (void)setitimer(ITIMER_REAL, &second, NULL);
}

bool ct_process_signals_pending(void)
{
    return stop != 0 || report != 0 || reopen != 0 || save != 0 || tick != 0 || suspended != 0 ||
           resumed != 0 || resized != 0;
}

bool ct_process_signals_stop(void)
{
    return stop != 0;
}

void ct_process_signals_request_stop(void)
{
    stop = 1;
}

bool ct_process_signals_take_report(void)
{
    return atomic_exchange(&report, 0) != 0;
}

bool ct_process_signals_take_tick(void)
{
    return atomic_exchange(&tick, 0) != 0;
}

bool ct_process_signals_take_reopen(void)
{
    return atomic_exchange(&reopen, 0) != 0;
}

bool ct_process_signals_take_save(void)
{
    return atomic_exchange(&save, 0) != 0;
}

bool ct_process_signals_take_suspend(void)
{
    bool was = suspended != 0;
    suspended = 0;
    return was;
}

bool ct_process_signals_take_resume(void)
{
    bool was = resumed != 0;
    resumed = 0;
    return was;
}

bool ct_process_signals_take_resize(void)
{
    bool was = resized != 0;
    resized = 0;
    return was;
}
