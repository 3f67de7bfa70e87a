from ipaddress import ip_address

import pytest

from ground.door import Blocked, NotSent, SafeHttp, is_public
from ground.door.guard import Guard, parse_target
from ground.env import SystemClock


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255",
        "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fd00::5", "fec0::1", "ff02::1", "ff0e::1",
        "2001:db8::1", "100::1", "5f00::1", "64:ff9b:1::1",
        "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:0:127.0.0.1", "::127.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_in_any_wrapping(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_a_public_address_is_allowed(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/",
        "//example.com/", "example.com",
        "https://good@evil.example/", "https://user:word@example.com/", "https://@example.com/",
        "http://", "http:///path", "http://example.com:99999/", "http://example.com:0/",
        "http://exämple.com/", "http://example.com/a b", "http://example.com/\r\nX: 1", "http://a\\@b/",
        "http://[::1/", "http://[fe80::1%25eth0]/", "http://example.com\t/",
        "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_a_url_that_is_not_plain_http_is_refused(url):
    with pytest.raises(Blocked):
        parse_target(url)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://Example.com", "example.com", "/"),
        ("https://example.com:443/a?b=c#d", "example.com", "/a?b=c"),
        ("http://example.com:8080/a", "example.com:8080", "/a"),
        ("http://example.com./a", "example.com", "/a"),
        ("http://[2606:4700::1111]:8080/", "[2606:4700::1111]:8080", "/"),
        ("http://example.com?x=1", "example.com", "/?x=1"),
    ],
)
def test_a_target_keeps_the_name_and_the_path(url, authority, path):
    target = parse_target(url)
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "0"],
)
def test_every_spelling_of_this_machine_is_refused(host, socket_enabled):
    with pytest.raises(Blocked):
        SafeHttp(clock=SystemClock()).check(f"http://{host}:9/")


def test_one_private_address_behind_a_name_is_enough_to_refuse():
    guard = Guard((), lambda host, port, within: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Blocked):
        guard.addresses(parse_target("http://two.example/"), 1)


def test_a_private_address_is_allowed_only_with_its_port():
    guard = Guard(["10.0.0.5:8080", "[fd00::5]:443"], lambda host, port, within: [host])
    assert guard.addresses(parse_target("http://10.0.0.5:8080/"), 1) == ["10.0.0.5"]
    assert guard.addresses(parse_target("https://[fd00::5]/"), 1) == ["fd00::5"]
    for url in ("http://10.0.0.5/", "http://10.0.0.6:8080/", "https://[fd00::6]/"):
        with pytest.raises(Blocked):
            guard.addresses(parse_target(url), 1)


@pytest.mark.parametrize("entry", ["localhost:80", "10.0.0.5", "10.0.0.0/8:80", "10.0.0.5:http"])
def test_an_allowed_address_must_be_address_and_port(entry):
    with pytest.raises(ValueError, match="is written"):
        SafeHttp(clock=SystemClock(), allow=[entry])


def test_a_name_without_address_reaches_nobody(socket_enabled):
    with pytest.raises(NotSent):
        SafeHttp(clock=SystemClock()).request("GET", "http://nowhere.invalid/", deadline=10)
