/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a list share. */
#ifndef CACHETAP_VIEW_LIST_STATE_H
#define CACHETAP_VIEW_LIST_STATE_H

#include "view/list.h"

/* Any of those taken, shown or not. */
const void *ct_view_list_item(const struct ct_list *list, size_t i);
/* Doubles until need fits. False: no memory. */
bool ct_view_list_grow(void **p, size_t *room, size_t need, size_t size);
/* The filter and the scope let it through. */
bool ct_view_list_shows(const struct ct_list *list, const struct ct_scope *scope, const void *item);

#endif
