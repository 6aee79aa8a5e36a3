SELECT
    *,
    md5('article' || article) AS article_id,
    [md5('address' || article)] AS identity_keys,
    'en' AS language,
    article::VARCHAR AS news_id,
    'https://english.almayadeen.net/news/politics/article-' || article AS url,
    'Talks on item ' || article || ' of ' || (article % 977) || ' go on in the capital' AS headline,
    'What happened on day ' || (article % 365) AS standfirst,
    'Al Mayadeen English' AS byline_raw,
    'Al Mayadeen' AS byline,
    CASE article % 4 WHEN 0 THEN 'Agencies' WHEN 1 THEN 'Agencies + Websites' WHEN 2 THEN 'Websites' END AS agency,
    wall_time AS published_local,
    'Asia/Beirut' AS timezone,
    (wall_time - INTERVAL 3 HOUR) AT TIME ZONE 'UTC' AS published_at,
    ['Politics', 'Economy', 'Sports', 'Health', 'Opinion'][1 + article % 5] AS section,
    3 AS read_minutes,
    number % 400 AS share_count,
    'A street' AS image_alt,
    'A street in the capital' AS image_caption,
    array_to_string(list_transform(body, lambda block: block."text"), e'\n\n') AS body_text,
    sha256(article || '/' || edited) AS text_sha256,
    left(body[1]."text", 280) AS excerpt,
    12 * 36 AS word_count,
    length(body_text) AS body_length_chars,
    list_transform(range(5), lambda place: 'Tag ' || (hash(article, place) % 3000)) AS tags,
    [] AS keywords,
    [] AS related_headlines,
    [] AS coverage,
    [] AS metadata_disagreements,
    'al_mayadeen/2021-06-01' AS rule_version
FROM (
    SELECT
        *,
        list_transform(
            range(12),
            lambda place: {
                'kind': 'paragraph',
                'text': array_to_string(
                    list_transform(
                        range(36),
                        lambda word: 'w' || (hash(article, CASE WHEN place = 11 THEN edited ELSE 0 END, place, word) % 20000)
                    ),
                    ' '
                ),
                'items': []::VARCHAR[]
            }
        ) AS body
    FROM numbered
)
ORDER BY number
