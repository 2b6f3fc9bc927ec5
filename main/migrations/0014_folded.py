"""Texts folded to be found by, written by the shop's code; and what PostgreSQL keeps beside them.

The release before writes rows without them, and 0002's columns stay for it. A row whose texts have
changed since they were folded has NULL, and the backfill folds it (main.actions.folding).
"""

from django.db import migrations

from main.models.folded_text import FoldedField, NameField
from main.models.search_words import BookWordsField

SOURCES = {
    "address": ["name"],
    "cannedreply": ["name", "text"],
    "order": ["billing_name", "shipping_name"],
    "producttag": ["name"],
    "user": ["first_name", "last_name"],
}
FIELDS = {model: FoldedField for model in SOURCES} | {"user": NameField}
# Too many rows to read them all for each search.
MANY = ["address", "order", "user"]
UNFOLD = """
CREATE FUNCTION booktime_unfold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.folded := NULL;
    RETURN NEW;
END
$$;
"""
# As main.models.folded_text.digest_of makes it.
DIGEST = r"left(md5({}), 8)"
UNFOLD_STALE = """
CREATE TRIGGER main_{model}_unfold BEFORE INSERT OR UPDATE OF {columns}, folded ON main_{model}
FOR EACH ROW WHEN (left(NEW.folded, 8) <> {digest}) EXECUTE FUNCTION booktime_unfold();
"""
INDEXES = """
CREATE INDEX main_{model}_folded ON main_{model} USING gin (folded gin_trgm_ops);
CREATE INDEX main_{model}_unfolded ON main_{model} (id) WHERE folded IS NULL;
"""
# Words as they are, and their English stems. A word that is cast is not parsed, so that what is one
# word does not hang on the locale.
LEXEMES = """
CREATE FUNCTION booktime_lexemes(words text, weight text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN coalesce((
    SELECT string_agg('''' || word || ''':' || least(place, 16383) || weight, ' ')
    FROM unnest(string_to_array(words, ' ')) WITH ORDINALITY AS each (word, place)
), '')::tsvector || setweight(to_tsvector('english'::regconfig, words), weight::"char");
"""
# Of the words only the digest stays in `folded`: they are in the index.
INDEX_BOOK = """
CREATE FUNCTION booktime_index_book() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    digest text := {digest};
    lines text[] := string_to_array(NEW.folded, chr(10));
BEGIN
    -- It will conflict, and come again as an update: only then is anything to be done.
    IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM main_product WHERE id = NEW.id) THEN
        RETURN NEW;
    END IF;
    IF lines[1] = digest THEN
        NEW.folded := digest;
        IF TG_OP = 'UPDATE' AND OLD.folded = digest THEN
            RETURN NEW;
        END IF;
    END IF;
    IF lines[1] = digest AND cardinality(lines) = 5 THEN
        NEW.folded_title := lines[2];
        NEW.folded_text := lines[3] || ' ' || lines[4];
        NEW.folded_words := booktime_lexemes(lines[2], 'A') || booktime_lexemes(lines[3], 'B')
            || booktime_lexemes(lines[4], 'C') || booktime_lexemes(lines[5], 'D');
    ELSE
        NEW.folded := NULL;
        NEW.folded_title := NULL;
        NEW.folded_text := NULL;
        NEW.folded_words := NULL;
    END IF;
    RETURN NEW;
END
$$;
"""
BOOKS = """
ALTER TABLE main_product
    ADD COLUMN folded_title text, ADD COLUMN folded_text text, ADD COLUMN folded_words tsvector;
CREATE INDEX main_product_folded_words ON main_product
    USING gin (folded_words) WITH (fastupdate = off);
CREATE INDEX main_product_folded_text ON main_product
    USING gin (folded_text gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX main_product_unfolded ON main_product (id) WHERE folded IS NULL;
CREATE TRIGGER main_product_index
BEFORE INSERT OR UPDATE OF name, authors, description, folded ON main_product
FOR EACH ROW EXECUTE FUNCTION booktime_index_book();
"""
# As 0002's booktime_close_products, which see; the words come folded.
RESEMBLING = r"""
CREATE FUNCTION booktime_resembling(words text[], variants text[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 50
SET pg_trgm.word_similarity_threshold = 0.45 SET enable_seqscan = off
AS $$
DECLARE
    close text := (
        SELECT string_agg(
            format('(%L <%% %%1$s OR %%1$s ~ %L)', word, '\m(' || replace(others, ' ', '|') || ')\M'),
            ' AND '
        )
        FROM unnest(words, variants) AS pair (word, others)
    );
BEGIN
    RETURN QUERY EXECUTE
        'SELECT id FROM main_product WHERE ' || replace(close, '%1$s', 'folded_text')
        || ' UNION ALL SELECT id FROM main_product WHERE folded IS NULL AND '
        || replace(close, '%1$s', 'search_text');
END
$$;
"""
REMOVE_BOOKS = """
DROP FUNCTION booktime_resembling(text[], text[]);
DROP TRIGGER main_product_index ON main_product;
ALTER TABLE main_product
    DROP COLUMN folded_words, DROP COLUMN folded_text, DROP COLUMN folded_title;
DROP INDEX main_product_unfolded;
DROP FUNCTION booktime_index_book();
DROP FUNCTION booktime_lexemes(text, text);
"""


def digest_of(names: list[str]) -> str:
    return DIGEST.format(" || chr(10) || ".join(f"NEW.{name}" for name in names))


def add_to_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    statements = [UNFOLD]
    for model, columns in SOURCES.items():
        named = {"model": model, "columns": ", ".join(columns), "digest": digest_of(columns)}
        statements.append(UNFOLD_STALE.format(**named))
    statements += [INDEXES.format(model=model) for model in MANY]
    book = digest_of(["name", "authors", "description"])
    statements += [LEXEMES, INDEX_BOOK.format(digest=book), BOOKS, RESEMBLING]
    for statement in statements:
        # No parameters, so that % stands for itself.
        schema_editor.execute(statement, params=None)


def remove_from_postgresql(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(REMOVE_BOOKS, params=None)
    for model in MANY:
        schema_editor.execute(f"DROP INDEX main_{model}_folded, main_{model}_unfolded;")
    for model in SOURCES:
        schema_editor.execute(f"DROP TRIGGER main_{model}_unfold ON main_{model};")
    schema_editor.execute("DROP FUNCTION booktime_unfold();")


class Migration(migrations.Migration):
    dependencies = [("main", "0013_guests_by_address")]

    operations = [
        *(
            migrations.AddField(model, "folded", FIELDS[model](sources=sources))
            for model, sources in SOURCES.items()
        ),
        migrations.AddField(
            "product", "folded", BookWordsField(sources=["name", "authors", "description"])
        ),
        migrations.RunPython(add_to_postgresql, remove_from_postgresql, elidable=False),
    ]
