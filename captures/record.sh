#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Record the samples again, as root: captures/record.sh [NAME...]; see tests/lab/record.sh.
exec "$(dirname "$0")/../tests/lab/record.sh" "$@"
