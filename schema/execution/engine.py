"""The engine executes operations, and each event once per group of identical subscriptions.

HTTP and WebSocket both use it: it prepares the document, executes it with graphql-core and encodes
the result.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, cast

import orjson
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

from domain.live.events import EventEnvelope
from domain.refusals import Refusal
from realtime.subscription_group import Render
from schema.context import Context, Services
from schema.execution.documents import (
    DocumentCache,
    DocumentLimits,
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
    NO_DOCUMENTS,
    TrustedDocuments,
    digest_mismatch,
    document_not_trusted,
    persisted_query_not_found,
)
from schema.execution.redaction import RequestError
from schema.execution.results import (
    BAD_REQUEST,
    RequestInvalid,
    encode_result,
    find_retry_after,
    to_graphql_error,
)
from schema.execution.subscription_group_key import (
    drop_cursor_variable,
    find_root_field,
    keep_declared_variables,
)
from schema.live.subscriptions import SUBSCRIPTION_SOURCES, OwnRoomSource, SubscriptionSource
from schema.root import SCHEMA
from storage.mongo.errors import StorageError


@dataclass(frozen=True, kw_only=True)
class GraphQLRequest:
    """One request of a client; ``query`` is empty when the client sent only its ``sha256``."""

    query: str
    sha256: str | None = None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class AdmittedSubscription:
    """A subscription that may begin: its source, its group, and how events are rendered."""

    source: SubscriptionSource | OwnRoomSource
    group_key: Hashable
    render: Render

    @property
    def log_source(self) -> SubscriptionSource:
        """The source of a subscription that follows a log."""
        assert isinstance(self.source, SubscriptionSource)  # the caller has looked
        return self.source


class Engine:
    """Executes requests against the schema.

    With ``trusted``, only those documents and ``own``, the documents of the service's own pages.
    """

    def __init__(
        self,
        services: Services,
        *,
        trusted: TrustedDocuments | None = None,
        own: TrustedDocuments = NO_DOCUMENTS,
        limits: DocumentLimits | None = None,
    ) -> None:
        self.services = services
        self._trusted = trusted
        self._own = own
        self._schema: GraphQLSchema = SCHEMA._schema  # noqa: SLF001 - Strawberry has no other way to it
        self.documents = DocumentCache(self._schema, limits)
        self.operation_metrics = OperationMetrics()

    def prepare(self, request: GraphQLRequest) -> tuple[PreparedDocument, OperationDefinitionNode]:
        """The prepared document of a request, and the operation to execute.

        :raises RequestInvalid: the document is malformed, invalid, too large or not trusted, or
            has no such operation.
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
            raise RequestInvalid(RequestError("Name one operation of the document."))
        return prepared, operation

    def _resolve_text(self, request: GraphQLRequest) -> str:
        """The text of the document.

        :raises RequestInvalid: it is not trusted, or its digest is unknown.
        """
        trusted, sha256 = self._trusted, request.sha256
        if not request.query:
            known = self._find_by_digest(sha256) if sha256 else None
            if known is None:
                raise RequestInvalid(persisted_query_not_found())
            return known
        if trusted is not None and request.query not in trusted and request.query not in self._own:
            raise RequestInvalid(document_not_trusted())
        if sha256 is not None and hash_document(request.query) != sha256:
            raise RequestInvalid(digest_mismatch())
        return request.query

    def _find_by_digest(self, sha256: str) -> str | None:
        trusted = self._trusted.by_digest(sha256) if self._trusted else None
        return trusted if trusted is not None else self._own.by_digest(sha256)

    async def execute(self, request: GraphQLRequest, context: Context) -> bytes:
        """Execute a query or mutation and return the result as JSON.

        :raises RequestInvalid: the request cannot be executed.
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
        context.retry_after = find_retry_after(result, context)
        return encode_result(result, context)

    async def _execute_operation(
        self,
        prepared: PreparedDocument,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        context: Context,
    ) -> ExecutionResult:
        if is_subscription(operation):
            raise RequestInvalid(
                RequestError("Subscribe over WebSocket, subprotocol graphql-transport-ws.")
            )
        result = self._build_executor(prepared, request, context).execute_operation()
        # Without @defer and @stream an execution has one result.
        return cast("ExecutionResult", await result if isawaitable(result) else result)

    async def subscribe(self, request: GraphQLRequest, context: Context) -> AdmittedSubscription:
        """Admit a subscriber: check the request and the caller's right to follow the source.

        :raises RequestInvalid: the request cannot be executed, or the caller is refused.
        """
        began = time.perf_counter()
        try:
            admitted = await self._admit_subscription(request, context)
        except RequestInvalid as invalid:
            is_broken = invalid.errors[0]["extensions"]["code"] == BAD_REQUEST
            outcome = OperationOutcome.INVALID if is_broken else OperationOutcome.REFUSED
            self.operation_metrics.record(OperationKind.SUBSCRIPTION, outcome, began)
            raise
        except Exception:
            # Not when it is cancelled: the client has completed it, or is gone.
            self.operation_metrics.record(OperationKind.SUBSCRIPTION, OperationOutcome.FAULT, began)
            raise
        self.operation_metrics.record(OperationKind.SUBSCRIPTION, OperationOutcome.OK, began)
        return admitted

    async def _admit_subscription(
        self, request: GraphQLRequest, context: Context
    ) -> AdmittedSubscription:
        prepared, operation = self.prepare(request)
        executor = self._build_executor(prepared, request, context)
        root = find_root_field(operation)
        source = await self._resolve_source(executor, root, context)
        uses = prepared.variable_uses[operation.name.value if operation.name else ""]
        kept = drop_cursor_variable(
            root, keep_declared_variables(operation, request.variables or {}), uses
        )
        key = (
            prepared.sha256,
            request.operation_name,
            orjson.dumps(kept, option=orjson.OPT_SORT_KEYS),
            source.audience,
        )
        return AdmittedSubscription(
            source=source,
            group_key=key,
            # The variables hold the first member's cursor. Only its admission reads it.
            render=self._build_renderer(executor, source),
        )

    def _build_executor(
        self, prepared: PreparedDocument, request: GraphQLRequest, context: Context
    ) -> Executor[Any]:
        """The executor of the operation.

        :raises RequestInvalid: a variable is missing or has another type.
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
    ) -> SubscriptionSource | OwnRoomSource:
        subscription = self._schema.subscription_type
        assert subscription is not None  # this schema has one
        name = root.name.value
        try:
            arguments = get_argument_values(
                subscription.fields[name], root, executor.variable_values
            )
            return await SUBSCRIPTION_SOURCES[name](context, arguments)
        except (GraphQLError, Refusal, StorageError) as error:
            refused = to_graphql_error(error, root)
            raise RequestInvalid(refused, language=context.language) from None

    def _build_renderer(
        self, template: Executor[Any], source: SubscriptionSource | OwnRoomSource
    ) -> Render:
        """The function that executes the selection for an event, as this audience sees it."""

        async def render(envelope: EventEnvelope) -> bytes:
            began = time.perf_counter()
            try:
                executor = template.build_per_event_executor(source.build_event(envelope))
                # New loaders for each event: cached records must not outlive it.
                context = Context(self.services, source.principal)
                executor.context_value = context
                result = execute_subscription_event(executor)
                executed = await result if isawaitable(result) else result
                encoded = encode_result(executed, context)
            except Exception as error:  # noqa: BLE001 - the group continues after a failed event
                executed = ExecutionResult(None, [to_graphql_error(error, None)])
                encoded = encode_result(executed, Context(self.services, None))
            self.operation_metrics.record(
                OperationKind.EVENT, classify_errors(executed.errors), began
            )
            return encoded

        return render
