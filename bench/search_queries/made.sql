-- Made-up articles from number $first up to but not $last, 300 a day. The word of rank r is drawn about 1/r times
-- as often as the first, as in any language (Zipf): a headline of 9, a standfirst of 20, a body of 440.
CREATE OR REPLACE TEMP TABLE made AS
WITH drawn AS (
    SELECT
        number,
        list_transform(
            range(469),
            lambda place: floor(pow(60000, (hash(number, place, $edition) % 1000000) / 1000000))::INTEGER
        ) AS ranks
    FROM range($first, $last) AS numbers(number)
),
spelled AS (
    SELECT number, list_transform(ranks, lambda rank: words[rank]) AS words
    FROM drawn, vocabulary
)
SELECT
    number,
    md5('article' || number) AS article_id,
    CASE WHEN number % 5 = 0 THEN 'nour_news' ELSE 'al_mayadeen' END AS publisher,
    'https://example.org/news/' || number AS url,
    array_to_string(words[1:9], ' ') AS headline,
    array_to_string(words[10:29], ' ') AS standfirst,
    array_to_string(list_transform(range(11), lambda part: array_to_string(words[30 + part * 40 : 69 + part * 40], ' ')), e'.\n\n') AS body_text,
    (TIMESTAMP '2015-01-01' + INTERVAL 1 DAY * (number // 300) + INTERVAL 1 MINUTE * (number % 300)) AT TIME ZONE 'UTC' AS published_at,
    published_at::DATE AS capture_day,
    list_transform(range(3), lambda place: 'tag ' || (hash(number, place) % 500)) AS tags,
    sha256(number || '/' || $edition) AS capture_sha256
FROM spelled
