SELECT label, articles FROM marts.tags ORDER BY articles DESC, tag LIMIT 25
