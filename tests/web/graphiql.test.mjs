/** GraphiQL as a visitor of the demo meets it. WEB_TEST_URL is the address of a running demo. */
import assert from 'node:assert/strict';
import { asking, config, identity, operationOf, tab, tabs as titles, text, token, until, url, visit } from './visit.mjs';

const TABS = ['WhoAmI', 'Customers', 'ContosoShared', 'Subscriptions', 'Actions', 'Grants', 'Requests', 'OffersAndRoles', 'Log'];
const WALK = ['Invite', 'Accept', 'Assign', 'Terminate', 'Explain', 'Review'];
const SHIPPED = [...TABS, 'Live', ...WALK];
const ids = ({ data }) => data.customer.subscriptions.nodes.map(({ id }) => id);
const write = async (page, query) => {
  await page.locator('.graphiql-query-editor .monaco-editor').first().click();
  await page.keyboard.insertText(query);
};

visit('the page opens as Fabrikam, and every tab answers without an error', {}, async (page) => {
  assert.equal(await page.title(), 'copartner');
  assert.deepEqual(await titles(page), SHIPPED);
  assert.equal(await identity(page, 'Fabrikam').getAttribute('aria-pressed'), 'true');
  assert.equal(JSON.parse(await text(page, 'response.json')).data.viewer.partner.name, 'Fabrikam');
  for (const name of TABS.slice(1)) {
    const { data, errors } = await asking(page, name, () => tab(page, name).click());
    assert.equal(errors, undefined, `${name}: ${JSON.stringify(errors)}`);
    assert.ok(Object.values(data).every(Boolean), name);
  }
});

visit('one click shows the same customer through other eyes', {}, async (page) => {
  const fabrikam = await asking(page, 'ContosoShared', () => tab(page, 'ContosoShared').click());
  const northwind = await asking(page, 'ContosoShared', () => identity(page, 'Northwind').click());
  const shown = await text(page, 'response.json');
  assert.equal(await identity(page, 'Northwind').getAttribute('aria-pressed'), 'true');
  assert.equal(await identity(page, 'Fabrikam').getAttribute('aria-pressed'), 'false');
  assert.ok(ids(fabrikam).length > 0 && ids(northwind).length > 0);
  for (const id of ids(fabrikam)) assert.ok(!shown.includes(id), `Northwind is shown ${id}, which Fabrikam sold`);

  const tailspin = await asking(page, 'ContosoShared', () => identity(page, 'Tailspin').click());
  assert.deepEqual(tailspin.data, { customer: null });
  assert.equal(tailspin.errors, undefined);

  const contoso = await asking(page, 'ContosoShared', () => identity(page, 'Contoso').click());
  for (const id of [...ids(fabrikam), ...ids(northwind)]) assert.ok(ids(contoso).includes(id));
});

visit('a walk through a relationship fills in its ids by itself', {}, async (page) => {
  const be = async (name) => {
    // At a tab that asks by itself, so that it is known when the page has changed over.
    await asking(page, 'WhoAmI', async () => {
      await tab(page, 'WhoAmI').click();
      await identity(page, name).click();
    });
  };
  const act = async (name) => {
    await tab(page, name).click();
    const { data, errors } = await asking(page, name, () => page.getByRole('button', { name: /^Execute/ }).click());
    assert.equal(errors, undefined, JSON.stringify(errors));
    const [payload] = Object.values(data);
    assert.deepEqual(payload.userErrors, [], name);
    return payload;
  };
  const contoso = async () => (await asking(page, 'ContosoShared', () => tab(page, 'ContosoShared').click())).data.customer;
  await be('Tailspin');
  assert.equal(await contoso(), null);
  await act('Invite');
  await be('Contoso');
  const { grant } = await act('Accept');
  await be('Tailspin');
  assert.equal((await contoso()).name, 'Contoso');
  assert.equal((await act('Assign')).grant.id, grant.id);
  await be('Contoso');
  assert.equal((await act('Terminate')).grant.status, 'TERMINATED');
  await be('Tailspin');
  assert.equal(await contoso(), null);
  const { data } = await asking(page, 'Log', () => tab(page, 'Log').click());
  assert.equal(data.events.nodes[0].kind, 'GRANT_TERMINATED');
  assert.equal(data.events.nodes[0].subject.id, grant.id);
  const told = (await asking(page, 'Explain', () => tab(page, 'Explain').click())).data.explainAccess;
  const failed = told.checks.filter(({ passed }) => !passed).map(({ name, reason }) => [name, reason.code]);
  assert.deepEqual(failed, [['grant', 'GRANT_TERMINATED']]);
  await be('Contoso');
  const { partners } = (await asking(page, 'Review', () => tab(page, 'Review').click())).data.accessReview;
  const names = partners.map(({ partner }) => partner.name);
  assert.ok(names.includes('Fabrikam') && !names.some((name) => name.startsWith('Tailspin')), names.join());
});

visit('no tab keeps an answer of the former identity', {}, async (page) => {
  await asking(page, 'ContosoShared', () => tab(page, 'ContosoShared').click());
  await asking(page, 'ContosoShared', () => identity(page, 'Northwind').click());
  const { data } = await asking(page, 'WhoAmI', () => tab(page, 'WhoAmI').click());
  assert.equal(data.viewer.partner.name, 'Northwind');
});

visit('the docs show the Query type', {}, async (page) => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.getByRole('region', { name: 'Documentation Explorer' });
  await docs.getByRole('link', { name: 'Query', exact: true }).click();
  await docs.getByRole('link', { name: 'viewer', exact: true }).waitFor();
  // Being someone else reads the schema again and leaves the docs where they are.
  await asking(page, 'WhoAmI', () => identity(page, 'Northwind').click());
  await docs.getByRole('link', { name: 'viewer', exact: true }).waitFor();
});

visit('a token is kept for this tab of the browser only, and goes when it is cleared', {}, async (page) => {
  const { identities } = await config(page);
  const northwind = identities.find(({ key }) => key === 'northwind').token;
  const { data } = await asking(page, 'WhoAmI', () => token(page).fill(`Bearer ${northwind}`).then(() => token(page).blur()));
  assert.equal(data.viewer.partner.name, 'Northwind');
  assert.equal(await page.locator('.identities [aria-pressed=true]').count(), 0);
  assert.equal(await token(page).getAttribute('type'), 'password');

  await page.reload();
  await until(async () => assert.equal(await token(page).inputValue(), northwind));
  await until(async () => assert.ok((await text(page, 'response.json')).includes('Northwind')));
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }) + document.cookie + location.href);
  for (const one of identities) assert.ok(!kept.includes(one.token), `the token of ${one.name} is kept`);
  assert.ok((await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).includes(northwind));

  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('Choose who asks').waitFor();
  assert.equal(await text(page, 'response.json'), '');
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).includes(northwind));
  await page.reload();
  await page.getByText('Choose who asks').waitFor();
  assert.equal(await token(page).inputValue(), '');
});

visit('clearing the storage starts afresh', {}, async (page) => {
  const kept = () => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  await asking(page, 'WhoAmI', () => identity(page, 'Northwind').click());
  await tab(page, 'Grants').click();
  await write(page, '# mine\n');
  await until(async () => assert.ok((await kept()).includes('# mine')));
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  await asking(page, 'WhoAmI', () => page.getByRole('button', { name: 'Clear data' }).click());
  assert.equal(await identity(page, 'Fabrikam').getAttribute('aria-pressed'), 'true');
  assert.deepEqual(await titles(page), SHIPPED);
  await asking(page, 'Grants', () => tab(page, 'Grants').click());
  assert.ok(!(await text(page, 'operation.graphql')).includes('# mine'));
  assert.ok(!(await kept()).includes('# mine'));
});

visit('a refused token is explained beside its field', { expected: ['401'] }, async (page) => {
  await token(page).fill('nonsense');
  await token(page).press('Enter');
  await page.getByRole('status').getByText('refuses this token').waitFor();
  assert.equal(await token(page).getAttribute('aria-invalid'), 'true');
  await asking(page, 'WhoAmI', () => identity(page, 'Fabrikam').click());
  await until(async () => assert.equal(await page.getByRole('status').innerText(), ''));
});

visit('a mutation never runs by itself', {}, async (page, requests) => {
  await page.getByRole('button', { name: 'New tab' }).click();
  await write(page, 'mutation Change { __typename }');
  await tab(page, 'Change').waitFor();
  await Promise.all([
    page.waitForResponse((one) => operationOf(one.request()) === 'IntrospectionQuery'),
    identity(page, 'Northwind').click(),
  ]);
  await asking(page, 'WhoAmI', () => tab(page, 'WhoAmI').click());
  assert.ok(!requests.map(operationOf).includes('Change'));
});

visit('edits survive a reload', {}, async (page) => {
  await tab(page, 'Grants').click();
  await write(page, '# mine\n');
  const stored = () => page.evaluate(() => localStorage['copartner:graphiql:tabState'] ?? '');
  await until(async () => assert.ok((await stored()).includes('# mine')));
  await page.reload();
  await until(async () => assert.ok((await text(page, 'operation.graphql')).includes('# mine')));
  assert.deepEqual(await titles(page), SHIPPED);
});

visit('new default tabs replace the old ones and leave those that someone wrote', {}, async (page) => {
  // Written beside the page: while it is open, it writes what its tabs are a moment after they have changed.
  await page.goto(new URL('/healthz', url).href);
  await page.evaluate(() => {
    const tab = (id, query) => ({ id, title: id, query, variables: '', headers: null, operationName: id, response: null });
    const old = 'query Old { __typename }';
    const state = { activeTabIndex: 1, tabs: [tab('Old', old), tab('Mine', 'query Mine { __typename }')] };
    localStorage['copartner:shipped-tabs'] = JSON.stringify([{ query: old }]);
    localStorage['copartner:graphiql:tabState'] = JSON.stringify(state);
  });
  await page.goto(url);
  await until(async () => assert.deepEqual(await titles(page), [...SHIPPED, 'Mine']));
});

visit('the policy lets no script run without the nonce', { expected: ['Content Security Policy'] }, async (page) => {
  const [one, two] = [await fetch(url, { headers: { accept: 'text/html' } }), await fetch(url, { headers: { accept: 'text/html' } })];
  const policy = one.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline|https?:|\*|__NONCE__/);
  assert.notEqual(policy, two.headers.get('content-security-policy'), 'the nonce is used twice');
  assert.doesNotMatch(await one.text(), /__NONCE__|__CONFIG__/);
  const harm = await page.context().newPage();
  await harm.goto(url);
  const ran = await harm.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.harmed = true';
    document.body.append(script);
    return window.harmed;
  });
  assert.equal(ran, undefined);
});
