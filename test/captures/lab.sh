#!/usr/bin/env bash
# A small network of namespaces for traffic tests: attacker, victim, server and client on one bridge.
#   lab.sh up | down | run NAME COMMAND...      (NAME: attacker victim server client)
# Addresses: 10.77.0.{66 attacker, 10 victim, 20 server, 30 client}/24. Needs root.
set -eu
prefix=${LAB_PREFIX:-sslab}
bridge=${prefix}0
declare -A host=([attacker]=66 [victim]=10 [server]=20 [client]=30)

down() {
  for name in "${!host[@]}"; do
    ip netns pids "$prefix-$name" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
    ip netns del "$prefix-$name" 2>/dev/null || true
  done
  ip link del "$bridge" 2>/dev/null || true
}

up() {
  down
  ip link add "$bridge" type bridge
  ip link set "$bridge" up
  for name in "${!host[@]}"; do
    n=${host[$name]}
    ip netns add "$prefix-$name"
    ip link add "${prefix}v$n" type veth peer name eth0 netns "$prefix-$name"
    ip link set "${prefix}v$n" master "$bridge" up
    # Neighbour discovery would be packets that nobody of the story sent.
    ip netns exec "$prefix-$name" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6' 2>/dev/null || true
    ip -n "$prefix-$name" link set lo up
    ip -n "$prefix-$name" link set eth0 address "02:00:00:77:00:$n"
    ip -n "$prefix-$name" addr add "10.77.0.$n/24" dev eth0
    ip -n "$prefix-$name" link set eth0 up
    # Checksums are left to the card otherwise, and there is none.
    ip netns exec "$prefix-$name" ethtool -K eth0 tx off rx off tso off gso off gro off >/dev/null 2>&1 || true
  done
}

case ${1:-} in
  up) up ;;
  down) down ;;
  run) name=$2; shift 2; exec ip netns exec "$prefix-$name" "$@" ;;
  *) echo "usage: lab.sh up | down | run NAME COMMAND..." >&2; exit 2 ;;
esac
