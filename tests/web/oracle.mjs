/** What graphql-js, the reference implementation, makes of a request. */
import { createHash } from 'node:crypto';
import {
  GraphQLError, Kind, TypeInfo, buildSchema, executeSync, getOperationAST, parse, print, valueFromASTUntyped, validate,
  visit, visitWithTypeInfo,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { sortValueNode } from 'graphql/utilities/sortValueNode.js';
import { base } from './demo.mjs';

export const sdl = await (await fetch(`${base}/schema.graphql`)).text();
export const schema = buildSchema(sdl);

const forms = {
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  Duration: /^P(\d+D|1Y|2Y)$/,
  UUID: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
};
for (const [name, form] of Object.entries(forms)) {
  const scalar = schema.getType(name);
  if (!scalar) continue;
  scalar.parseValue = (value) => {
    if (typeof value !== 'string' || !form.test(value)) throw new GraphQLError(`not a ${name}`);
    return value;
  };
  scalar.parseLiteral = (node) => scalar.parseValue(valueFromASTUntyped(node));
}

/** What is wrong with a request; empty when it is good. */
export function faults({ query, variables, operationName }) {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return [error];
  }
  const broken = validate(schema, document);
  if (broken.length > 0) return broken;
  const operation = getOperationAST(document, operationName);
  if (!operation) return [new GraphQLError('no such operation')];
  if (!schema.getRootType(operation.operation)) return [new GraphQLError(`there is no ${operation.operation}`)];
  return getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}).errors ?? [];
}

const argumentText = ({ name, value }) => `${name.value}:${print(sortValueNode(value))}`;

/** The key of a field in the plain answer: the same for what must be the same, whatever its alias. */
const plainKey = (field) =>
  field.arguments?.length
    ? `${field.name.value}_${createHash('sha256').update(field.arguments.map(argumentText).sort().join()).digest('hex')}`
    : field.name.value;

const isMeta = (field) => field.name.value.startsWith('__');

/**
 * The same request without the client's aliases, and with the type of every object: its answer is data that any answer to
 * the request itself can be made from.
 */
export function plain(query) {
  const types = new TypeInfo(schema);
  const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return print(
    visit(
      parse(query),
      visitWithTypeInfo(types, {
        Field: (field) => {
          if (isMeta(field)) return undefined;
          const key = plainKey(field);
          const alias = key === field.name.value ? undefined : { kind: Kind.NAME, value: key };
          return { ...field, alias };
        },
        SelectionSet: {
          leave: (set, _key, parent) =>
            parent.kind === Kind.FIELD && !isMeta(parent) ? { ...set, selections: [typename, ...set.selections] } : undefined,
        },
      }),
    ),
  );
}

/** The text of an answer whose introspection, the lists of which have no order, is put into one. */
export const text = (answer) => JSON.stringify(answer, (key, value) => (key.startsWith('__') && key !== '__typename' ? inOrder(value) : value));

function inOrder(value) {
  if (Array.isArray(value)) return value.map(inOrder).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inOrder(inner)]));
}

/** The answer's text, executed by graphql-js over the data of the plain answer. */
export function expected({ query, variables, operationName }, data) {
  const result = executeSync({
    schema,
    document: parse(query),
    variableValues: variables,
    operationName,
    rootValue: data,
    fieldResolver: (source, _arguments, _context, info) => source[plainKey(info.fieldNodes[0])],
    typeResolver: (source) => source.__typename,
  });
  return text(result);
}
