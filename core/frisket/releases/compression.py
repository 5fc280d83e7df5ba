"""Zstandard: what is stored and sent is compressed, and what comes in is expanded to a known bound and no further.

A bundle that the receiver has an older version of travels as a patch: compressed with the older one as dictionary.
"""

from __future__ import annotations

import sys

from frisket.errors import DecodeError

if sys.version_info >= (3, 14):
    from compression.zstd import (
        CompressionParameter,
        DecompressionParameter,
        ZstdCompressor,
        ZstdDecompressor,
        ZstdDict,
        ZstdError,
    )
else:
    from backports.zstd import (
        CompressionParameter,
        DecompressionParameter,
        ZstdCompressor,
        ZstdDecompressor,
        ZstdDict,
        ZstdError,
    )

SUFFIX = ".zst"
_LEVEL = 19
# 2^25 octets are as far back as a patch looks, and as much as an archive may be; a larger window is refused
_WINDOW_LOG = 25


class ExpandsTooFarError(DecodeError):
    """More than was allowed."""


def compress(octets: bytes, *, base: bytes | None = None) -> bytes:
    """`base`: what the receiver has already; needed again to expand."""
    options: dict[int, int] = {
        CompressionParameter.compression_level: _LEVEL,
        CompressionParameter.window_log: _WINDOW_LOG if base else 0,
        CompressionParameter.enable_long_distance_matching: int(base is not None),
        CompressionParameter.content_size_flag: 1,
    }
    dictionary = None if base is None else ZstdDict(base, is_raw=True).as_prefix
    compressor = ZstdCompressor(options=options, zstd_dict=dictionary)
    return compressor.compress(octets, mode=ZstdCompressor.FLUSH_FRAME)


def expand(octets: bytes, most: int, *, base: bytes | None = None) -> bytes:
    """At most `most` octets; ExpandsTooFarError for more, DecodeError for what is cut off or no Zstandard."""
    dictionary = None if base is None else ZstdDict(base, is_raw=True).as_prefix
    options: dict[int, int] = {DecompressionParameter.window_log_max: _WINDOW_LOG}
    decompressor = ZstdDecompressor(zstd_dict=dictionary, options=options)
    try:
        expanded = decompressor.decompress(octets, max_length=most + 1)
    except ZstdError as error:
        raise DecodeError(f"not Zstandard: {error}") from None
    if len(expanded) > most:
        raise ExpandsTooFarError(f"expands to more than {most:,} octets")
    if not decompressor.eof:
        raise DecodeError("is cut off")
    if decompressor.unused_data:
        raise DecodeError("something follows its end")
    return expanded
