#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The table of ways to change or take a file, by kind of rule and hook, out of what tests/guest/blockchanges.sh recorded:
#     tests/ways.sh LOG...                 prints it; scripts/check compares it with tests/ways.md.
#     tests/ways.sh --man <tests/ways.md   the same for the man page: ways that have the same results are one paragraph.
set -eu
if [ "${1-}" = --man ]; then
	awk -F ' *[|] *' '
		function collect(text, kind, hook) { # "hook: kind, kind; hook: kind"
			if (text !~ "(^|; )" hook ": ")
				return text (text ? "; " : "") hook ": " kind
			return text ", " kind
		}
		/^[|] way/ { for (i = 3; i < NF; i++) { split($i, c, ": "); kind[i] = c[1]; hook[i] = c[2] == "LSM" ? "lsm" : c[2] } }
		/^[|] / && !/^[|] way/ {
			denied = passes = ""
			for (i = 3; i < NF; i++)
				if ($i == "denied")
					denied = collect(denied, kind[i], hook[i])
				else if ($i != "-")
					passes = collect(passes, kind[i], hook[i])
			group = "Denied by " denied (passes ? "; not by " passes : "")
			if (!(group in ways))
				order[++n] = group
			ways[group] = ways[group] (ways[group] ? ", " : "") $2
		}
		END { for (i = 1; i <= n; i++) print ".TP\n" order[i] "\n" ways[order[i]] "." }' | sed '/^[^.]/s/-/\\-/g'
	exit
fi
cat <<'END'
# Ways to change or take a file, and what each rule and hook does

`block --access write,attr` with a rule of each kind, and a program that tries one system call after the other on a file that
the rule is about (tests/fixtures/changes.c; tests/guest/blockchanges.sh). This table is made of what it recorded, by
tests/ways.sh; scripts/check compares it with each run. `passes`: the hook does not deny it, and the header line says so; `-`:
the rule is not about it, or the kernels that have the hook do not have the call.

| way | name: LSM | path: LSM | dir: LSM | name: fmod_ret | path: fmod_ret | dir: fmod_ret | name: override |
|---|---|---|---|---|---|---|---|
END
sed -n 's/^.*# way: //p' "$@" | LC_ALL=C sort -u | awk '
	{ way = $3; key = $1 SUBSEP $2 SUBSEP way; result = $4 ($5 ? " " $5 : ""); all[way] = 1
	  got[key] = got[key] && got[key] != result ? got[key] ", " result : result }
	END {
		n = split("lsm name,lsm path,lsm dir,fmod_ret name,fmod_ret path,fmod_ret dir,override name", columns, ",")
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
