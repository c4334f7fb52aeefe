"""Formula text to terms, against a closed set of names: nothing else in Python can be reached from a formula."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from patsy import ModelDesc, PatsyError

from .formula_functions import CONTRASTS, FUNCTIONS, NUMPY_NAMES
from .refusal import ModelRefused

ALLOWED_SYNTAX = (
    ast.Expression, ast.Call, ast.Name, ast.Load, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp,
    ast.Attribute, ast.keyword, ast.Tuple, ast.List, ast.operator, ast.unaryop, ast.cmpop, ast.boolop,
)  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """One factor of a formula, e.g. ``route``, ``C(visit)`` or ``upto(sessions, 6)``.

    ``column`` names the data column when the factor is that column and nothing more; ``coded`` is true for
    ``C(...)``, whose contrast, if any, is in ``contrast``.
    """

    code: str
    variables: tuple[str, ...]
    column: str | None
    coded: bool
    contrast: Any = None


@dataclass(frozen=True)
class ParsedFormula:
    """Outcome and right-hand terms; ``expressions`` holds each factor once, keyed by its code."""

    outcome: Expression | None
    terms: tuple[Any, ...]
    expressions: dict[str, Expression]

    def variables(self) -> tuple[str, ...]:
        """Data columns of the right-hand side in the order of first use."""
        names = [name for expression in self.expressions.values() for name in expression.variables]
        return tuple(dict.fromkeys(names))


@lru_cache(maxsize=256)
def parse_model_formula(text: str) -> ParsedFormula:
    """``outcome ~ terms``. Raises ModelRefused when the outcome is missing or a name is not allowed."""
    if "~" not in text:
        raise ModelRefused(
            f"The formula '{text}' has no outcome.", "Write it as 'outcome ~ terms', for example 'change ~ route'."
        )
    left, right = _terms(text)
    if len(left) != 1 or len(left[0].factors) != 1:
        raise ModelRefused(f"The formula '{text}' must have exactly one outcome.", "Put one column left of '~'.")
    outcome = _expression(left[0].factors[0].code)
    if outcome.coded:
        raise ModelRefused("The outcome of a mixed model must be a number.", "Put a numeric column left of '~'.")
    return ParsedFormula(outcome, right, _factor_expressions(right))


@lru_cache(maxsize=256)
def parse_random_formula(text: str) -> ParsedFormula:
    """The random-effects part, e.g. ``1 + sessions``. Raises ModelRefused when it is empty or has an outcome."""
    if "~" in text or "|" in text:
        raise ModelRefused(
            f"The random part '{text}' must hold terms only.",
            "Write it as '1' or '1 + sessions' and name the patient column in groups.",
        )
    _, right = _terms("~ " + text)
    if not right:
        raise ModelRefused("The random part has no terms.", "Write at least '1', a random intercept per patient.")
    return ParsedFormula(None, right, _factor_expressions(right))


def _terms(text: str) -> tuple[list[Any], tuple[Any, ...]]:
    try:
        described = ModelDesc.from_formula(text)
    except (PatsyError, SyntaxError) as error:
        problem = str(error).splitlines()[0]
        raise ModelRefused(f"The formula '{text}' cannot be read: {problem}.", "Correct its spelling.") from error
    return described.lhs_termlist, tuple(described.rhs_termlist)


def _factor_expressions(terms: tuple[Any, ...]) -> dict[str, Expression]:
    return {factor.code: _expression(factor.code) for term in terms for factor in term.factors}


@lru_cache(maxsize=1024)
def _expression(code: str) -> Expression:
    tree = ast.parse(code, mode="eval")
    variables: list[str] = []
    _collect(tree.body, variables, code)
    body = tree.body
    coded = isinstance(body, ast.Call) and isinstance(body.func, ast.Name) and body.func.id == "C"
    if not coded:
        return Expression(code, tuple(dict.fromkeys(variables)), _column_name(body), False)
    assert isinstance(body, ast.Call)
    column = _column_name(body.args[0]) if body.args else None
    if column is None or len(body.args) > 2 or body.keywords:
        raise ModelRefused(
            f"'{code}' cannot be used.", "C() takes a column name and, if wanted, a contrast such as Treatment('IV')."
        )
    contrast = evaluate_code(ast.unparse(body.args[1]), {}) if len(body.args) == 2 else None
    return Expression(code, (column,), column, True, contrast)


def _column_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return _quoted_name(node)


def _quoted_name(node: ast.expr) -> str | None:
    """The column in ``Q("any name")``."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Q"):
        return None
    given = node.args[0] if len(node.args) == 1 else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _collect(node: ast.AST, variables: list[str], code: str) -> None:
    """Append the data columns used below a node; refuse whatever a formula has no business with."""
    if not isinstance(node, ALLOWED_SYNTAX):
        raise _not_allowed(code, type(node).__name__)
    if isinstance(node, ast.Name):
        if node.id != "np" and node.id not in CONTRASTS:
            variables.append(node.id)
        return
    if isinstance(node, ast.Attribute):
        if not (isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in NUMPY_NAMES):
            raise _not_allowed(code, node.attr)
        return
    if isinstance(node, ast.Call):
        _collect_call(node, variables, code)
        return
    for child in ast.iter_child_nodes(node):
        _collect(child, variables, code)


def _collect_call(node: ast.Call, variables: list[str], code: str) -> None:
    quoted = _quoted_name(node)
    if quoted is not None:
        variables.append(quoted)
        return
    _check_function(node.func, code)
    for child in [*node.args, *node.keywords]:
        _collect(child, variables, code)
    if isinstance(node.func, ast.Attribute):
        _collect(node.func, variables, code)


def _check_function(function: ast.expr, code: str) -> None:
    if isinstance(function, ast.Attribute):
        return
    name = function.id if isinstance(function, ast.Name) else type(function).__name__
    if name not in FUNCTIONS and name not in CONTRASTS and name != "C":
        raise _not_allowed(code, name)


def _not_allowed(code: str, what: str) -> ModelRefused:
    return ModelRefused(
        f"'{what}' in '{code}' is not something a formula may use.",
        f"Use columns, C, Q, I, {', '.join(sorted(set(FUNCTIONS) - {'I'}))} and the elementwise functions of np.",
    )


def evaluate_code(code: str, arrays: dict[str, Any]) -> Any:
    """The value of a checked factor. ``Q("name")`` looks the column up; names resolve to the closed set only."""
    names: dict[str, Any] = {**arrays, **FUNCTIONS, **CONTRASTS, "np": np, "Q": arrays.__getitem__}
    # The syntax tree was checked name by name in _collect, and no builtin is in reach.
    return eval(code, {"__builtins__": {}}, names)  # noqa: S307
