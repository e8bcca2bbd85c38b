"""Where each output column of a SELECT comes from: values, and what decides its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlglot import exp

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Origins:
    """values  columns it is made from; a table's id where its rows are counted
    order   columns that decide which row's value it is, through a window"""

    values: frozenset[str] = NOTHING
    order: frozenset[str] = NOTHING

    def __or__(self, other: "Origins") -> "Origins":
        return Origins(self.values | other.values, self.order | other.order)

    @property
    def all(self) -> frozenset[str]:
        return self.values | self.order


def united(found: Iterable[Origins]) -> Origins:
    values: set[str] = set()
    order: set[str] = set()
    for one in found:
        values |= one.values
        order |= one.order
    return Origins(frozenset(values), frozenset(order))


@dataclass(frozen=True)
class Shape:
    """Columns in order, and what decides the rows: tables read, columns of conditions."""

    columns: dict[str, Origins]
    rows: frozenset[str]


@dataclass(frozen=True)
class Traced:
    """A named step, or the model itself."""

    id: str
    name: str
    shape: Shape


Tables = Callable[[str], Shape | None]


def table_shape(id: str, columns: Iterable[str]) -> Shape:
    return Shape({c: Origins(frozenset({f"{id}.{c}"})) for c in columns}, frozenset({id}))


@dataclass
class _Scope:
    """What names mean inside one SELECT. hidden: sources of SEMI and ANTI joins."""

    sources: dict[str, Shape] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    aliases: dict[str, Origins] = field(default_factory=dict)
    parent: "_Scope | None" = None

    @property
    def rows(self) -> frozenset[str]:
        return frozenset().union(*(shape.rows for shape in self.sources.values()))


class Tracer:
    """Traces one model. `steps` fills up with its named steps, `gaps` with what is not found."""

    def __init__(self, model: str, tables: Tables) -> None:
        self.model = model
        self.tables = tables
        self.steps: list[Traced] = []
        self.gaps: list[str] = []

    def trace(self, tree: exp.Query) -> Shape:
        return self._query(tree, {}, None, self.model)

    def _query(
        self, tree: exp.Expr, env: dict[str, Shape], parent: _Scope | None, place: str
    ) -> Shape:
        env = self._named_steps(tree, env, parent, place)
        if isinstance(tree, exp.Subquery):
            return self._query(tree.this, env, parent, place)
        if isinstance(tree, exp.SetOperation):
            return self._set_operation(tree, env, parent, place)
        if isinstance(tree, exp.Select):
            return self._select(tree, env, parent, place)
        self._gap(tree.sql("duckdb"))
        return Shape({}, NOTHING)

    def _named_steps(
        self, tree: exp.Expr, env: dict[str, Shape], parent: _Scope | None, place: str
    ) -> dict[str, Shape]:
        clause = tree.args.get("with_")
        if clause is None:
            return env
        env = dict(env)
        for cte in clause.expressions:
            name, id = cte.alias.lower(), self._new_id(f"{place}/{cte.alias.lower()}")
            names = [column.name.lower() for column in cte.args["alias"].columns]
            if clause.recursive and isinstance(cte.this, exp.SetOperation):
                first = _renamed(self._query(cte.this.left, env, parent, id), names)
                env[name] = table_shape(id, first.columns)
            shape = _renamed(self._query(cte.this, env, parent, id), names)
            self.steps.append(Traced(id, name, shape))
            env[name] = table_shape(id, shape.columns)
        return env

    def _new_id(self, wanted: str) -> str:
        taken = {step.id for step in self.steps}
        id, number = wanted, 2
        while id in taken:
            id, number = f"{wanted}~{number}", number + 1
        return id

    def _set_operation(
        self, tree: exp.SetOperation, env: dict[str, Shape], parent: _Scope | None, place: str
    ) -> Shape:
        left = self._query(tree.left, env, parent, place)
        right = self._query(tree.right, env, parent, place)
        if tree.args.get("by_name"):
            names = dict.fromkeys([*left.columns, *right.columns])
            none = Origins()
            pairs = {n: left.columns.get(n, none) | right.columns.get(n, none) for n in names}
        else:
            if len(left.columns) != len(right.columns):
                self._gap(tree.sql("duckdb")[:80])
            both = zip(left.columns.items(), right.columns.values(), strict=False)
            pairs = {name: one | other for (name, one), other in both}
        rows = left.rows | right.rows
        if tree.args.get("distinct") or not isinstance(tree, exp.Union):
            rows |= united(pairs.values()).all  # equal rows fall together
        return Shape(pairs, rows)

    def _select(
        self, tree: exp.Select, env: dict[str, Shape], parent: _Scope | None, place: str
    ) -> Shape:
        scope = _Scope(parent=parent)
        rows: set[str] = set()
        if tree.args.get("from_"):
            self._add_source(tree.args["from_"].this, scope, env, place)
        for join in tree.args.get("joins") or ():
            rows |= self._join(join, scope, env, place)
        columns = self._projections(tree, scope, env, place)
        rows |= scope.rows
        for clause in ("where", "having", "qualify", "group", "distinct"):
            rows |= self._clause(tree, clause, scope, env, place, columns)
        if tree.args.get("limit") or tree.args.get("offset"):
            rows |= self._clause(tree, "order", scope, env, place, columns)
        return Shape(columns, frozenset(rows))

    def _clause(
        self,
        tree: exp.Select,
        clause: str,
        scope: _Scope,
        env: dict[str, Shape],
        place: str,
        columns: dict[str, Origins],
    ) -> frozenset[str]:
        part = tree.args.get(clause)
        if part is None:
            return NOTHING
        if clause == "distinct" and part.args.get("on") is None:
            return united(columns.values()).all
        found: set[str] = set()
        if clause == "group" and part.args.get("all"):
            named = [p for p in tree.expressions if not p.find(exp.AggFunc)]
            found |= united(self._origins(p, scope, env, place) for p in named).all
        listed = list(columns.values())
        parts = part.expressions or list(part.iter_expressions())
        for one in parts:
            bare = one.this if isinstance(one, exp.Ordered) else one
            if isinstance(bare, exp.Literal) and bare.is_int and clause in ("group", "order"):
                number = int(bare.this)
                found |= listed[number - 1].all if 0 < number <= len(listed) else NOTHING
            else:
                found |= self._origins(bare, scope, env, place).all
        return frozenset(found)

    def _add_source(
        self, tree: exp.Expression, scope: _Scope, env: dict[str, Shape], place: str
    ) -> str:
        """Returns the name it has in the scope."""
        name = tree.alias_or_name.lower() or f"#{len(scope.sources)}"
        alias = tree.args.get("alias")
        given = [column.name.lower() for column in alias.columns] if alias else []
        if isinstance(tree, exp.Table):
            shape = self._table(tree, env)
            for join in tree.args.get("joins") or ():
                scope.sources[name] = _renamed(shape, given)
                self._join(join, scope, env, place)
        elif isinstance(tree, exp.Subquery) and isinstance(tree.this, exp.Table):
            return self._add_source(tree.this, scope, env, place)
        elif isinstance(tree, exp.Subquery | exp.Lateral):
            shape = self._query(tree.this, env, scope, place)
        elif isinstance(tree, exp.Values | exp.Unnest):
            first = tree.expressions[0] if tree.expressions else None
            width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
            made = united(self._origins(e, scope, env, place) for e in tree.expressions)
            names = given or [f"col{at}" for at in range(width)]
            shape = Shape(dict.fromkeys(names, made), made.all)
        else:
            self._gap(tree.sql("duckdb"))
            shape = Shape({}, NOTHING)
        scope.sources[name] = _renamed(shape, given)
        return name

    def _table(self, tree: exp.Table, env: dict[str, Shape]) -> Shape:
        name = tree.name.lower()
        if not tree.db and name in env:
            return env[name]
        full = f"{tree.db.lower()}.{name}" if tree.db else name
        shape = self.tables(full)
        if shape is None:
            self._gap(full)
            return Shape({}, NOTHING)
        return shape

    def _join(
        self, join: exp.Join, scope: _Scope, env: dict[str, Shape], place: str
    ) -> frozenset[str]:
        before = dict(scope.sources)
        name = self._add_source(join.this, scope, env, place)
        if join.kind in ("SEMI", "ANTI"):
            scope.hidden.add(name)
        rows: set[str] = set()
        if join.args.get("on") is not None:
            rows |= self._origins(join.args["on"], scope, env, place).all
        shared = {column.name.lower() for column in join.args.get("using") or ()}
        if join.method == "NATURAL":
            left = {column for shape in before.values() for column in shape.columns}
            shared |= left & set(scope.sources[name].columns)
        for column in shared:
            scope.shared.add(column)
            rows |= self._named(column, scope).all
        return frozenset(rows)

    def _projections(
        self, tree: exp.Select, scope: _Scope, env: dict[str, Shape], place: str
    ) -> dict[str, Origins]:
        columns: dict[str, Origins] = {}
        for part in tree.expressions:
            bare = part.this if isinstance(part, exp.Column) else part
            if isinstance(bare, exp.Star):
                table = part.table.lower() if isinstance(part, exp.Column) else ""
                for name, origins in self._star(bare, table, scope, env, place).items():
                    columns[_free(name, columns)] = origins
                continue
            origins = self._origins(part.unalias(), scope, env, place)
            name = (part.alias_or_name or part.sql("duckdb")).lower()
            columns[_free(name, columns)] = origins
            if isinstance(part, exp.Alias):
                scope.aliases.setdefault(name, origins)
        return columns

    def _star(
        self, star: exp.Star, table: str, scope: _Scope, env: dict[str, Shape], place: str
    ) -> dict[str, Origins]:
        columns: dict[str, Origins] = {}
        wanted = [table] if table else [name for name in scope.sources if name not in scope.hidden]
        for name in wanted:
            if name not in scope.sources:
                self._gap(f"{name}.*")
                continue
            for column, origins in scope.sources[name].columns.items():
                if column in columns and column in scope.shared:
                    columns[column] |= origins
                else:
                    columns[_free(column, columns)] = origins
        for left_out in star.args.get("except_") or ():
            columns.pop(left_out.name.lower(), None)
        for other in star.args.get("replace") or ():
            columns[other.alias.lower()] = self._origins(other.this, scope, env, place)
        for pair in star.args.get("rename") or ():
            old, new = pair.this.name.lower(), pair.alias.lower()
            columns = {(new if name == old else name): o for name, o in columns.items()}
        return columns

    def _origins(
        self, tree: exp.Expression, scope: _Scope, env: dict[str, Shape], place: str
    ) -> Origins:
        if isinstance(tree, exp.Column):
            return self._column(tree, scope)
        if isinstance(tree, exp.Exists):
            return Origins(order=self._query(tree.this, env, scope, place).rows)
        if isinstance(tree, exp.Query):
            shape = self._query(tree, env, scope, place)
            return united(shape.columns.values()) | Origins(order=shape.rows)
        if isinstance(tree, exp.Star):
            return Origins(scope.rows)
        parts = list(tree.iter_expressions())
        if isinstance(tree, exp.Window):
            made = self._origins(tree.this, scope, env, place)
            others = [part for part in parts if part is not tree.this]
            order = united(self._origins(part, scope, env, place) for part in others).all
            return made | Origins(order=order)
        made = united(self._origins(part, scope, env, place) for part in parts)
        if isinstance(tree, exp.AggFunc | exp.RowNumber) and not made.all:
            return Origins(scope.rows)  # count(*), sum(1), row_number(): the rows are the value
        return made

    def _column(self, column: exp.Column, scope: _Scope) -> Origins:
        name, table = column.name.lower(), column.table.lower()
        if not table:
            return self._named(name, scope)
        here: _Scope | None = scope
        while here is not None:
            if table in here.sources:
                found = here.sources[table].columns.get(name)
                if found is not None:
                    return found
                break
            here = here.parent
        self._gap(f"{table}.{name}")
        return Origins()

    def _named(self, name: str, scope: _Scope) -> Origins:
        here: _Scope | None = scope
        while here is not None:
            hits = [s.columns[name] for s in here.sources.values() if name in s.columns]
            if len(hits) > 1 and name not in here.shared:
                self._gap(name)
            if hits:
                return united(hits)
            if name in here.aliases:
                return here.aliases[name]
            here = here.parent
        self._gap(name)
        return Origins()

    def _gap(self, what: str) -> None:
        self.gaps.append(f"{self.model}: {what}")


def _renamed(shape: Shape, names: list[str]) -> Shape:
    """`AS t (a, b)`: the first columns take these names."""
    if not names:
        return shape
    old = list(shape.columns.items())
    new = [*names, *(name for name, _origins in old[len(names) :])]
    return Shape({n: o for n, (_old, o) in zip(new, old, strict=False)}, shape.rows)


def _free(name: str, taken: dict[str, Origins]) -> str:
    """A second column of one name stays apart: in a UNION it counts by its place."""
    while name in taken:
        name += ":1"
    return name
