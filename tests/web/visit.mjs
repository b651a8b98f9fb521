/**
 * A browser at the demo's page, with eyes for what must not happen: errors in the console, violations of the content
 * policy, and requests to any other host.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { url } from './demo.mjs';
import { until } from './until.mjs';

export { until, url };

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
});
after(() => browser?.close());

/**
 * A test in a fresh profile. `expected` names the console errors that belong to what it does; `size` is the window, and `at`
 * the address where it is not the demo's. A test that is to listen gives a list of `sockets`, to be filled with those that are
 * opened to that address.
 */
export function visit(name, { expected = [], size = [1280, 720], at = () => url, sockets }, body) {
  test(name, { timeout: 60_000 }, async () => {
    const [width, height] = size;
    const context = await browser.newContext({ viewport: { width, height } });
    const page = await context.newPage();
    const faults = [];
    const requests = [];
    context.on('request', (request) => requests.push(request));
    context.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !expected.some((one) => text.includes(one))) faults.push(text);
    });
    page.on('pageerror', (error) => faults.push(error.stack));
    const watch = (page) =>
      page.on('websocket', (socket) => {
        const isOurs = socket.url().replace(/^ws/, 'http') === at();
        if (sockets && isOurs) sockets.push(socket);
        else faults.push(`socket to ${socket.url()}`);
      });
    watch(page);
    context.on('page', watch);
    await context.exposeFunction('reportViolation', (violation) => faults.push(violation));
    await context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) =>
        window.reportViolation(`${event.effectiveDirective} forbids ${event.blockedURI} ${event.sample}`),
      ),
    );
    try {
      await page.goto(at());
      const isDemo = (await config(page)).demo;
      if (isDemo) await until(async () => assert.ok(JSON.parse(await text(page, 'response.json')).data));
      else await page.locator('.blank').waitFor();
      await body(page, requests);
      assert.deepEqual(faults, []);
      const strange = ({ href, origin, protocol }) => protocol !== 'data:' && origin !== new URL(at()).origin && href;
      assert.deepEqual(requests.map((request) => strange(new URL(request.url()))).filter(Boolean), []);
    } finally {
      await context.close();
    }
  });
}

export const tab = (page, name) => page.getByRole('tablist').getByRole('button', { name, exact: true });
export const identity = (page, name) => page.getByRole('group', { name: 'Ask as' }).getByRole('button', { name, exact: true });
export const token = (page) => page.getByLabel('Token');
export const execute = (page) => page.getByRole('button', { name: /^Execute/ });
export const operationOf = (request) => (request.method() === 'POST' ? request.postDataJSON().operationName : undefined);
export const tabs = (page) => page.getByRole('tab').allInnerTexts();
export const config = (page) => page.evaluate(() => JSON.parse(document.querySelector('#copartner-config').text));

/** The text in one of GraphiQL's editors, all of it, also what is scrolled out of sight. */
export const text = (page, editor) =>
  page.evaluate((name) => {
    const models = window.__MONACO?.editor.getModels() ?? [];
    return models.find(({ uri }) => uri.path.endsWith(name))?.getValue() ?? '';
  }, editor);

/** Does something that asks, and returns the server's answer as soon as the page shows it. */
export async function asking(page, operation, act) {
  const [response] = await Promise.all([
    page.waitForResponse((one) => operationOf(one.request()) === operation),
    act(),
  ]);
  const answer = await response.json();
  await until(async () => assert.deepEqual(JSON.parse(await text(page, 'response.json')), answer));
  return answer;
}
