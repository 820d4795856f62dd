"""The names, arguments and types that clients rely on, one by one against the schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    FieldDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    InputValueDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)

from domain.identity.unions import UnionLevel
from domain.leads.leads import LeadStage
from domain.live.sessions import SessionFormat, SessionStatus
from domain.postings.pay import PayPeriod
from domain.postings.postings import EmploymentType, Intensity, Shift
from domain.refusals import ErrorCode
from schema import root
from tests.support.full_documents import DATA_TYPES
from tests.support.privacy_table import callers_by_field
from tests.support.visibility import EPHEMERAL_EVENT_FIELDS, MUTATION_PAYLOAD_FIELDS

SCHEMA = root.SCHEMA._schema

CONTRACT = """
type Query {
  node(id: ID!): Node
  me: Account
  postings(filter: PostingFilter, orderBy: PostingOrder, first: Int, after: String, last: Int, before: String): PostingConnection!
  employers(first: Int, after: String): EmployerConnection!
  liveSession(id: ID!): LiveSession
  liveSessions(filter: LiveSessionFilter, first: Int, after: String): LiveSessionConnection!
  leads(
    filter: LeadFilter, first: Int, after: String, orderBy: LeadOrder
  ): LeadConnection
  consentText(postingId: ID!, sessionId: ID): ConsentText
  recommendedPostings(first: Int! = 5): [PostingMatch!]
}
type Mutation {
  signIn(input: SignInInput!): SignInResult!
  enterAsViewer(input: EnterAsViewerInput!): EnterAsViewerResult!
  createEmployer(input: CreateEmployerInput!): CreateEmployerResult!
  submitPosting(input: SubmitPostingInput!): SubmitPostingResult!
  scheduleSession(input: ScheduleSessionInput!): ScheduleSessionResult!
  startSession(input: StartSessionInput!): StartSessionResult!
  endSession(input: EndSessionInput!): EndSessionResult!
  pinPosting(input: PinPostingInput!): PinPostingResult!
  announce(input: AnnounceInput!): AnnounceResult!
  expressInterest(input: ExpressInterestInput!): ExpressInterestResult!
  advanceLead(input: AdvanceLeadInput!): AdvanceLeadResult!
}
type Subscription {
  sessionEvents(sessionId: ID!, after: String): SessionEvent!
  leadEvents(sessionId: ID!, after: String): LeadEvent!
  questionEvents(sessionId: ID!, after: String): QuestionEvent!
}
type SignedIn { accessToken: String!  refreshToken: String!  expiresAt: DateTime! }
type ViewerEntered { accessToken: String!  expiresAt: DateTime! }
type PostingAccepted { posting: Posting! }
type PostingRefused { findings: [Finding!]! }
type InterestRecorded { lead: Lead!  created: Boolean! }
type Lead { id: ID!  stage: LeadStage! }
type ConsentText { version: String!  body: String!  sha256: String! }
type LiveSession {
  id: ID!
  title: String!
  format: SessionFormat!
  status: SessionStatus!
  startsAt: DateTime!
  host: Host!
  union: Union!
  postings(first: Int, after: String): PostingConnection!
  pinnedPosting: Posting
  viewers: Int!
  peakViewers: Int!
}
type Host { name: String!  honour: Honour }
type Union { name: String! }
type Pay { amount: Decimal!  period: PayPeriod! }
type PostingConnection { edges: [PostingEdge!]!  pageInfo: PageInfo! }
type PostingEdge { cursor: String!  node: Posting! }
type EmployerConnection { edges: [EmployerEdge!]!  pageInfo: PageInfo! }
type LiveSessionConnection { edges: [LiveSessionEdge!]!  pageInfo: PageInfo! }
type LeadConnection { edges: [LeadEdge!]!  pageInfo: PageInfo! }
type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}
type PostingPinned { posting: Posting }
type Announcement { body: String! }
type Reset { snapshot: LiveSession! }
"""  # noqa: E501 - a line a field, as the contract has it

INPUTS = {
    "SignInInput": {"username": "String!", "password": "String!"},
    "StartSessionInput": {"sessionId": "ID!"},
    "EndSessionInput": {"sessionId": "ID!"},
    "PinPostingInput": {"sessionId": "ID!", "postingId": "ID!"},
    "AnnounceInput": {"sessionId": "ID!", "body": "String!"},
    "ExpressInterestInput": {
        # Not needed on the board.
        "sessionId": "ID",
        "postingId": "ID!",
        "contact": "ContactInput!",
        "consent": "ConsentInput",
        "source": "LeadSource!",
        "code": "String",
        "group": "SeekerGroup",
        "requestId": "String",
    },
    "ContactInput": {"name": "String!", "phone": "String!"},
    "ConsentInput": {"textVersion": "String!", "sha256": "String"},
}
EVENTS = (
    "SessionStarted",
    "SessionEnded",
    "PostingPinned",
    "PostingUnpinned",
    "Announcement",
    "SegmentChanged",
    "StreamChanged",
    "QuestionPublished",
    "QuestionAnswered",
    "TallyChanged",
    "PresenceChanged",
    "Reset",
)
FIELDS = [
    pytest.param(kind.name.value, field, id=f"{kind.name.value}.{field.name.value}")
    for kind in parse(CONTRACT).definitions
    if isinstance(kind, ObjectTypeDefinitionNode)
    for field in kind.fields or ()
]
RESULTS = sorted(
    {
        str(field.type.of_type)
        for field in SCHEMA.mutation_type.fields.values()  # type: ignore[union-attr] # it has one
        if isinstance(field.type, GraphQLNonNull)
    }
)


def _object(name: str) -> GraphQLObjectType:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return kind


@pytest.mark.parametrize(("kind", "wanted"), FIELDS)
def test_a_field_of_the_contract_has_its_name_type_and_arguments(
    kind: str, wanted: FieldDefinitionNode
) -> None:
    found = _object(kind).fields[wanted.name.value]
    assert str(found.type) == print_ast(wanted.type)
    arguments = {name: str(argument.type) for name, argument in found.args.items()}
    named: tuple[InputValueDefinitionNode, ...] = tuple(wanted.arguments or ())
    assert {name.name.value: print_ast(name.type) for name in named} == arguments


@pytest.mark.parametrize(("name", "fields"), INPUTS.items(), ids=list(INPUTS))
def test_an_input_of_the_contract_has_its_fields(name: str, fields: dict[str, str]) -> None:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLInputObjectType)
    assert {field: str(its.type) for field, its in kind.fields.items()} == fields


def test_an_input_requires_only_fields_of_the_contract() -> None:
    kind = SCHEMA.type_map["EnterAsViewerInput"]
    assert isinstance(kind, GraphQLInputObjectType)
    assert not [field for field in kind.fields.values() if isinstance(field.type, GraphQLNonNull)]


@pytest.mark.parametrize("name", RESULTS)
def test_a_mutation_returns_a_union_of_its_success_and_named_errors(name: str) -> None:
    union = SCHEMA.type_map[name]
    assert isinstance(union, GraphQLUnionType)
    error = SCHEMA.type_map["UserError"]
    errors = {kind.name for kind in union.types if error in kind.interfaces}
    successes = {kind.name for kind in union.types} - errors
    wanted = {"PostingAccepted", "PostingHeld", "PostingRefused"}
    through_the_gate = {"SubmitPostingResult", "ChangePostingResult"}
    assert successes == wanted if name in through_the_gate else len(successes) == 1
    assert errors >= {"InvalidInput", "Unauthenticated", "NotPermitted", "NotFound", "Busy"}


def test_every_mutation_takes_one_input() -> None:
    mutations = _object("Mutation").fields
    assert [name for name, field in mutations.items() if list(field.args) != ["input"]] == []


def test_a_user_error_has_messages_code_and_field() -> None:
    error = SCHEMA.type_map["UserError"]
    assert isinstance(error, GraphQLInterfaceType)
    fields = {name: str(field.type) for name, field in error.fields.items()}
    assert fields == {
        "message": "String!",
        "messageZh": "String!",
        "code": "ErrorCode!",
        "field": "[String!]",
    }


@pytest.mark.parametrize("name", EVENTS)
def test_a_session_event_has_seq_time_and_cursor(name: str) -> None:
    event = _object(name)
    assert SCHEMA.type_map["SessionEvent"] in event.interfaces
    placed = {field: str(event.fields[field].type) for field in ("seq", "at", "cursor")}
    assert placed == {"seq": "Int!", "at": "DateTime!", "cursor": "String!"}


@pytest.mark.parametrize("name", ["SessionStarted", "SessionEnded", "SessionInterrupted"])
def test_an_event_that_changes_a_session_shows_the_session(name: str) -> None:
    assert str(_object(name).fields["session"].type) == "LiveSession!"


@pytest.mark.parametrize(
    "kind",
    [
        EmploymentType,
        ErrorCode,
        Intensity,
        LeadStage,
        PayPeriod,
        SessionFormat,
        SessionStatus,
        Shift,
        UnionLevel,
    ],
)
def test_an_enumeration_has_the_values_of_the_field(kind: type) -> None:
    found = SCHEMA.type_map[kind.__name__]
    assert isinstance(found, GraphQLEnumType)
    assert list(found.values) == [member.value for member in kind]  # type: ignore[attr-defined] # an Enum


@pytest.mark.parametrize(
    "name", ["Posting", "Employer", "LiveSession", "Union", "Lead", "Account", "Question"]
)
def test_a_type_with_an_id_is_a_node(name: str) -> None:
    assert SCHEMA.type_map["Node"] in _object(name).interfaces


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    committed = Path(root.__file__).with_name("schema.graphql")
    assert committed.read_text("utf-8") == root.print_schema()


def test_the_visibility_table_and_the_schema_have_the_same_fields() -> None:
    table = {*callers_by_field()}
    for others in (MUTATION_PAYLOAD_FIELDS, EPHEMERAL_EVENT_FIELDS):
        table |= {(kind, name) for kind, names in others.items() for name in names.split()}
    assert table == {(kind, name) for kind, each in DATA_TYPES.items() for name in each.fields}
