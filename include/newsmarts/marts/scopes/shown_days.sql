-- Days whose captures may show the articles in scope: on other days than these the marts would know them.
SELECT capture_day FROM refreshed_days
UNION
SELECT capture_day FROM changed_withheld
UNION
SELECT unnest(generate_series(first_captured_date, last_captured_date, INTERVAL 1 DAY))::DATE FROM known_articles
