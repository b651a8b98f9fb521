/** GraphiQL's live operations, and the demo's pane beside it. WEB_TEST_URL is the address of a running demo. */
import assert from 'node:assert/strict';
import { as, ask, cast, purchase, resize } from './demo.mjs';
import { asking, execute, identity, tab, tabs as titles, text, token, until, url, visit } from './visit.mjs';

const stream = (page) => page.getByLabel('Live operation');
const beside = (page) => page.getByRole('complementary', { name: 'Beside' });
const heard = (page) => beside(page).getByRole('log').getByRole('listitem');
const shows = (locator, words) => until(async () => assert.match(await locator.innerText(), words));
const received = async (page) => JSON.parse(await text(page, 'response.json')).received;
const write = async (page, query) => {
  await page.getByRole('button', { name: 'New tab' }).click();
  await until(async () => assert.equal(await text(page, 'operation.graphql'), ''));
  await page.locator('.graphiql-query-editor .monaco-editor').first().click();
  await page.keyboard.insertText(query);
  await until(async () => assert.equal(await text(page, 'operation.graphql'), query));
};
const isIdle = async (page) => {
  await execute(page).waitFor();
  assert.equal(await page.locator('.graphiql-spinner').count(), 0);
};

async function listen(page) {
  await tab(page, 'Live').click();
  await execute(page).click();
  await shows(stream(page), /^Live /);
}

async function openBeside(page, key) {
  await page.getByRole('button', { name: 'Beside' }).click();
  await beside(page).getByRole('combobox', { name: 'Listen as' }).selectOption(key);
  await shows(beside(page).getByRole('status'), /^Live /);
}

const listening = [];
visit('a live operation shows what comes, the newest first, and ends with its button', { sockets: listening }, async (page) => {
  await listen(page);
  assert.deepEqual(await received(page), []);
  const id = await purchase('A live one');
  await resize(id, 7);
  await until(async () => {
    const kinds = (await received(page)).map(({ data }) => data.events.kind);
    assert.deepEqual(kinds, ['SUBSCRIPTION_RESIZED', 'SUBSCRIPTION_PURCHASED']);
  });
  await page.getByRole('button', { name: /^Stop/ }).click();
  await shows(stream(page), /^Ended: stopped here/);
  await until(async () => assert.ok(listening[0].isClosed()));
  await resize(id, 8);
  await isIdle(page);
  assert.equal((await received(page)).length, 2);
  assert.equal(listening.length, 1);
});

const former = [];
visit('a change of viewer ends the stream of the former one, and begins none', { sockets: former }, async (page) => {
  await listen(page);
  await identity(page, 'Northwind').click();
  await until(async () => assert.ok(former[0].isClosed()));
  await isIdle(page);
  assert.equal(await text(page, 'response.json'), '');
  assert.equal(await stream(page).innerText(), '');
  await asking(page, 'WhoAmI', () => tab(page, 'WhoAmI').click());
  await tab(page, 'Live').click();
  await page.locator('.blank').waitFor();
  assert.equal(former.length, 1);
});

visit('a stream that ends says why', { sockets: [] }, async (page) => {
  const id = await purchase('An ending one');
  await write(page, `subscription { events(filter: { subject: "${id}" }) { kind } }`);
  await execute(page).click();
  await shows(stream(page), /^Live /);
  await ask({ query: `mutation { cancelSubscription(input: { subscription: "${id}" }) { userErrors { code } } }` });
  await shows(stream(page), /^Ended: subject ended \(SUBJECT_ENDED\)/);
  await isIdle(page);
  const [last, before] = await received(page);
  assert.equal(last.errors[0].extensions.code, 'STREAM_ENDED');
  assert.equal(before.data.events.kind, 'SUBSCRIPTION_CANCELLED');
});

visit('a refused operation and a refused token are told at once', { expected: ['401'], sockets: [] }, async (page) => {
  await write(page, 'subscription { nothing }');
  await execute(page).click();
  await until(async () => assert.match(await text(page, 'response.json'), /GRAPHQL_VALIDATION_FAILED/));
  await isIdle(page);
  await token(page).fill('nonsense');
  await token(page).press('Enter');
  await until(async () => assert.match(await text(page, 'response.json'), /UNAUTHENTICATED/));
  await execute(page).click();
  await until(async () => assert.match(await text(page, 'response.json'), /The server has closed the connection \(4403\)\. Forbidden: the token/));
  await isIdle(page);
  assert.equal(await token(page).getAttribute('aria-invalid'), 'true');
});

for (const [code, words] of [[4403, /^Ended: the server has closed the connection \(4403\)/], [1001, /\(1001\)/]]) {
  visit(`a socket that is closed with ${code} says so`, { sockets: [] }, async (page) => {
    const opened = [];
    await page.routeWebSocket(/graphql/, (socket) => {
      socket.connectToServer();
      opened.push(socket);
    });
    await page.reload();
    await listen(page);
    await opened[0].close({ code, reason: 'Forbidden: the token has expired.' });
    await shows(stream(page), words);
    await isIdle(page);
    assert.equal(opened.length, 1);
  });
}

const cut = [];
visit('beside it, another identity hears of Contoso until its access ends', { sockets: cut }, async (page) => {
  await identity(page, 'Tailspin').click();
  await openBeside(page, 'tailspin');
  assert.match(await beside(page).innerText(), /Nothing yet\./);
  const act = async (name) => {
    await tab(page, name).click();
    const { data } = await asking(page, name, () => execute(page).click());
    assert.deepEqual(Object.values(data)[0].userErrors, [], name);
  };
  await act('Invite');
  await shows(heard(page).first(), /^Relationship request created\s.*Tailspin/s);
  await identity(page, 'Contoso').click();
  await act('Accept');
  await until(async () => assert.equal(await heard(page).count(), 3));
  await act('Terminate');
  await shows(beside(page).getByRole('status'), /^Ended: access ended \(ACCESS_ENDED\)/);
  await shows(heard(page).first(), /^Grant terminated\s.*status\s+ACTIVE → TERMINATED/s);
  assert.equal(await heard(page).count(), 4);
  await until(async () => assert.ok(cut.at(-1).isClosed()));
  await beside(page).getByRole('button', { name: 'Listen again' }).click();
  await shows(beside(page).getByRole('status'), /^Live /);
  assert.equal(await heard(page).count(), 4);
});

visit('beside it, a partner hears what it may see, and nothing of another', { sockets: [] }, async (page) => {
  await openBeside(page, 'northwind');
  await purchase('Not for Northwind');
  const { northwind } = await cast();
  const own = await as(northwind, '{ customer(by: { domain: "contoso.example" }) { subscriptions(filter: { status: [ACTIVE] }) { nodes { id quantity } } } }');
  const [{ id, quantity }] = own.data.customer.subscriptions.nodes;
  await resize(id, quantity + 1, northwind);
  await shows(heard(page).first(), /^Subscription resized\s.*Northwind/s);
  assert.equal(await heard(page).count(), 1);
});

visit('the pane beside goes on after the last event when the connection was cut', { sockets: [] }, async (page) => {
  const sent = [];
  const opened = [];
  await page.routeWebSocket(/graphql/, (socket) => {
    const server = socket.connectToServer();
    opened.push(socket);
    socket.onMessage((message) => {
      sent.push(JSON.parse(message));
      server.send(message);
    });
  });
  await page.reload();
  await openBeside(page, 'fabrikam');
  const id = await purchase('A cut one');
  await shows(heard(page).first(), /^Subscription purchased/);
  await opened.at(-1).close({ code: 1012 });
  await resize(id, 9);
  await until(async () => assert.equal(await heard(page).count(), 2));
  await shows(beside(page).getByRole('status'), /^Live /);
  const [first, again] = sent.filter(({ type }) => type === 'subscribe').slice(-2);
  assert.equal(first.payload.variables.after, undefined);
  assert.ok(again.payload.variables.after);
});

const shut = [];
visit('the pane beside is opened and closed by the keyboard', { sockets: shut }, async (page) => {
  const opener = page.getByRole('button', { name: 'Beside' });
  assert.equal(await opener.getAttribute('aria-pressed'), 'false');
  assert.equal(await beside(page).count(), 0);
  await opener.focus();
  await page.keyboard.press('Enter');
  await shows(beside(page).getByRole('status'), /^Live /);
  const select = beside(page).getByRole('combobox', { name: 'Listen as' });
  await until(async () => assert.ok(await select.evaluate((one) => one === document.activeElement)));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await beside(page).count(), 0);
  assert.ok(await opener.evaluate((one) => one === document.activeElement));
  await until(async () => assert.ok(shut.every((socket) => socket.isClosed())));
});

const seven = [];
visit('seven tabs of the browser load and answer while each listens; none listens by itself', { sockets: seven }, async (page) => {
  await tab(page, 'Live').click();
  const active = () => page.evaluate(() => JSON.parse(localStorage['copartner:graphiql:tabState']).activeTabIndex);
  const place = (await titles(page)).indexOf('Live');
  await until(async () => assert.equal(await active(), place));
  await page.reload();
  await page.locator('.blank').waitFor();
  assert.equal(seven.length, 0);
  let last = page;
  for (let open = 1; open <= 7; open++) {
    if (open > 1) last = await page.context().newPage();
    if (open > 1) await last.goto(url);
    await last.getByRole('button', { name: 'Beside' }).click();
    await shows(beside(last).getByRole('status'), /^Live /);
    assert.equal(seven.length, open);
  }
  // GraphiQL forgets a tab that is chosen before its editors are there.
  await until(async () => assert.ok(await text(last, 'operation.graphql')));
  await asking(last, 'Customers', () => tab(last, 'Customers').click());
});
