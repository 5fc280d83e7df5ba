"""The certificate of virtual printers: self-signed like most devices', made when the first of them needs it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_DAY = dt.timedelta(days=1)


@cache
def lab_tls() -> ssl.SSLContext:
    """A server's context, with a certificate that lives as long as this process."""
    return tls_of(make_certificate(valid=(-_DAY, 30 * _DAY)))


def tls_of(pem: bytes) -> ssl.SSLContext:
    """Python reads keys from files only: this one is gone before it is used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory(prefix="frisket-lab-") as folder:
        file = Path(folder, "printer.pem")
        file.touch(mode=0o600)
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context


def make_certificate(*, valid: tuple[dt.timedelta, dt.timedelta]) -> bytes:
    """A key and its certificate as PEM; `valid` is from when to when, from now on."""
    # most labs need no certificate, and the library is slow to import
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Virtual printer")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + valid[0])
        .not_valid_after(now + valid[1])
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
