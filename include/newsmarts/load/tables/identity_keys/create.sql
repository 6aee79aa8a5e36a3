-- One row a valid capture and key that its article is known by, its own id among them: captures that share a
-- key show one article. Keys and ids are 32 hex digits; as UUID a million captures are looked through in
-- a tenth of the time.
CREATE TABLE IF NOT EXISTS warehouse.identity_keys (
    capture_id VARCHAR NOT NULL,
    capture_day DATE NOT NULL,
    own_id UUID NOT NULL,
    identity_key UUID NOT NULL
)
