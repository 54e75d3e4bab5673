-- Flows of the tunnels, where the sensor has one for the outer packets.
WITH tunnels AS (
  SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, t.source_id, t.uid
  FROM findings e JOIN d_tunnel t ON t.orig_h = e.profile AND t.site = e.site AND t.tw_start = e.tw_start
  WHERE t.tunnel_type ILIKE '%GRE' AND (e.victim IS NULL OR t.resp_h = e.victim)
)
SELECT t.profile, t.site, t.tw_start, t.key, f.flow_id
FROM d_flows f JOIN tunnels t ON t.source_id = f.source_id AND t.uid = f.uid
