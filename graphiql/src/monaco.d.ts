declare module 'monaco-editor/esm/vs/editor/editor.worker' {
  type Parameters = ConstructorParameters<typeof import('monaco-graphql/esm/GraphQLWorker.js').GraphQLWorker>;
  export function initialize(create: (...parameters: Parameters) => object): void;
}
