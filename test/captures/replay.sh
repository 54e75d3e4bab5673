#!/usr/bin/env bash
# Replays a capture through a veth pair between two namespaces into `live`: packets that left the sending interface, by its own
# counter, against packets seen; CPU and memory. A bridge would learn the replayed addresses and stop passing packets on.
#   replay.sh FILE --mbps=100 | --pps=50000 [OPTION OF LIVE...]      such as --engine cap      needs root, tcpreplay
set -eu
file=$1 rate=$2
shift 2
a=ssa$$ b=ssb$$ folder=$(mktemp -d)
main=$(dirname "$0")/../../dist/cli/main.js
trap 'ip netns del $a; ip netns del $b; rm -rf "$folder"' EXIT
ip netns add $a
ip netns add $b
ip link add eth0 netns $a type veth peer name eth0 netns $b
for n in $a $b; do
  ip netns exec $n sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6' 2>/dev/null || true
  ip -n $n link set eth0 up
done
ip netns exec $b node "$main" live -i eth0 --db "$folder/case.duckdb" --json "$@" >"$folder/said" &
live=$!
until grep -q '"capturing"' "$folder/said"; do
  kill -0 $live
  sleep 0.1
done
# Until the case is open: a capture begins once, what it sustains is the question.
sleep 4
sent() { ip netns exec $a cat /sys/class/net/eth0/statistics/tx_packets; }
before=$(sent)
ip netns exec $a tcpreplay -q -K --loop=0 --duration=12 -i eth0 "$rate" "$file" 2>&1 | grep Rated
echo "sent $(($(sent) - before))"
sleep 3
used() { awk -v who="$1" '{print who, "CPU seconds", ($14 + $15) / 100}' "/proc/$2/stat"; }
used slipstream $live
for child in $(cat /proc/$live/task/$live/children); do used "$(cat /proc/$child/comm)" "$child"; done
grep VmHWM /proc/$live/status
kill -INT $live
wait $live
tail -1 "$folder/said"
