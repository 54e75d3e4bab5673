-- Size (total bytes) and duration (seconds) of a flow as one number from 0 to 8: three classes each.
CREATE OR REPLACE TEMP MACRO letter_kind(bytes, seconds) AS
  3 * (CASE WHEN bytes <= 250 THEN 0 WHEN bytes <= 1100 THEN 1 ELSE 2 END)
  + (CASE WHEN seconds <= 0.1 THEN 0 WHEN seconds <= 10 THEN 1 ELSE 2 END);

-- What the source itself calls the total of a flow: payload (Zeek, packet captures), frames (Argus, Suricata), IP bytes
-- (nfdump). Frames are IP bytes with the 14 bytes of Ethernet that the readers took off.
CREATE OR REPLACE TEMP MACRO frame_bytes(ip_bytes, pkts, size) AS
  coalesce(CASE WHEN ip_bytes >= 20 * pkts THEN ip_bytes + 14 * pkts ELSE ip_bytes END, size, 0);
CREATE OR REPLACE TEMP MACRO letter_bytes(kind, orig_bytes, resp_bytes, orig_ip, resp_ip, orig_pkts, resp_pkts, orig_size, resp_size, extra) AS
  CASE
    WHEN kind IN ('zeek', 'pcap') THEN coalesce(orig_bytes, 0) + coalesce(resp_bytes, 0)
    WHEN orig_size IS NULL AND resp_size IS NULL THEN coalesce(TRY_CAST(extra->>'$.TotBytes' AS BIGINT), 0)
    WHEN kind IN ('argus', 'suricata') THEN frame_bytes(orig_ip, orig_pkts, orig_size) + frame_bytes(resp_ip, resp_pkts, resp_size)
    ELSE coalesce(orig_size, 0) + coalesce(resp_size, 0)
  END;
