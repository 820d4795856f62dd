"""The addresses of the browser client; the client itself decides what each of them shows."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.web.client_pages import ClientPages


async def serve_client_page(request: Request) -> Response:
    """Answer with the page of the client."""
    pages: ClientPages = request.app.state.node.client_pages
    return pages.respond_page(request)


async def serve_console_page(request: Request) -> Response:
    """Answer with the page of the console for hosts and officers."""
    pages: ClientPages = request.app.state.node.client_pages
    return pages.respond_console(request)


async def serve_client_asset(request: Request) -> Response:
    """Answer with a script, a style or a picture of the client."""
    pages: ClientPages = request.app.state.node.client_pages
    return pages.respond_asset(request)


CLIENT_ROUTES = (
    Route("/", serve_client_page),
    Route("/live/{id}", serve_client_page),
    Route("/jobs", serve_client_page),
    Route("/me", serve_client_page),
    Route("/me/{part}", serve_client_page),
    Route("/console", serve_console_page),
    Route("/console/{path:path}", serve_console_page),
    Route("/assets/{name}", serve_client_asset),
)
