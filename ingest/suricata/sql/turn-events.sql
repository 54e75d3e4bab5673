-- Events whose packet went from responder to originator, by the flow that another file of the source has.
UPDATE $table SET orig_h = f.orig_h, orig_p = f.orig_p, resp_h = f.resp_h, resp_p = f.resp_p $more
FROM flows f
WHERE $table.source_id = $source AND f.source_id = $source AND f.uid = $table.uid AND f.capture_id <> $table.capture_id
  AND $table.orig_h = f.resp_h AND $table.resp_h = f.orig_h AND $table.orig_p = f.resp_p AND $table.resp_p = f.orig_p
  AND NOT (f.orig_h = f.resp_h AND f.orig_p = f.resp_p) AND f.proto <> 'icmp';
