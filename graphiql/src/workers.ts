/** Monaco's workers, bundled as files of this origin, so that the policy needs no blob: and no other host. */
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from './graphql.worker?worker';
import type {} from 'monaco-editor';

const workers: Record<string, new () => Worker> = { json: JsonWorker, graphql: GraphQLWorker };

window.MonacoEnvironment = {
  getWorker: (_id, label) => new (workers[label] ?? EditorWorker)(),
};
