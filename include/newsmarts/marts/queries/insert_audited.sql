INSERT INTO meta.about VALUES ('audited', $fingerprint)
