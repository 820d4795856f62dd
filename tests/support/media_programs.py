"""The programs of tests with real pictures: nginx with its RTMP module, and ffmpeg."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import imageio_ffmpeg

from tests.support.source_files import ROOT

UNPACKED = ROOT / ".uv" / "nginx-rtmp"
"""Where scripts/nginx_rtmp.sh unpacks Debian's packages."""
_MODULE = "usr/lib/nginx/modules/ngx_rtmp_module.so"
_CONFIGURATION = """
load_module {module};
daemon off; master_process off; pid {folder}/pid; error_log {folder}/nginx.log info;
events {{ }}
rtmp {{
    access_log off;
    server {{
        listen 127.0.0.1:{rtmp_port};
        application live {{
            live on; hls on; hls_path {folder}/hls; hls_fragment 1s; hls_playlist_length 10s;
            on_publish {callbacks}; on_publish_done {callbacks}; on_update {callbacks};
            notify_update_timeout 1s;
        }}
    }}
}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{http_port}; root {folder}; }}
}}
"""
_PROXY_CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/nginx.log warn;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream nodes {{ {nodes} }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        location / {{ proxy_pass http://nodes; }}
        location /media/ {{ proxy_pass {media}/; }}
    }}
}}
"""


def find_nginx() -> tuple[Path, Path] | None:
    """Return nginx and its RTMP module: unpacked or installed; None without both."""
    for root in (UNPACKED, Path("/")):
        program, module = root / "usr/sbin/nginx", root / _MODULE
        if program.exists() and module.exists():
            return program, module
    return None


def find_ffmpeg() -> str:
    """Return the ffmpeg on the PATH, or the one that pip has installed."""
    return shutil.which("ffmpeg") or str(imageio_ffmpeg.get_ffmpeg_exe())


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def running_nginx(
    folder: Path, *, rtmp_port: int, http_port: int, callbacks: str
) -> AsyncIterator[None]:
    """Run nginx-rtmp in a folder, with playlists below ``/hls/``, until the block ends."""
    found = find_nginx()
    assert found is not None  # the test has asked
    (folder / "hls").mkdir()
    configuration = _CONFIGURATION.format(
        module=found[1],
        folder=folder,
        rtmp_port=rtmp_port,
        http_port=http_port,
        callbacks=callbacks,
    )
    async with _running_nginx(folder, configuration):
        yield


@asynccontextmanager
async def running_proxy(
    folder: Path, *, port: int, nodes: Sequence[str], media: str
) -> AsyncIterator[None]:
    """Run nginx before these nodes in turn, with a media process below ``/media/``."""
    servers = "".join(f"server {each.removeprefix('http://')};" for each in nodes)
    configuration = _PROXY_CONFIGURATION.format(
        folder=folder, port=port, nodes=servers, media=media
    )
    async with _running_nginx(folder, configuration):
        yield


@asynccontextmanager
async def _running_nginx(folder: Path, configuration: str) -> AsyncIterator[None]:
    found = find_nginx()
    assert found is not None  # the test has asked
    file = folder / "nginx.conf"
    file.write_text(configuration)
    process = await asyncio.create_subprocess_exec(
        found[0], "-c", file, "-p", folder, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def publishing(url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Publish a moving picture to an RTMP address until the block ends, or the server refuses."""
    process = await asyncio.create_subprocess_exec(
        *(find_ffmpeg(), "-loglevel", "error", "-re"),
        *("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=5"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-f", "flv", url),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "AV_LOG_FORCE_NOCOLOR": "1"},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
