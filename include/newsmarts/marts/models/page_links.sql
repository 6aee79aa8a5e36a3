SELECT
    links.capture_id,
    links.capture_day,
    links.captured_at,
    links.publisher,
    links.list_name,
    links.position,
    links.headline,
    links.caption,
    links.section,
    links.published_on,
    (md5_number_lower(concat_ws(chr(31), links.publisher, trim(regexp_replace(lower(links.headline), '[^\p{L}\p{N}]+', ' ', 'g')))) >> 1)::BIGINT AS headline_key,
    known.article_id
FROM source.warehouse.page_links AS links
ANTI JOIN meta.withheld USING (capture_day, capture_id)
LEFT JOIN link_articles AS known ON known.headline_key = (md5_number_lower(concat_ws(chr(31), links.publisher, trim(regexp_replace(lower(links.headline), '[^\p{L}\p{N}]+', ' ', 'g')))) >> 1)::BIGINT
WHERE links.capture_day IN (SELECT capture_day FROM refreshed_days)
    OR links.capture_id IN (SELECT capture_id FROM changed_withheld)
ORDER BY links.captured_at, links.capture_id, links.list_name, links.position
