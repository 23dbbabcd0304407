"""Reads `ledger.db` (docs/ledger-format.md, section 8): its tables as they are, and what is wrong with the file itself."""
import os
import sqlite3

TABLES = {
    'entries': [('seq', 'INTEGER'), ('leaf', 'BLOB'), ('bytes', 'BLOB')],
    'checkpoints': [('size', 'INTEGER'), ('note', 'BLOB')],
    'openings': [('commitment', 'BLOB'), ('salt', 'BLOB'), ('value', 'BLOB')],
    'blobs': [('sha256', 'BLOB'), ('bytes', 'BLOB')],
    'side': [('fold', 'TEXT'), ('id', 'TEXT'), ('row', 'BLOB')],
}


class Source:
    """Rows of each table, in order of their key, and `flaws`: (rule, sentence) of what is wrong with the file."""

    def __init__(self, path):
        self.flaws = []
        db = sqlite3.connect('file:%s?mode=ro' % path.replace('?', '%3f').replace('#', '%23'), uri=True)
        try:
            def one(pragma):
                return db.execute('PRAGMA ' + pragma).fetchone()[0]
            head = one('application_id'), one('user_version'), one('encoding')
            self.flaw(head == (0x6B797274, 1, 'UTF-8'), 'file', 'it does not say that it is a ledger of version 1: %r' % (head,))
            # Where a log of writes lies beside it, the file is not all there is yet.
            whole = os.path.exists(path + '-wal') or os.path.getsize(path) == one('page_count') * one('page_size')
            self.flaw(whole, 'file', 'bytes follow its last page')
            self.flaw(one('integrity_check') == 'ok', 'file', 'SQLite finds it damaged')
            there = {name: strict for _, name, kind, _, _, strict in db.execute('PRAGMA table_list')
                     if kind == 'table' and not name.startswith('sqlite_')}
            self.flaw(there == dict.fromkeys(TABLES, 1), 'file', 'its tables are %s' % sorted(there))
            for table, columns in TABLES.items():
                found = [(name, kind) for _, name, kind, *_ in db.execute('PRAGMA table_info(%s)' % table)]
                self.flaw(found == columns, 'file', 'the columns of %s are others' % table)
            self.entries = list(db.execute('SELECT seq, leaf, bytes FROM entries ORDER BY seq'))
            self.checkpoints = dict(db.execute('SELECT size, note FROM checkpoints ORDER BY size'))
            self.openings = {name: (salt, value) for name, salt, value in db.execute('SELECT commitment, salt, value FROM openings')}
            self.blobs = dict(db.execute('SELECT sha256, bytes FROM blobs'))
        finally:
            db.close()
        for at, (seq, _, _) in enumerate(self.entries):
            self.flaw(seq == at, 'seq', 'a row of entries has the number %d, and stands at %d' % (seq, at))
        for size in self.checkpoints:
            self.flaw(0 < size <= len(self.entries), 'checkpoint', 'a checkpoint of size %d, which the ledger has not' % size)

    def flaw(self, kept, rule, sentence):
        if not kept and (rule, sentence) not in self.flaws:
            self.flaws.append((rule, sentence))
