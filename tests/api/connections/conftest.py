from tests.api.websocket.uvicorn_protocol.conftest import run

__all__ = ["run"]
