-- Alerted hosts, strongest first: the end of their last alerted window, how many alerts, and the evidence that weighs most.
SELECT a.profile AS address, max(epoch_us(a.tw_end)) AS tw_end_us, max(epoch_us(a.tw_end) - epoch_us(a.tw_start)) AS width_us,
  count(*) AS alerts, max(a.score) AS score,
  max(struct_pack(score := a.score, ts := a.ts, id := a.alert_id)).id AS alert_id,
  (
    SELECT max(struct_pack(s := round(e.weight * e.confidence, 6), id := e.evidence_id)).id
    FROM alert_evidence x JOIN evidence e USING (evidence_id) JOIN alerts b ON b.alert_id = x.alert_id
    WHERE b.profile = a.profile
  ) AS evidence_id
FROM alerts a
GROUP BY a.profile
ORDER BY score DESC, alerts DESC, address
