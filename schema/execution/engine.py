"""Executes operations, and subscriptions once for each group of like subscribers.

One way in for HTTP and WebSocket: prepare the document, execute it with graphql-core, and format
the result so that a refusal shows its code and a fault shows nothing but a reference.
"""

from __future__ import annotations

import secrets
import time
import traceback
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from pathlib import PurePath
from typing import Any, cast

import orjson
import structlog
from graphql import (
    ExecutionResult,
    Executor,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_subscription_event,
    get_argument_values,
)
from graphql.language import VariableNode

from domain.errors import Refusal, database_unavailable
from domain.identity.accounts import Principal
from domain.live.events import EventEnvelope
from realtime.group import Render
from schema.context import Context, Services
from schema.execution.documents import (
    DocumentCache,
    PreparedDocument,
    hash_document,
    is_subscription,
)
from schema.execution.leaf_executor import LeafExecutor
from schema.execution.operation_counts import (
    OperationKind,
    OperationMetrics,
    OperationOutcome,
    classify_errors,
)
from schema.execution.persisted_documents import (
    TrustedDocuments,
    digest_mismatch,
    document_not_trusted,
    persisted_query_not_found,
)
from schema.execution.redaction import redact_message
from schema.live.subscriptions import SUBSCRIPTION_SOURCES, SubscriptionSource
from schema.root import SCHEMA
from storage.mongo.errors import StorageError, StorageUnavailable

BAD_REQUEST = "BAD_REQUEST"
"""The code of what is wrong with a document or its variables."""

_log = structlog.get_logger(__name__)


class RequestInvalid(Exception):
    """The document cannot be executed at all: ``errors`` say why (GraphQL spec, section 7.1.2)."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = [format_error(error) for error in errors]


@dataclass(frozen=True, kw_only=True)
class GraphQLRequest:
    """One operation as it came in: ``query`` is empty when only its ``sha256`` was sent."""

    query: str
    sha256: str | None = None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class AdmittedSubscription:
    """An admitted subscription: which group it belongs to, and how that group renders events."""

    source: SubscriptionSource
    group_key: Hashable
    render: Render


class Engine:
    """Executes what is sent to the schema of one process; with ``trusted``, only such documents."""

    def __init__(self, services: Services, *, trusted: TrustedDocuments | None = None) -> None:
        self.services = services
        self._trusted = trusted
        self._schema: GraphQLSchema = SCHEMA._schema  # noqa: SLF001 - Strawberry has no other way to it
        self.documents = DocumentCache(self._schema)
        self.operation_metrics = OperationMetrics()

    def prepare(self, request: GraphQLRequest) -> tuple[PreparedDocument, OperationDefinitionNode]:
        """The document and its operation.

        :raises RequestInvalid: it cannot be parsed, is not valid, too large, not trusted, or
            names no operation.
        """
        began = time.perf_counter()
        try:
            return self._prepare_document(request)
        except RequestInvalid:
            self.operation_metrics.record(OperationKind.UNKNOWN, OperationOutcome.INVALID, began)
            raise

    def _prepare_document(
        self, request: GraphQLRequest
    ) -> tuple[PreparedDocument, OperationDefinitionNode]:
        prepared = self.documents.prepare(self._resolve_text(request))
        if prepared.errors:
            raise RequestInvalid(*prepared.errors)
        operation = prepared.find_operation(request.operation_name)
        if operation is None:
            raise RequestInvalid(GraphQLError("Name one operation of the document."))
        return prepared, operation

    def _resolve_text(self, request: GraphQLRequest) -> str:
        """The text of the document.

        :raises RequestInvalid: it is not trusted, or not known by its digest.
        """
        trusted, sha256 = self._trusted, request.sha256
        if not request.query:
            known = trusted.by_digest(sha256) if trusted and sha256 else None
            if known is None:
                raise RequestInvalid(persisted_query_not_found())
            return known
        if trusted is not None and request.query not in trusted:
            raise RequestInvalid(document_not_trusted())
        if sha256 is not None and hash_document(request.query) != sha256:
            raise RequestInvalid(digest_mismatch())
        return request.query

    async def execute(self, request: GraphQLRequest, context: Context) -> bytes:
        """Execute a query or mutation; the result as JSON.

        :raises RequestInvalid: nothing could be executed.
        """
        began = time.perf_counter()
        prepared, operation = self.prepare(request)
        kind = OperationKind(operation.operation.value)
        try:
            result = await self._execute_operation(prepared, operation, request, context)
        except RequestInvalid:
            self.operation_metrics.record(kind, OperationOutcome.INVALID, began)
            raise
        self.operation_metrics.record(kind, classify_errors(result.errors), began)
        return encode_result(result)

    async def _execute_operation(
        self,
        prepared: PreparedDocument,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        context: Context,
    ) -> ExecutionResult:
        if is_subscription(operation):
            raise RequestInvalid(
                GraphQLError("Subscribe over WebSocket, subprotocol graphql-transport-ws.")
            )
        result = self._build_executor(prepared, request, context).execute_operation()
        # This executor knows no @defer: it has one result.
        return cast("ExecutionResult", await result if isawaitable(result) else result)

    async def subscribe(
        self, request: GraphQLRequest, principal: Principal | None
    ) -> AdmittedSubscription:
        """Admit a subscriber.

        :raises RequestInvalid: nothing could be executed, or the caller is refused.
        """
        began = time.perf_counter()
        outcome = OperationOutcome.FAULT
        try:
            joining = await self._admit_subscription(request, principal)
            outcome = OperationOutcome.OK
        except RequestInvalid as invalid:
            is_broken = invalid.errors[0]["extensions"]["code"] == BAD_REQUEST
            outcome = OperationOutcome.INVALID if is_broken else OperationOutcome.REFUSED
            raise
        finally:
            self.operation_metrics.record(OperationKind.SUBSCRIPTION, outcome, began)
        return joining

    async def _admit_subscription(
        self, request: GraphQLRequest, principal: Principal | None
    ) -> AdmittedSubscription:
        prepared, operation = self.prepare(request)
        context = Context(self.services, principal)
        executor = self._build_executor(prepared, request, context)
        root = _root_field(operation)
        following = await self._resolve_source(executor, root, context)
        uses = prepared.variable_uses[operation.name.value if operation.name else ""]
        kept = _drop_cursor_variable(
            root, _keep_declared_variables(operation, request.variables or {}), uses
        )
        key = (
            prepared.sha256,
            request.operation_name,
            orjson.dumps(kept, option=orjson.OPT_SORT_KEYS),
            following.audience,
        )
        return AdmittedSubscription(
            source=following,
            group_key=key,
            # The first member's cursor stays in: nothing but its admission looks at it.
            render=self._build_renderer(executor, following),
        )

    def _build_executor(
        self, prepared: PreparedDocument, request: GraphQLRequest, context: Context
    ) -> Executor[Any]:
        """What executes the operation.

        :raises RequestInvalid: a variable is missing or of another type.
        """
        assert prepared.document is not None  # it is valid
        executor = LeafExecutor.build(
            self._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(request.variables or {}),
            operation_name=request.operation_name,
            hide_suggestions=True,
        )
        if isinstance(executor, list):
            raise RequestInvalid(*executor)
        return executor

    async def _resolve_source(
        self, executor: Executor[Any], root: FieldNode, context: Context
    ) -> SubscriptionSource:
        subscription = self._schema.subscription_type
        assert subscription is not None  # this schema has one
        name = root.name.value
        try:
            arguments = get_argument_values(
                subscription.fields[name], root, executor.variable_values
            )
            return await SUBSCRIPTION_SOURCES[name](context, arguments)
        except (GraphQLError, Refusal, StorageError) as error:
            raise RequestInvalid(_to_graphql_error(error, root)) from None

    def _build_renderer(self, template: Executor[Any], following: SubscriptionSource) -> Render:
        """Execute the selection for an event, as somebody of this audience would see it."""

        async def render(placed: EventEnvelope) -> bytes:
            began = time.perf_counter()
            try:
                executor = template.build_per_event_executor(following.build_event(placed))
                # Loaders of their own for each event: what they hold must not outlive it.
                executor.context_value = Context(self.services, following.principal)
                result = execute_subscription_event(executor)
                executed = await result if isawaitable(result) else result
                encoded = encode_result(executed)
            except Exception as error:  # noqa: BLE001 - a group must go on whatever one event does
                executed = ExecutionResult(None, [_to_graphql_error(error, None)])
                encoded = encode_result(executed)
            self.operation_metrics.record(
                OperationKind.EVENT, classify_errors(executed.errors), began
            )
            return encoded

        return render


def _root_field(operation: OperationDefinitionNode) -> FieldNode:
    """The one field of a subscription.

    :raises RequestInvalid: it is not a plain field: fragments at the root are not shared.
    """
    selections = operation.selection_set.selections
    if not is_subscription(operation):
        raise RequestInvalid(GraphQLError("This is not a subscription.", operation))
    if len(selections) != 1 or not isinstance(selections[0], FieldNode):
        raise RequestInvalid(GraphQLError("Subscribe to one plain field at the root.", operation))
    return selections[0]


def _keep_declared_variables(
    operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The variables that the operation knows: others, whatever they hold, have no effect."""
    names = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    return {name: value for name, value in given.items() if name in names}


def _drop_cursor_variable(
    root: FieldNode, variables: dict[str, Any], uses: Mapping[str, int]
) -> dict[str, Any]:
    """The variables without that of ``after``, if it stands nowhere else but in its definition."""
    for argument in root.arguments or ():
        if argument.name.value == "after" and isinstance(argument.value, VariableNode):
            name = argument.value.name.value
            if uses[name] == 2:
                return {key: value for key, value in variables.items() if key != name}
    return variables


def _to_graphql_error(error: Exception, root: FieldNode | None) -> GraphQLError:
    if isinstance(error, GraphQLError):
        return error
    return GraphQLError(str(error), root, original_error=error)


def format_refusal(error: Exception) -> list[dict[str, Any]]:
    """The errors of an operation that could not be begun."""
    return [format_error(_to_graphql_error(error, None))]


def encode_result(result: ExecutionResult) -> bytes:
    """An execution result as JSON, its errors formatted for the caller."""
    response: dict[str, Any] = {"data": result.data}
    if result.errors:
        response["errors"] = [format_error(error) for error in result.errors]
    return orjson.dumps(response)


def format_error(error: GraphQLError) -> dict[str, Any]:
    """What the caller is shown of an error: a fault of ours is logged and shown by reference."""
    formatted: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        formatted["message"] = redact_message(error.message)
        formatted.setdefault("extensions", {"code": BAD_REQUEST})
        return formatted
    if isinstance(cause, StorageUnavailable):
        cause = database_unavailable()
    if isinstance(cause, Refusal):
        formatted["message"] = cause.message
        formatted["extensions"] = {"code": cause.code, "field": cause.field}
        return formatted
    reference = secrets.token_hex(4)
    _log.error(
        "fault",
        reference=reference,
        error=type(cause).__name__,
        at=[
            f"{PurePath(frame.filename).name}:{frame.lineno}"
            for frame in traceback.extract_tb(cause.__traceback__)[-4:]
        ],
    )
    formatted["message"] = f"Something went wrong on our side. Reference: {reference}"
    formatted["extensions"] = {"code": "INTERNAL", "reference": reference}
    return formatted
