-- The ranked table, one part of the candidates (pairs_from to pairs_to) after the other. threat = the largest of beacon (score
-- x 100 over 50, 75, 90, 100), long connection (seconds over 1, 4, 8, 12 hours), strobe and a destination that feeds list (0.8
-- each); score = threat + modifiers, not below 0. First seen counts only in cases of more than a week.
-- Example: beacon 0.624, no modifier -> score 0.2992, low. Beacon 0.963, long 0.8, -0.15 + 0.1 + 0.15 -> 0.9, critical.
INSERT INTO pairs
WITH scored_beacons AS (
  FROM beacon_scores WHERE id BETWEEN getvariable('pairs_from') AND getvariable('pairs_to')
), found AS (
  SELECT c.*, b.ts_score, b.ds_score, b.dur_score, b.hist_score, b.beacon_score, b.interval_seconds,
    coalesce(threat_of(b.beacon_score * 100, 50, 75, 90, 100), 0) AS beacon_threat,
    threat_of(c.duration_us / 1000000, 3600, 14400, 28800, 43200) AS long_score,
    round(d.hosts / n.hosts, 6) AS prevalence, d.first_ts AS dst_first,
    coalesce(m.requests, 0) AS missing_host, r.dst IS NOT NULL AS rare, x.dst IS NOT NULL AS mismatch,
    make_timestamp(g.lo * 1000000) AS scope_start, make_timestamp(g.hi * 1000000) AS scope_end
  FROM candidates c
  CROSS JOIN pair_bounds g
  LEFT JOIN scored_beacons b ON b.id = c.id
  LEFT JOIN destination_hosts d ON d.kind = c.kind AND d.site = c.site AND d.dst = c.dst
  LEFT JOIN network_sizes n ON n.site = c.site
  LEFT JOIN missing_hosts m ON m.kind = c.kind AND m.site = c.site AND m.orig_h = c.orig_h AND m.dst = c.dst
  LEFT JOIN rare_signatures r ON r.site = c.site AND r.orig_h = c.orig_h AND r.dst = c.dst
  LEFT JOIN mime_mismatches x ON x.site = c.site AND x.orig_h = c.orig_h AND x.dst = c.dst
  WHERE c.id BETWEEN getvariable('pairs_from') AND getvariable('pairs_to')
    AND (b.id IS NOT NULL OR c.strobe OR c.duration_us >= 3600000000 OR c.intel_feeds IS NOT NULL)
), modified AS (
  SELECT *,
    prevalence_modifier(prevalence) AS prevalence_modifier,
    CASE WHEN scope_end - scope_start <= INTERVAL 7 DAY THEN 0 WHEN dst_first >= scope_end - INTERVAL 7 DAY THEN 0.15
      WHEN dst_first <= scope_end - INTERVAL 30 DAY THEN -0.15 ELSE 0 END AS first_seen_modifier,
    CASE WHEN missing_host > 0 THEN 0.1 ELSE 0 END AS missing_host_modifier,
    CASE WHEN rare THEN 0.15 ELSE 0 END AS rare_signature_modifier,
    CASE WHEN mismatch THEN 0.15 ELSE 0 END AS mime_modifier,
    CASE WHEN intel_feeds IS NOT NULL THEN 0.8 ELSE 0 END AS intel_threat,
    CASE WHEN intel_feeds IS NOT NULL AND total_bytes >= 25000000 THEN 0.15 ELSE 0 END AS intel_size_modifier
  FROM found
), scored AS (
  SELECT *, round(greatest(0, greatest(beacon_threat, long_score, CASE WHEN strobe THEN 0.8 ELSE 0 END, intel_threat)
    + (prevalence_modifier + first_seen_modifier + missing_host_modifier + rare_signature_modifier + mime_modifier
      + intel_size_modifier)::DOUBLE), 6) AS score
  FROM modified
)
SELECT orig_h, site, kind, dst, connections, total_bytes, first_ts, last_ts, ts_score, ds_score, dur_score, hist_score,
  beacon_score, long_score, prevalence, score, severity_of(score), round(duration_us / 1000000, 6), interval_seconds, proxied,
  missing_host, beacon_threat, strobe, prevalence_modifier, first_seen_modifier, missing_host_modifier, rare_signature_modifier,
  mime_modifier, intel_feeds, intel_threat, intel_size_modifier, scope_start, scope_end
FROM scored;
