"""What PostgreSQL keeps beside a product to find it by: computed columns and their indexes.

The model does not know these columns. SQLite has a table of its own, which main.models.search_sqlite
looks after. A later migration that changes the type of name, authors or description must first
drop the columns and add them again at the end: PostgreSQL computes them from those three.
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# lower() and unaccent() hang on a locale and a dictionary, hence are not IMMUTABLE, which an index
# wants. The bodies are parsed now, so a restore with another search_path finds what they mean.
FOLD = """
CREATE FUNCTION booktime_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN trim(regexp_replace(
    lower(unaccent('unaccent'::regdictionary, value)), '[^[:alnum:]]+', ' ', 'g'
));
"""
# "Emma (Penguin Classics)" and "The Hobbit" by what one calls them: "emma", "hobbit".
TITLE = r"""
CREATE FUNCTION booktime_title(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(
    booktime_fold(regexp_replace(name, '(.)\s*\([^()]*\)\s*$', '\1')), '^(the|an|a) (.)', '\2'
);
"""
# As written and stemmed, so that both foreign words and plurals are found; and "d'Urbervilles"
# also as one word.
WORDS = """
CREATE FUNCTION booktime_words(value text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN to_tsvector('simple'::regconfig, booktime_fold(value))
    || to_tsvector('english'::regconfig, booktime_fold(value))
    || CASE WHEN value ~ '[''’]'
        THEN to_tsvector('simple'::regconfig, booktime_fold(translate(value, '''’', '')))
        ELSE ''::tsvector END;
"""
# A tsvector holds a megabyte at most: of a longer text only the beginning is searched. The indexes
# take what is new at once (no fastupdate): a shop is searched far more often than it is filled.
COLUMNS = """
ALTER TABLE main_product
ADD COLUMN search_title text GENERATED ALWAYS AS (booktime_title(name)) STORED,
ADD COLUMN search_text text GENERATED ALWAYS AS (booktime_fold(name || ' ' || authors)) STORED,
ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
    setweight(booktime_words(booktime_title(name)), 'A')
    || setweight(booktime_words(name), 'B')
    || setweight(booktime_words(authors), 'C')
    || setweight(booktime_words(left(description, 20000)), 'D')
) STORED;
CREATE INDEX main_product_search_vector ON main_product
    USING gin (search_vector) WITH (fastupdate = off);
CREATE INDEX main_product_search_text ON main_product
    USING gin (search_text gin_trgm_ops) WITH (fastupdate = off);
"""
# Products that have something like each of the words in name or authors: by trigrams, or as one of
# the word's variants. A function, since only so the operator's threshold can be lowered for one
# query: "tolkein" shares half of its trigrams with "tolkien".
CLOSE = r"""
CREATE FUNCTION booktime_close_products(words text[], variants text[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 50
SET pg_trgm.word_similarity_threshold = 0.45 SET enable_seqscan = off
AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT id FROM main_product WHERE ' || (
        SELECT string_agg(
            format(
                '(%L <%% search_text OR search_text ~ %L)',
                booktime_fold(word),
                '\m(' || replace(booktime_fold(others), ' ', '|') || ')\M'
            ),
            ' AND '
        )
        FROM unnest(words, variants) AS pair (word, others)
    );
END
$$;
"""
REMOVE = """
DROP FUNCTION booktime_close_products(text[], text[]);
ALTER TABLE main_product
    DROP COLUMN search_vector, DROP COLUMN search_text, DROP COLUMN search_title;
DROP FUNCTION booktime_words(text);
DROP FUNCTION booktime_title(text);
DROP FUNCTION booktime_fold(text);
"""


def add_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in (FOLD, TITLE, WORDS, COLUMNS, CLOSE):
            # No parameters, so that % stands for itself.
            schema_editor.execute(statement, params=None)


def remove_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REMOVE, params=None)


class Migration(migrations.Migration):
    dependencies = [("main", "0001_initial")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunPython(add_search, remove_search, elidable=False),
    ]
