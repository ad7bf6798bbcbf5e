#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what other tools printed with what `bccwatch trace --json` did: tests/bench/peers.sh."""
import collections
import json
import os
import re
import sys

work = sys.argv[1]
events = []
with open("/tmp/trace.json", errors="replace") as lines:
    for line in lines:
        event = json.loads(line).get("event")
        if event:
            events.append(event)

# What trace has, by the keys that each tool has.
by_name = collections.Counter()
by_path = collections.Counter()
for e in events:
    result = e["result"] if isinstance(e["result"], str) else 0
    by_name[(e["pid"], e["op"], e["filename"], result)] += 1
    by_name[(e["tid"], e["op"], e["filename"], result)] += e["tid"] != e["pid"]
    by_path[(e["comm"], e["op"], e["path"])] += 1
    if e["to"]:
        by_path[(e["comm"], e["op"], e["to"])] += 1


def report(tool, seen, have, explain):
    missing = collections.Counter()
    examples = {}
    for key, n in seen.items():
        lack = n - have[key]
        if lack > 0:
            kind = explain(key)
            missing[kind] += lack
            examples.setdefault(kind, key)
    print(f"{tool}: {sum(seen.values())} events, of which trace has {sum(seen.values()) - sum(missing.values())}")
    for kind, n in missing.most_common():
        print(f"    {n} {kind}: {examples[kind]}")


def opensnoop():
    if not os.path.exists("/tmp/opensnoop.out"):
        return
    seen = collections.Counter()
    with open("/tmp/opensnoop.out", errors="replace") as lines:
        for line in lines:
            m = re.match(r"(\d+)\s+(.{1,16}?)\s+(-?\d+)\s+(\d+) (.*)$", line)
            if m and m[2] not in ("bccwatch", "fatrace", "strace", "python3", "opensnoop-bpfcc"):
                error = os.strerror and (errno_name(int(m[4])) if int(m[4]) else 0)
                seen[(int(m[1]), "open", m[5], error)] += 1
    report("opensnoop", seen, by_name, lambda key: "opens")


def errno_name(number):
    import errno

    return errno.errorcode.get(number, str(number))


def fatrace():
    if not os.path.exists("/tmp/fatrace.out"):
        return
    seen = collections.Counter()
    letters = {"R": "read", "W": "write", "O": "open", "C": "close"}
    with open("/tmp/fatrace.out", errors="replace") as lines:
        for line in lines:
            m = re.match(r"(.*)\((\d+)\): ([A-Z+<>]+)\s+(.*)$", line)
            if not m or m[1] in ("bccwatch", "fatrace", "strace", "python3") or not m[4].startswith(work):
                continue
            for letter in m[3]:
                if letter in letters:
                    seen[(m[1], letters[letter], m[4])] += 1
    # It merges what comes together, so one is enough.
    report("fatrace", collections.Counter(dict.fromkeys(seen, 1)), by_path, lambda key: key[1])


calls = {
    "openat": "open", "open": "open", "creat": "open", "unlink": "delete", "unlinkat": "delete", "rmdir": "delete",
    "rename": "rename", "renameat": "rename", "renameat2": "rename", "link": "link", "linkat": "link",
    "symlink": "link", "symlinkat": "link", "mkdir": "mkdir", "mkdirat": "mkdir", "chmod": "attr",
    "fchmodat": "attr", "utimensat": "attr", "truncate": "truncate", "access": "stat", "faccessat": "stat",
    "faccessat2": "stat", "newfstatat": "stat", "stat": "stat", "lstat": "stat", "statx": "stat", "readlink": "stat",
    "readlinkat": "stat", "execve": "exec", "chown": "attr", "fchownat": "attr",
}


def strace():
    if not os.path.exists("/tmp/strace.out"):
        return
    seen, kinds = collections.Counter(), {}
    others = collections.Counter()
    with open("/tmp/strace.out", errors="replace") as lines:
        for line in lines:
            m = re.match(r'(\d+) +(\w+)\((.*)\) += (-?\d+)(?: (E\w+))?', line)
            if not m:
                continue
            op = calls.get(m[2])
            names = re.findall(r'"((?:[^"\\]|\\.)*)"', m[3])
            if not op or not names:
                others[m[2]] += 1
                continue
            name = names[1] if m[2].startswith("symlink") else names[0]
            if name == "" and m[2] == "newfstatat":
                others["newfstatat of a descriptor"] += 1
                continue
            key = (int(m[1]), op, name, m[5] if m[5] else 0)
            seen[key] += 1
            kinds[key] = m[2]
    report("strace -f", seen, by_name, lambda key: f"{kinds[key]}{' that fails' if key[3] else ''}")
    print("    not compared:", dict(others))


opensnoop()
fatrace()
strace()
