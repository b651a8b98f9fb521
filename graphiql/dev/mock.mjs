/**
 * The demo in miniature, to work on the page without the server: the cast, the schema and the page, on loopback only.
 *
 *   npm run build && npm run mock [schema file]
 *
 * It serves the page as the server does, with the nonce, the policy and the packed assets. Its rows are made up, its access
 * rule is the simplest that shows the point, and nothing can be changed.
 */
import { buildSchema, graphql } from 'graphql';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { cast, rootOf } from './cast.mjs';

const here = (path) => new URL(path, import.meta.url);
const schema = buildSchema(readFileSync(process.argv[2] ?? here('../../schema.graphql'), 'utf8'));
const port = Number(process.env.PORT ?? 4000);
const demo = process.env.DEMO !== '0';

const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.ttf': 'font/ttf' };
const config = {
  endpoint: '/graphql',
  version: '0.1.0',
  demo,
  identities: demo ? cast.map(({ key, name, kind, description, token }) => ({ key, name, kind, description, token })) : [],
};

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  if (pathname.startsWith('/graphiql/assets/')) return asset(pathname, response);
  if (pathname !== '/graphql') return response.writeHead(404).end();
  if (request.method === 'GET') return html(response);
  return answer(request, response);
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/graphql`));

function html(response) {
  const page = readFileSync(here('../dist/index.html'), 'utf8');
  const policy = readFileSync(here('../csp.txt'), 'utf8').trim();
  const nonce = randomBytes(16).toString('base64');
  const json = JSON.stringify(config).replaceAll('<', '\\u003c');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.replaceAll('__NONCE__', nonce),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(page.replaceAll('__NONCE__', nonce).replace('__CONFIG__', () => json));
}

function asset(pathname, response) {
  try {
    const body = readFileSync(here(`../dist/assets/${pathname.split('/').pop()}.gz`));
    response.writeHead(200, {
      'content-type': types[extname(pathname)] ?? 'text/plain; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

async function answer(request, response) {
  const send = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/graphql-response+json' }).end(JSON.stringify(body));
  const viewer = cast.find(({ token }) => request.headers.authorization === `Bearer ${token}`);
  if (!viewer) {
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    return send(401, { errors: [{ message: 'A valid bearer token is needed.', extensions: { code: 'UNAUTHENTICATED' } }] });
  }
  const chunks = await request.toArray();
  const { query, variables, operationName } = JSON.parse(Buffer.concat(chunks));
  const result = await graphql({
    schema,
    source: query,
    rootValue: rootOf(viewer),
    variableValues: variables,
    operationName,
  });
  send(result.data === undefined ? 400 : 200, result);
}
