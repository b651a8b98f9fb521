/**
 * What an operation costs, counted by graphql-js from the directives of the published schema and from nothing of the server's: an
 * object counts 1, a list as many as `@listSize` says, and what has a `@cost` that besides, a list in an argument for each element.
 */
import assert from 'node:assert/strict';
import {
  GraphQLIncludeDirective, GraphQLSkipDirective, Kind, getDirectiveValues, getNamedType, getNullableType, getOperationAST, isAbstractType, isInputObjectType, isLeafType,
  isListType, parse,
} from 'graphql';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js';
import { schema } from './oracle.mjs';

/** The values of a directive where it stands in the schema; undefined where it does not. */
const marked = (name, definition) => getDirectiveValues(schema.getDirective(name), definition.astNode ?? {});
const isList = (type) => isListType(getNullableType(type));

export function cost({ query, variables, operationName }) {
  const document = parse(query);
  const fragments = Object.fromEntries(
    document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]),
  );
  const operation = getOperationAST(document, operationName);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});

  /** What is selected of an object of this type, by response key. */
  function collect(type, selections, into = new Map()) {
    for (const selection of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, coerced)?.if === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, selection, coerced)?.if === false) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        into.set(key, [...(into.get(key) ?? []), selection]);
        continue;
      }
      const { typeCondition, selectionSet } =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
      const on = typeCondition ? schema.getType(typeCondition.name.value) : type;
      if (on === type || (isAbstractType(on) && schema.isSubType(on, type))) collect(type, selectionSet.selections, into);
    }
    return into;
  }

  function within(type, selections, sized = {}) {
    if (isAbstractType(type)) return Math.max(...schema.getPossibleTypes(type).map((possible) => within(possible, selections)));
    let sum = 0;
    for (const nodes of collect(type, selections).values()) sum += field(type, nodes, sized);
    return sum;
  }

  function field(parent, nodes, sized) {
    const name = nodes[0].name.value;
    if (name === '__typename') return 0;
    const definition = parent.getFields()[name];
    const given = getArgumentValues(definition, nodes[0], coerced);
    const weights = Number(marked('cost', definition)?.weight ?? 0) +
      definition.args.reduce((sum, argument) => sum + weight(argument, given[argument.name]), 0);
    const type = getNamedType(definition.type);
    if (isLeafType(type)) return weights;
    const size = marked('listSize', definition);
    let objects = sized[name] ?? 1;
    let below = {};
    if (size) {
      const sizes = (size.slicingArguments ?? []).map((argument) => given[argument]).filter((value) => value != null);
      const length = Math.max(...sizes.map((value) => (Array.isArray(value) ? value.length : value)));
      const long = sizes.length > 0 ? length : size.assumedSize;
      if (size.sizedFields) below = Object.fromEntries(size.sizedFields.map((list) => [list, long]));
      else objects = long;
    } else {
      assert(!isList(definition.type) || name in sized, `${parent.name}.${name} is a list of unknown size`);
    }
    return objects * (1 + within(type, nodes.flatMap(({ selectionSet }) => selectionSet.selections), below)) + weights;
  }

  return within(schema.getRootType(operation.operation), operation.selectionSet.selections);
}

/** What an argument or an input field costs that has this value. */
function weight({ type, ...definition }, value) {
  if (value == null) return 0;
  const own = Number(marked('cost', definition)?.weight ?? 0);
  const elements = isList(type) ? [value].flat() : [value];
  const named = getNamedType(type);
  const below = isInputObjectType(named)
    ? elements.flatMap((element) => Object.values(named.getFields()).map((one) => weight(one, element?.[one.name])))
    : [];
  return own * (isList(type) ? elements.length : 1) + below.reduce((sum, one) => sum + one, 0);
}
