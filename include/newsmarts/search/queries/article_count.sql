SELECT count(*)::BIGINT FROM news.marts.articles
