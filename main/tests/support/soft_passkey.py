"""A passkey in software: what a browser and its device would answer to the shop's challenges."""

import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
# For a passkey that is there without having been asked for.
PASSKEY_OPTIONS = {
    "publicKey": {"user": {"id": "MQ"}, "challenge": "AA", "rp": {"id": "testserver"}}
}


class SoftPasskey:
    """One key pair; `verifies=False` is a plain security key, which asks for no finger or PIN."""

    def __init__(self, *, verifies: bool = True, origin: str = "https://testserver") -> None:
        self.origin = origin
        self.flags = FLAG.UP | FLAG.UV if verifies else FLAG.UP
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.user_handle = ""

    def answer_to_creation(self, options: dict) -> str:
        """The new passkey, as passkeys.js sends it."""
        options = options["publicKey"]
        self.user_handle = options["user"]["id"]
        public_key = ES256.from_cryptography_key(self.key.public_key())
        new = AttestedCredentialData.create(Aaguid.NONE, self.id, public_key)
        data = self._authenticator_data(options["rp"]["id"], self.flags | FLAG.AT, new)
        return self._json({
            "clientDataJSON": self._client_data("webauthn.create", options["challenge"]),
            "attestationObject": AttestationObject.create("none", data, {}),
        })  # fmt: skip

    def answer_to_request(self, options: dict) -> str:
        """The proof that it is there, as passkeys.js sends it."""
        options = options["publicKey"]
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._authenticator_data(options["rpId"], self.flags, b"")
        return self._json({
            "clientDataJSON": client_data,
            "authenticatorData": data,
            "signature": self.key.sign(data + client_data.hash, ec.ECDSA(SHA256())),
        }, userHandle=self.user_handle)  # fmt: skip

    def _client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _authenticator_data(self, rp_id: str, flags: FLAG, new: bytes) -> AuthenticatorData:
        digest = Hash(SHA256())
        digest.update(rp_id.encode())
        return AuthenticatorData.create(digest.finalize(), flags, 1, new)

    def _json(self, response: dict[str, bytes], **words: str) -> str:
        written = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps({
            "id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key",
            "clientExtensionResults": {"credProps": {"rk": True}}, "response": written | words,
        })  # fmt: skip
