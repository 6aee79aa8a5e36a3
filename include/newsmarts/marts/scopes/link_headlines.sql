-- Headlines that entries print which are written now, each with its number, which takes long to compute.
SELECT publisher, headline, headline_key(publisher, headline) AS headline_key
FROM (
    SELECT publisher, headline FROM source.warehouse.page_links SEMI JOIN refreshed_days USING (capture_day)
    UNION
    SELECT publisher, headline FROM source.warehouse.page_links SEMI JOIN changed_withheld USING (capture_day, capture_id)
)
