/** The demo under test: where it is, and one way to ask it. */
import assert from 'node:assert/strict';

/** Its address, without a path. */
export const base = process.env.WEB_TEST_URL?.replace(/\/$/, '');
assert.ok(base, 'WEB_TEST_URL must be the address of a running demo');
export const url = `${base}/graphql`;

/** Fabrikam's token, by an administrator's role. */
export function bearer() {
  const token = process.env.WEB_TEST_TOKEN;
  assert.ok(token, 'WEB_TEST_TOKEN must be a token of Fabrikam: copartner token --tenant fabrikam --role ADMIN_AGENT');
  return `Bearer ${token}`;
}

/** Asks as Fabrikam. `text` is the answer as it came, in which the order of the keys can be seen. */
export async function ask(request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      authorization: bearer(),
      'content-type': 'application/json',
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  return { status: response.status, text, answer: JSON.parse(text) };
}
