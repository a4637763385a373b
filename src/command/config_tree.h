/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the configuration file share: the parsed tree, memory, and messages. */
#ifndef CACHETAP_COMMAND_CONFIG_TREE_H
#define CACHETAP_COMMAND_CONFIG_TREE_H

#include <libconfig.h>

#include "command/config.h"

struct ct_config {
    char *path;
    config_t tree;
    char *error;   /* where the message goes while something is read */
    void **memory; /* n_memory blocks that go with the file */
    size_t n_memory;
    struct ct_user_dialect *dialects;
    size_t n_dialects;
};

/* Writes "FILE:LINE: text"; returns false. setting NULL: without a line. */
__attribute__((format(printf, 3, 4))) bool ct_command_config_wrong(struct ct_config *config,
                                                                   const config_setting_t *setting,
                                                                   const char *format, ...);

/* Zeroed memory that goes with the file; NULL after a message. */
void *ct_command_config_memory(struct ct_config *config, size_t n, size_t size);

/* Whether every member of a group is one of names, which end with NULL. */
bool ct_command_config_known(struct ct_config *config, const config_setting_t *group,
                             const char *const *names);

/* Members of a group. They leave *value alone where there is none; false after a message. */
bool ct_command_config_get_text(struct ct_config *config, const config_setting_t *group,
                                const char *name, const char **value);
bool ct_command_config_get_switch(struct ct_config *config, const config_setting_t *group,
                                  const char *name, bool *value);

/* Reads the setting "dialects", where there is one. */
bool ct_command_config_read_dialects(struct ct_config *config);

#endif
