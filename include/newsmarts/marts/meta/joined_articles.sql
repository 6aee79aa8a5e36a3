CREATE TABLE meta.joined_articles (own_id UUID, article_id UUID)
