-- No source address is local: every source is, and the report says so.
UPDATE address_list SET is_local = true WHERE address IN (SELECT DISTINCT orig_h FROM d_flows);
