SELECT count(*)::BIGINT FROM held.articles
