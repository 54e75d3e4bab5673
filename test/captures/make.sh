#!/usr/bin/env bash
# Remakes test/fixtures/lab/lab.pcap: real programs talk in the network of lab.sh while tcpdump records the bridge.
#   make.sh [FILE]      needs root and: tcpdump nmap curl dig dnsmasq sshd ssh sshpass openssl node
# The story: a client looks up names and reads pages over HTTP and TLS; the attacker scans the network and one host, guesses
# SSH passwords; the victim calls a server of the attacker every two seconds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../fixtures/lab/lab.pcap}
export LAB_PREFIX=${LAB_PREFIX:-sscap}
lab=$here/lab.sh
for program in tcpdump nmap curl dig dnsmasq sshd ssh sshpass openssl node; do
  command -v "$program" >/dev/null 2>&1 || { echo "make.sh: $program is missing" >&2; exit 1; }
done
work=$(mktemp -d)
trap '"$lab" down; rm -rf "$work"' EXIT
"$lab" up
run() { "$lab" run "$@"; }
quiet() { "$@" >/dev/null 2>&1 || true; }

# A name server and a web server with a certificate of its own; an SSH server on the victim.
for n in $(seq 100 139); do run server ip addr add "10.77.0.$n/24" dev eth0; done
run server dnsmasq --no-daemon --no-resolv --no-hosts --conf-file=/dev/null --listen-address=10.77.0.20 --bind-interfaces \
  --address=/www.lab.example/10.77.0.20 --address=/shop.lab.example/10.77.0.20 --txt-record=lab.example,"v=spf1 -all" \
  --dhcp-range=10.77.0.200,10.77.0.210 >/dev/null 2>&1 &
openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=shop.lab.example/O=Lab" -keyout "$work/key" -out "$work/cert" 2>/dev/null
cat >"$work/web.mjs" <<'JS'
import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
const [work, address] = process.argv.slice(2);
const page = (q, r) => { r.setHeader('content-type', 'text/html'); r.end(`<html><body>${'lab '.repeat(200)}</body></html>`); };
http.createServer(page).listen(80, address);
https.createServer({ key: readFileSync(`${work}/key`), cert: readFileSync(`${work}/cert`) }, page).listen(443, address);
JS
run server node "$work/web.mjs" "$work" 10.77.0.20 &
run attacker node "$work/web.mjs" "$work" 10.77.0.66 &
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
mkdir -p /run/sshd
run victim "$(command -v sshd)" -D -h "$work/host" -o ListenAddress=10.77.0.10 -o PidFile=none -o UsePAM=no -o MaxStartups=100 &
sleep 2

tcpdump -i "${LAB_PREFIX}0" -U -w "$work/lab.pcap" 'not ip6 or tcp or udp' 2>/dev/null &
recorder=$!
sleep 1
(
  for _ in $(seq 1 32); do
    quiet run victim curl -s -m 2 -A 'updater/1.0' http://10.77.0.66/ping
    sleep 2
  done
) &
beacon=$!
for i in $(seq 1 4); do
  quiet run client dig +short +tries=1 @10.77.0.20 www.lab.example A
  quiet run client dig +short +tries=1 @10.77.0.20 shop.lab.example A
  quiet run client dig +short +tries=1 @10.77.0.20 lab.example TXT
  quiet run client curl -s -H 'Host: www.lab.example' "http://10.77.0.20/page$i"
  quiet run client curl -sk --resolve shop.lab.example:443:10.77.0.20 "https://shop.lab.example/cart$i"
  sleep 1
done
quiet run attacker nmap -n -Pn -sS -T4 --max-retries 0 -p 445 10.77.0.100-139
quiet run attacker nmap -n -Pn -sS -T4 --max-retries 0 -p 1-120 10.77.0.10
quiet run attacker nmap -n -Pn -sU -T4 --max-retries 0 -p 50-80 10.77.0.10
for i in $(seq 1 30); do
  quiet run attacker timeout 10 sshpass -p "guess$i" ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1 root@10.77.0.10 true
done
wait "$beacon"
sleep 1
kill -INT "$recorder"
wait "$recorder" || true
mkdir -p "$(dirname "$out")"
mv "$work/lab.pcap" "$out"
echo "$out: $(wc -c <"$out") bytes"
