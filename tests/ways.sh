#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The table of ways to change or take a file, by kind of rule and hook, out of what tests/guest/blockchanges.sh recorded:
# tests/ways.sh LOG... prints it; scripts/check compares it with tests/ways.md.
set -eu
cat <<'END'
# Ways to change or take a file, and what each rule and hook does

`block --access write,attr` with a rule of each kind, and a program that tries one system call after the other on a file that
the rule is about (tests/fixtures/changes.c; tests/guest/blockchanges.sh). This table is made of what it recorded, by
tests/ways.sh; scripts/check compares it with each run.

| way | name: LSM | path: LSM | dir: LSM | name: fmod_ret | path: fmod_ret | dir: fmod_ret |
|---|---|---|---|---|---|---|
END
sed -n 's/^.*# way: //p' "$@" | LC_ALL=C sort -u | awk '
	{ way = $3; key = $1 SUBSEP $2 SUBSEP way; result = $4 ($5 ? " " $5 : ""); all[way] = 1
	  got[key] = got[key] && got[key] != result ? got[key] ", " result : result }
	END {
		n = split("lsm name,lsm path,lsm dir,fmod_ret name,fmod_ret path,fmod_ret dir", columns, ",")
		for (way in all) {
			line = "| " way
			for (i = 1; i <= n; i++) {
				split(columns[i], c, " ")
				key = c[1] SUBSEP c[2] SUBSEP way
				line = line " | " (got[key] ? got[key] : "-")
			}
			print line " |"
		}
	}' | LC_ALL=C sort
