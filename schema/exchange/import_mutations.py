"""The mutation that cancels an import."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.exchange.import_types import Import
from schema.relay import parse_global_id


@strawberry.input
class CancelImportInput:
    import_id: strawberry.ID


@strawberry.type(description="The import has stopped. What it has written stays.")
class ImportCancelled:
    import_: Import = strawberry.field(name="import")


CancelImportResult = Annotated[
    ImportCancelled | errors.CommonRefusal, strawberry.union("CancelImportResult")
]


@strawberry.type
class ImportMutations:
    @strawberry.mutation(
        description="For officers and recruiters: stop an import of their union or employer. One "
        "that has ended stays as it is."
    )
    async def cancel_import(self, info: Info, input: CancelImportInput) -> CancelImportResult:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        record = await info.context.services.imports.cancel(
            caller, parse_global_id(input.import_id, "Import", "input", "importId")
        )
        return ImportCancelled(import_=Import.of(record))
