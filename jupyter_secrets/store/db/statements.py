"""Statements that every call runs: compiled once, and run by the database's own driver.

Where a call is one small transaction, what SQLAlchemy does around a statement costs several times
what the database does in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update


class CompiledStatement:
    """A statement with named parameters. Rows have their columns as attributes."""

    def __init__(self, statement: Select[Any] | Insert | Update) -> None:
        self._statement = statement
        self._compiled: dict[str, _ForDialect] = {}

    def execute(self, connection: Connection, parameters: Mapping[str, object]) -> None:
        """Run it in the transaction that is open; raises the driver's own errors."""
        self._on(connection).run(connection, parameters)

    def first(self, connection: Connection, parameters: Mapping[str, object]) -> Any:
        """Run it, and return the first row that it finds, or None."""
        compiled = self._on(connection)
        row = compiled.run(connection, parameters)
        return None if row is None else compiled.named(row)

    def _on(self, connection: Connection) -> _ForDialect:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _ForDialect(self._statement, dialect)
        return compiled


class _ForDialect:
    """A statement in the words of one database."""

    def __init__(self, statement: Select[Any] | Insert | Update, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._order = compiled.positiontup
        self._finds_rows = isinstance(statement, Select)
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        self._row = make_dataclass("Row", [column.name for column in columns], slots=True)
        implementations = [column.type.dialect_impl(dialect) for column in columns]
        processors = [kind.result_processor(dialect, None) for kind in implementations]
        self._processors = [
            (index, processor) for index, processor in enumerate(processors) if processor
        ]

    def run(self, connection: Connection, parameters: Mapping[str, object]) -> Any:
        """Run it, and return the first row, if it is one that finds rows."""
        arguments = (
            parameters if self._order is None else [parameters[name] for name in self._order]
        )
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._text, arguments)
            return cursor.fetchone() if self._finds_rows else None
        finally:
            cursor.close()  # kept by a traceback, it would keep its lock on the file

    def named(self, row: tuple[object, ...]) -> Any:
        values = list(row)
        for index, process in self._processors:
            values[index] = process(values[index])
        return self._row(*values)
