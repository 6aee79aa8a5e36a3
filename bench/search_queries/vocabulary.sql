-- 60,000 made-up words, the more frequent the lower their rank: syllables that spell the rank, and some endings.
CREATE OR REPLACE TABLE vocabulary AS
WITH RECURSIVE spelled AS (
    SELECT rank, rank AS rest, '' AS word FROM range(60000) AS ranks(rank)
    UNION ALL
    SELECT rank, rest // 80 AS rest, word || 'bcdfghklmnprstvz'[1 + rest % 16] || 'aeiou'[1 + rest // 16 % 5] AS word
    FROM spelled
    WHERE rest > 0 OR word = ''
)
SELECT rank, word || CASE WHEN rank % 7 = 6 THEN 's' WHEN rank % 11 = 10 THEN 'ing' ELSE '' END AS word
FROM spelled
WHERE rest = 0 AND word <> ''
ORDER BY rank
