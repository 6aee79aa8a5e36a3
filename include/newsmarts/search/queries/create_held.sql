-- What the index holds of each article. No stamp: an update that was stopped may have changed it or not.
CREATE TABLE held.articles (article_id VARCHAR NOT NULL, stamp UBIGINT, content UBIGINT)
