-- Days whose lists are told anew.
CREATE OR REPLACE TEMP TABLE scope_link_days AS
SELECT capture_day FROM refreshed_days
UNION
SELECT capture_day FROM changed_withheld
UNION
SELECT capture_day FROM changed_links
