-- One readable line per activity of the hosts of timeline_scope: DNS transactions, HTTP requests, TLS and SSH sessions, mail,
-- address leases, all other flows, findings and alerts. Text of captures in it is as the case has it.
-- Needs port_names(port, proto, name) and the macros of records.sql.
WITH flow AS MATERIALIZED (
  SELECT flow_id, source_id, uid, ts, duration, peer, outgoing, profile, site, tw_start, proto, service, orig_h, orig_p, resp_p,
    outcome, established,
    CASE WHEN outgoing THEN orig_size ELSE resp_size END AS sent,
    CASE WHEN outgoing THEN resp_size ELSE orig_size END AS received
  FROM records_of_scope('flows')
), told AS (
  -- Every kind in the same shape: lead (what, before the peer), named (a name that the activity itself gave), tail (how it went).
  SELECT 'dns' AS kind, r.source_id, r.uid, r.ts, r.profile, r.site, r.tw_start, r.outgoing, r.peer, NULL::INTEGER AS port, r.proto,
    CASE WHEN r.outgoing THEN 'asked ' ELSE 'was asked by ' END AS lead, NULL AS named,
    ' for ' || coalesce(r.query, '?') || coalesce(' (' || r.qtype_name || ')', '') AS object,
    CASE
      WHEN len(r.answers) > 0 THEN some_of(r.answers)
      WHEN r.rcode_name = 'NXDOMAIN' THEN 'no such name'
      WHEN r.rcode_name = 'NOERROR' THEN 'no such record'
      WHEN r.rcode_name IS NOT NULL THEN r.rcode_name
      ELSE 'no answer'
    END AS tail,
    CASE WHEN r.rcode_name <> 'NOERROR' THEN r.rcode_name WHEN r.rcode_name IS NULL AND coalesce(len(r.answers), 0) = 0 THEN 'no answer' END AS warning,
    false AS with_sizes,
    to_json({query: r.query, qtype: r.qtype_name, rcode: r.rcode_name, answers: r.answers[1:20]}) AS record
  FROM records_of_scope('dns') r
  UNION ALL
  SELECT 'http', r.source_id, r.uid, r.ts, r.profile, r.site, r.tw_start, r.outgoing, r.peer, r.resp_p, 'tcp',
    CASE WHEN r.outgoing THEN coalesce(r.method, 'request') || ' ' || coalesce('http://' || r.host, '') || coalesce(r.uri, '') || ' at '
      ELSE coalesce(r.method, 'request') || ' ' || coalesce('http://' || r.host, '') || coalesce(r.uri, '') || ' from ' END, NULL, '',
    phrase([
      CASE WHEN r.status_code IS NULL THEN 'no response' ELSE r.status_code || coalesce(' ' || nullif(r.status_msg, ''), '') END,
      CASE WHEN len(r.resp_mime_types) > 0 THEN array_to_string(r.resp_mime_types, ' ') END,
      CASE WHEN r.request_body_len > 0 THEN 'body of ' || byte_text(r.request_body_len) || ' in the request' END,
      CASE WHEN r.response_body_len > 0 THEN 'body of ' || byte_text(r.response_body_len) || ' in the response' END]),
    CASE WHEN r.status_code IS NULL THEN 'no response' WHEN r.status_code >= 400 THEN 'status ' || r.status_code END,
    false,
    to_json({method: r.method, host: r.host, uri: r.uri, status: r.status_code, mime_types: r.resp_mime_types,
      user_agent: r.user_agent, request_body: r.request_body_len, response_body: r.response_body_len})
  FROM records_of_scope('http') r
  UNION ALL
  SELECT 'tls', r.source_id, r.uid, r.ts, r.profile, r.site, r.tw_start, r.outgoing, r.peer, r.resp_p, NULL,
    CASE WHEN r.resp_p = 443 THEN 'HTTPS' ELSE 'TLS' END || CASE WHEN r.outgoing THEN ' to ' ELSE ' from ' END,
    CASE WHEN r.outgoing THEN nullif(r.server_name, '') END, CASE WHEN r.outgoing THEN '' ELSE coalesce(' for ' || r.server_name, '') END,
    phrase([
      r.version,
      CASE WHEN r.established = false THEN 'handshake not completed' END,
      CASE WHEN r.resumed THEN 'resumed' END,
      CASE WHEN r.validation_status NOT IN ('ok', '') THEN 'certificate: ' || r.validation_status END,
      CASE WHEN r.server_name IS NULL THEN coalesce('certificate of ' || nullif(r.subject, ''), 'no server name') END]),
    CASE WHEN r.established = false THEN 'handshake not completed' WHEN r.validation_status NOT IN ('ok', '') THEN r.validation_status END,
    true,
    to_json({server_name: r.server_name, version: r.version, established: r.established, resumed: r.resumed, subject: r.subject,
      issuer: r.issuer, validation: r.validation_status, ja3: r.ja3, ja4: r.ja4})
  FROM records_of_scope('ssl') r
  UNION ALL
  SELECT 'ssh', r.source_id, r.uid, r.ts, r.profile, r.site, r.tw_start, r.outgoing, r.peer, r.resp_p, 'tcp',
    'SSH' || CASE WHEN r.outgoing THEN ' to ' ELSE ' from ' END, NULL, '',
    phrase([
      CASE r.auth_success WHEN true THEN 'login succeeded' WHEN false THEN 'login failed' ELSE 'unknown whether the login succeeded' END
        || CASE WHEN r.auth_attempts > 0 THEN ' (' || r.auth_attempts || CASE WHEN r.auth_attempts = 1 THEN ' attempt)' ELSE ' attempts)' END ELSE '' END,
      'client ' || nullif(r.client, '')]),
    CASE WHEN r.auth_success = false THEN 'login failed' END, true,
    to_json({auth_success: r.auth_success, auth_attempts: r.auth_attempts, client: r.client, server: r.server})
  FROM records_of_scope('ssh') r
  UNION ALL
  SELECT 'smtp', r.source_id, r.uid, r.ts, r.profile, r.site, r.tw_start, r.outgoing, r.peer, r.resp_p, 'tcp',
    'mail' || CASE WHEN r.outgoing THEN ' over ' ELSE ' by ' END, NULL,
    coalesce(' from ' || nullif(r.mailfrom, ''), '') || coalesce(' to ' || some_of(r.rcptto), ''),
    phrase(['subject ' || nullif(r.subject, ''), CASE WHEN r.tls THEN 'encrypted' END, nullif(r.last_reply, '')]), NULL, false,
    to_json({helo: r.helo, mailfrom: r.mailfrom, rcptto: r.rcptto[1:20], subject: r.subject, last_reply: r.last_reply})
  FROM records_of_scope('smtp') r
), recorded AS (
  SELECT DISTINCT source_id, uid FROM told WHERE uid IS NOT NULL
), lines AS (
  SELECT t.kind, t.ts, t.profile, t.site, t.tw_start, t.outgoing, t.peer, coalesce(t.port, f.resp_p) AS port, coalesce(t.proto, f.proto) AS proto,
    t.lead, t.named, t.object, t.tail, t.warning, t.with_sizes, t.record, t.uid, f.flow_id, f.service, f.outcome::VARCHAR AS outcome, f.sent, f.received, f.duration
  FROM told t LEFT JOIN flow f ON f.source_id = t.source_id AND f.uid = t.uid AND f.profile = t.profile AND f.outgoing = t.outgoing
  UNION ALL
  SELECT CASE WHEN f.proto = 'icmp' THEN 'icmp' ELSE 'flow' END, f.ts, f.profile, f.site, f.tw_start, f.outgoing, f.peer,
    CASE WHEN f.proto = 'icmp' THEN NULL ELSE f.resp_p END, f.proto,
    CASE
      WHEN f.proto = 'icmp' THEN icmp_text(contains(f.orig_h, ':'), f.orig_p, f.resp_p)
      WHEN f.service IS NOT NULL THEN replace(upper(f.service), 'SSL', 'TLS')
      ELSE coalesce(n.name, 'unknown service')
    END || CASE WHEN f.proto = 'icmp' OR f.resp_p IS NULL THEN '' ELSE ' (' || f.resp_p || '/' || f.proto || ')' END
      || CASE WHEN f.outgoing THEN ' to ' ELSE ' from ' END,
    NULL, '',
    CASE WHEN f.proto <> 'icmp' THEN coalesce(failure_text(f.outcome),
      CASE WHEN coalesce(f.sent, 0) + coalesce(f.received, 0) = 0 AND coalesce(f.sent, f.received) IS NOT NULL THEN 'no data' END) END,
    CASE
      WHEN f.proto = 'icmp' THEN NULL
      WHEN f.established = false THEN 'not established'
      WHEN f.service IS NULL AND n.name IS NULL THEN 'unknown service'
      WHEN coalesce(f.sent, 0) + coalesce(f.received, 0) = 0 AND coalesce(f.sent, f.received) IS NOT NULL THEN 'no data'
    END,
    true, NULL, f.uid, f.flow_id, f.service, f.outcome::VARCHAR, f.sent, f.received, f.duration
  FROM flow f
  LEFT JOIN port_names n ON n.port = f.resp_p AND n.proto = f.proto
  WHERE NOT EXISTS (SELECT 1 FROM recorded r WHERE r.source_id = f.source_id AND r.uid = f.uid)
), name_spans AS (
  -- The name that traffic showed last before; before the first, that one.
  SELECT address, name,
    CASE WHEN row_number() OVER w = 1 THEN '-infinity'::TIMESTAMP ELSE first_ts END AS from_ts,
    coalesce(lead(first_ts) OVER w, 'infinity'::TIMESTAMP) AS to_ts
  FROM (
    SELECT address, coalesce(first_ts, '-infinity'::TIMESTAMP) AS first_ts, max(name) AS name
    FROM names WHERE address IN (SELECT peer FROM lines) GROUP BY ALL
  )
  WINDOW w AS (PARTITION BY address ORDER BY first_ts)
), placed AS (
  SELECT l.*, coalesce(l.named, n.name) AS name, a.as_org, a.country
  FROM lines l
  LEFT JOIN name_spans n ON n.address = l.peer AND l.ts >= n.from_ts AND l.ts < n.to_ts
  LEFT JOIN addresses a ON a.address = l.peer
)
SELECT profile, site, tw_start, ts, flow_id, kind,
  lead
    || CASE
      WHEN kind = 'dns' THEN peer
      WHEN name IS NOT NULL THEN name || ' (' || endpoint_text(peer, CASE WHEN outgoing AND kind <> 'flow' THEN port END) || ')'
      ELSE endpoint_text(peer, CASE WHEN outgoing AND kind <> 'flow' THEN port END) || coalesce(' (' || phrase([as_org, country]) || ')', '')
    END
    || object
    || coalesce(': ' || phrase([tail,
      CASE WHEN with_sizes AND coalesce(sent, 0) + coalesce(received, 0) > 0
        THEN byte_text(sent) || ' sent, ' || byte_text(received) || ' received' END,
      CASE WHEN with_sizes AND duration > 0 THEN duration_text(duration) END]), '') AS summary,
  to_json({direction: CASE WHEN outgoing THEN 'out' ELSE 'in' END, uid: uid, peer: peer, name: name, port: port, proto: proto, service: service,
    outcome: outcome, sent: sent, received: received, duration: round(duration, 6), warning: warning, as_org: as_org,
    country: country, record: record}) AS details
FROM placed
UNION ALL
SELECT w.profile, w.site, e.tw_start, e.ts, NULL, 'finding', e.threat_level || ': ' || e.description,
  to_json({evidence_id: e.evidence_id, detection: e.detection, threat_level: e.threat_level, confidence: e.confidence, counts: e.counts})
FROM evidence e JOIN timeline_scope w ON w.profile = e.profile AND w.site = e.site
WHERE e.ts >= w.from_ts AND e.ts < w.to_ts AND e.weight > 0
UNION ALL
SELECT w.profile, w.site, a.tw_start, a.ts, NULL, 'alert', 'alert, score ' || score_text(a.score) || ': ' || a.description,
  to_json({alert_id: a.alert_id, score: a.score, threshold: a.threshold})
FROM alerts a JOIN timeline_scope w ON w.profile = a.profile AND w.site = a.site
WHERE a.ts >= w.from_ts AND a.ts < w.to_ts
UNION ALL
SELECT w.profile, w.site, window_start(d.ts), d.ts, NULL, 'dhcp',
  'got address ' || coalesce(d.assigned_addr, d.client_addr) || coalesce(' from ' || d.server_addr, '') || coalesce(' as ' || nullif(d.host_name, ''), ''),
  to_json({mac: d.mac, host_name: d.host_name, messages: d.msg_types, lease: d.lease_time})
FROM dhcp d JOIN sources s ON s.source_id = d.source_id
JOIN timeline_scope w ON w.profile = coalesce(d.assigned_addr, d.client_addr) AND w.site = s.site
WHERE d.ts >= w.from_ts AND d.ts < w.to_ts
