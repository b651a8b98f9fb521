/** Documents made from the schema by a seed: the same seed, the same document. */
import { getNamedType, isCompositeType, isInterfaceType, isLeafType, isObjectType } from 'graphql';
import { schema } from './oracle.mjs';

/** Numbers that look random (mulberry32). */
function dice(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, pick: (list) => list[below(list.length)], happens: (chance) => next() < chance };
}

/** A valid request. Its lists are short, and each field with arguments has the same ones wherever it stands. */
export function generate(seed, ids) {
  const { below, pick, happens } = dice(seed);
  const fragments = [];
  let left = 60;
  const size = 1 + below(3);
  const arguments_ = {
    node: `(id: "${pick(Object.values(ids))}")`,
    nodes: `(ids: [${Object.values(ids).map((id) => JSON.stringify(id)).join(' ')}])`,
    customer: '(by: { domain: "contoso.example" })',
    subscription: `(id: "${ids.subscription}")`,
    customers: '(first: $first, orderBy: { field: NAME, direction: $direction })',
    subscriptions: `(first: ${size}, filter: { status: [ACTIVE SUSPENDED] })`,
    offers: `(last: ${size})`,
    ...{ grants: '(first: $first)', partners: '(first: $first)', relationshipRequests: '(first: $first)' },
  };
  const condition = () =>
    happens(0.2) ? ` @${pick(['skip', 'include'])}(if: ${pick(['$yes', '$no', 'true', 'false'])})` : '';
  // What is left of a tenant's share is another each time.
  const isUsable = ({ name, args }) => name !== 'rateLimit' && (args.length === 0 || arguments_[name] !== undefined);

  function field(parent, depth) {
    if (happens(0.12)) return `${happens(0.5) ? `t${below(2)}: ` : ''}__typename`;
    const usable = Object.values(parent.getFields()).filter(
      (one) => isUsable(one) && ((depth > 0 && left > 0) || isLeafType(getNamedType(one.type))),
    );
    if (usable.length === 0) return '__typename';
    const one = pick(usable);
    const type = getNamedType(one.type);
    // An alias that is a function of the field never conflicts, and merges often.
    const alias = happens(0.3) ? `${pick(['x', 'y'])}_${parent.name}_${one.name}: ` : '';
    const inner = isCompositeType(type) ? ` ${selection(type, depth - 1)}` : '';
    return `${alias}${one.name}${(one.args.length && arguments_[one.name]) || ''}${condition()}${inner}`;
  }

  function selection(type, depth) {
    const inner = [];
    for (let wanted = 1 + below(4); wanted > 0; wanted--) {
      left -= 1;
      if (left < 0 || !happens(0.25)) {
        inner.push(field(type, depth));
        continue;
      }
      const target = isInterfaceType(type)
        ? pick([type, ...schema.getPossibleTypes(type)])
        : pick([type, ...(isObjectType(type) ? type.getInterfaces() : [])]);
      const body = selection(target, depth - (target === type ? 0 : 1) - (happens(0.5) ? 1 : 0));
      if (happens(0.4)) {
        const name = `F${fragments.length}`;
        fragments.push(`fragment ${name} on ${target.name} ${body}`);
        for (let uses = 1 + below(2); uses > 0; uses--) inner.push(`...${name}${condition()}`);
      } else {
        inner.push(`...${target === type && happens(0.5) ? '' : ` on ${target.name}`}${condition()} ${body}`);
      }
    }
    return `{ ${inner.join(' ')} }`;
  }

  const body = selection(schema.getQueryType(), 4);
  const text = [body, ...fragments].join('\n');
  const declared = Object.entries({
    yes: 'Boolean!', no: 'Boolean! = false', first: 'Int = 2', direction: 'OrderDirection! = ASC',
  }).filter(([name]) => text.includes(`$${name}`));
  const head = declared.map(([name, type]) => `$${name}: ${type}`).join(', ');
  const variables = { yes: true, ...(happens(0.5) && { direction: 'DESC' }), ...(happens(0.5) && { first: size }) };
  return { query: `query Q${head && `(${head})`} ${text}`, variables };
}

/** The same with one thing changed. Most changes make it invalid; graphql-js says which. */
export function spoil(seed, { query, variables }) {
  const { below, pick, happens } = dice(seed + 7_919);
  if (happens(0.15)) return { query, variables: { ...variables, ...pick([{ yes: 'true' }, { first: 'one' }, { direction: 'UP' }, { yes: null }]) } };
  const tokens = query.match(/\.\.\.|[$@]?\w+|"[^"]*"|\S/g);
  const at = below(tokens.length);
  const changed = [...tokens];
  pick([
    () => changed.splice(at, 1),
    () => changed.splice(at, 0, tokens[at]),
    () => changed.splice(at, 1, pick(tokens)),
    () => changed.splice(at, 1, 'nothing'),
    () => changed.splice(at, 2, ...tokens.slice(at, at + 2).reverse()),
    () => changed.splice(at, 0, pick(['@skip(if: true)', '@nothing', 'id', '!', 'null', '{ id }', '$first', '...F0'])),
  ])();
  return { query: changed.join(' '), variables };
}
