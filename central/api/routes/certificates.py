"""A gateway's next certificate."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from central.api.access import Access, allow
from central.api.envelopes import CertificateGiven, CertificateRequest, ErrorEnvelope
from central.api.errors import InvalidError, UnauthorisedError
from central.api.services import Given
from central.identity.renew import RenewalRefused, renew

router = APIRouter(tags=["fleet"])

GatewayId = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
_NOT_PROVED = frozenset({"not_enrolled", "bad_signature", "revoked_gateway"})


@router.post(
    "/gateways/{gateway_id}/certificate",
    operation_id="renewCertificate",
    response_model=CertificateGiven,
    responses={413: {"model": ErrorEnvelope}},
)
def renew_certificate(
    gateway_id: GatewayId,
    asked: CertificateRequest,
    access: Annotated[Access, allow("renew_identity")],
    services: Given,
) -> CertificateGiven:
    """The next certificate of an enrolled gateway, for a key it has just made; the one before holds until its end."""
    if access.username != gateway_id:
        raise UnauthorisedError(
            "token of another gateway", where="header.Authorization", expected=f"the token of {gateway_id}"
        )
    settings = services.settings
    try:
        given = renew(
            services.engine,
            settings.data_dir,
            gateway_id,
            csr=asked.csr,
            sig=asked.sig,
            life=settings.certificate_life,
            now=services.wall(),
        )
    except RenewalRefused as refused:
        kind = UnauthorisedError if refused.code in _NOT_PROVED else InvalidError
        raise kind(refused.what, where=refused.where, expected=refused.expected, code=refused.code) from refused
    return CertificateGiven(certificate=given.certificate, ca=given.ca, valid_until=given.valid_until, sig=given.sig)
