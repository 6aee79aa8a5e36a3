SELECT revision, headline, standfirst, body_text, valid_from, valid_to, captures, word_count, is_latest, "change"
FROM marts.article_revisions
WHERE article_id = $article_id
ORDER BY revision
