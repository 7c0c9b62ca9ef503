"""The broker's files: two doors, each with its own authority; who may use which topic; what it logs for the watcher."""

from __future__ import annotations

from central.identity.names import CENTRE
from wire.topics import HOST_STATE, ROOT, all_up

GATEWAYS_PORT, CENTRE_PORT = 8883, 8884


def configuration(folder: str, *, gateways: str = f"{GATEWAYS_PORT}", centre: str = f"{CENTRE_PORT}") -> str:
    """mosquitto.conf for files that lie in `folder` on the broker's machine; the doors are `port [address]`."""
    return f"""\
# The broker between gateways and centre; made by `siteprogress-central identity broker`. It may be killed and its data
# thrown away at any time: gateways keep every record until the centre has committed it. Hence no persistence.
per_listener_settings false
allow_anonymous false
persistence false
max_packet_size 1048576
max_inflight_messages 100
max_queued_messages 1000
acl_file {folder}/acl

# What it refuses is said in its log, refused publishes only as `debug`: siteprogress-central reads it
# ([identity] broker_log) and keeps security events. `debug` costs a line a message: filter it, as compose.yaml does.
log_dest stderr
log_timestamp false
log_type error
log_type warning
log_type notice
log_type subscribe
log_type debug

# The gateways' door: mutual TLS. The certificate's CN is user name, client id and gateway id in one, so that nobody
# throws another gateway out by taking its client id.
listener {gateways}
cafile {folder}/ca.crt
crlfile {folder}/gateways.crl
certfile {folder}/broker.crt
keyfile {folder}/broker.key
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
use_username_as_clientid true

# The centre's door: another authority, for which no gateway has a certificate. Keep it from the outside.
listener {centre}
cafile {folder}/centres.crt
crlfile {folder}/centres.crl
certfile {folder}/broker.crt
keyfile {folder}/broker.key
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
"""


def access_rules() -> str:
    """The acl file. What is not allowed here is refused, `#` and $CONTROL too."""
    return f"""\
# Who may use which topic. %u is the user name (with mutual TLS: the certificate's CN) = the gateway id.
pattern write {ROOT}/%u/up/#
pattern read {ROOT}/%u/down/#
pattern read {HOST_STATE}

user {CENTRE}
topic read {all_up()}
topic write {ROOT}/+/down/#
topic readwrite {HOST_STATE}
"""
