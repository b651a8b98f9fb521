/** GraphiQL's live operations. WEB_TEST_URL is the address of a running demo. */
import assert from 'node:assert/strict';
import { ask, purchase, resize } from './demo.mjs';
import { asking, execute, identity, tab, text, token, until, visit } from './visit.mjs';

const stream = (page) => page.getByLabel('Live operation');
const shows = (locator, words) => until(async () => assert.match(await locator.innerText(), words));
const received = async (page) => JSON.parse(await text(page, 'response.json')).received;
const write = async (page, query) => {
  await page.getByRole('button', { name: 'New tab' }).click();
  await page.locator('.graphiql-query-editor .monaco-editor').first().click();
  await page.keyboard.insertText(query);
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
