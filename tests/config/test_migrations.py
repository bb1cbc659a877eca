"""An update in the middle of work: the old code runs on with the new tables for a while."""

from collections.abc import Iterator

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelOptions,
    CreateModel,
    DeleteModel,
    RemoveConstraint,
    RemoveField,
    RemoveIndex,
    RenameField,
    RunPython,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import (
    NOT_PROVIDED,
    BooleanField,
    CharField,
    CheckConstraint,
    DateField,
    Field,
    IntegerField,
    Q,
    UniqueConstraint,
)

APPS = ("catalog", "integrations", "inventory", "orders")
# Without an index old code is slower, and as right as before.
HARMLESS = (AddField, AddIndex, AlterField, AlterModelOptions, CreateModel, RemoveIndex, RunPython)
Step = tuple[str, ProjectState, Operation, ProjectState]


def steps() -> Iterator[Step]:
    """Every operation of ours after the first release's, with the models before it and before its
    migration."""
    loader = MigrationLoader(None)
    plan = loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True)
    state = ProjectState()
    for app, name in plan:
        migration, at_start = loader.graph.nodes[app, name], state.clone()
        for operation in migration.operations:
            before = state.clone()
            operation.state_forwards(app, state)
            if app in APPS and not name.startswith("0001"):
                yield f"{app}.{name}", before, operation, at_start


def problem_of(step: Step) -> str:
    """Why the code of the release before would stumble over it; empty if it would not."""
    name, before, operation, at_start = step
    app = name.partition(".")[0]
    if isinstance(operation, AddConstraint | RemoveConstraint):
        loosens = loosens_a_check(app, operation, at_start)
        return "" if loosens else f"{name}: {operation.describe()}"
    if not isinstance(operation, HARMLESS):
        return f"{name}: {operation.describe()}"
    if isinstance(operation, AddField) and not can_be_left_out(operation.field):
        return f"{name}: {operation.describe()}: old code inserts rows without it"
    if isinstance(operation, AlterField):
        model = before.models[app, operation.model_name_lower]
        if narrows(model.fields[operation.name], operation.field):
            return f"{name}: {operation.describe()}: takes less than before"
    return ""


def loosens_a_check(
    app: str, operation: AddConstraint | RemoveConstraint, at_start: ProjectState
) -> bool:
    """One word more in a list of words, which is taken away and put back under its name.

    Not for a unique constraint: old code may name it where it writes rows that are there already.
    """
    model = at_start.models[app, operation.model_name_lower]
    name = operation.name if isinstance(operation, RemoveConstraint) else operation.constraint.name
    old = next((c for c in model.options.get("constraints", []) if c.name == name), None)
    if not isinstance(old, CheckConstraint):
        return False
    if isinstance(operation, RemoveConstraint):
        return True
    new = operation.constraint
    return isinstance(new, CheckConstraint) and words_of(old) <= words_of(new)


def words_of(check: CheckConstraint) -> set[str]:
    """The words that `one_of` lets a column hold."""
    ((_, words),) = check.condition.children
    return set(words)


def can_be_left_out(field: Field) -> bool:
    """Old code names its columns when it inserts a row: a new one must be filled without it."""
    return bool(field.null) or field.db_default is not NOT_PROVIDED


def narrows(old: Field, new: Field) -> bool:
    shorter = (new.max_length or 0) < (old.max_length or 0)
    return (
        shorter
        or (old.null and not new.null)
        or (new.unique and not old.unique)
        or old.get_internal_type() != new.get_internal_type()
    )


def test_all_of_them_are_looked_at() -> None:
    seen = {name.partition(".")[0] for name, *_ in steps()}
    assert seen == set(APPS)


def test_the_release_before_goes_on_working_with_the_new_tables() -> None:
    assert [problem for step in steps() if (problem := problem_of(step))] == []


@pytest.mark.parametrize(
    "operation",
    [
        RemoveField("order", "note"),
        RenameField("order", "note", "remark"),
        DeleteModel("order"),
        AddField("order", "rush", BooleanField(default=False)),
        AlterField("order", "note", CharField(max_length=10)),
        AlterField("order", "note", CharField(max_length=300, unique=True)),
        AlterField("order", "note", IntegerField()),
        AlterField("order", "wanted_on", DateField()),
        AddConstraint("order", UniqueConstraint(fields=["note"], name="note_once")),
        AddConstraint("order", CheckConstraint(condition=Q(note__in=["a"]), name="new_words")),
        AddConstraint("order", CheckConstraint(condition=Q(note__in=["a"]), name="note_words")),
        RemoveConstraint("order", "note_unique"),
    ],
)
def test_what_the_release_before_would_stumble_over_is_noticed(operation: Operation) -> None:
    assert problem_of(step_of(operation)).startswith("orders.0009_topic: ")


@pytest.mark.parametrize(
    "operation",
    [
        AddField("order", "rush", BooleanField(default=False, db_default=False)),
        AddField("order", "sent_on", DateField(null=True)),
        AlterField("order", "note", CharField(max_length=400)),
        AlterField("order", "note", CharField(max_length=300, null=True)),
        RemoveConstraint("order", "note_words"),
        AddConstraint(
            "order", CheckConstraint(condition=Q(note__in=["a", "b", "c"]), name="note_words")
        ),
        RunPython(RunPython.noop),
    ],
)
def test_what_it_would_not_notice_may_be_done(operation: Operation) -> None:
    assert problem_of(step_of(operation)) == ""


def step_of(operation: Operation) -> Step:
    state = ProjectState()
    fields = [("note", CharField(max_length=300)), ("wanted_on", DateField(null=True))]
    constraints = [
        CheckConstraint(condition=Q(note__in=["a", "b"]), name="note_words"),
        UniqueConstraint(fields=["wanted_on"], name="note_unique"),
    ]
    options = {"constraints": constraints}
    CreateModel("Order", fields, options).state_forwards("orders", state)
    return "orders.0009_topic", state, operation, state
