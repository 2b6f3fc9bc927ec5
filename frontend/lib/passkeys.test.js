import { createPasskey, knowsPasskeys, toBytes, toText, usePasskey } from "./passkeys";

const bytes = (...numbers) => new Uint8Array(numbers).buffer;

afterEach(() => {
  delete navigator.credentials;
});

const answerWith = (method, credential) => {
  const ask = jest.fn().mockResolvedValue({
    id: "-_8",
    rawId: bytes(251, 255),
    type: "public-key",
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
    ...credential,
  });
  Object.defineProperty(navigator, "credentials", { configurable: true, value: { [method]: ask } });
  return ask;
};

test("bytes are base64url text, and back", () => {
  expect(toText(bytes(251, 255, 254))).toBe("-__-");
  expect(toText(bytes(1))).toBe("AQ");
  expect([...toBytes("-__-")]).toEqual([251, 255, 254]);
  expect([...toBytes("AQ")]).toEqual([1]);
});

test("an old browser is known", () => {
  expect(knowsPasskeys()).toBe(false);
});

test("a passkey is made by the server's options", async () => {
  const response = { clientDataJSON: bytes(1), attestationObject: bytes(2) };
  const create = answerWith("create", { response });
  const user = { id: "AQ", name: "ada@booktime.example" };
  const made = await createPasskey({
    publicKey: { challenge: "Ag", user, excludeCredentials: [{ type: "public-key", id: "Aw" }] },
  });
  const { publicKey } = create.mock.calls[0][0];
  expect([...publicKey.challenge]).toEqual([2]);
  expect([...publicKey.user.id]).toEqual([1]);
  expect([...publicKey.excludeCredentials[0].id]).toEqual([3]);
  expect(made).toEqual({
    id: "-_8",
    rawId: "-_8",
    type: "public-key",
    clientExtensionResults: { credProps: { rk: true } },
    response: { clientDataJSON: "AQ", attestationObject: "Ag" },
  });
});

test("a passkey proves who it belongs to, or leaves that out", async () => {
  const response = { clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3) };
  answerWith("get", { response: { ...response, userHandle: bytes(4) } });
  const proof = await usePasskey({ publicKey: { challenge: "Ag" } });
  expect(proof.response).toEqual({
    clientDataJSON: "AQ",
    authenticatorData: "Ag",
    signature: "Aw",
    userHandle: "BA",
  });
  answerWith("get", { response: { ...response, userHandle: null } });
  const short = await usePasskey({ publicKey: { challenge: "Ag" } });
  expect(short.response.userHandle).toBe(null);
});
