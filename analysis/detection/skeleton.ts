/** Files of a new detection: a rule that works, to be changed. */
export function skeleton(id: string): Record<string, string> {
  const title = id.replaceAll('-', ' ').replace(/^./, (c) => c.toUpperCase());
  return {
    'detection.yaml': `id: ${id}
title: ${title}
description: >-
  What it means and how it decides.
message: "{attacker} sent {details.bytes} bytes to {victim}"
module: custom
threat_level: low
techniques: []
false_positives:
  - What looks the same and is harmless
parameters:
  min_bytes: { default: 1000000000, description: Bytes sent to one host in a window from which it fires }
requires: [flows.orig_size]
scope: window
key: dst
role: attacker
references: []
`,
    'detection.sql': `-- One row per finding. Example: 10.0.0.1 sends 2 GB to 192.0.2.1 in one window -> one finding, key 192.0.2.1.
SELECT
  orig_h AS profile,
  site,
  max(ts) AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  NULL AS proto,
  NULL AS port,
  0.5 AS confidence,
  {bytes: sum(orig_size)::BIGINT, flows: count(*)} AS details
FROM d_flows
GROUP BY orig_h, site, tw_start, resp_h
HAVING sum(orig_size) >= $min_bytes
`,
    'flows.sql': `-- The flows behind each finding.
SELECT f.orig_h AS profile, f.site, f.tw_start, f.resp_h AS key, f.flow_id
FROM d_flows f JOIN findings e ON e.profile = f.orig_h AND e.tw_start = f.tw_start AND e.victim = f.resp_h
`,
    'cases.yaml': `cases:
  - name: above the threshold
    flows:
      - { orig_h: 10.0.0.1, resp_h: 192.0.2.1, orig_bytes: 2000000000 }
    expect:
      - { profile: 10.0.0.1, key: 192.0.2.1, flows: 1 }
  - name: exactly the threshold
    flows:
      - { orig_h: 10.0.0.1, resp_h: 192.0.2.1, orig_bytes: 1000000000 }
    expect:
      - { key: 192.0.2.1 }
  - name: below
    flows:
      - { orig_h: 10.0.0.1, resp_h: 192.0.2.1, orig_bytes: 999999999 }
    expect: []
`,
  };
}
