/**
 * monaco-graphql's worker, but for one mistake of its: it calls a member that has a default a missing one (graphql/graphiql
 * issue 3571), and underlines in red what the server takes.
 */
import { initialize } from 'monaco-editor/esm/vs/editor/editor.worker';
import { GraphQLWorker } from 'monaco-graphql/esm/GraphQLWorker.js';

interface JsonSchema {
  properties?: Record<string, { default?: unknown }>;
  required?: string[];
  definitions?: Record<string, JsonSchema>;
}

class Worker extends GraphQLWorker {
  override async doGetVariablesJSONSchema(uri: string) {
    const schema = await super.doGetVariablesJSONSchema(uri);
    for (const definition of Object.values((schema as JsonSchema | null)?.definitions ?? {})) {
      definition.required = definition.required?.filter((name) => definition.properties?.[name]?.default === undefined);
    }
    return schema;
  }
}

self.onmessage = () => initialize((...parameters) => new Worker(...parameters));
