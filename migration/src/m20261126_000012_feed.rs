//! The log in the order of its commits, for those who follow it: what appears later has a higher position.
//!
//! A number that is taken before the commit does not order commits. On SQLite there is one writer at a time, so that the
//! order of writing is the order of commits, and a trigger numbers entries as they are written. On PostgreSQL
//! transactions overlap: a trigger notes each new entry in `event_unplaced`, and whoever reads the feed first gives the
//! noted ones, which are those that are committed, their positions, under a lock. Positions have no gaps.

use crate::migration::{
    Migration,
    Step::{Both, Each},
};

const UP: &str = r"
CREATE TABLE event_feed (
    position {long} NOT NULL PRIMARY KEY,
    event_id {uuid} NOT NULL UNIQUE REFERENCES event (id),
    customer_id {uuid},
    partner_id {uuid}
) {strict};
INSERT INTO event_feed (position, event_id, customer_id, partner_id)
    SELECT row_number() OVER (ORDER BY occurred_at, id), id, customer_id, partner_id FROM event;
CREATE INDEX event_feed_of_customer ON event_feed (customer_id, position);
CREATE INDEX event_feed_of_partner ON event_feed (partner_id, position);
";

const SQLITE: &str = r"
CREATE TRIGGER event_gets_its_position AFTER INSERT ON event BEGIN
    INSERT INTO event_feed (position, event_id, customer_id, partner_id)
    VALUES ((SELECT coalesce(max(position), 0) + 1 FROM event_feed), NEW.id, NEW.customer_id, NEW.partner_id);
END;
CREATE TRIGGER event_keeps_its_position BEFORE UPDATE ON event_feed BEGIN
    SELECT RAISE(ABORT, 'copartner: the log is append-only');
END;
CREATE TRIGGER event_never_loses_its_position BEFORE DELETE ON event_feed BEGIN
    SELECT RAISE(ABORT, 'copartner: the log is append-only');
END;
CREATE TRIGGER event_position_is_never_replaced BEFORE INSERT ON event_feed
WHEN EXISTS (SELECT 1 FROM event_feed WHERE position = NEW.position OR event_id = NEW.event_id) BEGIN
    SELECT RAISE(ABORT, 'copartner: the log is append-only');
END;
";

const POSTGRES: &str = r"
CREATE TABLE event_unplaced (
    event_id uuid NOT NULL PRIMARY KEY
);
CREATE FUNCTION note_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_unplaced (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER event_is_noted AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION note_event();
CREATE TRIGGER event_keeps_its_position BEFORE UPDATE OR DELETE ON event_feed
    FOR EACH ROW EXECUTE FUNCTION keep_log();
CREATE TRIGGER event_never_loses_its_position BEFORE TRUNCATE ON event_feed
    FOR EACH STATEMENT EXECUTE FUNCTION keep_log();
";

const SQLITE_DOWN: &str = r"
DROP TRIGGER event_gets_its_position;
DROP TABLE event_feed;
";

const POSTGRES_DOWN: &str = r"
DROP FUNCTION note_event CASCADE;
DROP TABLE event_unplaced;
DROP TABLE event_feed;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN }],
};
