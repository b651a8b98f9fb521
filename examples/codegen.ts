/** Types for every operation in src/, made from the schema that the server commits. `npm run generate` writes src/gql/. */
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema.graphql',
  documents: ['src/**/*.ts', '!src/gql/**'],
  generates: {
    'src/gql/': {
      preset: 'client',
      // These are programs, not components: each reads what its own operation asked for.
      presetConfig: { fragmentMasking: false },
      config: {
        // As they travel: instants in RFC 3339, lengths of time in whole days, UUIDs in lower case.
        scalars: { DateTime: 'string', Duration: 'string', UUID: 'string' },
        strictScalars: true,
        // The enums grow: a client meets values that are younger than itself.
        enumsAsTypes: true,
        futureProofEnums: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
