-- Which article each id is of: that of the earliest of all captures that are one article. So an id that readers
-- know stays when a later capture shows another headline.
CREATE OR REPLACE TEMP TABLE article_ids AS
WITH shown AS (
    SELECT
        said.own_id,
        coalesce(joined.component::UUID, said.own_id) AS component,
        said.captured_at,
        said.source_path,
        said.capture_sha256,
        said.capture_id
    FROM source.warehouse.article_captures AS said
    SEMI JOIN scope_articles USING (own_id)
    ANTI JOIN meta.withheld USING (capture_day, capture_id)
    LEFT JOIN found_components AS joined ON joined.own_id::UUID = said.own_id
),
named AS (
    SELECT component, arg_min(own_id, (captured_at, source_path, capture_sha256, capture_id)) AS article_id
    FROM shown
    GROUP BY component
)
SELECT DISTINCT shown.own_id, named.article_id
FROM shown
JOIN named USING (component)
