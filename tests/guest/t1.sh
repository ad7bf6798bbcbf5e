set -m
uname -a
cat /proc/uptime
for via in kprobe tracepoint; do
 bccwatch trace -v --via $via -d 6 >/tmp/out.$via 2>/tmp/err.$via &
 for i in $(seq 300); do grep -q Ctrl-C /tmp/err.$via && break; sleep 0.1; done
 cat /proc/uptime
 grep -c . /proc/$!/maps; grep -c LLVM /proc/$!/maps; grep -E 'VmRSS|VmHWM' /proc/$!/status; cat /sys/kernel/debug/kprobes/list
 cat /etc/hostname >/dev/null; /usr/lib/bccwatch/tests/fixtures/opens 2000 /tmp/nn
 wait
 cat /tmp/err.$via; head -5 /tmp/out.$via; grep -c nn/f /tmp/out.$via; grep hostname /tmp/out.$via
done
