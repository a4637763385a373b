/* SPDX-License-Identifier: Apache-2.0 */
/* From the command line to a run, a help text or an error. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/help.h"
#include "app/run.h"
#include "command/dialects.h"
#include "command/options.h"
#include "process/voice.h"

/* A standard stream that is closed must not become a file that we open (it then fails instead). */
static void hold_standard_streams(void)
{
    int fd = 0;
    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* What was printed is written now. */
static enum ct_exit finish_print(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return CT_EXIT_OK;
    }
    struct ct_voice voice;
    ct_process_voice_init(&voice, false);
    ct_process_voice_say(&voice, "standard output: cannot be written: %s",
                         errno != 0 ? strerror(errno) : "an error before");
    return CT_EXIT_FAILED;
}

static enum ct_exit print_with(void (*print)(FILE *file))
{
    print(stdout);
    return finish_print();
}

static enum ct_exit list_interfaces(void)
{
    char message[CT_SOURCE_MESSAGE_MAX];
    if (!ct_app_interfaces_print(stdout, message)) {
        struct ct_voice voice;
        ct_process_voice_init(&voice, false);
        ct_process_voice_say(&voice, "%s", message);
        return CT_EXIT_FAILED;
    }
    return finish_print();
}

static enum ct_exit list_dialects(const struct ct_options *options)
{
    const struct ct_cache_config config = {.dialects = options->dialects,
                                           .n_dialects = options->n_dialects};
    struct ct_voice voice;
    int n = ct_command_dialects_print(stdout, &config, options->dialect);
    ct_process_voice_init(&voice, false);
    if (n == 0) {
        ct_process_voice_say(
            &voice, "--dialects=%s: there is no dialect of this name, --dialects lists them",
            options->dialect);
        return CT_EXIT_USAGE;
    }
    if (n < 0) {
        ct_process_voice_say(&voice, "--dialects: out of memory");
    }
    return n > 0 ? finish_print() : CT_EXIT_FAILED;
}

static enum ct_exit obey(const struct ct_options *options)
{
    switch (options->command) {
    case CT_COMMAND_WATCH:
        return ct_app_run(options);
    case CT_COMMAND_HELP:
        return print_with(ct_app_help_print);
    case CT_COMMAND_VERSION:
        return print_with(ct_app_version_print);
    case CT_COMMAND_DIALECTS:
        return list_dialects(options);
    case CT_COMMAND_ASSERTIONS:
        return print_with(ct_app_assertions_print);
    case CT_COMMAND_LIMITS:
        return print_with(ct_app_limits_print);
    case CT_COMMAND_METRICS:
        return print_with(ct_app_metrics_print);
    case CT_COMMAND_KEYS:
        return print_with(ct_app_keys_print);
    case CT_COMMAND_LIST:
        return list_interfaces();
    }
    return CT_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct ct_options options;
    enum ct_exit status = CT_EXIT_USAGE;

    hold_standard_streams();
    (void)setlocale(LC_CTYPE, ""); /* an unknown locale leaves "C", which is fine */
    if (ct_command_options_parse(&options, argc, argv)) {
        status = obey(&options);
    } else {
        struct ct_voice voice;
        ct_process_voice_init(&voice, false);
        ct_process_voice_say(&voice, "%s", options.error);
    }
    ct_command_options_fini(&options);
    return (int)status;
}
