/** GraphiQL of a server that is no demo: it knows no one's names, and asks nothing before it has a token. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { serve, tenants } from './serve.mjs';
import { asking, operationOf, tab, tabs, text, token, until, visit } from './visit.mjs';

let server;
before(async () => (server = await serve('development_issuer = true\n')));
after(() => server?.stop());
const at = () => `${server.base}/graphql`;

const TABS = ['WhoAmI', 'Customers', 'Subscriptions', 'Actions', 'Grants', 'Requests', 'OffersAndRoles', 'Log'];
const SHIPPED = [...TABS, 'Live'];

visit('its tabs name nobody, and nothing is asked before there is a token', { at }, async (page, requests) => {
  assert.deepEqual(await tabs(page), SHIPPED);
  assert.equal(await page.getByRole('button', { name: 'Beside' }).count(), 0);
  assert.equal(await page.locator('.identities').count(), 0);
  assert.equal(await page.locator('.blank').innerText(), 'Paste a token above: it says who asks.');
  for (const name of SHIPPED) {
    await tab(page, name).click();
    await until(async () => assert.match(await text(page, 'operation.graphql'), new RegExp(`(query|subscription) ${name}\\b`)));
    const shown = (await text(page, 'operation.graphql')) + (await text(page, 'variables.json'));
    assert.doesNotMatch(shown, /contoso|fabrikam|northwind|tailspin|[0-9a-f]{8}-/i, name);
  }
  assert.deepEqual(requests.filter((request) => request.method() === 'POST').map(operationOf), []);
});

for (const [who, role] of [['fabrikam', 'ADMIN_AGENT'], ['contoso', 'CUSTOMER_READER']]) {
  visit(`with a token of ${who} each tab answers without an error`, { at }, async (page) => {
    const { stdout } = await server.run('token', '--tenant', tenants[who], '--role', role);
    const { data } = await asking(page, 'WhoAmI', () => token(page).fill(stdout.trim()).then(() => token(page).blur()));
    assert.equal(data.viewer.tenantId, tenants[who]);
    for (const name of TABS.slice(1)) {
      await tab(page, name).click();
      assert.match(await page.locator('.blank').innerText(), /^You ask with the token above\./);
      const { errors } = await asking(page, name, () => page.getByRole('button', { name: /^Execute/ }).click());
      assert.equal(errors, undefined, `${name}: ${JSON.stringify(errors)}`);
    }
  });
}
