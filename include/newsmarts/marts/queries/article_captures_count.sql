SELECT count(*) FROM source.warehouse.article_captures
