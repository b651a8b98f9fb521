/** A tab as it is shipped. Lines of at most 56 characters stand unbroken in a window of 1280 pixels. */

export interface Tab {
  query: string;
  variables?: string;
}

export const graphql = (query: TemplateStringsArray) => query[0]!.trim();
export const json = (value: unknown) => JSON.stringify(value, null, 2);
