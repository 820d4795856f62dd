"""Frames as the load generator reads them: it must count exactly what a server sends."""

from hypothesis import given
from hypothesis import strategies as st

from bench.frames import CLOSE, PING, PONG, TEXT, client_frame, frames


def server_frame(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 65_536:
        return bytes((first, 126)) + length.to_bytes(2, "big") + payload
    return bytes((first, 127)) + length.to_bytes(8, "big") + payload


def read(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    found, taken = frames(data)
    return [(first, data[begin:end]) for first, begin, end in found], data[taken:]


def test_frames_of_all_three_length_encodings_are_read() -> None:
    sizes = (0, 125, 126, 65_535, 65_536)
    sent = [(TEXT, b"x" * size) for size in sizes]
    assert read(b"".join(server_frame(*one) for one in sent)) == (sent, b"")


def test_a_ping_and_a_close_are_told_from_text() -> None:
    sent = [(PING, b"here?"), (TEXT, b"{}"), (CLOSE, b"\x11\x9eslow")]
    assert read(b"".join(server_frame(*one) for one in sent)) == (sent, b"")


frame_lists = st.lists(
    st.tuples(
        st.sampled_from([TEXT, PING, CLOSE]),
        st.one_of(st.binary(max_size=140), st.integers(65_530, 65_540).map(bytes)),
    ),
    max_size=6,
)


@given(frame_lists, st.lists(st.integers(0, 70_000), max_size=8))
def test_frames_cut_anywhere_are_read_once_and_whole(
    sent: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(server_frame(*one) for one in sent)
    got: list[tuple[int, bytes]] = []
    rest = b""
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(stream)], strict=True):
        found, rest = read(rest + stream[begin:end])
        got += found
    assert (got, rest) == (sent, b"")


def test_a_clients_frame_is_masked_with_zeros() -> None:
    assert client_frame(PONG, b"here?") == b"\x8a\x85" + bytes(4) + b"here?"
    assert client_frame(TEXT, b"x" * 126) == b"\x81\xfe\x00\x7e" + bytes(4) + b"x" * 126
