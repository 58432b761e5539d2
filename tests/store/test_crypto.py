"""Known answers: ours, published in tests/vectors/v1.json, and other people's."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import astuple
from functools import partial
from pathlib import Path

import cryptography_vectors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_secrets.store import audit_log, crypto
from jupyter_secrets.store.db.row_sets import PRINCIPALS, SLOTS, TOKENS
from jupyter_secrets.store.db.rows import ScopeRow, SecretRow, SlotRow, StoreRow
from jupyter_secrets.store.keys.recovery import decode_recovery_key, encode_recovery_key

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/v1.json").read_text())


def fields_of(vector: list[dict[str, object]]) -> list[object]:
    return [bytes.fromhex(f["hex"]) if "hex" in f else f["value"] for f in vector]


@pytest.mark.parametrize("vector", VECTORS["encode_fields"])
def test_fields_are_encoded_as_published(vector):
    assert crypto.encode_fields(*fields_of(vector["fields"])).hex() == vector["encoded"]


@pytest.mark.parametrize("vector", VECTORS["authenticate"])
def test_macs_are_as_published(vector):
    key, fields = bytes.fromhex(vector["key"]), fields_of(vector["fields"])

    assert crypto.authenticate(key, *fields).hex() == vector["mac"]
    plain = hmac.new(key, crypto.encode_fields(*fields), hashlib.sha256).hexdigest()
    assert plain == vector["mac"]


@pytest.mark.parametrize("vector", VECTORS["value"])
def test_values_open_and_are_encrypted_as_published(vector, monkeypatch):
    key, blob = bytes.fromhex(vector["data_key"]), bytes.fromhex(vector["blob"])
    context = crypto.ValueContext(*vector["context"])
    value = bytes.fromhex(vector["value"])

    assert crypto.decrypt_value(key, blob, context) == value
    random = [blob[5:37], blob[69:81]]
    monkeypatch.setattr(crypto.os, "urandom", lambda size: random.pop(0))
    assert crypto.encrypt_value(key, vector["generation"], value, context) == blob


@pytest.mark.parametrize("vector", VECTORS["value"])
def test_a_value_is_what_rfc_5869_and_gcm_make_of_it(vector):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    blob, data_key = bytes.fromhex(vector["blob"]), bytes.fromhex(vector["data_key"])
    salt, commitment, nonce = blob[5:37], blob[37:69], blob[69:81]
    info, block, derived = b"value" + salt, b"", b""
    for number in (1, 2):  # HKDF-Expand, by hand
        block = hmac.digest(data_key, block + info + bytes([number]), "sha256")
        derived += block
    context = crypto.encode_fields("value", 1, *vector["context"])

    assert derived[32:] == commitment
    opened = AESGCM(derived[:32]).decrypt(nonce, blob[81:], context)
    assert opened.hex() == vector["value"]


@pytest.mark.parametrize("vector", VECTORS["encrypted_keys"])
def test_wrapped_keys_open_as_published(vector):
    arguments = [bytes.fromhex(vector[name]) for name in ("key", "encrypted", "context")]
    decrypt = crypto.decrypt_from if vector["kind"] == "recovery" else crypto.unwrap_key

    assert decrypt(*arguments).hex() == vector["content"]


def test_a_recovery_slot_is_hpke_as_rfc_9180_has_it():
    """Opened by hand: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, base mode."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (
        X25519PrivateKey,
        X25519PublicKey,
    )
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    (vector,) = (one for one in VECTORS["encrypted_keys"] if one["kind"] == "recovery")
    encrypted, info = bytes.fromhex(vector["encrypted"]), bytes.fromhex(vector["context"])
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["key"]))
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"

    def extract(of: bytes, salt: bytes, label: bytes, content: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + of + label + content, "sha256")

    def expand(of: bytes, key: bytes, label: bytes, content: bytes, size: int) -> bytes:
        text = size.to_bytes(2, "big") + b"HPKE-v1" + of + label + content
        return hmac.digest(key, text + b"\x01", "sha256")[:size]  # one block is enough

    shared = private.exchange(X25519PublicKey.from_public_bytes(encrypted[:32]))
    place = encrypted[:32] + private.public_key().public_bytes_raw()
    secret = expand(kem, extract(kem, b"", b"eae_prk", shared), b"shared_secret", place, 32)
    context = (
        b"\x00" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    )
    schedule = extract(suite, secret, b"secret", b"")
    key = expand(suite, schedule, b"key", context, 32)
    nonce = expand(suite, schedule, b"base_nonce", context, 12)

    assert AESGCM(key).decrypt(nonce, encrypted[32:], b"").hex() == vector["content"]


@pytest.mark.parametrize("vector", VECTORS["passphrase"], ids=lambda vector: vector["algorithm"])
def test_passphrases_become_the_published_keys(vector):
    kdf = crypto.PassphraseKdf(
        vector["algorithm"], bytes.fromhex(vector["salt"]), vector["memory"], vector["time"],
        vector["lanes"],
    )  # fmt: skip

    assert kdf.derive(vector["passphrase"].encode()).hex() == vector["key"]


def test_a_recovery_key_is_written_as_published():
    for vector in VECTORS["recovery_text"]:
        assert encode_recovery_key(bytes.fromhex(vector["key"])) == vector["text"]
        assert decode_recovery_key(vector["text"]).hex() == vector["key"]


ROWS = {"store": StoreRow, "scope": ScopeRow, "secret": SecretRow}


@pytest.mark.parametrize("vector", VECTORS["rows"], ids=lambda vector: vector["kind"])
def test_rows_have_the_published_macs(vector):
    key = bytes.fromhex(vector["key"])
    columns = _columns(vector["row"])
    if "acl" in columns:
        columns["acl"] = {(kind, name): held for kind, name, held in columns["acl"]}
    row = ROWS[vector["kind"]](**columns)
    more = {
        "store": (),
        "scope": ("store-id", [bytes.fromhex(mac) for mac in vector.get("secret_macs", [])]),
        "secret": ("store-id",),
    }[vector["kind"]]

    assert row.compute_mac(key, *more).hex() == vector["mac"]


@pytest.mark.parametrize("vector", VECTORS["row_sets"], ids=lambda vector: vector["kind"])
def test_sets_of_rows_have_the_published_macs_in_any_order(vector):
    row_set = {each.name: each for each in (SLOTS, TOKENS, PRINCIPALS)}[vector["kind"]]
    rows = [row_set.row_type(**_columns(row)) for row in vector["rows"]]
    mac_of = partial(row_set.compute_mac, bytes.fromhex(vector["key"]), "store-id")

    assert mac_of(rows).hex() == mac_of(rows[::-1]).hex() == vector["mac"]


def _columns(row: dict[str, object]) -> dict[str, object]:
    return {
        name: bytes.fromhex(value["hex"]) if isinstance(value, dict) and "hex" in value else value
        for name, value in row.items()
    }


def test_the_log_is_chained_as_published():
    (vector,) = VECTORS["audit"]
    key, previous = bytes.fromhex(vector["key"]), audit_log.GENESIS
    for seq, record in enumerate(vector["records"], start=1):
        text = audit_log.encode_record(record["record"])
        previous = crypto.authenticate(key, "audit", 1, "store-id", seq, previous, text)
        assert (text, previous.hex()) == (record["text"], record["mac"])
    checkpoint = vector["checkpoint"]
    text = audit_log.encode_record(checkpoint["record"])
    mac = crypto.authenticate(key, "checkpoint", 1, "store-id", checkpoint["seq"], previous, text)
    assert mac.hex() == checkpoint["checkpoint"]


# Other people's


def test_nists_vectors_for_aes_256_gcm_hold():
    with cryptography_vectors.open_vector_file("ciphers/AES/GCM/gcmDecrypt256.rsp", "r") as file:
        cases = list(_cases(file))

    checked = 0
    for case in cases:
        if (case["IVlen"], case["Taglen"]) != ("96", "128"):
            continue
        names = ("Key", "IV", "CT", "Tag", "AAD")
        key, nonce, ciphertext, tag, aad = (bytes.fromhex(case[name]) for name in names)
        checked += 1
        if "FAIL" in case:
            with pytest.raises(crypto.TamperedError):
                crypto.unwrap_key(key, nonce + ciphertext + tag, aad)
        else:
            assert crypto.unwrap_key(key, nonce + ciphertext + tag, aad).hex() == case["PT"]
    assert checked > 300


def _cases(file):
    shared, case = {}, {}
    for line in [*file, ""]:
        text = line.strip()
        if text.startswith("["):
            name, _, value = text.strip("[]").partition(" = ")
            shared[name] = value
        elif text == "FAIL":
            case["FAIL"] = ""
        elif " =" in text:
            name, _, value = text.partition(" =")
            case[name.strip()] = value.strip()
        elif case:
            if "Key" in case:
                yield {**shared, **case}
            case = {}


def test_rfc_7748s_vector_for_the_base_point_holds():
    with cryptography_vectors.open_vector_file("asymmetric/X25519/rfc7748.txt", "r") as file:
        lines = [line.strip().partition(" = ") for line in file]
    cases = [value for name, _, value in lines if name in ("INPUT_SCALAR", "INPUT_U", "OUTPUT_U")]
    of_base_point = [
        (scalar, output)
        for scalar, point, output in zip(cases[::3], cases[1::3], cases[2::3], strict=True)
        if bytes.fromhex(point) == bytes([9]) + bytes(31)
    ]

    assert of_base_point
    for scalar, output in of_base_point:
        assert crypto.public_key_of(bytes.fromhex(scalar)).hex() == output


FIELDS = st.one_of(st.none(), st.binary(max_size=40), st.text(max_size=40), st.integers())


@given(st.lists(FIELDS, max_size=6), st.lists(FIELDS, max_size=6))
def test_no_two_lists_of_fields_are_encoded_alike(one, other):
    same = [type(field) for field in one] == [type(field) for field in other] and one == other

    assert (crypto.encode_fields(*one) == crypto.encode_fields(*other)) is same


@given(st.binary(max_size=2_000))
def test_what_is_encrypted_opens_in_its_place_and_in_no_other(value):
    key = crypto.random_key()
    place = crypto.ValueContext("s", "c", "k", 1, "v", 2, "by")
    blob = crypto.encrypt_value(key, 1, value, place)

    assert crypto.decrypt_value(key, blob, place) == value
    for index, other in enumerate(("x", "x", "x", 9, "x", 9, "x")):
        moved = crypto.ValueContext(
            *(other if i == index else v for i, v in enumerate(astuple(place)))
        )
        with pytest.raises(crypto.TamperedError):
            crypto.decrypt_value(key, blob, moved)
    with pytest.raises(crypto.WrongKeyError):
        crypto.decrypt_value(crypto.random_key(), blob, place)


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats()))
def test_what_is_no_blob_is_refused(found):
    for decrypt in (crypto.value_generation, lambda blob: crypto.unwrap_key(bytes(32), blob, b"")):
        with pytest.raises(crypto.TamperedError):
            decrypt(found)


def test_a_fraction_is_not_taken_for_a_whole_number():
    with pytest.raises(crypto.TamperedError):
        crypto.encode_fields(1.5)


def test_a_key_is_no_slot_of_another_kind():
    slot = SlotRow("id", "file", "{}", 1, b"", 0)

    assert slot.context("store") != SlotRow("id", "passphrase", "{}", 1, b"", 0).context("store")


@pytest.mark.parametrize(
    "kdf",
    [
        crypto.PassphraseKdf("argon2id", bytes(32), 2**30, 3, 4),
        crypto.PassphraseKdf("argon2id", bytes(32), 8, 3, 4),
        crypto.PassphraseKdf("argon2id", bytes(32), 65536, 10_000, 4),
        crypto.PassphraseKdf("argon2id", b"", 65536, 3, 4),
        crypto.PassphraseKdf("scrypt", bytes(32), 2**30, 8, 1),
        crypto.PassphraseKdf("md5", bytes(32), 1, 1, 1),
        crypto.PassphraseKdf("scrypt", bytes(32), "2**20", 8, 1),
    ],
)
def test_unbounded_parameters_are_refused(kdf):
    with pytest.raises(crypto.TamperedError):
        kdf.derive(b"passphrase")


def test_where_openssl_is_too_old_scrypt_takes_argon2s_place(monkeypatch):
    real = crypto.PassphraseKdf.is_supported
    monkeypatch.setattr(
        crypto.PassphraseKdf,
        "is_supported",
        lambda self: self.algorithm != "argon2id" and real(self),
    )

    kdf = crypto.PassphraseKdf.create()

    assert (kdf.algorithm, kdf.is_bounded()) == ("scrypt", True)
    assert len(kdf.derive(b"passphrase")) == 32
