-- SPDX-License-Identifier: MIT
--
-- The catalog of a cache folder, version 5. schema/README.md says how to change it.
--
-- Times are microseconds of the real clock unless a name says otherwise; dev, ino and sizes
-- are unsigned 64-bit numbers stored as SQLite's signed ones, bit for bit.

PRAGMA user_version = 5;

-- What the folder as a whole remembers.
--   session       counts the daemons that have owned the folder
--   trusted_from  blobs recorded in sessions before this one were followed by an unclean stop:
--                 each is checked by hash at its first open, then its row moves to the session
--                 that checked it. It outlives clean stops, since few blobs are opened in one.
--   clean         1 while nobody owns the folder after an orderly stop
--   turned_bytes  evicted ever: the clock by which uses fade (src/cache/evict.h)
--   limit_bytes   the bound that the last daemon had, for who looks at a stopped folder
--   sweep_dir     directories of blobs below this one have no file that no row names; 256: none has
--   scrub_low     rows whose keys begin with a lower 64-bit number have been checked in this round
--                 of the scrub (bit for bit, big-endian), and so are trusted again
--   scrubbed_usec when the last whole round ended; 0 never
CREATE TABLE meta (
	name  TEXT NOT NULL PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('session', 0), ('trusted_from', 0), ('clean', 1),
	('turned_bytes', 0), ('limit_bytes', 0), ('sweep_dir', 256), ('scrub_low', 0),
	('scrubbed_usec', 0);

-- A variant that was made, or failed to be made. States are those of enum cache_state:
-- 1 present, 2 evicted (size and dimensions stay, so that ls -l needs no encode), 3 failed.
-- WITHOUT ROWID: the key is random and everything is asked by it, so the row lives in its tree.
CREATE TABLE variant (
	key          BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 16),
	state        INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
	session      INTEGER NOT NULL,
	hash         BLOB    NOT NULL CHECK (length(hash) = 16),  -- of the bytes; zeros: failed
	size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
	width        INTEGER NOT NULL,
	height       INTEGER NOT NULL,
	format       INTEGER NOT NULL,                            -- enum format; 0: failed
	quality      INTEGER NOT NULL,                            -- of 1 to 100; 0: it has none
	encode_usec  INTEGER NOT NULL,
	used_usec    INTEGER NOT NULL,
	uses         INTEGER NOT NULL CHECK (uses >= 0),          -- in 1/256, see evict_uses()
	turned_bytes INTEGER NOT NULL,                            -- the clock when they were counted
	shelf        INTEGER NOT NULL CHECK (shelf IN (0, 1)),    -- enum evict_shelf
	rank         INTEGER NOT NULL CHECK (rank >= 0),          -- evict_rank(): lowest goes first
	expires_usec INTEGER NOT NULL,                            -- failed: when it is forgotten
	error        INTEGER NOT NULL CHECK ((error > 0) = (state = 3)),
	reason       TEXT    NOT NULL,
	-- What the key was made of, so that a person can name what is to be dropped. A key has only
	-- one, so they stay with the row.
	content      BLOB    CHECK (content IS NULL OR length(content) = 16),
	view         TEXT
) STRICT, WITHOUT ROWID;

-- Serves the choice of victims in order, ties by key, without a look at the rows, and the sums
-- at start.
-- (SQLite 3.40 takes a partial index for covering only if it holds the column of its own WHERE.)
CREATE INDEX variant_present ON variant (shelf, rank, key, size_bytes, state) WHERE state = 1;

-- Serves the trim of rows without bytes, oldest first, and their count.
CREATE INDEX variant_absent ON variant (used_usec, state) WHERE state <> 1;

-- Serves all that is known of one picture.
CREATE INDEX variant_content ON variant (content) WHERE content IS NOT NULL;

-- What is present, by shelf: 0 on probation, 1 kept. `age` is the rank of the last one that went
-- (GreedyDual's L). Sums are kept by the triggers below, inside whatever transaction changes a
-- row, so they cannot drift from it; a start compares them, and calls a difference damage.
CREATE TABLE shelf (
	shelf   INTEGER NOT NULL PRIMARY KEY CHECK (shelf IN (0, 1)),
	age     INTEGER NOT NULL CHECK (age >= 0),
	bytes   INTEGER NOT NULL CHECK (bytes >= 0),
	entries INTEGER NOT NULL CHECK (entries >= 0)
) STRICT;

INSERT INTO shelf (shelf, age, bytes, entries) VALUES (0, 0, 0, 0), (1, 0, 0, 0);

CREATE TRIGGER variant_comes AFTER INSERT ON variant WHEN NEW.state = 1 BEGIN
	UPDATE shelf SET bytes = bytes + NEW.size_bytes, entries = entries + 1
		WHERE shelf = NEW.shelf;
END;

CREATE TRIGGER variant_goes AFTER DELETE ON variant WHEN OLD.state = 1 BEGIN
	UPDATE shelf SET bytes = bytes - OLD.size_bytes, entries = entries - 1
		WHERE shelf = OLD.shelf;
END;

CREATE TRIGGER variant_leaves AFTER UPDATE ON variant WHEN OLD.state = 1 BEGIN
	UPDATE shelf SET bytes = bytes - OLD.size_bytes, entries = entries - 1
		WHERE shelf = OLD.shelf;
END;

CREATE TRIGGER variant_enters AFTER UPDATE ON variant WHEN NEW.state = 1 BEGIN
	UPDATE shelf SET bytes = bytes + NEW.size_bytes, entries = entries + 1
		WHERE shelf = NEW.shelf;
END;

-- Content hashes of sources, so that an unchanged picture is never read only to be recognised.
-- One row per file: a new version replaces the old one.
CREATE TABLE source (
	dev         INTEGER NOT NULL,
	ino         INTEGER NOT NULL,
	btime_ns    INTEGER NOT NULL,
	size_bytes  INTEGER NOT NULL,
	mtime_ns    INTEGER NOT NULL,
	ctime_ns    INTEGER NOT NULL,
	content     BLOB    NOT NULL CHECK (length(content) = 16),
	learnt_usec INTEGER NOT NULL,
	PRIMARY KEY (dev, ino)
) STRICT, WITHOUT ROWID;

-- Serves the trim, oldest first, and the count.
CREATE INDEX source_by_age ON source (learnt_usec);
