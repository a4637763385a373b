/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as questions. The handlers only set flags, which are the program's only mutable
 * variables at file scope. System calls are not restarted, so that a wait ends.
 */
#ifndef CACHETAP_PROCESS_SIGNALS_H
#define CACHETAP_PROCESS_SIGNALS_H

#include <stdbool.h>

/* Takes over INT, TERM, HUP, USR1, USR2; ignores PIPE. What was ignored before stays ignored. */
void ct_process_signals_install(void);

/* From now on a tick comes every second; it ends a wait as signals do, and disturbs no writing. */
void ct_process_signals_tick(void);

/*
 * With a terminal of our own: takes over TSTP, CONT and WINCH too. rescue is called before an
 * end at once (a second INT), in the signal's handler.
 */
void ct_process_signals_install_view(void (*rescue)(void));
/* Stops the process as TSTP does without us; returns when it goes on. */
void ct_process_signals_stop_here(void);

/* Cheap: is any of the following true? */
bool ct_process_signals_pending(void);
/* INT or TERM came. Stays true. */
bool ct_process_signals_stop(void);
/* As if TERM had come. */
void ct_process_signals_request_stop(void);
/* USR1 came since the last question. */
bool ct_process_signals_take_report(void);
/* A tick came since the last question. */
bool ct_process_signals_take_tick(void);
/* HUP came since the last question. */
bool ct_process_signals_take_reopen(void);
/* USR2 came since the last question. */
bool ct_process_signals_take_save(void);
/* TSTP, CONT, WINCH came since the last question. */
bool ct_process_signals_take_suspend(void);
bool ct_process_signals_take_resume(void);
bool ct_process_signals_take_resize(void);

#endif
