# SPDX-License-Identifier: Apache-2.0
"""bcctools.py OUT.c TOOL [ARGUMENT...]: what a Python program gives to BCC.

Runs the program TOOL with a bcc.BPF that compiles nothing. Its text goes to OUT.c, and the hooks that it would attach
to standard output, as options of `bccwatch run`, one a line. It ends where the program begins to wait for events.
"""
import os
import sys
import time

import bcc

options = []
text = None
out, tool = sys.argv[1], sys.argv[2]
sys.argv = sys.argv[2:]
real_stdout, sys.stdout = sys.stdout, open(os.devnull, "w")  # the program's own words are not wanted


def as_text(name):
    return name.decode() if isinstance(name, bytes) else name


def end(*ignored, **also):
    with open(out, "w") as file:
        file.write(text)
    real_stdout.write("".join(option + "\n" for option in options))
    real_stdout.flush()
    os._exit(0)


def probed(pattern):
    """The functions that a pattern means, but for those that BCC tries to attach in vain, and says nothing of."""
    with open("/sys/kernel/tracing/available_filter_functions", "rb") as file:
        traced = {line.split()[0] for line in file}
    return bcc.BPF.get_kprobe_functions(pattern) & traced


class Recorder(bcc.BPF):
    def __init__(self, text=None, cflags=(), **more):
        globals()["text"] = as_text(text)
        options.extend("--cflag=" + as_text(flag) for flag in cflags)

    def cleanup(self):
        pass

    def attach(self, kind, event, event_re, fn_name):
        pattern = event_re.encode() if isinstance(event_re, str) else event_re
        for name in probed(pattern) if pattern else [event]:
            options.append("--%s=%s:%s" % (kind, as_text(name), as_text(fn_name)))

    def attach_kprobe(self, event=b"", event_off=0, fn_name=b"", event_re=b""):
        self.attach("kprobe", event, event_re, fn_name)

    def attach_kretprobe(self, event=b"", fn_name=b"", event_re=b"", maxactive=0):
        self.attach("kretprobe", event, event_re, fn_name)

    def attach_tracepoint(self, tp=b"", tp_re=b"", fn_name=b""):
        self.attach("tracepoint", tp, b"", fn_name)

    def get_syscall_fnname(self, name):
        return b"__x64_sys_" + name.encode() if isinstance(name, str) else b"__x64_sys_" + name

    def num_open_kprobes(self):
        return 1

    __getitem__ = get_table = perf_buffer_poll = trace_fields = trace_print = trace_readline = end


bcc.BPF = Recorder
time.sleep = end
try:
    exec(compile(open(tool).read(), tool, "exec"), {"__name__": "__main__", "__file__": tool})
except SystemExit:
    pass
end()
