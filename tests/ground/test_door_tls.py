import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ground.door import NotSent, SafeHttp
from ground.env import SystemClock
from tests.ground.peers import OK, always, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with key and certificate for crm.example, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "crm.example")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("crm.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "crm.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def peer(certificate):
    asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda wire, name, context: asked.append(name)
    with running(always(OK), tls=context) as peer:
        peer.names = asked
        yield peer


@pytest.fixture
def door_at(peer):
    """door_at(trusted) -> a door for which every name is this machine."""
    doors = []

    def open_door(trusted):
        tls = ssl.create_default_context(cafile=trusted) if trusted else None
        door = SafeHttp(clock=SystemClock(), allow=[peer.place], tls=tls)
        door._guard._resolve = lambda host, port, within: ["127.0.0.1"]
        doors.append(door)
        return door

    yield open_door
    for door in doors:
        door.close()


def test_the_name_is_asked_for_and_checked_though_the_address_is_pinned(peer, certificate, door_at):
    door = door_at(certificate)
    for _ in range(2):
        answer = door.request("POST", f"https://crm.example:{peer.server_address[1]}/", body=b"{}")
        assert answer.body == b"ok"
    assert peer.names == ["crm.example"]
    assert peer.connections == 1


def test_a_certificate_for_another_name_is_refused(peer, certificate, door_at):
    with pytest.raises(NotSent):
        door_at(certificate).request("GET", f"https://erp.example:{peer.server_address[1]}/")


def test_a_certificate_of_an_unknown_authority_is_refused(peer, door_at):
    with pytest.raises(NotSent):
        door_at(None).request("GET", f"https://crm.example:{peer.server_address[1]}/")
    assert peer.requests == []
