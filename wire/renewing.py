"""What gateway and centre sign when a certificate is renewed: over HTTPS, for one that has ended opens no door."""

from __future__ import annotations


def request_said(gateway: str, csr_pem: str) -> bytes:
    """What the gateway signs with its signing key: that this request for a certificate is its own."""
    return _said(b"siteprogress/1 renewal", gateway, csr_pem)


def answer_said(gateway: str, certificate_pem: str, ca_pem: str) -> bytes:
    """What the centre signs: the gateway's new certificate, and the authority it is to trust from now on."""
    return _said(b"siteprogress/1 renewed", gateway, certificate_pem, ca_pem)


def _said(what: bytes, *texts: str) -> bytes:
    return b"\0".join((what, *(text.encode() for text in texts)))
