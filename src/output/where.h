/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CACHETAP_OUTPUT_WHERE_H
#define CACHETAP_OUTPUT_WHERE_H

#include "cachetap/output.h"
#include "cachetap/query.h"

/* The fields of --where; what they are asked of is known to where.c alone. Static. */
const struct ct_query_fields *ct_output_where_fields(void);

#endif
