#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/failures.sh NAME LOG: what failed in a log of scripts/check, with up to 12 lines of what each failure says. They
# stand once more at the end of scripts/check's output, of which CI may keep no more than the end.
set -eu
awk -v "name=$1" '
	sub(/^FAILED /, "FAILED in " name ": ") { print; left = 12; next }
	/^    / && left-- > 0 { print; next }
	{ left = 0 }' "$2"
