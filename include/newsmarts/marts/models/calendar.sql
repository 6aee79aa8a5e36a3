-- A few thousand rows at most: all of them are written each time.
WITH named AS (
    SELECT min(published_date) AS earliest, max(published_date) AS latest FROM marts.articles
    UNION ALL
    SELECT min(capture_day), max(capture_day) FROM marts.partition_outcomes
),
bounds AS (
    SELECT
        date_trunc('year', min(earliest)) AS earliest,
        date_trunc('year', max(latest)) + INTERVAL 1 YEAR - INTERVAL 1 DAY AS latest
    FROM named
),
dates AS (
    SELECT unnest(generate_series(earliest::TIMESTAMP, latest::TIMESTAMP, INTERVAL 1 DAY))::DATE AS date
    FROM bounds
    WHERE earliest IS NOT NULL
)
SELECT
    date,
    year(date)::BIGINT AS year,
    quarter(date)::BIGINT AS quarter,
    month(date)::BIGINT AS month,
    day(date)::BIGINT AS day,
    date_trunc('month', date)::DATE AS month_start,
    date_trunc('quarter', date)::DATE AS quarter_start,
    date_trunc('week', date)::DATE AS week_start,
    isoyear(date)::BIGINT AS iso_year,
    weekofyear(date)::BIGINT AS iso_week,
    isodow(date)::BIGINT AS weekday,
    dayname(date) AS weekday_name,
    isodow(date) >= 6 AS is_weekend
FROM dates
ORDER BY date
