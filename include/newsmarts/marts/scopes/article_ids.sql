-- Which article each id is of: that of the earliest of all captures that are one article. So an id that readers
-- know stays when a later capture shows another headline.
WITH kept AS (
    SELECT shown.*, coalesce(joined.component::UUID, shown.own_id) AS component
    FROM scope_shown AS shown
    ANTI JOIN meta.withheld USING (capture_day, capture_id)
    LEFT JOIN found_components AS joined ON joined.own_id::UUID = shown.own_id
),
named AS (
    SELECT component, arg_min(own_id, (captured_at, source_path, capture_sha256, capture_id)) AS article_id
    FROM kept
    GROUP BY component
)
SELECT DISTINCT kept.own_id, named.article_id
FROM kept
JOIN named USING (component)
