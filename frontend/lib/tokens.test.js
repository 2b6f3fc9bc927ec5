import { cookieToken, csrfToken, makeUuid } from "./tokens";

test("the token is that of a form, else the cookie's", () => {
  expect(csrfToken(document)).toBe("");
  document.cookie = "other=1";
  document.cookie = "csrftoken=cookie";
  expect(csrfToken(document)).toBe("cookie");
  document.body.innerHTML = '<input name="csrfmiddlewaretoken" value="form">';
  expect(csrfToken(document)).toBe("form");
  expect(cookieToken(document)).toBe("cookie");
});

test("by HTTPS the cookie's name has a prefix, and one without does not count", () => {
  const both = { cookie: "csrftoken=planted; a__Host-csrftoken=no; __Host-csrftoken=own; b" };
  expect(cookieToken(both)).toBe("own");
  expect(cookieToken({ cookie: "xcsrftoken=no; csrftoken=plain" })).toBe("plain");
  expect(cookieToken({ cookie: "" })).toBe("");
});

test("a key is a UUID of chance, and another each time", () => {
  const getRandomValues = (bytes) => bytes.fill(255);
  expect(makeUuid({ getRandomValues })).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const keys = new Set(Array.from({ length: 100 }, () => makeUuid()));
  expect(keys.size).toBe(100);
  keys.forEach((key) => expect(key).toMatch(pattern));
});
