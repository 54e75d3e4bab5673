-- Windows with traffic, in order.
SELECT DISTINCT iso(tw_start) AS tw_start, iso(tw_end) AS tw_end FROM report_profiles ORDER BY 1, 2
