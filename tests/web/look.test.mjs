/** How GraphiQL looks, from a wide window to a narrow one: nothing is cut, covered or out of reach, and nothing is red by mistake. */
import assert from 'node:assert/strict';
import { asking, identity, tab, tabs, text, token, until, url, visit } from './visit.mjs';

const sizes = [[1280, 800], [1000, 800], [700, 900]];

/** What of the bars is cut off, reaches out of the window, or lies below something else. */
const hidden = (page) =>
  page.evaluate(() => {
    const bars = '.bar, .graphiql-session-header, .graphiql-toolbar, .graphiql-sidebar, .graphiql-editor-tools, .beside';
    const seen = [...document.querySelectorAll(bars)].flatMap((bar) => [bar, ...bar.querySelectorAll('h1, button, input, select, p, label')]);
    const shown = seen.filter((one) => one.getClientRects().length > 0 && getComputedStyle(one).display !== 'none');
    const faults = [];
    for (const one of shown) {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      const name = `${one.tagName} ${one.className} "${one.textContent.slice(0, 30)}"`;
      if (left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5) faults.push(`${name} reaches out of the window`);
      const whole = one.tagName === 'INPUT' || one.scrollWidth <= one.clientWidth + 1 || getComputedStyle(one).display === 'inline';
      if (!whole) faults.push(`${name} is cut`);
      if (!one.matches('button, input, select')) continue;
      const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (!one.contains(above)) faults.push(`${name} is covered by ${above?.tagName} ${above?.className}`);
    }
    if (document.scrollingElement.scrollWidth > innerWidth) faults.push('the page is wider than the window');
    return faults;
  });

/** The editor of this name: whether all of its text is within its width, and whether a line of it is broken. */
const fit = (page, name) =>
  page.evaluate((end) => {
    const editor = window.__MONACO.editor.getEditors().find((one) => one.getModel().uri.path.endsWith(end));
    const lines = editor.getModel().getLineCount();
    const { lineHeight } = editor.getOptions().get(window.__MONACO.editor.EditorOption.fontInfo);
    const { contentWidth } = editor.getLayoutInfo();
    return { isWhole: editor.getScrollWidth() <= contentWidth, isUnbroken: editor.getTopForLineNumber(lines) === (lines - 1) * lineHeight };
  }, name);

for (const size of sizes) {
  visit(`at ${size[0]} pixels all tabs are in reach, and no line of theirs is cut`, { size }, async (page) => {
    for (const name of await tabs(page)) {
      await tab(page, name).click({ timeout: 2_000 });
      await until(async () => assert.match(await text(page, 'operation.graphql'), new RegExp(`(query|mutation|subscription) ${name}\\b`)));
      await until(async () => {
        const { isWhole, isUnbroken } = await fit(page, 'operation.graphql');
        assert.ok(isWhole, `${name} is cut`);
        assert.ok(isUnbroken || size[0] < 1280, `a line of ${name} is broken`);
        const isFolded = await page.getByRole('button', { name: 'Show editor tools' }).isVisible();
        assert.ok(isFolded || (await fit(page, 'variables.json')).isWhole, `the variables of ${name} are cut`);
      });
      assert.deepEqual(await hidden(page), [], name);
    }
  });

  visit(`at ${size[0]} pixels the docs are whole`, { size }, async (page) => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.getByRole('region', { name: 'Documentation Explorer' });
    await docs.getByRole('link', { name: 'Query', exact: true }).waitFor();
    const faults = await docs.evaluate((pane) => {
      const box = (selector) => pane.querySelector(selector).getBoundingClientRect();
      const title = box('.graphiql-doc-explorer-title');
      const search = box('.graphiql-doc-explorer-search');
      const input = pane.querySelector('input');
      const pen = document.createElement('canvas').getContext('2d');
      pen.font = getComputedStyle(input).font;
      const links = [...pane.querySelectorAll('a')].filter((link) => link.getBoundingClientRect().right > pane.parentElement.getBoundingClientRect().right);
      return [
        pen.measureText(input.placeholder).width > input.clientWidth && `the search cuts "${input.placeholder}"`,
        title.right > search.left && title.bottom > search.top && 'the search covers the title',
        ...links.map((link) => `${link.textContent} is cut`),
      ].filter(Boolean);
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(await hidden(page), []);
  });
}

for (const size of [[1280, 720], [1000, 800], [700, 900]]) {
  visit(`at ${size[0]} pixels the pane beside is whole, and leaves room for the rest`, { size, sockets: [] }, async (page) => {
    await page.getByRole('button', { name: 'Beside' }).click();
    await page.getByRole('complementary').getByText('Live', { exact: true }).waitFor();
    assert.deepEqual(await hidden(page), []);
    const rest = await page.locator('.graphiql-response').boundingBox();
    assert.ok(rest.width > 200 && rest.height > 60, JSON.stringify(rest));
  });
}

visit('on a phone the pane beside stands below, in reach', { size: [390, 844], sockets: [] }, async (page) => {
  await page.getByRole('button', { name: 'Beside' }).click();
  const pane = page.getByRole('complementary');
  await pane.getByText('Live', { exact: true }).waitFor();
  const { x, y, width } = await pane.getByRole('status').boundingBox();
  assert.ok(x >= 0 && x + width <= 390 && y < 800, `${x} ${y} ${width}`);
  assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 390);
  await page.getByRole('button', { name: /^Execute/ }).click({ timeout: 2_000 });
});

visit('on a phone the tabs stand in one row, in which each can be had', { size: [390, 844] }, async (page) => {
  const list = page.getByRole('tablist');
  const { height } = await list.boundingBox();
  assert.ok(height < 50, `${height} pixels of tabs`);
  assert.equal(await list.evaluate((one) => getComputedStyle(one).scrollbarWidth), 'thin');
  for (const name of await tabs(page)) {
    await tab(page, name).click({ timeout: 2_000 });
    const { x, width } = await tab(page, name).boundingBox();
    assert.ok(x >= 0 && x + width <= 390, name);
  }
});

visit('the pane of variables is folded where there are none', {}, async (page) => {
  const isOpen = async () => (await page.getByRole('button', { name: 'Hide editor tools' }).count()) === 1;
  assert.equal(await isOpen(), false);
  await tab(page, 'Subscriptions').click();
  await until(async () => assert.equal(await isOpen(), true));
  await tab(page, 'Grants').click();
  await until(async () => assert.equal(await isOpen(), false));
  await page.getByRole('button', { name: 'Show editor tools' }).click();
  await tab(page, 'Invite').click();
  await until(async () => assert.equal(await isOpen(), true));
});

visit('where no answer is yet, the page says how to get one, and who asks', {}, async (page) => {
  const blank = page.locator('.blank');
  assert.equal(await blank.count(), 0);
  await tab(page, 'Invite').click();
  assert.match(await blank.innerText(), /^You ask as Fabrikam\. Run it with .* or Ctrl-Enter/);
  await asking(page, 'WhoAmI', async () => {
    await tab(page, 'WhoAmI').click();
    await identity(page, 'Northwind').click();
  });
  assert.equal(await blank.count(), 0);
  await tab(page, 'Invite').click();
  assert.match(await blank.innerText(), /^You ask as Northwind\./);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  assert.equal(await blank.innerText(), 'Choose above who asks.');
});

/** What GraphiQL finds wrong with the tab at hand, when it has looked at it. */
async function wrong(page, act) {
  const schemas = 'window.__MONACO.languages.json.jsonDefaults.diagnosticsOptions.schemas ?? []';
  await page.evaluate(`(${schemas}).forEach(({ schema }) => { schema.isOld = true; })`);
  await act();
  // Each look at a query ends with a new schema for its variables.
  await until(async () => assert.ok(await page.evaluate(`(${schemas}).some(({ schema }) => !schema.isOld)`)));
  return page.evaluate(async () => {
    const { editor, languages, MarkerSeverity } = window.__MONACO;
    const { uri } = editor.getModels().find((one) => one.uri.path.endsWith('variables.json'));
    const worker = await (await languages.json.getWorker())(uri);
    const ofVariables = await worker.doValidation(uri.toString());
    const ofQuery = editor.getModelMarkers({ owner: 'graphql' }).filter(({ severity }) => severity === MarkerSeverity.Error);
    return [...ofQuery, ...ofVariables].map(({ message }) => message);
  });
}

visit('no tab has anything underlined in red, but for what is wrong', {}, async (page) => {
  for (const name of (await tabs(page)).slice(1)) assert.deepEqual(await wrong(page, () => tab(page, name).click()), [], name);
  const missing = (
    await wrong(page, () =>
      page.evaluate(() => {
        const write = (name, words) => window.__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith(name)).setValue(words);
        write('variables.json', '{ "input": {} }');
        write('operation.graphql', 'mutation ($input: RequestRelationshipInput!) { nothing }');
      }),
    )
  ).join();
  assert.match(missing, /Cannot query field "nothing"/);
  assert.match(missing, /"displayName"/);
  assert.doesNotMatch(missing, /"autoExtend"|"validFor"/);
});

visit('the page has its sign, and so has what asks for it at its customary place', {}, async (page) => {
  const icon = await fetch(new URL('/favicon.ico', url));
  assert.equal(icon.status, 200);
  assert.equal(icon.headers.get('content-type'), 'image/x-icon');
  const sizes = await page.evaluate(async () => {
    const draw = async (src) => {
      const image = Object.assign(new Image(), { src });
      await image.decode();
      return image.naturalWidth;
    };
    return [await draw(document.querySelector('link[rel=icon]').href), await draw('/favicon.ico')];
  });
  assert.ok(sizes.every((width) => width >= 16), sizes.join());
});
