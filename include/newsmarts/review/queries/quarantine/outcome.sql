-- article_id through JSON: before the first release the table has no such column
SELECT outcome, to_json(captures) ->> 'article_id' AS article_id
FROM marts.captures
WHERE capture_id = $capture_id AND capture_day = $day
