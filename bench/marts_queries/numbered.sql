-- Made-up captures, so many a day, from day $first (0 is 2015-01-01) up to but not $last.
CREATE OR REPLACE TEMP TABLE numbered AS
SELECT
    number,
    $per_day AS per_day,
    (number // $per_day) * $per_day AS first_of_day,
    DATE '2015-01-01' + (number // $per_day)::INTEGER AS capture_day,
    capture_day::TIMESTAMP + INTERVAL 1 MINUTE * (number % $per_day) AS wall_time,
    wall_time AT TIME ZONE 'UTC' AS captured_at,
    md5('capture' || number) AS capture_id,
    sha256('bytes' || number) AS capture_sha256,
    'inbox' AS feed,
    capture_day || '/' || number || '.html' AS source_path,
    CASE WHEN number % 5 = 0 THEN 'nour_news' ELSE 'al_mayadeen' END AS publisher,
    -- one capture in ten shows an article again, a third of these with another text
    CASE WHEN number % 10 = 7 THEN number - 5 ELSE number END AS article,
    CASE WHEN number % 30 = 7 THEN 1 ELSE 0 END AS edited
FROM range($first * $per_day, $last * $per_day) AS numbers(number)
