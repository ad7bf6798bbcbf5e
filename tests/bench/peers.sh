#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: what opensnoop-bpfcc, fatrace and strace -f see of a workload, and which of it `bccwatch trace` shows. Tools
# that are not installed are left out. Every difference is printed, by kind.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=/root/peers
export PATH=$PATH:${PEERS:-/nonexistent}/usr/bin:${PEERS:-/nonexistent}/usr/sbin LD_LIBRARY_PATH=${PEERS:-/nonexistent}/usr/lib/x86_64-linux-gnu
rm -rf $work && mkdir -p $work && cd $work || exit

# What people do, fifty times.
cat >/tmp/workload.sh <<'END'
for i in $(seq 50); do
	echo one >a; cat a >b; echo two >>a; cp a c; mv c d; ln d e; ln -s e f; sed -i s/one/1/ a; chmod 640 a; touch -d 2020-01-01 a
	cat f absent 2>/dev/null; mkdir -p dir/sub; tar cf t.tar a b; tar xf t.tar -C dir; truncate -s 100 b; rm -rf dir a b d e f t.tar
	perl -e 'open(F, ">", "p"); syswrite(F, "x"); rename("p", "q"); unlink("q"); rmdir("none"); open(G, "<", "none")'
done
END

pids=()
bccwatch trace --ops open,create,read,write,close,delete,rename,link,truncate,attr,mkdir,stat,exec --json --buffer-pages 2048 >/tmp/trace.json 2>/tmp/trace.err &
trace=$!
until grep -q 'Ctrl-C ends' /tmp/trace.err; do kill -0 $trace || { cat /tmp/trace.err; exit 1; }; sleep 0.5; done
if command -v opensnoop-bpfcc >/dev/null; then
	python3 -u "$(command -v opensnoop-bpfcc)" -b 2048 >/tmp/opensnoop.out 2>/dev/null &
	pids+=($!)
	sleep 15 # it does not say when it is attached
fi
if command -v fatrace >/dev/null; then
	fatrace -o /tmp/fatrace.out 2>/dev/null &
	pids+=($!)
	sleep 1
fi
if command -v strace >/dev/null; then
	strace -f -qq -o /tmp/strace.out -e trace=%file,ftruncate,fchmod,utimensat bash /tmp/workload.sh
else
	bash /tmp/workload.sh
fi
sleep 2
kill -TERM $trace "${pids[@]}"
wait $trace
tail -n 1 /tmp/trace.err
python3 "$here/peers.py" $work
