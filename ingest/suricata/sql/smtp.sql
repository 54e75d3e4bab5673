INSERT INTO smtp BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p,
  tx_id + 1 AS trans_depth,
  v.helo AS helo, v.mail_from AS mailfrom, v.rcpt_to AS rcptto,
  m.date AS date, m.from AS "from", m.to AS "to", m.cc AS cc, m.reply_to AS reply_to, m.message_id AS msg_id,
  m.in_reply_to AS in_reply_to, m.subject AS subject, m.x_mailer AS user_agent,
  $extra AS extra
FROM (SELECT *, from_json(content, '$shape') AS v, from_json(email, '$email_shape') AS m FROM eve_events(['smtp']));
