-- Headlines that entries print which are written now, each with its number, which takes long to compute.
SELECT publisher, headline, headline_key(publisher, headline) AS headline_key
FROM (SELECT DISTINCT publisher, headline FROM source.warehouse.page_links SEMI JOIN list_days USING (capture_day))
